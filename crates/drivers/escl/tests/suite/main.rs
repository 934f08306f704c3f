//! The tests of the driver: one program, for what they share is built once.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod conformance;
mod faults;
mod opening;
mod rig;
mod scans;
mod tls;
