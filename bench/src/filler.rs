//! A driver that does nothing but fill bands, so that what is measured is the way they take.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use items::{AppItem, DriverItem, FormatRule, RootInfo, ScannerRules};
use minidriver::{FormatInfo, Minidriver};
use service::{Device, DeviceOptions, Service};
use transfer::{Answer, TransferContext};
use wia::category::{WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::{
    DataMessage, Error, Guid, ItemFlags, PropertyId, Result, Status, TransferFlags, TransferStatus,
};

/// The bytes of band `n`.
pub(crate) fn fill(band: &mut [u8], n: u64) {
    band.fill(n as u8);
}

/// Sends so many bands of the whole buffer.
pub(crate) struct Filler {
    bands: AtomicU64,
    rules: ScannerRules,
}

impl Filler {
    /// A device that sends `bands` bands at each transfer, and likes buffers of `size` bytes.
    ///
    /// # Errors
    ///
    /// What the service says.
    pub(crate) fn device(bands: u64, size: usize) -> Result<Arc<dyn Device>> {
        let rules = ScannerRules {
            formats: vec![FormatRule::bmp(), FormatRule::memory_bmp()],
            buffer_size: i32::try_from(size).unwrap_or(i32::MAX),
            ..ScannerRules::new((1000, 1000))
        };
        let driver = Filler {
            bands: AtomicU64::new(bands),
            rules,
        };
        Service::new(Arc::new(driver), "filler", DeviceOptions::default()).connect()
    }
}

impl Minidriver for Filler {
    fn initialize(&self, _: &str) -> Result<DriverItem> {
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
        let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT)?;
        let source = ItemFlags::PROGRAMMABLE_DATA_SOURCE
            | ItemFlags::TRANSFER
            | ItemFlags::IMAGE
            | ItemFlags::FILE;
        DriverItem::new_child(&root, source, "Flatbed", WIA_CATEGORY_FLATBED, None)?;
        Ok(root)
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        if item.category() == WIA_CATEGORY_FLATBED {
            return items::declare_scanner_item(item, &self.rules);
        }
        items::declare_root(item, &RootInfo::default());
        Ok(())
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        items::validate_scanner_item(item, changed, &self.rules)
    }

    fn acquire_item_data(
        &self,
        _: &AppItem,
        _: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        let callback = context.data_callback.clone();
        let callback = callback.ok_or_else(|| Error::invalid("bands only"))?;
        let length = context.buffer_size;
        for n in 0..self.bands.load(Ordering::Relaxed) {
            fill(&mut context.transfer_buffer, n);
            let to_client = TransferStatus::TRANSFER_TO_CLIENT;
            // Each image is one band: offsets of 32 bits would not do for all that is sent.
            match callback.mini_drv_callback(
                DataMessage::Data,
                to_client,
                0,
                0,
                length,
                Some(context),
            )? {
                Answer::Continue => {}
                Answer::Cancel => return Ok(Status::Cancelled),
            }
        }
        Ok(Status::Ok)
    }

    fn wia_format_info(&self, _: &AppItem) -> Result<Vec<FormatInfo>> {
        let pairs = self.rules.format_pairs().into_iter();
        Ok(pairs
            .map(|(format, tymed)| FormatInfo { format, tymed })
            .collect())
    }

    fn notify_pnp_event(&self, _: Guid) {}
}
