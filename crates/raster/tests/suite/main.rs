//! The tests of rows: one program, for what they share is built once.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod convert;
mod resample;
