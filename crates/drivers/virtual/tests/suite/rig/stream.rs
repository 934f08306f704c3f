//! A stream in memory that knows who did what to it.

use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use transfer::Stream;
use wia::{Error, ErrorKind, Result};

use super::Event;

/// The application's end of a stream.
pub(crate) struct MemoryStream(Arc<Mutex<Inner>>);

struct Inner {
    bytes: Vec<u8>,
    position: u64,
    capacity: Option<usize>,
    released: bool,
    forbidden: Option<&'static str>,
    set_sizes: usize,
    calls: usize,
    /// The call, from 0, that fails.
    fails_at: Option<usize>,
}

impl MemoryStream {
    pub(crate) fn new(
        bytes: Vec<u8>,
        capacity: Option<usize>,
        fails_at: Option<usize>,
        number: usize,
        log: &Arc<Mutex<Vec<Event>>>,
    ) -> (MemoryStream, Given) {
        let inner = Arc::new(Mutex::new(Inner {
            bytes,
            position: 0,
            capacity,
            released: false,
            forbidden: None,
            set_sizes: 0,
            calls: 0,
            fails_at,
        }));
        let given = Given {
            inner: Arc::clone(&inner),
            number,
            log: Arc::clone(log),
        };
        (MemoryStream(inner), given)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().bytes.clone()
    }

    pub(crate) fn is_released(&self) -> bool {
        self.0.lock().unwrap().released
    }

    /// From now on each call is a broken rule.
    pub(crate) fn forbid(&self, why: &'static str) {
        self.0.lock().unwrap().forbidden = Some(why);
    }

    pub(crate) fn move_to(&self, position: u64) {
        self.0.lock().unwrap().position = position;
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().bytes.len()
    }

    /// How often it was called.
    pub(crate) fn calls(&self) -> usize {
        self.0.lock().unwrap().calls
    }

    pub(crate) fn set_sizes(&self) -> usize {
        self.0.lock().unwrap().set_sizes
    }
}

/// The driver's end.
pub(crate) struct Given {
    inner: Arc<Mutex<Inner>>,
    number: usize,
    log: Arc<Mutex<Vec<Event>>>,
}

impl Given {
    fn with<T>(&self, call: impl FnOnce(&mut Inner) -> Result<T>) -> Result<T> {
        let forbidden = self.inner.lock().unwrap().forbidden;
        if let Some(why) = forbidden {
            panic!("a call of a stream {why}");
        }
        let inner = &mut *self.inner.lock().unwrap();
        inner.calls += 1;
        if inner.fails_at == Some(inner.calls - 1) {
            return Err(Error::new(ErrorKind::WriteFault, "the stream fails"));
        }
        call(inner)
    }
}

impl Stream for Given {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.with(|s| {
            let at = usize::try_from(s.position).unwrap();
            let end = at + data.len();
            if s.capacity.is_some_and(|most| end > most) {
                return Err(Error::new(ErrorKind::MediumFull, "the stream is full"));
            }
            if s.bytes.len() < end {
                s.bytes.resize(end, 0);
            }
            s.bytes[at..end].copy_from_slice(data);
            s.position = end as u64;
            Ok(data.len())
        })
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.with(|s| {
            let len = s.bytes.len() as u64;
            s.position = match to {
                SeekFrom::Start(p) => p,
                SeekFrom::End(d) => len.checked_add_signed(d).unwrap(),
                SeekFrom::Current(d) => s.position.checked_add_signed(d).unwrap(),
            };
            Ok(s.position)
        })
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.with(|s| {
            s.bytes.resize(usize::try_from(size).unwrap(), 0);
            s.set_sizes += 1;
            Ok(())
        })
    }

    fn read(&mut self, _: &mut [u8]) -> Result<usize> {
        panic!("a download reads from its stream");
    }

    fn size(&mut self) -> Result<u64> {
        panic!("a download asks for the size of its stream");
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        self.inner.lock().unwrap().released = true;
        self.log.lock().unwrap().push(Event::Released(self.number));
    }
}
