//! The course of one transfer: what the driver has asked for, and how far it is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use items::AppItem;
use transfer::{DocumentProgress, MinidrvTransferCallback, TransferContext};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED};
use wia::property::{WIA_IPA_FORMAT, WIA_IPS_DOCUMENT_HANDLING_SELECT};
use wia::{DocumentHandlingSelect, Error, Result, TransferFlags};

use crate::held::Held;
use crate::layer::Active;
use crate::open::{Open, Rules, lock};
use crate::resolution::Wanted;
use crate::watch::Kind;

/// One transfer.
pub(crate) struct Course {
    pub(crate) job: Job,
    pub(crate) inner: Arc<dyn MinidrvTransferCallback>,
    state: Mutex<State>,
}

/// What does not change during a transfer.
pub(crate) struct Job {
    active: Active,
    item: AppItem,
    format: wia::Guid,
    /// The transfer is one of a page from the glass.
    pub(crate) one_page: bool,
    /// The transfer is one of a feeder that may end late.
    pub(crate) late_empty: bool,
    /// The sides of each sheet come in the wrong order.
    pub(crate) side_order: bool,
    /// Both sides are scanned.
    pub(crate) both_sides: bool,
    /// All pages go into one stream.
    pub(crate) multipage: bool,
    /// The pages that the page writer has made, and how many there were before.
    progress: Option<(Arc<DocumentProgress>, u32)>,
}

/// How far a transfer is.
#[derive(Default)]
pub(crate) struct State {
    /// The stream that the driver has.
    pub(crate) current: Option<Arc<Mutex<Open>>>,
    /// Pages that the driver has gone on from.
    pub(crate) pages: u32,
    /// Streams that nobody wanted.
    pub(crate) skipped: u32,
    /// Bytes of the stream when its present page began.
    pub(crate) page_begins: u64,
    /// The application wants no more, or cannot take it.
    pub(crate) refused: bool,
    /// The driver was told to stop after its one page.
    pub(crate) stopped: bool,
    /// A page that the driver took for complete is not.
    pub(crate) failure: Option<Error>,
    /// The back of a sheet, until its front is through.
    pub(crate) back: Option<Held>,
    /// The back of a sheet has come, or comes; its front is next.
    pub(crate) front_next: bool,
    /// The names that the driver asked with.
    pub(crate) names: (String, String),
}

impl Course {
    pub(crate) fn new(
        active: Active,
        inner: Arc<dyn MinidrvTransferCallback>,
        item: &AppItem,
        flags: TransferFlags,
        context: &TransferContext,
    ) -> Course {
        let itself = !flags.contains(TransferFlags::ACQUIRE_CHILDREN);
        let feeder = item.category() == WIA_CATEGORY_FEEDER;
        let both_sides = feeder && both_sides(item);
        let multipage = context.tymed.is_multipage();
        let progress = context.record.as_ref().map(|record| {
            let progress = Arc::clone(&record.options.progress);
            let before = progress.pages();
            (progress, before)
        });
        Course {
            job: Job {
                active,
                item: item.clone(),
                format: context.format,
                one_page: active.one_page_flatbed
                    && itself
                    && item.category() == WIA_CATEGORY_FLATBED,
                late_empty: active.late_empty && feeder,
                side_order: active.side_order && itself && both_sides && !multipage,
                both_sides,
                multipage,
                progress,
            },
            inner,
            state: Mutex::default(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the stream that the driver had, whose page is complete as the driver says.
    ///
    /// # Errors
    ///
    /// When it is not, or something of it did not arrive. That is the transfer's failure.
    pub(crate) fn end_current(&self) -> Result<()> {
        let Some(open) = self.state().current.take() else {
            return Ok(());
        };
        let mut open = lock(&open);
        let ended = open.end(true);
        let page = open.watch().is_page();
        drop(open);
        let mut state = self.state();
        state.pages += u32::from(page && (self.job.one_page || !self.job.multipage));
        if let Err(e) = &ended {
            state.failure.get_or_insert_with(|| e.clone());
        }
        ended
    }
}

impl Job {
    /// What is to be done with a page of the item of this full name.
    pub(crate) fn rules(&self, full_name: &str) -> Rules {
        let (item, format) = match full_name == self.item.full_name() {
            true => (self.item.clone(), self.format),
            false => {
                let named = self.item.find_by_name(full_name);
                let item = named.unwrap_or_else(|| self.item.clone());
                let format = item.opt_guid(WIA_IPA_FORMAT).unwrap_or(self.format);
                (item, format)
            }
        };
        let kind = Kind::of(format);
        let resolution = { self.active.true_resolution }.filter(|_| kind.has_lines());
        Rules {
            kind,
            true_height: self.active.true_height && kind.has_lines(),
            resolution: resolution.and_then(|how| Some((Wanted::of(&item)?, how))),
        }
    }

    /// Pages that the page writer has completed in this transfer.
    pub(crate) fn linked(&self) -> u32 {
        let progress = self.progress.as_ref();
        progress.map_or(0, |(progress, before)| {
            progress.pages().saturating_sub(*before)
        })
    }
}

/// Whether the feeder is asked for both sides, the front first, as one item.
pub(crate) fn both_sides(item: &AppItem) -> bool {
    use DocumentHandlingSelect as Select;
    let bits = item.opt_i32(WIA_IPS_DOCUMENT_HANDLING_SELECT).unwrap_or(0);
    let select = Select::from_bits_retain(bits);
    let other =
        Select::FRONT_ONLY | Select::BACK_ONLY | Select::BACK_FIRST | Select::ADVANCED_DUPLEX;
    select.contains(Select::DUPLEX) && !select.intersects(other)
}
