//! Results: `HRESULT` here, [`Status`] and [`Error`](wia::Error) there. Private numbers survive both ways.

use abi::HRESULT;
use transfer::Answer;
use wia::{Hresult, Result, Status};

/// The number of a result.
pub fn hresult(result: &Result<Status>) -> HRESULT {
    let code = match result {
        Ok(status) => status.hresult(),
        Err(error) => error.hresult(),
    };
    HRESULT(code.0.cast_signed())
}

/// What a number says.
///
/// # Errors
///
/// The failure that it is.
pub fn status(code: HRESULT) -> Result<Status> {
    Status::from_hresult(Hresult(code.0.cast_unsigned()))
}

/// What an answer to a message says. Only `S_FALSE` cancels; other successes have no meaning here and go on.
///
/// # Errors
///
/// The failure that it is.
pub fn answer(code: HRESULT) -> Result<Answer> {
    Ok(match status(code)? {
        Status::Cancelled => Answer::Cancel,
        Status::Ok => Answer::Continue,
        other => {
            tracing::debug!("a message is answered with {other}: taken as S_OK");
            Answer::Continue
        }
    })
}

/// The status that an answer is.
pub fn from_answer(answer: Answer) -> Status {
    match answer {
        Answer::Continue => Status::Ok,
        Answer::Cancel => Status::Cancelled,
    }
}
