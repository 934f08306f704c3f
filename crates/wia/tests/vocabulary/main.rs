//! The vocabulary against tables that were written by hand from the published documentation, each
//! row with the section of the project's facts that it comes from, and against the published
//! metadata (`constants.csv`).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at whatever is wrong"
)]

mod choices;
mod errors;
mod flags;
mod identifiers;
mod metadata;
mod page_sizes;
mod properties;
mod statuses;
mod table;
mod values;
