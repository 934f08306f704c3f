//! The bar on a terminal.

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use super::stderr::Stderr;

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
    pub(crate) fn new(pages: Option<u32>, stderr: &Arc<Stderr>) -> Bar {
        let length = u64::from(pages.unwrap_or(1)) * PERCENT;
        let screen = Screen {
            stderr: Arc::clone(stderr),
            frame: Mutex::default(),
        };
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(screen), FRAMES);
        let bar = ProgressBar::with_draw_target(Some(length), target);
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

    /// Takes the bar off the terminal.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// The terminal that the bar is drawn on. A frame for which there is no room is not drawn.
struct Screen {
    stderr: Arc<Stderr>,
    frame: Mutex<String>,
}

impl Screen {
    fn add(&self, text: &str) -> io::Result<()> {
        let mut frame = self.frame.lock().unwrap_or_else(PoisonError::into_inner);
        frame.push_str(text);
        Ok(())
    }

    /// Moves the cursor `n` times in the direction of an ANSI control sequence.
    fn go(&self, n: usize, direction: char) -> io::Result<()> {
        match n {
            0 => Ok(()),
            n => self.add(&format!("\x1b[{n}{direction}")),
        }
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        const USUAL: u16 = 80;
        match rustix::termios::tcgetwinsize(io::stderr()) {
            Ok(size) if size.ws_col > 0 => size.ws_col,
            _ => USUAL,
        }
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.go(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.go(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.go(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.go(n, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.add(text)?;
        self.add("\n")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.add(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.add("\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        let frame = mem::take(&mut *self.frame.lock().unwrap_or_else(PoisonError::into_inner));
        self.stderr.offer(frame.as_bytes());
        Ok(())
    }
}

impl Debug for Screen {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Screen")
    }
}
