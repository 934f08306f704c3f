//! Reading PDF (ISO 32000-1): pages that are one image, or a column of its strips.
//!
//! The strips are read as those of a TIFF are. Pages with anything else are not supported.

mod content;
mod objects;
mod pages;
mod picture;
mod value;

use std::fs::File;
use std::sync::Arc;

use wia::Result;

use super::file::{Rows, Stored};
use super::stored::{self, Said};
use super::tiff::Page;
use super::{ImageInfo, damaged};
use crate::{Limits, Metadata};
use objects::Objects;
use value::Value;

/// The pages of a PDF.
#[derive(Debug)]
pub(super) struct Document {
    objects: Objects,
    /// The images of each page, from the top.
    pages: Vec<Box<[u32]>>,
    metadata: Metadata,
}

impl Document {
    /// Reads what the file says of its pages.
    pub(super) fn read(
        file: &Arc<File>,
        limits: &Limits,
    ) -> Result<(Box<Document>, Vec<ImageInfo>)> {
        let mut objects = Objects::read(file, limits)?;
        let (mut pages, mut infos) = (Vec::new(), Vec::new());
        pages::each(&objects, |page| {
            let number = infos.len() + 1;
            let context = |e: wia::Error| e.context(format!("page {number}"));
            let images = pages::images(&objects, page).map_err(context)?;
            let info = picture::info(&objects, &images).map_err(context)?;
            infos.push(info.check(limits).map_err(context)?);
            pages.push(images.numbers);
            Ok(())
        })?;
        if pages.is_empty() {
            return Err(damaged("the file has no page"));
        }
        let metadata = metadata(&objects)?;
        objects.all_seen();
        let document = Box::new(Document {
            objects,
            pages,
            metadata,
        });
        Ok((document, infos))
    }

    fn page(&self, index: usize, info: &ImageInfo) -> Result<Page> {
        let images = self.pages.get(index).map_or(&[][..], |images| images);
        picture::page(&self.objects, images, info)
    }

    /// The rows of a page.
    pub(super) fn rows(
        &self,
        file: &Arc<File>,
        index: usize,
        info: &ImageInfo,
    ) -> Result<Box<dyn Rows>> {
        Ok(self.page(index, info)?.rows(file))
    }

    /// A page as it is stored.
    pub(super) fn stored(
        &self,
        file: &Arc<File>,
        index: usize,
        info: &ImageInfo,
    ) -> Result<Option<Stored>> {
        self.page(index, info)?.stored(file, info)
    }

    /// What is said of a page.
    pub(super) fn said(&self, index: usize, info: &ImageInfo) -> Result<Said> {
        Ok(Said {
            metadata: self.metadata.clone(),
            profile: self.page(index, info)?.profile().cloned(),
        })
    }
}

/// What is said of all pages.
fn metadata(objects: &Objects) -> Result<Metadata> {
    let about = objects.dictionary(objects.trailer.get("Info"))?;
    let text = |key| -> Result<String> {
        Ok(match objects.resolve(about.get(key))? {
            Value::Text(bytes) => string(&bytes),
            _ => String::new(),
        })
    };
    Ok(Metadata {
        title: text("Title")?,
        author: text("Author")?,
        software: match text("Creator")? {
            creator if creator.is_empty() => text("Producer")?,
            creator => creator,
        },
        date: date(&text("CreationDate")?),
        ..Metadata::default()
    })
}

/// A string for people: UTF-16, or bytes of which most are Latin-1's.
fn string(bytes: &[u8]) -> String {
    match bytes.strip_prefix(&[0xFE, 0xFF]) {
        Some(bytes) => {
            let units = bytes
                .as_chunks::<2>()
                .0
                .iter()
                .map(|b| u16::from_be_bytes(*b));
            char::decode_utf16(units)
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        None => bytes.iter().map(|b| char::from(*b)).collect(),
    }
}

/// Seconds since 1970 of `D:YYYYMMDDHHmmSS` and a zone.
fn date(text: &str) -> Option<i64> {
    let text = text.strip_prefix("D:")?;
    let number = |at: usize, len: usize| text.get(at..at + len)?.parse::<i64>().ok();
    let part = |at: usize, default: i64| number(at, 2).unwrap_or(default);
    let year = number(0, 4)?;
    let local = stored::seconds([
        year,
        part(4, 1),
        part(6, 1),
        part(8, 0),
        part(10, 0),
        part(12, 0),
    ])?;
    let minutes = part(15, 0) * 60 + part(18, 0);
    Some(match text.as_bytes().get(14) {
        Some(b'+') => local - minutes * 60,
        Some(b'-') => local + minutes * 60,
        _ => local,
    })
}
