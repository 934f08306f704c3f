//! Decoding fax: ITU-T T.4 (one- and two-dimensional), T.6, and TIFF's variant of T.4 without line
//! ends. The code tables are those of the `fax` crate.

use std::io::BufRead;

use fax::BitReader;
use fax::maps::{Mode, black, mode, white};
use wia::Result;

use super::{damaged, read_error};

/// Which fax coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// T.4 in one dimension without line ends, each row from a byte boundary.
    RunLengths,
    /// T.4; the rows of two dimensions are told apart by a bit after each line end.
    Group3 { two_dimensional: bool },
    /// T.6.
    Group4,
}

/// Decodes rows, 0 for white and 1 for black, as fax has it.
pub(super) struct Decoder {
    bits: Bits,
    coding: Coding,
    width: u32,
    /// The columns at which the colour changes, the first one to black; of the row above and of
    /// this row. Never as large as the width.
    above: Vec<u32>,
    row: Vec<u32>,
}

impl Decoder {
    /// For rows of `width` pixels. `low_bit_first` is FillOrder 2.
    pub(super) fn new(
        source: Box<dyn BufRead>,
        coding: Coding,
        width: u32,
        low_bit_first: bool,
    ) -> Result<Decoder> {
        let mut bits = Bits {
            source,
            low_bit_first,
            held: 0,
            count: 0,
            beyond: 0,
        };
        bits.fill()?;
        Ok(Decoder {
            bits,
            coding,
            width,
            above: Vec::new(),
            row: Vec::new(),
        })
    }

    /// Decodes the next row into `to`, which has a bit for each pixel.
    pub(super) fn row(&mut self, to: &mut [u8]) -> Result<()> {
        std::mem::swap(&mut self.above, &mut self.row);
        self.row.clear();
        let two_dimensional = match self.coding {
            Coding::RunLengths => {
                self.bits.align()?;
                false
            }
            Coding::Group3 { two_dimensional } => self.line_end(two_dimensional)?,
            Coding::Group4 => true,
        };
        if two_dimensional {
            self.two_dimensional()?;
        } else {
            self.one_dimensional()?;
        }
        self.bits.check()?;
        paint(&self.row, self.width, to);
        Ok(())
    }

    /// Skips a line end and returns whether the row after it has two dimensions.
    fn line_end(&mut self, two_dimensional: bool) -> Result<bool> {
        // No code begins with so many zeros, so these are fill and a line end.
        if self.bits.look(11) != 0 {
            return if two_dimensional {
                Err(damaged("a fax row has no line end before it"))
            } else {
                Ok(false)
            };
        }
        while self.bits.look(1) == 0 {
            self.bits.skip(1)?;
        }
        self.bits.skip(1)?;
        if !two_dimensional {
            return Ok(false);
        }
        let tag = self.bits.look(1);
        self.bits.skip(1)?;
        Ok(tag == 0)
    }

    fn one_dimensional(&mut self) -> Result<()> {
        let mut at = 0;
        let mut is_black = false;
        loop {
            at = self.after_run(at, is_black)?;
            if at >= self.width {
                return Ok(());
            }
            self.change(at);
            is_black = !is_black;
        }
    }

    fn two_dimensional(&mut self) -> Result<()> {
        // The place that has been coded up to; before the row it is left of the first pixel.
        let mut at: Option<u32> = None;
        let mut is_black = false;
        let mut from = 0;
        while at.is_none_or(|at| at < self.width) {
            let Some(mode) = mode::decode(&mut self.bits) else {
                return Err(self.no_code());
            };
            from = self.opposite_change(from, at, is_black);
            let b1 = self.above.get(from).copied().unwrap_or(self.width);
            match mode {
                Mode::Pass => {
                    let b2 = self.above.get(from + 1).copied().unwrap_or(self.width);
                    at = Some(b2);
                }
                Mode::Horizontal => {
                    let a1 = self.after_run(at.unwrap_or(0), is_black)?;
                    self.change(a1);
                    let a2 = self.after_run(a1, !is_black)?;
                    self.change(a2);
                    at = Some(a2);
                }
                Mode::Vertical(by) => {
                    let a1 = b1.checked_add_signed(i32::from(by));
                    let a1 = a1.filter(|a1| *a1 <= self.width && *a1 >= at.unwrap_or(0));
                    let Some(a1) = a1 else {
                        return Err(damaged("a fax row goes backwards or is too long"));
                    };
                    // Only the first pixel may change where the row stands.
                    if at == Some(a1) && a1 < self.width {
                        return Err(damaged("a fax row stands still"));
                    }
                    self.change(a1);
                    is_black = !is_black;
                    at = Some(a1);
                }
                Mode::Extension => return Err(damaged("fax with uncompressed parts")),
                Mode::EOF => return Err(damaged("the fax data end before the last row")),
            }
        }
        Ok(())
    }

    /// The index of the first change above that is right of `at` and to the colour that the row
    /// does not have there. `from` is an index near it.
    fn opposite_change(&self, from: usize, at: Option<u32>, is_black: bool) -> usize {
        let right = |change: &u32| at.is_none_or(|at| *change > at);
        let above = &self.above;
        let mut i = from.min(above.len());
        while i > 0 && right(&above[i - 1]) {
            i -= 1;
        }
        while i < above.len() && !right(&above[i]) {
            i += 1;
        }
        // Changes to black have even numbers.
        if (i % 2 == 1) != is_black {
            i += 1;
        }
        i
    }

    /// The place after the run that comes next.
    fn after_run(&mut self, at: u32, is_black: bool) -> Result<u32> {
        let mut end = at;
        loop {
            let code = if is_black {
                black::decode(&mut self.bits)
            } else {
                white::decode(&mut self.bits)
            };
            let Some(run) = code else {
                return Err(self.no_code());
            };
            end = end.saturating_add(u32::from(run));
            if end > self.width {
                return Err(damaged("a fax row is too long"));
            }
            // Runs of 64 and more are prefixes.
            if run < 64 {
                return Ok(end);
            }
        }
    }

    /// Notes a change of colour. Two at one place are none.
    fn change(&mut self, at: u32) {
        if at >= self.width {
            return;
        }
        if self.row.last() == Some(&at) {
            self.row.pop();
        } else {
            self.row.push(at);
        }
    }

    fn no_code(&self) -> wia::Error {
        match self.bits.check() {
            Ok(()) => damaged("the fax data have a code that is none"),
            Err(e) => e,
        }
    }
}

/// Sets the bits of the black runs.
fn paint(changes: &[u32], width: u32, to: &mut [u8]) {
    to.fill(0);
    for run in changes.chunks(2) {
        let start = run[0] as usize;
        let end = run.get(1).copied().unwrap_or(width) as usize;
        let (first, last) = (start / 8, end / 8);
        let head = 0xFF_u8 >> (start % 8);
        let tail = !(0xFF_u8 >> (end % 8));
        if first == last {
            to[first] |= head & tail;
            continue;
        }
        to[first] |= head;
        to[first + 1..last].fill(0xFF);
        if tail != 0 {
            to[last] |= tail;
        }
    }
}

/// Bits of a stream. Beyond its end there are zeros, and their use is counted.
struct Bits {
    source: Box<dyn BufRead>,
    low_bit_first: bool,
    /// The next bits, in the lowest `count` places.
    held: u64,
    count: u8,
    beyond: u32,
}

impl Bits {
    fn fill(&mut self) -> Result<()> {
        while self.count <= 48 {
            let buffer = self.source.fill_buf().map_err(read_error)?;
            let room = usize::from((56 - self.count) / 8).max(1);
            let n = room.min(buffer.len());
            if n == 0 {
                self.held <<= 8;
                self.count += 8;
                self.beyond = self.beyond.saturating_add(8);
                continue;
            }
            for &byte in &buffer[..n] {
                let byte = if self.low_bit_first {
                    byte.reverse_bits()
                } else {
                    byte
                };
                self.held = self.held << 8 | u64::from(byte);
                self.count += 8;
            }
            self.source.consume(n);
        }
        Ok(())
    }

    /// The next `bits` bits, at most 16.
    fn look(&self, bits: u8) -> u16 {
        let shifted = self.held >> (self.count - bits);
        (shifted & ((1 << bits) - 1)) as u16
    }

    fn skip(&mut self, bits: u8) -> Result<()> {
        self.count -= bits;
        if self.count < 32 {
            self.fill()?;
        }
        self.check()
    }

    fn align(&mut self) -> Result<()> {
        self.skip(self.count % 8)
    }

    /// Fails when bits beyond the end have been used.
    fn check(&self) -> Result<()> {
        if self.beyond > u32::from(self.count) {
            return Err(damaged("the fax data end early"));
        }
        Ok(())
    }
}

impl BitReader for Bits {
    type Error = wia::Error;

    fn peek(&self, bits: u8) -> Option<u16> {
        (bits <= 16).then(|| self.look(bits))
    }

    fn consume(&mut self, bits: u8) -> Result<()> {
        self.skip(bits)
    }

    fn bits_to_byte_boundary(&self) -> u8 {
        self.count % 8
    }
}
