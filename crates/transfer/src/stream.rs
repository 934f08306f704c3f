//! Streams: what an application gives for the data to go to.

use std::fs::File;
use std::io::{self, SeekFrom};

use formats::{Sink, SinkAbilities};
use wia::{Error, ErrorKind, Result};

/// What a stream holds back of what was written into it.
#[derive(Debug)]
pub enum Held {
    /// Nothing, or not in a form that helps anybody.
    Nothing,
    /// All bytes as they were written, each at its position in this file.
    Bytes(File),
    /// A page in another form, out of memory: to keep its bytes too is not worth the space.
    Page,
}

/// A stream of bytes with a position (`IStream`, the calls that WIA uses).
///
/// A download uses [`write`](Stream::write), [`seek`](Stream::seek) and
/// [`set_size`](Stream::set_size) only; an upload [`read`](Stream::read), `seek` and
/// [`size`](Stream::size). An implementation may leave the others as they are: they answer
/// `E_NOTIMPL`.
///
/// A stream has one user at a time. It cannot be duplicated:
///
/// ```
/// fn share(stream: Box<dyn quire_transfer::Stream>) {
///     let other: Box<dyn quire_transfer::Stream> = stream;
/// }
/// ```
///
/// ```compile_fail,E0599
/// fn share(stream: Box<dyn quire_transfer::Stream>) {
///     let other: Box<dyn quire_transfer::Stream> = stream.clone();
/// }
/// ```
///
/// and while a writer has it nobody else writes into it:
///
/// ```
/// # use formats::Sink;
/// # fn page(stream: &mut dyn quire_transfer::Stream) -> std::io::Result<()> {
/// let mut sink = quire_transfer::StreamSink(stream);
/// sink.write_all(b"page")?;
/// stream.set_size(0)?;
/// # Ok(()) }
/// ```
///
/// ```compile_fail,E0499
/// # use formats::Sink;
/// # fn page(stream: &mut dyn quire_transfer::Stream) -> std::io::Result<()> {
/// let mut sink = quire_transfer::StreamSink(stream);
/// stream.set_size(0)?;
/// sink.write_all(b"page")?;
/// # Ok(()) }
/// ```
pub trait Stream: Send {
    /// What an image filter's stream holds of what was written into it, so that its guard need not keep it
    /// as well. No call of `IStream`.
    fn held(&mut self) -> Held {
        Held::Nothing
    }

    /// Writes bytes at the position and moves it; gives how many were taken, which may be fewer than
    /// offered (`ISequentialStream::Write`).
    ///
    /// # Errors
    ///
    /// What the place says; `MediumFull` when it is full.
    fn write(&mut self, data: &[u8]) -> Result<usize>;

    /// Moves the position and gives it, counted from the start (`IStream::Seek`). Positions past the
    /// end are allowed; the gap reads as zeros once something is written behind it.
    ///
    /// # Errors
    ///
    /// `InvalidFunction` for a place before the start or a stream that cannot go there.
    fn seek(&mut self, to: SeekFrom) -> Result<u64>;

    /// Cuts or extends the stream (`IStream::SetSize`). The position stays.
    ///
    /// # Errors
    ///
    /// What the place says.
    fn set_size(&mut self, size: u64) -> Result<()>;

    /// Waits until everything that was written has arrived. The page writer asks for it before it
    /// counts a page. No call of `IStream`: only streams that keep something back have to do here.
    ///
    /// # Errors
    ///
    /// Why something did not arrive.
    fn settle(&mut self) -> Result<()> {
        Ok(())
    }

    /// Makes everything that was written so far durable before anything that comes later
    /// ([`Sink::barrier`]): asked for where the order on the disk decides whether a document outlasts a
    /// power loss. No call of `IStream`: only streams to a disk, and those around other streams, have to do
    /// here.
    ///
    /// # Errors
    ///
    /// What the place says.
    fn barrier(&mut self) -> Result<()> {
        Ok(())
    }

    /// Reads bytes at the position (`ISequentialStream::Read`); 0 at the end. Uploads only.
    ///
    /// # Errors
    ///
    /// `NotImplemented` unless the stream is made for reading.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let _ = buffer;
        Err(Error::new(
            ErrorKind::NotImplemented,
            "this stream cannot be read",
        ))
    }

    /// The size in bytes (`IStream::Stat`). Uploads only.
    ///
    /// # Errors
    ///
    /// `NotImplemented` unless the stream is made for reading.
    fn size(&mut self) -> Result<u64> {
        Err(Error::new(
            ErrorKind::NotImplemented,
            "this stream has no size",
        ))
    }
}

/// Writes all of `data`; a short write is a failure.
///
/// # Errors
///
/// The stream's own, or `MediumFull` when it took fewer bytes than offered.
pub fn write_all(stream: &mut dyn Stream, data: &[u8]) -> Result<()> {
    let taken = stream.write(data)?;
    if taken == data.len() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::MediumFull,
        format!("the stream took {taken} of {} bytes", data.len()),
    ))
}

/// Writes all of `data` at `place`, in bytes from the start.
///
/// # Errors
///
/// As [`write_all`].
pub fn write_at(stream: &mut dyn Stream, place: u64, data: &[u8]) -> Result<()> {
    stream.seek(SeekFrom::Start(place))?;
    write_all(stream, data)
}

/// A [`Stream`] as the sink of a document writer.
pub struct StreamSink<'a>(pub &'a mut dyn Stream);

impl Sink for StreamSink<'_> {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        Ok(write_all(self.0, data)?)
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        Ok(self.0.seek(to)?)
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        Ok(self.0.set_size(len)?)
    }

    fn abilities(&self) -> SinkAbilities {
        SinkAbilities { seek: true }
    }

    fn barrier(&mut self) -> io::Result<()> {
        Ok(self.0.barrier()?)
    }
}
