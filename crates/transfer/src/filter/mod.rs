//! The filter seam: what stands between the driver's streams and the application's.
//!
//! An image processing filter is an extension of the driver (`IWiaImageFilter`) that the application
//! need not know of. It is called as the application's callback would be and calls the application's.
//! [`chain`] puts any number of filters before a callback, each behind a guard that holds it to the
//! rules of its interface: a filter that breaks one, fails or panics is named with the rule, and the
//! pages come through unfiltered where that is possible. The transfer is then never a plain success
//! ([`Chain::finish`]).
//!
//! Sources: the driver documentation's `IWiaImageFilter` (`InitializeFilter`, `SetNewCallback`,
//! `FilterPreviewImage`, `ApplyProperties`) and its page on image processing filters.

mod above;
mod below;
mod chain;
mod guard;
mod kept;

use std::sync::Arc;

use items::AppItem;
use raster::Area;
use wia::{Orientation, PropertyId, PropertyValue, Result};

use crate::callback::{Answer, TransferCallback};
use crate::stream::Stream;
pub use chain::{Chain, chain};

/// The write call of a property storage (`IWiaPropertyStorage::WriteMultiple`).
pub type WriteMultiple<'a> = dyn FnMut(&[(PropertyId, PropertyValue)]) -> Result<()> + 'a;

/// An image processing filter (`IWiaImageFilter`, which must also be an `IWiaTransferCallback`).
///
/// As a [`TransferCallback`] it stands in the application's place:
///
/// * `get_next_stream` asks the callback below and wraps the stream that it gives. Every other answer
///   is passed through as it is. Parameters are read from the item of the full name that is asked for
///   ([`AppItem::find_by_name`]), not from the item of [`initialize_filter`](Self::initialize_filter).
///   The stream before is released first.
/// * The stream takes bytes in pieces of any size, and a header that is written again.
/// * `transfer_callback` passes every message below, once and with the same `message`.
///   `transferred_bytes` says what has reached the stream below. At `END_OF_STREAM` what is held back
///   is written before the message is passed on, and the stream below is released. A failure to do so
///   is answered after the message was passed on.
pub trait ImageFilter: TransferCallback {
    /// What it is called in messages. No call of `IWiaImageFilter`.
    fn name(&self) -> &str {
        "image filter"
    }

    /// The quarter turns that it makes of its own, besides the item's `WIA_IPS_ROTATION`. No call of
    /// `IWiaImageFilter`.
    fn turn(&self) -> Orientation {
        Orientation::Portrait
    }

    /// Told before a transfer when the driver's headers are final as soon as they are written, also
    /// where the device finds out the size of a page (`WIA_PAGE_AUTO`). No call of `IWiaImageFilter`.
    fn trust_headers(&self) {}

    /// Keeps both (`IWiaImageFilter::InitializeFilter`), before the transfer reaches the service and
    /// before a preview. Does nothing else. The item may be a folder.
    ///
    /// # Errors
    ///
    /// When the filter is of no use for this item.
    fn initialize_filter(&self, item: &AppItem, callback: Arc<dyn TransferCallback>) -> Result<()>;

    /// Releases the callback and keeps the new one, if there is one
    /// (`IWiaImageFilter::SetNewCallback`).
    ///
    /// # Errors
    ///
    /// The filter's own.
    fn set_new_callback(&self, callback: Option<Arc<dyn TransferCallback>>) -> Result<()>;

    /// Filters a preview that is kept (`IWiaImageFilter::FilterPreviewImage`): cuts the rectangle of
    /// `child` out of the image in `input`, which shows `extents` of the bed, and writes it filtered
    /// into a stream that it asks its callback for. Both in pixels. It should send `STATUS` messages.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a root, a folder or a finished file, and for an empty rectangle;
    /// `Unexpected` without a callback; what the callback says.
    fn filter_preview_image(
        &self,
        child: &AppItem,
        extents: Area,
        input: &mut dyn Stream,
    ) -> Result<Answer>;

    /// Writes properties back after an image was processed, through `write` alone
    /// (`IWiaImageFilter::ApplyProperties`).
    ///
    /// # Errors
    ///
    /// What `write` says.
    fn apply_properties(&self, write: &mut WriteMultiple<'_>) -> Result<()> {
        let _ = write;
        Ok(())
    }
}
