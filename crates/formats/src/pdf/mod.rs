//! PDF 1.7 and PDF/A-2b, written as the rows come.
//!
//! # Order of writing
//!
//! First what is known from the start: the catalog, the description, the output intent. Then each page:
//! its image, what is drawn, the page itself, and a comment line, the page's record. At the end
//! the tree of the pages, the table of objects and the trailer. Nothing is overwritten, so a pipe is
//! as good as a file. A page belongs to the document once its record is whole: [`recover`] makes a
//! document of the pages up to the last one, from nothing but the file.
//!
//! Of a sink that can seek, the document takes the end; all offsets count from where it starts. For
//! the ending room is set aside after each page ([`Sink::reserve`](crate::Sink::reserve)), so that a
//! disk that is full does not cost the pages that are there.
//!
//! [`Writer::append`] adds pages to a document, by a new version behind the old one: its bytes stay, and
//! the root of its pages is written again with one node more.
//!
//! # Pages
//!
//! One image fills a page, which is as large as its pixels and resolution say; without a resolution
//! a pixel is a point (1/72 inch). Sides of more than 14,400 points are counted in larger units
//! (`UserUnit`), and those of less than 3 points get blank paper beside the image, as PDF/A-2 wants.
//!
//! # Memory
//!
//! Bounded, whatever the number of pages: the encoder's state, 64 KiB of output, 64 KiB of offsets (beyond
//! that in a temporary file), and 12 bytes for every 64 pages.

mod body;
mod ending;
mod existing;
mod image;
mod object;
mod page;
mod prologue;
mod record;
mod recover;
mod stored;
mod writer;
mod xmp;

pub use recover::{Recovered, recover};
pub use writer::Writer;

use crate::tiff::Compression;
use crate::{Metadata, Profile};

/// Which rules a document keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conformance {
    /// PDF 1.7 (ISO 32000-1).
    #[default]
    Pdf17,
    /// PDF/A-2b (ISO 19005-2): for keeping.
    A2b,
}

/// What a document is to be like. Fixed for all of its pages.
#[derive(Clone, Debug)]
pub struct Options {
    /// How images are compressed: not at all, deflate, G4, or JPEG; the others are refused. With JPEG
    /// bilevel pages are G4.
    pub compression: Compression,
    /// JPEG quality, 1 to 100.
    pub quality: u8,
    /// The rules.
    pub conformance: Conformance,
    /// What the document says about itself.
    pub metadata: Metadata,
    /// The colour profile of pages with as many channels as it has; not of bilevel pages.
    pub profile: Option<Profile>,
    /// Threads that compress JPEG; 1 for none beside the caller's.
    pub workers: usize,
}

impl Default for Options {
    /// PDF 1.7 with deflate, no metadata, no profile, one thread; quality 85 for when JPEG is asked
    /// for.
    fn default() -> Options {
        Options {
            compression: Compression::Deflate,
            quality: 85,
            conformance: Conformance::Pdf17,
            metadata: Metadata::default(),
            profile: None,
            workers: 1,
        }
    }
}
