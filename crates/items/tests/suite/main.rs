//! The tests of items and their properties: one program, for what they share is built once.
#![expect(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod declarations;
mod scanner;
mod smallest_size;
mod streams;
mod trees;
mod validation;
mod writes;
