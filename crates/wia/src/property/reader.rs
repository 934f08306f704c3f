//! Properties of bar code, patch code and magnetic ink readers (`WIA_IPS_…`).

use super::table::properties;

properties! {
    /// Where bar codes are looked for (`WIA_BARCODE_READER_…`).
    WIA_IPS_BARCODE_READER = 4150, "Barcode Reader", I4, LIST, ReadWrite, None;
    /// Most bar codes to find on a page.
    WIA_IPS_MAXIMUM_BARCODES_PER_PAGE = 4151, "Maximum Barcodes Per Page", UI4, RANGE, ReadWrite, None;
    /// Direction of the search (`WIA_BARCODE_…_SEARCH`).
    WIA_IPS_BARCODE_SEARCH_DIRECTION = 4152, "Barcode Search Direction", I4, LIST, ReadWrite, None;
    /// How often a failed search is repeated.
    WIA_IPS_MAXIMUM_BARCODE_SEARCH_RETRIES = 4153, "Barcode Search Retries", UI4, RANGE, ReadWrite, None;
    /// Longest time for the search on one page; the unit is the device's own.
    WIA_IPS_BARCODE_SEARCH_TIMEOUT = 4154, "Barcode Search Timeout", UI4, RANGE, ReadWrite, None;
    /// Kinds of bar code that the device knows (`WIA_BARCODE_…`).
    WIA_IPS_SUPPORTED_BARCODE_TYPES = 4155, "Supported Barcode Types", I4Vector, NONE, ReadOnly, None;
    /// Kinds of bar code to look for (`WIA_BARCODE_…`).
    WIA_IPS_ENABLED_BARCODE_TYPES = 4156, "Enabled Barcode Types", I4Vector, NONE, ReadWrite, None;
    /// Where patch codes are looked for (`WIA_PATCH_CODE_READER_…`).
    WIA_IPS_PATCH_CODE_READER = 4157, "Patch Code Reader", I4, LIST, ReadWrite, None;
    /// Most patch codes to find on a page. Published without a number: the id is inferred from the gap after the reader.
    WIA_IPS_MAXIMUM_PATCH_CODES_PER_PAGE = 4158, "Maximum Patch Codes Per Page", I4, RANGE, ReadWrite, None;
    /// Direction of the search, as for bar codes. Published without a number: the id is inferred.
    WIA_IPS_PATCH_CODE_SEARCH_DIRECTION = 4159, "Patch Code Search Direction", I4, LIST, ReadWrite, None;
    /// How often a failed search is repeated. Published without a number: the id is inferred.
    WIA_IPS_MAXIMUM_PATCH_CODE_SEARCH_RETRIES = 4160, "Patch Code Search Retries", I4, RANGE, ReadWrite, None;
    /// Longest time for the search on one page; the unit is the device's own. Published without a number: the id is inferred.
    WIA_IPS_PATCH_CODE_SEARCH_TIMEOUT = 4161, "Patch Code Search Timeout", I4, RANGE, ReadWrite, None;
    /// Kinds of patch code that the device knows (`WIA_PATCH_CODE_…`).
    WIA_IPS_SUPPORTED_PATCH_CODE_TYPES = 4162, "Supported Patch Code Types", I4Vector, NONE, ReadOnly, None;
    /// Kinds of patch code to look for (`WIA_PATCH_CODE_…`).
    WIA_IPS_ENABLED_PATCH_CODE_TYPES = 4163, "Enabled Path Code Types", I4Vector, NONE, ReadWrite, None;
    /// Where magnetic ink characters are looked for (`WIA_MICR_READER_…`).
    WIA_IPS_MICR_READER = 4164, "MICR Reader", I4, LIST, ReadWrite, None;
}
