//! The scan rectangle follows the resolution.

/// Brings positions, extents, their valid ranges and the counts of pixels in line with the resolution
/// and a bed of `width` × `height` thousandths of an inch.
#[doc(alias = "wiasUpdateScanRect")]
pub use items::update_scan_rect;
