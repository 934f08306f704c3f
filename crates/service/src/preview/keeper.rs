//! A copy of what passes.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::sync::{Arc, Mutex};

use ::transfer::{Answer, ImageFilter, NextStream, Stream, TransferCallback, TransferParams};
use items::AppItem;
use raster::Area;
use wia::{Error, ErrorKind, Result};

use crate::transfer::lock;

/// An image filter that changes nothing and keeps a copy of the last stream.
pub(super) struct Keeper {
    file: File,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    below: Option<Arc<dyn TransferCallback>>,
    /// Whether there was a stream.
    given: bool,
}

impl Keeper {
    pub(super) fn new() -> Result<Arc<Keeper>> {
        let file = tempfile::tempfile().map_err(keep_error)?;
        Ok(Arc::new(Keeper {
            file,
            state: Mutex::default(),
        }))
    }

    /// The copy, if there was a stream and something in it.
    pub(super) fn image(&self) -> Option<File> {
        let given = lock(&self.state).given;
        let file = self.file.try_clone().ok().filter(|_| given)?;
        let size = file.metadata().ok()?.len();
        (size > 0).then_some(file)
    }

    fn below(&self) -> Result<Arc<dyn TransferCallback>> {
        let below = lock(&self.state).below.clone();
        below.ok_or_else(|| Error::new(ErrorKind::Unexpected, "there is no callback"))
    }
}

fn keep_error(e: std::io::Error) -> Error {
    Error::from_write(e).context("a temporary file for the preview")
}

impl TransferCallback for Keeper {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.below()?.transfer_callback(params)
    }

    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        let answer = self.below()?.get_next_stream(item_name, full_item_name)?;
        let NextStream::Stream(mut below) = answer else {
            return Ok(answer);
        };
        lock(&self.state).given = true;
        self.file.set_len(0).map_err(keep_error)?;
        let start = below.seek(SeekFrom::End(0))?;
        Ok(NextStream::Stream(Box::new(Kept {
            below,
            start,
            position: start,
            copy: self.file.try_clone().map_err(keep_error)?,
        })))
    }
}

impl ImageFilter for Keeper {
    fn name(&self) -> &str {
        "preview"
    }

    fn initialize_filter(&self, _: &AppItem, callback: Arc<dyn TransferCallback>) -> Result<()> {
        self.set_new_callback(Some(callback))
    }

    fn set_new_callback(&self, callback: Option<Arc<dyn TransferCallback>>) -> Result<()> {
        lock(&self.state).below = callback;
        Ok(())
    }

    fn filter_preview_image(&self, _: &AppItem, _: Area, _: &mut dyn Stream) -> Result<Answer> {
        Err(Error::new(ErrorKind::NotImplemented, "nothing is filtered"))
    }
}

/// The application's stream, and a copy of what is written into it.
struct Kept {
    below: Box<dyn Stream>,
    /// What the stream held before is none of the image.
    start: u64,
    position: u64,
    copy: File,
}

impl Stream for Kept {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let taken = self.below.write(data)?;
        let at = self.position.saturating_sub(self.start);
        self.copy.seek(SeekFrom::Start(at)).map_err(keep_error)?;
        let kept = data.get(..taken).unwrap_or(data);
        self.copy.write_all(kept).map_err(keep_error)?;
        self.position += kept.len() as u64;
        Ok(taken)
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.position = self.below.seek(to)?;
        Ok(self.position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.below.set_size(size)?;
        let size = size.saturating_sub(self.start);
        self.copy.set_len(size).map_err(keep_error)
    }

    fn settle(&mut self) -> Result<()> {
        self.below.settle()
    }

    fn barrier(&mut self) -> Result<()> {
        self.below.barrier()
    }
}
