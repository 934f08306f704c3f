//! PNG, written as the rows come (ISO/IEC 15948, "Portable Network Graphics").

mod chunk;
mod filter;
mod writer;

pub(crate) use filter::Filters;
pub use writer::{Encoder, Options, Writer};
