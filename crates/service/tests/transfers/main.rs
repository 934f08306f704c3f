//! Transfers through the service, with a scripted driver and a scripted application.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod cancel;
mod download;
mod scripted;
