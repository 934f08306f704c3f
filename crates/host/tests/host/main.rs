//! Devices in processes of their own.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod deaths;
mod items;
mod preview;
mod rig;
mod transfers;
