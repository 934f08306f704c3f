//! Documents: one module a format, each a writer that is fed rows and a reader.
//!
//! Rows come in the canonical form of [`raster`]; the writers turn them into what the file wants.

mod sink;
mod writer;

pub use sink::{Sink, SinkAbilities};
pub use writer::{DocumentWriter, Metadata, PageDone};
