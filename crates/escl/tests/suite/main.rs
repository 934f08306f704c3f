//! The tests of the protocol eSCL: one program, for what they share is built once.
#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod documents;
mod job;
mod round_trip;
