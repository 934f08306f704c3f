//! Item trees and properties between the generations.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

mod driver;
mod limits;
mod newer_application;
mod older_application;
mod table;
