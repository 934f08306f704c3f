//! What an endorser prints on the paper.

use items::AppItem;
use wia::constant::{
    WIA_ENDORSER_TOK_DATE, WIA_ENDORSER_TOK_DAY, WIA_ENDORSER_TOK_MONTH,
    WIA_ENDORSER_TOK_PAGE_COUNT, WIA_ENDORSER_TOK_TIME, WIA_ENDORSER_TOK_YEAR,
};
use wia::property::WIA_DPS_ENDORSER_STRING;
use wia::{Error, Result};

/// The longest text that [`parse_endorser_string`] gives, in UTF-16 units (`MAX_PATH`).
pub const MAX_ENDORSER_TEXT: usize = 260;

/// What a driver puts in for tokens (`WIAS_ENDORSER_INFO`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndorserInfo<'a> {
    /// The number for `$PAGE_COUNT$`.
    pub page_count: u32,
    /// The device's own tokens with what stands for each (`WIAS_ENDORSER_VALUE`). A token is any text,
    /// also without dollar signs.
    pub values: &'a [(&'a str, &'a str)],
}

/// A moment in local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndorserTime {
    /// Four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

impl EndorserTime {
    /// Now, in the machine's time zone.
    pub fn now() -> EndorserTime {
        let now = jiff::Zoned::now();
        let small = i8::unsigned_abs;
        EndorserTime {
            year: now.year().unsigned_abs(),
            month: small(now.month()),
            day: small(now.day()),
            hour: small(now.hour()),
            minute: small(now.minute()),
            second: small(now.second()),
        }
    }
}

/// The text to print: the root's `WIA_DPS_ENDORSER_STRING` with its tokens replaced, as
/// [`expand_endorser_text`] does it. `item` is any item of the tree.
///
/// # Errors
///
/// `InvalidArgument` when the device has no endorser string, an own token is empty, or the text is
/// longer than [`MAX_ENDORSER_TEXT`]: half a text on the paper would be wrong.
#[doc(alias = "wiasParseEndorserString")]
pub fn parse_endorser_string(
    item: &AppItem,
    info: Option<&EndorserInfo<'_>>,
    time: EndorserTime,
) -> Result<String> {
    let text = item.root().read_str(WIA_DPS_ENDORSER_STRING)?;
    let none = EndorserInfo::default();
    let text = expand_endorser_text(&text, info.unwrap_or(&none), time)?;
    let length = text.encode_utf16().count();
    if length > MAX_ENDORSER_TEXT {
        return Err(Error::invalid(format!(
            "WIA_DPS_ENDORSER_STRING: the text to print has {length} characters; valid: up to {MAX_ENDORSER_TEXT}"
        )));
    }
    Ok(text)
}

/// [`parse_endorser_string`] at this moment.
///
/// # Errors
///
/// As [`parse_endorser_string`].
pub fn parse_endorser_string_now(
    item: &AppItem,
    info: Option<&EndorserInfo<'_>>,
) -> Result<String> {
    parse_endorser_string(item, info, EndorserTime::now())
}

/// Replaces the tokens of a text of any length (the C form's buffer of the caller).
///
/// | token | becomes |
/// |---|---|
/// | `$DATE$` | `YYYY/MM/DD` |
/// | `$TIME$` | `HH:MM:SS` |
/// | `$PAGE_COUNT$` | the page count |
/// | `$DAY$` `$MONTH$` `$YEAR$` | `DD`, `MM`, `YYYY` |
/// | the device's own | its value |
///
/// Numbers of the calendar are padded with zeros (one example of the documentation does not pad, its
/// table does). Where two tokens fit, WIA's comes before the device's own, then the first of the list.
/// What was put in is not looked at again.
///
/// # Errors
///
/// `InvalidArgument` for an own token that is empty.
pub fn expand_endorser_text(
    text: &str,
    info: &EndorserInfo<'_>,
    time: EndorserTime,
) -> Result<String> {
    if info.values.iter().any(|(token, _)| token.is_empty()) {
        return Err(Error::invalid("an endorser token must not be empty"));
    }
    let EndorserTime {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = time;
    let (year, month, day) = (
        format!("{year:04}"),
        format!("{month:02}"),
        format!("{day:02}"),
    );
    let tokens = [
        (WIA_ENDORSER_TOK_DATE, format!("{year}/{month}/{day}")),
        (
            WIA_ENDORSER_TOK_TIME,
            format!("{hour:02}:{minute:02}:{second:02}"),
        ),
        (WIA_ENDORSER_TOK_PAGE_COUNT, info.page_count.to_string()),
        (WIA_ENDORSER_TOK_DAY, day),
        (WIA_ENDORSER_TOK_MONTH, month),
        (WIA_ENDORSER_TOK_YEAR, year),
    ];
    let tokens: Vec<(&str, &str)> = tokens
        .iter()
        .map(|(token, value)| (*token, value.as_str()))
        .chain(info.values.iter().copied())
        .collect();

    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let hit = tokens
            .iter()
            .find_map(|(token, v)| Some((rest.strip_prefix(token)?, v)));
        rest = match hit {
            Some((after, value)) => {
                expanded.push_str(value);
                after
            }
            None => {
                expanded.push(c);
                &rest[c.len_utf8()..]
            }
        };
    }
    Ok(expanded)
}
