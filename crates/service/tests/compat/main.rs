//! Applications and drivers of two generations: the compatibility layer.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

mod application_of_data;
mod application_of_streams;
mod cancelled_filters;
mod drivers_filter;
mod messages;
mod scripted;
