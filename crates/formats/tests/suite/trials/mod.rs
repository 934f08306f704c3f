//! How property tests are run here: the same cases each time, and no files left behind.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test binary uses its part, and fails by panicking"
)]

use proptest::test_runner::{Config, RngSeed};

pub fn cases(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1871),
        ..Config::default()
    }
}
