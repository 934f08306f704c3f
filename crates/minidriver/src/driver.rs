//! The driver's interface (`IWiaMiniDrv`).

use std::borrow::Cow;
use std::sync::Arc;

use items::{AppItem, DriverItem, ScannerRules};
use transfer::{ErrorHandler, ImageFilter, SegmentationFilter, TransferContext};
use wia::{Error, ErrorKind, Guid, PropertyId, Result, Status, TransferFlags, Tymed};

/// One format that an item can be transferred in (`WIA_FORMAT_INFO`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatInfo {
    /// A `WiaImgFmt_*` value.
    pub format: Guid,
    /// How it can be transferred.
    pub tymed: Tymed,
}

impl FormatInfo {
    /// All formats of a scanner's source (`drvGetWiaFormatInfo`).
    pub fn all_of(rules: &ScannerRules) -> Vec<FormatInfo> {
        let pairs = rules.format_pairs().into_iter();
        pairs
            .map(|(format, tymed)| FormatInfo { format, tymed })
            .collect()
    }
}

/// Whether a [`Capability`] is something to command or something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapabilityKind {
    /// A device command (`WIA_DEVICE_COMMANDS`).
    Command,
    /// An event (`WIA_DEVICE_EVENTS`); `action` events may start an application.
    Event {
        /// `WIA_ACTION_EVENT`: persistent, may start an application.
        action: bool,
    },
}

/// A command or event of a device (`WIA_DEV_CAP_DRV`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// A `WIA_CMD_*` or `WIA_EVENT_*` value.
    pub id: Guid,
    /// Command or event.
    pub kind: CapabilityKind,
    /// Short name for people.
    pub name: Cow<'static, str>,
    /// A sentence for people.
    pub description: Cow<'static, str>,
}

/// Which transfers a driver knows (the version that `IStiUSD::GetCapabilities` gives: `STI_VERSION_3` is
/// a driver of streams).
///
/// An application of the other kind is served through the service's compatibility layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DriverModel {
    /// Streams.
    #[default]
    Stream,
    /// Bands of memory and files, as before Windows Vista.
    Legacy,
    /// Both, each by itself.
    Both,
}

/// A driver of one device (`IWiaMiniDrv`).
///
/// The methods are called by the service, one at a time for each device, except
/// [`notify_pnp_event`](Minidriver::notify_pnp_event), which may come while another call runs.
/// [`acquire_item_data`](Minidriver::acquire_item_data) runs on a thread of its own that can be
/// abandoned: a driver keeps nothing locked while it waits for its device.
pub trait Minidriver: Send + Sync + 'static {
    /// Which transfers the driver knows. It must not change.
    fn model(&self) -> DriverModel {
        DriverModel::Stream
    }

    /// Builds the device's item tree and gives its root (`drvInitializeWia`). Called once for every
    /// application that opens the device; `device_id` comes back in events.
    ///
    /// # Errors
    ///
    /// When the device cannot be used.
    fn initialize(&self, device_id: &str) -> Result<DriverItem>;

    /// The application's tree is released (`drvUnInitializeWia`). Further calls may follow.
    fn un_initialize(&self) {}

    /// Declares the item's properties with values, access and valid values
    /// (`drvInitItemProperties`). Called for each item of each application's tree.
    ///
    /// # Errors
    ///
    /// When the device cannot be asked.
    fn init_item_properties(&self, item: &AppItem) -> Result<()>;

    /// Checks what an application wrote, after it is stored, and updates what depends on it
    /// (`drvValidateItemProperties`). On an error everything is put back as it was.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` naming the property, the value and what is valid.
    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()>;

    /// Brings properties up to date that need the device, before an application reads them
    /// (`drvReadItemProperties`).
    ///
    /// # Errors
    ///
    /// When the device cannot be asked.
    fn read_item_properties(&self, item: &AppItem, ids: &[PropertyId]) -> Result<()> {
        let _ = (item, ids);
        Ok(())
    }

    /// Commits settings to the hardware before a transfer of the older kinds
    /// (`drvWriteItemProperties`). Not called for stream transfers.
    ///
    /// # Errors
    ///
    /// When the device refuses.
    fn write_item_properties(&self, item: &AppItem, context: &TransferContext) -> Result<()> {
        let _ = (item, context);
        Ok(())
    }

    /// The transfer itself (`drvAcquireItemData`). With [`TransferFlags::DOWNLOAD`] it asks
    /// `context.callback` for streams and writes the images into them.
    ///
    /// A feeder ends with `Ok` when all pages that were asked for are done (or, for
    /// `WIA_IPS_PAGES` 0, the feeder is empty), [`Status::EndOfMedia`] after fewer, and the error
    /// `PaperEmpty` when there is no first page. A cancel is [`Status::Cancelled`].
    ///
    /// # Errors
    ///
    /// The device's or a callback's failure, as it is.
    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status>;

    /// The formats of an item (`drvGetWiaFormatInfo`).
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for an item without data.
    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>>;

    /// Locks the device for a transfer (`drvLockWiaDevice`). An unlock always follows a lock that
    /// succeeded.
    ///
    /// # Errors
    ///
    /// `DeviceLocked` or `Busy` when somebody else has it.
    fn lock_device(&self) -> Result<()> {
        Ok(())
    }

    /// Undoes [`lock_device`](Minidriver::lock_device) (`drvUnLockWiaDevice`).
    fn unlock_device(&self) {}

    /// Runs a command of the device (`drvDeviceCommand`).
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a command that the driver does not report.
    fn device_command(&self, item: &AppItem, command: Guid) -> Result<()> {
        let _ = item;
        Err(Error::invalid(format!(
            "the device has no command {command}"
        )))
    }

    /// The device's commands and events (`drvGetCapabilities`). May come before `initialize`.
    fn capabilities(&self) -> Vec<Capability> {
        Vec::new()
    }

    /// Prepares the deletion of an item (`drvDeleteItem`); the service has checked that it is not the
    /// root, has no children and may be deleted, and removes it afterwards.
    ///
    /// # Errors
    ///
    /// When the device keeps it.
    fn delete_item(&self, item: &AppItem) -> Result<()> {
        let _ = item;
        Err(Error::new(
            ErrorKind::NotImplemented,
            "items of this device cannot be deleted",
        ))
    }

    /// Something happened: connect, disconnect, power, or `WIA_EVENT_CANCEL_IO`, on which a running
    /// `acquire_item_data` must stop as soon as it can (`drvNotifyPnpEvent`). `WIA_EVENT_CANCEL_IO`
    /// without a transfer is ignored. The transfer that a cancel is for does not end before this has
    /// returned.
    fn notify_pnp_event(&self, event: Guid);

    /// The driver's own handler of its device's statuses (the extension "ErrorHandler"), asked after the
    /// application's and before the default one. It can be called while another call runs.
    fn error_handler(&self) -> Option<Arc<dyn ErrorHandler>> {
        None
    }

    /// The driver's own image filter (the extension "ImageProcessingFilter"), a new one each time. Every
    /// stream transfer from the device goes through it; the application need not know of it.
    fn image_filter(&self) -> Option<Arc<dyn ImageFilter>> {
        None
    }

    /// Whether the header of a page is final as soon as it is written, also while the device finds out
    /// the page's size (`WIA_PAGE_AUTO`); a height that it leaves open may still come at the end. Image
    /// filters need not wait for the end of such pages.
    fn headers_are_final(&self) -> bool {
        false
    }

    /// The driver's own segmentation filter (the extension "SegmentationFilter"). An item that has
    /// `WIA_IPS_SEGMENTATION` with `WIA_USE_SEGMENTATION_FILTER` gets the built-in one without it.
    fn segmentation_filter(&self) -> Option<Arc<dyn SegmentationFilter>> {
        None
    }

    /// The names of the work-arounds that are switched on around this driver. No call of `IWiaMiniDrv`.
    fn layers(&self) -> Vec<String> {
        Vec::new()
    }

    /// A sentence about a private error code (`drvGetDeviceErrorStr`).
    fn device_error_string(&self, code: i32) -> Option<String> {
        let _ = code;
        None
    }
}
