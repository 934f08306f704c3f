//! The hand-over between the thread that draws and the thread that writes.
//!
//! A fixed number of buffers goes round: the drawing thread takes an empty one, fills it with whole
//! rows and sends it; the writing thread takes it, writes it and gives it back. So neither waits for
//! the other as long as both are about as fast, and memory is a number whatever the page's size. All
//! waiting of both sides, also pacing and stalls, is for one condition variable, so that a cancel ends
//! it at once.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use raster::PageLayout;
use wia::{Error, ErrorKind};

use crate::faults::Fault;

/// Buffers that go round.
const BUFFERS: usize = 4;
/// Bytes of a buffer; a row that is longer makes a longer one.
const BUFFER_BYTES: usize = 256 * 1024;
/// A page is drawn in at least about so many bands, so that its progress can be seen.
const BANDS_OF_A_PAGE: u32 = 20;
/// But no band has fewer rows than this because of that.
const SMALLEST_BAND: usize = 8;

/// What the drawing thread says, in order: pages, each with bands between its start and its end, then
/// one of the other two.
#[derive(Debug)]
pub(crate) enum Step {
    /// A page begins.
    Page(Page),
    /// Whole rows of it, without padding.
    Band(Vec<u8>),
    /// The page is complete.
    PageEnd,
    /// The sheet of the page that had begun was fed again: all its rows come once more.
    Again,
    /// The device is not ready; percent of the way.
    WarmingUp(i32),
    /// Everything asked for is drawn, or there is no more paper.
    End,
    /// It goes no further, unless somebody puts the failure right ([`Reader::go_on`]).
    Failed(Failure),
}

/// A page that is being drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// Which sheet it is on, from 1.
    pub(crate) sheet: u32,
    /// Its shape; the height is always known here.
    pub(crate) layout: PageLayout,
    /// The number of its rows.
    pub(crate) height: u32,
}

/// Why no more rows come.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The sheet that is lost by it, from 1.
    pub(crate) sheet: u32,
    /// What the transfer ends with.
    pub(crate) error: Error,
    /// The planned fault behind it; `None` for a sheet that could not be read.
    pub(crate) fault: Option<Fault>,
}

/// The transfer is over for the drawing thread: it was cancelled, or the writing side has gone.
#[derive(Debug)]
pub(crate) struct Stopped;

/// The cancel of the transfer.
#[derive(Debug)]
pub(crate) struct Cancelled;

/// The buffers, the queue and the end of one transfer.
#[derive(Debug, Default)]
pub(crate) struct Handover {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    free: Vec<Vec<u8>>,
    made: usize,
    /// Never long: a page has at least one band, and there are only so many buffers.
    queue: VecDeque<Step>,
    cancelled: bool,
    /// The failure that was told last has been put right.
    put_right: bool,
    reader_gone: bool,
    drawer_gone: bool,
}

impl State {
    fn stopped(&self) -> bool {
        self.cancelled || self.reader_gone
    }
}

/// Rows of a band of a page that has `height` rows of `row_bytes` bytes; at least 1.
pub(crate) fn band_rows(row_bytes: usize, height: u32) -> usize {
    let fitting = BUFFER_BYTES / row_bytes.max(1);
    let for_progress = usize::try_from(height / BANDS_OF_A_PAGE).unwrap_or(usize::MAX);
    fitting.min(for_progress.max(SMALLEST_BAND)).max(1)
}

impl Handover {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic while the lock is held leaves nothing half-done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops both sides; whatever is queued is not looked at any more.
    pub(crate) fn cancel(&self) {
        self.lock().cancelled = true;
        self.changed.notify_all();
    }

    /// Gets ready for another transfer of the same call. What was cancelled stays so.
    pub(crate) fn again(&self) {
        let mut state = self.lock();
        *state = State {
            cancelled: state.cancelled,
            ..State::default()
        };
    }

    fn wait_while(&self, waiting: impl Fn(&mut State) -> bool) -> MutexGuard<'_, State> {
        self.changed
            .wait_while(self.lock(), waiting)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The drawing side. When it is dropped without [`Step::End`] or [`Step::Failed`], the writing side
/// gets an error instead of waiting for ever.
#[derive(Debug)]
pub(crate) struct Drawer<'a>(&'a Handover);

impl<'a> Drawer<'a> {
    pub(crate) fn new(handover: &'a Handover) -> Drawer<'a> {
        Drawer(handover)
    }

    /// A buffer of `bytes` bytes with any content. Waits until one is free.
    pub(crate) fn buffer(&self, bytes: usize) -> Result<Vec<u8>, Stopped> {
        let mut state = self
            .0
            .wait_while(|s| !s.stopped() && s.free.is_empty() && s.made >= BUFFERS);
        if state.stopped() {
            return Err(Stopped);
        }
        let mut buffer = state.free.pop().unwrap_or_else(|| {
            state.made += 1;
            Vec::new()
        });
        drop(state);
        buffer.resize(bytes, 0);
        Ok(buffer)
    }

    /// Hands a step over.
    pub(crate) fn send(&self, step: Step) -> Result<(), Stopped> {
        let mut state = self.0.lock();
        if state.stopped() {
            return Err(Stopped);
        }
        state.queue.push_back(step);
        drop(state);
        self.0.changed.notify_all();
        Ok(())
    }

    /// Waits for a moment.
    pub(crate) fn pause_until(&self, moment: Instant) -> Result<(), Stopped> {
        let mut state = self.0.lock();
        loop {
            if state.stopped() {
                return Err(Stopped);
            }
            let left = moment.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            state = match self.0.changed.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// Waits until the failure that was told last has been put right.
    pub(crate) fn wait_for_help(&self) -> Result<(), Stopped> {
        let mut state = self.0.wait_while(|s| !s.stopped() && !s.put_right);
        if state.stopped() {
            return Err(Stopped);
        }
        state.put_right = false;
        Ok(())
    }

    /// Waits for the end of the transfer.
    pub(crate) fn stall(&self) -> Stopped {
        drop(self.0.wait_while(|s| !s.stopped()));
        Stopped
    }
}

impl Drop for Drawer<'_> {
    fn drop(&mut self) {
        self.0.lock().drawer_gone = true;
        self.0.changed.notify_all();
    }
}

/// The writing side. When it is dropped the drawing side stops.
#[derive(Debug)]
pub(crate) struct Reader<'a>(&'a Handover);

impl<'a> Reader<'a> {
    pub(crate) fn new(handover: &'a Handover) -> Reader<'a> {
        Reader(handover)
    }

    /// The next step. Waits for it; after a cancel there is none.
    pub(crate) fn next(&self) -> Result<Step, Cancelled> {
        let mut state = self
            .0
            .wait_while(|s| !s.cancelled && s.queue.is_empty() && !s.drawer_gone);
        if state.cancelled {
            return Err(Cancelled);
        }
        Ok(state.queue.pop_front().unwrap_or_else(|| {
            Step::Failed(Failure {
                sheet: 0,
                error: Error::new(
                    ErrorKind::ExceptionInDriver,
                    "the thread that draws the sheets ended before they were drawn",
                ),
                fault: None,
            })
        }))
    }

    /// Says that the failure that came last has been put right.
    pub(crate) fn go_on(&self) {
        self.0.lock().put_right = true;
        self.0.changed.notify_all();
    }

    /// Gives a band's buffer back.
    pub(crate) fn give_back(&self, buffer: Vec<u8>) {
        self.0.lock().free.push(buffer);
        self.0.changed.notify_all();
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.0.lock().reader_gone = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn bands_are_whole_rows() {
        assert_eq!(band_rows(7440, 3508), 35);
        assert_eq!(band_rows(620, 877), 43);
        assert_eq!(band_rows(10, 20), 8);
        assert_eq!(band_rows(BUFFER_BYTES + 1, 1000), 1);
        assert_eq!(band_rows(0, 0), 8);
    }

    #[test]
    fn buffers_go_round_and_are_never_more() {
        let handover = Handover::default();
        thread::scope(|scope| {
            scope.spawn(|| {
                let drawer = Drawer::new(&handover);
                for i in 0..100u8 {
                    let mut buffer = drawer.buffer(usize::from(i) + 1).unwrap();
                    buffer.fill(i);
                    drawer.send(Step::Band(buffer)).unwrap();
                }
                drawer.send(Step::End).unwrap();
            });
            let reader = Reader::new(&handover);
            for i in 0..100u8 {
                let Ok(Step::Band(buffer)) = reader.next() else {
                    panic!("no band {i}")
                };
                assert_eq!(buffer, vec![i; usize::from(i) + 1]);
                reader.give_back(buffer);
            }
            assert!(matches!(reader.next(), Ok(Step::End)));
        });
        assert!(handover.lock().made <= BUFFERS);
    }

    #[test]
    fn a_drawer_that_dies_is_a_failure() {
        let handover = Handover::default();
        let reader = Reader::new(&handover);
        drop(Drawer::new(&handover));
        let Ok(Step::Failed(failure)) = reader.next() else {
            panic!("no failure")
        };
        assert_eq!(failure.error.kind(), ErrorKind::ExceptionInDriver);
    }

    #[test]
    fn a_reader_that_goes_stops_every_wait() {
        let handover = Handover::default();
        let drawer = Drawer::new(&handover);
        for _ in 0..BUFFERS {
            drawer.buffer(1).unwrap();
        }
        thread::scope(|scope| {
            let stalled =
                scope.spawn(|| drawer.buffer(1).is_err() && drawer.send(Step::End).is_err());
            drop(Reader::new(&handover));
            assert!(stalled.join().unwrap());
        });
    }

    #[test]
    fn a_cancel_ends_stall_and_pause_and_hides_the_queue() {
        let handover = Handover::default();
        let drawer = Drawer::new(&handover);
        drawer.send(Step::PageEnd).unwrap();
        thread::scope(|scope| {
            let drawer = scope.spawn(|| {
                let Stopped = drawer.stall();
                drawer
                    .pause_until(Instant::now() + Duration::from_secs(3600))
                    .is_err()
            });
            let reader = Reader::new(&handover);
            handover.cancel();
            assert!(reader.next().is_err());
            assert!(drawer.join().unwrap());
        });
    }

    #[test]
    fn help_is_waited_for_until_it_comes_or_nobody_can_bring_it() {
        let handover = Handover::default();
        let drawer = Drawer::new(&handover);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| drawer.wait_for_help().is_ok());
            let reader = Reader::new(&handover);
            reader.go_on();
            assert!(waiting.join().unwrap());
            // It was for that failure alone.
            let waiting = scope.spawn(|| drawer.wait_for_help().is_err());
            drop(reader);
            assert!(waiting.join().unwrap());
        });
    }

    #[test]
    fn a_pause_ends_in_time() {
        let handover = Handover::default();
        let drawer = Drawer::new(&handover);
        let moment = Instant::now() + Duration::from_millis(5);
        drawer.pause_until(moment).unwrap();
        assert!(Instant::now() >= moment);
        drawer.pause_until(Instant::now()).unwrap();
    }
}
