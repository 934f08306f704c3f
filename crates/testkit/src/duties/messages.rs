//! What a driver says during a stream transfer.

use transfer::TransferParams;
use wia::{Status, TransferMessage, Tymed};

use super::{Duty, duty, hwc};
use crate::document;
use crate::recorder::{Call, Told};
use crate::rig::{Bench, Stop, Verdict, ensure, fail, not_applicable};
use crate::script::{Script, StreamRun};

pub(super) fn duties() -> Vec<Duty> {
    vec![
        hwc(
            "message.percent",
            "1.5",
            "percent is 0 to 100 and does not fall within a page",
            percent,
        ),
        hwc(
            "message.bytes",
            "1.5",
            "the transferred bytes are those of the stream",
            bytes,
        ),
        hwc(
            "message.service-only",
            "1.5",
            "the driver sends no END_OF_STREAM and no END_OF_TRANSFER",
            service_only,
        ),
        duty(
            "status.clear",
            "6.4",
            "the driver sends no WIA_STATUS_CLEAR",
            no_clear,
        ),
        duty(
            "message.first",
            "1.5",
            "each stream begins with a status of 0 percent",
            first,
        ),
        duty(
            "message.last",
            "1.5",
            "each stream ends with a status of 100 percent",
            last,
        ),
        duty(
            "message.new-page",
            "1.5",
            "NEW_PAGE comes before each page of a stream but the first",
            new_page,
        ),
        duty(
            "message.no-new-page",
            "1.5",
            "no NEW_PAGE where a stream holds one image",
            no_new_page,
        ),
    ]
}

fn runs(bench: &Bench<'_>) -> Verdict<Vec<StreamRun>> {
    let kinds = bench.for_streams()?.into_iter();
    kinds
        .map(|kind| bench.ready(kind)?.download(Script::default())?.complete())
        .collect()
}

/// The messages of each stream.
fn by_stream(run: &StreamRun) -> Vec<Vec<&TransferParams>> {
    let mut streams: Vec<Vec<_>> = Vec::new();
    for call in &run.judged.calls {
        match (call, streams.last_mut()) {
            (
                Call::NextStream {
                    told: Told::GoOn, ..
                },
                _,
            ) => streams.push(Vec::new()),
            (Call::Message { params, .. }, Some(stream)) => stream.push(params),
            _ => {}
        }
    }
    streams
}

fn percent(bench: &Bench<'_>) -> Verdict {
    for run in runs(bench)? {
        for stream in by_stream(&run) {
            let mut before = 0;
            for params in stream {
                let now = params.percent;
                ensure((0..=100).contains(&now), || format!("{now} percent"))?;
                if params.message == TransferMessage::Status {
                    // Behind the compatibility layer nothing else tells where a page ends.
                    let next_page = run.judged.behind.is_some() && before == 100;
                    ensure(now >= before || next_page, || {
                        format!("{now} percent after {before}")
                    })?;
                    before = now;
                } else {
                    before = 0;
                }
            }
        }
    }
    Ok(())
}

fn bytes(bench: &Bench<'_>) -> Verdict {
    for run in runs(bench)? {
        // Bytes written to the stream, and how far it reaches; a header may be written twice.
        let (mut sum, mut extent) = (0, 0);
        for call in &run.judged.calls {
            match call {
                Call::NextStream { .. } => (sum, extent) = (0, 0),
                Call::Write { bytes, end } => (sum, extent) = (sum + bytes, extent.max(*end)),
                Call::SetSize(size) => extent = *size,
                Call::Message { params, .. } if params.message != TransferMessage::DeviceStatus => {
                    let told = params.transferred_bytes;
                    ensure(told == sum || told == extent, || {
                        format!("{told} transferred bytes of {extent}")
                    })?;
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn service_only(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_streams()? {
        // Such a message fails the transfer, which is no matter here.
        let run = bench.ready(kind)?.download(Script::default())?;
        for params in by_stream(&run).into_iter().flatten() {
            let ends = [TransferMessage::EndOfStream, TransferMessage::EndOfTransfer];
            ensure(!ends.contains(&params.message), || {
                format!("it sent {}", params.message.name())
            })?;
        }
    }
    Ok(())
}

fn no_clear(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_streams()? {
        // Such a message fails the transfer, which is no matter here.
        let run = bench.ready(kind)?.download(Script::default())?;
        let clear = |call: &Call| matches!(call, Call::Message { params, .. } if params.device_status == Some(Ok(Status::Clear)));
        ensure(!run.judged.calls.iter().any(clear), || {
            "it sent it".to_owned()
        })?;
    }
    Ok(())
}

/// The percent of all `STATUS` of each stream.
fn statuses(run: &StreamRun) -> Vec<Vec<i32>> {
    let percent = |stream: Vec<&TransferParams>| {
        let statuses = stream
            .into_iter()
            .filter(|p| p.message == TransferMessage::Status);
        statuses.map(|params| params.percent).collect()
    };
    by_stream(run).into_iter().map(percent).collect()
}

fn first(bench: &Bench<'_>) -> Verdict {
    for run in runs(bench)? {
        for stream in statuses(&run) {
            let first = stream.first();
            ensure(first == Some(&0), || {
                format!("the first status is {first:?}")
            })?;
        }
    }
    Ok(())
}

fn last(bench: &Bench<'_>) -> Verdict {
    for run in runs(bench)? {
        for stream in statuses(&run) {
            let last = stream.last();
            ensure(last == Some(&100), || {
                format!("the last status is {last:?}")
            })?;
        }
    }
    Ok(())
}

fn new_page(bench: &Bench<'_>) -> Verdict {
    let kind = bench.for_stream_of(Tymed::MultipageFile)?;
    let run = bench.ready(kind)?.download(Script::default())?.complete()?;
    let Some(stream) = run.streams.first() else {
        return fail("it gave no stream");
    };
    let pages = document::pages(kind.0, stream).map_err(Stop::Fail)?;
    let told = run.at_new_page.len();
    if run.judged.behind.is_some() && told == 0 {
        return not_applicable("the compatibility layer gives such a stream at once");
    }
    ensure(told + 1 == pages, || {
        format!("{told} times in {pages} pages")
    })?;
    if pages == 1 {
        return not_applicable("there is only one image");
    }
    // Of a page that is announced nothing is there: since the page before was complete nothing has
    // been written.
    let mut complete = true;
    for call in &run.judged.calls {
        match call {
            Call::Write { .. } => complete = false,
            Call::Message { params, .. } if params.message == TransferMessage::NewPage => {
                ensure(complete, || "it came in the middle of a page".to_owned())?;
            }
            Call::Message { params, .. } => complete = params.percent == 100,
            _ => {}
        }
    }
    Ok(())
}

fn no_new_page(bench: &Bench<'_>) -> Verdict {
    let kind = bench.for_stream_of(Tymed::File)?;
    let run = bench.ready(kind)?.download(Script::default())?.complete()?;
    let told = run.at_new_page.len();
    ensure(told == 0, || format!("{told} times"))
}
