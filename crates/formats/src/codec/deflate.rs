//! Deflate in zlib's container (RFC 1950 and 1951).

use flate2::{Compress, Compression, FlushCompress, Status};
use raster::Band;
use wia::{Error, ErrorKind, Result};

use super::{StripEncoder, pieces};

/// How much room the output gets at a time.
const ROOM: usize = 16 * 1024;

/// The deflate encoder.
#[derive(Debug)]
pub struct Deflate {
    stream: Compress,
}

impl Deflate {
    /// The level for scans: on pages of text and photographs four times as fast as level 6, for
    /// output that is 8 % larger; level 1 gives much more than that away.
    pub const LEVEL: u32 = 3;

    /// An encoder of `level`, 0 (stored) to 9 (smallest); more is taken as 9.
    pub fn new(level: u32) -> Deflate {
        Deflate {
            stream: Compress::new(Compression::new(level.min(9)), true),
        }
    }

    fn encode(&mut self, mut data: &[u8], flush: FlushCompress, out: &mut Vec<u8>) -> Result<()> {
        loop {
            out.reserve(ROOM);
            let before = self.stream.total_in();
            let status = self
                .stream
                .compress_vec(data, out, flush)
                .map_err(|e| Error::new(ErrorKind::Fail, "deflate").with_source(e))?;
            data = &data[(self.stream.total_in() - before) as usize..];
            match flush {
                FlushCompress::Finish if status == Status::StreamEnd => return Ok(()),
                FlushCompress::None if data.is_empty() => return Ok(()),
                _ => {}
            }
        }
    }
}

impl Default for Deflate {
    fn default() -> Deflate {
        Deflate::new(Deflate::LEVEL)
    }
}

impl StripEncoder for Deflate {
    fn rows(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        pieces(band, |data| self.encode(data, FlushCompress::None, out))
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.encode(&[], FlushCompress::Finish, out)?;
        self.stream.reset();
        Ok(())
    }
}
