//! Filters of rows as one image filter of a transfer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use formats::DocumentFormat;
use items::AppItem;
use raster::Area;
use transfer::{Answer, ImageFilter, NextStream, Stream, TransferCallback, TransferParams};
use wia::category::{WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FOLDER};
use wia::constant::WIA_PAGE_AUTO;
use wia::format::WIA_IMG_FMT_MEMORYBMP;
use wia::property::{WIA_IPA_FORMAT, WIA_IPS_PAGE_SIZE};
use wia::{Error, ErrorKind, Orientation, Result, TransferMessage};

use crate::document::{Below, Kind};
use crate::preview;
use crate::rows::{Filter, RowFilter};
use crate::stream::{Job, RowsStream, lock};

/// An [`ImageFilter`] of any number of row filters, in order.
pub struct Filters {
    name: String,
    filters: Vec<Box<dyn Filter>>,
    /// Whether the driver's headers are final.
    trusted: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    item: Option<AppItem>,
    callback: Option<Arc<dyn TransferCallback>>,
    job: Option<Arc<Mutex<Job>>>,
}

impl Filters {
    /// These filters, for one transfer at a time.
    pub fn new(filters: Vec<Box<dyn Filter>>) -> Filters {
        let names: Vec<_> = filters.iter().map(|filter| filter.name()).collect();
        Filters {
            name: names.join(", "),
            filters,
            trusted: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    pub(crate) fn callback(&self) -> Result<Arc<dyn TransferCallback>> {
        let callback = lock(&self.state).callback.clone();
        callback.ok_or_else(|| Error::new(ErrorKind::Unexpected, "the filter has no callback"))
    }

    /// The filters that have something to do for an item.
    pub(crate) fn for_item(&self, item: &AppItem) -> Result<Vec<Box<dyn RowFilter>>> {
        let made = self.filters.iter().map(|filter| filter.for_item(item));
        made.filter_map(Result::transpose).collect()
    }

    /// The item that is transferred.
    fn item(&self, full_name: &str) -> Option<AppItem> {
        let item = lock(&self.state).item.clone()?;
        Some(item.find_by_name(full_name).unwrap_or(item))
    }

    /// What is made of the stream of an item: the stream itself when it passes as it is.
    fn stream(&self, full_name: &str, stream: Box<dyn Stream>) -> Result<Box<dyn Stream>> {
        let Some(item) = self.item(full_name).filter(|item| !is_stored(item)) else {
            return Ok(stream);
        };
        let filters = self.for_item(&item)?;
        let Some(kind) = kind(&item).filter(|_| !filters.is_empty()) else {
            return Ok(stream);
        };
        let waits = item.opt_i32(WIA_IPS_PAGE_SIZE) == Some(WIA_PAGE_AUTO)
            && !self.trusted.load(Ordering::Relaxed);
        let job = Job::new(filters, kind, &item, Below::new(stream)?, waits)?;
        let job = Arc::new(Mutex::new(job));
        lock(&self.state).job = Some(Arc::clone(&job));
        Ok(Box::new(RowsStream { job, position: 0 }))
    }
}

/// What can be done with an item's format.
pub(crate) fn kind(item: &AppItem) -> Option<Kind> {
    let format = item.opt_guid(WIA_IPA_FORMAT)?;
    if format == WIA_IMG_FMT_MEMORYBMP {
        return Some(Kind::Bitmap);
    }
    match DocumentFormat::from_wia_format(format)? {
        DocumentFormat::Raw => Some(Kind::Raw),
        DocumentFormat::Bmp => Some(Kind::Bitmap),
        format @ (DocumentFormat::Tiff | DocumentFormat::Png | DocumentFormat::Jpeg) => {
            Some(Kind::File(format))
        }
        DocumentFormat::Pdf | DocumentFormat::Pdfa => None,
    }
}

/// Whether an item is a file or folder of a storage, which is not filtered.
pub(crate) fn is_stored(item: &AppItem) -> bool {
    [WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FOLDER].contains(&item.category())
}

impl TransferCallback for Filters {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let callback = self.callback()?;
        let job = lock(&self.state).job.clone();
        let Some(job) = job else {
            return callback.transfer_callback(params);
        };
        let flushed = {
            let mut job = lock(&job);
            match params.message {
                TransferMessage::NewPage => job.new_page(),
                TransferMessage::EndOfStream => {
                    let flushed = job.finish();
                    job.release();
                    flushed
                }
                _ => Ok(()),
            }
        };
        let params = TransferParams {
            transferred_bytes: lock(&job).bytes(),
            ..params.clone()
        };
        let answer = callback.transfer_callback(&params);
        if params.message == TransferMessage::EndOfStream {
            lock(&self.state).job = None;
        }
        flushed?;
        answer
    }

    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        lock(&self.state).job = None;
        let answer = self
            .callback()?
            .get_next_stream(item_name, full_item_name)?;
        let NextStream::Stream(stream) = answer else {
            return Ok(answer);
        };
        Ok(NextStream::Stream(self.stream(full_item_name, stream)?))
    }
}

impl ImageFilter for Filters {
    fn name(&self) -> &str {
        &self.name
    }

    fn turn(&self) -> Orientation {
        let turns = self.filters.iter().map(|filter| filter.turn());
        turns.fold(Orientation::Portrait, Orientation::then)
    }

    fn trust_headers(&self) {
        self.trusted.store(true, Ordering::Relaxed);
    }

    fn initialize_filter(&self, item: &AppItem, callback: Arc<dyn TransferCallback>) -> Result<()> {
        *lock(&self.state) = State {
            item: Some(item.clone()),
            callback: Some(callback),
            job: None,
        };
        Ok(())
    }

    fn set_new_callback(&self, callback: Option<Arc<dyn TransferCallback>>) -> Result<()> {
        let mut state = lock(&self.state);
        state.callback = callback;
        state.job = None;
        Ok(())
    }

    fn filter_preview_image(
        &self,
        child: &AppItem,
        extents: Area,
        input: &mut dyn Stream,
    ) -> Result<Answer> {
        preview::filter(self, child, extents, input)
    }
}

impl std::fmt::Debug for Filters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Filters").field(&self.name).finish()
    }
}
