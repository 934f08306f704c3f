//! The tests of the virtual scanner: one program, for what they share is built once.
#![expect(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod answers;
mod cancel;
mod children;
mod device_status;
mod folder;
mod messages;
mod options;
mod pixels;
mod results;
mod rig;
mod tree;
