//! Each layer with a driver that makes its mistake, and with one that does not; switched on, and off.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

mod good;
mod late_empty;
mod one_page;
mod page;
mod resolution;
mod rig;
mod side_order;
mod true_height;
