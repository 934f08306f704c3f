//! The program itself, run in a scratch folder, and its documents read by foreign programs.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

mod append;
mod bad_input;
mod check;
mod com;
mod commands;
mod configured;
mod convert;
mod crash;
mod discovery;
mod documents;
mod escl;
mod events;
mod faults;
mod filters;
mod formats;
mod full_disk;
mod help;
mod hosts;
mod large;
mod options;
mod outputs;
mod pages;
mod patterns;
mod preview;
mod prompt;
mod readme;
mod sane;
mod scratch;
mod sheets;
mod stopping;
mod storage;
mod torn;
mod transfers;
mod unread;
mod usage;
