//! Pages taken over as they are stored.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::tiff_support;
use std::fs::File;
use std::io::Write;

use crate::tiff_support::{Page, Tiff, assert_pages, document, tool};
use quire_formats::tiff::{Compression, Forward, Options, Writer};
use quire_formats::{
    Chunk, ChunkSource, Coding, DocumentWriter, FaxGroup, JpegColor, Orientation, Palette,
    Predictor, StoredPage,
};
use raster::{PageLayout, PixelType};
use wia::{ErrorKind, Result};

/// The strips of a page of a document in a file.
struct Strips {
    file: File,
    places: Vec<(u64, u64)>,
    next: usize,
    /// Whether they come as bytes.
    read: bool,
    buffer: Vec<u8>,
}

impl ChunkSource for Strips {
    fn next(&mut self) -> Result<Option<Chunk<'_>>> {
        use std::os::unix::fs::FileExt;
        let Some(&(at, bytes)) = self.places.get(self.next) else {
            return Ok(None);
        };
        self.next += 1;
        if self.read {
            self.buffer.resize(bytes as usize, 0);
            self.file.read_exact_at(&mut self.buffer, at).unwrap();
            return Ok(Some(Chunk::Bytes(&self.buffer)));
        }
        Ok(Some(Chunk::InFile {
            file: &self.file,
            at,
            bytes,
        }))
    }
}

fn strips(document: &[u8], page: usize, read: bool) -> Strips {
    let ifd = &Tiff::parse(document).pages[page];
    let pairs = ifd.get(273).unwrap().iter().zip(ifd.get(279).unwrap());
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(document).unwrap();
    Strips {
        file,
        places: pairs.map(|(at, bytes)| (*at, *bytes)).collect(),
        next: 0,
        read,
        buffer: Vec::new(),
    }
}

fn stored(layout: &PageLayout, ifd: &tiff_support::parse::Ifd, coding: Coding) -> StoredPage {
    StoredPage {
        layout: PageLayout {
            height: Some(ifd.long(257)),
            ..*layout
        },
        coding,
        rows_per_chunk: ifd.long(278),
        chunks: ifd.strips.len() as u64,
        white_is_zero: ifd.long(262) == 0,
        big_endian: false,
        palette: None,
        profile: None,
        orientation: Orientation::TopLeft,
    }
}

fn coding(compression: Compression, ifd: &tiff_support::parse::Ifd) -> Coding {
    let predictor = ifd.get(317) == Some(&[2]);
    match compression {
        Compression::None => Coding::Raw,
        Compression::PackBits => Coding::PackBits,
        Compression::Lzw => Coding::Lzw { predictor },
        Compression::Deflate => Coding::Deflate {
            predictor: if predictor {
                Predictor::Horizontal
            } else {
                Predictor::None
            },
        },
        Compression::G3 { two_dimensional } => Coding::Fax {
            group: FaxGroup::G3 {
                options: two_dimensional.into(),
            },
            low_bit_first: false,
            inverted: false,
        },
        Compression::G4 => Coding::Fax {
            group: FaxGroup::G4,
            low_bit_first: false,
            inverted: false,
        },
        Compression::Jpeg => Coding::Jpeg {
            tables: ifd.get(347).unwrap().iter().map(|v| *v as u8).collect(),
            color: match ifd.long(262) {
                6 => JpegColor::YCbCr,
                _ => JpegColor::Gray,
            },
        },
    }
}

fn cases() -> Vec<(Compression, PixelType)> {
    let mut cases = Vec::new();
    for compression in [
        Compression::None,
        Compression::PackBits,
        Compression::Lzw,
        Compression::Deflate,
    ] {
        cases.extend(tiff_support::PIXELS.map(|pixel| (compression, pixel)));
    }
    for two_dimensional in [false, true] {
        cases.push((Compression::G3 { two_dimensional }, PixelType::Bw1));
    }
    cases.push((Compression::G4, PixelType::Bw1));
    cases.push((Compression::Jpeg, PixelType::Gray8));
    cases.push((Compression::Jpeg, PixelType::Rgb8));
    cases
}

#[test]
fn strips_are_the_same_bytes() {
    for (compression, pixel) in cases() {
        let width = 10_000 * 8 / pixel.bits_per_pixel();
        let page = Page::new(pixel, width, 130, 5);
        let options = |records| Options {
            compression,
            records,
            ..Options::default()
        };
        let from = document(options(false), std::slice::from_ref(&page), 10);
        let ifd = &Tiff::parse(&from).pages[0];
        let stored = stored(&page.layout, ifd, coding(compression, ifd));
        for (read, records) in [(false, false), (true, false), (false, true)] {
            let mut writer = Writer::new(std::io::Cursor::new(Vec::new()), options(records));
            let done = writer
                .stored_page(&stored, &mut strips(&from, 0, read))
                .unwrap();
            writer
                .stored_page(&stored, &mut strips(&from, 0, read))
                .unwrap();
            writer.finish().unwrap();
            assert_eq!(done.height, 130);
            let to = writer.into_parts().0.into_inner();
            let found = Tiff::parse(&to);
            assert_eq!(found.pages.len(), 2);
            let what = format!("{compression:?} {pixel:?}");
            for page in &found.pages {
                assert!(page.strips == ifd.strips, "{what}");
                for tag in [258, 259, 262, 277, 278, 292, 293, 347, 530] {
                    assert_eq!(page.get(tag), ifd.get(tag), "{what} {tag}");
                }
            }
            if compression != Compression::Jpeg {
                assert_pages(&to, &[page.clone(), page.clone()], &what);
            }
        }
        let mut pipe = Forward::new(std::io::Cursor::new(Vec::new()), options(false));
        pipe.stored_page(&stored, &mut strips(&from, 0, false))
            .unwrap();
        pipe.finish().unwrap();
        let to = pipe.into_sink().into_inner();
        assert!(Tiff::parse(&to).pages[0].strips == ifd.strips);
    }
}

#[test]
fn palettes() {
    let mut page = Page::new(PixelType::Gray4, 37, 20, 1);
    page.clear_padding();
    let palette = Palette(
        (0..11)
            .map(|n| [n * 5_000, 65_535 - n * 3_000, n])
            .collect(),
    );
    let from = document(Options::default(), std::slice::from_ref(&page), 10);
    let ifd = &Tiff::parse(&from).pages[0];
    let mut stored = stored(&page.layout, ifd, Coding::Raw);
    stored.palette = Some(palette.clone());
    let mut writer = Writer::new(std::io::Cursor::new(Vec::new()), Options::default());
    writer
        .stored_page(&stored, &mut strips(&from, 0, false))
        .unwrap();
    let to = writer.into_parts().0.into_inner();
    let found = &Tiff::parse(&to).pages[0];
    assert_eq!(found.long(262), 3);
    let map = found.get(320).unwrap();
    assert_eq!(map.len(), 48);
    for (n, color) in palette.0.iter().enumerate() {
        let channel = |c: usize| map[16 * c + n] as u16;
        assert_eq!([channel(0), channel(1), channel(2)], *color);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tiff");
    std::fs::write(&path, &to).unwrap();
    let info = tool("tiffinfo", &[path.to_str().unwrap()]);
    assert!(info.contains("palette color"), "{info}");
    // Too many colours for the pixels.
    stored.palette = Some(Palette(vec![[0; 3]; 17]));
    let mut writer = Writer::new(std::io::Cursor::new(Vec::new()), Options::default());
    let error = writer.stored_page(&stored, &mut strips(&from, 0, false));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn what_cannot_be_taken_leaves_nothing() {
    let page = Page::new(PixelType::Gray16, 1_000, 400, 5);
    let from = document(Options::default(), std::slice::from_ref(&page), 10);
    let ifd = &Tiff::parse(&from).pages[0];
    let good = stored(&page.layout, ifd, Coding::Raw);
    let refused = |stored: &StoredPage, strips: &mut Strips| {
        let mut writer = Writer::new(std::io::Cursor::new(Vec::new()), Options::default());
        let error = writer.stored_page(stored, strips).unwrap_err();
        writer.finish().unwrap();
        assert!(writer.into_parts().0.into_inner().is_empty());
        error.kind()
    };
    let all = || strips(&from, 0, false);
    let mut swapped = good.clone();
    swapped.big_endian = true;
    assert_eq!(refused(&swapped, &mut all()), ErrorKind::NotImplemented);
    let mut png = good.clone();
    png.coding = Coding::Deflate {
        predictor: Predictor::Png,
    };
    assert_eq!(refused(&png, &mut all()), ErrorKind::NotImplemented);
    let mut fax = good.clone();
    fax.coding = coding(Compression::G4, ifd);
    assert_eq!(refused(&fax, &mut all()), ErrorKind::InvalidArgument);
    for (rows, chunks) in [(0, 1), (good.rows_per_chunk, 1), (1, good.chunks)] {
        let mut wrong = good.clone();
        (wrong.rows_per_chunk, wrong.chunks) = (rows, chunks);
        assert_eq!(refused(&wrong, &mut all()), ErrorKind::InvalidArgument);
    }
    let mut fewer = all();
    fewer.places.pop();
    assert_eq!(refused(&good, &mut fewer), ErrorKind::InputDamaged);
    let mut more = all();
    more.places.push((8, 8));
    assert_eq!(refused(&good, &mut more), ErrorKind::InputDamaged);
    let mut empty = all();
    empty.places[1].1 = 0;
    assert_eq!(refused(&good, &mut empty), ErrorKind::InputDamaged);
    let mut beyond = all();
    beyond.places[2].0 += 1 << 30;
    assert_eq!(refused(&good, &mut beyond), ErrorKind::InputDamaged);
}
