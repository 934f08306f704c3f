//! Sizes and header of the image that an item will give.

use items::AppItem;
use transfer::{DocumentOptions, TransferBuffer, TransferContext, image_information};
use wia::property::{WIA_IPA_FORMAT, WIA_IPA_TYMED};
use wia::{Error, Result, Tymed};

use crate::description::describe;

bitflags::bitflags! {
    /// What [`get_image_information`] does besides.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct ImageInformationFlags: i32 {
        /// The context is new: what is not description is emptied.
        #[doc(alias = "WIAS_INIT_CONTEXT")]
        const INIT_CONTEXT = 0x1;
    }
}

/// Fills in the context's description from the item's properties, and the sizes that follow from it;
/// writes the image's header into the transfer buffer if there is one.
///
/// A driver calls it without flags for each page: offset, buffer, file, callbacks and the page
/// writer's members stay as they are. `INIT_CONTEXT` empties those too, so it is for a context that the
/// driver made itself.
///
/// The sizes are those of [`image_information`]: only bitmaps have a header here, and `item_size` is 0
/// when it is not known beforehand. A property that the item does not have counts as 0, but it must
/// have `WIA_IPA_FORMAT` and `WIA_IPA_TYMED`. Which value of 1-bit pixels is white the context's own
/// record says, else `WIA_IPS_PHOTOMETRIC_INTERP`.
///
/// # Errors
///
/// `InvalidArgument` for properties that describe no image, an image of 2 GiB or more, and a transfer
/// buffer that cannot hold the header. Then neither context nor buffer has changed.
#[doc(alias = "wiasGetImageInformation")]
pub fn get_image_information(
    item: &AppItem,
    flags: ImageInformationFlags,
    context: &mut TransferContext,
) -> Result<()> {
    if flags.bits() & !ImageInformationFlags::all().bits() != 0 {
        return Err(Error::invalid(format!(
            "flags: {:#x} is not valid; valid: 0 1 (WIAS_INIT_CONTEXT)",
            flags.bits()
        )));
    }
    let format = item.read_guid(WIA_IPA_FORMAT)?;
    let tymed = item.read_i32(WIA_IPA_TYMED)?;
    let tymed = Tymed::from_value(tymed).ok_or_else(|| {
        let name = item.property_name(WIA_IPA_TYMED);
        Error::invalid(format!("{name}: {tymed} is not valid"))
    })?;
    let own = context.record.as_ref().and_then(|r| r.options.photometric);
    let options = DocumentOptions {
        photometric: own,
        ..DocumentOptions::default()
    };
    let described = describe(item, format, tymed, options)?;
    let information = image_information(&described)?;
    let init = flags.contains(ImageInformationFlags::INIT_CONTEXT);
    if !init && !context.transfer_buffer.is_empty() {
        write_header(context, &information.header)?;
    }

    context.width_in_pixels = described.width_in_pixels;
    context.lines = described.lines;
    context.depth = described.depth;
    context.x_res = described.x_res;
    context.y_res = described.y_res;
    context.compression = described.compression;
    context.format = described.format;
    context.tymed = described.tymed;
    context.image_size = information.image_size;
    context.header_size = information.header_size;
    context.item_size = information.item_size;
    context.width_in_bytes = information.width_in_bytes;
    if init {
        empty(context);
    }
    Ok(())
}

fn write_header(context: &mut TransferContext, header: &[u8]) -> Result<()> {
    let told = usize::try_from(context.buffer_size).unwrap_or(0);
    let usable = told.min(context.transfer_buffer.len());
    match context.transfer_buffer.get_mut(..header.len()) {
        Some(place) if header.len() <= usable => {
            place.copy_from_slice(header);
            Ok(())
        }
        _ => Err(Error::invalid(format!(
            "lBufferSize: {usable} bytes cannot hold the image's header of {}",
            header.len()
        ))),
    }
}

fn empty(context: &mut TransferContext) {
    context.file = None;
    context.offset = 0;
    context.buffer_size = 0;
    context.active_buffer = 0;
    context.number_of_buffers = 0;
    context.transfer_buffer = TransferBuffer::default();
    context.memory_transfer = false;
    context.service_buffer = false;
    context.callback = None;
    context.data_callback = None;
    context.page = 0;
    context.current_ifd_offset = 0;
    context.previous_ifd_offset = 0;
}
