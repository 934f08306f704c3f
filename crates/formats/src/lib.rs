//! Documents: one module a format, each a writer that is fed rows and a reader.
//!
//! Rows come in the canonical form of [`raster`]; the writers turn them into what the file wants.

#![forbid(unsafe_code)]

pub mod bmp;
mod budget;
pub mod codec;
mod date;
mod format;
mod icc;
pub mod image;
pub mod in_order;
pub mod jpeg;
mod limits;
mod one_page;
mod open;
mod orientation;
mod output;
pub mod pdf;
pub mod png;
pub mod raw;
mod recover;
mod sink;
mod spooled;
mod stored;
pub mod tiff;
mod writer;

pub use format::{Abilities, AfterPage, DocumentFormat, NeedsSeek};
pub use icc::{ColorSpace, Profile};
pub use limits::Limits;
pub use one_page::OnePage;
pub use open::{Appending, WriterOptions, open_appending, open_writer};
pub use orientation::Orientation;
pub use recover::{Recovered, recover};
pub use sink::{Sink, SinkAbilities};
pub use spooled::Spooled;
pub use stored::{Chunk, ChunkSource, Coding, FaxGroup, JpegColor, Palette, Predictor, StoredPage};
pub use writer::{DocumentWriter, Metadata, PageDone, PageOptions};
