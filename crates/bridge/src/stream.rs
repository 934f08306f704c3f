//! A stream of C's as Rust's.

#![expect(unsafe_code, reason = "a stream of C is called")]

use std::io::SeekFrom;

use abi::interfaces::IStream;
use abi::structs::{STATFLAG_NONAME, STATSTG, STREAM_SEEK_CUR, STREAM_SEEK_END, STREAM_SEEK_SET};
use transfer::Stream;
use wia::{Error, ErrorKind, Result, Status};
use windows_core::{ComObject, Interface};

use crate::results::status;
use crate::stream_object::StreamObject;

/// An `IStream` as a [`Stream`]. It is released with this.
///
/// Successes other than `S_OK` are taken as `S_OK`: streams have none that mean anything. An object that
/// [`stream_object`](crate::stream_object) has made is seen through: then the stream in it is called.
pub struct ComStream(Called);

enum Called {
    /// Another's.
    Foreign(IStream),
    /// One of this library.
    Ours(ComObject<StreamObject>),
}

// SAFETY: WIA lets the stream of a transfer be called from the transfer's own thread, wherever it was made; it has one
// user at a time, for which `Stream` stands.
unsafe impl Send for ComStream {}

impl ComStream {
    /// Takes over a reference.
    pub fn new(stream: IStream) -> ComStream {
        ComStream(match stream.cast_object::<StreamObject>() {
            Ok(ours) => Called::Ours(ours),
            Err(_) => Called::Foreign(stream),
        })
    }
}

fn seek_raw(stream: &IStream, offset: i64, origin: u32) -> Result<u64> {
    let mut position = 0;
    // SAFETY: the object is alive; the place for the position is valid.
    let _: Status = status(unsafe { stream.Seek(offset, origin, &mut position) })?;
    Ok(position)
}

impl Stream for ComStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let stream = match &self.0 {
            Called::Ours(ours) => return ours.stream().write(data),
            Called::Foreign(stream) => stream,
        };
        let part = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let mut done = 0;
        // SAFETY: the object is alive; so many bytes are there, and the place for the number is valid.
        let _: Status = status(unsafe { stream.Write(data.as_ptr().cast(), part, &mut done) })?;
        counted(done, part, "written")
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let stream = match &self.0 {
            Called::Ours(ours) => return ours.stream().seek(to),
            Called::Foreign(stream) => stream,
        };
        match to {
            SeekFrom::Start(at) => {
                let at = i64::try_from(at).map_err(|_| {
                    Error::new(
                        ErrorKind::InvalidFunction,
                        format!("no stream has a place {at}"),
                    )
                })?;
                seek_raw(stream, at, STREAM_SEEK_SET)
            }
            SeekFrom::Current(by) => seek_raw(stream, by, STREAM_SEEK_CUR),
            SeekFrom::End(by) => seek_raw(stream, by, STREAM_SEEK_END),
        }
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        match &self.0 {
            Called::Ours(ours) => ours.stream().set_size(size),
            // SAFETY: the object is alive.
            Called::Foreign(stream) => status(unsafe { stream.SetSize(size) }).map(|_: Status| ()),
        }
    }

    fn settle(&mut self) -> Result<()> {
        match &self.0 {
            Called::Ours(ours) => ours.stream().settle(),
            Called::Foreign(_) => Ok(()),
        }
    }

    /// `IStream::Commit`, which streams need not have.
    fn barrier(&mut self) -> Result<()> {
        let stream = match &self.0 {
            Called::Ours(ours) => return ours.stream().barrier(),
            Called::Foreign(stream) => stream,
        };
        // SAFETY: the object is alive.
        match status(unsafe { stream.Commit(0) }) {
            Err(e)
                if !matches!(
                    e.kind(),
                    ErrorKind::NotImplemented | ErrorKind::InvalidFunction
                ) =>
            {
                Err(e)
            }
            _ => Ok(()),
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let stream = match &self.0 {
            Called::Ours(ours) => return ours.stream().read(buffer),
            Called::Foreign(stream) => stream,
        };
        let part = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        let mut done = 0;
        // SAFETY: the object is alive; so many bytes are there, and the place for the number is valid.
        let _: Status =
            status(unsafe { stream.Read(buffer.as_mut_ptr().cast(), part, &mut done) })?;
        counted(done, part, "read")
    }

    /// `IStream::Stat`; where a stream does not have it, its end is looked for.
    fn size(&mut self) -> Result<u64> {
        let stream = match &self.0 {
            Called::Ours(ours) => return ours.stream().size(),
            Called::Foreign(stream) => stream,
        };
        let mut stat = STATSTG::default();
        // SAFETY: the object is alive; the place is valid, and no name is asked for that would have to be freed.
        match status(unsafe { stream.Stat(&mut stat, STATFLAG_NONAME) }) {
            Ok(_) => Ok(stat.cbSize),
            Err(e) if e.kind() == ErrorKind::NotImplemented => {
                let at = seek_raw(stream, 0, STREAM_SEEK_CUR)?;
                let end = seek_raw(stream, 0, STREAM_SEEK_END)?;
                seek_raw(stream, at.cast_signed(), STREAM_SEEK_SET)?;
                Ok(end)
            }
            Err(e) => Err(e),
        }
    }
}

/// How many bytes there were, which must not be more than were offered.
fn counted(done: u32, offered: u32, what: &str) -> Result<usize> {
    if done > offered {
        return Err(Error::new(
            ErrorKind::Unexpected,
            format!("the stream says that {done} of {offered} bytes were {what}"),
        ));
    }
    Ok(done as usize)
}
