//! Bands of memory: where they come from, and how two sides hand them to each other.
//!
//! A memory transfer moves an image in bands. The driver fills one while the application reads the
//! other. [`Band`]s are owned: who has one may use it, nobody else can. [`handover`] passes them
//! between the two threads. Their memory is the service's own, or a [`Section`] that the application
//! shares, also from another process; [`PacketSocket`] carries the messages between processes.
//!
//! This is the only crate that maps memory. It knows nothing of images.
#![deny(unsafe_code)]

mod band;
mod handover;
mod packet;
mod section;

pub use band::Band;
pub use handover::{Filler, Next, Reader, Stopped, handover};
pub use packet::{Packet, PacketSocket};
pub use section::{Section, View};
