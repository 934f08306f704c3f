//! What holds a filter to its rules.
//!
//! A guard has two faces. To the driver's side it is the callback ([`Guard`] itself); to the filter it
//! is the application ([`Below`]). It calls the filter in between, compares what went in with what came
//! out, and does itself what the filter did not.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use items::AppItem;
use wia::{Blame, Error, ErrorKind, Result, TransferMessage};

use super::above::StreamAbove;
use super::below::{Asked, Below, OpenStream};
use super::kept::Kept;
use super::{ImageFilter, WriteMultiple};
use crate::callback::{Answer, NextStream, TransferCallback, TransferParams};
use crate::error_handler::AppErrorHandler;

/// The rules of a filter's interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Delegates,
    Once,
    SameMessage,
    NothingAfterEnd,
    FlushesBeforeEnd,
    AsksBelow,
    PassesThrough,
    HandsOn,
}

impl Rule {
    const fn says(self) -> &'static str {
        match self {
            Rule::Delegates => "every message is passed to the callback below",
            Rule::Once => "a message or a request is passed to the callback below once",
            Rule::SameMessage => "lMessage is not changed",
            Rule::NothingAfterEnd => "nothing is written after END_OF_STREAM was passed on",
            Rule::FlushesBeforeEnd => {
                "what is held back is written before END_OF_STREAM is passed on"
            }
            Rule::AsksBelow => "GetNextStream is passed to the callback below",
            Rule::PassesThrough => "what the callback below answers is passed through",
            Rule::HandsOn => "the stream of the callback below is wrapped and handed on",
        }
    }
}

/// A filter with its two neighbours.
pub(super) struct Guard {
    filter: Arc<dyn ImageFilter>,
    pub(super) shared: Arc<Shared>,
}

/// What both faces know.
pub(super) struct Shared {
    name: String,
    pub(super) below: Arc<dyn TransferCallback>,
    state: Mutex<State>,
    /// The stream below, while it is open. Locked during its calls, after `state` or without it.
    pub(super) stream: Mutex<Option<OpenStream>>,
    /// Whether a call is inside the callback or stream below: a panic then is not the filter's.
    in_below: AtomicBool,
    cancelled: AtomicBool,
}

/// The call of the filter that is under way, and what is known of it for good.
#[derive(Default)]
pub(super) struct State {
    failure: Option<Error>,
    /// The filter is not called any more.
    out: bool,
    /// The message that the filter was given.
    pub(super) given: Option<TransferMessage>,
    /// What the callback below answered to it.
    pub(super) answered: Option<Result<Answer>>,
    /// What the callback below answered to `get_next_stream`.
    pub(super) asked: Option<Asked>,
    /// The driver's bytes, while the filter has written none of its own.
    pub(super) kept: Option<Kept>,
    /// Bytes of the stream as the driver has written them.
    pub(super) taken: u64,
    /// The page went below as the driver wrote it.
    rescued: bool,
    /// The failure says so.
    unfiltered: bool,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stream(&self) -> MutexGuard<'_, Option<OpenStream>> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a call of the callback or stream below.
    pub(super) fn in_below<T>(&self, call: impl FnOnce() -> T) -> T {
        self.in_below.store(true, Ordering::Relaxed);
        let value = call();
        self.in_below.store(false, Ordering::Relaxed);
        value
    }

    /// Runs a call of the filter. Its panic is an error; one of the callback below goes on.
    pub(super) fn in_filter<T>(&self, call: impl FnOnce() -> Result<T>) -> Result<T> {
        catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
            if self.in_below.load(Ordering::Relaxed) {
                resume_unwind(panic);
            }
            self.lock().out = true;
            Err(Error::crashed("it", panic.as_ref()))
        })
    }

    pub(super) fn is_out(&self) -> bool {
        self.lock().out
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// The filter broke a rule.
    pub(super) fn broke(&self, rule: Rule) {
        let says = rule.says();
        self.failed(
            "",
            &Error::new(
                ErrorKind::InvalidDriverResponse,
                format!("it broke a rule: {says}"),
            ),
        );
    }

    /// The filter failed in `call`. Gives the error that names it.
    pub(super) fn failed(&self, call: &str, e: &Error) -> Error {
        let kind = match e.kind().blame() {
            // Nothing that an application could have done better.
            Blame::Caller => ErrorKind::Fail,
            _ => e.kind(),
        };
        let inside = if call.is_empty() { "" } else { " in " };
        let named = Error::new(kind, format!("{}{inside}{call}: {e}", self.name));
        self.lock().failure.get_or_insert_with(|| named.clone());
        named
    }

    /// What is handed on is what the driver wrote; the filter's failure says so.
    pub(super) fn unfiltered(&self) {
        let mut state = self.lock();
        if !std::mem::replace(&mut state.unfiltered, true)
            && let Some(failure) = state.failure.take()
        {
            state.failure = Some(failure.context("the page is unfiltered"));
        }
    }

    /// The first failure of the filter.
    pub(super) fn failure(&self) -> Option<Error> {
        self.lock().failure.clone()
    }

    /// The filter is not called any more.
    pub(super) fn put_out(&self) {
        self.lock().out = true;
    }

    /// Tells the callback below. At the end of a stream that is released before.
    pub(super) fn tell_below(&self, params: &TransferParams) -> Result<Answer> {
        let params = TransferParams {
            transferred_bytes: self.bytes(params.transferred_bytes),
            ..params.clone()
        };
        if params.message == TransferMessage::EndOfStream {
            self.release_stream();
        }
        let answer = self.in_below(|| self.below.transfer_callback(&params));
        if matches!(answer, Ok(Answer::Cancel)) {
            self.cancel();
        }
        answer
    }

    /// What has reached the stream below, where that is not what the driver wrote.
    fn bytes(&self, said: u64) -> u64 {
        let taken = self.lock().taken;
        match self.stream().as_ref().map(OpenStream::bytes) {
            Some(reached) if reached != taken => reached,
            _ => said,
        }
    }

    fn release_stream(&self) {
        let stream = self.stream().take();
        self.in_below(|| drop(stream));
        self.lock().kept = None;
    }

    /// At the end of a stream of which the filter wrote nothing: what the driver wrote goes below as
    /// it is.
    ///
    /// # Errors
    ///
    /// What the stream below says.
    pub(super) fn rescue(&self) -> Result<()> {
        let Some(mut kept) = self.lock().kept.take() else {
            return Ok(());
        };
        if let Some(open) = self.stream().as_mut().filter(|open| open.untouched())
            && !self.is_cancelled()
        {
            self.in_below(|| open.start_again(Some(&mut kept)))?;
            self.lock().rescued = true;
        }
        Ok(())
    }
}

impl Guard {
    pub(super) fn new(
        filter: Arc<dyn ImageFilter>,
        below: Arc<dyn TransferCallback>,
    ) -> Arc<Guard> {
        let shared = Shared {
            name: format!("image filter {}", filter.name()),
            below,
            state: Mutex::default(),
            stream: Mutex::default(),
            in_below: AtomicBool::new(false),
            cancelled: AtomicBool::new(false),
        };
        Arc::new(Guard {
            filter,
            shared: Arc::new(shared),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.shared.name
    }

    pub(super) fn initialize(&self, item: &AppItem) {
        let below = Arc::new(Below(Arc::clone(&self.shared)));
        self.call("InitializeFilter", || {
            self.filter.initialize_filter(item, below)
        });
    }

    pub(super) fn apply_properties(&self, write: &mut WriteMultiple<'_>) {
        if !self.shared.is_out() {
            self.call("ApplyProperties", || self.filter.apply_properties(write));
        }
    }

    /// The filter forgets the application.
    pub(super) fn release(&self) {
        // A filter that crashed is not called, but must not keep the application either.
        let release = || self.filter.set_new_callback(None);
        drop(self.shared.in_filter(release));
    }

    /// A call outside of a stream. After a failure the filter is left out.
    fn call(&self, name: &str, call: impl FnOnce() -> Result<()>) {
        if let Err(e) = self.shared.in_filter(call) {
            self.shared.put_out();
            self.shared.failed(name, &e);
        }
    }

    pub(super) fn cancel(&self) {
        self.shared.cancel();
    }

    pub(super) fn failure(&self) -> Option<Error> {
        self.shared.failure()
    }

    /// What the filter made of a message that it was given.
    fn judge(&self, params: &TransferParams, result: Result<Answer>) -> Result<Answer> {
        let shared = &self.shared;
        let answered = shared.lock().answered.take();
        let Some(below) = answered else {
            match &result {
                Ok(_) => shared.broke(Rule::Delegates),
                Err(e) => drop(shared.failed("TransferCallback", e)),
            }
            return self.tell_unfiltered(params);
        };
        let rescued = std::mem::take(&mut shared.lock().rescued);
        if rescued {
            match &result {
                Ok(_) => shared.broke(Rule::FlushesBeforeEnd),
                Err(e) => drop(shared.failed("TransferCallback", e)),
            }
            shared.unfiltered();
        }
        match (below?, result) {
            (Answer::Cancel, result) => {
                if matches!(result, Ok(Answer::Continue)) {
                    shared.broke(Rule::PassesThrough);
                }
                Ok(Answer::Cancel)
            }
            (Answer::Continue, Err(e)) if !shared.is_cancelled() => {
                let named = shared.failed("TransferCallback", &e);
                // What was not written is lost, unless the page came through as it was.
                match params.message {
                    TransferMessage::EndOfStream if !rescued => Err(named),
                    _ => Ok(Answer::Continue),
                }
            }
            (Answer::Continue, result) => Ok(result.unwrap_or(Answer::Continue)),
        }
    }
}

impl Guard {
    /// Passes a message below in the filter's place.
    fn tell_unfiltered(&self, params: &TransferParams) -> Result<Answer> {
        if params.message == TransferMessage::EndOfStream {
            self.shared.rescue()?;
            if std::mem::take(&mut self.shared.lock().rescued) {
                self.shared.unfiltered();
            }
        }
        self.shared.tell_below(params)
    }
}

impl TransferCallback for Guard {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let shared = &self.shared;
        if shared.is_out() {
            return self.tell_unfiltered(params);
        }
        if params.message == TransferMessage::EndOfStream && shared.is_cancelled() {
            // What the filter holds is dropped.
            shared.release_stream();
        }
        {
            let mut state = shared.lock();
            state.given = Some(params.message);
            state.answered = None;
        }
        let result = shared.in_filter(|| self.filter.transfer_callback(params));
        shared.lock().given = None;
        self.judge(params, result)
    }

    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        let shared = &self.shared;
        shared.release_stream();
        let ask = || shared.in_below(|| shared.below.get_next_stream(item_name, full_item_name));
        if shared.is_out() {
            return ask();
        }
        {
            let mut state = shared.lock();
            state.asked = None;
            state.kept = None;
            state.taken = 0;
        }
        let result = shared.in_filter(|| self.filter.get_next_stream(item_name, full_item_name));
        let asked = shared.lock().asked.take();
        let Some(asked) = asked else {
            match &result {
                Ok(_) => shared.broke(Rule::AsksBelow),
                Err(e) => drop(shared.failed("GetNextStream", e)),
            }
            shared.put_out();
            return ask();
        };
        let answer = match asked {
            Asked::Stream => {
                let stream = match result {
                    Ok(NextStream::Stream(stream)) => {
                        return Ok(NextStream::Stream(Box::new(StreamAbove::filtered(
                            Arc::clone(shared),
                            stream,
                        ))));
                    }
                    Ok(_) => {
                        shared.broke(Rule::HandsOn);
                        StreamAbove::direct(Arc::clone(shared))
                    }
                    Err(e) => {
                        shared.failed("GetNextStream", &e);
                        StreamAbove::direct(Arc::clone(shared))
                    }
                };
                shared.put_out();
                shared.unfiltered();
                return Ok(NextStream::Stream(Box::new(stream)));
            }
            Asked::Failed(e) => return Err(e),
            Asked::Missing => NextStream::Missing,
            Asked::Cancel => NextStream::Cancel,
            Asked::Skip => NextStream::SkipItem,
            Asked::Other(status) => NextStream::Other(status, None),
        };
        // To fail without a stream is what samples do.
        let passed = match (&answer, &result) {
            (NextStream::Missing, Err(_)) => true,
            (_, Ok(given)) => std::mem::discriminant(given) == std::mem::discriminant(&answer),
            _ => false,
        };
        if !passed {
            shared.broke(Rule::PassesThrough);
        }
        Ok(answer)
    }

    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        self.shared.below.error_handler()
    }
}
