//! ITU-T T.4 and T.6, called G3 and G4: bilevel rows as runs, or as changes against the row above.

use fax::Bits as Code;
use fax::maps::{black, white};
use raster::Band;
use wia::Result;

use super::StripEncoder;
use super::bits::Bits;

/// The G4 encoder. White is what the canonical rows have as 1; fax codes count from white.
#[derive(Debug)]
pub struct G4 {
    rows: Rows,
}

/// The G3 encoder: end-of-line codes before each row, none at the end of a strip.
#[derive(Debug)]
pub struct G3 {
    rows: Rows,
    two_dimensional: bool,
    /// Rows that may still be coded against the one above.
    left: u32,
}

/// Rows on their way into codes.
#[derive(Debug)]
struct Rows {
    width: u32,
    /// The columns where the colour changes in the row above, three times the width at the end.
    above: Vec<u32>,
    row: Vec<u32>,
    bits: Bits,
}

/// Of so many rows one is coded alone, so that an error of the line is not seen beyond (T.4 for fine
/// resolutions).
const K: u32 = 4;

const PASS: Code = Code { data: 1, len: 4 };
const HORIZONTAL: Code = Code { data: 1, len: 3 };
/// For -3 to 3 columns to the right of the change above.
const VERTICAL: [Code; 7] = [
    Code { data: 2, len: 7 },
    Code { data: 2, len: 6 },
    Code { data: 2, len: 3 },
    Code { data: 1, len: 1 },
    Code { data: 3, len: 3 },
    Code { data: 3, len: 6 },
    Code { data: 3, len: 7 },
];
/// Half of the end-of-block code.
const END_OF_LINE: Code = Code { data: 1, len: 12 };

impl Rows {
    fn new(width: u32) -> Rows {
        Rows {
            width,
            above: vec![width; 3],
            row: Vec::new(),
            bits: Bits::default(),
        }
    }

    /// Codes the runs of the row, white first.
    fn one_dimensional(&mut self, out: &mut Vec<u8>) {
        let (mut from, mut is_black) = (0, 0);
        for to in &self.row {
            run(&mut self.bits, is_black, to - from, out);
            if *to == self.width {
                break;
            }
            (from, is_black) = (*to, is_black ^ 1);
        }
    }

    /// Codes the row against the one above.
    fn two_dimensional(&mut self, out: &mut Vec<u8>) {
        // The names are those of T.6: a0 is where coding stands, a1 and a2 the next changes in this
        // row, b1 the first change above that is right of a0 and to the colour opposite to a0's.
        // Changes to black have even places in both lists.
        let width = self.width;
        let (row, above) = (&self.row, &self.above);
        let bits = &mut self.bits;
        // One before the first column, so that a change in column 0 is right of it.
        let mut a0: i64 = -1;
        let mut is_black = 0;
        let (mut i, mut j) = (0, 0);
        while a0 < i64::from(width) {
            while i64::from(above[j]) <= a0 && above[j] < width {
                j += 2;
            }
            let (a1, b1, b2) = (row[i], above[j], above[j + 1]);
            if b2 < a1 {
                put(bits, PASS, out);
                a0 = i64::from(b2);
                continue;
            }
            let shift = i64::from(a1) - i64::from(b1);
            if (-3..=3).contains(&shift) {
                put(bits, VERTICAL[(shift + 3) as usize], out);
                a0 = i64::from(a1);
                is_black ^= 1;
                i += 1;
                // The first change right of the new a0 may be the one before b1.
                j = if j > 0 { j - 1 } else { 1 };
            } else {
                let a2 = row[i + 1];
                put(bits, HORIZONTAL, out);
                run(bits, is_black, (i64::from(a1) - a0.max(0)) as u32, out);
                run(bits, is_black ^ 1, a2 - a1, out);
                a0 = i64::from(a2);
                i += 2;
            }
        }
    }

    /// Goes on to the next row.
    fn advance(&mut self) {
        std::mem::swap(&mut self.row, &mut self.above);
    }

    /// Ends the strip. The row above the first of the next is white.
    fn finish(&mut self, out: &mut Vec<u8>) {
        self.bits.finish(out);
        self.above.clear();
        self.above.extend([self.width; 3]);
    }
}

impl G4 {
    /// An encoder of rows of `width` pixels at the start of a strip.
    pub fn new(width: u32) -> G4 {
        G4 {
            rows: Rows::new(width),
        }
    }
}

impl StripEncoder for G4 {
    fn rows(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        let rows = &mut self.rows;
        for row in band.iter() {
            changes(row, rows.width, &mut rows.row);
            rows.two_dimensional(out);
            rows.advance();
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
        put(&mut self.rows.bits, END_OF_LINE, out);
        put(&mut self.rows.bits, END_OF_LINE, out);
        self.rows.finish(out);
        Ok(())
    }
}

impl G3 {
    /// An encoder of rows of `width` pixels at the start of a strip. With `two_dimensional` three of
    /// four rows are coded against the one above.
    pub fn new(width: u32, two_dimensional: bool) -> G3 {
        G3 {
            rows: Rows::new(width),
            two_dimensional,
            left: 0,
        }
    }
}

impl StripEncoder for G3 {
    fn rows(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        let rows = &mut self.rows;
        for row in band.iter() {
            changes(row, rows.width, &mut rows.row);
            put(&mut rows.bits, END_OF_LINE, out);
            if self.left > 0 {
                self.left -= 1;
                rows.bits.put(0, 1, out);
                rows.two_dimensional(out);
            } else {
                if self.two_dimensional {
                    rows.bits.put(1, 1, out);
                    self.left = K - 1;
                }
                rows.one_dimensional(out);
            }
            rows.advance();
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.left = 0;
        self.rows.finish(out);
        Ok(())
    }
}

/// Puts the columns where the colour of `row` changes, from white before its start, into `list`, and
/// the width three times after them: b2 and a2 are looked for beyond the end, and b1 can be two
/// places beyond the last change.
fn changes(row: &[u8], width: u32, list: &mut Vec<u32>) {
    list.clear();
    let mut before = 1u64;
    let mut column = 0u32;
    let mut word = |word: u64| {
        let mut changed = word ^ (word >> 1 | before << 63);
        before = word & 1;
        while changed != 0 {
            let zeros = changed.leading_zeros();
            let at = column.saturating_add(zeros);
            if at >= width {
                break;
            }
            list.push(at);
            changed &= !(1 << 63 >> zeros);
        }
        column = column.saturating_add(64);
    };
    let (words, rest) = row.as_chunks::<8>();
    for eight in words {
        word(u64::from_be_bytes(*eight));
    }
    if !rest.is_empty() {
        let mut eight = [0; 8];
        eight[..rest.len()].copy_from_slice(rest);
        word(u64::from_be_bytes(eight));
    }
    list.extend([width; 3]);
}

/// Writes a run of `length` pixels: make-up codes for its multiples of 64, then the rest.
fn run(bits: &mut Bits, is_black: u32, mut length: u32, out: &mut Vec<u8>) {
    let codes = if is_black == 0 {
        &white::ENTRIES
    } else {
        &black::ENTRIES
    };
    let mut code = |place: usize| put(bits, codes[place].1, out);
    // The tables have the codes of 0 to 63, then those of 64, 128 and so on to 2560.
    while length >= 2560 {
        code(103);
        length -= 2560;
    }
    if length >= 64 {
        code(63 + length as usize / 64);
        length %= 64;
    }
    code(length as usize);
}

fn put(bits: &mut Bits, code: Code, out: &mut Vec<u8>) {
    bits.put(u32::from(code.data), u32::from(code.len), out);
}
