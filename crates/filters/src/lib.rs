//! Image processing filters that work on rows, whatever the format of the transfer.
//!
//! A [`RowFilter`] takes rows and gives rows. [`Filters`] makes one
//! [`ImageFilter`](transfer::ImageFilter) of any number of [`Filter`]s: it reads the document that the
//! driver writes, hands its rows through, and writes them again in the same format.
//!
//! * RAW and bitmaps pass band by band, also with a height that is told at the end.
//! * TIFF, JPEG and PNG need more than a band to be read: they wait in a temporary file, a TIFF until the
//!   page that is next begins. So does everything while the page's size is not to be trusted
//!   (`WIA_PAGE_AUTO`, unless RAW leaves its height open), and a bitmap that is not written in order.
//! * What cannot be read, and what there is nothing to do for, passes byte for byte.
//!
//! [`Rectangles`] is the segmentation filter of this house.
#![forbid(unsafe_code)]

mod document;
mod image_filter;
mod point;
mod preview;
mod rotation;
mod rows;
mod segmentation;
mod stream;
mod temporary;

pub use image_filter::Filters;
pub use point::{Brightness, Contrast};
pub use rotation::Rotation;
pub use rows::{Filter, Page, RowFilter, RowSink};
pub use segmentation::Rectangles;
