//! Images that are decoded while their bytes arrive.

use std::io::BufRead;

use wia::{Error, ErrorKind, Result};

use super::file::Rows;
use super::{ImageInfo, RowReader, jpeg, png, read_error};
use crate::Limits;

/// A PNG or JPEG image whose bytes come from a connection: rows are there as soon as their bytes are.
///
/// Progressive JPEG and interlaced PNG give their first row when the last byte is there, and so does all JPEG
/// in a build without C.
pub struct ArrivingImage {
    info: ImageInfo,
    left: u32,
    kind: Kind,
}

enum Kind {
    Png(Box<png::Rows<png::Forward>>),
    Jpeg(jpeg::ArrivingRows),
}

impl ArrivingImage {
    /// Reads up to the first pixel. What kind it is the first bytes say.
    ///
    /// # Errors
    ///
    /// `InputUnsupported` for bytes of another kind, unusual pixels and what is beyond `limits`;
    /// `InputDamaged` for damage and an early end; `ReadFault` and the like when reading fails. JPEG whose reading
    /// fails may be called damaged: who reads knows better.
    pub fn begin(mut source: Box<dyn BufRead>, limits: &Limits) -> Result<ArrivingImage> {
        let first = source.fill_buf().map_err(read_error)?.first();
        let (info, kind) = match first {
            None => return Err(super::damaged("there are no data")),
            Some(0x89) => {
                let (info, rows) = png::Rows::arriving(source, limits)?;
                (info, Kind::Png(Box::new(rows)))
            }
            Some(0xFF) => {
                let (info, rows) = jpeg::ArrivingRows::new(source, limits)?;
                (info, Kind::Jpeg(rows))
            }
            Some(_) => {
                let what = "this is no PNG and no JPEG image";
                return Err(Error::new(ErrorKind::InputUnsupported, what));
            }
        };
        Ok(ArrivingImage {
            info,
            left: info.height,
            kind,
        })
    }

    /// What the image says of itself.
    pub fn info(&self) -> &ImageInfo {
        &self.info
    }

    /// Reads up to the image's own end. To be called after the last row.
    ///
    /// # Errors
    ///
    /// `InputDamaged` when the end is missing or a check sum is wrong, or rows are left.
    pub fn finish(mut self) -> Result<()> {
        if self.left > 0 {
            return Err(super::damaged("rows of the image are left"));
        }
        match &mut self.kind {
            Kind::Png(rows) => rows.finish(),
            Kind::Jpeg(rows) => rows.finish(),
        }
    }
}

impl RowReader for ArrivingImage {
    fn next_row(&mut self, row: &mut [u8]) -> Result<bool> {
        if self.left == 0 {
            return Ok(false);
        }
        let (room, need) = (row.len(), self.info.row_bytes());
        let Some(row) = row.get_mut(..need) else {
            return Err(Error::invalid(format!(
                "room for {room} bytes where a row has {need}"
            )));
        };
        let read = match &mut self.kind {
            Kind::Png(rows) => rows.row(row),
            Kind::Jpeg(rows) => rows.row(row),
        };
        let number = self.info.height - self.left + 1;
        read.map_err(|e| e.context(format_args!("row {number}")))?;
        self.left -= 1;
        Ok(true)
    }
}
