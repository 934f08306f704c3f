//! How a driver treats the application's streams.

use std::sync::{Arc, Mutex, PoisonError};

use wia::{ErrorKind, Guid, Tymed};

use super::{Duty, duty, hwc};
use crate::document;
use crate::recorder::{Call, Told};
use crate::rig::{Bench, Stop, Verdict, ensure, fail, not_applicable};
use crate::script::{FAILURE, Fault, Script, StreamRun};

pub(super) fn duties() -> Vec<Duty> {
    vec![
        hwc(
            "stream.one-per-image",
            "1.5",
            "TYMED_FILE: one stream for each image",
            one_per_image,
        ),
        hwc(
            "stream.one-for-all",
            "1.5",
            "TYMED_MULTIPAGE_FILE: one stream for all images",
            one_for_all,
        ),
        hwc(
            "stream.released-next",
            "1.5",
            "a stream is released before the next is asked for",
            released_next,
        ),
        hwc(
            "stream.released-return",
            "1.5",
            "every stream is released before the driver returns",
            released_return,
        ),
        hwc(
            "stream.append",
            "1.5",
            "a stream that is not empty is appended to",
            append,
        ),
        hwc(
            "stream.position",
            "1.5",
            "a position that was moved in a callback does no harm",
            position,
        ),
        hwc(
            "stream.write-fails",
            "1.5",
            "a failed Write fails the transfer",
            write_fails,
        ),
        hwc(
            "stream.seek-fails",
            "1.5",
            "a failed Seek fails the transfer",
            seek_fails,
        ),
        duty(
            "stream.short-write",
            "11.3",
            "a Write that takes less is completed or fails the transfer",
            short_write,
        ),
        duty(
            "stream.calls",
            "1.5",
            "only Write, Seek and SetSize are called",
            calls,
        ),
        duty(
            "stream.names",
            "1.5",
            "the names in GetNextStream are those of the item",
            names,
        ),
        hwc(
            "stream.two-devices",
            "1.5",
            "two such devices can transfer at the same time",
            two_devices,
        ),
    ]
}

/// A whole transfer of this kind.
fn whole(bench: &Bench<'_>, kind: (Guid, Tymed), script: Script) -> Verdict<StreamRun> {
    bench.ready(kind)?.download(script)?.complete()
}

fn one_per_image(bench: &Bench<'_>) -> Verdict {
    let kind = bench.for_stream_of(Tymed::File)?;
    let run = whole(bench, kind, Script::default())?;
    for stream in &run.streams {
        let pages = document::pages(kind.0, stream).map_err(Stop::Fail)?;
        ensure(pages == 1, || format!("{pages} pages in one stream"))?;
    }
    let multipage = bench.for_stream_of(Tymed::MultipageFile);
    let Ok(multipage) = multipage else {
        return Ok(());
    };
    let all = whole(bench, multipage, Script::default())?;
    let bytes = all.streams.first().map_or(&[][..], |stream| stream);
    let pages = document::pages(multipage.0, bytes).map_err(Stop::Fail)?;
    let streams = run.streams.len();
    ensure(pages == streams, || {
        format!("{streams} streams for {pages} pages")
    })
}

fn one_for_all(bench: &Bench<'_>) -> Verdict {
    let kind = bench.for_stream_of(Tymed::MultipageFile)?;
    let run = whole(bench, kind, Script::default())?;
    let streams = run.streams.len();
    ensure(streams == 1, || format!("{streams} streams"))?;
    for stream in &run.streams {
        document::pages(kind.0, stream).map_err(Stop::Fail)?;
    }
    Ok(())
}

/// Streams that the driver holds before each request for one and at its return.
fn held(run: &StreamRun) -> (usize, usize) {
    let (mut open, mut at_request) = (0_usize, 0);
    for call in &run.judged.calls {
        match call {
            Call::NextStream { told, .. } => {
                at_request = at_request.max(open);
                open += usize::from(*told == Told::GoOn);
            }
            Call::Released => open = open.saturating_sub(1),
            Call::Returned { .. } => return (at_request, open),
            _ => {}
        }
    }
    (at_request, open)
}

fn released_next(bench: &Bench<'_>) -> Verdict {
    let run = whole(bench, bench.for_stream_of(Tymed::File)?, Script::default())?;
    if run.streams.len() < 2 {
        return not_applicable("there is only one image");
    }
    ensure(held(&run).0 == 0, || {
        "the stream before was still held".to_owned()
    })
}

fn released_return(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_streams()? {
        let run = whole(bench, kind, Script::default())?;
        ensure(held(&run).1 == 0, || "a stream was still held".to_owned())?;
    }
    Ok(())
}

fn append(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_streams()? {
        let before = b"something that was there before; not a multiple of 4".to_vec();
        let script = Script {
            before: before.clone(),
            ..Script::default()
        };
        for stream in whole(bench, kind, script)?.streams {
            let Some(document) = stream.strip_prefix(&before[..]) else {
                return fail("what was in the stream was changed");
            };
            document::pages(kind.0, document).map_err(Stop::Fail)?;
        }
    }
    Ok(())
}

fn position(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_streams()? {
        let script = Script {
            wander: true,
            ..Script::default()
        };
        for stream in whole(bench, kind, script)?.streams {
            document::pages(kind.0, &stream).map_err(Stop::Fail)?;
        }
    }
    Ok(())
}

/// The first, a middle and the last of so many calls.
fn some(count: usize) -> Vec<usize> {
    let mut some = vec![0, count / 2, count.saturating_sub(1)];
    some.dedup();
    some.truncate(count);
    some
}

/// Makes calls of one kind fail, one after the other, each in a transfer of its own.
fn fails(bench: &Bench<'_>, is: fn(&Call) -> bool, fault: fn(usize) -> Fault) -> Verdict {
    let mut tried = false;
    for kind in bench.for_streams()? {
        let run = whole(bench, kind, Script::default())?;
        for at in some(run.judged.calls.iter().filter(|call| is(call)).count()) {
            tried = true;
            let script = Script {
                fault: Some(fault(at)),
                ..Script::default()
            };
            let run = bench.ready(kind)?.download(script)?;
            match run.judged.result {
                Err(e) if e.kind() == FAILURE => {}
                Err(e) => return fail(format!("call {at} failed otherwise: {e}")),
                Ok(status) => {
                    return fail(format!(
                        "call {at} failed, and the driver returned {status}"
                    ));
                }
            }
        }
    }
    match tried {
        true => Ok(()),
        false => not_applicable("the driver makes no such call"),
    }
}

fn write_fails(bench: &Bench<'_>) -> Verdict {
    fails(
        bench,
        |call| matches!(call, Call::Write { .. }),
        Fault::Write,
    )
}

fn seek_fails(bench: &Bench<'_>) -> Verdict {
    fails(bench, |call| matches!(call, Call::Seek), Fault::Seek)
}

fn short_write(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_streams()? {
        for at in [0, 3] {
            let script = Script {
                fault: Some(Fault::Short(at)),
                ..Script::default()
            };
            let run = bench.ready(kind)?.download(script)?;
            let lost = run.judged.result.is_ok() && run.has_hole;
            ensure(!lost, || {
                "a byte is missing, and the driver returned success".to_owned()
            })?;
        }
    }
    Ok(())
}

fn calls(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_streams()? {
        let run = whole(bench, kind, Script::default())?;
        let foreign = run.judged.calls.iter().find_map(|call| match call {
            Call::Foreign(name) => Some(*name),
            _ => None,
        });
        if let Some(name) = foreign {
            return fail(format!("it called {name}"));
        }
    }
    Ok(())
}

fn names(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_streams()? {
        let rig = bench.ready(kind)?;
        let expected = [rig.item.name(), rig.item.full_name()];
        for call in rig.download(Script::default())?.complete()?.judged.calls {
            if let Call::NextStream { names, .. } = call {
                ensure(names == expected, || format!("{names:?} for {expected:?}"))?;
            }
        }
    }
    Ok(())
}

fn two_devices(bench: &Bench<'_>) -> Verdict {
    let kind = bench.for_stream_of(Tymed::File)?;
    let other = bench.ready(kind)?;
    if !bench.lets_in_another()? {
        return not_applicable("the device lets in one at a time");
    }
    let other = Arc::new(Mutex::new((other, None)));
    let shared = Arc::clone(&other);
    let script = Script {
        meanwhile: Some(Arc::new(move || {
            let mut other = shared.lock().unwrap_or_else(PoisonError::into_inner);
            other.1 = other
                .0
                .download(Script::default())
                .map(Some)
                .unwrap_or_default();
        })),
        ..Script::default()
    };
    whole(bench, kind, script)?;
    let mut other = other.lock().unwrap_or_else(PoisonError::into_inner);
    match other.1.take() {
        None => fail("the second device's transfer did not take place"),
        Some(run) => match &run.result {
            Err(e) if matches!(e.kind(), ErrorKind::Busy | ErrorKind::DeviceLocked) => {
                not_applicable("it is one device, opened twice")
            }
            _ => run.complete().map(drop),
        },
    }
}
