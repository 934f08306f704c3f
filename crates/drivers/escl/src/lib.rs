//! Network scanners that speak eSCL (AirScan, Mopria): a driver of streams over HTTP and HTTPS.
//!
//! [`EsclScanner`] asks the scanner once what it can do, and makes a tree of items of that: a flatbed, a feeder,
//! or both. A transfer is one scan job ([`escl::Job`] knows its course). A page is decoded while it arrives, as
//! PNG where the scanner has that and as JPEG else; JPEG streams are passed on as they come.
//!
//! # Addresses
//!
//! `escl:http://HOST[:PORT]/eSCL` names a scanner by its address; `https` works alike. `escl:UUID` names one by
//! what it calls itself and is looked for on the network each time, so that it stays the same when the address
//! changes.
//!
//! # Deadlines
//!
//! Every byte is waited for with a deadline, and a cancel shuts the socket down from the thread that it comes
//! on: nothing hangs, whatever the scanner does. Only the answer about a new job is waited for after a cancel, for
//! three quarters of the cancel's deadline, and a moment after the first line's: else nobody knew which job to delete.
//! A request has a connection of its own, as with sane-airscan, which most scanners were tried with.
//!
//! # Trust
//!
//! The certificate of a scanner is its own and signed by nobody. The first one is remembered in
//! `$XDG_STATE_HOME/quire/escl-certificates`, under the scanner's UUID where it is opened by that, else under host
//! and port; another one under the same name is refused until its line is removed there. A scanner whose certificate
//! is known by its UUID is not asked without encryption any more. Where there is no place to remember certificates,
//! any is taken.
#![forbid(unsafe_code)]

mod acquire;
mod addresses;
mod arrival;
mod client;
mod connection;
mod device;
mod discover;
mod feed;
mod job;
mod jpeg_end;
mod options;
mod page;
mod properties;
mod resolution;
mod trust;
mod wire;

pub use device::EsclScanner;
pub use discover::{Discovered, discover};
pub use minidriver::Deadlines;
pub use options::{Address, Options};
