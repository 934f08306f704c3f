//! The transfers of the older kinds: memory bands (`idtGetBandedData`) and files (`idtGetData`).

pub(crate) mod lines;
mod members;
mod session;
mod streams;

pub use members::ServiceMembers;
pub use session::{DataSession, Heard, ServiceSide};
pub use streams::DataStreams;

use std::path::PathBuf;

use bands::Section;
use wia::{DataMessage, Guid, Result, TransferStatus, Tymed};

use crate::callback::Answer;
use crate::context::TransferContext;

/// How an application wants its bands (`WIA_DATA_TRANSFER_INFO`).
///
/// What the C structure has beside these members (`ulSize`, reserved ones) is checked where a C
/// caller comes in.
#[derive(Debug, Default)]
pub struct DataTransferInfo {
    /// Memory of the application's own for the bands (`ulSection`); `None`: the service allocates.
    pub section: Option<Section>,
    /// Bytes of a band (`ulBufferSize`); 0 for the device's own size. Both halves together with
    /// `double_buffer`.
    pub buffer_size: u32,
    /// Two bands in turn, so that one is filled while the other is read (`bDoubleBuffer`).
    pub double_buffer: bool,
}

/// What an application can know about bands beforehand (`WIA_EXTENDED_TRANSFER_INFO`), in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedTransferInfo {
    /// No band is smaller than this (`ulMinBufferSize`).
    pub min_buffer_size: u32,
    /// What the device likes best (`ulOptimalBufferSize`).
    pub optimal_buffer_size: u32,
    /// Advice only: more brings nothing (`ulMaxBufferSize`).
    pub max_buffer_size: u32,
}

/// Where a file transfer goes (`STGMEDIUM`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageMedium {
    /// `File` or `MultipageFile`, as the item's `WIA_IPA_TYMED` says.
    pub tymed: Tymed,
    /// The file (`lpszFileName`). `None`: the service picks one and says here which.
    pub file_name: Option<PathBuf>,
}

/// What precedes the data, and comes with each new page (`WIA_DATA_CALLBACK_HEADER`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataCallbackHeader {
    /// A `WiaImgFmt_*` value.
    pub format: Guid,
    /// Bytes of the whole image with its header (`lBufferSize`); 0 when nobody knows.
    pub buffer_size: i32,
    /// `NEW_PAGE` messages so far (`lPageCount`).
    pub page_count: i32,
}

/// What comes with a message of a banded or file transfer (`pbBuffer`).
///
/// The band is the application's until its callback returns: it can be copied, not kept.
///
/// ```
/// # use quire_transfer::{DataParams, Payload};
/// let mut kept = Vec::new();
/// let mut banded_data_callback = |params: &DataParams<'_>| {
///     if let Payload::Band(band) = params.payload {
///         kept.push(band.to_vec());
///     }
/// };
/// # fn call(_: &mut impl FnMut(&DataParams<'_>)) {}
/// # call(&mut banded_data_callback);
/// ```
///
/// ```compile_fail,E0521
/// # use quire_transfer::{DataParams, Payload};
/// let mut kept = Vec::new();
/// let mut banded_data_callback = |params: &DataParams<'_>| {
///     if let Payload::Band(band) = params.payload {
///         kept.push(band);
///     }
/// };
/// # fn call(_: &mut impl FnMut(&DataParams<'_>)) {}
/// # call(&mut banded_data_callback);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// Nothing.
    None,
    /// With `DATA` and `FILE_PREVIEW_DATA`: the band.
    Band(&'a [u8]),
    /// With `DATA_HEADER`, `NEW_PAGE` and `FILE_PREVIEW_DATA_HEADER`.
    Header(DataCallbackHeader),
}

/// A message of a banded or file transfer (the parameters of `BandedDataCallback`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataParams<'a> {
    /// Which message.
    pub message: DataMessage,
    /// What the driver is doing; with `DATA` and `STATUS` only.
    pub status: TransferStatus,
    /// 0..=100, as the driver said it.
    pub percent: i32,
    /// Where the band belongs in the whole image, in bytes. A driver may go back, for example to
    /// correct a header.
    pub offset: i32,
    /// Bytes of the band.
    pub length: i32,
    /// What comes with it.
    pub payload: Payload<'a>,
}

/// What an application gives for a banded transfer, and may give for a file (`IWiaDataCallback`).
///
/// The calls come one at a time, on the thread that asked for the transfer.
pub trait DataCallback: Send + Sync {
    /// A message (`IWiaDataCallback::BandedDataCallback`). The order is: one `DATA_HEADER` before
    /// the first data, `DATA`, `NEW_PAGE` between pages, `STATUS` at any time, and `TERMINATION` last, whatever
    /// the end, whose answer changes nothing.
    ///
    /// # Errors
    ///
    /// A failure stops the transfer and becomes its result.
    fn banded_data_callback(&self, params: &DataParams<'_>) -> Result<Answer>;
}

/// What a driver calls during a banded or file transfer (`IWiaMiniDrvCallBack`).
///
/// A band that was sent is out of the driver's reach: no slice of the transfer buffer lives over the
/// call, which may put another buffer in its place.
///
/// ```
/// # use quire_transfer::{MinidrvCallback, TransferContext};
/// # use wia::{DataMessage, Result, TransferStatus};
/// # fn send(callback: &dyn MinidrvCallback, context: &mut TransferContext) -> Result<()> {
/// # let status = TransferStatus::TRANSFER_TO_CLIENT;
/// let line = &mut context.transfer_buffer[..4];
/// line.fill(1);
/// let _ = callback.mini_drv_callback(DataMessage::Data, status, 0, 0, 4, Some(context))?;
/// let line = &mut context.transfer_buffer[..4];
/// line.fill(2);
/// # Ok(()) }
/// ```
///
/// ```compile_fail,E0499
/// # use quire_transfer::{MinidrvCallback, TransferContext};
/// # use wia::{DataMessage, Result, TransferStatus};
/// # fn send(callback: &dyn MinidrvCallback, context: &mut TransferContext) -> Result<()> {
/// # let status = TransferStatus::TRANSFER_TO_CLIENT;
/// let line = &mut context.transfer_buffer[..4];
/// line.fill(1);
/// let _ = callback.mini_drv_callback(DataMessage::Data, status, 0, 0, 4, Some(context))?;
/// line.fill(2);
/// # Ok(()) }
/// ```
pub trait MinidrvCallback: Send + Sync {
    /// Sends a message (`IWiaMiniDrvCallBack::MiniDrvCallback`): `DATA`, `STATUS`, `NEW_PAGE`, or in
    /// file transfers the preview's messages. The others are the service's.
    ///
    /// With `DATA` the first `length` bytes of the context's transfer buffer go to the application,
    /// which puts them at `offset` of the image. Afterwards the context may have another transfer
    /// buffer: a driver looks it up again after each call, and moves `context.offset` itself.
    ///
    /// With two buffers the answer to a band comes with the next call.
    ///
    /// # Errors
    ///
    /// A failure must be returned from `acquire_item_data` as it is, without any further call;
    /// `InvalidDriverResponse` when the driver has broken a rule, which fails the transfer.
    fn mini_drv_callback(
        &self,
        message: DataMessage,
        status: TransferStatus,
        percent: i32,
        offset: i32,
        length: i32,
        context: Option<&mut TransferContext>,
    ) -> Result<Answer>;

    /// A page is complete and another will follow; `page_count` are complete so far
    /// (`wiasSendEndOfPage`). The application gets `NEW_PAGE`.
    ///
    /// # Errors
    ///
    /// As [`mini_drv_callback`](MinidrvCallback::mini_drv_callback).
    fn send_end_of_page(&self, page_count: i32) -> Result<Answer>;
}
