//! Download: a file as it is.

use std::fs::File;
use std::io::{ErrorKind as Io, Read, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use items::AppItem;
use rustix::fs::fstat;
use transfer::{Answer, MinidrvTransferCallback, NextStream, Stream, TransferParams, write_all};
use wia::{Error, ErrorKind, Result, Status};

use crate::directory::Directory;

/// Bytes that are read and written at once.
pub(crate) const BAND: usize = 256 * 1024;

/// A transfer that runs.
pub(crate) struct Job<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) item: &'a AppItem,
    pub(crate) place: &'a str,
    pub(crate) callback: Arc<dyn MinidrvTransferCallback>,
    /// Set by a cancel.
    pub(crate) cancelled: &'a AtomicBool,
}

impl Job<'_> {
    /// Asks for the stream; a status is how the transfer ends without one.
    pub(crate) fn stream(&self) -> Result<std::result::Result<Box<dyn Stream>, Status>> {
        let (name, full_name) = (self.item.name(), self.item.full_name());
        match self.callback.get_next_stream(name, full_name)? {
            NextStream::Stream(stream) => Ok(Ok(stream)),
            NextStream::SkipItem => Ok(Err(Status::SkipItem)),
            NextStream::Cancel => Ok(Err(Status::Cancelled)),
            NextStream::Missing => Err(Error::new(
                ErrorKind::Pointer,
                "the application gave no stream",
            )),
            NextStream::Other(status, _) => Err(Error::new(
                ErrorKind::Unexpected,
                format!("the application answered {status} when asked for a stream"),
            )),
        }
    }

    /// Tells how far it is; whether to go on.
    pub(crate) fn tell(&self, percent: i32, bytes: u64) -> Result<bool> {
        let params = TransferParams::status(percent, bytes);
        Ok(self.callback.send_message(&params)? == Answer::Continue && !self.is_cancelled())
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}

/// How far `bytes` of `all` are; the last percent is for the end.
pub(crate) fn percent(bytes: u64, all: u64) -> i32 {
    let percent = u128::from(bytes) * 100 / u128::from(all.max(1));
    i32::try_from(percent).unwrap_or(99).min(99)
}

/// Gives the application the file. One that changes meanwhile fails: what arrived is neither the old
/// nor the new.
pub(crate) fn download(job: &Job<'_>) -> Result<Status> {
    let shown = || job.directory.shown(job.place);
    let mut file = job.directory.file(job.place)?;
    let before = stamp(&file)?;
    let mut stream = match job.stream()? {
        Ok(stream) => stream,
        Err(status) => return Ok(status),
    };
    // What the stream holds already stays.
    let start = stream.seek(SeekFrom::End(0))?;
    let mut bytes = 0_u64;
    let mut band = vec![0; BAND];
    if !job.tell(0, 0)? {
        return Ok(Status::Cancelled);
    }
    loop {
        let read = match file.read(&mut band) {
            Ok(0) => break,
            Ok(read) => read,
            Err(e) if e.kind() == Io::Interrupted => continue,
            Err(e) => return Err(Error::from_read(e).context(shown())),
        };
        // The application may have moved the position when it was told something.
        stream.seek(SeekFrom::Start(start.saturating_add(bytes)))?;
        write_all(stream.as_mut(), band.get(..read).unwrap_or(&[]))?;
        bytes += read as u64;
        if !job.tell(percent(bytes, before.size), bytes)? {
            return Ok(Status::Cancelled);
        }
        if bytes > before.size {
            // A file that grows for ever has no end.
            break;
        }
    }
    if bytes != before.size || stamp(&file)? != before {
        let what = "the file was changed while it was read";
        return Err(Error::new(ErrorKind::ReadFault, what).context(shown()));
    }
    match job.tell(100, bytes)? {
        true => Ok(Status::Ok),
        false => Ok(Status::Cancelled),
    }
}

/// What tells one state of a file from another.
#[derive(PartialEq, Eq)]
struct Stamp {
    size: u64,
    time: [i128; 2],
}

fn stamp(file: &File) -> Result<Stamp> {
    let stat = fstat(file).map_err(|e| Error::from_read(e.into()))?;
    Ok(Stamp {
        size: u64::try_from(stat.st_size).unwrap_or(0),
        time: [stat.st_mtime.into(), stat.st_mtime_nsec.into()],
    })
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn only_the_end_is_100_percent() {
        let rows = [
            (0, 10, 0),
            (5, 10, 50),
            (10, 10, 99),
            (30, 10, 99),
            (0, 0, 0),
            (7, 0, 99),
        ];
        for (bytes, all, expected) in rows {
            assert_eq!(percent(bytes, all), expected, "{bytes} of {all}");
        }
        assert_eq!(percent(u64::MAX, 1), 99);
    }
}
