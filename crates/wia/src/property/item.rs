//! Properties that items of every kind have (`WIA_IPA_…`).

use super::table::properties;

properties! {
    /// Name of the item, unique in its tree and never translated.
    WIA_IPA_ITEM_NAME = 4098, "Item Name", Bstr, NONE, ReadOnly, None;
    /// Path of the item from the root, such as `0000\Root\Flatbed`.
    WIA_IPA_FULL_ITEM_NAME = 4099, "Full Item Name", Bstr, NONE, ReadOnly, None;
    /// When the item was made: the 8 words of a `SYSTEMTIME`.
    WIA_IPA_ITEM_TIME = 4100, "Item Time Stamp", UI2Vector, NONE, Either, None;
    /// What the item is: [`ItemFlags`](crate::ItemFlags).
    WIA_IPA_ITEM_FLAGS = 4101, "Item Flags", I4, NONE, ReadOnly, None;
    /// What may be done with the item: [`AccessRights`](crate::AccessRights).
    WIA_IPA_ACCESS_RIGHTS = 4102, "Access Rights", I4, FLAG, Either, None;
    /// Kind of pixels: [`DataType`](crate::DataType). Changes depth and channels.
    WIA_IPA_DATATYPE = 4103, "Data Type", I4, LIST, ReadWrite, None;
    /// Bits of a pixel, all channels together; 0 lets the device choose (with data type 100).
    WIA_IPA_DEPTH = 4104, "Bits Per Pixel", I4, LIST, ReadWrite, BitsPerPixel;
    /// The format that the device recommends.
    WIA_IPA_PREFERRED_FORMAT = 4105, "Preferred Format", Clsid, NONE, ReadOnly, None;
    /// Format of the data: [`format`](crate::format). Valid for the current TYMED; the default is BMP.
    WIA_IPA_FORMAT = 4106, "Format", Clsid, LIST, ReadWrite, None;
    /// Compression inside the format: [`Compression`](crate::Compression). The default is none; read-only for stored images.
    WIA_IPA_COMPRESSION = 4107, "Compression", I4, LIST, Either, None;
    /// How data travels: [`Tymed`](crate::Tymed). The default is a file; changes the list of formats.
    WIA_IPA_TYMED = 4108, "Media Type", I4, LIST, ReadWrite, None;
    /// Number of channels of a pixel.
    WIA_IPA_CHANNELS_PER_PIXEL = 4109, "Channels Per Pixel", I4, NONE, ReadOnly, None;
    /// Bits of one channel.
    WIA_IPA_BITS_PER_CHANNEL = 4110, "Bits Per Channel", I4, NONE, ReadOnly, BitsPerChannel;
    /// Packed pixels (0) or planes (1). Obsolete since Windows Vista.
    WIA_IPA_PLANAR = 4111, "Planar", I4, NONE | LIST, Either, None;
    /// Width of the image; an estimate, the image's own header counts.
    WIA_IPA_PIXELS_PER_LINE = 4112, "Pixels Per Line", I4, NONE, ReadOnly, Pixels;
    /// Bytes of a line; an estimate, the image's own header counts.
    WIA_IPA_BYTES_PER_LINE = 4113, "Bytes Per Line", I4, NONE, ReadOnly, Bytes;
    /// Height of the image; an estimate, the image's own header counts.
    WIA_IPA_NUMBER_OF_LINES = 4114, "Number of Lines", I4, NONE, ReadOnly, Lines;
    /// Obsolete, never used.
    WIA_IPA_GAMMA_CURVES = 4115, "Gamma Curves", I4, NONE, ReadOnly, None;
    /// Size of the data, or 0 when it is not known before the transfer.
    WIA_IPA_ITEM_SIZE = 4116, "Item Size", I4, NONE, ReadOnly, Bytes;
    /// Obsolete, never used; see [`WIA_IPA_ICM_PROFILE_NAME`].
    WIA_IPA_COLOR_PROFILE = 4117, "Color Profiles", I4, NONE, ReadOnly, None;
    /// Smallest useful buffer of a transfer into memory; bytes of a page for a file.
    WIA_IPA_BUFFER_SIZE = 4118, "Buffer Size", I4, NONE, ReadOnly, Bytes;
    /// Older name of [`WIA_IPA_BUFFER_SIZE`]: the same id.
    WIA_IPA_MIN_BUFFER_SIZE = 4118, "Buffer Size", I4, NONE, ReadOnly, Bytes;
    /// Obsolete: regions are rectangles (1).
    WIA_IPA_REGION_TYPE = 4119, "Region Type", I4, NONE, ReadOnly, None;
    /// File name of the colour profile.
    WIA_IPA_ICM_PROFILE_NAME = 4120, "Color Profile Name", Bstr, LIST, ReadWrite, None;
    /// Whether the application applies the colour profile. Obsolete.
    WIA_IPA_APP_COLOR_MAPPING = 4121, "Application Applies Color Mapping", I4, NONE, ReadOnly, None;
    /// Devices with the same id can read each other's property streams.
    WIA_IPA_PROP_STREAM_COMPAT_ID = 4122, "Stream Compatibility ID", Clsid, LIST, ReadOnly, None;
    /// File name extension for the current format, without the dot; empty for raw data.
    WIA_IPA_FILENAME_EXTENSION = 4123, "Filename extension", Bstr, NONE, ReadOnly, None;
    /// Pages of the settings dialog that are not to be shown: bits `WIA_PROPPAGE_…`.
    WIA_IPA_SUPPRESS_PROPERTY_PAGE = 4124, "Suppress a property page", I4, NONE, ReadOnly, None;
    /// Category of the item: [`category`](crate::category).
    WIA_IPA_ITEM_CATEGORY = 4125, "Item Category", Clsid, NONE, ReadOnly, None;
    /// Size of the data that is about to be uploaded; written by the application.
    WIA_IPA_UPLOAD_ITEM_SIZE = 4126, "Upload Item Size", I4, NONE, ReadWrite, Bytes;
    /// Number of items in the device's storage.
    WIA_IPA_ITEMS_STORED = 4127, "Items Stored", I4, NONE, ReadOnly, None;
    /// Bits of each channel of raw data, one byte a channel.
    WIA_IPA_RAW_BITS_PER_CHANNEL = 4128, "Raw Bits Per Channel", UI1Vector, NONE, ReadOnly, BitsPerChannel;
    /// Name of the film item. Has no documentation page: type and access are inferred.
    WIA_IPS_FILM_NODE_NAME = 4129, "Film Node Name", Bstr, NONE, ReadOnly, None;
}
