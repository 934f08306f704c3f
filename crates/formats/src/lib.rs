//! Documents: one module a format, each a writer that is fed rows and a reader.
//!
//! Rows come in the canonical form of [`raster`]; the writers turn them into what the file wants.

#![forbid(unsafe_code)]

pub mod bmp;
pub mod codec;
mod date;
mod format;
pub mod image;
pub mod in_order;
pub mod jpeg;
mod one_page;
mod open;
mod output;
pub mod png;
pub mod raw;
mod sink;
pub mod tiff;
mod writer;

pub use format::{Abilities, DocumentFormat, NeedsSeek};
pub use one_page::OnePage;
pub use open::{WriterOptions, open_writer};
pub use sink::{Sink, SinkAbilities};
pub use writer::{DocumentWriter, Metadata, PageDone};
