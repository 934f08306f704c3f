//! The heart: streams, the transfer context, messages, cancellation, the page writer.
//!
//! Two sides meet here. A *driver* sees [`MinidrvTransferCallback`] and [`TransferContext`]; an
//! *application* gives a [`TransferCallback`] and [`Stream`]s. Between them stands the [`Session`] of
//! one transfer, which knows who may say what and when, and how it all ended. Nothing here knows a
//! particular device or client.
#![forbid(unsafe_code)]

mod activity;
mod buffer;
mod callback;
pub mod compat;
mod context;
mod data;
mod error_handler;
pub mod filter;
mod image_information;
mod page_writer;
mod segmentation;
mod session;
mod stream;

pub use activity::Activity;
pub use buffer::{ForeignMemory, TransferBuffer};
pub use callback::{
    Answer, DeviceStatus, MinidrvTransferCallback, NextStream, TransferCallback, TransferParams,
};
pub use context::{DocumentOptions, DocumentProgress, TransferContext, TransferRecord};
pub use data::{
    DataCallback, DataCallbackHeader, DataParams, DataSession, DataStreams, DataTransferInfo,
    ExtendedTransferInfo, Heard, MinidrvCallback, Payload, ServiceMembers, ServiceSide,
    StorageMedium,
};
pub use error_handler::{
    AppErrorHandler, DefaultErrorHandler, ErrorHandler, Reply, StatusReport, Window, ask_for_help,
};
pub use filter::ImageFilter;
pub use image_information::{ImageInformation, image_information};
pub use page_writer::{
    FileStream, PageBuffer, abandon_page, begin_page, end_page, rows, write_buf_to_file,
    write_page_buf_to_file, write_page_buf_to_stream, write_page_buf_to_stream_as,
};
pub use segmentation::{REGION_FLAGS, SegmentationFilter, SegmentedItem};
pub use session::Session;
pub use stream::{Held, Stream, StreamSink, write_all, write_at};
