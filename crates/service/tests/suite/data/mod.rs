//! Banded and file transfers through the service, with a scripted driver and a scripted application.

mod buffers;
mod busy;
mod cancel;
mod deadlines;
mod fate;
mod file;
mod memory;
mod other_process;
mod scripted;
