//! The body of an answer on its way through the decoder.

use std::cell::RefCell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use ureq::BodyReader;
use wia::{Error, ErrorKind, Result};

use crate::client::{Reply, failure};

/// What is read at once.
const PIECE: usize = 64 << 10;
/// What may follow an image.
const MOST_PADDING: usize = 1 << 20;

/// A body that somebody else reads, and what became of that.
#[derive(Clone)]
pub(crate) struct Arrival {
    state: Rc<RefCell<State>>,
}

struct State {
    body: BodyReader<'static>,
    url: String,
    failure: Option<Error>,
}

impl Arrival {
    pub(crate) fn new(reply: Reply) -> Arrival {
        let state = State {
            body: reply.body,
            url: reply.url,
            failure: None,
        };
        Arrival {
            state: Rc::new(RefCell::new(state)),
        }
    }

    /// What a decoder reads.
    pub(crate) fn source(&self) -> Source {
        Source {
            arrival: self.clone(),
            buffer: vec![0; PIECE],
            from: 0,
            to: 0,
        }
    }

    /// Why the body broke off, if it did.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.state.borrow().failure.clone()
    }

    /// The address that it comes from.
    pub(crate) fn url(&self) -> String {
        self.state.borrow().url.clone()
    }

    /// Reads what is left, which must not be much.
    ///
    /// # Errors
    ///
    /// Why it broke off; `DeviceCommunication` when it does not end.
    pub(crate) fn drain(&self) -> Result<()> {
        let mut buffer = vec![0; PIECE];
        let mut left = MOST_PADDING;
        loop {
            match self.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(n) if n <= left => left -= n,
                Ok(_) => {
                    let url = self.url();
                    let what = format!("{url}: more than {MOST_PADDING} bytes behind the image");
                    return Err(Error::new(ErrorKind::DeviceCommunication, what));
                }
                Err(e) => return Err(self.failure().unwrap_or_else(|| failure(e, &self.url()))),
            }
        }
    }

    pub(crate) fn read(&self, to: &mut [u8]) -> io::Result<usize> {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        if let Some(e) = &state.failure {
            return Err(e.clone().into());
        }
        match state.body.read(to) {
            Ok(n) => Ok(n),
            Err(e) => {
                let e = failure(e, &state.url);
                state.failure = Some(e.clone());
                Err(e.into())
            }
        }
    }
}

/// What a decoder reads of an [`Arrival`].
pub(crate) struct Source {
    arrival: Arrival,
    buffer: Vec<u8>,
    from: usize,
    to: usize,
}

impl Read for Source {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let buffer = self.fill_buf()?;
        let len = buffer.len().min(to.len());
        to[..len].copy_from_slice(&buffer[..len]);
        self.consume(len);
        Ok(len)
    }
}

impl BufRead for Source {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.from == self.to {
            self.from = 0;
            self.to = 0;
            self.to = self.arrival.read(&mut self.buffer)?;
        }
        Ok(&self.buffer[self.from..self.to])
    }

    fn consume(&mut self, bytes: usize) {
        self.from = (self.from + bytes).min(self.to);
    }
}
