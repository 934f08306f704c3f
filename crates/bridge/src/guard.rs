//! What stands around every call from C.

use std::panic::{AssertUnwindSafe, Location, catch_unwind};

use abi::HRESULT;
use abi::results::E_UNEXPECTED;
use wia::{Result, Status};

use crate::results::hresult;

/// What a call that succeeds ends with.
pub trait Outcome {
    /// The status that C gets.
    fn status(self) -> Status;
}

impl Outcome for () {
    fn status(self) -> Status {
        Status::Ok
    }
}

impl Outcome for Status {
    fn status(self) -> Status {
        self
    }
}

/// Answers a call from C: a failure becomes its number, a panic `E_UNEXPECTED`. Both go to the log, for C has no
/// place for a sentence.
#[track_caller]
pub fn guard<T: Outcome>(call: impl FnOnce() -> Result<T>) -> HRESULT {
    let place = Location::caller();
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => {
            let result = result.map(Outcome::status);
            if let Err(error) = &result {
                tracing::debug!(
                    "a call from C fails: {error} ({}:{})",
                    place.file(),
                    place.line()
                );
            }
            hresult(&result)
        }
        Err(_) => {
            tracing::error!("a call from C panicked ({}:{})", place.file(), place.line());
            E_UNEXPECTED
        }
    }
}
