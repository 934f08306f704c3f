//! What a TIFF document is to be like.

use crate::{Metadata, Orientation, Profile};

/// The largest classic TIFF: 4 GiB - 1.
pub(super) const CLASSIC_LIMIT: u64 = u32::MAX as u64;

/// How the strips of a document's pages are compressed. All but [`Compression::Jpeg`] are lossless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all (1).
    #[default]
    None,
    /// PackBits run lengths (32773).
    PackBits,
    /// LZW (5).
    Lzw,
    /// Deflate in zlib's container (8).
    Deflate,
    /// ITU-T T.4, also called G3 (3): bilevel pages only. Every row begins with the end-of-line code.
    G3 {
        /// Rows may be coded as changes against the row above, three of four.
        two_dimensional: bool,
    },
    /// ITU-T T.6, also called G4 (4): bilevel pages only.
    G4,
    /// Baseline JPEG (7): 8-bit grey and colour only. Colour is YCbCr ([`Options::full_color`]).
    Jpeg,
}

/// What the samples of lossless bilevel and grey pages mean. JPEG and G4 have a meaning of their
/// own; colour is always RGB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Photometric {
    /// 0 is black (1): the samples are those of the canonical rows (`WIA_PHOTO_WHITE_1`).
    #[default]
    BlackIsZero,
    /// 0 is white (0): the samples are inverted (`WIA_PHOTO_WHITE_0`).
    WhiteIsZero,
}

/// Which header a document has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Container {
    /// 16 bytes are kept for the header; the document becomes BigTIFF when it must.
    #[default]
    Growing,
    /// The 8-byte header of TIFF 6.0 and nothing but classic TIFF. A page that would pass
    /// [`Options::classic_limit`] fails with `MediumFull`. All directories of such a document have
    /// the same number of fields, so that [`super::Document::resume_classic`] can link to one
    /// without reading it.
    Classic,
}

/// What a document is to be like. Fixed for all of its pages.
#[derive(Clone, Debug)]
pub struct Options {
    /// How strips are compressed.
    pub compression: Compression,
    /// JPEG quality, 1 to 100.
    pub quality: u8,
    /// JPEG: colour in full resolution (4:4:4) at every quality, as readers that go row by row cannot
    /// read subsampled strips. Else it has half of it below quality 90.
    pub full_color: bool,
    /// Horizontal differencing before LZW and deflate, for 8- and 16-bit samples. `None`: where it
    /// makes the start of the page smaller.
    pub predictor: Option<bool>,
    /// The meaning of bilevel and grey samples.
    pub photometric: Photometric,
    /// Repeated in every page: DocumentName, Make, Model, Software, DateTime, Artist.
    pub metadata: Metadata,
    /// The colour profile of the pages that it fits: those that are not bilevel and have as many
    /// channels. Not in [`Container::Classic`].
    pub profile: Option<Profile>,
    /// Which way up the pages are to be shown.
    pub orientation: Orientation,
    /// Leaves a record with a checksum behind each page, which no reader sees: [`super::recover`] tells
    /// by it whether the last page is whole. Only of use with [`Container::Growing`].
    pub records: bool,
    /// Threads that compress strips; 1 for none beside the caller's. The bytes do not depend on it.
    pub workers: usize,
    /// Bytes of the whole document when known in advance; beyond `classic_limit` it is BigTIFF from
    /// the start. Only of use with [`Container::Growing`].
    pub expected_bytes: Option<u64>,
    /// Which header.
    pub container: Container,
    /// The largest size of the document, in bytes, while it is classic TIFF: 4 GiB - 1, which is
    /// also the most that is taken.
    pub classic_limit: u64,
    /// The number of the first page in PageNumber, counted from 0. Numbers beyond 65535 are shown
    /// as 65535.
    pub page_number: u32,
}

impl Default for Options {
    /// Uncompressed, BlackIsZero, growing, no metadata, no profile, pages as they are, one thread; quality 85, full
    /// colour and the predictor where it is better for when the compression is set.
    fn default() -> Options {
        Options {
            compression: Compression::None,
            quality: 85,
            full_color: true,
            predictor: None,
            photometric: Photometric::BlackIsZero,
            metadata: Metadata::default(),
            profile: None,
            orientation: Orientation::TopLeft,
            records: false,
            workers: 1,
            expected_bytes: None,
            container: Container::Growing,
            classic_limit: CLASSIC_LIMIT,
            page_number: 0,
        }
    }
}
