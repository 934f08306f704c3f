//! The stream of one page as the driver holds it.

use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use service::Stream;
use wia::{Error, ErrorKind, Result};

use super::{OpenPage, State, lock};

/// Takes the bytes of a page, which are used at once and not kept.
pub(super) struct PageStream {
    state: Arc<Mutex<State>>,
    position: u64,
}

impl PageStream {
    pub(super) fn new(state: Arc<Mutex<State>>) -> PageStream {
        PageStream { state, position: 0 }
    }
}

impl Stream for PageStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        lock(&self.state).write(self.position, data)?;
        self.position = self.position.saturating_add(data.len() as u64);
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let end = lock(&self.state).page.as_ref().map_or(0, |p| p.len);
        let wanted = match to {
            SeekFrom::Start(n) => Some(n),
            SeekFrom::End(n) => end.checked_add_signed(n),
            SeekFrom::Current(n) => self.position.checked_add_signed(n),
        };
        self.position = wanted.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidFunction,
                "a place before the stream's start",
            )
        })?;
        Ok(self.position)
    }

    /// A driver may take its page back whole, and send it again.
    fn set_size(&mut self, size: u64) -> Result<()> {
        let mut state = lock(&self.state);
        if size == 0 {
            let mut page = state.page.take().unwrap_or_default();
            state.page = Some(OpenPage::default());
            return state.take_back(&mut page);
        }
        if state.page.as_ref().is_some_and(|page| page.len == size) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::InvalidFunction,
            "a page that is being read can only be taken back whole",
        ))
    }
}
