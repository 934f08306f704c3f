//! Both sides of the border, with Rust on each.
#![expect(
    clippy::expect_used,
    unsafe_code,
    reason = "tests fail by panicking, and call objects as C does"
)]

mod callbacks;
mod data;
mod results;
mod storage;
mod streams;
mod values;
