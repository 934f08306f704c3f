//! What a driver does after each answer of the application.

use wia::{Status, TransferMessage, Tymed};

use super::{Duty, duty, hwc};
use crate::recorder::{Call, Told};
use crate::rig::{Bench, Verdict, ensure, fail, not_applicable};
use crate::script::{FAILURE, Next, Reply, Script, StreamRun};

pub(super) fn duties() -> Vec<Duty> {
    vec![
        hwc(
            "next.missing",
            "1.5",
            "S_OK without a stream: the transfer fails",
            missing,
        ),
        hwc(
            "next.cancel",
            "1.5",
            "S_FALSE instead of a stream: S_FALSE",
            cancel,
        ),
        hwc(
            "next.cancel-later",
            "1.5",
            "S_FALSE instead of the second stream: S_FALSE",
            cancel_later,
        ),
        hwc(
            "next.skip-one",
            "1.5",
            "a skipped item is left out and the others are delivered",
            skip_one,
        ),
        hwc("next.skip-all", "1.5", "all items skipped: S_OK", skip_all),
        duty(
            "next.other",
            "1.5",
            "another success without a stream: the transfer fails",
            other,
        ),
        hwc(
            "next.failure",
            "1.5",
            "a failure instead of a stream: the same failure",
            failure,
        ),
        hwc(
            "message.cancel",
            "1.5",
            "S_FALSE to a message: S_FALSE",
            message_cancel,
        ),
        hwc(
            "message.failure",
            "1.5",
            "a failure to a message: the same failure",
            message_failure,
        ),
        duty(
            "status.cancel",
            "6.4",
            "S_FALSE to a status of the device: S_FALSE, and silence",
            status_cancel,
        ),
        duty(
            "status.failure",
            "6.4",
            "a failure to a status of the device: the same failure, and silence",
            status_failure,
        ),
        hwc(
            "message.silence",
            "5.2",
            "no call of any kind after S_FALSE or a failure",
            silence,
        ),
    ]
}

fn answered(bench: &Bench<'_>, script: &Script) -> Verdict<Vec<StreamRun>> {
    let kinds = bench.for_streams()?.into_iter();
    kinds
        .map(|kind| bench.ready(kind)?.download(script.clone()))
        .collect()
}

fn to_all(next: Next) -> Script {
    Script {
        then: Some(next),
        ..Script::default()
    }
}

fn to_message(n: usize, reply: Reply) -> Script {
    Script {
        reply: Some((n, reply)),
        ..Script::default()
    }
}

/// Fails unless the driver returned S_FALSE each time.
fn cancelled(runs: &[StreamRun]) -> Verdict {
    for run in runs {
        ensure(run.judged.was_told(Told::Cancel), || {
            "it did not come so far".to_owned()
        })?;
        match &run.judged.result {
            Ok(Status::Cancelled) => {}
            Ok(other) => return fail(format!("the driver returned {other}")),
            Err(e) => return fail(format!("the driver failed: {e}")),
        }
    }
    Ok(())
}

/// Fails unless the driver returned the application's failure each time.
fn same_failure(runs: &[StreamRun]) -> Verdict {
    for run in runs {
        match &run.judged.result {
            Err(e) if e.kind() == FAILURE => {}
            Err(e) => return fail(format!("the driver failed otherwise: {e}")),
            Ok(status) => return fail(format!("the driver returned {status}")),
        }
    }
    Ok(())
}

/// Fails unless the driver failed each time.
fn any_failure(runs: &[StreamRun]) -> Verdict {
    for run in runs {
        if let Ok(status) = run.judged.result {
            return fail(format!("the driver returned {status}"));
        }
    }
    Ok(())
}

fn missing(bench: &Bench<'_>) -> Verdict {
    any_failure(&answered(bench, &to_all(Next::Missing))?)
}

fn other(bench: &Bench<'_>) -> Verdict {
    any_failure(&answered(bench, &to_all(Next::Other))?)
}

/// The error handler answers so to the first status of the device, if the driver sends one.
fn to_device_status(bench: &Bench<'_>, reply: Reply) -> Verdict<Vec<StreamRun>> {
    let script = Script {
        device_status: Some(reply),
        ..Script::default()
    };
    let mut runs = answered(bench, &script)?;
    runs.retain(|run| {
        let of_device = |call: &Call| matches!(call, Call::Message { params, .. } if params.message == TransferMessage::DeviceStatus);
        run.judged.calls.iter().any(of_device)
    });
    if runs.is_empty() {
        return not_applicable("its device reports nothing");
    }
    for run in &runs {
        run.judged.silent()?;
    }
    Ok(runs)
}

fn status_cancel(bench: &Bench<'_>) -> Verdict {
    cancelled(&to_device_status(bench, Reply::Cancel)?)
}

fn status_failure(bench: &Bench<'_>) -> Verdict {
    same_failure(&to_device_status(bench, Reply::Fail)?)
}

fn cancel(bench: &Bench<'_>) -> Verdict {
    cancelled(&answered(bench, &to_all(Next::Cancel))?)
}

fn failure(bench: &Bench<'_>) -> Verdict {
    same_failure(&answered(bench, &to_all(Next::Fail))?)
}

/// Streams of a transfer of two pages, of which there may be only one.
fn streams(bench: &Bench<'_>) -> Verdict<usize> {
    let kind = bench.for_stream_of(Tymed::File)?;
    let run = bench.ready(kind)?.download(Script::default())?.complete()?;
    match run.streams.len() {
        1 => not_applicable("there is only one image"),
        n => Ok(n),
    }
}

fn cancel_later(bench: &Bench<'_>) -> Verdict {
    streams(bench)?;
    let script = Script {
        next: vec![None],
        ..to_all(Next::Cancel)
    };
    let kind = bench.for_stream_of(Tymed::File)?;
    cancelled(&[bench.ready(kind)?.download(script)?])
}

fn skip_one(bench: &Bench<'_>) -> Verdict {
    let all = streams(bench)?;
    let script = Script {
        next: vec![Some(Next::Skip)],
        ..Script::default()
    };
    let kind = bench.for_stream_of(Tymed::File)?;
    let run = bench.ready(kind)?.download(script)?.complete()?;
    let got = run.streams.len();
    ensure(got + 1 == all, || {
        format!("{got} of {all} images without the first")
    })
}

fn skip_all(bench: &Bench<'_>) -> Verdict {
    for run in answered(bench, &to_all(Next::Skip))? {
        match &run.judged.result {
            // The samples return it when the last item was skipped.
            Ok(Status::Ok | Status::SkipItem) => {}
            Ok(other) => return fail(format!("the driver returned {other}")),
            Err(e) => return fail(format!("the driver failed: {e}")),
        }
    }
    Ok(())
}

fn message_cancel(bench: &Bench<'_>) -> Verdict {
    cancelled(&answered(bench, &to_message(0, Reply::Cancel))?)?;
    cancelled(&answered(bench, &to_message(1, Reply::Cancel))?)
}

fn message_failure(bench: &Bench<'_>) -> Verdict {
    same_failure(&answered(bench, &to_message(0, Reply::Fail))?)?;
    same_failure(&answered(bench, &to_message(1, Reply::Fail))?)
}

fn silence(bench: &Bench<'_>) -> Verdict {
    let scripts = [
        to_all(Next::Cancel),
        to_all(Next::Fail),
        to_message(0, Reply::Cancel),
        to_message(1, Reply::Cancel),
        to_message(1, Reply::Fail),
    ];
    for script in &scripts {
        for run in answered(bench, script)? {
            run.judged.silent()?;
        }
    }
    Ok(())
}
