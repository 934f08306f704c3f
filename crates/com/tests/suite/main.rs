//! The library and its headers, as programs in C and C++ see them.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod application;
mod compiler;
mod exports;
mod glue;
mod headers;
mod sanitizers;
mod snapshot;
mod symbols;
mod tables;
