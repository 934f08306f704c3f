//! The preview component: one scan, any number of looks, and the regions.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod component;
mod filter;
mod rig;
