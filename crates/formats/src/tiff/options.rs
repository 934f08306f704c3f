//! What a TIFF document is to be like.

use crate::Metadata;

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
    /// ITU-T T.6, also called G4 (4): bilevel pages only.
    G4,
    /// Baseline JPEG (7): 8-bit grey and colour only. Colour is YCbCr in full resolution (4:4:4) at
    /// every quality: readers that go row by row cannot read subsampled strips.
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
    /// Horizontal differencing before LZW and deflate, for 8- and 16-bit samples.
    pub predictor: bool,
    /// The meaning of bilevel and grey samples.
    pub photometric: Photometric,
    /// Repeated in every page: DocumentName, Make, Model, Software, DateTime.
    pub metadata: Metadata,
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
    /// Uncompressed, BlackIsZero, growing, no metadata; quality 85 and the predictor on for when
    /// the compression is set.
    fn default() -> Options {
        Options {
            compression: Compression::None,
            quality: 85,
            predictor: true,
            photometric: Photometric::BlackIsZero,
            metadata: Metadata::default(),
            expected_bytes: None,
            container: Container::Growing,
            classic_limit: CLASSIC_LIMIT,
            page_number: 0,
        }
    }
}
