//! What formats are offered, and that each is delivered.

use std::collections::BTreeSet;

use wia::format::{
    WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_PNG, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF,
};
use wia::property::{
    WIA_IPA_FILENAME_EXTENSION, WIA_IPA_FORMAT, WIA_IPA_PREFERRED_FORMAT, WIA_IPA_TYMED,
};
use wia::{Guid, PropertyValue, Tymed};

use super::{Duty, duty, hwc};
use crate::document;
use crate::rig::{Bench, Stop, Verdict, ensure, fail, not_applicable};
use crate::script::Script;

pub(super) fn duties() -> Vec<Duty> {
    vec![
        hwc(
            "format.streams",
            "1.5",
            "every offered format is delivered in streams",
            in_streams,
        ),
        hwc(
            "format.unsigned-tymed",
            "1.8",
            "WIA_IPA_TYMED is taken as a signed and as an unsigned number",
            unsigned,
        ),
        duty(
            "format.lists",
            "8.1",
            "the offered formats are those of the lists of WIA_IPA_FORMAT and WIA_IPA_TYMED",
            lists,
        ),
        duty("format.bmp", "8.2", "BMP is offered", bmp),
        duty(
            "format.default",
            "8.1",
            "an item begins with BMP and TYMED_FILE",
            default,
        ),
        duty(
            "format.preferred",
            "8.2",
            "the preferred format is offered",
            preferred,
        ),
        duty(
            "format.extension",
            "8.1",
            "WIA_IPA_FILENAME_EXTENSION follows the format",
            extension,
        ),
    ]
}

fn name(format: Guid) -> String {
    wia::format::name(format).map_or_else(|| format.to_string(), str::to_owned)
}

fn in_streams(bench: &Bench<'_>) -> Verdict {
    for kind in bench.all_for_streams()? {
        let tell = |why: String| format!("{} with {}: {why}", name(kind.0), kind.1.name());
        let run = bench
            .ready(kind)
            .and_then(|rig| rig.download(Script::default())?.complete());
        let run = run.map_err(|stop| match stop {
            Stop::Fail(why) => Stop::Fail(tell(why)),
            other => other,
        })?;
        for stream in &run.streams {
            document::pages(kind.0, stream).map_err(|why| Stop::Fail(tell(why)))?;
        }
    }
    Ok(())
}

fn unsigned(bench: &Bench<'_>) -> Verdict {
    let rig = bench.open()?;
    for value in rig.valid(WIA_IPA_TYMED) {
        let Some(number) = value.as_i32() else {
            return fail(format!("WIA_IPA_TYMED can be {value}"));
        };
        rig.write(WIA_IPA_TYMED, PropertyValue::UI4(number.unsigned_abs()))?;
        ensure(rig.number(WIA_IPA_TYMED)? == Some(number), || {
            format!("{number} written unsigned did not arrive")
        })?;
        rig.write(WIA_IPA_TYMED, number)?;
    }
    Ok(())
}

fn lists(bench: &Bench<'_>) -> Verdict {
    let rig = bench.open()?;
    let offers = rig.item.formats()?;
    let offered: BTreeSet<i32> = offers.iter().map(|info| info.tymed.value()).collect();
    let listed: BTreeSet<i32> = rig
        .valid(WIA_IPA_TYMED)
        .iter()
        .filter_map(PropertyValue::as_i32)
        .collect();
    ensure(offered == listed, || {
        format!("WIA_IPA_TYMED lists {listed:?}, offered are {offered:?}")
    })?;
    for tymed in listed {
        rig.write(WIA_IPA_TYMED, tymed)?;
        let names = |formats: Vec<Guid>| formats.into_iter().map(name).collect::<BTreeSet<_>>();
        let listed = names(
            rig.valid(WIA_IPA_FORMAT)
                .iter()
                .filter_map(PropertyValue::as_guid)
                .collect(),
        );
        let of_tymed = offers.iter().filter(|info| info.tymed.value() == tymed);
        let offered = names(of_tymed.map(|info| info.format).collect());
        ensure(offered == listed, || {
            format!(
                "with WIA_IPA_TYMED {tymed} WIA_IPA_FORMAT lists {listed:?}, offered are {offered:?}"
            )
        })?;
        let current = rig.read(WIA_IPA_FORMAT)?.and_then(|value| value.as_guid());
        ensure(
            current.is_some_and(|format| listed.contains(&name(format))),
            || format!("with WIA_IPA_TYMED {tymed} WIA_IPA_FORMAT stays at {current:?}"),
        )?;
    }
    Ok(())
}

fn bmp(bench: &Bench<'_>) -> Verdict {
    bench.scanned_only()?;
    let offers = bench.offers([Tymed::File, Tymed::Callback])?;
    let offered = offers.contains(&(WIA_IMG_FMT_BMP, Tymed::File));
    ensure(offered, || "BMP with TYMED_FILE is not offered".to_owned())
}

fn default(bench: &Bench<'_>) -> Verdict {
    bench.scanned_only()?;
    let rig = bench.open()?;
    let format = rig.read(WIA_IPA_FORMAT)?.and_then(|value| value.as_guid());
    let tymed = rig.number(WIA_IPA_TYMED)?;
    let expected = (Some(WIA_IMG_FMT_BMP), Some(Tymed::File.value()));
    ensure((format, tymed) == expected, || {
        format!(
            "it begins with {} and {tymed:?}",
            format.map_or_else(String::new, name)
        )
    })
}

fn preferred(bench: &Bench<'_>) -> Verdict {
    let rig = bench.open()?;
    let preferred = rig
        .read(WIA_IPA_PREFERRED_FORMAT)?
        .and_then(|value| value.as_guid());
    let Some(preferred) = preferred else {
        return fail("WIA_IPA_PREFERRED_FORMAT is missing");
    };
    let offered = rig
        .item
        .formats()?
        .iter()
        .any(|info| info.format == preferred);
    ensure(offered, || {
        format!("{} is preferred and not offered", name(preferred))
    })
}

fn extension(bench: &Bench<'_>) -> Verdict {
    bench.scanned_only()?;
    let offers = bench.offers([Tymed::File, Tymed::MultipageFile])?;
    let rig = bench.open()?;
    if rig.read(WIA_IPA_FILENAME_EXTENSION)?.is_none() {
        return not_applicable("the property is optional and missing");
    }
    for (format, tymed) in offers {
        rig.item.write(&[
            (WIA_IPA_TYMED, tymed.value().into()),
            (WIA_IPA_FORMAT, format.into()),
        ])?;
        let value = rig.read(WIA_IPA_FILENAME_EXTENSION)?;
        let extension = value
            .as_ref()
            .and_then(|v| v.as_str())
            .unwrap_or("?")
            .to_lowercase();
        let fits = match format {
            WIA_IMG_FMT_RAW => extension.is_empty(),
            WIA_IMG_FMT_BMP => extension == "bmp",
            WIA_IMG_FMT_TIFF => ["tif", "tiff"].contains(&&*extension),
            WIA_IMG_FMT_JPEG => ["jpg", "jpeg", "jpe"].contains(&&*extension),
            WIA_IMG_FMT_PNG => extension == "png",
            _ => !extension.is_empty() && !extension.starts_with('.'),
        };
        ensure(fits, || format!("{extension:?} for {}", name(format)))?;
    }
    Ok(())
}
