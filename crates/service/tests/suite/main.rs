//! The tests of the service: one program, for what they share is built once.
#![expect(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod compat;
mod data;
mod events;
mod preview;
mod storage;
mod transfers;
mod trees;
