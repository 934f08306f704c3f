//! TIFF into a pipe.

use std::io::{self, SeekFrom};

use crate::tiff_support::{Page, Tiff, assert_pages};
use quire_formats::tiff::{Forward, Options, verify};
use quire_formats::{DocumentWriter, Sink, SinkAbilities};
use raster::PixelType;
use wia::ErrorKind;

/// Takes bytes in order, up to a number of them.
#[derive(Debug)]
struct Pipe {
    bytes: Vec<u8>,
    most: usize,
}

impl Pipe {
    fn new() -> Pipe {
        Pipe {
            bytes: Vec::new(),
            most: usize::MAX,
        }
    }
}

impl Sink for Pipe {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        if self.bytes.len() + data.len() > self.most {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.bytes.extend_from_slice(data);
        Ok(())
    }

    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::NotSeekable.into())
    }

    fn set_len(&mut self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::NotSeekable.into())
    }

    fn abilities(&self) -> SinkAbilities {
        SinkAbilities { seek: false }
    }
}

/// A page is on its way when the next has ended, and directories come before their data.
#[test]
fn pages_go_one_at_a_time() {
    let page = Page::new(PixelType::Gray8, 100, 100, 1);
    let mut writer = Forward::new(Box::new(Pipe::new()), Options::default());
    let mut ends = Vec::new();
    for _ in 0..5 {
        writer.begin_page(&page.layout).unwrap();
        writer.rows(page.band()).unwrap();
        ends.push(writer.end_page().unwrap().document_bytes);
    }
    writer.finish().unwrap();
    let bytes = writer.into_sink().bytes;
    assert_eq!(bytes.len() as u64, ends[4]);
    for (n, ifd) in Tiff::parse(&bytes).pages.iter().enumerate() {
        let start = if n == 0 { 8 } else { ends[n - 1] };
        assert!((start..start + 2).contains(&ifd.at));
        assert!(ifd.get(273).unwrap().iter().all(|strip| *strip > ifd.at));
        assert_eq!(ifd.get(297).unwrap()[0], n as u64);
    }
}

#[test]
fn what_is_abandoned_or_too_large_is_not_there() {
    let page = Page::new(PixelType::Gray8, 100, 100, 1);
    let large = Page::new(PixelType::Rgb8, 300, 300, 2);
    let options = Options {
        classic_limit: 50_000,
        ..Options::default()
    };
    let mut writer = Forward::new(Pipe::new(), options);
    page.write(&mut writer, 10).unwrap();
    writer.begin_page(&page.layout).unwrap();
    assert!(writer.begin_page(&page.layout).is_err());
    writer.rows(page.band().slice(0, 10)).unwrap();
    assert!(writer.end_page().is_err());
    assert!(writer.finish().is_err());
    writer.abandon_page().unwrap();
    let error = large.write(&mut writer, 10).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MediumFull);
    writer.abandon_page().unwrap();
    page.write(&mut writer, 10).unwrap();
    writer.finish().unwrap();
    let bytes = writer.into_sink().bytes;
    assert_pages(&bytes, &[page.clone(), page], "what is left");
}

#[test]
fn no_page_is_no_byte() {
    let mut writer = Forward::new(Pipe::new(), Options::default());
    writer.finish().unwrap();
    assert!(writer.into_sink().bytes.is_empty());
}

#[test]
fn a_reader_that_goes_away() {
    let page = Page::new(PixelType::Gray8, 100, 100, 1);
    for most in [0, 100, 10_500, 15_000] {
        let pipe = Pipe {
            most,
            ..Pipe::new()
        };
        let mut writer = Forward::new(pipe, Options::default());
        let mut write = || {
            for _ in 0..3 {
                page.write(&mut writer, 100)?;
            }
            writer.finish()
        };
        assert!(write().is_err());
        let _ = writer.abandon_page();
        assert!(writer.finish().is_err());
        let bytes = writer.into_sink().bytes;
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        assert!(verify(file.as_file()).unwrap().pages < 3);
    }
}
