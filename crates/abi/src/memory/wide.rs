//! UTF-16 with a zero at the end.

use crate::LPCWSTR;

/// A text as UTF-16 with a zero at its end. What follows a zero inside the text is left out.
pub fn wide(text: &str) -> Vec<u16> {
    let text = text.split('\0').next().unwrap_or("");
    text.encode_utf16().chain([0]).collect()
}

/// How many units stand before the zero. Null has none.
///
/// # Safety
///
/// `text` is null or UTF-16 with a zero at its end.
pub unsafe fn wide_len(text: LPCWSTR) -> usize {
    if text.is_null() {
        return 0;
    }
    let mut len = 0;
    // SAFETY: units up to the zero are there, as the caller says, and this stops at it.
    while unsafe { text.add(len).read_unaligned() } != 0 {
        len += 1;
    }
    len
}

/// The text before the zero; `None` for null. What is no UTF-16 becomes U+FFFD.
///
/// A `BSTR` can be read in this way too, and so can a constant of C that was passed in its place.
///
/// # Safety
///
/// `text` is null or UTF-16 with a zero at its end.
pub unsafe fn read_wide(text: LPCWSTR) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller's promise is the same.
    let len = unsafe { wide_len(text) };
    // SAFETY: so many units are there.
    let units = (0..len).map(|i| unsafe { text.add(i).read_unaligned() });
    Some(
        char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
    )
}
