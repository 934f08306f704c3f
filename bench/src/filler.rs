//! A driver that does nothing but fill bands, so that what is measured is the way they take.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use items::{AppItem, DriverItem, FormatRule, RootInfo, ScannerRules};
use minidriver::{DriverModel, FormatInfo, Minidriver};
use service::{Device, DeviceOptions, Service};
use transfer::{Answer, NextStream, TransferContext, TransferParams};
use wia::category::{WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::{
    DataMessage, Error, Guid, ItemFlags, PropertyId, Result, Status, TransferFlags, TransferStatus,
};

use crate::streams;

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

impl Filler {
    /// The bands of a stream transfer, with a message after each sixteenth.
    fn download(&self, item: &AppItem, context: &TransferContext) -> Result<Status> {
        let missing = || Error::invalid("no callback");
        let callback = context.callback.as_ref().ok_or_else(missing)?;
        let size = usize::try_from(self.rules.buffer_size).unwrap_or(0);
        let NextStream::Stream(mut stream) =
            callback.get_next_stream(item.name(), item.full_name())?
        else {
            return Ok(Status::Cancelled);
        };
        let bands = self.bands.load(Ordering::Relaxed);
        let mut band = vec![0; size];
        for sent in (0..bands).step_by(16) {
            streams::write_bands(stream.as_mut(), &mut band, sent..bands.min(sent + 16))?;
            let percent = i32::try_from(sent * 100 / bands).unwrap_or(100);
            match callback.send_message(&TransferParams::status(percent, 0))? {
                Answer::Continue => {}
                Answer::Cancel => return Ok(Status::Cancelled),
            }
        }
        Ok(Status::Ok)
    }
}

impl Minidriver for Filler {
    fn model(&self) -> DriverModel {
        DriverModel::Both
    }

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
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        if flags.contains(TransferFlags::DOWNLOAD) {
            return self.download(item, context);
        }
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
