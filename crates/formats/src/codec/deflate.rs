//! Deflate in zlib's container (RFC 1950 and 1951).

use flate2::{Compress, Compression, FlushCompress, Status};
use raster::Band;
use wia::{Error, ErrorKind, Result};

use super::{StripEncoder, pieces};

/// How much room the output gets at a time.
const ROOM: usize = 16 * 1024;

/// The deflate encoder whose output flows while rows come.
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

/// The deflate encoder of strips that are small enough to be held: faster, and smaller, than
/// [`Deflate`] where the feature `libdeflate` is on, else the same.
#[cfg(not(feature = "libdeflate"))]
#[derive(Debug)]
pub struct DeflateStrip(Deflate);

#[cfg(not(feature = "libdeflate"))]
impl DeflateStrip {
    /// An encoder of samples as they are, or of their differences.
    pub fn new(_differences: bool) -> DeflateStrip {
        DeflateStrip(Deflate::default())
    }
}

#[cfg(not(feature = "libdeflate"))]
impl StripEncoder for DeflateStrip {
    fn rows(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        self.0.rows(band, out)
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.0.finish(out)
    }
}

#[cfg(feature = "libdeflate")]
pub use whole::DeflateStrip;

#[cfg(feature = "libdeflate")]
mod whole {
    use std::fmt;

    use libdeflater::{CompressionLvl, Compressor};
    use raster::Band;
    use wia::{Error, ErrorKind, Result};

    use super::StripEncoder;

    /// The deflate encoder of strips that are small enough to be held.
    pub struct DeflateStrip {
        compressor: Compressor,
        rows: Vec<u8>,
    }

    impl DeflateStrip {
        /// An encoder of samples as they are, or of their differences. These are smaller at level 4 than
        /// the samples of a scan at level 6, and faster. Where they are not, level 6 is worth its time.
        pub fn new(differences: bool) -> DeflateStrip {
            let level = CompressionLvl::new(if differences { 4 } else { 6 });
            DeflateStrip {
                compressor: Compressor::new(level.unwrap_or_default()),
                rows: Vec::new(),
            }
        }

        fn encode(&mut self, rows: &[u8], out: &mut Vec<u8>) -> Result<()> {
            let from = out.len();
            out.resize(from + self.compressor.zlib_compress_bound(rows.len()), 0);
            let bytes = self
                .compressor
                .zlib_compress(rows, &mut out[from..])
                .map_err(|e| Error::new(ErrorKind::Fail, "deflate").with_source(e))?;
            out.truncate(from + bytes);
            Ok(())
        }
    }

    impl StripEncoder for DeflateStrip {
        fn rows(&mut self, band: Band<'_>, _out: &mut Vec<u8>) -> Result<()> {
            for row in band.iter() {
                self.rows.extend_from_slice(row);
            }
            Ok(())
        }

        fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
            let mut rows = std::mem::take(&mut self.rows);
            let done = self.encode(&rows, out);
            rows.clear();
            self.rows = rows;
            done
        }

        fn strip(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
            match band.packed() {
                Some(rows) if self.rows.is_empty() => self.encode(rows, out),
                _ => {
                    self.rows(band, out)?;
                    self.finish(out)
                }
            }
        }
    }

    impl fmt::Debug for DeflateStrip {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "DeflateStrip({} bytes)", self.rows.len())
        }
    }
}
