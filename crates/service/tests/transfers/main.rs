//! Transfers through the service, with a scripted driver and a scripted application.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod applications;
mod cancel;
mod device_status;
mod disconnect;
mod filters;
mod messages;
mod next_stream;
mod obligations;
mod scripted;
mod send_message;
mod sequence;
mod streams;
