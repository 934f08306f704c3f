//! A driver with layers around it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use items::{AppItem, DriverItem};
use minidriver::{Capability, DriverModel, FormatInfo, Minidriver};
use transfer::{
    ErrorHandler, ImageFilter, MinidrvTransferCallback, SegmentationFilter, TransferContext,
};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FOLDER};
use wia::event::{WIA_EVENT_CANCEL_IO, WIA_EVENT_DEVICE_DISCONNECTED};
use wia::{Error, Guid, PropertyId, Result, Status, TransferFlags};

use crate::course::{Course, both_sides};
use crate::ending::Before;
use crate::layer::Active;

/// A driver with layers around it: to the service it is the driver.
pub struct Layered {
    driver: Arc<dyn Minidriver>,
    active: Active,
    /// The transfer that runs was cancelled, or the device has gone away.
    cancelled: AtomicBool,
}

impl Layered {
    /// Puts the layers that are switched on around a driver. Without any, and around a driver that knows no
    /// streams, it is the driver itself.
    #[expect(clippy::new_ret_no_self, reason = "a driver with layers is a driver")]
    pub fn new(driver: Arc<dyn Minidriver>, active: Active) -> Arc<dyn Minidriver> {
        if active == Active::NONE || driver.model() == DriverModel::Legacy {
            return driver;
        }
        Arc::new(Layered {
            driver,
            active,
            cancelled: AtomicBool::new(false),
        })
    }

    /// Whether a transfer is none of one document, whose pages cannot change places.
    fn reorders(&self, item: &AppItem) -> bool {
        self.active.side_order && item.category() == WIA_CATEGORY_FEEDER && both_sides(item)
    }
}

/// The service's context, lent to the driver with another callback in it. The service looks for its own.
struct Lent<'a> {
    context: &'a mut TransferContext,
    callback: Arc<dyn MinidrvTransferCallback>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.context.callback = Some(Arc::clone(&self.callback));
    }
}

impl Minidriver for Layered {
    fn model(&self) -> DriverModel {
        self.driver.model()
    }

    /// The driver's own come first.
    fn layers(&self) -> Vec<String> {
        let mut names = self.driver.layers();
        names.extend(self.active.names());
        names
    }

    fn initialize(&self, device_id: &str) -> Result<DriverItem> {
        self.driver.initialize(device_id)
    }

    fn un_initialize(&self) {
        self.driver.un_initialize();
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        self.driver.init_item_properties(item)
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        self.driver.validate_item_properties(item, changed)
    }

    fn read_item_properties(&self, item: &AppItem, ids: &[PropertyId]) -> Result<()> {
        self.driver.read_item_properties(item, ids)
    }

    fn write_item_properties(&self, item: &AppItem, context: &TransferContext) -> Result<()> {
        self.driver.write_item_properties(item, context)
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        let stored = [WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FOLDER].contains(&item.category());
        let streams = flags.contains(TransferFlags::DOWNLOAD) && !stored;
        let Some(callback) = context.callback.clone().filter(|_| streams) else {
            return self.driver.acquire_item_data(item, flags, context);
        };
        let itself = !flags.contains(TransferFlags::ACQUIRE_CHILDREN);
        if itself && context.tymed.is_multipage() && self.reorders(item) {
            return Err(Error::invalid(
                "WIA_IPA_TYMED: the layer side-order needs a stream for each page; valid: TYMED_FILE",
            ));
        }
        self.cancelled.store(false, Ordering::Release);
        let before = Before::of(item);
        let course = Course::new(self.active, Arc::clone(&callback), item, flags, context);
        let course = Arc::new(course);
        let lent = Lent { context, callback };
        lent.context.callback = Some(course.clone());
        let result = self.driver.acquire_item_data(item, flags, lent.context);
        drop(lent);
        let cancelled = self.cancelled.load(Ordering::Acquire);
        course.finish(
            self.driver.as_ref(),
            item,
            context,
            before,
            cancelled,
            result,
        )
    }

    /// Of a feeder whose sides change places there is no document of several pages.
    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        let mut formats = self.driver.wia_format_info(item)?;
        if self.active.side_order && item.category() == WIA_CATEGORY_FEEDER {
            formats.retain(|info| !info.tymed.is_multipage());
        }
        Ok(formats)
    }

    fn lock_device(&self) -> Result<()> {
        self.driver.lock_device()
    }

    fn unlock_device(&self) {
        self.driver.unlock_device();
    }

    fn device_command(&self, item: &AppItem, command: Guid) -> Result<()> {
        self.driver.device_command(item, command)
    }

    fn capabilities(&self) -> Vec<Capability> {
        self.driver.capabilities()
    }

    fn delete_item(&self, item: &AppItem) -> Result<()> {
        self.driver.delete_item(item)
    }

    fn notify_pnp_event(&self, event: Guid) {
        if [WIA_EVENT_CANCEL_IO, WIA_EVENT_DEVICE_DISCONNECTED].contains(&event) {
            self.cancelled.store(true, Ordering::Release);
        }
        self.driver.notify_pnp_event(event);
    }

    fn error_handler(&self) -> Option<Arc<dyn ErrorHandler>> {
        self.driver.error_handler()
    }

    fn image_filter(&self) -> Option<Arc<dyn ImageFilter>> {
        self.driver.image_filter()
    }

    fn headers_are_final(&self) -> bool {
        self.driver.headers_are_final()
    }

    fn segmentation_filter(&self) -> Option<Arc<dyn SegmentationFilter>> {
        self.driver.segmentation_filter()
    }

    fn device_error_string(&self, code: i32) -> Option<String> {
        self.driver.device_error_string(code)
    }
}
