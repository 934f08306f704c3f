//! Telling the observer what happens.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use service::{AppErrorHandler, StatusReport, TransferParams, Window, ask_for_help};
use wia::{DocumentHandlingSelect, ErrorKind, Result, Status};

use crate::event::{Event, Observer};

/// Which sides of a sheet become pages, in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sides {
    Front,
    Back,
    FrontThenBack,
    BackThenFront,
}

impl Sides {
    /// What `WIA_IPS_DOCUMENT_HANDLING_SELECT` says.
    pub(crate) fn of(select: DocumentHandlingSelect) -> Sides {
        use DocumentHandlingSelect as Select;
        if select.contains(Select::BACK_FIRST) {
            Sides::BackThenFront
        } else if select.intersects(Select::DUPLEX | Select::ADVANCED_DUPLEX | Select::FRONT_FIRST)
        {
            Sides::FrontThenBack
        } else if select.contains(Select::BACK_ONLY) {
            Sides::Back
        } else {
            Sides::Front
        }
    }

    /// The sheet of a page, both from 1, and its side.
    pub(crate) fn place(self, page: u32) -> (u32, &'static str) {
        let first = page % 2 == 1;
        match self {
            Sides::Front => (page, "front"),
            Sides::Back => (page, "back"),
            Sides::FrontThenBack => (page.div_ceil(2), if first { "front" } else { "back" }),
            Sides::BackThenFront => (page.div_ceil(2), if first { "back" } else { "front" }),
        }
    }
}

/// Tells the observer what happens, one call at a time.
pub(crate) struct Reporter {
    observer: Arc<dyn Observer>,
    sides: Sides,
    one_at_a_time: Mutex<()>,
}

impl Reporter {
    pub(crate) fn new(observer: Arc<dyn Observer>, sides: Sides) -> Reporter {
        Reporter {
            observer,
            sides,
            one_at_a_time: Mutex::new(()),
        }
    }

    pub(crate) fn event(&self, event: &Event) {
        let _turn = self
            .one_at_a_time
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.observer.event(event);
    }

    /// Asks whether to scan the next page of a flatbed. Nothing else may happen meanwhile.
    pub(crate) fn next_scan(&self, scanned: u32) -> bool {
        self.observer.next_scan(scanned)
    }

    /// A complete, durable page, numbered from 1.
    pub(crate) fn page(&self, page: u32, bytes: u64, file: Option<PathBuf>) {
        let (sheet, side) = self.sides.place(page);
        self.event(&Event::Page {
            page,
            sheet,
            side,
            bytes,
            file,
        });
    }

    /// What takes the device's statuses, where there is somebody to tell.
    pub(crate) fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        self.observer.window()?;
        Some(self)
    }

    /// A message of the driver, while `page` is under way.
    pub(crate) fn progress(&self, page: u32, params: &TransferParams) {
        self.event(&Event::Progress {
            page,
            percent: params.percent.clamp(0, 100).unsigned_abs(),
            bytes: params.transferred_bytes,
        });
    }
}

impl AppErrorHandler for Reporter {
    fn window(&self) -> Option<&dyn Window> {
        self.observer.window()
    }

    /// A double feed is not among the codes of the default handler, but a person can help it all the
    /// same.
    fn report_status(&self, report: &StatusReport<'_>) -> Result<Status> {
        match report.status {
            Err(e) if e.hresult() == ErrorKind::MultiFeed.hresult() => ask_for_help(
                self.observer.window(),
                e,
                "take the sheets apart, put them back",
            ),
            _ => Ok(Status::NotHandled),
        }
    }
}

#[cfg(test)]
mod tests;
