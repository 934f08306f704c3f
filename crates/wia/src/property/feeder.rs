//! Properties of scanning items (`WIA_IPS_…`) for feeders and for finding things on the page.

use super::table::properties;

properties! {
    /// What a separator sheet does (`WIA_SEPARATOR_…`); the default is disabled. May end a transfer early.
    WIA_IPS_JOB_SEPARATORS = 4165, "Job Separators", I4, LIST, ReadWrite, None;
    /// Sheets longer than the feeder's maximum (`WIA_LONG_DOCUMENT_…`); the default is disabled. Needs the page size AUTO.
    WIA_IPS_LONG_DOCUMENT = 4166, "Long Document", I4, LIST, ReadWrite, None;
    /// What happens to blank pages (`WIA_BLANK_PAGE_…`); the default is disabled.
    WIA_IPS_BLANK_PAGES = 4167, "Blank Pages", I4, LIST, ReadWrite, None;
    /// How readily a page counts as blank.
    WIA_IPS_BLANK_PAGES_SENSITIVITY = 4192, "Blank Pages Sensitivity", I4, RANGE, ReadWrite, None;
    /// What a double feed does (`WIA_MULTI_FEED_DETECT_…`); the default is disabled.
    WIA_IPS_MULTI_FEED = 4168, "Multi-Feed", I4, LIST, ReadWrite, None;
    /// How readily a double feed is reported.
    WIA_IPS_MULTI_FEED_SENSITIVITY = 4169, "Multi-Feed Sensitivity", I4, RANGE, ReadWrite, None;
    /// How double feeds are found: by length 0, by overlap 1.
    WIA_IPS_MULTI_FEED_DETECT_METHOD = 4193, "Multi-Feed Detection Method", I4, LIST, ReadWrite, None;
    /// Find the images on the bed (`WIA_AUTO_CROP_…`); the default is disabled.
    WIA_IPS_AUTO_CROP = 4170, "Auto-Crop", I4, LIST, ReadWrite, None;
    /// Scan beyond the edges of the sheet (`WIA_OVER_SCAN_…`); the default is disabled.
    WIA_IPS_OVER_SCAN = 4171, "Overscan", I4, LIST, ReadWrite, None;
    /// How far to scan beyond the left edge.
    WIA_IPS_OVER_SCAN_LEFT = 4172, "Overscan Left", UI4, RANGE, ReadWrite, ThousandthInch;
    /// How far to scan beyond the right edge.
    WIA_IPS_OVER_SCAN_RIGHT = 4173, "Overscan Right", UI4, RANGE, ReadWrite, ThousandthInch;
    /// How far to scan beyond the top edge.
    WIA_IPS_OVER_SCAN_TOP = 4174, "Overscan Top", UI4, RANGE, ReadWrite, ThousandthInch;
    /// How far to scan beyond the bottom edge.
    WIA_IPS_OVER_SCAN_BOTTOM = 4175, "Overscan Bottom", UI4, RANGE, ReadWrite, ThousandthInch;
    /// Colour to leave out (`WIA_COLOR_DROP_…`); the default is disabled.
    WIA_IPS_COLOR_DROP = 4176, "Color Drop", I4, LIST, ReadWrite, None;
    /// Range of red to leave out, 0 to 100.
    WIA_IPS_COLOR_DROP_RED = 4177, "Color Drop Red", I4Vector, NONE, ReadWrite, Percent;
    /// Range of green to leave out, 0 to 100.
    WIA_IPS_COLOR_DROP_GREEN = 4178, "Color Drop Green", I4Vector, NONE, ReadWrite, Percent;
    /// Range of blue to leave out, 0 to 100.
    WIA_IPS_COLOR_DROP_BLUE = 4179, "Color Drop Blue", I4Vector, NONE, ReadWrite, Percent;
    /// How many colours can be left out at once.
    WIA_IPS_COLOR_DROP_MULTI = 4191, "Color Drop Multiple", UI4, NONE, ReadOnly, None;
    /// Scan pages into the device's memory before they are asked for; the default is disabled.
    WIA_IPS_SCAN_AHEAD = 4180, "Scan Ahead", I4, LIST, ReadWrite, None;
    /// How many pages the device can hold.
    WIA_IPS_SCAN_AHEAD_CAPACITY = 4181, "Scan Ahead Capacity", UI4, NONE, ReadWrite, None;
    /// Whether the feeder starts by itself (0, the default) or by command (1).
    WIA_IPS_FEEDER_CONTROL = 4182, "Feeder Control", I4, LIST, ReadWrite, None;
    /// Sound when something is wrong: none 0 (the default), `WIA_ALARM_BEEP1` to `WIA_ALARM_BEEP10`.
    WIA_IPS_ALARM = 4185, "Alarm", I4, LIST, ReadWrite, None;
}
