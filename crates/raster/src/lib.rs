//! Pixels: layout, geometry, bands of rows, conversion and packing, resampling.
//!
//! # The rows of the house
//!
//! Wherever rows travel between crates they have one canonical form ([`PixelType`]): top-down,
//! samples in R, G, B order, 16-bit samples little-endian, 1-bit pixels with the leftmost in the
//! highest bit and **1 = white** (as 255 is white in grey), 4-bit pixels with the leftmost in the
//! high half. What a file or a device has otherwise (bottom-up, BGR, WhiteIsZero, padding) is
//! converted where it enters or leaves.

mod layout;

pub use layout::{Band, PageLayout, PixelType};
