//! The tests of transfers: one program, for what they share is built once.
#![expect(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

use quire_transfer as transfer;

mod data;
mod filter;
mod image_information;
mod page_writer;
mod session;
