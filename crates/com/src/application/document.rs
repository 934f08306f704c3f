//! How the documents of a transfer are made.

use formats::{Metadata, Profile};
use service::{DocumentOptions, Item};
use wia::PropertyValue;
use wia::property::{WIA_DIP_DEV_DESC, WIA_DIP_VEND_DESC, WIA_IPA_CHANNELS_PER_PIXEL};

/// The program that a document names.
const SOFTWARE: &str = concat!("Quire ", env!("CARGO_PKG_VERSION"));

/// What no property of WIA's says, as `quire scan` has it: the document names the device and this library, and when it
/// was made (`SOURCE_DATE_EPOCH`, else now); it has the colours of scanners (sRGB); and of a TIFF each page has a
/// record, so that it can be recovered after a power loss.
pub(crate) fn options(root: &dyn Item, item: &dyn Item) -> DocumentOptions {
    let read = |item: &dyn Item, id| item.read(&[id]).ok()?.into_iter().next().flatten();
    let text = |id| match read(root, id) {
        Some(PropertyValue::Bstr(text)) => text,
        _ => String::new(),
    };
    let channels = read(item, WIA_IPA_CHANNELS_PER_PIXEL).and_then(|value| value.as_i32());
    DocumentOptions {
        metadata: Metadata {
            software: SOFTWARE.to_owned(),
            make: text(WIA_DIP_VEND_DESC),
            model: text(WIA_DIP_DEV_DESC),
            date: date(),
            ..Metadata::default()
        },
        profile: match channels {
            Some(1) => Some(Profile::gray()),
            Some(3) => Some(Profile::srgb()),
            _ => None,
        },
        records: true,
        ..DocumentOptions::default()
    }
}

/// Seconds since 1970.
fn date() -> Option<i64> {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok();
    given.and_then(|text| text.parse().ok()).or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        i64::try_from(since.ok()?.as_secs()).ok()
    })
}
