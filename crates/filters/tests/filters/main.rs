//! Filters between a driver that writes documents and an application that reads them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends at the first thing that is wrong"
)]

mod bytes;
mod contract;
mod parts;
mod pixels;
mod preview;
mod segmentation;
