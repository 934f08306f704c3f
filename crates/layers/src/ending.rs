//! What a transfer comes to, from what the driver says at its end and what came.

use items::AppItem;
use minidriver::Minidriver;
use transfer::{Answer, TransferContext, TransferRecord};
use wia::property::{WIA_DPS_DOCUMENT_HANDLING_STATUS, WIA_IPS_PAGES};
use wia::{DocumentHandlingStatus, Error, ErrorKind, Result, Status};

use crate::course::Course;
use crate::layer::{Layer, said};
use crate::open::lock;
use crate::watch::{Came, Kind};

/// What a feeder said of itself before the transfer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    ready: bool,
}

impl Before {
    /// Nothing is asked: what is known is good enough.
    pub(crate) fn of(item: &AppItem) -> Before {
        Before {
            ready: status(item).is_some_and(|s| s.contains(DocumentHandlingStatus::FEED_READY)),
        }
    }
}

/// Where the driver stood when it returned.
struct Place {
    /// Pages that are complete.
    pages: u32,
    /// Whether the driver stood between two pages.
    between: bool,
    /// Whether it had asked for a stream, or begun a page, of which nothing came.
    in_vain: bool,
}

impl Course {
    /// The result of a transfer that the driver ended with `result`; `cancelled` says that somebody told it
    /// to stop, or that the device went away.
    ///
    /// # Errors
    ///
    /// The driver's, or that of a page that it took for complete.
    pub(crate) fn finish(
        &self,
        driver: &dyn Minidriver,
        item: &AppItem,
        context: &TransferContext,
        before: Before,
        cancelled: bool,
        result: Result<Status>,
    ) -> Result<Status> {
        let (refused, stopped, failure) = {
            let state = self.state();
            (state.refused, state.stopped, state.failure.clone())
        };
        if refused || cancelled || failure.is_some() {
            self.give_up();
            return match failure {
                Some(e) if !cancelled => result.and(Err(e)),
                _ => result,
            };
        }
        if stopped {
            return after_the_only_page(result);
        }
        let place = self.place(context);
        let whole = place.between && place.pages == 1 && !place.in_vain;
        let no_more = match &result {
            Err(e) => e.kind() == ErrorKind::PaperEmpty,
            Ok(status) => matches!(status, Status::EndOfMedia),
        };
        if self.job.one_page && whole && no_more && !self.is_told_to_stop() {
            return self.complete(Ok(Status::Ok));
        }
        if self.ended_late(&result, &place)
            && feeder_is_empty(driver, item)
            && !self.is_told_to_stop()
        {
            said(
                Layer::LateEmpty,
                "the driver noticed late that its feeder is empty",
            );
            if place.pages == 0 {
                self.take_back(&place);
                self.give_up();
                let what = result
                    .err()
                    .map_or_else(String::new, |e| format!("the driver said: {e}"));
                return Err(Error::new(ErrorKind::PaperEmpty, what));
            }
            // A sheet of which one side came was not the last: something became of it.
            if before.ready && !(self.job.both_sides && place.pages % 2 == 1) {
                self.take_back(&place);
                return self.complete(Ok(ended(item, place.pages, &result)));
            }
        }
        if self.state().refused {
            self.give_up();
            return result;
        }
        match result {
            Ok(Status::Ok | Status::EndOfMedia | Status::SkipItem) => self.complete(result),
            Ok(_) => {
                self.give_up();
                result
            }
            Err(_) => {
                self.rescue_side(&place);
                self.give_up();
                result
            }
        }
    }

    fn place(&self, context: &TransferContext) -> Place {
        let page_open = { context.record.as_ref() }.is_some_and(TransferRecord::page_open);
        let state = self.state();
        let (pages, skipped) = (state.pages, state.skipped);
        let Some(open) = &state.current else {
            return Place {
                pages: pages + skipped,
                between: !page_open,
                in_vain: false,
            };
        };
        let open = lock(open);
        let (watch, linked) = (open.watch(), self.job.linked());
        let nothing = !page_open && watch.end() == state.page_begins;
        if self.job.multipage {
            // A document that the driver made by itself is not looked into.
            let known = linked > 0 || watch.end() == 0;
            return Place {
                pages: linked,
                between: known && !page_open,
                in_vain: known && nothing,
            };
        }
        let in_vain = !page_open && matches!(watch.came(), Came::Nothing | Came::NoLine);
        let by_page_writer = linked > 0 && self.job.rules(&state.names.1).kind == Kind::Tiff;
        let whole = !page_open && (watch.is_whole() || by_page_writer && linked > pages);
        Place {
            pages: pages + skipped + u32::from(whole),
            between: in_vain || whole,
            in_vain,
        }
    }

    /// Whether this can be the end of a feeder that noticed too late.
    fn ended_late(&self, result: &Result<Status>, place: &Place) -> bool {
        let kind = match result {
            Ok(Status::Ok | Status::EndOfMedia) => return self.job.late_empty && place.in_vain,
            Ok(_) => return false,
            Err(e) => e.kind(),
        };
        use ErrorKind::{DeviceCommunication, Fail, General};
        self.job.late_empty && place.between && matches!(kind, General | Fail | DeviceCommunication)
    }

    /// All pages are complete: what waits goes to the application.
    fn complete(&self, result: Result<Status>) -> Result<Status> {
        let current = self.state().current.clone();
        let empty = current.is_some_and(|open| !lock(&open).watch().is_page());
        self.end_current()?;
        if empty && self.state().front_next {
            self.state().back = None;
        }
        match self.give_back_side()? {
            Answer::Continue => result,
            Answer::Cancel => Ok(Status::Cancelled),
        }
    }

    /// The driver failed. The back of a sheet is kept when it is complete, in the place of a front that is
    /// not.
    fn rescue_side(&self, place: &Place) {
        let (front_next, waits) = {
            let state = self.state();
            (state.front_next, state.back.is_some())
        };
        if !waits || front_next && (!place.between || place.in_vain) {
            return;
        }
        if front_next || place.between && !place.in_vain {
            // The driver's failure is the one to tell.
            drop(self.end_current().and_then(|()| self.give_back_side()));
            return;
        }
        let (back, current) = {
            let mut state = self.state();
            (state.back.take(), state.current.clone())
        };
        if let (Some(back), Some(open)) = (back, current) {
            let mut open = lock(&open);
            let kept = open.take_back();
            drop(kept.and_then(|()| open.fill(|stream| back.copy_to(stream).map(drop))));
        }
    }

    /// Takes back what there is of a page without a line. Where that cannot be done it stays unfinished.
    fn take_back(&self, place: &Place) {
        let current = self.state().current.clone();
        if let Some(open) = current.filter(|_| place.in_vain && !self.job.multipage) {
            drop(lock(&open).take_back());
        }
    }

    /// Nothing more is done with what is under way.
    fn give_up(&self) {
        let (current, back) = {
            let mut state = self.state();
            (state.current.take(), state.back.take())
        };
        drop(back);
        if let Some(open) = current {
            // An unfinished page stays as it is.
            drop(lock(&open).end(false));
        }
    }
}

/// The driver was told to stop after the one page of the glass, which is complete.
fn after_the_only_page(result: Result<Status>) -> Result<Status> {
    match result {
        Err(e) if !matches!(e.kind(), ErrorKind::PaperEmpty | ErrorKind::Reverted) => Err(e),
        _ => Ok(Status::Ok),
    }
}

/// How a feeder has ended that gave so many pages.
fn ended(item: &AppItem, pages: u32, result: &Result<Status>) -> Status {
    let wanted = item.opt_i32(WIA_IPS_PAGES).unwrap_or(0);
    let fewer = u32::try_from(wanted).is_ok_and(|wanted| pages < wanted);
    match result {
        Ok(Status::EndOfMedia) => Status::EndOfMedia,
        _ if fewer => Status::EndOfMedia,
        _ => Status::Ok,
    }
}

/// Asks the device whether its feeder is empty and nothing else is wrong.
fn feeder_is_empty(driver: &dyn Minidriver, item: &AppItem) -> bool {
    use DocumentHandlingStatus as Has;
    let wrong = Has::PAPER_JAM
        | Has::PATH_COVER_UP
        | Has::MULTIPLE_FEED
        | Has::DEVICE_ATTENTION
        | Has::LAMP_ERR;
    let asked = driver.read_item_properties(&item.root(), &[WIA_DPS_DOCUMENT_HANDLING_STATUS]);
    asked.is_ok() && status(item).is_some_and(|s| !s.intersects(wrong | Has::FEED_READY))
}

fn status(item: &AppItem) -> Option<DocumentHandlingStatus> {
    let bits = item.root().opt_i32(WIA_DPS_DOCUMENT_HANDLING_STATUS)?;
    Some(DocumentHandlingStatus::from_bits_retain(bits))
}
