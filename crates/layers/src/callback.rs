//! What the driver asks and says during a transfer, on its way to the session.

use std::sync::{Arc, Mutex};

use transfer::{Answer, MinidrvTransferCallback, NextStream, Stream, TransferParams};
use wia::{Error, ErrorKind, Result, TransferMessage};

use crate::course::Course;
use crate::held::Held;
use crate::layer::{Layer, said};
use crate::open::{LayerStream, Open, lock};

impl MinidrvTransferCallback for Course {
    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        if self.state().stopped {
            return Ok(NextStream::Cancel);
        }
        self.end_current()?;
        if self.job.one_page && self.has_page() {
            self.stop();
            return Ok(NextStream::Cancel);
        }
        {
            let mut state = self.state();
            state.names = (item_name.to_owned(), full_item_name.to_owned());
            state.page_begins = 0;
        }
        match self.job.side_order {
            true => self.next_side(),
            false => self.ask(),
        }
    }

    fn send_message(&self, params: &TransferParams) -> Result<Answer> {
        let new_page = params.message == TransferMessage::NewPage;
        let mut state = self.state();
        if state.stopped {
            return Ok(Answer::Cancel);
        }
        let current = state.current.clone();
        if new_page {
            state.page_begins = current.as_ref().map_or(0, |open| lock(open).watch().end());
            if self.job.one_page {
                drop(state);
                self.end_current()?;
                self.stop();
                return Ok(Answer::Cancel);
            }
        }
        let waits = state.front_next && self.job.side_order;
        drop(state);
        let bytes = match current {
            // A side that waits is in no stream of the application's.
            Some(_) if waits => Some(0),
            Some(open) => lock(&open).bytes_below(),
            None => None,
        };
        let answer = match bytes {
            None => self.inner.send_message(params),
            Some(transferred_bytes) => self.inner.send_message(&TransferParams {
                transferred_bytes,
                ..params.clone()
            }),
        };
        self.note(!matches!(answer, Ok(Answer::Continue)));
        answer
    }
}

impl Course {
    fn note(&self, refused: bool) {
        self.state().refused |= refused;
    }

    /// Whether the page from the glass has come, or nobody wants it.
    fn has_page(&self) -> bool {
        let state = self.state();
        state.pages + state.skipped > 0
    }

    /// The driver has given the page from the glass and goes on.
    fn stop(&self) {
        said(
            Layer::OnePageFlatbed,
            "the driver goes on after its page and is stopped",
        );
        self.state().stopped = true;
        self.is_told_to_stop();
    }

    /// Whether somebody has cancelled, or wants no more: a layer must not make a success of that.
    pub(crate) fn is_told_to_stop(&self) -> bool {
        let current = self.state().current.clone();
        let bytes = current.map_or(0, |open| lock(&open).watch().end());
        let answer = self.inner.send_message(&TransferParams::status(100, bytes));
        let refused = !matches!(answer, Ok(Answer::Continue));
        self.note(refused);
        refused
    }

    /// Asks the session.
    fn ask(&self) -> Result<NextStream> {
        let (name, full_name) = self.state().names.clone();
        let answer = self.inner.get_next_stream(&name, &full_name);
        Ok(match answer {
            Ok(NextStream::Stream(stream)) => self.hand_out(stream),
            Ok(NextStream::SkipItem) => {
                self.state().skipped += 1;
                NextStream::SkipItem
            }
            other => {
                self.note(true);
                other?
            }
        })
    }

    fn hand_out(&self, stream: Box<dyn Stream>) -> NextStream {
        let mut state = self.state();
        let rules = self.job.rules(&state.names.1);
        let open = Arc::new(Mutex::new(Open::new(rules, stream)));
        state.current = Some(Arc::clone(&open));
        NextStream::Stream(Box::new(LayerStream(open)))
    }

    /// Sides come back first: a back waits until its front is through.
    fn next_side(&self) -> Result<NextStream> {
        let front = self.state().front_next;
        if front {
            let answer = self.ask()?;
            self.state().front_next = false;
            return Ok(answer);
        }
        if self.give_back_side()? == Answer::Cancel {
            return Ok(NextStream::Cancel);
        }
        let (held, stream) = Held::new()?;
        {
            let mut state = self.state();
            state.back = Some(held);
            state.front_next = true;
        }
        Ok(self.hand_out(Box::new(stream)))
    }

    /// Gives the application the back that waits, if there is one.
    ///
    /// # Errors
    ///
    /// What the application says.
    pub(crate) fn give_back_side(&self) -> Result<Answer> {
        let (back, (name, full_name)) = {
            let mut state = self.state();
            (state.back.take(), state.names.clone())
        };
        let Some(back) = back else {
            return Ok(Answer::Continue);
        };
        let given = match self.inner.get_next_stream(&name, &full_name) {
            Ok(NextStream::Stream(mut stream)) => back.copy_to(stream.as_mut()).and_then(|bytes| {
                drop(stream);
                self.inner.send_message(&TransferParams::status(100, bytes))
            }),
            Ok(NextStream::SkipItem) => Ok(Answer::Continue),
            Ok(NextStream::Cancel) => Ok(Answer::Cancel),
            Ok(NextStream::Missing) => Err(Error::new(
                ErrorKind::Pointer,
                "the application gave no stream",
            )),
            Ok(NextStream::Other(status, _)) => Err(Error::new(
                ErrorKind::Unexpected,
                format!("the application answered {status} when asked for a stream"),
            )),
            Err(e) => Err(e),
        };
        self.note(!matches!(given, Ok(Answer::Continue)));
        given
    }
}
