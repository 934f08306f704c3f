//! The application's stream, and how many bytes of the document it holds.

use std::io::SeekFrom;
use std::sync::atomic::{AtomicU64, Ordering};

use transfer::Stream;
use wia::Result;

/// Bytes of a stream's document, seen while a writer holds the stream.
#[derive(Debug, Default)]
pub(super) struct ByteCount(AtomicU64);

impl ByteCount {
    /// What `ulTransferredBytes` of a message says.
    pub(super) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A stream whose document begins at the end of what it holds already.
///
/// The document writers look for their place at each call, so that the application may move the
/// position in a callback.
pub(super) struct CountedStream<'a> {
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
    pub(super) fn new(
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

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Seek as _, Write as _};

    use super::*;

    struct Memory(Cursor<Vec<u8>>);

    impl Stream for Memory {
        fn write(&mut self, data: &[u8]) -> Result<usize> {
            Ok(self.0.write(data).unwrap())
        }
        fn seek(&mut self, to: SeekFrom) -> Result<u64> {
            Ok(self.0.seek(to).unwrap())
        }
        fn set_size(&mut self, size: u64) -> Result<()> {
            self.0.get_mut().resize(size as usize, 0);
            Ok(())
        }
    }

    #[test]
    fn counts_what_the_document_has_wherever_it_is_written() {
        let memory = Memory(Cursor::new(b"before".to_vec()));
        let count = ByteCount::default();
        let mut stream = CountedStream::new(Box::new(memory), &count).unwrap();
        assert_eq!(count.bytes(), 0);
        stream.write(b"document").unwrap();
        assert_eq!(count.bytes(), 8);
        assert_eq!(stream.seek(SeekFrom::Start(6)).unwrap(), 6);
        stream.write(b"D").unwrap();
        assert_eq!(count.bytes(), 8);
        assert_eq!(stream.seek(SeekFrom::End(-2)).unwrap(), 12);
        stream.write(b"nts").unwrap();
        assert_eq!(count.bytes(), 9);
        stream.set_size(9).unwrap();
        assert_eq!(count.bytes(), 3);
    }
}
