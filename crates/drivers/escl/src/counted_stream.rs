//! The application's stream, and how many bytes of the document it holds.

use std::io::SeekFrom;
use std::sync::atomic::{AtomicU64, Ordering};

use transfer::Stream;
use wia::Result;

/// Bytes of a stream's document, seen while a writer holds the stream.
#[derive(Debug, Default)]
pub(crate) struct ByteCount(AtomicU64);

impl ByteCount {
    /// What `ulTransferredBytes` of a message says.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A stream whose document begins at the end of what it holds already.
///
/// The document writers look for their place at each call, so that the application may move the
/// position in a callback.
pub(crate) struct CountedStream<'a> {
    stream: Box<dyn Stream>,
    count: &'a ByteCount,
    start: u64,
    position: u64,
}

impl<'a> CountedStream<'a> {
    /// Goes to the stream's end.
    ///
    /// # Errors
    ///
    /// What the stream says.
    pub(crate) fn new(
        mut stream: Box<dyn Stream>,
        count: &'a ByteCount,
    ) -> Result<CountedStream<'a>> {
        let start = stream.seek(SeekFrom::End(0))?;
        count.0.store(0, Ordering::Relaxed);
        Ok(CountedStream {
            stream,
            count,
            start,
            position: start,
        })
    }

    fn holds_up_to(&self, end: u64) {
        let bytes = end.saturating_sub(self.start);
        self.count.0.store(bytes, Ordering::Relaxed);
    }
}

impl Stream for CountedStream<'_> {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let taken = self.stream.write(data)?;
        self.position = self.position.saturating_add(taken as u64);
        self.holds_up_to(self.position.max(self.start + self.count.bytes()));
        Ok(taken)
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.position = self.stream.seek(to)?;
        Ok(self.position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.stream.set_size(size)?;
        self.holds_up_to(size);
        Ok(())
    }

    fn settle(&mut self) -> Result<()> {
        self.stream.settle()
    }

    fn barrier(&mut self) -> Result<()> {
        self.stream.barrier()
    }
}
