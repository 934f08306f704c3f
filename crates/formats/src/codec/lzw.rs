//! LZW in TIFF's variant (TIFF 6.0, section 13).

use raster::Band;
use wia::Result;

use super::bits::Bits;
use super::{StripEncoder, pieces};

const CLEAR: u32 = 256;
const END: u32 = 257;
/// The first code that stands for more than one byte.
const FIRST: u32 = 258;
/// The table is cleared when this would be the next code, as TIFF wants it: one before codes of 12
/// bits are used up.
const FULL: u32 = 4094;

/// Places of the hash table, a power of two; at most `FULL - FIRST` are taken.
const PLACES: usize = 1 << 14;
const FREE: u32 = u32::MAX;
/// 2^32 divided by the golden ratio: the highest bits of its products are spread evenly, for the small
/// differences of a noisy page, too, which have few bytes and many prefixes.
const SPREAD: u32 = 0x9E37_79B1;

/// The LZW encoder.
#[derive(Debug)]
pub struct Lzw {
    /// Each known string: the code of all but its last byte (12 bits), that byte (8 bits), and its
    /// own code (12 bits).
    table: Box<[u32; PLACES]>,
    /// The code that the next new string gets; 0 before the strip's first byte.
    next: u32,
    /// The code of the string that has been read but not written.
    prefix: u32,
    /// Bits of the code that is written next.
    width: u32,
    bits: Bits,
}

impl Lzw {
    /// An encoder at the start of a strip.
    pub fn new() -> Lzw {
        Lzw {
            table: Box::new([FREE; PLACES]),
            next: 0,
            prefix: 0,
            width: 9,
            bits: Bits::default(),
        }
    }

    /// Writes the code that forgets all strings, in the width before it.
    fn clear(&mut self, out: &mut Vec<u8>) {
        self.bits.put(CLEAR, self.width, out);
        self.table.fill(FREE);
        self.next = FIRST;
        self.width = 9;
    }

    /// Writes `code`, after which the decoder, too, has a new string.
    fn emit(&mut self, code: u32, out: &mut Vec<u8>) {
        self.bits.put(code, self.width, out);
        self.next += 1;
        if self.next == FULL {
            self.clear(out);
        } else if self.next == 1 << self.width {
            self.width += 1;
        }
    }

    fn encode(&mut self, mut data: &[u8], out: &mut Vec<u8>) {
        if self.next == 0 {
            let Some((first, rest)) = data.split_first() else {
                return;
            };
            self.clear(out);
            self.prefix = u32::from(*first);
            data = rest;
        }
        let mut prefix = self.prefix;
        for byte in data {
            let byte = u32::from(*byte);
            let string = prefix << 8 | byte;
            let mut place = (string.wrapping_mul(SPREAD) >> (32 - PLACES.ilog2())) as usize;
            prefix = loop {
                let entry = self.table[place];
                if entry >> 12 == string {
                    break entry & 0xFFF;
                }
                if entry == FREE {
                    self.table[place] = string << 12 | self.next;
                    self.emit(prefix, out);
                    break byte;
                }
                place = (place + 1) % PLACES;
            };
        }
        self.prefix = prefix;
    }
}

impl StripEncoder for Lzw {
    fn rows(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        pieces(band, |data| {
            self.encode(data, out);
            Ok(())
        })
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
        if self.next == 0 {
            self.clear(out);
        } else {
            self.emit(self.prefix, out);
        }
        self.bits.put(END, self.width, out);
        self.bits.finish(out);
        self.next = 0;
        self.width = 9;
        Ok(())
    }
}

impl Default for Lzw {
    fn default() -> Lzw {
        Lzw::new()
    }
}
