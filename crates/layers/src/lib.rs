//! Work-arounds for what single devices do, as layers between any driver and the service.
//!
//! [`Layered`] is a [`Minidriver`](minidriver::Minidriver) around another one. It passes everything on and
//! looks at what goes by in a stream transfer: the requests for streams, the bytes of their pages, and what
//! the driver says at its end. Each [`Layer`] puts one kind of mistake right; [`LAYERS`] says which, and
//! where it was seen. A driver that makes no mistake is passed byte for byte.
//!
//! No layer makes a success of an unfinished page, a jam, a cancel, or a device that went away. Where it is
//! not clear what happened, the driver's own answer stands.
//!
//! Layers act in stream transfers. Bands and files of a driver of the older kinds pass as they are.
#![forbid(unsafe_code)]

mod below;
mod callback;
mod course;
mod ending;
mod held;
mod layer;
mod layered;
mod open;
mod rescale;
mod resolution;
mod watch;

pub use layer::{Active, LAYERS, Layer, LayerInfo, Resolution};
pub use layered::Layered;
