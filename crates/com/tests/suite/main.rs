//! The library and its headers, as programs in C and C++ see them.
#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod compiler;
mod headers;
mod snapshot;
mod tables;
