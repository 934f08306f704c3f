//! PNG's filters, undone (ISO/IEC 15948, 9).

use std::io::{self, Read};

use wia::Result;

use super::damaged;

/// Rows of single bytes without the filters before each. A row that is cut short is left out.
#[derive(Debug)]
pub(crate) struct Unfiltered<R> {
    source: R,
    above: Vec<u8>,
    row: Vec<u8>,
    /// What of the row was taken.
    at: usize,
}

impl<R: Read> Unfiltered<R> {
    pub(crate) fn new(source: R, columns: usize) -> Unfiltered<R> {
        Unfiltered {
            source,
            above: vec![0; columns],
            row: vec![0; columns],
            at: columns,
        }
    }

    /// Reads the next row; false when there is none.
    fn next(&mut self) -> io::Result<bool> {
        let mut kind = [0];
        std::mem::swap(&mut self.above, &mut self.row);
        for part in [&mut kind[..], &mut self.row] {
            match self.source.read_exact(part) {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
                Err(e) => return Err(e),
            }
        }
        row(kind[0], 1, &self.above, &mut self.row)
            .map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))?;
        self.at = 0;
        Ok(true)
    }
}

impl<R: Read> Read for Unfiltered<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.at == self.row.len() && !self.next()? {
            return Ok(0);
        }
        let n = (&self.row[self.at..]).read(to)?;
        self.at += n;
        Ok(n)
    }
}

/// Undoes filter `kind` on `row`, whose pixels have `step` bytes, in place.
pub(super) fn row(kind: u8, step: usize, above: &[u8], row: &mut [u8]) -> Result<()> {
    match kind {
        0 => {}
        1 => {
            for i in step..row.len() {
                row[i] = row[i].wrapping_add(row[i - step]);
            }
        }
        2 => {
            for (byte, above) in row.iter_mut().zip(above) {
                *byte = byte.wrapping_add(*above);
            }
        }
        3 => {
            for i in 0..row.len() {
                let left = if i < step { 0 } else { row[i - step] };
                let mean = (u16::from(left) + u16::from(above[i])) / 2;
                row[i] = row[i].wrapping_add(mean as u8);
            }
        }
        4 => {
            for i in 0..row.len() {
                let (left, corner) = match i < step {
                    true => (0, 0),
                    false => (row[i - step], above[i - step]),
                };
                row[i] = row[i].wrapping_add(paeth(left, above[i], corner));
            }
        }
        other => return Err(damaged(format!("a PNG filter {other}"))),
    }
    Ok(())
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, above, corner].map(i16::from);
    let guess = a + b - c;
    let far = [a, b, c].map(|x| (guess - x).abs());
    if far[0] <= far[1] && far[0] <= far[2] {
        left
    } else if far[1] <= far[2] {
        above
    } else {
        corner
    }
}
