//! The filter's stream as the driver's side sees it.

use std::io::SeekFrom;
use std::sync::Arc;

use wia::{Error, ErrorKind, Result};

use super::below::OpenStream;
use super::guard::Shared;
use super::kept::Kept;
use crate::stream::{Held, Stream};

/// A filter's stream, or the one below it once the filter has failed.
pub(super) struct StreamAbove {
    shared: Arc<Shared>,
    /// `None` when the filter is left out.
    filter: Option<Box<dyn Stream>>,
    /// The position as the driver knows it.
    position: Option<u64>,
    /// The driver's position of the first byte, and where that is in the stream below.
    shift: (u64, u64),
    begun: bool,
}

impl StreamAbove {
    pub(super) fn filtered(shared: Arc<Shared>, filter: Box<dyn Stream>) -> StreamAbove {
        let mut above = StreamAbove::direct(shared);
        above.filter = Some(filter);
        above
    }

    pub(super) fn direct(shared: Arc<Shared>) -> StreamAbove {
        StreamAbove {
            shared,
            filter: None,
            position: None,
            shift: (0, 0),
            begun: false,
        }
    }

    fn below<T>(&self, call: impl FnOnce(&mut OpenStream) -> Result<T>) -> Result<T> {
        match self.shared.stream().as_mut() {
            Some(open) => self.shared.in_below(|| call(open)),
            None => Err(Error::new(ErrorKind::Reverted, "the stream has ended")),
        }
    }

    /// A call of the filter's stream; `None` when there is no filter any more.
    ///
    /// # Errors
    ///
    /// What the stream below said; else what became of the page when the filter failed.
    fn filtered_call<T>(
        &mut self,
        name: &str,
        call: impl FnOnce(&mut dyn Stream) -> Result<T>,
    ) -> Result<Option<T>> {
        let Some(filter) = &mut self.filter else {
            return Ok(None);
        };
        if self.shared.is_out() {
            // It failed in a message.
            self.leave_out()
                .map_err(|e| self.shared.failure().unwrap_or(e))?;
            return Ok(None);
        }
        if let Some(open) = self.shared.stream().as_mut() {
            open.take_failure();
        }
        let result = self.shared.in_filter(|| call(filter.as_mut()));
        let below = self
            .shared
            .stream()
            .as_mut()
            .and_then(OpenStream::take_failure);
        match (result, below) {
            (Ok(value), None) => Ok(Some(value)),
            (_, Some(e)) => Err(e),
            (Err(e), None) => {
                let named = self.shared.failed(name, &e);
                self.leave_out().map_err(|_| named)?;
                Ok(None)
            }
        }
    }

    /// Goes on without the filter; what it was given and nothing was made of goes below as it is.
    ///
    /// # Errors
    ///
    /// When something was made of it already.
    fn leave_out(&mut self) -> Result<()> {
        self.shared.put_out();
        let filter = self.filter.take();
        drop(self.shared.in_filter(|| {
            drop(filter);
            Ok(())
        }));
        let mut kept = self.shared.lock().kept.take();
        let base = match &kept {
            Some(kept) => kept.base,
            None if !self.begun => self.position.unwrap_or(0),
            None => {
                let half = "the image filter failed in the middle of a page";
                return Err(Error::new(ErrorKind::Fail, half));
            }
        };
        let start = self.below(|open| open.start_again(kept.as_mut()))?;
        self.shift = (base, start);
        if let Some(position) = self.position {
            self.seek(SeekFrom::Start(position))?;
        }
        self.shared.unfiltered();
        Ok(())
    }

    /// Keeps what the filter was given while it has written nothing.
    fn keep(&mut self, position: u64, data: &[u8]) {
        let untouched = self
            .shared
            .stream()
            .as_ref()
            .is_some_and(OpenStream::untouched);
        let mut state = self.shared.lock();
        let taken = state.taken.max(position + data.len() as u64);
        state.taken = taken;
        let kept = match state.kept.take() {
            Some(kept) => Some(kept),
            None if !self.begun => Some(Kept::new(position)),
            None => None,
        };
        drop(state);
        self.begun = true;
        let kept = match kept.filter(|_| untouched) {
            Some(kept) if kept.is_own() => match self.held() {
                Held::Nothing => kept.write_at(position, data),
                Held::Bytes(file) => Some(Kept::lent(file, taken)),
                Held::Page => None,
            },
            Some(kept) => kept.write_at(position, data),
            None => None,
        };
        self.shared.lock().kept = kept;
    }

    /// What the filter holds.
    fn held(&mut self) -> Held {
        let Some(filter) = &mut self.filter else {
            return Held::Nothing;
        };
        let held = self.shared.in_filter(|| Ok(filter.held()));
        held.unwrap_or_else(|e| {
            self.shared.failed("held", &e);
            Held::Nothing
        })
    }
}

impl Stream for StreamAbove {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        if self.filter.is_some() && self.position.is_none() {
            self.seek(SeekFrom::Current(0))?;
        }
        let position = self.position.unwrap_or(0);
        if let Some(taken) = self.filtered_call("Write", |filter| filter.write(data))? {
            self.keep(position, data.get(..taken).unwrap_or(data));
            self.position = Some(position + taken as u64);
            return Ok(taken);
        }
        let taken = self.below(|open| open.write(data))?;
        self.position = Some(position + taken as u64);
        Ok(taken)
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        if let Some(position) = self.filtered_call("Seek", |filter| filter.seek(to))? {
            self.position = Some(position);
            return Ok(position);
        }
        let (base, start) = self.shift;
        let to = match to {
            SeekFrom::Start(position) => SeekFrom::Start(start + position.saturating_sub(base)),
            other => other,
        };
        let position = self.below(|open| open.seek(to))?;
        let position = base + position.saturating_sub(start);
        self.position = Some(position);
        Ok(position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        if self
            .filtered_call("SetSize", |filter| filter.set_size(size))?
            .is_some()
        {
            let mut state = self.shared.lock();
            state.kept = state.kept.take().and_then(|kept| kept.set_size(size));
            state.taken = state.taken.min(size);
            return Ok(());
        }
        let (base, start) = self.shift;
        self.below(|open| open.set_size(start + size.saturating_sub(base)))
    }

    fn settle(&mut self) -> Result<()> {
        match self.filtered_call("settle", |filter| filter.settle())? {
            Some(()) => Ok(()),
            None => self.below(OpenStream::settle),
        }
    }

    fn barrier(&mut self) -> Result<()> {
        match self.filtered_call("barrier", |filter| filter.barrier())? {
            Some(()) => Ok(()),
            None => self.below(OpenStream::barrier),
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match self.filtered_call("Read", |filter| filter.read(buffer))? {
            Some(read) => Ok(read),
            None => self.below(|open| open.read(buffer)),
        }
    }

    fn size(&mut self) -> Result<u64> {
        match self.filtered_call("Stat", |filter| filter.size())? {
            Some(size) => Ok(size),
            None => self.below(OpenStream::size),
        }
    }
}

impl Drop for StreamAbove {
    fn drop(&mut self) {
        let filter = self.filter.take();
        let released = self.shared.in_filter(|| {
            drop(filter);
            Ok(())
        });
        if let Err(e) = released {
            self.shared.failed("Release", &e);
        }
    }
}
