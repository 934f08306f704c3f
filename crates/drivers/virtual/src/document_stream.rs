//! The application's stream as the document writers see it: at its end, wherever anybody moved it.

use std::io::SeekFrom;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use transfer::Stream;
use wia::{Error, ErrorKind, Result};

/// What is known of a stream while a writer holds it.
#[derive(Debug, Default)]
pub(crate) struct StreamWatch {
    moved: AtomicBool,
    bytes: AtomicU64,
}

impl StreamWatch {
    /// Bytes that the document has in the stream.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// A callback was called: the application may have moved the stream's position.
    pub(crate) fn callback_was_called(&self) {
        self.moved.store(true, Ordering::Relaxed);
    }
}

/// A stream that starts at the end of what the application's stream holds already.
///
/// It keeps the position that its user left, and seeks to it again after a callback.
pub(crate) struct DocumentStream<'a> {
    stream: Box<dyn Stream>,
    watch: &'a StreamWatch,
    start: u64,
    position: u64,
}

impl<'a> DocumentStream<'a> {
    /// Goes to the stream's end.
    ///
    /// # Errors
    ///
    /// What the stream says.
    pub(crate) fn new(
        mut stream: Box<dyn Stream>,
        watch: &'a StreamWatch,
    ) -> Result<DocumentStream<'a>> {
        let start = stream.seek(SeekFrom::End(0))?;
        watch.bytes.store(0, Ordering::Relaxed);
        watch.moved.store(false, Ordering::Relaxed);
        Ok(DocumentStream {
            stream,
            watch,
            start,
            position: start,
        })
    }

    fn go_to(&mut self, position: u64) -> Result<u64> {
        let at = self.stream.seek(SeekFrom::Start(position))?;
        if at != position {
            let what = format!("the stream went to byte {at} when asked for byte {position}");
            return Err(Error::new(ErrorKind::WriteFault, what));
        }
        self.position = at;
        self.watch.moved.store(false, Ordering::Relaxed);
        Ok(at)
    }

    fn holds_up_to(&self, end: u64) {
        let bytes = end.saturating_sub(self.start);
        self.watch.bytes.store(bytes, Ordering::Relaxed);
    }
}

impl Stream for DocumentStream<'_> {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        if self.watch.moved.load(Ordering::Relaxed) {
            self.go_to(self.position)?;
        }
        let taken = self.stream.write(data)?;
        self.position = self.position.saturating_add(taken as u64);
        self.holds_up_to(self.position.max(self.start + self.watch.bytes()));
        Ok(taken)
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        match to {
            SeekFrom::Start(position) => self.go_to(position),
            SeekFrom::Current(distance) => {
                let position = self.position.checked_add_signed(distance).ok_or_else(|| {
                    Error::new(ErrorKind::InvalidFunction, "a seek to before the start")
                })?;
                self.go_to(position)
            }
            SeekFrom::End(_) => {
                self.position = self.stream.seek(to)?;
                self.watch.moved.store(false, Ordering::Relaxed);
                Ok(self.position)
            }
        }
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.stream.set_size(size)?;
        self.holds_up_to(size);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Seek as _, Write as _};
    use std::sync::{Arc, Mutex};

    /// A stream whose position somebody else can move.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Cursor<Vec<u8>>>>);

    impl Stream for Shared {
        fn write(&mut self, data: &[u8]) -> Result<usize> {
            Ok(self.0.lock().unwrap().write(data).unwrap())
        }
        fn seek(&mut self, to: SeekFrom) -> Result<u64> {
            Ok(self.0.lock().unwrap().seek(to).unwrap())
        }
        fn set_size(&mut self, size: u64) -> Result<()> {
            self.0.lock().unwrap().get_mut().resize(size as usize, 0);
            Ok(())
        }
    }

    #[test]
    fn appends_whatever_the_callbacks_do() {
        let shared = Shared::default();
        shared.0.lock().unwrap().get_mut().extend(b"before");
        let watch = StreamWatch::default();
        let mut stream = DocumentStream::new(Box::new(shared.clone()), &watch).unwrap();
        assert_eq!(stream.seek(SeekFrom::Current(0)).unwrap(), 6);
        for (i, byte) in b"document".iter().enumerate() {
            stream.write(&[*byte]).unwrap();
            assert_eq!(watch.bytes(), i as u64 + 1);
            shared.0.lock().unwrap().set_position(i as u64 * 3);
            watch.callback_was_called();
        }
        stream.seek(SeekFrom::Start(6)).unwrap();
        stream.write(b"D").unwrap();
        assert_eq!(watch.bytes(), 8);
        stream.seek(SeekFrom::Current(1)).unwrap();
        stream.write(b"C").unwrap();
        assert_eq!(shared.0.lock().unwrap().get_ref(), b"beforeDoCument");
        stream.set_size(9).unwrap();
        assert_eq!(watch.bytes(), 3);
        assert!(stream.seek(SeekFrom::Current(-100)).is_err());
    }
}
