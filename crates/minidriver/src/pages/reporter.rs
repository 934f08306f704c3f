//! Messages of a transfer, and how far the present page is.

use std::time::{Duration, Instant};

use transfer::{Answer, MinidrvTransferCallback, TransferParams};

use super::halt::Interrupted;
use super::stream::ByteCount;

/// Percent of a page between two messages.
const PERCENT_STEP: i32 = 5;
/// A slow page says something at least so often (at its next rows).
const SLOWEST_MESSAGE: Duration = Duration::from_millis(200);

/// Where the messages of a document go.
pub struct Reporter<'a> {
    callback: &'a dyn MinidrvTransferCallback,
    count: &'a ByteCount,
    percent: i32,
    said: Instant,
}

impl<'a> Reporter<'a> {
    pub(super) fn new(
        callback: &'a dyn MinidrvTransferCallback,
        count: &'a ByteCount,
    ) -> Reporter<'a> {
        Reporter {
            callback,
            count,
            percent: 0,
            said: Instant::now(),
        }
    }

    /// `STATUS` when there is something new to say: `done` of `all` (rows or bytes) have come; nobody knows how
    /// far a page is without `all`. At most 99 percent, for the page's end is said when it is written, and
    /// never less than before: a page that is written anew stays where it was until it is there again.
    ///
    /// # Errors
    ///
    /// The application's answer.
    pub fn part(&mut self, done: u64, all: Option<u64>) -> Result<(), Interrupted> {
        let percent = all.map_or(0, |all| done.saturating_mul(100) / all.max(1));
        let percent = i32::try_from(percent).unwrap_or(99).min(99);
        let percent = percent.max(self.percent);
        let due = percent >= self.percent + PERCENT_STEP || self.said.elapsed() >= SLOWEST_MESSAGE;
        match due {
            true => self.status(percent),
            false => Ok(()),
        }
    }

    /// `STATUS` with so many percent of the page.
    pub(super) fn status(&mut self, percent: i32) -> Result<(), Interrupted> {
        self.send(&TransferParams::status(percent, self.count.bytes()))
    }

    /// `NEW_PAGE`.
    pub(super) fn new_page(&mut self) -> Result<(), Interrupted> {
        self.send(&TransferParams::new_page(0, self.count.bytes()))
    }

    fn send(&mut self, params: &TransferParams) -> Result<(), Interrupted> {
        self.percent = params.percent;
        let sent = send(self.callback, params);
        self.said = Instant::now();
        sent
    }
}

/// Sends a message.
pub(super) fn send(
    callback: &dyn MinidrvTransferCallback,
    params: &TransferParams,
) -> Result<(), Interrupted> {
    match callback.send_message(params) {
        Ok(Answer::Continue) => Ok(()),
        Ok(Answer::Cancel) => Err(Interrupted::Cancelled),
        Err(e) => Err(Interrupted::Refused(e)),
    }
}
