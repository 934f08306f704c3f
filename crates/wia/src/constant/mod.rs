//! Numbers that properties and parameters take, under their header names.
//!
//! What is a set of bits lives in [`flags`](crate::flags) instead, unless it has no type there; what
//! code matches on also has an enumeration, such as [`Compression`](crate::Compression).

/// Declares constants and the table of their names.
macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        $($(#[$doc])* pub const $name: i32 = $value;)*

        pub(super) const TABLE: &[(&str, i32)] = &[$((stringify!($name), $value),)*];
    };
}

mod camera;
mod endorser;
mod image;
mod page_size;
mod reader;
mod scanner;
mod service;

pub use camera::*;
pub use endorser::*;
pub use image::*;
pub use page_size::*;
pub use reader::*;
pub use scanner::*;
pub use service::*;

/// Endorser text token: the date.
pub const WIA_ENDORSER_TOK_DATE: &str = "$DATE$";
/// Endorser text token: the day of the month.
pub const WIA_ENDORSER_TOK_DAY: &str = "$DAY$";
/// Endorser text token: the month.
pub const WIA_ENDORSER_TOK_MONTH: &str = "$MONTH$";
/// Endorser text token: the page counter.
pub const WIA_ENDORSER_TOK_PAGE_COUNT: &str = "$PAGE_COUNT$";
/// Endorser text token: the time.
pub const WIA_ENDORSER_TOK_TIME: &str = "$TIME$";
/// Endorser text token: the year.
pub const WIA_ENDORSER_TOK_YEAR: &str = "$YEAR$";

const TABLES: [&[(&str, i32)]; 7] = [
    image::TABLE,
    page_size::TABLE,
    scanner::TABLE,
    reader::TABLE,
    endorser::TABLE,
    camera::TABLE,
    service::TABLE,
];

/// Every number of this module with its name.
pub fn all() -> impl Iterator<Item = (&'static str, i32)> {
    TABLES.into_iter().flatten().copied()
}

/// The number of a name, with or without `WIA_`, in any case of letters.
pub fn by_name(name: &str) -> Option<i32> {
    all()
        .find(|(n, _)| crate::identifiers::is_called(n, "WIA_", name))
        .map(|(_, value)| value)
}
