//! Scans with a scripted driver, which does to `acquire` whatever a driver can do.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod batch;
mod cancel;
mod convert;
mod convert_cancel;
mod documents;
mod encoded;
mod events;
mod files;
mod garbled;
mod plan;
mod random;
mod raw;
mod rig;
mod scripted;
mod tiff;
