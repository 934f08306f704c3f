//! Transfers in bands of memory.

use wia::format::WIA_IMG_FMT_MEMORYBMP;
use wia::property::WIA_IPS_PAGES;
use wia::{DataMessage, ErrorKind, Guid, Status, TransferStatus, Tymed};

use super::{Duty, duty};
use crate::bands::{BandSeen, DataRun, Script};
use crate::document::{self, bitmap_shape};
use crate::recorder::Call;
use crate::rig::{Bench, Rig, Stop, Verdict, ensure, fail, not_applicable};
use crate::script::{FAILURE, Reply};

pub(super) fn duties() -> Vec<Duty> {
    vec![
        duty(
            "memory.formats",
            "1.3",
            "every offered format is delivered in bands",
            formats,
        ),
        duty(
            "memory.header",
            "1.3",
            "the first band of an image is its header, alone",
            header,
        ),
        duty(
            "memory.bands",
            "1.3",
            "a band has something in it and fits the buffer",
            bands,
        ),
        duty("memory.lines", "1.3", "a band holds whole lines", lines),
        duty(
            "memory.offsets",
            "1.3",
            "the bands leave no gap in the image",
            offsets,
        ),
        duty(
            "memory.buffers",
            "1.6",
            "any size and number of buffers gives the whole image",
            buffers,
        ),
        duty(
            "memory.new-page",
            "1.3",
            "NEW_PAGE stands between two pages and nowhere else",
            new_page,
        ),
        duty(
            "memory.messages",
            "1.7",
            "percent is 0 to 100, status one of the IT_STATUS bits",
            messages,
        ),
        duty(
            "memory.service-only",
            "1.3",
            "the driver sends no DATA_HEADER and no TERMINATION",
            service_only,
        ),
        duty(
            "memory.cancel",
            "5.2",
            "S_FALSE from the callback: S_FALSE, and no further call",
            cancel,
        ),
        duty(
            "memory.failure",
            "5.2",
            "a failure of the callback: the same failure, and no further call",
            failure,
        ),
        duty(
            "memory.event",
            "5.2",
            "WIA_EVENT_CANCEL_IO ends a transfer early with S_FALSE",
            event,
        ),
        duty(
            "memory.again",
            "5.2",
            "after a cancel and after a failure the next transfer works",
            again,
        ),
        duty(
            "memory.empty",
            "1.5",
            "no paper for the first page: WIA_ERROR_PAPER_EMPTY, as in streams",
            empty,
        ),
    ]
}

fn scan(rig: &Rig, tymed: Tymed, buffer: (u32, bool), script: Script) -> Verdict<DataRun> {
    rig.bands(buffer, tymed.is_multipage(), script)
}

fn whole(bench: &Bench<'_>, kind: (Guid, Tymed), buffer: (u32, bool)) -> Verdict<DataRun> {
    scan(&bench.ready(kind)?, kind.1, buffer, None)?.complete()
}

/// One whole transfer of each kind.
fn runs(bench: &Bench<'_>) -> Verdict<Vec<(Guid, Tymed, DataRun)>> {
    let kinds = bench.for_bands()?.into_iter();
    kinds
        .map(|kind| Ok((kind.0, kind.1, whole(bench, kind, (0, false))?)))
        .collect()
}

fn valid(format: Guid, run: &DataRun) -> Verdict {
    for image in &run.images {
        document::pages(format, image).map_err(Stop::Fail)?;
    }
    Ok(())
}

fn formats(bench: &Bench<'_>) -> Verdict {
    for kind in bench.all_for_bands()? {
        valid(kind.0, &whole(bench, kind, (0, false))?)?;
    }
    Ok(())
}

/// A transfer of a bitmap, whose header tells what its lines are.
fn bitmap(bench: &Bench<'_>) -> Verdict<DataRun> {
    let kind = (WIA_IMG_FMT_MEMORYBMP, Tymed::Callback);
    if !bench.all_for_bands()?.contains(&kind) {
        return not_applicable("MEMORYBMP is not offered");
    }
    whole(bench, kind, (0, false))
}

/// The bands of each image with its bytes.
fn by_image(run: &DataRun) -> impl Iterator<Item = (&Vec<u8>, Vec<BandSeen>)> {
    run.images.iter().enumerate().map(|(page, image)| {
        let bands = run.bands.iter().filter(move |band| band.page == page);
        (image, bands.copied().collect())
    })
}

fn header(bench: &Bench<'_>) -> Verdict {
    let run = bitmap(bench)?;
    for (image, bands) in by_image(&run) {
        let header = bitmap_shape(image).map(|shape| (0, shape.header));
        let first = bands.first().map(|band| (band.offset, band.length));
        ensure(first.is_some() && first == header, || {
            format!("offset and length are {first:?}, those of the header {header:?}")
        })?;
    }
    Ok(())
}

fn lines(bench: &Bench<'_>) -> Verdict {
    let run = bitmap(bench)?;
    for (image, bands) in by_image(&run) {
        let Some(shape) = bitmap_shape(image).filter(|shape| shape.line > 0) else {
            return fail("the header is no header");
        };
        for band in bands.iter().filter(|band| band.offset >= shape.header) {
            let place = band.offset - shape.header;
            ensure(
                place % shape.line == 0 && band.length % shape.line == 0,
                || {
                    format!(
                        "{} bytes at {place} with lines of {}",
                        band.length, shape.line
                    )
                },
            )?;
        }
    }
    Ok(())
}

fn bands(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_bands()? {
        // A band that is too large fails the transfer, which is no matter here.
        let rig = bench.ready(kind)?;
        let mut run = scan(&rig, kind.1, (0, false), None)?;
        if run.judged.behind.is_some() {
            // One of the layer's does not come as far as to be heard.
            run = run.complete()?;
        }
        for call in run.judged.calls {
            if let Call::Data {
                message: DataMessage::Data,
                length,
                buffer,
                ..
            } = call
            {
                ensure(length > 0 && length <= buffer, || {
                    format!("{length} bytes of a buffer of {buffer}")
                })?;
            }
        }
    }
    Ok(())
}

fn offsets(bench: &Bench<'_>) -> Verdict {
    for (_, tymed, run) in runs(bench)? {
        let image_of = |band: &BandSeen| match tymed.is_multipage() {
            true => 0,
            false => band.page,
        };
        for (number, image) in run.images.iter().enumerate() {
            let of_image = run.bands.iter().filter(|band| image_of(band) == number);
            let mut places: Vec<_> = of_image.map(|b| (b.offset, b.offset + b.length)).collect();
            places.sort_unstable();
            let mut end = 0;
            for (from, to) in places {
                ensure(from <= end, || format!("nothing from {end} to {from}"))?;
                end = end.max(to);
            }
            ensure(end == image.len(), || format!("nothing from {end}"))?;
        }
    }
    Ok(())
}

fn buffers(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_bands()? {
        for buffer in [(1, false), (0, true), (299_993, true), (1_000_003, false)] {
            valid(kind.0, &whole(bench, kind, buffer)?)?;
        }
    }
    Ok(())
}

fn new_page(bench: &Bench<'_>) -> Verdict {
    for (format, tymed, run) in runs(bench)? {
        let pages = match tymed.is_multipage() {
            true => {
                let document = run.images.first().map_or(&[][..], |image| image);
                document::pages(format, document).map_err(Stop::Fail)?
            }
            // What holds more than one image was not divided.
            false => {
                valid(format, &run)?;
                run.images.len()
            }
        };
        let told = run.new_pages;
        ensure(told + 1 == pages, || {
            format!("{told} times in {pages} pages")
        })?;
        for page in 0..=told {
            let has_data = run.bands.iter().any(|band| band.page == page);
            ensure(has_data, || format!("page {} has no data", page + 1))?;
        }
    }
    Ok(())
}

fn messages(bench: &Bench<'_>) -> Verdict {
    for (_, _, run) in runs(bench)? {
        for call in run.judged.calls {
            let Call::Data {
                message: message @ (DataMessage::Data | DataMessage::Status),
                status,
                percent,
                ..
            } = call
            else {
                continue;
            };
            ensure((0..=100).contains(&percent), || {
                format!("{percent} percent")
            })?;
            let known = TransferStatus::all().contains(status) && !status.is_empty();
            ensure(known, || {
                format!("{} with status {:#x}", message.name(), status.bits())
            })?;
        }
    }
    Ok(())
}

fn service_only(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_bands()? {
        // Such a message fails the transfer, which is no matter here.
        let rig = bench.ready(kind)?;
        for call in scan(&rig, kind.1, (0, false), None)?.judged.calls {
            if let Call::Data { message, .. } = call {
                let ends = [DataMessage::DataHeader, DataMessage::Termination];
                ensure(!ends.contains(&message), || {
                    format!("it sent {}", message.name())
                })?;
            }
        }
    }
    Ok(())
}

fn returned_cancel(run: &DataRun) -> Verdict {
    match &run.judged.result {
        Ok(Status::Cancelled) => Ok(()),
        Ok(other) => fail(format!("the driver returned {other}")),
        Err(e) => fail(format!("the driver failed: {e}")),
    }
}

fn cancel(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_bands()? {
        let rig = bench.ready(kind)?;
        let script = Some((DataMessage::Data, Reply::Cancel));
        let run = scan(&rig, kind.1, (0, false), script)?;
        returned_cancel(&run)?;
        run.judged.silent()?;
    }
    Ok(())
}

fn failure(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_bands()? {
        let rig = bench.ready(kind)?;
        let script = Some((DataMessage::Data, Reply::Fail));
        let run = scan(&rig, kind.1, (0, false), script)?;
        match &run.judged.result {
            Err(e) if e.kind() == FAILURE => {}
            Err(e) => return fail(format!("the driver failed otherwise: {e}")),
            Ok(status) => return fail(format!("the driver returned {status}")),
        }
        run.judged.silent()?;
    }
    Ok(())
}

fn event(bench: &Bench<'_>) -> Verdict {
    let mut judged = false;
    for kind in bench.for_bands()? {
        let complete = scan(&bench.ready_for_long(kind)?, kind.1, (0, false), None)?.complete()?;
        if complete.bands.len() <= 1 {
            continue;
        }
        judged = true;
        let all = complete.received();
        let rig = bench.ready_for_long(kind)?;
        let script = Some((DataMessage::Data, Reply::CancelIo));
        let run = scan(&rig, kind.1, (0, false), script)?;
        returned_cancel(&run)?;
        let part = run.received();
        ensure(part < all, || format!("it sent {part} bytes of {all}"))?;
    }
    match judged {
        true => Ok(()),
        false => not_applicable("everything is one band"),
    }
}

fn again(bench: &Bench<'_>) -> Verdict {
    for kind in bench.for_bands()? {
        for reply in [Reply::Cancel, Reply::Fail, Reply::CancelIo] {
            let rig = bench.ready(kind)?;
            let script = Some((DataMessage::Data, reply));
            drop(scan(&rig, kind.1, (0, false), script)?);
            if rig.is_feeder() && !rig.feed_ready()? {
                continue;
            }
            scan(&rig, kind.1, (0, false), None)?.complete()?;
        }
    }
    Ok(())
}

fn empty(bench: &Bench<'_>) -> Verdict {
    bench.feeder_only()?;
    for kind in bench.for_bands()? {
        let rig = bench.ready(kind)?;
        rig.write(WIA_IPS_PAGES, 0)?;
        scan(&rig, kind.1, (0, false), None)?.complete()?;
        match scan(&rig, kind.1, (0, false), None)?.judged.result {
            Err(e) if e.kind() == ErrorKind::PaperEmpty => {}
            Err(e) => return fail(format!("the driver failed otherwise: {e}")),
            Ok(_) if !rig.senses_paper()? => return super::feeder::filled_again(),
            Ok(status) => return fail(format!("the driver returned {status}")),
        }
    }
    Ok(())
}
