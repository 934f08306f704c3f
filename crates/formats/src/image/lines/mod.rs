//! Files whose lines lie one after the other without compression: bitmaps and RAW.

mod bitmap;
mod raw;

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use wia::Result;

use super::{ImageInfo, damaged, file, read_error};
use crate::Limits;

pub(super) use bitmap::bitmap;
pub(super) use raw::raw;

/// Where the lines of an image are and what they are made of.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) info: ImageInfo,
    start: u64,
    /// Bytes of a line, with padding and without.
    stride: u64,
    used: usize,
    bottom_up: bool,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Bitmap(bitmap::Form),
    Raw(crate::raw::Form),
}

impl Lines {
    /// Refuses an image that is not all there.
    fn check(mut self, file: &File, limits: &Limits) -> Result<Lines> {
        self.info = self.info.check(limits)?;
        let end = file.metadata().map_err(read_error)?.len();
        let bytes = self.stride.saturating_mul(u64::from(self.info.height));
        if self.stride < self.used as u64 || self.stride > limits.row_bytes {
            return Err(damaged(format!("lines of {} bytes", self.stride)));
        }
        if self.start.saturating_add(bytes) > end {
            return Err(damaged("the data end early"));
        }
        Ok(self)
    }
}

/// The rows of such an image, from the top.
pub(super) struct Rows {
    file: Arc<File>,
    lines: Arc<Lines>,
    next: u32,
    line: Vec<u8>,
    converted: Vec<u8>,
}

impl Rows {
    pub(super) fn new(file: &Arc<File>, lines: &Arc<Lines>) -> Rows {
        Rows {
            file: Arc::clone(file),
            line: vec![0; lines.used],
            lines: Arc::clone(lines),
            next: 0,
            converted: Vec::new(),
        }
    }
}

impl file::Rows for Rows {
    fn row(&mut self, row: &mut [u8]) -> Result<()> {
        let Lines { info, form, .. } = &*self.lines;
        let at = match self.lines.bottom_up {
            true => info.height - 1 - self.next,
            false => self.next,
        };
        let at = self.lines.start + u64::from(at) * self.lines.stride;
        self.file
            .read_exact_at(&mut self.line, at)
            .map_err(read_error)?;
        self.next += 1;
        match form {
            Form::Bitmap(form) => form.convert(&self.line, row),
            Form::Raw(form) => {
                self.converted.clear();
                form.convert(info.width, &self.line, &mut self.converted);
                row.copy_from_slice(&self.converted[..row.len()]);
            }
        }
        Ok(())
    }
}
