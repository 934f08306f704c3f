//! Cancel, and whether the device can be used afterwards.

use wia::{ErrorKind, Guid, Status, Tymed};

use super::{Duty, duty, hwc};
use crate::rig::{Bench, Rig, Verdict, cancel_io, ensure, fail, not_applicable};
use crate::script::{Fault, Reply, Script, StreamRun};

pub(super) fn duties() -> Vec<Duty> {
    vec![
        hwc(
            "cancel.stops",
            "5.2",
            "a cancelled transfer returns S_FALSE",
            stops,
        ),
        hwc(
            "cancel.sooner",
            "5.2",
            "a cancelled transfer does less than a completed one",
            sooner,
        ),
        hwc(
            "cancel.again",
            "5.2",
            "after a cancel the next transfer works",
            again,
        ),
        hwc(
            "cancel.idle",
            "5.2",
            "WIA_EVENT_CANCEL_IO without a transfer is ignored",
            idle,
        ),
        duty(
            "cancel.event",
            "5.2",
            "WIA_EVENT_CANCEL_IO alone ends a transfer with S_FALSE",
            event,
        ),
        duty(
            "failure.again",
            "5.2",
            "after a failed transfer the next one works",
            after_failure,
        ),
    ]
}

/// A transfer that is cancelled at its first message, long before it could be over.
fn cancelled(bench: &Bench<'_>, kind: (Guid, Tymed), reply: Reply) -> Verdict<(Rig, StreamRun)> {
    let rig = bench.ready_for_long(kind)?;
    let run = rig.download(Script {
        reply: Some((0, reply)),
        ..Script::default()
    })?;
    Ok((rig, run))
}

fn returned_cancel(run: &StreamRun) -> Verdict {
    match &run.judged.result {
        Ok(Status::Cancelled) => Ok(()),
        Ok(other) => fail(format!("the driver returned {other}")),
        Err(e) => fail(format!("the driver failed: {e}")),
    }
}

fn stops(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_streams()? {
        returned_cancel(&cancelled(bench, kind, Reply::CancelTransfer)?.1)?;
    }
    Ok(())
}

fn event(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_streams()? {
        returned_cancel(&cancelled(bench, kind, Reply::CancelIo)?.1)?;
    }
    Ok(())
}

fn sooner(bench: &Bench<'_>) -> Verdict {
    let mut judged = false;
    for kind in bench.for_streams()? {
        let whole = { bench.ready_for_long(kind)? }
            .download(Script::default())?
            .complete()?;
        if whole.is_one_write() {
            continue;
        }
        judged = true;
        for reply in [Reply::Cancel, Reply::CancelTransfer] {
            let (_, part) = cancelled(bench, kind, reply)?;
            if let (Some(part), Some(whole)) = (&part.judged.behind, &whole.judged.behind) {
                // The compatibility layer drops what still comes.
                let (part, whole) = (part.len(), whole.len());
                ensure(part < whole, || format!("it made {part} calls of {whole}"))?;
            }
            let (part, whole) = (part.written(), whole.written());
            ensure(part < whole, || format!("it wrote {part} bytes of {whole}"))?;
        }
    }
    match judged {
        true => Ok(()),
        false => not_applicable("everything is one write"),
    }
}

/// Fails unless a transfer works, or the feeder has run empty by the one before.
fn works(rig: &Rig) -> Verdict {
    let run = rig.download(Script::default())?;
    match &run.result {
        Err(e) if e.kind() == ErrorKind::PaperEmpty && !rig.feed_ready()? => Ok(()),
        _ => run.complete().map(drop),
    }
}

fn again(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_streams()? {
        for reply in [Reply::Cancel, Reply::CancelTransfer, Reply::CancelIo] {
            works(&cancelled(bench, kind, reply)?.0)?;
        }
    }
    Ok(())
}

fn idle(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_streams()? {
        let rig = bench.ready(kind)?;
        cancel_io(&rig.driver);
        rig.download(Script::default())?.complete()?;
        cancel_io(&rig.driver);
        works(&rig)?;
    }
    Ok(())
}

fn after_failure(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_streams()? {
        let scripts = [
            Script {
                reply: Some((0, Reply::Fail)),
                ..Script::default()
            },
            Script {
                fault: Some(Fault::Write(0)),
                ..Script::default()
            },
        ];
        for script in scripts {
            let rig = bench.ready(kind)?;
            drop(rig.download(script)?);
            works(&rig)?;
        }
    }
    Ok(())
}
