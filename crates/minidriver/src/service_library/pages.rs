//! The end of a page in the transfers of the older kinds.

use transfer::{Answer, TransferContext};
use wia::Result;

/// Tells the application that a page is complete and that another will follow; `page_count` are
/// complete so far. It gets `NEW_PAGE`.
///
/// In a file transfer without a callback nobody is told, and the answer is to go on.
///
/// # Errors
///
/// The callback's failure, to be returned from `acquire_item_data` as it is.
#[doc(alias = "wiasSendEndOfPage")]
pub fn send_end_of_page(page_count: i32, context: &TransferContext) -> Result<Answer> {
    match &context.data_callback {
        Some(callback) => callback.send_end_of_page(page_count),
        None => Ok(Answer::Continue),
    }
}
