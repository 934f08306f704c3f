//! What the duties look at in a transfer.

use wia::{Result, Status};

use crate::recorder::{Call, Log, Recorder, Told};
use crate::rig::{Verdict, fail};

/// What was done in a transfer, and what came of it.
///
/// Of a driver and an application of one generation: the driver's own calls and what it returned. With the
/// compatibility layer between them driver and layer are one: the calls that reach the application, and the
/// transfer's result.
pub(crate) struct Judged {
    pub(crate) result: Result<Status>,
    pub(crate) calls: Vec<Call>,
    /// With the layer between: the driver's own calls, of the other generation.
    pub(crate) behind: Option<Vec<Call>>,
}

impl Judged {
    /// Of a transfer that has ended with `result`; `heard` are the application's calls, if the layer is
    /// between.
    pub(crate) fn of(
        driver: &Recorder,
        heard: Option<&Log>,
        result: &Result<Status>,
    ) -> Verdict<Judged> {
        let own = driver.take();
        if let Some(heard) = heard {
            let mut calls = heard.take();
            let left = own.iter().map(|call| match call {
                Call::Returned { buffer, .. } => *buffer,
                _ => 0,
            });
            calls.push(Call::Returned {
                result: result.clone(),
                buffer: left.sum(),
            });
            return Ok(Judged {
                result: result.clone(),
                calls,
                behind: Some(own),
            });
        }
        let returned = own.iter().rev().find_map(|call| match call {
            Call::Returned { result, .. } => Some(result.clone()),
            _ => None,
        });
        match (returned, result) {
            (Some(returned), _) => Ok(Judged {
                result: returned,
                calls: own,
                behind: None,
            }),
            (None, Ok(_)) => fail("the driver did not return"),
            (None, Err(e)) => fail(format!("the driver did not return: {e}")),
        }
    }

    /// Fails if anything was called after the end was told, other than the release of a stream.
    pub(crate) fn silent(&self) -> Verdict {
        for calls in std::iter::once(&self.calls).chain(&self.behind) {
            if let Some(call) = after_the_end(calls) {
                return fail(format!("it was told to stop and called {call:?}"));
            }
        }
        Ok(())
    }

    /// Whether this was told at least once.
    pub(crate) fn was_told(&self, wanted: Told) -> bool {
        self.calls.iter().any(|call| told(call) == Some(wanted))
    }
}

/// What the call was answered, of those that can be told to stop.
fn told(call: &Call) -> Option<Told> {
    match call {
        Call::NextStream { told, .. } | Call::Message { told, .. } | Call::Data { told, .. } => {
            Some(*told)
        }
        _ => None,
    }
}

fn after_the_end(calls: &[Call]) -> Option<&Call> {
    let ends = |call: &Call| told(call).is_some_and(Told::ends);
    let after = calls.iter().position(ends)? + 1;
    let mut late = calls.iter().skip(after);
    late.find(|call| !matches!(call, Call::Released | Call::Returned { .. }))
}
