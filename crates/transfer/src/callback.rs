//! What the two sides of a transfer call each other with.

use std::fmt;

use wia::{Result, Status, TransferMessage};

use crate::error_handler::AppErrorHandler;
use crate::stream::Stream;

/// A message of a stream transfer (`WiaTransferParams`).
#[derive(Clone, Debug, PartialEq)]
pub struct TransferParams {
    /// Which message.
    pub message: TransferMessage,
    /// 0..=100 for the current item and page, as the driver said it; -1 where an upload's size is
    /// unknown. Never computed by the service.
    pub percent: i32,
    /// Bytes written to the current stream so far.
    pub transferred_bytes: u64,
    /// The device's status, with [`TransferMessage::DeviceStatus`] only.
    pub device_status: Option<DeviceStatus>,
}

/// What `hrErrorStatus` of a device-status message says: something short of a failure, or a failure,
/// which may have a private number and says for people where it happened.
pub type DeviceStatus = Result<Status>;

impl TransferParams {
    /// A progress message.
    pub const fn status(percent: i32, transferred_bytes: u64) -> TransferParams {
        TransferParams {
            message: TransferMessage::Status,
            percent,
            transferred_bytes,
            device_status: None,
        }
    }

    /// The next page begins in the same stream.
    pub const fn new_page(percent: i32, transferred_bytes: u64) -> TransferParams {
        TransferParams {
            message: TransferMessage::NewPage,
            percent,
            transferred_bytes,
            device_status: None,
        }
    }

    /// What the device reports; it goes to the error handlers. Drivers never send `WIA_STATUS_CLEAR`.
    /// One that waits for its device sends the same status again with a growing percent, so that a
    /// person can cancel.
    pub const fn device_status(
        status: DeviceStatus,
        percent: i32,
        transferred_bytes: u64,
    ) -> TransferParams {
        TransferParams {
            message: TransferMessage::DeviceStatus,
            percent,
            transferred_bytes,
            device_status: Some(status),
        }
    }
}

/// The answer to a message: go on, or stop the whole transfer (`S_OK`, `S_FALSE`).
///
/// No other success can be answered. To skip an item is an answer to `GetNextStream` alone.
///
/// ```
/// use quire_transfer::{Answer, NextStream};
/// let (message, stream) = (Answer::Cancel, NextStream::SkipItem);
/// ```
///
/// ```compile_fail,E0599
/// use quire_transfer::{Answer, NextStream};
/// let (message, stream) = (Answer::SkipItem, NextStream::SkipItem);
/// ```
#[must_use = "a cancel must be obeyed"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `S_OK`.
    Continue,
    /// `S_FALSE`: stop all items, touch no stream, return [`Status::Cancelled`].
    Cancel,
}

/// The answer to `GetNextStream`.
#[must_use = "a cancel or a skip must be obeyed"]
pub enum NextStream {
    /// `S_OK` with a stream: transfer into it.
    Stream(Box<dyn Stream>),
    /// `S_OK` without a stream: a fault of the application. The driver returns a COM error.
    Missing,
    /// `S_FALSE`: cancel the whole transfer.
    Cancel,
    /// `WIA_STATUS_SKIP_ITEM`: leave this item out, go on with the next.
    SkipItem,
    /// Any other success, which has no defined meaning. The driver gets it without a stream.
    Other(Status, Option<Box<dyn Stream>>),
}

impl fmt::Debug for NextStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NextStream::Stream(_) => f.write_str("Stream"),
            NextStream::Missing => f.write_str("Missing"),
            NextStream::Cancel => f.write_str("Cancel"),
            NextStream::SkipItem => f.write_str("SkipItem"),
            NextStream::Other(s, stream) => write!(f, "Other({s}, {})", stream.is_some()),
        }
    }
}

/// What an application gives for a stream transfer (`IWiaTransferCallback`).
///
/// The calls come one at a time, on the transfer's own thread.
pub trait TransferCallback: Send + Sync {
    /// A message of the transfer (`IWiaTransferCallback::TransferCallback`). The answer to
    /// [`TransferMessage::EndOfTransfer`] changes nothing.
    ///
    /// # Errors
    ///
    /// A failure stops the transfer and becomes its result.
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer>;

    /// Asks for the stream of the next image, or of the whole document with
    /// `TYMED_MULTIPAGE_FILE` (`IWiaTransferCallback::GetNextStream`). The names are those of the item
    /// that is really transferred; the pages of one feeder all have the feeder's.
    ///
    /// The service releases the stream before it sends `END_OF_STREAM` for it.
    ///
    /// # Errors
    ///
    /// A failure stops the transfer and becomes its result.
    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream>;

    /// The application's error handler, if it has one (`QueryInterface` for `IWiaAppErrorHandler`). Only
    /// then a device's status goes to any handler. A filter passes on what the callback below it says.
    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        None
    }
}

/// What a driver calls during a stream transfer (`IWiaMiniDrvTransferCallback`).
///
/// It ends a driver's stream, never the transfer: that is the [`Session`](crate::Session)'s, which a
/// driver does not see.
///
/// ```
/// # use quire_transfer::{MinidrvTransferCallback, TransferParams};
/// # fn acquire(callback: &dyn MinidrvTransferCallback) {
/// let end = callback.send_message(&TransferParams::status(100, 0));
/// # }
/// ```
///
/// ```compile_fail,E0599
/// # use quire_transfer::{MinidrvTransferCallback, TransferParams};
/// # fn acquire(callback: &dyn MinidrvTransferCallback) {
/// let end = callback.finish(Ok(wia::Status::Ok));
/// # }
/// ```
pub trait MinidrvTransferCallback: Send + Sync {
    /// Asks for the next stream. The one before ends with this call: none of its methods may be
    /// called any more.
    ///
    /// # Errors
    ///
    /// A failure must be returned from `acquire_item_data` as it is, without any further call.
    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream>;

    /// Sends a message: `STATUS`, `NEW_PAGE` or `DEVICE_STATUS`. The others are the service's.
    ///
    /// A `DEVICE_STATUS` that was a failure and is answered with `Continue` has been put right: the
    /// transfer goes on where it stood.
    ///
    /// # Errors
    ///
    /// A failure must be returned from `acquire_item_data` as it is, without any further call;
    /// `InvalidDriverResponse` for a message that only the service may send, to which
    /// `WIA_STATUS_CLEAR` belongs.
    fn send_message(&self, params: &TransferParams) -> Result<Answer>;
}
