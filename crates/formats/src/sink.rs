//! Where a document goes.

use std::fs::File;
use std::io::{self, SeekFrom};
use std::os::unix::fs::FileExt;

use rustix::fs::{FallocateFlags, copy_file_range, fallocate};

/// Bytes that [`Sink::copy_from`] takes at once.
const COPIED_AT_ONCE: usize = 256 * 1024;

/// What a sink can do besides taking bytes in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SinkAbilities {
    /// Earlier bytes can be overwritten.
    pub seek: bool,
}

/// The place that a document's bytes go to: a file, a pipe, a transfer's stream.
///
/// Writers use nothing but these calls, and never read back.
pub trait Sink {
    /// Writes all of `data` at the current position and moves it on. A short write is an error.
    ///
    /// # Errors
    ///
    /// Whatever the place says; a `wia::Error` travels inside `io::Error`.
    fn write_all(&mut self, data: &[u8]) -> io::Result<()>;

    /// Moves the position and returns it, counted from the start.
    ///
    /// # Errors
    ///
    /// Whatever the place says. A sink without [`SinkAbilities::seek`] answers only a seek to where
    /// it stands.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64>;

    /// Cuts (or extends) the place to `len` bytes. Used after a failure, and by a PDF at
    /// its end to give back room.
    ///
    /// # Errors
    ///
    /// Whatever the place says.
    fn set_len(&mut self, len: u64) -> io::Result<()>;

    /// What else it can do.
    fn abilities(&self) -> SinkAbilities;

    /// Makes everything that was written so far durable before anything that comes later. A place that
    /// does not outlast a power loss has nothing to do.
    ///
    /// # Errors
    ///
    /// Whatever the place says.
    fn barrier(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Sets room aside for `bytes` behind the end, so that a disk that is full later has it still. Its
    /// length stays. A place that knows no such thing does nothing.
    ///
    /// # Errors
    ///
    /// `StorageFull` when there is no such room.
    fn reserve(&mut self, _bytes: u64) -> io::Result<()> {
        Ok(())
    }

    /// Writes `bytes` bytes that stand at `at` of `file`, whose own position stays.
    ///
    /// # Errors
    ///
    /// Whatever the place says; `UnexpectedEof` when the file ends before.
    fn copy_from(&mut self, file: &File, at: u64, bytes: u64) -> io::Result<()> {
        in_pieces(file, at, bytes, &mut |piece| self.write_all(piece))
    }
}

/// Reads a stretch of a file in pieces.
fn in_pieces(
    file: &File,
    at: u64,
    bytes: u64,
    each: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let most = |left: u64| usize::try_from(left).map_or(COPIED_AT_ONCE, |n| n.min(COPIED_AT_ONCE));
    let mut buffer = vec![0; most(bytes)];
    let mut done = 0;
    while done < bytes {
        let piece = &mut buffer[..most(bytes - done)];
        file.read_exact_at(piece, at + done)?;
        each(piece)?;
        done += piece.len() as u64;
    }
    Ok(())
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        (**self).write_all(data)
    }
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        (**self).seek(to)
    }
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        (**self).set_len(len)
    }
    fn abilities(&self) -> SinkAbilities {
        (**self).abilities()
    }
    fn barrier(&mut self) -> io::Result<()> {
        (**self).barrier()
    }
    fn reserve(&mut self, bytes: u64) -> io::Result<()> {
        (**self).reserve(bytes)
    }
    fn copy_from(&mut self, file: &File, at: u64, bytes: u64) -> io::Result<()> {
        (**self).copy_from(file, at, bytes)
    }
}

impl<S: Sink + ?Sized> Sink for Box<S> {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        (**self).write_all(data)
    }
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        (**self).seek(to)
    }
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        (**self).set_len(len)
    }
    fn abilities(&self) -> SinkAbilities {
        (**self).abilities()
    }
    fn barrier(&mut self) -> io::Result<()> {
        (**self).barrier()
    }
    fn reserve(&mut self, bytes: u64) -> io::Result<()> {
        (**self).reserve(bytes)
    }
    fn copy_from(&mut self, file: &File, at: u64, bytes: u64) -> io::Result<()> {
        (**self).copy_from(file, at, bytes)
    }
}

impl Sink for File {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        io::Write::write_all(self, data)
    }
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        io::Seek::seek(self, to)
    }
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        File::set_len(self, len)
    }
    fn abilities(&self) -> SinkAbilities {
        SinkAbilities { seek: true }
    }
    fn barrier(&mut self) -> io::Result<()> {
        self.sync_data()
    }
    fn reserve(&mut self, bytes: u64) -> io::Result<()> {
        use rustix::io::Errno;
        let end = self.metadata()?.len();
        match fallocate(&*self, FallocateFlags::KEEP_SIZE, end, bytes) {
            Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::SPIPE | Errno::NODEV) => Ok(()),
            done => Ok(done?),
        }
    }
    fn copy_from(&mut self, file: &File, at: u64, bytes: u64) -> io::Result<()> {
        let mut done = 0;
        while done < bytes {
            let most = usize::try_from(bytes - done).unwrap_or(usize::MAX);
            // The kernel copies, or the file system shares, what it can. What it cannot, and why, is
            // told where it is copied by hand.
            match copy_file_range(file, Some(&mut (at + done)), &*self, None, most) {
                Ok(0) | Err(_) => {
                    let mut write = |piece: &[u8]| io::Write::write_all(self, piece);
                    return in_pieces(file, at + done, bytes - done, &mut write);
                }
                Ok(copied) => done += copied as u64,
            }
        }
        Ok(())
    }
}

impl Sink for io::Cursor<Vec<u8>> {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        io::Write::write_all(self, data)
    }
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        io::Seek::seek(self, to)
    }
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        self.get_mut().resize(len as usize, 0);
        Ok(())
    }
    fn abilities(&self) -> SinkAbilities {
        SinkAbilities { seek: true }
    }
}
