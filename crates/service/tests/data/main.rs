//! Banded and file transfers through the service, with a scripted driver and a scripted application.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod buffers;
mod busy;
mod cancel;
mod deadlines;
mod fate;
mod file;
mod memory;
mod other_process;
mod scripted;
