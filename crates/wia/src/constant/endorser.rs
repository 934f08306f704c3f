//! Values of imprinter and endorser properties.

constants! {
    /// Nothing is printed.
    WIA_PRINTER_ENDORSER_DISABLED = 0;
    /// The device chooses what is printed on.
    WIA_PRINTER_ENDORSER_AUTO = 1;
    /// Print on documents on the flatbed.
    WIA_PRINTER_ENDORSER_FLATBED = 2;
    /// Print on fronts in the feeder.
    WIA_PRINTER_ENDORSER_FEEDER_FRONT = 3;
    /// Print on backs in the feeder.
    WIA_PRINTER_ENDORSER_FEEDER_BACK = 4;
    /// Print on both sides in the feeder.
    WIA_PRINTER_ENDORSER_FEEDER_DUPLEX = 5;
    /// Print into the image, not on paper.
    WIA_PRINTER_ENDORSER_DIGITAL = 6;
    /// Printing comes before the scan.
    WIA_PRINTER_ENDORSER_BEFORE_SCAN = 0;
    /// Printing comes after the scan.
    WIA_PRINTER_ENDORSER_AFTER_SCAN = 1;
    /// Picture at the left.
    WIA_PRINTER_ENDORSER_GRAPHICS_LEFT = 0;
    /// Picture at the right.
    WIA_PRINTER_ENDORSER_GRAPHICS_RIGHT = 1;
    /// Picture at the top.
    WIA_PRINTER_ENDORSER_GRAPHICS_TOP = 2;
    /// Picture at the bottom.
    WIA_PRINTER_ENDORSER_GRAPHICS_BOTTOM = 3;
    /// Picture at the top left.
    WIA_PRINTER_ENDORSER_GRAPHICS_TOP_LEFT = 4;
    /// Picture at the top right.
    WIA_PRINTER_ENDORSER_GRAPHICS_TOP_RIGHT = 5;
    /// Picture at the bottom left.
    WIA_PRINTER_ENDORSER_GRAPHICS_BOTTOM_LEFT = 6;
    /// Picture at the bottom right.
    WIA_PRINTER_ENDORSER_GRAPHICS_BOTTOM_RIGHT = 7;
    /// Picture behind the text.
    WIA_PRINTER_ENDORSER_GRAPHICS_BACKGROUND = 8;
    /// Picture where the device puts it.
    WIA_PRINTER_ENDORSER_GRAPHICS_DEVICE_DEFAULT = 9;
    /// Token: the date.
    WIA_PRINT_DATE = 0;
    /// Token: the year.
    WIA_PRINT_YEAR = 1;
    /// Token: the month as a number.
    WIA_PRINT_MONTH = 2;
    /// Token: the day of the month.
    WIA_PRINT_DAY = 3;
    /// Token: the day of the week.
    WIA_PRINT_WEEK_DAY = 4;
    /// Token: the time, 24 hours.
    WIA_PRINT_TIME_24H = 5;
    /// Token: the time, 12 hours.
    WIA_PRINT_TIME_12H = 6;
    /// Token: the hour, 24 hours.
    WIA_PRINT_HOUR_24H = 7;
    /// Token: the hour, 12 hours.
    WIA_PRINT_HOUR_12H = 8;
    /// Token: morning or afternoon.
    WIA_PRINT_AM_PM = 9;
    /// Token: the minute.
    WIA_PRINT_MINUTE = 10;
    /// Token: the second.
    WIA_PRINT_SECOND = 11;
    /// Token: the page counter.
    WIA_PRINT_PAGE_COUNT = 12;
    /// Token: the picture.
    WIA_PRINT_IMAGE = 13;
    /// Token: the millisecond.
    WIA_PRINT_MILLISECOND = 14;
    /// Token: the month's name.
    WIA_PRINT_MONTH_NAME = 15;
    /// Token: the month's short name.
    WIA_PRINT_MONTH_SHORT = 16;
    /// Token: the short day of the week.
    WIA_PRINT_WEEK_DAY_SHORT = 17;
    /// The counter is not filled up.
    WIA_PRINT_PADDING_NONE = 0;
    /// The counter is filled up with zeros.
    WIA_PRINT_PADDING_ZERO = 1;
    /// The counter is filled up with blanks.
    WIA_PRINT_PADDING_BLANK = 2;
    /// Font: normal.
    WIA_PRINT_FONT_NORMAL = 0;
    /// Font: bold.
    WIA_PRINT_FONT_BOLD = 1;
    /// Font: extra bold.
    WIA_PRINT_FONT_EXTRA_BOLD = 2;
    /// Font: bold italic.
    WIA_PRINT_FONT_ITALIC_BOLD = 3;
    /// Font: extra bold italic.
    WIA_PRINT_FONT_ITALIC_EXTRA_BOLD = 4;
    /// Font: italic.
    WIA_PRINT_FONT_ITALIC = 5;
    /// Font: small.
    WIA_PRINT_FONT_SMALL = 6;
    /// Font: small bold.
    WIA_PRINT_FONT_SMALL_BOLD = 7;
    /// Font: small extra bold.
    WIA_PRINT_FONT_SMALL_EXTRA_BOLD = 8;
    /// Font: small bold italic.
    WIA_PRINT_FONT_SMALL_ITALIC_BOLD = 9;
    /// Font: small extra bold italic.
    WIA_PRINT_FONT_SMALL_ITALIC_EXTRA_BOLD = 10;
    /// Font: small italic.
    WIA_PRINT_FONT_SMALL_ITALIC = 11;
    /// Font: large.
    WIA_PRINT_FONT_LARGE = 12;
    /// Font: large bold.
    WIA_PRINT_FONT_LARGE_BOLD = 13;
    /// Font: large extra bold.
    WIA_PRINT_FONT_LARGE_EXTRA_BOLD = 14;
    /// Font: large bold italic.
    WIA_PRINT_FONT_LARGE_ITALIC_BOLD = 15;
    /// Font: large extra bold italic.
    WIA_PRINT_FONT_LARGE_ITALIC_EXTRA_BOLD = 16;
    /// Font: large italic.
    WIA_PRINT_FONT_LARGE_ITALIC = 17;
}
