//! Closed choices that describe pixels: compression, data type, photometric interpretation,
//! orientation.

use crate::numbered::numbered;

numbered! {
    /// How pixels are compressed (`WIA_IPA_COMPRESSION`).
    Compression {
        /// Not at all (the default).
        None = 0, "WIA_COMPRESSION_NONE";
        /// Run lengths of 4-bit pixels, as in BMP.
        BiRle4 = 1, "WIA_COMPRESSION_BI_RLE4";
        /// Run lengths of 8-bit pixels, as in BMP.
        BiRle8 = 2, "WIA_COMPRESSION_BI_RLE8";
        /// Fax group 3 (ITU-T T.4).
        G3 = 3, "WIA_COMPRESSION_G3";
        /// Fax group 4 (ITU-T T.6).
        G4 = 4, "WIA_COMPRESSION_G4";
        /// JPEG (ITU-T T.81).
        Jpeg = 5, "WIA_COMPRESSION_JPEG";
        /// JBIG (ITU-T T.82).
        Jbig = 6, "WIA_COMPRESSION_JBIG";
        /// JPEG 2000 (ITU-T T.800).
        Jpeg2k = 7, "WIA_COMPRESSION_JPEG2K";
        /// PNG.
        Png = 8, "WIA_COMPRESSION_PNG";
        /// The device chooses.
        Auto = 100, "WIA_COMPRESSION_AUTO";
    }
}

numbered! {
    /// The kind of pixels (`WIA_IPA_DATATYPE`).
    DataType {
        /// 1 bit, black or white by a threshold.
        Threshold = 0, "WIA_DATA_THRESHOLD";
        /// 1 bit, dithered.
        Dither = 1, "WIA_DATA_DITHER";
        /// Shades of grey.
        Grayscale = 2, "WIA_DATA_GRAYSCALE";
        /// Colour, its channel order given by the format (BGR for BMP, RGB for most others).
        Color = 3, "WIA_DATA_COLOR";
        /// Colour with 1 bit a channel by thresholds.
        ColorThreshold = 4, "WIA_DATA_COLOR_THRESHOLD";
        /// Colour with 1 bit a channel, dithered.
        ColorDither = 5, "WIA_DATA_COLOR_DITHER";
        /// Raw red, green, blue.
        RawRgb = 6, "WIA_DATA_RAW_RGB";
        /// Raw blue, green, red.
        RawBgr = 7, "WIA_DATA_RAW_BGR";
        /// Raw luma and two chroma channels.
        RawYuv = 8, "WIA_DATA_RAW_YUV";
        /// Raw luma, two chroma channels and black.
        RawYuvk = 9, "WIA_DATA_RAW_YUVK";
        /// Raw cyan, magenta, yellow.
        RawCmy = 10, "WIA_DATA_RAW_CMY";
        /// Raw cyan, magenta, yellow, black.
        RawCmyk = 11, "WIA_DATA_RAW_CMYK";
        /// The device chooses; goes together with depth 0.
        Auto = 100, "WIA_DATA_AUTO";
    }
}

numbered! {
    /// Which end of the scale is white (`WIA_IPS_PHOTOMETRIC_INTERP`). The numbers read backwards.
    Photometric {
        /// The largest value is white.
        White1 = 0, "WIA_PHOTO_WHITE_1";
        /// Zero is white.
        White0 = 1, "WIA_PHOTO_WHITE_0";
    }
}

numbered! {
    /// Orientation of the document (`WIA_IPS_ORIENTATION`) or counter-clockwise rotation of the
    /// image (`WIA_IPS_ROTATION`).
    Orientation {
        /// Upright: 0 degrees.
        Portrait = 0, "PORTRAIT";
        /// A quarter turn: 90 degrees.
        Landscape = 1, "LANDSCAPE";
        /// Half a turn: 180 degrees.
        Rot180 = 2, "ROT180";
        /// Three quarters of a turn: 270 degrees.
        Rot270 = 3, "ROT270";
    }
}

impl Orientation {
    /// This turn and another after it.
    #[must_use]
    pub const fn then(self, other: Orientation) -> Orientation {
        match (self.value() + other.value()) % 4 {
            1 => Orientation::Landscape,
            2 => Orientation::Rot180,
            3 => Orientation::Rot270,
            _ => Orientation::Portrait,
        }
    }

    /// Whether width and height change places.
    pub const fn swaps_sides(self) -> bool {
        matches!(self, Orientation::Landscape | Orientation::Rot270)
    }
}
