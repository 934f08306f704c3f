//! Places that take bytes in order and give none back: pipes, FIFOs, character devices.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use formats::{Sink, SinkAbilities};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, OFlags, Stat, fstat};
use rustix::io::Errno;
use wia::{Error, ErrorKind, Result};

use crate::cancel::Cancel;
use crate::naming::keeps_nothing;

/// How long a wait may be deaf to a cancel.
const WAIT: Duration = Duration::from_millis(20);
/// `PIPE_BUF` of Linux: a pipe that poll calls writable takes so much without blocking.
const PIPE_BUF: usize = 4096;

/// A pipe or a character device as a sink.
///
/// A cancel gets through also while the reader of a pipe does not read.
pub(crate) struct InOrder {
    file: File,
    cancel: Cancel,
    kind: Kind,
    position: u64,
    len: u64,
}

/// How bytes get through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It takes what comes.
    Plain,
    /// It keeps nothing: what a seeking writer writes is taken in the order in which it comes, and
    /// where it would lie in a file is only counted.
    Null,
    /// It may be full. Its open file is shared with other processes, which would not expect it to be
    /// non-blocking.
    Shared,
    /// It may be full, and was opened here as non-blocking.
    Own,
}

impl InOrder {
    /// Standard output.
    ///
    /// # Errors
    ///
    /// When it is closed.
    pub(crate) fn stdout(cancel: &Cancel) -> Result<InOrder> {
        let fd: OwnedFd = io::stdout()
            .as_fd()
            .try_clone_to_owned()
            .map_err(|e| Error::from_write(e).context("standard output"))?;
        InOrder::shared(File::from(fd), cancel)
    }

    /// An open file that other processes may have, too.
    fn shared(file: File, cancel: &Cancel) -> Result<InOrder> {
        let stat = fstat(&file).map_err(|e| Error::from_write(e.into()))?;
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile | FileType::BlockDevice => Kind::Plain,
            _ if is_null(&stat) => Kind::Null,
            _ => Kind::Shared,
        };
        Ok(InOrder::new(file, cancel, kind))
    }

    /// A FIFO or character device. Waits for a FIFO's reader.
    ///
    /// # Errors
    ///
    /// What opening says; `Abort` when the scan is cancelled while it waits.
    pub(crate) fn open(path: &Path, cancel: &Cancel) -> Result<InOrder> {
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let failed = |e: io::Error| Error::from_write(e).context(path.display());
        loop {
            let opened = OpenOptions::new()
                .write(true)
                .custom_flags(flags.bits().cast_signed())
                .open(path);
            match opened {
                Ok(file) => {
                    let stat = fstat(&file).map_err(|e| failed(e.into()))?;
                    let kind = if is_null(&stat) {
                        Kind::Null
                    } else {
                        Kind::Own
                    };
                    return Ok(InOrder::new(file, cancel, kind));
                }
                // Of a FIFO this says that nobody reads it yet; of a device, that there is none.
                Err(e) if Errno::from_io_error(&e) == Some(Errno::NXIO) && is_fifo(path) => {
                    if cancel.is_cancelled() {
                        return Err(cancelled());
                    }
                    thread::sleep(WAIT);
                }
                Err(e) => return Err(failed(e)),
            }
        }
    }

    fn new(file: File, cancel: &Cancel, kind: Kind) -> InOrder {
        InOrder {
            file,
            cancel: cancel.clone(),
            kind,
            position: 0,
            len: 0,
        }
    }

    /// Whether it is a device that a seeking writer may write to, in whatever order.
    pub(crate) fn pretends_to_seek(&self) -> bool {
        self.kind == Kind::Null
    }

    /// Writes what has waited in a temporary file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, and what the place says.
    pub(crate) fn take(&mut self, mut file: &File) -> Result<()> {
        file.rewind().map_err(Error::from_read)?;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(n) => self.write_all(&buffer[..n]).map_err(Error::from_write)?,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::from_read(e)),
            }
        }
    }

    /// Writes some of `data`, which is not empty; waits for room.
    fn write_some(&mut self, data: &[u8]) -> io::Result<usize> {
        let data = match self.kind {
            Kind::Shared => {
                self.wait_for_room()?;
                &data[..data.len().min(PIPE_BUF)]
            }
            Kind::Plain | Kind::Null | Kind::Own => data,
        };
        loop {
            match self.file.write(data) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => self.wait_for_room()?,
                written => return written,
            }
        }
    }

    fn wait_for_room(&self) -> io::Result<()> {
        let wait = Timespec {
            tv_sec: 0,
            tv_nsec: i64::from(WAIT.subsec_nanos()),
        };
        loop {
            let mut fds = [PollFd::new(&self.file, PollFlags::OUT)];
            match poll(&mut fds, Some(&wait)) {
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(()),
                Err(e) => return Err(e.into()),
            }
            if self.cancel.is_cancelled() {
                return Err(cancelled().into());
            }
        }
    }
}

/// Whether standard output is a device like `/dev/null`.
pub(crate) fn stdout_keeps_nothing() -> bool {
    fstat(io::stdout()).is_ok_and(|stat| is_null(&stat))
}

fn is_null(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice
        && keeps_nothing(stat.st_rdev)
}

fn is_fifo(path: &Path) -> bool {
    rustix::fs::stat(path).is_ok_and(|s| FileType::from_raw_mode(s.st_mode) == FileType::Fifo)
}

fn cancelled() -> Error {
    Error::new(
        ErrorKind::Abort,
        "cancelled while the output's reader was waited for",
    )
}

impl Sink for InOrder {
    fn write_all(&mut self, mut data: &[u8]) -> io::Result<()> {
        while !data.is_empty() {
            let written = self.write_some(data)?;
            data = &data[written..];
            self.position += written as u64;
            self.len = self.len.max(self.position);
        }
        Ok(())
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let wanted = match to {
            SeekFrom::Start(n) => Some(n),
            SeekFrom::End(n) => self.len.checked_add_signed(n),
            SeekFrom::Current(n) => self.position.checked_add_signed(n),
        };
        match wanted {
            Some(n) if n == self.position || self.pretends_to_seek() => {
                self.position = n;
                Ok(n)
            }
            _ => Err(Error::new(ErrorKind::InvalidFunction, "a pipe cannot seek").into()),
        }
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        if self.pretends_to_seek() {
            self.len = len;
            return Ok(());
        }
        if len == self.len {
            return Ok(());
        }
        Err(Error::new(ErrorKind::InvalidFunction, "a pipe cannot be cut").into())
    }

    fn abilities(&self) -> SinkAbilities {
        SinkAbilities {
            seek: self.pretends_to_seek(),
        }
    }
}

#[cfg(test)]
mod tests;
