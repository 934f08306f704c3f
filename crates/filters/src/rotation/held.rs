//! The rows of a page, in memory up to a bound, then in a temporary file without a name.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use raster::Band;
use wia::{Error, ErrorKind, Result};

/// What is held in memory: an A4 page of 2480 x 3508 pixels in colour.
const IN_MEMORY: usize = 2480 * 3508 * 3;
/// Memory is taken in pieces of about so many bytes, so that it never has to move.
const PIECE: usize = 1 << 20;

pub(super) struct Held {
    row: usize,
    rows: usize,
    rows_of_piece: usize,
    pieces: Vec<Vec<u8>>,
    file: Option<File>,
}

impl Held {
    pub(super) fn new(row: usize) -> Held {
        Held {
            row,
            rows: 0,
            rows_of_piece: (PIECE / row.max(1)).max(1),
            pieces: Vec::new(),
            file: None,
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn append(&mut self, band: Band<'_>) -> Result<()> {
        for row in band.iter() {
            if self.file.is_none() && (self.rows + 1).saturating_mul(self.row) > IN_MEMORY {
                self.spill().map_err(Error::from_write)?;
            }
            match &mut self.file {
                Some(file) => file.write_all(row).map_err(Error::from_write)?,
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

    fn spill(&mut self) -> std::io::Result<()> {
        let mut file = tempfile::tempfile()?;
        for piece in self.pieces.drain(..) {
            file.write_all(&piece)?;
        }
        self.file = Some(file);
        Ok(())
    }

    /// Reads bytes of a row from `first` on.
    pub(super) fn read(&mut self, row: usize, first: usize, to: &mut [u8]) -> Result<()> {
        if let Some(file) = &mut self.file {
            let at = row as u64 * self.row as u64 + first as u64;
            file.seek(SeekFrom::Start(at)).map_err(Error::from_read)?;
            return file.read_exact(to).map_err(Error::from_read);
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
