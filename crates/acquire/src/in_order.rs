//! Places that take bytes in order and give none back: pipes, FIFOs, character devices.

use std::fs::{File, OpenOptions};
use std::io::{self, SeekFrom, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use formats::{Sink, SinkAbilities};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, OFlags, fstat};
use wia::{Error, ErrorKind, Result};

use crate::cancel::Cancel;

/// How long a wait may be deaf to a cancel.
const WAIT: Duration = Duration::from_millis(20);

/// A pipe or a character device as a sink.
///
/// A cancel gets through also while the reader of a pipe does not read.
pub(crate) struct InOrder {
    file: File,
    /// Of a pipe no more is written at once than is sure not to block when poll says so.
    chunk: usize,
    cancel: Cancel,
    /// A device like `/dev/null` takes what a seeking writer writes in the order in which it comes;
    /// where that would lie in a file is only counted.
    pretend_seek: bool,
    position: u64,
    len: u64,
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
        InOrder::new(File::from(fd), cancel)
    }

    /// A FIFO or character device. Waits for a FIFO's reader.
    ///
    /// # Errors
    ///
    /// What opening says; `Abort` when the scan is cancelled while it waits.
    pub(crate) fn open(path: &Path, cancel: &Cancel) -> Result<InOrder> {
        loop {
            let opened = OpenOptions::new()
                .write(true)
                .custom_flags(OFlags::NONBLOCK.bits() as i32)
                .open(path);
            match opened {
                Ok(file) => {
                    // Only the opening must not block; a write may, after poll.
                    let flags = rustix::fs::fcntl_getfl(&file).map_err(io::Error::from);
                    flags
                        .and_then(|f| {
                            rustix::fs::fcntl_setfl(&file, f - OFlags::NONBLOCK)
                                .map_err(io::Error::from)
                        })
                        .map_err(|e| Error::from_write(e).context(path.display()))?;
                    return InOrder::new(file, cancel);
                }
                Err(e) if e.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) => {
                    if cancel.is_cancelled() {
                        return Err(cancelled());
                    }
                    thread::sleep(WAIT);
                }
                Err(e) => return Err(Error::from_write(e).context(path.display())),
            }
        }
    }

    fn new(file: File, cancel: &Cancel) -> Result<InOrder> {
        let stat = fstat(&file).map_err(|e| Error::from_write(e.into()))?;
        let kind = FileType::from_raw_mode(stat.st_mode);
        // POSIX promises PIPE_BUF bytes of room where poll says that there is any.
        let device = kind == FileType::CharacterDevice && !rustix::termios::isatty(&file);
        let may_block = !device && !matches!(kind, FileType::RegularFile | FileType::BlockDevice);
        Ok(InOrder {
            file,
            chunk: if may_block { 4096 } else { usize::MAX },
            cancel: cancel.clone(),
            pretend_seek: device,
            position: 0,
            len: 0,
        })
    }

    /// Whether it is a device that a seeking writer may write to, in whatever order.
    pub(crate) fn pretends_to_seek(&self) -> bool {
        self.pretend_seek
    }

    fn wait_for_room(&self) -> io::Result<()> {
        let wait = Timespec {
            tv_sec: 0,
            tv_nsec: i64::from(WAIT.subsec_nanos()),
        };
        loop {
            let mut fds = [PollFd::new(&self.file, PollFlags::OUT)];
            match poll(&mut fds, Some(&wait)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
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
pub(crate) fn stdout_takes_any_order() -> bool {
    let stdout = io::stdout();
    fstat(&stdout).is_ok_and(|stat| {
        FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice
            && !rustix::termios::isatty(&stdout)
    })
}

fn cancelled() -> Error {
    Error::new(
        ErrorKind::Abort,
        "cancelled while the output's reader was waited for",
    )
}

impl Sink for InOrder {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        for part in data.chunks(self.chunk) {
            if self.chunk != usize::MAX {
                self.wait_for_room()?;
            }
            Write::write_all(&mut self.file, part)?;
            self.position += part.len() as u64;
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
            Some(n) if n == self.position || self.pretend_seek => {
                self.position = n;
                Ok(n)
            }
            _ => Err(Error::new(ErrorKind::InvalidFunction, "a pipe cannot seek").into()),
        }
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        if self.pretend_seek {
            self.len = len;
            return Ok(());
        }
        Err(Error::new(ErrorKind::InvalidFunction, "a pipe cannot be cut").into())
    }

    fn abilities(&self) -> SinkAbilities {
        SinkAbilities {
            seek: self.pretend_seek,
        }
    }
}
