//! The formats that are valid follow the kind of transfer.

use items::{AppItem, PropContext};
use wia::{Guid, Result, Tymed};

use crate::driver::Minidriver;

/// Asks the driver for the formats of the item ([`Minidriver::wia_format_info`]) and makes those for
/// its `WIA_IPA_TYMED` the valid values of `WIA_IPA_FORMAT`; the kinds of transfer that any format has
/// become those of `WIA_IPA_TYMED`.
///
/// A format that is not valid any more, and that the application did not write, becomes the item's
/// preferred one, else BMP, else the first, and is marked as changed.
///
/// # Errors
///
/// What the driver says; `InvalidArgument` when the application wrote a kind of transfer that no
/// format has, or a format that the kind of transfer does not allow.
#[doc(alias = "wiasUpdateValidFormat")]
pub fn update_valid_format(
    item: &AppItem,
    context: &mut PropContext,
    driver: &dyn Minidriver,
) -> Result<()> {
    let formats = driver.wia_format_info(item)?;
    let pairs: Vec<(Guid, Tymed)> = formats.iter().map(|f| (f.format, f.tymed)).collect();
    items::update_valid_format(item, context, &pairs)
}
