//! The pieces that PDF objects are made of.

use std::fmt::Write;

use crate::date::Date;

/// A string for people: ASCII as it is, anything else as UTF-16.
pub(super) fn text(text: &str) -> String {
    if text.bytes().all(|b| (b' '..0x7F).contains(&b)) {
        let mut out = String::from("(");
        for c in text.chars() {
            if matches!(c, '(' | ')' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
        out.push(')');
        return out;
    }
    let mut out = String::from("<FEFF");
    for unit in text.encode_utf16() {
        let _ = write!(out, "{unit:04X}");
    }
    out.push('>');
    out
}

/// A string of bytes.
pub(super) fn hex(bytes: impl IntoIterator<Item = u8>) -> String {
    let mut out = String::from("<");
    for byte in bytes {
        let _ = write!(out, "{byte:02X}");
    }
    out.push('>');
    out
}

/// A moment as PDF writes it.
pub(super) fn date(d: Date) -> String {
    format!(
        "(D:{:04}{:02}{:02}{:02}{:02}{:02}Z)",
        d.year, d.month, d.day, d.hour, d.minute, d.second
    )
}

/// A length in ten-thousandths as a number.
pub(super) fn number(ten_thousandths: u64) -> String {
    let (whole, rest) = (ten_thousandths / 10_000, ten_thousandths % 10_000);
    if rest == 0 {
        return whole.to_string();
    }
    let all = format!("{whole}.{rest:04}");
    all.trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces() {
        assert_eq!(text("A (b) \\"), "(A \\(b\\) \\\\)");
        assert_eq!(text("é\u{1F600}"), "<FEFF00E9D83DDE00>");
        assert_eq!(
            text("two\nlines"),
            "<FEFF00740077006F000A006C0069006E00650073>"
        );
        assert_eq!(hex([0, 255]), "<00FF>");
        assert_eq!(number(5_952_000), "595.2");
        assert_eq!(number(30_000), "3");
        assert_eq!(number(2_400), "0.24");
        let moment = Date::from_seconds(951_782_399).map(date);
        assert_eq!(moment.as_deref(), Some("(D:20000228235959Z)"));
    }
}
