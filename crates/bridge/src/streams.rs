//! Streams over what a Unix has, for applications: files, descriptors, memory.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;

use transfer::Stream;
use wia::{Error, ErrorKind, Hresult, Result};

/// `STGM_WRITE`, `STGM_READWRITE`: what of a mode says how a file is opened.
const ACCESS: u32 = 0x3;
const WRITE: u32 = 0x1;
const READ_WRITE: u32 = 0x2;
/// `STGM_CREATE`: what is in the file already is cut off.
const CREATE: u32 = 0x1000;

/// `HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)`.
const FILE_NOT_FOUND: Hresult = Hresult(0x8007_0002);

/// A file as a stream. `mode` is `STGM_READ`, or `STGM_WRITE` or `STGM_READWRITE` with or without `STGM_CREATE`: to be
/// written it is made where it is not there.
///
/// # Errors
///
/// `InvalidArgument` for another mode; 0x80070002 where there is no such file or folder; else what the file system says.
pub fn stream_on_file(path: &Path, mode: u32) -> Result<Box<dyn Stream>> {
    let mut options = OpenOptions::new();
    let invalid = || {
        Error::invalid(format!(
            "grfMode is {mode:#x}; valid: STGM_READ, STGM_WRITE, STGM_READWRITE, STGM_CREATE"
        ))
    };
    if mode & !(ACCESS | CREATE) != 0 {
        return Err(invalid());
    }
    match mode & ACCESS {
        0 if mode & CREATE == 0 => options.read(true),
        // A page writer reads nothing, yet a document that is gone on with is read.
        WRITE | READ_WRITE => options
            .read(true)
            .write(true)
            .create(true)
            .truncate(mode & CREATE != 0),
        _ => return Err(invalid()),
    };
    let file = options.open(path).map_err(|e| {
        let missing = e.kind() == io::ErrorKind::NotFound;
        let error = if mode & ACCESS == 0 {
            Error::from_read(e)
        } else {
            Error::from_write(e)
        };
        let error = error.context(path.display());
        if missing {
            error.with_code(FILE_NOT_FOUND)
        } else {
            error
        }
    })?;
    Ok(of_file(file))
}

/// A descriptor as a stream; it is duplicated. What is no regular file is written from front to end, and cannot be gone
/// back in.
///
/// # Errors
///
/// `InvalidArgument` for what is no descriptor.
pub fn stream_on_descriptor(descriptor: BorrowedFd<'_>) -> Result<Box<dyn Stream>> {
    let own: OwnedFd = descriptor
        .try_clone_to_owned()
        .map_err(|e| Error::invalid(format!("the descriptor: {e}")))?;
    Ok(of_file(File::from(own)))
}

fn of_file(mut file: File) -> Box<dyn Stream> {
    match file.stream_position() {
        Ok(_) => Box::new(SeekableFile(file)),
        Err(_) => Box::new(PipeStream { file, position: 0 }),
    }
}

/// A file that can be read too, unlike the one of the page writer.
#[derive(Debug)]
struct SeekableFile(File);

impl Stream for SeekableFile {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.0.write_all(data).map_err(Error::from_write)?;
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.0.seek(to).map_err(|e| sought(e, to))
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.0.set_len(size).map_err(Error::from_write)
    }

    fn barrier(&mut self) -> Result<()> {
        self.0.sync_data().map_err(Error::from_write)
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.0.read(buffer).map_err(Error::from_read)
    }

    fn size(&mut self) -> Result<u64> {
        Ok(self.0.metadata().map_err(Error::from_read)?.len())
    }
}

fn sought(e: io::Error, to: SeekFrom) -> Error {
    Error::from_io(e, ErrorKind::InvalidFunction).context(format!("{to:?}"))
}

/// A pipe, a socket, a terminal: from front to end.
#[derive(Debug)]
pub struct PipeStream {
    file: File,
    position: u64,
}

impl Stream for PipeStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.file.write_all(data).map_err(Error::from_write)?;
        self.position += data.len() as u64;
        Ok(data.len())
    }

    /// Where it is already, which is the end of what was written.
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        match to {
            SeekFrom::Start(at) if at == self.position => Ok(at),
            SeekFrom::Current(0) | SeekFrom::End(0) => Ok(self.position),
            _ => Err(Error::new(
                ErrorKind::InvalidFunction,
                format!("a pipe is at {} and cannot go elsewhere", self.position),
            )),
        }
    }

    fn set_size(&mut self, _size: u64) -> Result<()> {
        Err(Error::new(ErrorKind::InvalidFunction, "a pipe has no size"))
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.file.read(buffer).map_err(Error::from_read)?;
        self.position += read as u64;
        Ok(read)
    }
}

/// Memory of its own, empty at first.
#[derive(Debug, Default)]
pub struct MemoryStream(io::Cursor<Vec<u8>>);

impl MemoryStream {
    /// Memory with these bytes, at their beginning.
    pub fn new(bytes: Vec<u8>) -> MemoryStream {
        MemoryStream(io::Cursor::new(bytes))
    }
}

impl Stream for MemoryStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let end = self.0.position().saturating_add(data.len() as u64);
        self.reserve(end)?;
        self.0.write_all(data).map_err(Error::from_write)?;
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.0.seek(to).map_err(|e| sought(e, to))
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.reserve(size)?;
        let size = usize::try_from(size).map_err(|_| full(size))?;
        self.0.get_mut().resize(size, 0);
        Ok(())
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.0.read(buffer).map_err(Error::from_read)
    }

    fn size(&mut self) -> Result<u64> {
        Ok(self.0.get_ref().len() as u64)
    }
}

impl MemoryStream {
    /// Room for so many bytes, so that there being none is no end of the program.
    fn reserve(&mut self, size: u64) -> Result<()> {
        let bytes = self.0.get_mut();
        let size = usize::try_from(size).map_err(|_| full(size))?;
        let more = size.saturating_sub(bytes.len());
        bytes.try_reserve(more).map_err(|_| full(size as u64))
    }
}

fn full(size: u64) -> Error {
    Error::new(
        ErrorKind::MediumFull,
        format!("there is no memory for a stream of {size} bytes"),
    )
}
