//! ITU-T T.6, called G4: bilevel rows as changes against the row above.

use fax::Bits as Code;
use fax::maps::{black, white};
use raster::Band;
use wia::Result;

use super::StripEncoder;
use super::bits::Bits;

/// The G4 encoder. White is what the canonical rows have as 1; fax codes count from white.
#[derive(Debug)]
pub struct G4 {
    width: u32,
    /// The columns where the colour changes in the row above, three times the width at the end.
    above: Vec<u32>,
    row: Vec<u32>,
    bits: Bits,
}

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

impl G4 {
    /// An encoder of rows of `width` pixels at the start of a strip.
    pub fn new(width: u32) -> G4 {
        G4 {
            width,
            above: vec![width; 3],
            row: Vec::new(),
            bits: Bits::default(),
        }
    }

    fn encode_row(&mut self, out: &mut Vec<u8>) {
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
}

impl StripEncoder for G4 {
    fn rows(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        for row in band.iter() {
            changes(row, self.width, &mut self.row);
            self.encode_row(out);
            std::mem::swap(&mut self.row, &mut self.above);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
        put(&mut self.bits, END_OF_LINE, out);
        put(&mut self.bits, END_OF_LINE, out);
        self.bits.finish(out);
        // The row above the first of a strip is white.
        self.above.clear();
        self.above.extend([self.width; 3]);
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
