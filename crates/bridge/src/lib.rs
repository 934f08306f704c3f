//! Rust and COM sides of the same things: values, errors, streams, callbacks, property storage.
//!
//! Of each thing there are two halves: `Com…` is Rust's trait over an object of C's, and what `…_object` makes is an
//! object for C over Rust's trait. Every method of such an object goes through [`guard`].
//!
//! Objects of C are called from the thread that a transfer has, one call at a time, as WIA's documentation promises;
//! for applications and drivers that do no more than it says, that makes them safe to be sent along.

mod attributes;
mod callback;
mod data_callback;
mod enumerate;
mod error_handler;
mod guard;
mod object_callback;
mod pointer;
mod results;
mod storage;
mod stream;
mod stream_object;
mod streams;
mod value;

pub use attributes::{access_flags, from_property_info, from_valid_vector, valid_vector};
pub use callback::ComTransferCallback;
pub use data_callback::ComDataCallback;
pub use guard::{Outcome, guard};
pub use object_callback::{read_params, transfer_callback_object};
pub use pointer::{Out, array, array_mut, spec_id, text};
pub use results::{answer, from_answer, hresult, status};
pub use storage::{PropertySource, property_storage_object};
pub use stream::ComStream;
pub use stream_object::stream_object;
pub use streams::{MemoryStream, PipeStream, stream_on_descriptor, stream_on_file};
pub use value::{from_variant, to_variant};
