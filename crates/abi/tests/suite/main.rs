//! What the C ABI promises: layouts, ids, slots, numbers and memory.
#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod interfaces;
mod layouts;
mod memory;
mod numbers;
mod table;
