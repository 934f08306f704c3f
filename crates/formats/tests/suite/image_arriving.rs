//! PNG and JPEG whose bytes come piece by piece: rows come early, and an early end is an error.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use crate::foreign::{Pixels, pnm, run};
use crate::sheets::page;
use quire_formats::Limits;
use quire_formats::image::{ArrivingImage, RowReader};
use raster::PixelType;
use wia::{Error, ErrorKind, Result};

/// A connection that gives pieces of a size, then the end or a failure. It counts what was taken.
struct Pieces {
    bytes: Vec<u8>,
    piece: usize,
    fails: bool,
    taken: Rc<Cell<usize>>,
}

impl BufRead for Pieces {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let at = self.taken.get();
        if at == self.bytes.len() && self.fails {
            return Err(Error::new(ErrorKind::Deadline, "nothing more came").into());
        }
        // A piece is there up to its end, wherever one is in it.
        let end = (at / self.piece + 1) * self.piece;
        Ok(&self.bytes[at..end.min(self.bytes.len())])
    }

    fn consume(&mut self, bytes: usize) {
        self.taken.set(self.taken.get() + bytes);
    }
}

impl Read for Pieces {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let len = from.len().min(to.len());
        to[..len].copy_from_slice(&from[..len]);
        self.consume(len);
        Ok(len)
    }
}

/// An image as it arrives: its pixels, and what had been taken when each row was there.
struct Arrived {
    pixels: Pixels,
    taken: Vec<usize>,
}

fn read(bytes: &[u8], piece: usize, fails: bool) -> Result<Arrived> {
    let taken = Rc::new(Cell::new(0));
    let source = Pieces {
        bytes: bytes.to_vec(),
        piece,
        fails,
        taken: Rc::clone(&taken),
    };
    let mut image = ArrivingImage::begin(Box::new(source), &Limits::DEFAULT)?;
    let info = *image.info();
    let mut row = vec![0; info.row_bytes()];
    let (mut rows, mut counts) = (Vec::new(), Vec::new());
    while image.next_row(&mut row)? {
        rows.extend_from_slice(&row);
        counts.push(taken.get());
    }
    image.finish()?;
    assert_eq!(counts.len(), info.height as usize);
    Ok(Arrived {
        pixels: Pixels::of_rows(info.pixel, info.width, &rows),
        taken: counts,
    })
}

const PIECES: [usize; 4] = [1, 7, 1000, 1 << 20];
/// Enough rows for many turns of every buffer on the way.
const SIZE: (u32, u32) = (700, 900);

/// Files with their pixels, by netpbm and libjpeg, and whether rows come early.
fn files(pixel: PixelType) -> Vec<(Vec<u8>, Pixels, bool)> {
    let (layout, rows) = page(SIZE.0, SIZE.1, pixel);
    let plain = pnm(&layout, &rows);
    let png = |args: &[&str]| run("pnmtopng", &[&["-force"], args].concat(), &plain);
    let expected = Pixels::of_rows(pixel, SIZE.0, &rows);
    let mut files = vec![
        (png(&[]), expected.clone(), true),
        (png(&["-interlace"]), expected, false),
    ];
    if matches!(pixel, PixelType::Gray8 | PixelType::Rgb8) {
        let by_rows = cfg!(feature = "mozjpeg");
        for (args, early) in [(&[][..], by_rows), (&["-progressive"], false)] {
            let jpeg = run("cjpeg", args, &plain);
            let expected = Pixels::of_pnm(&run("djpeg", &[], &jpeg));
            files.push((jpeg, expected, early));
        }
    }
    files
}

/// The decoder in Rust rounds and upsamples in its own way.
fn alike(one: &Pixels, other: &Pixels) -> bool {
    let allowed = if cfg!(feature = "mozjpeg") {
        0
    } else {
        90 * 257
    };
    let mut pairs = one.samples.iter().zip(&other.samples);
    (one.width, one.height) == (other.width, other.height)
        && pairs.all(|(a, b)| (0..3).all(|i| a[i].abs_diff(b[i]) <= allowed))
}

#[test]
fn rows_come_while_bytes_do() {
    for pixel in [
        PixelType::Bw1,
        PixelType::Gray8,
        PixelType::Gray16,
        PixelType::Rgb8,
        PixelType::Rgb16,
    ] {
        for (at, (file, expected, early)) in files(pixel).into_iter().enumerate() {
            for piece in PIECES {
                let what = format!("{pixel:?}, file {at} of {} bytes, by {piece}", file.len());
                let arrived = read(&file, piece, false).unwrap();
                assert!(alike(&arrived.pixels, &expected), "{what}");
                if !early || piece > file.len() / 10 {
                    continue;
                }
                // What is held back is a part of a buffer and no part of the image.
                let first = arrived.taken[0];
                assert!(first < 40_000.max(file.len() / 10), "{what}: {first}");
                for (row, taken) in arrived.taken.iter().enumerate() {
                    let most = file.len() * (row + 1) / SIZE.1 as usize + 80_000;
                    assert!(*taken < most, "{what}: {taken} for row {row}");
                }
            }
        }
    }
}

#[test]
fn an_early_end_is_an_error_wherever_it_is() {
    for (at, (file, ..)) in files(PixelType::Gray8).into_iter().enumerate() {
        let ends = (0..20).map(|n| file.len() * n / 20);
        for end in ends.chain([1, 2, 30, file.len() - 2]) {
            for fails in [false, true] {
                let what = format!("file {at}, {end} of {} bytes, {fails}", file.len());
                let e = read(&file[..end], 1000, fails).err();
                let e = e.unwrap_or_else(|| unreachable!("{what}: taken for whole"));
                match fails {
                    // The connection's own word comes through, but for that of libjpeg, which has none.
                    true if at < 2 => assert_eq!(e.kind(), ErrorKind::Deadline, "{what}: {e}"),
                    true => {}
                    false => assert_eq!(e.kind(), ErrorKind::InputDamaged, "{what}: {e}"),
                }
            }
        }
    }
}

#[test]
fn other_kinds_are_refused() {
    for bytes in [&b"<html>"[..], b"%PDF-1.7", b"II*\0"] {
        let e = read(bytes, 3, false).err().unwrap();
        assert_eq!(e.kind(), ErrorKind::InputUnsupported, "{e}");
    }
}
