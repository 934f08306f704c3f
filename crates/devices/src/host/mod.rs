//! Driver hosts: a device in a child process.
//!
//! The child holds the device whole: its driver, the service over it, the items with their properties.
//! What crosses the border is what an application does with them. This is the child's side; the other one
//! is the module `remote`.

pub(crate) mod channel;
mod link;
mod list;
pub(crate) mod message;
pub(crate) mod pool;
mod sandbox;
mod server;
pub(crate) mod wire;

pub use server::{serve, serve_program, serve_standard_input};
