//! Properties of items that scan (`WIA_IPS_…`): resolution, area, page, picture.

use super::table::properties;

properties! {
    /// What the picture is for: [`Intent`](crate::Intent). Writing it presets other properties; the default is none.
    WIA_IPS_CUR_INTENT = 6146, "Current Intent", I4, FLAG, ReadWrite, None;
    /// Horizontal resolution. Changing it rescales extents and positions.
    WIA_IPS_XRES = 6147, "Horizontal Resolution", I4, RANGE | LIST, Either, Dpi;
    /// Vertical resolution. Changing it rescales extents and positions.
    WIA_IPS_YRES = 6148, "Vertical Resolution", I4, RANGE | LIST, Either, Dpi;
    /// Left edge of the area, at the current resolution.
    WIA_IPS_XPOS = 6149, "Horizontal Start Position", I4, RANGE, ReadWrite, Pixels;
    /// Top edge of the area, at the current resolution.
    WIA_IPS_YPOS = 6150, "Vertical Start Position", I4, RANGE, ReadWrite, Pixels;
    /// Width of the area, at the current resolution.
    WIA_IPS_XEXTENT = 6151, "Horizontal Extent", I4, RANGE, ReadWrite, Pixels;
    /// Height of the area, at the current resolution.
    WIA_IPS_YEXTENT = 6152, "Vertical Extent", I4, RANGE, ReadWrite, Pixels;
    /// Which end of the scale is white: [`Photometric`](crate::Photometric).
    WIA_IPS_PHOTOMETRIC_INTERP = 6153, "Photometric Interpretation", I4, LIST, ReadWrite, None;
    /// Brightness, usually -1000 to 1000; 0 is normal.
    WIA_IPS_BRIGHTNESS = 6154, "Brightness", I4, RANGE, ReadWrite, None;
    /// Contrast, usually -1000 to 1000; 0 is normal.
    WIA_IPS_CONTRAST = 6155, "Contrast", I4, RANGE, ReadWrite, None;
    /// How the document lies: [`Orientation`](crate::Orientation). Changes page sizes and extents.
    WIA_IPS_ORIENTATION = 6156, "Orientation", I4, LIST, ReadWrite, None;
    /// Counter-clockwise rotation of the image made: [`Orientation`](crate::Orientation). The area stays.
    WIA_IPS_ROTATION = 6157, "Rotation", I4, LIST, ReadWrite, None;
    /// Whether the image is mirrored (1). Obsolete.
    WIA_IPS_MIRROR = 6158, "Mirror", I4, NONE, ReadOnly, None;
    /// Grey value from which a pixel is white, 0 to 255, for the threshold data type; the default is 128.
    WIA_IPS_THRESHOLD = 6159, "Threshold", I4, RANGE, ReadWrite, None;
    /// Whether the image is inverted. Obsolete.
    WIA_IPS_INVERT = 6160, "Invert", I4, NONE, ReadOnly, None;
    /// Longest time that the lamp needs to warm up.
    WIA_IPS_WARM_UP_TIME = 6161, "Lamp Warm up Time", I4, NONE, ReadOnly, Milliseconds;
    /// Horizontal distance of the skewed document's corner; 0 with `WIA_IPS_DESKEW_Y` 0 means no deskewing.
    WIA_IPS_DESKEW_X = 6162, "DeskewX", I4, RANGE, ReadWrite, Pixels;
    /// Vertical distance of the skewed document's corner; 0 with `WIA_IPS_DESKEW_X` 0 means no deskewing.
    WIA_IPS_DESKEW_Y = 6163, "DeskewY", I4, RANGE, ReadWrite, Pixels;
    /// Whether the segmentation filter is to be used (0) or not (1).
    WIA_IPS_SEGMENTATION = 6164, "Segmentation", I4, NONE, ReadOnly, None;
    /// Greatest width that can be scanned.
    WIA_IPS_MAX_HORIZONTAL_SIZE = 6165, "Maximum Horizontal Scan Size", I4, NONE, ReadOnly, ThousandthInch;
    /// Greatest height that can be scanned.
    WIA_IPS_MAX_VERTICAL_SIZE = 6166, "Maximum Vertical Scan Size", I4, NONE, ReadOnly, ThousandthInch;
    /// Smallest width that can be scanned.
    WIA_IPS_MIN_HORIZONTAL_SIZE = 6167, "Minimum Horizontal Scan Size", I4, NONE, ReadOnly, ThousandthInch;
    /// Smallest height that can be scanned.
    WIA_IPS_MIN_VERTICAL_SIZE = 6168, "Minimum Vertical Scan Size", I4, NONE, ReadOnly, ThousandthInch;
    /// Bit 1: the driver transfers all children of a folder in one scan.
    WIA_IPS_TRANSFER_CAPABILITIES = 6169, "Transfer Capabilities", I4, NONE, ReadOnly, None;
    /// Where narrow sheets lie in the feeder: left 0, centred 1, right 2.
    WIA_IPS_SHEET_FEEDER_REGISTRATION = 3078, "Sheet Feeder Registration", I4, NONE, ReadOnly, None;
    /// Sides to scan: [`DocumentHandlingSelect`](crate::DocumentHandlingSelect). The default is the front.
    WIA_IPS_DOCUMENT_HANDLING_SELECT = 3088, "Document Handling Select", I4, FLAG, ReadWrite, None;
    /// Horizontal optical resolution.
    WIA_IPS_OPTICAL_XRES = 3090, "Horizontal Optical Resolution", I4, NONE, ReadOnly, Dpi;
    /// Vertical optical resolution.
    WIA_IPS_OPTICAL_YRES = 3091, "Vertical Optical Resolution", I4, NONE, ReadOnly, Dpi;
    /// Number of sides to scan; 0 means until the feeder is empty.
    WIA_IPS_PAGES = 3096, "Pages", I4, RANGE, ReadWrite, Sides;
    /// Size of the page: `WIA_PAGE_…` of [`constant`](crate::constant). Changing the extents makes it custom.
    WIA_IPS_PAGE_SIZE = 3097, "Page Size", I4, LIST, ReadWrite, None;
    /// Width of the current page.
    WIA_IPS_PAGE_WIDTH = 3098, "Page Width", I4, NONE, ReadOnly, ThousandthInch;
    /// Height of the current page.
    WIA_IPS_PAGE_HEIGHT = 3099, "Page Height", I4, NONE, ReadOnly, ThousandthInch;
    /// Final scan (0, the default) or preview (1).
    WIA_IPS_PREVIEW = 3100, "Preview", I4, LIST, ReadWrite, None;
    /// Whether a dialog should offer a preview: yes 0, no 1.
    WIA_IPS_SHOW_PREVIEW_CONTROL = 3103, "Show preview control", I4, NONE, ReadOnly, None;
    /// Kind of film: colour slide 0, colour negative 1, black and white negative 2.
    WIA_IPS_FILM_SCAN_MODE = 3104, "Film Scan Mode", I4, LIST, ReadWrite, None;
    /// Lamp on (0) or off (1).
    WIA_IPS_LAMP = 3105, "Lamp", I4, LIST, ReadWrite, None;
    /// Time after which the lamp goes off, 0 to 4095.
    WIA_IPS_LAMP_AUTO_OFF = 3106, "Lamp Auto Off", UI4, RANGE, ReadWrite, Seconds;
    /// Straighten skewed documents: on 0, off 1.
    WIA_IPS_AUTO_DESKEW = 3107, "Automatic Deskew", I4, LIST, ReadWrite, None;
    /// Whether applications may create children of this item.
    WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION = 3108, "Supports Child Item Creation", I4, NONE, ReadOnly, None;
    /// Horizontal scaling, 1 to 65535; 100 leaves the width alone.
    WIA_IPS_XSCALING = 3109, "Horizontal Scaling", I4, RANGE | LIST, Either, Percent;
    /// Vertical scaling, 1 to 65535; 100 leaves the height alone.
    WIA_IPS_YSCALING = 3110, "Vertical Scaling", I4, RANGE | LIST, Either, Percent;
    /// Preview by the preview component (advanced, 0) or by the device alone (basic, 1).
    WIA_IPS_PREVIEW_TYPE = 3111, "Preview Type", I4, NONE, ReadOnly, None;
}
