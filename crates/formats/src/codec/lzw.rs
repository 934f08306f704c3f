//! LZW in TIFF's variant (TIFF 6.0, section 13).

use std::fmt;

use raster::Band;
use weezl::encode::Encoder;
use weezl::{BitOrder, LzwStatus};
use wia::{Error, ErrorKind, Result};

use super::{StripEncoder, pieces};

/// How much room the output gets at a time.
const ROOM: usize = 16 * 1024;

/// The LZW encoder.
pub struct Lzw {
    encoder: Encoder,
}

impl Lzw {
    /// An encoder at the start of a strip.
    pub fn new() -> Lzw {
        Lzw {
            encoder: Encoder::with_tiff_size_switch(BitOrder::Msb, 8),
        }
    }

    /// Encodes all of `data`; to the end code when the encoder has been told to finish.
    fn encode(&mut self, mut data: &[u8], out: &mut Vec<u8>) -> Result<()> {
        loop {
            let from = out.len();
            out.resize(from + ROOM, 0);
            let done = self.encoder.encode_bytes(data, &mut out[from..]);
            out.truncate(from + done.consumed_out);
            data = &data[done.consumed_in..];
            match done.status {
                Ok(LzwStatus::Done) => return Ok(()),
                // What is not full has nothing more to give.
                Ok(_) if data.is_empty() && done.consumed_out < ROOM => return Ok(()),
                Ok(_) => {}
                Err(error) => {
                    return Err(Error::new(ErrorKind::Fail, "LZW").with_source(error));
                }
            }
        }
    }
}

impl StripEncoder for Lzw {
    fn rows(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        pieces(band, |data| self.encode(data, out))
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.encoder.finish();
        self.encode(&[], out)?;
        self.encoder.reset();
        Ok(())
    }
}

impl Default for Lzw {
    fn default() -> Lzw {
        Lzw::new()
    }
}

impl fmt::Debug for Lzw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lzw").finish_non_exhaustive()
    }
}
