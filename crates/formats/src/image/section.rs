//! Stretches of a file that several readers share.

use std::fs::File;
use std::io::{BufReader, Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::ops::Deref;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// What pixels are read in.
const PIECE: u64 = 64 * 1024;
/// What directories and headers are read in.
const SMALL_PIECE: usize = 4 * 1024;

/// Some bytes of a file, read without moving the file's own place.
#[derive(Clone, Debug)]
pub(crate) struct Section<F = Arc<File>> {
    file: F,
    start: u64,
    at: u64,
    end: u64,
}

impl Section {
    /// All of a file.
    pub(crate) fn whole(file: &Arc<File>) -> Section {
        Section::new(file, 0, u64::MAX)
    }
}

impl<F: Deref<Target = File> + Clone> Section<F> {
    /// `bytes` bytes from `start` on, as far as they are there.
    pub(crate) fn new(file: &F, start: u64, bytes: u64) -> Section<F> {
        Section {
            file: file.clone(),
            start,
            at: start,
            end: start.saturating_add(bytes),
        }
    }

    /// For pixels, which are read in order.
    pub(crate) fn buffered(self) -> BufReader<Section<F>> {
        let piece = (self.end - self.at).clamp(1, PIECE);
        BufReader::with_capacity(piece as usize, self)
    }

    /// For directories and headers, which lie here and there.
    pub(crate) fn hopping(self) -> BufReader<Section<F>> {
        BufReader::with_capacity(SMALL_PIECE, self)
    }
}

impl<F: Deref<Target = File>> Read for Section<F> {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        let left = self.end.saturating_sub(self.at);
        let most = usize::try_from(left).map_or(to.len(), |left| left.min(to.len()));
        if most == 0 {
            return Ok(0);
        }
        let n = self.file.read_at(&mut to[..most], self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Section {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let end = |file: &File| Ok::<u64, Error>(file.metadata()?.len().min(self.end));
        let at = match to {
            SeekFrom::Start(at) => self.start.checked_add(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => end(&self.file)?.checked_add_signed(by),
        };
        let Some(at) = at.filter(|at| *at >= self.start) else {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "a place before the start",
            ));
        };
        self.at = at;
        Ok(at - self.start)
    }
}
