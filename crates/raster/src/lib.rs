//! Pixels: layout, geometry, bands of rows, conversion and packing, resampling.
//!
//! # The rows of the house
//!
//! Wherever rows travel between crates they have one canonical form ([`PixelType`]): top-down,
//! samples in R, G, B order, 16-bit samples little-endian, 1-bit pixels with the leftmost in the
//! highest bit and **1 = white** (as 255 is white in grey), 4-bit pixels with the leftmost in the
//! high half. What a file or a device has otherwise (bottom-up, BGR, WhiteIsZero, padding) is
//! converted where it enters or leaves.
//!
//! # Row operations
//!
//! They work row by row, allocate nothing a row, and never panic: a slice that is too short is served
//! as far as it reaches. [`Converter`] changes the pixel type, [`PointOperation`] brightness and
//! contrast, [`Resampler`] the resolution, [`pack`] moves pixels as they are.

#![forbid(unsafe_code)]

mod convert;
pub mod geometry;
mod layout;
pub mod pack;
mod point;
mod resample;
mod scale;

pub use convert::Converter;
pub use geometry::Area;
pub use layout::{Band, PageLayout, PixelType};
pub use point::PointOperation;
pub use resample::Resampler;
pub use scale::Scale;
