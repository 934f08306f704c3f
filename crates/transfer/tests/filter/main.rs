//! The filter seam: what a filter is held to, and what becomes of pages when it goes wrong.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends at the first thing that is wrong"
)]

mod contract;
mod parts;
mod wrong;
