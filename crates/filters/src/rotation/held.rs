//! The rows of a page, in memory up to a bound, then in a temporary file without a name.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt as _;

use raster::Band;
use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;
use wia::{Error, ErrorKind, Result};

use crate::temporary;

/// What is held in memory: an A4 page of 2480 x 3508 pixels in colour.
const IN_MEMORY: usize = 2480 * 3508 * 3;
/// Memory is taken in pieces of about so many bytes, so that it never has to move.
const PIECE: usize = 1 << 20;

pub(super) struct Held {
    row: usize,
    /// How many there will be, if that is known.
    height: Option<u32>,
    rows: usize,
    rows_of_piece: usize,
    pieces: Vec<Vec<u8>>,
    file: Option<File>,
}

impl Held {
    pub(super) fn new(row: usize, height: Option<u32>) -> Held {
        Held {
            row,
            height,
            rows: 0,
            rows_of_piece: (PIECE / row.max(1)).max(1),
            pieces: Vec::new(),
            file: None,
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether they are in a file.
    pub(super) fn is_file(&self) -> bool {
        self.file.is_some()
    }

    pub(super) fn append(&mut self, band: Band<'_>) -> Result<()> {
        for row in band.iter() {
            if self.file.is_none() && (self.rows + 1).saturating_mul(self.row) > IN_MEMORY {
                self.spill().map_err(temporary::failed)?;
            }
            match &mut self.file {
                Some(file) => file.write_all(row).map_err(temporary::failed)?,
                None => self.keep(row),
            }
            self.rows += 1;
        }
        Ok(())
    }

    fn keep(&mut self, row: &[u8]) {
        if self.rows.is_multiple_of(self.rows_of_piece) {
            self.pieces
                .push(Vec::with_capacity(self.rows_of_piece * self.row));
        }
        if let Some(piece) = self.pieces.last_mut() {
            piece.extend_from_slice(row);
        }
    }

    /// From here on the page cannot come through as it was: a lack of space is better noticed now.
    fn spill(&mut self) -> std::io::Result<()> {
        let mut file = tempfile::tempfile()?;
        let size = self.row as u64 * u64::from(self.height.unwrap_or(0));
        if size > 0 {
            let reserved = fallocate(&file, FallocateFlags::empty(), 0, size);
            // Not every file system can say so in advance.
            if let Err(e @ (Errno::NOSPC | Errno::DQUOT)) = reserved {
                return Err(e.into());
            }
        }
        for piece in self.pieces.drain(..) {
            file.write_all(&piece)?;
        }
        self.file = Some(file);
        Ok(())
    }

    /// Reads bytes of a row from `first` on.
    pub(super) fn read(&self, row: usize, first: usize, to: &mut [u8]) -> Result<()> {
        if let Some(file) = &self.file {
            let at = row as u64 * self.row as u64 + first as u64;
            return file.read_exact_at(to, at).map_err(temporary::failed_read);
        }
        let start = row % self.rows_of_piece * self.row + first;
        let source = self
            .pieces
            .get(row / self.rows_of_piece)
            .and_then(|piece| piece.get(start..start + to.len()));
        match source {
            Some(source) => {
                to.copy_from_slice(source);
                Ok(())
            }
            None => Err(Error::new(ErrorKind::Unexpected, "a row that is not held")),
        }
    }
}
