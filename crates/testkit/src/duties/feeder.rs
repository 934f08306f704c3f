//! What a feeder returns.

use wia::property::WIA_IPS_PAGES;
use wia::{ErrorKind, Status, Tymed};

use super::{Duty, duty};
use crate::rig::{Bench, Rig, Verdict, ensure, fail, not_applicable};
use crate::script::{Script, StreamRun};

pub(super) fn duties() -> Vec<Duty> {
    vec![
        duty(
            "feeder.all",
            "1.5",
            "WIA_IPS_PAGES 0: S_OK when the feeder is empty",
            all,
        ),
        duty(
            "feeder.count",
            "1.5",
            "WIA_IPS_PAGES N: S_OK after N pages",
            count,
        ),
        duty(
            "feeder.short",
            "1.5",
            "fewer than N pages: WIA_STATUS_END_OF_MEDIA",
            short,
        ),
        duty(
            "feeder.empty",
            "1.5",
            "no paper for the first page: WIA_ERROR_PAPER_EMPTY",
            empty,
        ),
        duty(
            "feeder.ready",
            "8.1",
            "FEED_READY tells whether there is paper",
            ready,
        ),
    ]
}

/// A feeder with paper, and its transfer of so many pages.
fn scan(bench: &Bench<'_>, pages: i32) -> Verdict<(Rig, StreamRun)> {
    bench.feeder_only()?;
    let rig = bench.ready(bench.for_stream_of(Tymed::File)?)?;
    rig.write(WIA_IPS_PAGES, pages)?;
    let run = rig.download(Script::default())?;
    Ok((rig, run))
}

fn returned(run: &StreamRun, expected: Status) -> Verdict {
    match &run.judged.result {
        Ok(status) if *status == expected => Ok(()),
        Ok(status) => fail(format!("the driver returned {status}")),
        Err(e) => fail(format!("the driver failed: {e}")),
    }
}

fn all(bench: &Bench<'_>) -> Verdict {
    returned(&scan(bench, 0)?.1, Status::Ok)
}

fn count(bench: &Bench<'_>) -> Verdict {
    let (_, run) = scan(bench, 1)?;
    returned(&run, Status::Ok)?;
    let streams = run.streams.len();
    ensure(streams == 1, || format!("{streams} pages of 1"))
}

fn short(bench: &Bench<'_>) -> Verdict {
    let there = scan(bench, 0)?.1.complete()?.streams.len();
    let wanted = i32::try_from(there).unwrap_or(i32::MAX).saturating_add(1);
    let (_, run) = scan(bench, wanted)?;
    returned(&run, Status::EndOfMedia)?;
    let streams = run.streams.len();
    ensure(streams == there, || format!("{streams} of {there} pages"))
}

fn empty(bench: &Bench<'_>) -> Verdict {
    let (rig, run) = scan(bench, 0)?;
    run.complete()?;
    for pages in [0, 1] {
        rig.write(WIA_IPS_PAGES, pages)?;
        match rig.download(Script::default())?.judged.result {
            Err(e) if e.kind() == ErrorKind::PaperEmpty => {}
            Err(e) => return fail(format!("the driver failed otherwise: {e}")),
            Ok(_) if !rig.senses_paper()? => return filled_again(),
            Ok(status) => return fail(format!("the driver returned {status}")),
        }
    }
    Ok(())
}

/// A driver whose feeder has no sensor cannot know better than to try.
pub(super) fn filled_again() -> Verdict {
    not_applicable("the device does not sense paper, and there was some again")
}

fn ready(bench: &Bench<'_>) -> Verdict {
    bench.feeder_only()?;
    let rig = bench.open()?;
    if !rig.feed_ready()? {
        let run = rig.download(Script::default())?;
        let empty = matches!(&run.judged.result, Err(e) if e.kind() == ErrorKind::PaperEmpty);
        return ensure(empty, || "it is not set, but there is paper".to_owned());
    }
    // A device may let in one at a time.
    drop(rig);
    let (rig, run) = scan(bench, 0)?;
    run.complete()?;
    let ready = rig.feed_ready()?;
    ensure(!ready, || "it is set when the feeder is empty".to_owned())
}
