//! Bands and messages from a thread that fills to a thread that reads, in order.
//!
//! With one band the two take turns. With two, one is filled while the other is read. Answers come
//! back late then: a refusal is told at the next call, and from then on.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

#[cfg(loom)]
use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
#[cfg(not(loom))]
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// Makes the two ends for these bands, which are the filler's to begin with.
///
/// `M` is what accompanies a band or comes alone; `R` why the reader wants no more.
///
/// Bands are moved: one that was sent cannot be written any more, also not through a slice of it.
///
/// ```
/// let (filler, _reader) = quire_bands::handover::<_, _, ()>([vec![0u8; 2]]);
/// let mut band = filler.band().unwrap();
/// let line = &mut band[..1];
/// line[0] = 1;
/// band[1] = 2;
/// filler.send("first", Some(band)).unwrap();
/// ```
///
/// ```compile_fail,E0382
/// let (filler, _reader) = quire_bands::handover::<_, _, ()>([vec![0u8; 2]]);
/// let mut band = filler.band().unwrap();
/// let line = &mut band[..1];
/// line[0] = 1;
/// filler.send("first", Some(band)).unwrap();
/// band[1] = 2;
/// ```
///
/// ```compile_fail,E0505
/// let (filler, _reader) = quire_bands::handover::<_, _, ()>([vec![0u8; 2]]);
/// let mut band = filler.band().unwrap();
/// let line = &mut band[..1];
/// filler.send("first", Some(band)).unwrap();
/// line[0] = 1;
/// ```
///
/// One that was answered cannot be read.
///
/// ```
/// # use quire_bands::Next;
/// let (_filler, reader) = quire_bands::handover::<Vec<u8>, &str, ()>([]);
/// if let Next::Message(_, Some(band)) = reader.next(std::time::Duration::ZERO) {
///     println!("{}", band[0]);
///     reader.answer(Some(band), None);
/// }
/// ```
///
/// ```compile_fail,E0382
/// # use quire_bands::Next;
/// let (_filler, reader) = quire_bands::handover::<Vec<u8>, &str, ()>([]);
/// if let Next::Message(_, Some(band)) = reader.next(std::time::Duration::ZERO) {
///     reader.answer(Some(band), None);
///     println!("{}", band[0]);
/// }
/// ```
pub fn handover<B, M, R: Clone>(
    bands: impl IntoIterator<Item = B>,
) -> (Filler<B, M, R>, Reader<B, M, R>) {
    // Not collected: the standard library of Rust 1.95 makes a deque with its head out of bounds from
    // the iterator of a vector that is used up.
    let mut free = VecDeque::new();
    free.extend(bands);
    let shared = Arc::new(Shared {
        state: Mutex::new(State {
            free,
            queue: VecDeque::new(),
            unanswered: 0,
            refusal: None,
            filler_gone: false,
            reader_gone: false,
            woken: false,
        }),
        changed: Condvar::new(),
    });
    (Filler(Arc::clone(&shared)), Reader(shared))
}

struct Shared<B, M, R> {
    state: Mutex<State<B, M, R>>,
    changed: Condvar,
}

struct State<B, M, R> {
    /// In the order in which they came back.
    free: VecDeque<B>,
    queue: VecDeque<(M, Option<B>)>,
    /// Sent, and not answered.
    unanswered: usize,
    refusal: Option<R>,
    filler_gone: bool,
    reader_gone: bool,
    /// Somebody wants the reader to look up.
    woken: bool,
}

impl<B, M, R> Shared<B, M, R> {
    fn lock(&self) -> MutexGuard<'_, State<B, M, R>> {
        match self.state.lock() {
            Ok(state) => state,
            // Nothing in here can panic half-way.
            Err(poisoned) => poisoned.into_inner(),
        }
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<B, M, R>>) -> MutexGuard<'a, State<B, M, R>> {
        match self.changed.wait(state) {
            Ok(state) => state,
            Err(poisoned) => poisoned.into_inner(),
        }
    }
}

impl<B, M, R: Clone> State<B, M, R> {
    /// Why the filler must stop.
    fn stopped(&self) -> Option<Stopped<R>> {
        match &self.refusal {
            Some(refusal) => Some(Stopped::Refused(refusal.clone())),
            None if self.reader_gone || self.filler_gone => Some(Stopped::Gone),
            None => None,
        }
    }
}

/// Why there is nobody to fill bands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped<R> {
    /// The reader said so.
    Refused(R),
    /// The reader has gone, or the filler's end was closed.
    Gone,
}

/// The end that fills bands.
pub struct Filler<B, M, R>(Arc<Shared<B, M, R>>);

impl<B, M, R: Clone> Filler<B, M, R> {
    /// Waits for a band that nobody uses. The band of an earlier message comes back when that message
    /// was answered.
    ///
    /// # Errors
    ///
    /// Why the reader wants no more.
    pub fn band(&self) -> Result<B, Stopped<R>> {
        let mut state = self.0.lock();
        loop {
            if let Some(stopped) = state.stopped() {
                return Err(stopped);
            }
            if let Some(band) = state.free.pop_front() {
                return Ok(band);
            }
            state = self.0.wait(state);
        }
    }

    /// A band that nobody uses, also after a refusal. Does not wait.
    pub fn free_band(&self) -> Option<B> {
        self.0.lock().free.pop_front()
    }

    /// Sends a message, with a band if there is one. Does not wait.
    ///
    /// # Errors
    ///
    /// Why the reader wants no more, and the band.
    pub fn send(&self, message: M, band: Option<B>) -> Result<(), (Stopped<R>, Option<B>)> {
        let mut state = self.0.lock();
        if let Some(stopped) = state.stopped() {
            return Err((stopped, band));
        }
        state.queue.push_back((message, band));
        state.unanswered += 1;
        drop(state);
        self.0.changed.notify_all();
        Ok(())
    }

    /// Waits until everything that was sent is answered.
    ///
    /// # Errors
    ///
    /// Why the reader wants no more.
    pub fn settle(&self) -> Result<(), Stopped<R>> {
        let mut state = self.0.lock();
        loop {
            if let Some(stopped) = state.stopped() {
                return Err(stopped);
            }
            if state.unanswered == 0 {
                return Ok(());
            }
            state = self.0.wait(state);
        }
    }
}

impl<B, M, R> Filler<B, M, R> {
    /// Ends the filler's side: the reader gets what was sent, then [`Next::Ended`].
    pub fn close(&self) {
        self.0.lock().filler_gone = true;
        self.0.changed.notify_all();
    }

    /// Makes the reader look up: one [`Reader::next`] that waits, or the next one that would, returns
    /// [`Next::Woken`].
    pub fn wake_reader(&self) {
        self.0.lock().woken = true;
        self.0.changed.notify_all();
    }
}

impl<B, M, R> Drop for Filler<B, M, R> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<B, M, R> fmt::Debug for Filler<B, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filler")
    }
}

/// What the reader finds.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<B, M> {
    /// A message and perhaps its band. It must be answered.
    Message(M, Option<B>),
    /// The filler has gone, and everything that it sent was read.
    Ended,
    /// Nothing came in time.
    TimedOut,
    /// Nothing came, but somebody called [`Filler::wake_reader`].
    Woken,
}

/// The end that reads bands.
pub struct Reader<B, M, R>(Arc<Shared<B, M, R>>);

impl<B, M, R: Clone> Reader<B, M, R> {
    /// Waits for the next message, at most so long.
    pub fn next(&self, timeout: Duration) -> Next<B, M> {
        // A timeout too long for the clock is none.
        let until = Instant::now().checked_add(timeout);
        let mut state = self.0.lock();
        loop {
            if let Some((message, band)) = state.queue.pop_front() {
                return Next::Message(message, band);
            }
            if state.filler_gone {
                return Next::Ended;
            }
            if std::mem::take(&mut state.woken) {
                return Next::Woken;
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => return Next::TimedOut,
                Some(left) => match self.0.changed.wait_timeout(state, left) {
                    Ok((state, _)) => state,
                    Err(poisoned) => poisoned.into_inner().0,
                },
                None => self.0.wait(state),
            };
        }
    }

    /// Answers the message that was read last, and gives its band back. After a refusal the filler
    /// gets nothing but that; what it has sent meanwhile is not read any more.
    pub fn answer(&self, band: Option<B>, refusal: Option<R>) {
        let mut state = self.0.lock();
        state.unanswered = state.unanswered.saturating_sub(1);
        state.free.extend(band);
        if state.refusal.is_none() && refusal.is_some() {
            state.refusal = refusal;
            let unread: Vec<_> = state.queue.drain(..).collect();
            state.unanswered = 0;
            state
                .free
                .extend(unread.into_iter().filter_map(|(_, band)| band));
        }
        drop(state);
        self.0.changed.notify_all();
    }
}

impl<B, M, R> Drop for Reader<B, M, R> {
    fn drop(&mut self) {
        self.0.lock().reader_gone = true;
        self.0.changed.notify_all();
    }
}

impl<B, M, R> fmt::Debug for Reader<B, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
