//! How property tests are run here: the same cases each time, and no files left behind.

use proptest::test_runner::{Config, RngSeed};

pub(crate) fn cases(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1871),
        ..Config::default()
    }
}
