//! Names of page sizes.

use acquire::PageSetting;
use wia::constant::{WIA_PAGE_AUTO, WIA_PAGE_CUSTOM, page_size_by_name};

/// What `--page` means.
///
/// # Errors
///
/// A sentence that says what is valid.
pub(crate) fn parse(text: &str) -> Result<PageSetting, String> {
    match page_size_by_name(text) {
        Some(WIA_PAGE_AUTO) => return Ok(PageSetting::Auto),
        // It says nothing about a size; its name for people is WxH.
        Some(WIA_PAGE_CUSTOM) | None => {}
        Some(number) => return Ok(PageSetting::Named(number)),
    }
    text.split_once(['x', 'X'])
        .and_then(|(width, height)| Some((millimetres(width)?, millimetres(height)?)))
        .map(|(width, height)| PageSetting::Millimetres(width, height))
        .ok_or_else(|| {
            format!(
                "--page {text}: no size of that name; valid are auto, names such as a4, b5, jis-b5, letter \
                 and legal, and WxH in millimetres, each more than 0, such as 210x297"
            )
        })
}

fn millimetres(text: &str) -> Option<f64> {
    text.trim()
        .parse()
        .ok()
        .filter(|mm: &f64| mm.is_finite() && *mm > 0.0)
}
