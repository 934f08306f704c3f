//! Strips on several threads: their order, their number under way, and what goes wrong.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use crate::tiff_support;
use std::io::{Read, Seek};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};

use crate::tiff_support::{Page, assert_pages, document};
use quire_formats::codec::{Ordered, StripEncoder};
use quire_formats::tiff::{Compression, Options};
use quire_formats::{DocumentFormat, DocumentWriter, WriterOptions, open_writer};
use raster::{Band, PixelType};
use wia::{Error, ErrorKind, Result};

/// Repeats the strip's first byte; 250 is an error, 251 a panic; 252 and 253 wait to be let go.
#[derive(Debug)]
struct Fake {
    seen: Arc<AtomicUsize>,
    gate: Option<Receiver<()>>,
}

impl StripEncoder for Fake {
    fn rows(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        let first = band.iter().next().unwrap()[0];
        match first {
            250 => return Err(Error::new(ErrorKind::Fail, "strip 250")),
            251 => panic!("strip 251"),
            252 | 253 => {
                let _ = self.gate.as_ref().unwrap().recv();
            }
            _ => {}
        }
        self.seen.fetch_add(1, Ordering::SeqCst);
        out.extend([first; 3]);
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
        out.push(0);
        Ok(())
    }
}

fn fakes(count: usize) -> Vec<Box<dyn StripEncoder>> {
    let fake = |_| Fake {
        seen: Arc::default(),
        gate: None,
    };
    (0..count)
        .map(fake)
        .map(|fake| Box::new(fake) as Box<dyn StripEncoder>)
        .collect()
}

fn run(ordered: &mut Ordered, strips: &[u8]) -> (Vec<u8>, Result<()>) {
    let mut all = Vec::new();
    let mut each = |data: &[u8]| {
        assert_eq!(data, [data[0], data[0], data[0], 0]);
        all.push(data[0]);
        Ok(())
    };
    let mut done = Ok(());
    for strip in strips {
        let mut rows = ordered.buffer();
        assert!(rows.is_empty());
        rows.extend([*strip; 10]);
        done = ordered.submit(rows, 5, &mut each);
        if done.is_err() {
            break;
        }
    }
    let done = done.and_then(|()| ordered.finish(&mut each));
    (all, done)
}

#[test]
fn strips_come_back_in_order() {
    for workers in [1, 2, 3, 8] {
        let mut ordered = Ordered::new(fakes(workers)).unwrap();
        let strips: Vec<u8> = (0..200).collect();
        let (all, done) = run(&mut ordered, &strips);
        done.unwrap();
        assert_eq!(all, strips);
    }
}

#[test]
fn errors_and_panics_are_told_in_their_place() {
    for (bad, text) in [(250, "strip 250"), (251, "a thread that compresses")] {
        let mut ordered = Ordered::new(fakes(2)).unwrap();
        let (all, done) = run(&mut ordered, &[1, 2, 3, bad, 4, 5, 6, 7, 8, 9]);
        assert_eq!(all, [1, 2, 3]);
        assert!(done.unwrap_err().to_string().contains(text));
    }
}

#[test]
fn what_the_receiver_says_ends_it() {
    let mut ordered = Ordered::new(fakes(2)).unwrap();
    let full = || Err(Error::new(ErrorKind::MediumFull, "full"));
    let mut done = Ok(());
    for _ in 0..10 {
        done = done.and_then(|()| ordered.submit(vec![7; 10], 5, &mut |_| full()));
    }
    assert_eq!(done.unwrap_err().kind(), ErrorKind::MediumFull);
}

/// No strip is taken while twice as many as threads are under way.
#[test]
fn strips_under_way_are_few() {
    let seen = Arc::new(AtomicUsize::new(0));
    let mut gates = Vec::new();
    let fakes = (0..2).map(|_| {
        let (open, gate) = channel();
        gates.push(open);
        let gate = Some(gate);
        let seen = seen.clone();
        Box::new(Fake { seen, gate }) as Box<dyn StripEncoder>
    });
    let mut ordered = Ordered::new(fakes.collect()).unwrap();
    let mut given = 0;
    for strip in [252, 253, 1, 2] {
        ordered.submit(vec![strip; 5], 5, &mut |_| Ok(())).unwrap();
    }
    let early = seen.load(Ordering::SeqCst);
    // Before anything can fail: whoever drops `ordered` waits for its threads.
    for open in gates {
        open.send(()).unwrap();
    }
    assert_eq!(early, 0);
    let mut each = |_: &[u8]| {
        given += 1;
        Ok(())
    };
    ordered.submit(vec![3; 5], 5, &mut each).unwrap();
    ordered.finish(&mut each).unwrap();
    assert_eq!((given, seen.load(Ordering::SeqCst)), (5, 5));
}

/// A document is the same whoever compresses it.
#[test]
fn documents_do_not_depend_on_the_threads() {
    let cases = [
        (Compression::PackBits, PixelType::Gray4),
        (Compression::Lzw, PixelType::Rgb8),
        (Compression::Deflate, PixelType::Gray16),
        (Compression::Deflate, PixelType::Rgb8),
        (Compression::G4, PixelType::Bw1),
        (Compression::Jpeg, PixelType::Gray8),
        (Compression::Jpeg, PixelType::Rgb8),
    ];
    for (compression, pixel) in cases {
        let width = 2_000 * 24 / pixel.bits_per_pixel();
        let pages = [
            Page::new(pixel, width, 800, 1),
            Page::new(pixel, width, 303, 2).unknown_height(),
            Page::new(pixel, 3, 1, 3),
        ];
        let with = |workers, rows| {
            let options = Options {
                compression,
                workers,
                ..Options::default()
            };
            document(options, &pages, rows)
        };
        let one = with(1, 64);
        for workers in [2, 4] {
            assert!(with(workers, 50) == one, "{compression:?} {workers}");
        }
        if compression != Compression::Jpeg {
            assert_pages(&one, &pages, &format!("{compression:?}"));
        }
    }
}

/// So are the files of JPEG, and the JPEG of PDFs.
#[test]
fn jpeg_does_not_depend_on_the_threads() {
    for format in [DocumentFormat::Jpeg, DocumentFormat::Pdf] {
        for height in [1, 128, 700] {
            let page = Page::new(PixelType::Rgb8, 1_001, height, 1);
            let with = |workers| {
                let options = WriterOptions {
                    compression: Compression::Jpeg,
                    workers,
                    ..WriterOptions::default()
                };
                let mut file = tempfile::tempfile().unwrap();
                let sink = Box::new(file.try_clone().unwrap());
                let mut writer = open_writer(format, sink, &options).unwrap();
                page.write(writer.as_mut(), 50).unwrap();
                writer.finish().unwrap();
                let mut bytes = Vec::new();
                file.rewind().unwrap();
                file.read_to_end(&mut bytes).unwrap();
                bytes
            };
            let one = with(1);
            for workers in [2, 4] {
                assert!(with(workers) == one, "{format:?} {height} {workers}");
            }
        }
    }
}

/// A page that is given up in the middle leaves neither bytes nor threads.
#[test]
fn a_page_can_be_abandoned_with_strips_under_way() {
    let page = Page::new(PixelType::Rgb8, 1_000, 900, 1);
    let options = Options {
        compression: Compression::Deflate,
        workers: 2,
        ..Options::default()
    };
    let expected = document(options.clone(), std::slice::from_ref(&page), 30);
    let cursor = std::io::Cursor::new(Vec::new());
    let mut writer = quire_formats::tiff::Writer::new(cursor, options);
    writer.begin_page(&page.layout).unwrap();
    writer.rows(page.band().slice(0, 700)).unwrap();
    writer.abandon_page().unwrap();
    page.write(&mut writer, 30).unwrap();
    writer.finish().unwrap();
    assert!(writer.into_parts().0.into_inner() == expected);
}

/// Slopes with a little noise are predicted, repetitions are not.
#[test]
fn the_predictor_is_chosen_by_the_page() {
    let mut slope = Page::new(PixelType::Rgb8, 500, 100, 1);
    let mut state = 1u32;
    for (i, byte) in slope.data.iter_mut().enumerate() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (i / 9 + i / 700) as u8 ^ (state >> 30) as u8;
    }
    let mut tile = Page::new(PixelType::Rgb8, 500, 100, 1);
    let noise: Vec<u8> = slope.data[..99]
        .iter()
        .map(|b| b.wrapping_mul(167))
        .collect();
    for (i, byte) in tile.data.iter_mut().enumerate() {
        *byte = noise[i % noise.len()];
    }
    let pages = [slope, tile];
    for compression in [Compression::Lzw, Compression::Deflate] {
        let options = Options {
            compression,
            ..Options::default()
        };
        let bytes = document(options, &pages, 10);
        assert_pages(&bytes, &pages, "predicted");
        let found = tiff_support::Tiff::parse(&bytes);
        let predictors: Vec<_> = found.pages.iter().map(|p| p.long(317)).collect();
        assert_eq!(predictors, [2, 1], "{compression:?}");
    }
}
