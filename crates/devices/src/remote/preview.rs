//! The preview component of an item of a device in a host.
//!
//! The host keeps what was scanned and cuts rectangles out of it. The application's filter runs here, on what
//! it gives, as far as the driver has none of its own.

use std::sync::{Arc, Mutex};

use service::{Chain, ImageFilter, Item, Preview, Transfer, TransferCallback, UpdateFlags};
use wia::{Error, ErrorKind, Result, Status};

use super::device::{lock, unexpected};
use super::host::Host;
use super::streams::StreamSide;
use super::transfer::RemoteTransfer;
use crate::host::message::{OfItem, OfPreview, Reply, Request};

pub(crate) struct RemotePreview {
    transfer: Arc<RemoteTransfer>,
    /// The application's, where the driver has none.
    filter: Option<Arc<dyn ImageFilter>>,
    /// Which host's preview, and its number there.
    number: Mutex<(u64, u32)>,
}

impl RemotePreview {
    /// # Errors
    ///
    /// As [`Item::preview`].
    pub(crate) fn new(
        transfer: RemoteTransfer,
        filter: Option<Arc<dyn ImageFilter>>,
    ) -> Result<RemotePreview> {
        let own = transfer.item().shared().has_own_filter();
        let preview = RemotePreview {
            transfer: Arc::new(transfer),
            filter: filter.filter(|_| !own),
            number: Mutex::new((0, 0)),
        };
        preview.begin()?;
        if preview.filter.is_none() && !own {
            return Err(Error::new(
                ErrorKind::NotImplemented,
                format!(
                    "{}: no preview, for its driver has no image filter",
                    preview.transfer.item().full_name()
                ),
            ));
        }
        Ok(preview)
    }

    /// A preview in the host that runs, a new one if that is new.
    fn begin(&self) -> Result<(Arc<Host>, u32)> {
        let item = self.transfer.item();
        let (host, number) = item.place()?;
        let mut known = lock(&self.number);
        if known.0 == host.generation {
            return Ok((host, known.1));
        }
        let request = Request::Item {
            item: number,
            what: OfItem::Preview,
        };
        match host.ask(request, None, item.shared().deadlines.line, "answer")? {
            Reply::Number(preview) => {
                *known = (host.generation, preview);
                Ok((host, preview))
            }
            other => Err(unexpected(&other)),
        }
    }

    fn ask(&self, what: OfPreview) -> Result<(u64, Reply)> {
        let (host, preview) = self.begin()?;
        // To find regions takes a look at all of it.
        let limit = self.transfer.item().shared().deadlines.first_line;
        let request = Request::Preview { preview, what };
        let reply = host.ask(request, None, limit, "answer")?;
        Ok((host.generation, reply))
    }

    /// The application's filter before its callback, with the settings of this item.
    fn chain(&self, item: &str, callback: Arc<dyn TransferCallback>) -> Result<Chain> {
        self.transfer
            .chain_of(self.filter.as_slice(), item, callback)
    }
}

impl Preview for RemotePreview {
    fn transfer(&self) -> Arc<dyn Transfer> {
        Arc::clone(&self.transfer) as Arc<dyn Transfer>
    }

    fn get_new_preview(&self, callback: Arc<dyn TransferCallback>) -> Result<Status> {
        let (host, preview) = self.begin()?;
        let what = OfPreview::New {
            document: self.transfer.document(),
            heard: StreamSide::heard(callback.as_ref()),
        };
        let chain = self.chain(&self.transfer.item().full_name(), callback)?;
        let request = Request::Preview { preview, what };
        self.transfer.streams((host, request), chain, None)
    }

    fn update_preview(
        &self,
        child: &dyn Item,
        flags: UpdateFlags,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status> {
        let (host, preview) = self.begin()?;
        let child = child.full_name();
        let what = OfPreview::Update {
            child: child.clone(),
            flags: flags.bits(),
            document: self.transfer.document(),
            heard: StreamSide::heard(callback.as_ref()),
        };
        let chain = self.chain(&child, callback)?;
        let request = Request::Preview { preview, what };
        self.transfer.streams((host, request), chain, None)
    }

    fn detect_regions(&self) -> Result<Vec<Arc<dyn Item>>> {
        match self.ask(OfPreview::Regions)? {
            (generation, Reply::Items(items)) => Ok(self.transfer.item().others(generation, items)),
            (_, other) => Err(unexpected(&other)),
        }
    }

    fn clear(&self) {
        // Where there is no host there is no preview.
        let _ = self.ask(OfPreview::Clear);
    }
}

impl Drop for RemotePreview {
    fn drop(&mut self) {
        let (generation, preview) = *lock(&self.number);
        let item = self.transfer.item();
        if let Some(host) = item.shared().running()
            && host.generation == generation
        {
            let what = OfPreview::Release;
            let request = Request::Preview { preview, what };
            let _ = host.ask(request, None, item.shared().deadlines.line, "answer");
        }
    }
}
