//! Bytes that grow with the document: in memory up to a bound, then in a temporary file without a
//! name.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};

use wia::{Error, Result};

/// What is held in memory before the temporary file is used.
const IN_MEMORY: usize = 16 * 1024;
/// What is read from the temporary file at once.
const READ_CHUNK: usize = 16 * 1024;

/// A byte string that is only appended to and read from its start.
#[derive(Debug, Default)]
pub(super) struct Spill {
    file: Option<File>,
    in_file: u64,
    memory: Vec<u8>,
}

impl Spill {
    /// Appends `bytes`. After an error the content is not to be used any more.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        if self.memory.len() + bytes.len() > IN_MEMORY {
            self.flush(bytes).map_err(temporary)?;
        } else {
            self.memory.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn flush(&mut self, more: &[u8]) -> std::io::Result<()> {
        if self.file.is_none() {
            self.file = Some(tempfile::tempfile()?);
        }
        if let Some(file) = &mut self.file {
            // A reader may have left the position anywhere.
            file.seek(SeekFrom::Start(self.in_file))?;
            file.write_all(&self.memory)?;
            file.write_all(more)?;
            self.in_file += (self.memory.len() + more.len()) as u64;
            self.memory.clear();
        }
        Ok(())
    }

    /// Reads everything from the start.
    pub(super) fn reader(&mut self) -> Result<Box<dyn Read + '_>> {
        Ok(match &mut self.file {
            None => Box::new(self.memory.as_slice()),
            Some(file) => {
                file.seek(SeekFrom::Start(0)).map_err(temporary)?;
                let stored = BufReader::with_capacity(READ_CHUNK, file).take(self.in_file);
                Box::new(stored.chain(self.memory.as_slice()))
            }
        })
    }
}

/// The error for a failure of the temporary file.
pub(super) fn temporary(e: std::io::Error) -> Error {
    Error::from_write(e).context("temporary file of the TIFF writer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_the_same_in_memory_and_in_the_file() {
        let mut spill = Spill::default();
        let mut all = Vec::new();
        for i in 0..2_000u32 {
            let piece: Vec<u8> = (0..i % 701).map(|k| (k ^ i) as u8).collect();
            spill.append(&piece).unwrap();
            all.extend_from_slice(&piece);
            if i % 500 == 0 {
                let mut read = Vec::new();
                spill.reader().unwrap().read_to_end(&mut read).unwrap();
                assert!(read == all, "after {i} pieces");
            }
        }
        assert!(spill.file.is_some() && spill.memory.len() <= IN_MEMORY);
        let mut read = Vec::new();
        spill.reader().unwrap().read_to_end(&mut read).unwrap();
        assert!(read == all);
    }
}
