//! Writers of bytes and pages, and the end of a page.

use abi::HRESULT;
use abi::interfaces::IStream;
use abi::structs::MINIDRV_TRANSFER_CONTEXT;
use bridge::{ComStream, from_answer, guard};
use driver_com::with_transfer;
use minidriver::service_library as library;
use wia::Error;
use windows_core::InRef;

use super::arguments::item;

/// Writes `lItemSize` bytes of the transfer buffer to the transfer's file.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasWriteBufToFile(
    lFlags: i32,
    pmdtc: *mut MINIDRV_TRANSFER_CONTEXT,
) -> HRESULT {
    guard(|| {
        if lFlags != 0 {
            return Err(Error::invalid(format!(
                "lFlags: {lFlags:#x} is not valid; valid: 0"
            )));
        }
        // SAFETY: the caller's promise.
        unsafe { with_transfer(pmdtc, library::write_buf_to_file) }
    })
}

/// Appends the page in the transfer buffer to the transfer's file.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasWritePageBufToFile(
    pmdtc: *mut MINIDRV_TRANSFER_CONTEXT,
) -> HRESULT {
    // SAFETY: the caller's promise.
    guard(|| unsafe { with_transfer(pmdtc, library::write_page_buf_to_file) })
}

/// Appends the page in the transfer buffer to a stream.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasWritePageBufToStream(
    pmdtc: *mut MINIDRV_TRANSFER_CONTEXT,
    pstream: InRef<'_, IStream>,
) -> HRESULT {
    guard(|| {
        let stream = pstream
            .cloned()
            .ok_or_else(|| Error::invalid("pstream is a null pointer"))?;
        let mut stream = ComStream::new(stream);
        // SAFETY: the caller's promise.
        unsafe {
            with_transfer(pmdtc, |context| {
                library::write_page_buf_to_stream(context, &mut stream)
            })
        }
    })
}

/// Tells the application that a page is complete, and that another one follows.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasSendEndOfPage(
    pWiasContext: *const u8,
    lPageCount: i32,
    pmdtc: *mut MINIDRV_TRANSFER_CONTEXT,
) -> HRESULT {
    guard(|| {
        item(pWiasContext)?;
        // SAFETY: the caller's promise.
        let answer = unsafe {
            with_transfer(pmdtc, |context| {
                library::send_end_of_page(lPageCount, context)
            })
        };
        answer.map(from_answer)
    })
}
