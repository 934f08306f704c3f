//! Devices in processes of their own.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod items;
mod rig;
mod transfers;
