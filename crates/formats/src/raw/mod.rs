//! WIA's own transmission format (`WiaImgFmt_RAW`): a header of 80 bytes, then the lines.
//!
//! It carries rows between a driver and an application and is no file format. Lines are padded to
//! a multiple of four bytes; everything else is told by [`RawHeader`]. [`Writer`] turns rows into
//! such a stream, [`Reader`] takes a stream that is still being written and hands on its rows.
//!
//! Sources: the driver documentation's pages on the RAW format's data transfer and raw data header.

mod convert;
mod header;
mod lines;
mod reader;
mod writer;

pub(crate) use convert::Form;
pub use header::{LineOrder, RawHeader};
pub use reader::{PageEnd, Reader, RowSink};
pub use writer::{Encoder, Writer};
