//! Pages that go into a PDF as another document has stored them.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::{foreign, pdf_support};
use std::fs::File;
use std::io::Write;

use crate::foreign::{Pixels, pnm, run};
use crate::pdf_support::{Page, check, images};
use crate::sinks::Shared;
use quire_formats::pdf::{Conformance, Options, Writer};
use quire_formats::{
    Chunk, ChunkSource, Coding, DocumentWriter, FaxGroup, JpegColor, Orientation, Palette,
    Predictor, Profile, StoredPage,
};
use raster::{PageLayout, PixelType};
use wia::ErrorKind;

/// Chunks in memory, or one after the other in a file.
struct Chunks {
    chunks: Vec<Vec<u8>>,
    file: Option<File>,
    next: usize,
    at: u64,
}

impl Chunks {
    fn new(chunks: &[Vec<u8>], in_file: bool) -> Chunks {
        let file = in_file.then(|| {
            let mut file = tempfile::tempfile().unwrap();
            chunks
                .iter()
                .for_each(|chunk| file.write_all(chunk).unwrap());
            file
        });
        Chunks {
            chunks: chunks.to_vec(),
            file,
            next: 0,
            at: 0,
        }
    }
}

impl ChunkSource for Chunks {
    fn next(&mut self) -> wia::Result<Option<Chunk<'_>>> {
        let Some(chunk) = self.chunks.get(self.next) else {
            return Ok(None);
        };
        self.next += 1;
        let at = self.at;
        self.at += chunk.len() as u64;
        Ok(Some(match &self.file {
            Some(file) => Chunk::InFile {
                file,
                at,
                bytes: chunk.len() as u64,
            },
            None => Chunk::Bytes(chunk),
        }))
    }
}

fn stored(layout: PageLayout, coding: Coding) -> StoredPage {
    StoredPage {
        layout,
        coding,
        rows_per_chunk: layout.height.unwrap(),
        chunks: 1,
        white_is_zero: false,
        big_endian: true,
        palette: None,
        profile: None,
        orientation: Orientation::TopLeft,
    }
}

/// The document of one stored page, whichever way its chunks come.
fn document(page: &StoredPage, chunks: &[Vec<u8>]) -> wia::Result<Vec<u8>> {
    let mut documents = Vec::new();
    for in_file in [false, true] {
        let sink = Shared::after(b"");
        let mut writer = Writer::new(sink.clone(), Options::default());
        if let Err(error) = writer.stored_page(page, &mut Chunks::new(chunks, in_file)) {
            writer.abandon_page()?;
            assert!(sink.bytes().is_empty());
            return Err(error);
        }
        writer.finish()?;
        documents.push(sink.bytes());
    }
    assert!(documents[0] == documents[1]);
    Ok(documents.remove(0))
}

fn seen(bytes: &[u8]) -> Pixels {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    check(file.path());
    let mut images = images(file.path());
    assert_eq!(images.len(), 1);
    images.remove(0)
}

/// The only strip of a TIFF that `tiffcp` made of a page.
fn strip(page: &Page, args: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let name = |n: &str| folder.path().join(n).to_str().unwrap().to_owned();
    let (from, to) = (name("a.tif"), name("b.tif"));
    let plain = ["pnm:-", "-compress", "none", &from];
    run("convert-im6.q16", &plain, &pnm(&page.layout, &page.rows));
    let all = [args, &["-r", "100000", &from, &to]].concat();
    foreign::run_talking("tiffcp", &all, b"");
    let bytes = std::fs::read(&to).unwrap();
    let said = foreign::run_talking("tiffinfo", &["-s", &to], b"").0;
    let said = String::from_utf8(said).unwrap();
    // "  0: [       8,     1234]"
    let line = said
        .lines()
        .find(|l| l.trim_start().starts_with("0: ["))
        .unwrap();
    let numbers: Vec<usize> = line
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|n| n.parse().ok())
        .collect();
    bytes[numbers[1]..numbers[1] + numbers[2]].to_vec()
}

#[test]
fn jpeg_files_pass_untouched() {
    for (pixel, color) in [
        (PixelType::Gray8, JpegColor::Gray),
        (PixelType::Rgb8, JpegColor::YCbCr),
    ] {
        for args in [&["-quality", "80"][..], &["-progressive"]] {
            let page = Page::new(pixel, 133, 77, 72);
            let jpeg = run("cjpeg", args, &pnm(&page.layout, &page.rows));
            let coding = Coding::Jpeg {
                tables: Vec::new(),
                color,
            };
            let bytes =
                document(&stored(page.layout, coding), std::slice::from_ref(&jpeg)).unwrap();
            let file = tempfile::tempdir().unwrap();
            let path = file.path().join("a.pdf");
            std::fs::write(&path, &bytes).unwrap();
            check(&path);
            let prefix = file.path().join("i").to_str().unwrap().to_owned();
            run("pdfimages", &["-j", path.to_str().unwrap(), &prefix], b"");
            assert!(std::fs::read(format!("{prefix}-000.jpg")).unwrap() == jpeg);
        }
    }
}

/// A stream with its tables apart, and one of red, green, blue, as TIFF has them.
#[test]
fn jpeg_streams_of_other_kinds() {
    let page = Page::new(PixelType::Rgb8, 64, 48, 72);
    let jpeg = run(
        "cjpeg",
        &["-rgb", "-quality", "100"],
        &pnm(&page.layout, &page.rows),
    );
    // Without the Adobe header that tells.
    let adobe = jpeg.windows(2).position(|w| w == [0xFF, 0xEE]);
    let mut bare = jpeg.clone();
    if let Some(at) = adobe {
        bare.drain(at..at + 16);
    }
    let table = bare.windows(2).position(|w| w == [0xFF, 0xDB]).unwrap();
    let end = table + 2 + usize::from(bare[table + 3]);
    let mut tables = vec![0xFF, 0xD8];
    tables.extend(bare.drain(table..end));
    tables.extend([0xFF, 0xD9]);
    let coding = Coding::Jpeg {
        tables,
        color: JpegColor::Rgb,
    };
    let bytes = document(&stored(page.layout, coding), &[bare]).unwrap();
    let (_, mean) = pdf_support::difference(&seen(&bytes), &page.pixels());
    assert!(mean < 2.0, "{mean}");
}

#[test]
fn fax_strips() {
    let page = Page::new(PixelType::Bw1, 213, 40, 72);
    for (scheme, group) in [
        ("g4", FaxGroup::G4),
        ("g3:1d", FaxGroup::G3 { options: 0 }),
        ("g3:2d", FaxGroup::G3 { options: 1 }),
        ("g3:1d:fill", FaxGroup::G3 { options: 4 }),
    ] {
        for low_bit_first in [false, true] {
            for inverted in [false, true] {
                let order = if low_bit_first { "lsb2msb" } else { "msb2lsb" };
                let data = strip(&page, &["-c", scheme, "-f", order]);
                let coding = Coding::Fax {
                    group,
                    low_bit_first,
                    inverted,
                };
                let what = format!("{scheme} {order} {inverted}");
                let found = seen(&document(&stored(page.layout, coding), &[data]).unwrap());
                // ImageMagick's bilevel TIFF counts from black or white; both must come out.
                let mut other = page.clone();
                other.rows.iter_mut().for_each(|b| *b = !*b);
                let (same, opposite) = (found == page.pixels(), found == other.pixels());
                assert!(same ^ opposite, "{what}");
                assert_eq!(same, same_when_plain(&page) ^ inverted, "{what}");
            }
        }
    }
}

/// Whether `strip` keeps what is white.
fn same_when_plain(page: &Page) -> bool {
    let raw = strip(page, &["-c", "none"]);
    // Fax codes count from white; tiffcp takes the samples as they are, 0 for white.
    raw[..1] != page.rows[..1]
}

#[test]
fn deflate_lzw_and_raw() {
    for pixel in [PixelType::Gray8, PixelType::Rgb8] {
        let page = Page::new(pixel, 61, 50, 72);
        for (scheme, coding) in [
            (
                "zip:1",
                Coding::Deflate {
                    predictor: Predictor::None,
                },
            ),
            (
                "zip:2",
                Coding::Deflate {
                    predictor: Predictor::Horizontal,
                },
            ),
            ("lzw:1", Coding::Lzw { predictor: false }),
            ("lzw:2", Coding::Lzw { predictor: true }),
            ("none", Coding::Raw),
        ] {
            let data = strip(&page, &["-c", scheme]);
            let bytes = document(&stored(page.layout, coding.clone()), &[data]).unwrap();
            assert!(seen(&bytes) == page.pixels(), "{scheme}");
        }
        // Raw rows may come in any number of chunks.
        let chunks: Vec<Vec<u8>> = page
            .rows
            .chunks(page.layout.row_bytes() * 7)
            .map(Vec::from)
            .collect();
        let mut many = stored(page.layout, Coding::Raw);
        many.chunks = chunks.len() as u64;
        many.rows_per_chunk = 7;
        assert!(seen(&document(&many, &chunks).unwrap()) == page.pixels());
        // A page that breaks off.
        let e = document(&many, &chunks[1..]).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InputDamaged);
        let e = document(&many, &[]).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InputDamaged);
    }
}

#[test]
fn the_data_of_png() {
    let page = Page::new(PixelType::Rgb8, 61, 50, 72);
    let png = run("pnmtopng", &["-force"], &pnm(&page.layout, &page.rows));
    let mut data = Vec::new();
    let mut at = 8;
    while at < png.len() {
        let len = u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
        if &png[at + 4..at + 8] == b"IDAT" {
            data.extend_from_slice(&png[at + 8..at + 8 + len]);
        }
        at += 12 + len;
    }
    let coding = Coding::Deflate {
        predictor: Predictor::Png,
    };
    let bytes = document(&stored(page.layout, coding), &[data]).unwrap();
    assert!(seen(&bytes) == page.pixels());
}

#[test]
fn palettes_and_inverted_samples() {
    let page = Page::new(PixelType::Gray4, 20, 9, 72);
    let mut inverted = stored(page.layout, Coding::Raw);
    inverted.white_is_zero = true;
    let opposite: Vec<u8> = page.rows.iter().map(|b| !b).collect();
    assert!(seen(&document(&inverted, &[opposite]).unwrap()) == page.pixels());
    let mut indexed = stored(page.layout, Coding::Raw);
    let colors: Vec<[u16; 3]> = (0..16)
        .map(|i| [i * 4096, 65535 - i * 1000, 257 * i])
        .collect();
    indexed.palette = Some(Palette(colors.clone()));
    let found = seen(&document(&indexed, std::slice::from_ref(&page.rows)).unwrap());
    for (found, page) in found.samples.iter().zip(&page.pixels().samples) {
        let color = colors[usize::from(page[0] / 4369)];
        assert_eq!(*found, color.map(|v| (v >> 8) * 257));
    }
    indexed.palette = Some(Palette(Vec::new()));
    let e = document(&indexed, std::slice::from_ref(&page.rows)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NotImplemented);
}

#[test]
fn profiles_of_pages() {
    let page = Page::new(PixelType::Rgb8, 5, 5, 72);
    let mut own = stored(page.layout, Coding::Raw);
    own.profile = Some(Profile::srgb());
    let bytes = document(&own, std::slice::from_ref(&page.rows)).unwrap();
    assert!(seen(&bytes) == page.pixels());
    assert!(String::from_utf8_lossy(&bytes).contains("/ColorSpace[/ICCBased"));
}

/// What a PDF cannot hold like that: nothing is written, and the rows are the way.
#[test]
fn what_is_not_taken() {
    let page = Page::new(PixelType::Gray16, 5, 5, 72);
    let mut swapped = stored(page.layout, Coding::Raw);
    swapped.big_endian = false;
    let mut pieces = stored(page.layout, Coding::Lzw { predictor: false });
    pieces.chunks = 2;
    let uncompressed = Coding::Fax {
        group: FaxGroup::G3 { options: 2 },
        low_bit_first: false,
        inverted: false,
    };
    for page in [
        swapped,
        pieces,
        stored(page.layout, Coding::PackBits),
        stored(page.layout, uncompressed),
    ] {
        let e = document(&page, &[vec![0; 50], vec![0; 50]]).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::NotImplemented, "{e}");
    }
    // Another size than the page, and PDF/A.
    let gray = Page::new(PixelType::Gray8, 16, 16, 72);
    let jpeg = run("cjpeg", &[], &pnm(&gray.layout, &gray.rows));
    let layout = PageLayout {
        height: Some(15),
        ..gray.layout
    };
    let coding = Coding::Jpeg {
        tables: Vec::new(),
        color: JpegColor::Gray,
    };
    let e = document(&stored(layout, coding), &[jpeg]).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NotImplemented, "{e}");
    let options = Options {
        conformance: Conformance::A2b,
        ..Options::default()
    };
    let mut writer = Writer::new(Shared::after(b""), options);
    let lzw = stored(gray.layout, Coding::Lzw { predictor: false });
    let mut chunks = Chunks::new(&[vec![0; 9]], false);
    let e = writer.stored_page(&lzw, &mut chunks).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NotImplemented, "{e}");
    gray.write(&mut writer).unwrap();
}
