//! The bar on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Frames a second at most, so that drawing costs nothing beside scanning.
const FRAMES: u8 = 10;

const PERCENT: u64 = 100;

/// A bar for the pages of one scan. Made with the first progress, so that a scan that is over before
/// draws nothing.
pub(crate) struct Bar {
    bar: ProgressBar,
    pages: Option<u32>,
}

impl Bar {
    /// A bar over `pages`, or over one page after the other when nobody knows how many.
    pub(crate) fn new(pages: Option<u32>) -> Bar {
        let length = u64::from(pages.unwrap_or(1)) * PERCENT;
        let bar =
            ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(FRAMES));
        if let Ok(style) =
            ProgressStyle::with_template("{prefix} [{bar:30}] {percent:>3}%  {msg}  {elapsed}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        Bar { bar, pages }
    }

    /// Shows how far the page is.
    pub(crate) fn show(&self, page: u32, percent: u32, bytes: u64) {
        let of_page = u64::from(percent).min(PERCENT);
        let (position, prefix) = match self.pages {
            Some(pages) => (
                u64::from(page.saturating_sub(1)) * PERCENT + of_page,
                format!("page {page} of {pages}"),
            ),
            None => (of_page, format!("page {page}")),
        };
        self.bar.set_prefix(prefix);
        self.bar
            .set_message(indicatif::DecimalBytes(bytes).to_string());
        self.bar.set_position(position);
    }

    /// Runs `print` with the bar out of the way.
    pub(crate) fn suspend(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Takes the bar off the terminal, or leaves it there: drawing could wait.
    pub(crate) fn remove(self, draw: bool) {
        if !draw {
            self.bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        self.bar.finish_and_clear();
    }
}
