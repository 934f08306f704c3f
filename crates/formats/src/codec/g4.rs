//! ITU-T T.6, called G4: bilevel rows as changes against the row above.

use fax::Bits;
use fax::maps::{black, white};
use raster::Band;
use wia::Result;

use super::StripEncoder;

/// The G4 encoder. White is what the canonical rows have as 1; fax codes count from white.
#[derive(Debug)]
pub struct G4 {
    width: u32,
    /// The columns where the colour changes in the row above, three times the width at the end.
    above: Vec<u32>,
    row: Vec<u32>,
    bits: BitSink,
}

const PASS: Bits = Bits { data: 1, len: 4 };
const HORIZONTAL: Bits = Bits { data: 1, len: 3 };
/// For -3 to 3 columns to the right of the change above.
const VERTICAL: [Bits; 7] = [
    Bits { data: 2, len: 7 },
    Bits { data: 2, len: 6 },
    Bits { data: 2, len: 3 },
    Bits { data: 1, len: 1 },
    Bits { data: 3, len: 3 },
    Bits { data: 3, len: 6 },
    Bits { data: 3, len: 7 },
];
/// Half of the end-of-block code.
const END_OF_LINE: Bits = Bits { data: 1, len: 12 };

impl G4 {
    /// An encoder of rows of `width` pixels at the start of a strip.
    pub fn new(width: u32) -> G4 {
        G4 {
            width,
            above: vec![width; 3],
            row: Vec::new(),
            bits: BitSink::default(),
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
                bits.put(PASS, out);
                a0 = i64::from(b2);
                continue;
            }
            let shift = i64::from(a1) - i64::from(b1);
            if (-3..=3).contains(&shift) {
                bits.put(VERTICAL[(shift + 3) as usize], out);
                a0 = i64::from(a1);
                is_black ^= 1;
                i += 1;
                // The first change right of the new a0 may be the one before b1.
                j = if j > 0 { j - 1 } else { 1 };
            } else {
                let a2 = row[i + 1];
                bits.put(HORIZONTAL, out);
                bits.run(is_black, (i64::from(a1) - a0.max(0)) as u32, out);
                bits.run(is_black ^ 1, a2 - a1, out);
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
        self.bits.put(END_OF_LINE, out);
        self.bits.put(END_OF_LINE, out);
        self.bits.pad(out);
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

/// Bits, highest first, on their way into bytes.
#[derive(Debug, Default)]
struct BitSink {
    /// The last `count` bits, lowest last.
    pending: u64,
    count: u32,
}

impl BitSink {
    fn put(&mut self, code: Bits, out: &mut Vec<u8>) {
        self.pending = self.pending << code.len | u64::from(code.data);
        self.count += u32::from(code.len);
        if self.count >= 32 {
            self.count -= 32;
            let word = (self.pending >> self.count) as u32;
            out.extend_from_slice(&word.to_be_bytes());
        }
    }

    /// A run of `length` pixels: make-up codes for its multiples of 64, then the rest.
    fn run(&mut self, is_black: u32, mut length: u32, out: &mut Vec<u8>) {
        let codes = if is_black == 0 {
            &white::ENTRIES
        } else {
            &black::ENTRIES
        };
        // 2560 is the longest make-up code; the table has 0 to 63, then 64, 128 and so on.
        while length >= 2560 {
            self.put(codes[103].1, out);
            length -= 2560;
        }
        if length >= 64 {
            self.put(codes[63 + length as usize / 64].1, out);
            length %= 64;
        }
        self.put(codes[length as usize].1, out);
    }

    fn pad(&mut self, out: &mut Vec<u8>) {
        let bytes = self.count.div_ceil(8);
        let word = self.pending << (bytes * 8 - self.count);
        out.extend_from_slice(&word.to_be_bytes()[8 - bytes as usize..]);
        self.pending = 0;
        self.count = 0;
    }
}
