//! Sizes and header of the image that an item will give.

use abi::HRESULT;
use abi::structs::MINIDRV_TRANSFER_CONTEXT;
use bridge::guard;
use driver_com::{with_new_transfer, with_transfer};
use minidriver::service_library::{ImageInformationFlags, get_image_information};

use super::arguments::item;

/// Fills in the context's description and sizes, and writes the image's header, if it has one, to `pTransferBuffer`.
/// With `WIAS_INIT_CONTEXT` the context is one that the driver has allocated, and everything else in it is emptied.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasGetImageInformation(
    pWiasContext: *const u8,
    lFlags: i32,
    pmdtc: *mut MINIDRV_TRANSFER_CONTEXT,
) -> HRESULT {
    guard(|| {
        let item = item(pWiasContext)?;
        let flags = ImageInformationFlags::from_bits_retain(lFlags);
        let fill =
            |context: &mut transfer::TransferContext| get_image_information(&item, flags, context);
        // SAFETY: the caller's promise.
        unsafe {
            match flags.contains(ImageInformationFlags::INIT_CONTEXT) {
                true => with_new_transfer(pmdtc, fill),
                false => with_transfer(pmdtc, fill),
            }
        }
    })
}
