//! The tests of the conformance suite: one program, for what they share is built once.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod folder;
mod virtual_scanner;
mod wrong_drivers;
