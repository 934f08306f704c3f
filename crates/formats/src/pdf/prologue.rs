//! What a document begins with: all that does not depend on its pages.

use wia::Result;

use super::body::Body;
use super::{Conformance, Options, object, xmp};
use crate::date::Date;
use crate::{Metadata, Profile, Sink};

/// The number of the root of the pages, which comes at the end.
pub(super) const ROOT: u32 = 2;
/// That of the description.
pub(super) const INFO: u32 = 3;

/// Writes the header and the objects from number 1 on; returns their offsets, 0 for the root of the pages.
pub(super) fn write<S: Sink>(body: &mut Body<S>, options: &Options) -> Result<Vec<u64>> {
    let archival = options.conformance == Conformance::A2b;
    let mut offsets = vec![0; if archival { 6 } else { 4 }];
    let mut start = |body: &mut Body<S>, number: usize| {
        offsets[number - 1] = body.at();
        body.push(format!("{number} 0 obj\n"))
    };
    // The bytes beyond ASCII tell transports that it is no text.
    body.push(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")?;
    start(body, 1)?;
    let intents = if archival {
        "/OutputIntents[5 0 R]"
    } else {
        ""
    };
    body.push(format!(
        "<</Type/Catalog/Pages {ROOT} 0 R/Metadata 4 0 R{intents}>>\nendobj\n"
    ))?;
    start(body, 3)?;
    body.push(info(&options.metadata))?;
    start(body, 4)?;
    let packet = xmp::packet(&options.metadata, options.conformance);
    let length = packet.len();
    body.push(format!(
        "<</Type/Metadata/Subtype/XML/Length {length}>>\nstream\n{packet}\nendstream\nendobj\n"
    ))?;
    if archival {
        start(body, 5)?;
        body.push(
            "<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)\
             /Info(sRGB IEC61966-2.1)/DestOutputProfile 6 0 R>>\nendobj\n",
        )?;
        start(body, 6)?;
        profile(body, &Profile::srgb())?;
    }
    Ok(offsets)
}

/// Writes the stream of a colour profile.
pub(super) fn profile<S: Sink>(body: &mut Body<S>, profile: &Profile) -> Result<()> {
    let channels = profile.space().channels();
    let length = profile.bytes().len();
    body.push(format!("<</N {channels}/Length {length}>>\nstream\n"))?;
    body.push(profile.bytes())?;
    body.push("\nendstream\nendobj\n")
}

fn info(metadata: &Metadata) -> String {
    let mut out = String::from("<<");
    for (name, value) in [
        ("Title", &metadata.title),
        ("Author", &metadata.author),
        ("Creator", &metadata.software),
        ("Producer", &metadata.software),
    ] {
        if !value.is_empty() {
            out += &format!("/{name}{}", object::text(&xmp::representable(value)));
        }
    }
    if let Some(date) = metadata.date.and_then(Date::from_seconds) {
        let date = object::date(date);
        out += &format!("/CreationDate{date}/ModDate{date}");
    }
    out + ">>\nendobj\n"
}
