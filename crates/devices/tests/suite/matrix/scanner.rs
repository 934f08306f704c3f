//! The virtual scanner, seen through: a cancel that was asked for has reached it when the application
//! goes on, and it can fail in ways that it has no parameter for.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use driver_virtual::{Options, VirtualScanner};
use items::{AppItem, DriverItem};
use minidriver::{DriverModel, FormatInfo, Minidriver};
use service::{Device, DeviceOptions, Service};
use transfer::{
    Answer, ImageFilter, MinidrvTransferCallback, NextStream, TransferContext, TransferParams,
};
use wia::event::WIA_EVENT_CANCEL_IO;
use wia::{Error, ErrorKind, Guid, PropertyId, Result, Status, TransferFlags};

use crate::matrix::cell::Cell;

struct Watched {
    scanner: VirtualScanner,
    failure: Option<ErrorKind>,
    filter: Option<Arc<dyn ImageFilter>>,
    heard: Mutex<Sender<()>>,
}

impl Watched {
    /// What becomes of the scanner's jam.
    fn instead(&self, jam: Error) -> Error {
        match self.failure {
            Some(ErrorKind::ExceptionInDriver) => panic!("as the case wants"),
            Some(kind) => Error::new(kind, "as the case wants"),
            None => jam,
        }
    }
}

/// A scanner, and ways to see and to do what an application cannot.
pub(crate) struct Opened {
    pub(crate) device: Arc<dyn Device>,
    /// Tells that the driver has heard of an event of the service.
    pub(crate) heard: Receiver<()>,
    /// The cancel button of the device.
    pub(crate) button: Box<dyn Fn() + Send + Sync>,
}

/// The scanner of a cell, with the deadline of a line. One that fails with `DeviceLocked` cannot be
/// locked, one that fails with `ExceptionInDriver` panics.
pub(crate) fn open(cell: &Cell, line_deadline: Duration) -> Opened {
    let parameters: Vec<_> = cell
        .parameters()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let scanner = VirtualScanner::new(Options::parse("", &parameters).unwrap()).unwrap();
    let (hears, heard) = mpsc::channel();
    let driver = Arc::new(Watched {
        scanner,
        failure: cell.failure(),
        filter: cell.drivers_filter(),
        heard: Mutex::new(hears),
    });
    let options = DeviceOptions {
        line_deadline,
        ..DeviceOptions::default()
    };
    let service = Service::new(driver.clone(), "virtual:", options);
    Opened {
        device: service.connect().unwrap(),
        heard,
        button: Box::new(move || driver.scanner.notify_pnp_event(WIA_EVENT_CANCEL_IO)),
    }
}

impl Minidriver for Watched {
    fn model(&self) -> DriverModel {
        self.scanner.model()
    }

    fn initialize(&self, device_id: &str) -> Result<DriverItem> {
        self.scanner.initialize(device_id)
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        self.scanner.init_item_properties(item)
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        self.scanner.validate_item_properties(item, changed)
    }

    fn read_item_properties(&self, item: &AppItem, ids: &[PropertyId]) -> Result<()> {
        self.scanner.read_item_properties(item, ids)
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        let streams = context.callback.take();
        context.callback = streams
            .clone()
            .map(|inner| -> Arc<dyn MinidrvTransferCallback> {
                let failure = self.failure;
                Arc::new(Unreported { inner, failure })
            });
        let acquire = AssertUnwindSafe(|| self.scanner.acquire_item_data(item, flags, context));
        let result = catch_unwind(acquire);
        // The service looks for its own.
        context.callback = streams;
        let result = result.unwrap_or_else(|crash| resume_unwind(crash));
        result.map_err(|e| match e.kind() {
            ErrorKind::PaperJam => self.instead(e),
            _ => e,
        })
    }

    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        self.scanner.wia_format_info(item)
    }

    fn lock_device(&self) -> Result<()> {
        if self.failure == Some(ErrorKind::DeviceLocked) {
            return Err(Error::new(ErrorKind::DeviceLocked, "as the case wants"));
        }
        self.scanner.lock_device()
    }

    fn image_filter(&self) -> Option<Arc<dyn ImageFilter>> {
        self.filter.clone()
    }

    fn notify_pnp_event(&self, event: Guid) {
        self.scanner.notify_pnp_event(event);
        let _ = self.heard.lock().unwrap().send(());
    }
}

/// The scanner's way back, on which no jam is told that becomes another failure.
struct Unreported {
    inner: Arc<dyn MinidrvTransferCallback>,
    failure: Option<ErrorKind>,
}

impl MinidrvTransferCallback for Unreported {
    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        self.inner.get_next_stream(item_name, full_item_name)
    }

    fn send_message(&self, params: &TransferParams) -> Result<Answer> {
        match (&params.device_status, self.failure) {
            (Some(Err(jam)), Some(_)) => Err(jam.clone()),
            _ => self.inner.send_message(params),
        }
    }
}
