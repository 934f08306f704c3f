//! The folder device, as an application has it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

mod changes;
mod download;
mod rig;
mod upload;
