//! The compatibility layer's translation of transfers, for an application and a driver of two
//! generations (`img/mapping-for-a-legacy-application-and-windows-vista-driver.md`,
//! `img/mapping-for-a-vista-application-and-legacy-driver.md`).
//!
//! [`ToData`] stands under a driver of streams whose application wants bands or a file; [`ToStream`] under
//! a driver of bands and files whose application gives streams. Each is the other side of a session that
//! there is anyway, so that buffers, cancels and deadlines are those of a pair of one generation. Which of
//! them is needed, and with which settings the driver runs, is the service's to say.

mod bitmap;
mod driver_side;
mod to_data;
mod to_stream;

pub use bitmap::MemoryBitmap;
pub use to_data::ToData;
pub use to_stream::ToStream;

/// Bytes of a `BITMAPFILEHEADER`, which `WiaImgFmt_BMP` has and `WiaImgFmt_MEMORYBMP` has not.
pub(crate) const FILE_HEADER: u64 = 14;
