//! Devices in other processes: [`Device`](service::Device), [`Item`](service::Item) and
//! [`Transfer`](service::Transfer) over a driver host.
//!
//! A host that hangs or dies ends the request or the transfer that it was in, and no other device's. The
//! next request starts a new one, which gets back what each item was set to.

mod data;
mod device;
mod host;
mod interrupt;
mod item;
mod mirror;
mod preview;
mod process;
mod streams;
mod transfer;
mod wait;

pub(crate) use device::{discover, open};
pub use interrupt::Interrupt;
pub(crate) use interrupt::interrupted;
pub use process::set_host_program;

#[cfg(test)]
mod tests;
