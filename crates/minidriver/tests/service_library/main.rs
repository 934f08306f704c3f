//! The service library: every function with the cases that its documentation names.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]
#![expect(clippy::panic, reason = "the helpers of a test may fail it")]

use quire_minidriver as minidriver;

mod endorser;
mod events;
mod formats;
mod image;
mod items_made_and_found;
mod log;
mod names;
mod pages;
mod properties;
mod property_context;
mod rig;
mod sampling;
mod scan_rect;
mod valid_values;
