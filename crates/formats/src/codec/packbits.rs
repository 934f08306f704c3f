//! PackBits (TIFF 6.0, section 9): runs of bytes, each row by itself.

use raster::Band;
use wia::Result;

use super::StripEncoder;

/// The PackBits encoder.
#[derive(Clone, Copy, Debug, Default)]
pub struct PackBits;

/// The most that one code stands for.
const LONGEST: usize = 128;

impl StripEncoder for PackBits {
    fn rows(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        for row in band.iter() {
            // At worst a length byte for every 128.
            out.reserve(row.len() + row.len().div_ceil(LONGEST));
            pack(row, out);
        }
        Ok(())
    }

    fn finish(&mut self, _out: &mut Vec<u8>) -> Result<()> {
        Ok(())
    }
}

fn pack(mut row: &[u8], out: &mut Vec<u8>) {
    while let Some(first) = row.first() {
        let run = equal(row, *first);
        let taken = if run >= 2 {
            // -(run - 1) as a signed byte, and the byte that is repeated.
            out.extend_from_slice(&[(257 - run) as u8, *first]);
            run
        } else {
            let literal = literal(row);
            out.push((literal - 1) as u8);
            out.extend_from_slice(&row[..literal]);
            literal
        };
        row = &row[taken..];
    }
}

/// How many bytes at the start of `row` are `byte`, as many as fit into one code.
fn equal(row: &[u8], byte: u8) -> usize {
    let row = &row[..row.len().min(LONGEST)];
    row.iter().position(|b| *b != byte).unwrap_or(row.len())
}

/// How many bytes at the start of `row` are best copied: up to the next run of three, which is where
/// a run begins to be shorter than its bytes in a copy.
fn literal(row: &[u8]) -> usize {
    let row = &row[..row.len().min(LONGEST)];
    let run = |three: &[u8]| three[0] == three[1] && three[1] == three[2];
    row.windows(3).position(run).unwrap_or(row.len())
}
