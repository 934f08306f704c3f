//! Page sizes (`WIA_IPS_PAGE_SIZE`, `WIA_DPS_PAGE_SIZE`): numbers, names, dimensions.

/// How a size is published.
#[derive(Clone, Copy)]
enum Published {
    /// Width and height in millimetres (ISO 216, ISO 269, JIS P 0138, DIN 476).
    Mm(i32, i32),
    /// Width and height in thousandths of an inch.
    Mil(i32, i32),
    /// No size of its own.
    Unknown,
}

struct Row {
    value: i32,
    header: &'static str,
    short: &'static str,
    size: Published,
}

/// Declares a constant for each page size and the table of all of them.
macro_rules! page_sizes {
    ($($(#[$doc:meta])* $name:ident = $value:literal, $short:literal, $size:ident $(($w:literal, $h:literal))?;)*) => {
        $($(#[$doc])* pub const $name: i32 = $value;)*

        const ROWS: &[Row] = &[$(Row {
            value: $value,
            header: stringify!($name),
            short: $short,
            size: Published::$size $(($w, $h))?,
        },)*];

        pub(super) const TABLE: &[(&str, i32)] = &[
            $((stringify!($name), $value),)*
            ("WIA_PAGE_A4", WIA_PAGE_A4),
            ("WIA_PAGE_LETTER", WIA_PAGE_LETTER),
            ("WIA_PAGE_CUSTOM_BASE", WIA_PAGE_CUSTOM_BASE),
        ];
    };
}

/// Older name of [`WIA_PAGE_ISO_A4`].
pub const WIA_PAGE_A4: i32 = 0;
/// Older name of [`WIA_PAGE_USLETTER`].
pub const WIA_PAGE_LETTER: i32 = 1;
/// The first number for a device's own page sizes.
pub const WIA_PAGE_CUSTOM_BASE: i32 = 32768;

page_sizes! {
    /// ISO A4: 210 × 297 mm.
    WIA_PAGE_ISO_A4 = 0, "a4", Mm(210, 297);
    /// US letter: 8.5 × 11 inches.
    WIA_PAGE_USLETTER = 1, "letter", Mil(8500, 11000);
    /// The extents say how large; no size of its own.
    WIA_PAGE_CUSTOM = 2, "custom", Unknown;
    /// US legal: 8.5 × 14 inches.
    WIA_PAGE_USLEGAL = 3, "legal", Mil(8500, 14000);
    /// US ledger (tabloid): 11 × 17 inches.
    WIA_PAGE_USLEDGER = 4, "ledger", Mil(11000, 17000);
    /// US statement: 5.5 × 8.5 inches.
    WIA_PAGE_USSTATEMENT = 5, "statement", Mil(5500, 8500);
    /// Business card: 90 × 55 mm.
    WIA_PAGE_BUSINESSCARD = 6, "businesscard", Mm(90, 55);
    /// ISO A0: 841 × 1189 mm.
    WIA_PAGE_ISO_A0 = 7, "a0", Mm(841, 1189);
    /// ISO A1: 594 × 841 mm.
    WIA_PAGE_ISO_A1 = 8, "a1", Mm(594, 841);
    /// ISO A2: 420 × 594 mm.
    WIA_PAGE_ISO_A2 = 9, "a2", Mm(420, 594);
    /// ISO A3: 297 × 420 mm.
    WIA_PAGE_ISO_A3 = 10, "a3", Mm(297, 420);
    /// ISO A5: 148 × 210 mm.
    WIA_PAGE_ISO_A5 = 11, "a5", Mm(148, 210);
    /// ISO A6: 105 × 148 mm.
    WIA_PAGE_ISO_A6 = 12, "a6", Mm(105, 148);
    /// ISO A7: 74 × 105 mm.
    WIA_PAGE_ISO_A7 = 13, "a7", Mm(74, 105);
    /// ISO A8: 52 × 74 mm.
    WIA_PAGE_ISO_A8 = 14, "a8", Mm(52, 74);
    /// ISO A9: 37 × 52 mm.
    WIA_PAGE_ISO_A9 = 15, "a9", Mm(37, 52);
    /// ISO A10: 26 × 37 mm.
    WIA_PAGE_ISO_A10 = 16, "a10", Mm(26, 37);
    /// ISO B0: 1000 × 1414 mm.
    WIA_PAGE_ISO_B0 = 17, "b0", Mm(1000, 1414);
    /// ISO B1: 707 × 1000 mm.
    WIA_PAGE_ISO_B1 = 18, "b1", Mm(707, 1000);
    /// ISO B2: 500 × 707 mm.
    WIA_PAGE_ISO_B2 = 19, "b2", Mm(500, 707);
    /// ISO B3: 353 × 500 mm.
    WIA_PAGE_ISO_B3 = 20, "b3", Mm(353, 500);
    /// ISO B4: 250 × 353 mm.
    WIA_PAGE_ISO_B4 = 21, "b4", Mm(250, 353);
    /// ISO B5: 176 × 250 mm.
    WIA_PAGE_ISO_B5 = 22, "b5", Mm(176, 250);
    /// ISO B6: 125 × 176 mm.
    WIA_PAGE_ISO_B6 = 23, "b6", Mm(125, 176);
    /// ISO B7: 88 × 125 mm.
    WIA_PAGE_ISO_B7 = 24, "b7", Mm(88, 125);
    /// ISO B8: 62 × 88 mm.
    WIA_PAGE_ISO_B8 = 25, "b8", Mm(62, 88);
    /// ISO B9: 44 × 62 mm.
    WIA_PAGE_ISO_B9 = 26, "b9", Mm(44, 62);
    /// ISO B10: 31 × 44 mm.
    WIA_PAGE_ISO_B10 = 27, "b10", Mm(31, 44);
    /// ISO C0: 917 × 1297 mm.
    WIA_PAGE_ISO_C0 = 28, "c0", Mm(917, 1297);
    /// ISO C1: 648 × 917 mm.
    WIA_PAGE_ISO_C1 = 29, "c1", Mm(648, 917);
    /// ISO C2: 458 × 648 mm.
    WIA_PAGE_ISO_C2 = 30, "c2", Mm(458, 648);
    /// ISO C3: 324 × 458 mm.
    WIA_PAGE_ISO_C3 = 31, "c3", Mm(324, 458);
    /// ISO C4: 229 × 324 mm.
    WIA_PAGE_ISO_C4 = 32, "c4", Mm(229, 324);
    /// ISO C5: 162 × 229 mm.
    WIA_PAGE_ISO_C5 = 33, "c5", Mm(162, 229);
    /// ISO C6: 114 × 162 mm.
    WIA_PAGE_ISO_C6 = 34, "c6", Mm(114, 162);
    /// ISO C7: 81 × 114 mm.
    WIA_PAGE_ISO_C7 = 35, "c7", Mm(81, 114);
    /// ISO C8: 57 × 81 mm.
    WIA_PAGE_ISO_C8 = 36, "c8", Mm(57, 81);
    /// ISO C9: 40 × 57 mm.
    WIA_PAGE_ISO_C9 = 37, "c9", Mm(40, 57);
    /// ISO C10: 28 × 40 mm.
    WIA_PAGE_ISO_C10 = 38, "c10", Mm(28, 40);
    /// JIS B0: 1030 × 1456 mm.
    WIA_PAGE_JIS_B0 = 39, "jis-b0", Mm(1030, 1456);
    /// JIS B1: 728 × 1030 mm.
    WIA_PAGE_JIS_B1 = 40, "jis-b1", Mm(728, 1030);
    /// JIS B2: 515 × 728 mm.
    WIA_PAGE_JIS_B2 = 41, "jis-b2", Mm(515, 728);
    /// JIS B3: 364 × 515 mm.
    WIA_PAGE_JIS_B3 = 42, "jis-b3", Mm(364, 515);
    /// JIS B4: 257 × 364 mm.
    WIA_PAGE_JIS_B4 = 43, "jis-b4", Mm(257, 364);
    /// JIS B5: 182 × 257 mm.
    WIA_PAGE_JIS_B5 = 44, "jis-b5", Mm(182, 257);
    /// JIS B6: 128 × 182 mm.
    WIA_PAGE_JIS_B6 = 45, "jis-b6", Mm(128, 182);
    /// JIS B7: 91 × 128 mm.
    WIA_PAGE_JIS_B7 = 46, "jis-b7", Mm(91, 128);
    /// JIS B8: 64 × 91 mm.
    WIA_PAGE_JIS_B8 = 47, "jis-b8", Mm(64, 91);
    /// JIS B9: 45 × 64 mm.
    WIA_PAGE_JIS_B9 = 48, "jis-b9", Mm(45, 64);
    /// JIS B10: 32 × 45 mm.
    WIA_PAGE_JIS_B10 = 49, "jis-b10", Mm(32, 45);
    /// JIS 2A: 1189 × 1682 mm.
    WIA_PAGE_JIS_2A = 50, "jis-2a", Mm(1189, 1682);
    /// JIS 4A: 1682 × 2378 mm.
    WIA_PAGE_JIS_4A = 51, "jis-4a", Mm(1682, 2378);
    /// DIN 2B: 1414 × 2000 mm.
    WIA_PAGE_DIN_2B = 52, "din-2b", Mm(1414, 2000);
    /// DIN 4B: 2000 × 2828 mm.
    WIA_PAGE_DIN_4B = 53, "din-4b", Mm(2000, 2828);
    /// The device finds each sheet's size; it is known only when the page is complete.
    WIA_PAGE_AUTO = 100, "auto", Unknown;
}

/// The short name of a page size, such as `"a4"`, `"letter"`, `"jis-b5"`, `"auto"`.
pub fn page_size_name(value: i32) -> Option<&'static str> {
    row(value).map(|r| r.short)
}

/// The number of a page size from its short name (`"a4"`, `"letter"`, `"b5"`, `"jis-b5"`, `"tabloid"`)
/// or its header name (`"WIA_PAGE_ISO_A4"`, `"ISO_A4"`, `"USLETTER"`), in any case of letters, with or
/// without separators.
pub fn page_size_by_name(name: &str) -> Option<i32> {
    let asked = plain(name);
    let asked = asked.strip_prefix("wiapage").unwrap_or(&asked);
    if asked == "tabloid" {
        return Some(WIA_PAGE_USLEDGER);
    }
    ROWS.iter()
        .find(|r| plain(r.short) == asked || plain(r.header).strip_prefix("wiapage") == Some(asked))
        .map(|r| r.value)
}

/// Width and height of a page size, upright, in thousandths of an inch.
///
/// Sizes that are defined in millimetres are rounded down, as the header's comments have them (A4:
/// 8267 × 11692). `None` for [`WIA_PAGE_AUTO`], [`WIA_PAGE_CUSTOM`] and numbers without a meaning.
pub fn page_dimensions(value: i32) -> Option<(i32, i32)> {
    match row(value)?.size {
        Published::Mm(width, height) => Some((thousandths(width), thousandths(height))),
        Published::Mil(width, height) => Some((width, height)),
        Published::Unknown => None,
    }
}

/// An inch is 25.4 mm.
const fn thousandths(mm: i32) -> i32 {
    mm * 10_000 / 254
}

fn row(value: i32) -> Option<&'static Row> {
    ROWS.iter().find(|r| r.value == value)
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}
