//! Values of properties that describe pixels. [`Compression`](crate::Compression), [`DataType`](crate::DataType),
//! [`Photometric`](crate::Photometric) and [`Orientation`](crate::Orientation) are the same numbers as closed choices.

constants! {
    /// No compression (the default).
    WIA_COMPRESSION_NONE = 0;
    /// Run lengths of 4-bit pixels, as in BMP.
    WIA_COMPRESSION_BI_RLE4 = 1;
    /// Run lengths of 8-bit pixels, as in BMP.
    WIA_COMPRESSION_BI_RLE8 = 2;
    /// Fax group 3.
    WIA_COMPRESSION_G3 = 3;
    /// Fax group 4.
    WIA_COMPRESSION_G4 = 4;
    /// JPEG.
    WIA_COMPRESSION_JPEG = 5;
    /// JBIG.
    WIA_COMPRESSION_JBIG = 6;
    /// JPEG 2000.
    WIA_COMPRESSION_JPEG2K = 7;
    /// PNG.
    WIA_COMPRESSION_PNG = 8;
    /// The device chooses the compression.
    WIA_COMPRESSION_AUTO = 100;
    /// 1 bit, black or white by a threshold.
    WIA_DATA_THRESHOLD = 0;
    /// 1 bit, dithered.
    WIA_DATA_DITHER = 1;
    /// Shades of grey.
    WIA_DATA_GRAYSCALE = 2;
    /// Colour.
    WIA_DATA_COLOR = 3;
    /// Colour with 1 bit a channel by thresholds.
    WIA_DATA_COLOR_THRESHOLD = 4;
    /// Colour with 1 bit a channel, dithered.
    WIA_DATA_COLOR_DITHER = 5;
    /// Raw red, green, blue.
    WIA_DATA_RAW_RGB = 6;
    /// Raw blue, green, red.
    WIA_DATA_RAW_BGR = 7;
    /// Raw luma and two chroma channels.
    WIA_DATA_RAW_YUV = 8;
    /// Raw luma, two chroma channels and black.
    WIA_DATA_RAW_YUVK = 9;
    /// Raw cyan, magenta, yellow.
    WIA_DATA_RAW_CMY = 10;
    /// Raw cyan, magenta, yellow, black.
    WIA_DATA_RAW_CMYK = 11;
    /// The device chooses the data type.
    WIA_DATA_AUTO = 100;
    /// The device chooses the depth.
    WIA_DEPTH_AUTO = 0;
    /// The largest value is white.
    WIA_PHOTO_WHITE_1 = 0;
    /// Zero is white.
    WIA_PHOTO_WHITE_0 = 1;
    /// The channels of a pixel lie side by side.
    WIA_PACKED_PIXEL = 0;
    /// Each channel has a plane of its own.
    WIA_PLANAR = 1;
    /// Red comes first.
    WIA_ORDER_RGB = 0;
    /// Blue comes first.
    WIA_ORDER_BGR = 1;
    /// The first line is the top of the image.
    WIA_LINE_ORDER_TOP_TO_BOTTOM = 1;
    /// The first line is the bottom of the image.
    WIA_LINE_ORDER_BOTTOM_TO_TOP = 2;
    /// Upright: 0 degrees.
    PORTRAIT = 0;
    /// A quarter turn: 90 degrees counter-clockwise.
    LANDSCAPE = 1;
    /// Half a turn.
    ROT180 = 2;
    /// Three quarters of a turn: 270 degrees counter-clockwise.
    ROT270 = 3;
    /// No medium (`objidl.h`).
    TYMED_NULL = 0;
    /// Global memory (`objidl.h`).
    TYMED_HGLOBAL = 1;
    /// One file or stream for each image (`objidl.h`).
    TYMED_FILE = 2;
    /// A stream object (`objidl.h`); not used by WIA.
    TYMED_ISTREAM = 4;
    /// A storage object (`objidl.h`); not used by WIA.
    TYMED_ISTORAGE = 8;
    /// A bitmap handle (`objidl.h`); not used by WIA.
    TYMED_GDI = 16;
    /// A metafile (`objidl.h`); not used by WIA.
    TYMED_MFPICT = 32;
    /// An enhanced metafile (`objidl.h`); not used by WIA.
    TYMED_ENHMF = 64;
    /// Bands of memory, image by image.
    TYMED_CALLBACK = 128;
    /// All images in one file or stream.
    TYMED_MULTIPAGE_FILE = 256;
    /// Bands of memory, several images in one transfer.
    TYMED_MULTIPAGE_CALLBACK = 512;
}
