//! Strips that another format holds, read as a TIFF's.

use std::fs::File;
use std::sync::Arc;

use wia::Result;

use super::chunks::{Chunks, Rows, Strips};
use super::codec::Compression;
use super::pixels::Pixels;
use super::{ImageInfo, StoredPage, stored};
use crate::image::file::{self, Stored};
use crate::image::stored::Stretches;
use crate::{Coding, Limits, Palette, Profile};

/// What a strip is like.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::image) struct Picture {
    pub(in crate::image) width: u32,
    pub(in crate::image) rows: u32,
    pub(in crate::image) bits: u32,
    /// 1 or 3.
    pub(in crate::image) samples: usize,
    pub(in crate::image) scheme: Scheme,
    /// Whether grey samples have 0 for white, and fax has black for white.
    pub(in crate::image) invert: bool,
    pub(in crate::image) palette: Option<Vec<[u16; 3]>>,
    pub(in crate::image) profile: Option<Profile>,
}

/// How it is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::image) enum Scheme {
    Raw,
    Lzw,
    LzwDifferences,
    Deflate,
    DeflateDifferences,
    /// With a filter before each row.
    DeflatePng,
    G3 {
        options: u32,
    },
    G4,
    Jpeg,
}

impl Picture {
    pub(in crate::image) fn pixels(&self, limits: &Limits) -> Result<Pixels> {
        Pixels::of(self, Compression::of(self.scheme, limits))
    }
}

/// Strips of one page.
pub(in crate::image) struct Page {
    chunks: Chunks,
    pixels: Pixels,
    palette: Option<Palette>,
    profile: Option<Profile>,
}

impl Page {
    /// The strips at these places, of which all but the last are as `picture` says.
    pub(in crate::image) fn of(
        picture: Picture,
        places: &[(u64, u64)],
        info: &ImageInfo,
        limits: &Limits,
    ) -> Result<Page> {
        let pixels = picture.pixels(limits)?;
        Ok(Page {
            chunks: Chunks::of(&pixels, picture.rows, places, info, limits)?,
            pixels,
            palette: picture.palette.map(|mut colours| {
                colours.resize(1 << picture.bits, [0; 3]);
                Palette(colours)
            }),
            profile: picture.profile,
        })
    }

    pub(in crate::image) fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    pub(in crate::image) fn rows(self, file: &Arc<File>) -> Box<dyn file::Rows> {
        Box::new(Rows::new(file, self.chunks, self.pixels))
    }

    pub(in crate::image) fn stored(
        self,
        file: &Arc<File>,
        info: &ImageInfo,
    ) -> Result<Option<Stored>> {
        let pixels = &self.pixels;
        let coding = pixels
            .compression
            .coding(pixels.photometric, pixels.samples);
        let (Some(coding), Some(pixel)) = (coding, pixels.stored_pixel()) else {
            return Ok(None);
        };
        if pixels.bits < 8 && pixels.compression.difference {
            return Ok(None);
        }
        let strips = self.chunks.strips(info, coding == Coding::Raw)?;
        let Some(Strips { places, rows }) = strips else {
            return Ok(None);
        };
        let channels = if self.palette.is_some() {
            3
        } else {
            pixels.used as u32
        };
        let page = StoredPage {
            layout: stored::layout(info, pixel),
            coding,
            rows_per_chunk: rows,
            chunks: places.len() as u64,
            white_is_zero: pixels.photometric == 0,
            big_endian: pixels.bits == 16,
            palette: self.palette,
            profile: stored::fitting(self.profile, channels),
            orientation: info.orientation,
        };
        Ok(Some((page, Stretches::new(file, places))))
    }
}
