//! The tests of devices behind one door: one program, for what they share is built once.
#![expect(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod cancel;
mod folder;
mod kinds;
mod matrix;
mod open;
mod uri;
