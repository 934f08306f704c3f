//! Values of scanner properties: where paper lies, previews, lamps, feeders, what is found on the page.

constants! {
    /// Documents lie at the left edge.
    LEFT_JUSTIFIED = 0;
    /// Documents lie in the middle.
    CENTERED = 1;
    /// Documents lie at the right edge.
    RIGHT_JUSTIFIED = 2;
    /// Documents lie at the top edge.
    TOP_JUSTIFIED = 0;
    /// Documents lie at the bottom edge.
    BOTTOM_JUSTIFIED = 2;
    /// A scan for keeps.
    WIA_FINAL_SCAN = 0;
    /// A preview.
    WIA_PREVIEW_SCAN = 1;
    /// The preview component makes the preview.
    WIA_ADVANCED_PREVIEW = 0;
    /// The device alone makes the preview.
    WIA_BASIC_PREVIEW = 1;
    /// A dialog should offer a preview.
    WIA_SHOW_PREVIEW_CONTROL = 0;
    /// A dialog should offer no preview.
    WIA_DONT_SHOW_PREVIEW_CONTROL = 1;
    /// Use the segmentation filter to find regions.
    WIA_USE_SEGMENTATION_FILTER = 0;
    /// The driver finds regions itself.
    WIA_DONT_USE_SEGMENTATION_FILTER = 1;
    /// All children of a folder can be transferred in one scan.
    WIA_TRANSFER_CHILDREN_SINGLE_SCAN = 1;
    /// Transfer every item below the folder (`lFlags` of `IWiaTransfer::Download`).
    WIA_TRANSFER_ACQUIRE_CHILDREN = 1;
    /// The image is mirrored (`WIA_IPS_MIRROR`).
    MIRRORED = 1;
    /// Scan until the feeder is empty.
    ALL_PAGES = 0;
    /// Colour slides.
    WIA_FILM_COLOR_SLIDE = 0;
    /// Colour negatives.
    WIA_FILM_COLOR_NEGATIVE = 1;
    /// Black and white negatives.
    WIA_FILM_BW_NEGATIVE = 2;
    /// The lamp is on.
    WIA_LAMP_ON = 0;
    /// The lamp is off.
    WIA_LAMP_OFF = 1;
    /// The presence of a light source can be sensed.
    LIGHT_SOURCE_PRESENT_DETECT = 1;
    /// A light source is present.
    LIGHT_SOURCE_PRESENT = 2;
    /// The readiness of a light source can be sensed.
    LIGHT_SOURCE_DETECT_READY = 4;
    /// The light source is ready.
    LIGHT_SOURCE_READY = 8;
    /// Use the light source.
    LIGHT_SOURCE_SELECT = 1;
    /// Positive film.
    LIGHT_SOURCE_POSITIVE = 2;
    /// Negative film.
    LIGHT_SOURCE_NEGATIVE = 4;
    /// The device finds the frames by itself.
    TRANSPARENCY_DYNAMIC_FRAME_SUPPORT = 1;
    /// The device has fixed frames.
    TRANSPARENCY_STATIC_FRAME_SUPPORT = 2;
    /// Straighten skewed documents.
    WIA_AUTO_DESKEW_ON = 0;
    /// Leave skewed documents alone.
    WIA_AUTO_DESKEW_OFF = 1;
    /// No automatic cropping.
    WIA_AUTO_CROP_DISABLED = 0;
    /// Find one image.
    WIA_AUTO_CROP_SINGLE = 1;
    /// Find several images, each a stream or page of its own.
    WIA_AUTO_CROP_MULTI = 2;
    /// Double feeds are not looked for.
    WIA_MULTI_FEED_DETECT_DISABLED = 0;
    /// A double feed ends the scan with `WIA_ERROR_MULTI_FEED`.
    WIA_MULTI_FEED_DETECT_STOP_ERROR = 1;
    /// A double feed ends the scan with success.
    WIA_MULTI_FEED_DETECT_STOP_SUCCESS = 2;
    /// A double feed is noted and the scan goes on.
    WIA_MULTI_FEED_DETECT_CONTINUE = 3;
    /// A sheet that is too long counts as a double feed.
    WIA_MULTI_FEED_DETECT_METHOD_LENGTH = 0;
    /// Overlapping sheets count as a double feed.
    WIA_MULTI_FEED_DETECT_METHOD_OVERLAP = 1;
    /// Separator sheets are not looked for.
    WIA_SEPARATOR_DISABLED = 0;
    /// Give the separator as a page and go on.
    WIA_SEPARATOR_DETECT_SCAN_CONTINUE = 1;
    /// Give the separator as a page and stop.
    WIA_SEPARATOR_DETECT_SCAN_STOP = 2;
    /// Drop the separator and go on.
    WIA_SEPARATOR_DETECT_NOSCAN_CONTINUE = 3;
    /// Drop the separator and stop.
    WIA_SEPARATOR_DETECT_NOSCAN_STOP = 4;
    /// Blank pages are kept.
    WIA_BLANK_PAGE_DETECTION_DISABLED = 0;
    /// Blank pages are dropped.
    WIA_BLANK_PAGE_DISCARD = 1;
    /// A blank page is a separator.
    WIA_BLANK_PAGE_JOB_SEPARATOR = 2;
    /// Overlong sheets are not allowed.
    WIA_LONG_DOCUMENT_DISABLED = 0;
    /// An overlong sheet is one image.
    WIA_LONG_DOCUMENT_ENABLED = 1;
    /// An overlong sheet becomes several images.
    WIA_LONG_DOCUMENT_SPLIT = 2;
    /// The feeder starts by itself.
    WIA_FEEDER_CONTROL_AUTO = 0;
    /// The feeder starts and stops by command.
    WIA_FEEDER_CONTROL_MANUAL = 1;
    /// Scan ahead as many pages as there are (`WIA_DPS_SCAN_AHEAD_PAGES`).
    WIA_SCAN_AHEAD_ALL = 0;
    /// Do not scan ahead.
    WIA_SCAN_AHEAD_DISABLED = 0;
    /// Scan pages into the device's memory ahead of time.
    WIA_SCAN_AHEAD_ENABLED = 1;
    /// Scan to the edges of the sheet.
    WIA_OVER_SCAN_DISABLED = 0;
    /// Scan beyond the top and bottom edges.
    WIA_OVER_SCAN_TOP_BOTTOM = 1;
    /// Scan beyond the left and right edges.
    WIA_OVER_SCAN_LEFT_RIGHT = 2;
    /// Scan beyond all edges.
    WIA_OVER_SCAN_ALL = 3;
    /// Leave out no colour.
    WIA_COLOR_DROP_DISABLED = 0;
    /// Leave out red.
    WIA_COLOR_DROP_RED = 1;
    /// Leave out green.
    WIA_COLOR_DROP_GREEN = 2;
    /// Leave out blue.
    WIA_COLOR_DROP_BLUE = 3;
    /// Leave out the colour that the three range properties describe.
    WIA_COLOR_DROP_RGB = 4;
    /// No sound.
    WIA_ALARM_NONE = 0;
    /// Sound number 1.
    WIA_ALARM_BEEP1 = 1;
    /// Sound number 2.
    WIA_ALARM_BEEP2 = 2;
    /// Sound number 3.
    WIA_ALARM_BEEP3 = 3;
    /// Sound number 4.
    WIA_ALARM_BEEP4 = 4;
    /// Sound number 5.
    WIA_ALARM_BEEP5 = 5;
    /// Sound number 6.
    WIA_ALARM_BEEP6 = 6;
    /// Sound number 7.
    WIA_ALARM_BEEP7 = 7;
    /// Sound number 8.
    WIA_ALARM_BEEP8 = 8;
    /// Sound number 9.
    WIA_ALARM_BEEP9 = 9;
    /// Sound number 10.
    WIA_ALARM_BEEP10 = 10;
}
