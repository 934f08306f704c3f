//! Properties of the root item of a scanner (`WIA_DPS_…`).

use super::table::properties;

properties! {
    /// Width of the flatbed.
    WIA_DPS_HORIZONTAL_BED_SIZE = 3074, "Horizontal Bed Size", I4, NONE, ReadOnly, ThousandthInch;
    /// Height of the flatbed.
    WIA_DPS_VERTICAL_BED_SIZE = 3075, "Vertical Bed Size", I4, NONE, ReadOnly, ThousandthInch;
    /// Greatest width of a sheet in the feeder.
    WIA_DPS_HORIZONTAL_SHEET_FEED_SIZE = 3076, "Horizontal Sheet Feed Size", I4, NONE, ReadOnly, ThousandthInch;
    /// Greatest height of a sheet in the feeder.
    WIA_DPS_VERTICAL_SHEET_FEED_SIZE = 3077, "Vertical Sheet Feed Size", I4, NONE, ReadOnly, ThousandthInch;
    /// Where narrow sheets lie in the feeder: left 0, centred 1, right 2.
    WIA_DPS_SHEET_FEEDER_REGISTRATION = 3078, "Sheet Feeder Registration", I4, NONE, ReadOnly, None;
    /// Where documents lie across the bed: left 0, centred 1, right 2.
    WIA_DPS_HORIZONTAL_BED_REGISTRATION = 3079, "Horizontal Bed Registration", I4, NONE, ReadOnly, None;
    /// Where documents lie along the bed: top 0, centred 1, bottom 2.
    WIA_DPS_VERTICAL_BED_REGISTRATION = 3080, "Vertical Bed Registration", I4, NONE, ReadOnly, None;
    /// Colour of the background: an `RGBQUAD` (blue, green, red, 0).
    WIA_DPS_PLATEN_COLOR = 3081, "Platen Color", UI1Vector, NONE, ReadOnly, None;
    /// Colour that fills what lies beyond the document: an `RGBQUAD` (blue, green, red, 0).
    WIA_DPS_PAD_COLOR = 3082, "Pad Color", UI1Vector, NONE, ReadWrite, None;
    /// Obsolete, never used.
    WIA_DPS_FILTER_SELECT = 3083, "Filter Select", I4, NONE, ReadOnly, None;
    /// Dither pattern. Obsolete.
    WIA_DPS_DITHER_SELECT = 3084, "Dither Select", I4, NONE, ReadOnly, None;
    /// Data of the dither pattern. Obsolete.
    WIA_DPS_DITHER_PATTERN_DATA = 3085, "Dither Pattern Data", I4, NONE, ReadOnly, None;
    /// What the device has and senses: [`DocumentHandlingCapabilities`](crate::DocumentHandlingCapabilities).
    WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES = 3086, "Document Handling Capabilities", I4, NONE, ReadOnly, None;
    /// State of the device right now: [`DocumentHandlingStatus`](crate::DocumentHandlingStatus).
    WIA_DPS_DOCUMENT_HANDLING_STATUS = 3087, "Document Handling Status", I4, NONE, ReadOnly, None;
    /// Source and sides for applications of the older model: [`DocumentHandlingSelect`](crate::DocumentHandlingSelect).
    WIA_DPS_DOCUMENT_HANDLING_SELECT = 3088, "Document Handling Select", I4, FLAG, ReadWrite, None;
    /// How many sheets the feeder holds.
    WIA_DPS_DOCUMENT_HANDLING_CAPACITY = 3089, "Document Handling Capacity", I4, NONE, ReadOnly, None;
    /// Horizontal optical resolution.
    WIA_DPS_OPTICAL_XRES = 3090, "Horizontal Optical Resolution", I4, NONE, ReadOnly, Dpi;
    /// Vertical optical resolution.
    WIA_DPS_OPTICAL_YRES = 3091, "Vertical Optical Resolution", I4, NONE, ReadOnly, Dpi;
    /// Characters that the endorser can print.
    WIA_DPS_ENDORSER_CHARACTERS = 3092, "Endorser Characters", Bstr, NONE, ReadOnly, None;
    /// Text for the endorser, with tokens such as `$DATE$`.
    WIA_DPS_ENDORSER_STRING = 3093, "Endorser String", Bstr, NONE, ReadWrite, None;
    /// How many pages to scan ahead.
    WIA_DPS_SCAN_AHEAD_PAGES = 3094, "Scan Ahead Pages", I4, RANGE, ReadWrite, None;
    /// Longest time for one page.
    WIA_DPS_MAX_SCAN_TIME = 3095, "Max Scan Time", I4, NONE, ReadOnly, Milliseconds;
    /// Number of sides to scan; 0 means until the feeder is empty.
    WIA_DPS_PAGES = 3096, "Pages", I4, RANGE, ReadWrite, Sides;
    /// Size of the page: `WIA_PAGE_…` of [`constant`](crate::constant).
    WIA_DPS_PAGE_SIZE = 3097, "Page Size", I4, LIST, ReadWrite, None;
    /// Width of the current page.
    WIA_DPS_PAGE_WIDTH = 3098, "Page Width", I4, NONE, ReadOnly, ThousandthInch;
    /// Height of the current page.
    WIA_DPS_PAGE_HEIGHT = 3099, "Page Height", I4, NONE, ReadOnly, ThousandthInch;
    /// Final scan (0) or preview (1).
    WIA_DPS_PREVIEW = 3100, "Preview", I4, LIST, ReadWrite, None;
    /// Transparency adapter: bits `LIGHT_SOURCE_…`. Obsolete.
    WIA_DPS_TRANSPARENCY = 3101, "Transparency Adapter", I4, NONE, ReadOnly, None;
    /// Whether the transparency adapter is used. Obsolete.
    WIA_DPS_TRANSPARENCY_SELECT = 3102, "Transparency Adapter Select", I4, NONE, ReadOnly, None;
    /// Whether a dialog should offer a preview: yes 0, no 1.
    WIA_DPS_SHOW_PREVIEW_CONTROL = 3103, "Show preview control", I4, NONE, ReadOnly, None;
    /// Smallest width of a sheet in the feeder.
    WIA_DPS_MIN_HORIZONTAL_SHEET_FEED_SIZE = 3104, "Minimum Horizontal Sheet Feed Size", I4, NONE, ReadOnly, ThousandthInch;
    /// Smallest height of a sheet in the feeder.
    WIA_DPS_MIN_VERTICAL_SHEET_FEED_SIZE = 3105, "Minimum Vertical Sheet Feed Size", I4, NONE, ReadOnly, ThousandthInch;
    /// What the transparency adapter can do: bits `TRANSPARENCY_…`.
    WIA_DPS_TRANSPARENCY_CAPABILITIES = 3106, "Transparency Adapter Capabilities", I4, NONE, ReadOnly, None;
    /// State of the transparency adapter: bits `LIGHT_SOURCE_…`.
    WIA_DPS_TRANSPARENCY_STATUS = 3107, "Transparency Adapter Status", I4, NONE, ReadOnly, None;
    /// Name of the user of a network device.
    WIA_DPS_USER_NAME = 3112, "User Name", Bstr, NONE, ReadOnly, None;
    /// Service id of a network device.
    WIA_DPS_SERVICE_ID = 3113, "Service ID", Bstr, NONE, ReadOnly, None;
    /// Device id of a network device.
    WIA_DPS_DEVICE_ID = 3114, "Device ID", Bstr, NONE, ReadOnly, None;
    /// Identity of a device that can be reached in several ways.
    WIA_DPS_GLOBAL_IDENTITY = 3115, "Global Identity", Bstr, NONE, ReadOnly, None;
    /// Name of the item that a push scan has data for, or empty.
    WIA_DPS_SCAN_AVAILABLE_ITEM = 3116, "Scan Available Item", Bstr, NONE, ReadOnly, None;
}
