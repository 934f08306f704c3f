//! Transfers into a file of the service.

use wia::property::{WIA_IPA_ITEM_SIZE, WIA_IPS_PAGES};
use wia::{DataMessage, Guid, Status, Tymed};

use super::{Duty, duty};
use crate::bands::{DataRun, Script};
use crate::document;
use crate::recorder::Call;
use crate::rig::{Bench, Rig, Stop, Verdict, ensure, fail, not_applicable};
use crate::script::{FAILURE, Reply};

pub(super) fn duties() -> Vec<Duty> {
    vec![
        duty(
            "file.formats",
            "1.4",
            "every offered format is delivered in a file",
            formats,
        ),
        duty(
            "file.no-callback",
            "1.4",
            "a file transfer without a callback works",
            no_callback,
        ),
        duty(
            "file.no-data",
            "1.4",
            "no IT_MSG_DATA in a file transfer",
            no_data,
        ),
        duty(
            "file.status",
            "1.4",
            "a file transfer reports its progress",
            status,
        ),
        duty(
            "file.item-size",
            "8.1",
            "WIA_IPA_ITEM_SIZE is the size of the file, or 0",
            item_size,
        ),
        duty(
            "file.buffer",
            "1.4",
            "a buffer of the driver's own is freed before it returns",
            buffer,
        ),
        duty(
            "file.cancel",
            "5.2",
            "S_FALSE from the callback: S_FALSE, and no further call",
            cancel,
        ),
        duty(
            "file.failure",
            "5.2",
            "a failure of the callback: the same failure, and no further call",
            failure,
        ),
    ]
}

/// The device, set up for as many pages as the file can hold.
fn ready(bench: &Bench<'_>, kind: (Guid, Tymed)) -> Verdict<Rig> {
    let rig = bench.ready(kind)?;
    if rig.is_feeder() && kind.1 == Tymed::File {
        rig.write(WIA_IPS_PAGES, 1)?;
    }
    Ok(rig)
}

/// A transfer of each kind, as it ended.
fn runs(bench: &Bench<'_>, script: Script) -> Verdict<Vec<(Guid, DataRun)>> {
    let kinds = bench.for_files()?.into_iter();
    kinds
        .map(|kind| Ok((kind.0, ready(bench, kind)?.file(kind.1, true, script)?)))
        .collect()
}

fn valid(format: Guid, run: &DataRun) -> Verdict {
    for file in &run.images {
        document::pages(format, file).map_err(Stop::Fail)?;
    }
    Ok(())
}

fn formats(bench: &Bench<'_>) -> Verdict {
    for kind in bench.all_for_files()? {
        let run = ready(bench, kind)?.file(kind.1, true, None)?.complete()?;
        valid(kind.0, &run)?;
    }
    Ok(())
}

fn no_callback(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_files()? {
        let run = ready(bench, kind)?.file(kind.1, false, None)?.complete()?;
        valid(kind.0, &run)?;
    }
    Ok(())
}

fn messages(run: &DataRun) -> impl Iterator<Item = DataMessage> {
    run.judged.calls.iter().filter_map(|call| match call {
        Call::Data { message, .. } => Some(*message),
        _ => None,
    })
}

fn no_data(bench: &Bench<'_>) -> Verdict {
    for (_, run) in runs(bench, None)? {
        let data = messages(&run).filter(|m| *m == DataMessage::Data).count();
        ensure(data == 0, || format!("{data} of them"))?;
    }
    Ok(())
}

fn status(bench: &Bench<'_>) -> Verdict {
    for (_, run) in runs(bench, None)? {
        let told = messages(&run.complete()?).any(|m| m == DataMessage::Status);
        ensure(told, || "no IT_MSG_STATUS came".to_owned())?;
    }
    Ok(())
}

fn item_size(bench: &Bench<'_>) -> Verdict {
    bench.all_for_files()?;
    let kind = bench
        .for_files()?
        .into_iter()
        .find(|kind| kind.1 == Tymed::File);
    let Some(kind) = kind else {
        return not_applicable("no format has TYMED_FILE");
    };
    let rig = ready(bench, kind)?;
    let told = rig.number(WIA_IPA_ITEM_SIZE)?.unwrap_or(0);
    let run = rig.file(kind.1, true, None)?.complete()?;
    let size = run.images.first().map_or(0, Vec::len);
    ensure(told == 0 || usize::try_from(told) == Ok(size), || {
        format!("{told} for a file of {size} bytes")
    })
}

fn buffer(bench: &Bench<'_>) -> Verdict {
    let mut tried = false;
    for kind in bench.all_for_files()? {
        let rig = ready(bench, kind)?;
        if rig.number(WIA_IPA_ITEM_SIZE)?.unwrap_or(0) != 0 {
            continue;
        }
        tried = true;
        for call in rig.file(kind.1, true, None)?.complete()?.judged.calls {
            if let Call::Returned { buffer, .. } = call {
                ensure(buffer == 0, || format!("{buffer} bytes were left"))?;
            }
        }
    }
    match tried {
        true => Ok(()),
        false => not_applicable("WIA_IPA_ITEM_SIZE is never 0, so the service allocates"),
    }
}

fn cancel(bench: &Bench<'_>) -> Verdict {
    for (_, run) in runs(bench, Some((DataMessage::Status, Reply::Cancel)))? {
        match &run.judged.result {
            Ok(Status::Cancelled) => run.judged.silent()?,
            Ok(other) => return fail(format!("the driver returned {other}")),
            Err(e) => return fail(format!("the driver failed: {e}")),
        }
    }
    Ok(())
}

fn failure(bench: &Bench<'_>) -> Verdict {
    for (_, run) in runs(bench, Some((DataMessage::Status, Reply::Fail)))? {
        match &run.judged.result {
            Err(e) if e.kind() == FAILURE => run.judged.silent()?,
            Err(e) => return fail(format!("the driver failed otherwise: {e}")),
            Ok(status) => return fail(format!("the driver returned {status}")),
        }
    }
    Ok(())
}
