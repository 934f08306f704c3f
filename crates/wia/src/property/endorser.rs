//! Properties of imprinters and endorsers (`WIA_IPS_PRINTER_ENDORSER…`).

use super::table::properties;

properties! {
    /// What is printed on (`WIA_PRINTER_ENDORSER_…`).
    WIA_IPS_PRINTER_ENDORSER = 4130, "Printer/Endorser", I4, LIST, ReadWrite, None;
    /// Printing before (0) or after (1) the scan.
    WIA_IPS_PRINTER_ENDORSER_ORDER = 4131, "Printer/Endorser Order", I4, NONE, ReadOnly, None;
    /// The counter's next value.
    WIA_IPS_PRINTER_ENDORSER_COUNTER = 4132, "Printer/Endorser Counter", UI4, RANGE, ReadWrite, None;
    /// How much the counter grows with each page.
    WIA_IPS_PRINTER_ENDORSER_STEP = 4133, "Printer/Endorser Step", UI4, RANGE, ReadWrite, None;
    /// Horizontal place of the print.
    WIA_IPS_PRINTER_ENDORSER_XOFFSET = 4134, "Printer/Endorser Horizontal Offset", UI4, RANGE, ReadWrite, ThousandthInch;
    /// Vertical place of the print.
    WIA_IPS_PRINTER_ENDORSER_YOFFSET = 4135, "Printer/Endorser Vertical Offset", UI4, RANGE, ReadWrite, ThousandthInch;
    /// How many lines of text can be printed.
    WIA_IPS_PRINTER_ENDORSER_NUM_LINES = 4136, "Printer/Endorser Lines", UI4, NONE, ReadOnly, None;
    /// The text to print, with tokens such as `$DATE$`.
    WIA_IPS_PRINTER_ENDORSER_STRING = 4137, "Printer/Endorser String", Bstr, LIST, ReadWrite, None;
    /// Characters that can be printed.
    WIA_IPS_PRINTER_ENDORSER_VALID_CHARACTERS = 4138, "Printer/Endorser Valid Characters", Bstr, NONE, ReadOnly, None;
    /// Tokens that the text may hold (`WIA_PRINT_…`).
    WIA_IPS_PRINTER_ENDORSER_VALID_FORMAT_SPECIFIERS = 4139, "Printer/Endorser Valid Format Specifiers", I4, LIST, ReadOnly, None;
    /// Whether text can be uploaded to the device.
    WIA_IPS_PRINTER_ENDORSER_TEXT_UPLOAD = 4140, "Printer/Endorser Text Upload", I4, NONE, ReadOnly, None;
    /// Whether text can be downloaded from the device.
    WIA_IPS_PRINTER_ENDORSER_TEXT_DOWNLOAD = 4141, "Printer/Endorser Text Download", I4, NONE, ReadOnly, None;
    /// Whether pictures can be printed.
    WIA_IPS_PRINTER_ENDORSER_GRAPHICS = 4142, "Printer/Endorser Graphics", I4, NONE, ReadOnly, None;
    /// Place of the picture (`WIA_PRINTER_ENDORSER_GRAPHICS_…`).
    WIA_IPS_PRINTER_ENDORSER_GRAPHICS_POSITION = 4143, "Printer/Endorser Graphics Position", I4, LIST, ReadWrite, None;
    /// Smallest width of a picture.
    WIA_IPS_PRINTER_ENDORSER_GRAPHICS_MIN_WIDTH = 4144, "Printer/Endorser Graphics Minimum Width", UI4, NONE, ReadOnly, Pixels;
    /// Greatest width of a picture.
    WIA_IPS_PRINTER_ENDORSER_GRAPHICS_MAX_WIDTH = 4145, "Printer/Endorser Graphics Maximum Width", UI4, NONE, ReadOnly, Pixels;
    /// Smallest height of a picture.
    WIA_IPS_PRINTER_ENDORSER_GRAPHICS_MIN_HEIGHT = 4146, "Printer/Endorser Graphics Minimum Height", UI4, NONE, ReadOnly, Pixels;
    /// Greatest height of a picture.
    WIA_IPS_PRINTER_ENDORSER_GRAPHICS_MAX_HEIGHT = 4147, "Printer/Endorser Graphics Maximum Height", UI4, NONE, ReadOnly, Pixels;
    /// Whether pictures can be uploaded to the device.
    WIA_IPS_PRINTER_ENDORSER_GRAPHICS_UPLOAD = 4148, "Printer/Endorser Graphics Upload", I4, NONE, ReadOnly, None;
    /// Whether pictures can be downloaded from the device.
    WIA_IPS_PRINTER_ENDORSER_GRAPHICS_DOWNLOAD = 4149, "Printer/Endorser Graphics Download", I4, NONE, ReadOnly, None;
    /// How the counter is filled up: not 0, zeros 1, blanks 2.
    WIA_IPS_PRINTER_ENDORSER_PADDING = 4183, "Printer/Endorser Padding", I4, LIST, ReadWrite, None;
    /// Font of the text (`WIA_PRINT_FONT_…`).
    WIA_IPS_PRINTER_ENDORSER_FONT_TYPE = 4184, "Printer/Endorser Font Type", I4, LIST, ReadWrite, None;
    /// Which ink is used; the numbers are the device's own.
    WIA_IPS_PRINTER_ENDORSER_INK = 4186, "Printer/Endorser Ink", I4, LIST, ReadWrite, None;
    /// Rotation of each character: [`Orientation`](crate::Orientation).
    WIA_IPS_PRINTER_ENDORSER_CHARACTER_ROTATION = 4187, "Printer/Endorser Character Rotation", I4, LIST, ReadWrite, None;
    /// Longest text.
    WIA_IPS_PRINTER_ENDORSER_MAX_CHARACTERS = 4188, "Printer/Endorser Maximum Characters", UI4, NONE, ReadOnly, None;
    /// Most pictures on a page.
    WIA_IPS_PRINTER_ENDORSER_MAX_GRAPHICS = 4189, "Printer/Endorser Maximum Graphics", UI4, NONE, ReadOnly, None;
    /// Number of digits of the counter.
    WIA_IPS_PRINTER_ENDORSER_COUNTER_DIGITS = 4190, "Printer/Endorser Counter Digits", UI4, NONE, ReadOnly, None;
}
