//! What an application sees of a device.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use ::transfer::filter::Chain;
use ::transfer::{
    DataCallback, DataTransferInfo, DocumentOptions, ExtendedTransferInfo, ImageFilter,
    StorageMedium, Stream, TransferCallback,
};
use wia::{
    Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyInfo, PropertyValue, Result, Status,
    TransferFlags, Tymed,
};

use crate::{Capability, CreationFlags, Event, FormatInfo};

/// An open device, with an item tree of its own for this application.
pub trait Device: Send + Sync {
    /// The identity that events carry.
    fn id(&self) -> &str;

    /// The root of this application's item tree.
    fn root(&self) -> Arc<dyn Item>;

    /// The item with this full name (`IWiaItem2::FindItemByName`).
    fn find_item(&self, full_name: &str) -> Option<Arc<dyn Item>>;

    /// The commands that the device takes and the events that it reports
    /// (`IWiaItem2::EnumDeviceCapabilities`).
    fn capabilities(&self) -> Vec<Capability>;

    /// The names of the work-arounds that are switched on around the device's driver.
    fn layers(&self) -> Vec<String> {
        Vec::new()
    }

    /// What the driver reports of the device from now on (`wiasQueueEvent`), for as long as the device is
    /// open. Events wait for the listener; one that lets 1024 pile up misses the next. After an event of
    /// the tree (`WIA_EVENT_ITEM_CREATED`, `ITEM_DELETED`, `TREE_UPDATED`) a look at the items shows
    /// what has changed, or does so when the transfer that runs has ended.
    fn listen(&self) -> Receiver<Event>;

    /// The process that the device is in; `None` when it is this one, or there is none at the moment.
    fn host(&self) -> Option<HostInfo> {
        None
    }
}

/// A process that has a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostInfo {
    /// Its number.
    pub process: u32,
    /// What keeps it from doing harm, and what could not be had of that: sentences for people.
    pub sandbox: Vec<String>,
}

/// An item of an application's tree (`IWiaItem2` and its property storage).
pub trait Item: Send + Sync {
    /// `WIA_IPA_ITEM_NAME`.
    fn name(&self) -> String;

    /// `WIA_IPA_FULL_ITEM_NAME`.
    fn full_name(&self) -> String;

    /// `WIA_IPA_ITEM_CATEGORY`.
    fn category(&self) -> Guid;

    /// `WIA_IPA_ITEM_FLAGS`.
    fn flags(&self) -> ItemFlags;

    /// The children, in the tree's order.
    fn children(&self) -> Vec<Arc<dyn Item>>;

    /// Makes an item below this one (`IWiaItem2::CreateChildItem`): a region of a flatbed, or a file or
    /// folder to be uploaded. The driver declares its properties.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when this item can have no children, `name` is empty, holds a backslash or is
    /// taken, or `flags` has neither `FOLDER` nor `FILE`; `ItemDeleted` when this item is gone; `Busy`
    /// while a transfer runs; what the driver says. Then nothing has changed.
    fn create_child(
        &self,
        flags: ItemFlags,
        creation: CreationFlags,
        name: &str,
    ) -> Result<Arc<dyn Item>>;

    /// Deletes the item, with what it stands for on the device (`IWiaItem2::DeleteItem`).
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a root and for an item with children; `AccessDenied` when it may not be
    /// deleted; `ItemDeleted` when it is gone already; `Busy` while a transfer runs; what the driver
    /// says. Then nothing has changed.
    fn delete(&self) -> Result<()>;

    /// Gives the device a command, one of its [`capabilities`](Device::capabilities)
    /// (`IWiaItem2::DeviceCommand`).
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a command that it does not have; `Busy` while a transfer runs; what the
    /// driver says.
    fn device_command(&self, command: Guid) -> Result<()>;

    /// The ids of all properties, in the order in which the driver declared them.
    fn properties(&self) -> Vec<PropertyId>;

    /// Current values; `None` for a property that the item does not have
    /// (`IWiaPropertyStorage::ReadMultiple`).
    ///
    /// # Errors
    ///
    /// When the device must be asked and fails.
    fn read(&self, ids: &[PropertyId]) -> Result<Vec<Option<PropertyValue>>>;

    /// Writes all or nothing; what depends on the written properties follows
    /// (`IWiaPropertyStorage::WriteMultiple`).
    ///
    /// # Errors
    ///
    /// `InvalidArgument` naming the property, the value and what is valid; then nothing has changed.
    fn write(&self, values: &[(PropertyId, PropertyValue)]) -> Result<()>;

    /// Access and valid values (`IWiaPropertyStorage::GetPropertyAttributes`).
    fn attributes(&self, id: PropertyId) -> Option<PropertyInfo>;

    /// The name of a property: the driver's own for its private ones, else WIA's.
    fn property_name(&self, id: PropertyId) -> String;

    /// The property of that name (WIA's with or without its prefix, a number, or the driver's own).
    fn property_by_name(&self, name: &str) -> Option<PropertyId>;

    /// All writable properties as bytes (`IWiaPropertyStorage::GetPropertyStream`).
    fn property_stream(&self) -> Vec<u8>;

    /// Restores what [`Item::property_stream`] gave (`IWiaPropertyStorage::SetPropertyStream`).
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for bytes of another device or damaged ones; then nothing has changed.
    fn set_property_stream(&self, bytes: &[u8]) -> Result<()>;

    /// The formats that the item can be transferred in (`IWiaDataTransfer::idtEnumWIA_FORMAT_INFO`).
    /// To those of a driver of streams the service adds bands.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for an item without data.
    fn formats(&self) -> Result<Vec<FormatInfo>>;

    /// Whether the item can be transferred in this format and this way
    /// (`IWiaDataTransfer::idtQueryGetData`).
    ///
    /// # Errors
    ///
    /// As [`formats`](Item::formats).
    fn query_data(&self, format: &FormatInfo) -> Result<bool> {
        Ok(self.formats()?.contains(format))
    }

    /// The formats for streams (`IWiaTransfer::EnumWIA_FORMAT_INFO`): those that are no bands.
    ///
    /// # Errors
    ///
    /// As [`formats`](Item::formats).
    fn stream_formats(&self) -> Result<Vec<FormatInfo>> {
        let mut formats = self.formats()?;
        formats.retain(|info| info.tymed.is_file());
        Ok(formats)
    }

    /// A transfer of this item. One at a time can run.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for an item without data.
    fn transfer(&self) -> Result<Arc<dyn Transfer>>;

    /// The preview component for this item (`IWiaItem2::GetPreviewComponent`). `filter` stands in for a
    /// driver that has no image filter.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for an item without data; `NotImplemented` where there is no preview.
    fn preview(&self, filter: Option<Arc<dyn ImageFilter>>) -> Result<Arc<dyn Preview>> {
        drop(filter);
        Err(Error::new(
            ErrorKind::NotImplemented,
            format!("{}: it has no preview", self.full_name()),
        ))
    }
}

bitflags::bitflags! {
    /// How a preview is updated (`IWiaPreview::UpdatePreview`).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct UpdateFlags: u32 {
        /// The whole image, in whatever format, and nothing is cut (`WiaPreviewReturnOriginalImage`).
        const RETURN_ORIGINAL_IMAGE = 1;
    }
}

/// The preview component of an item (`IWiaPreview`): one scan, which is kept as the driver gave it, and
/// any number of looks at it with other settings. One call at a time: another one is answered `Busy`.
pub trait Preview: Send + Sync {
    /// The transfer of [`get_new_preview`](Preview::get_new_preview): for what is to be said before
    /// ([`Transfer::set_document`]) and to cancel it. Its own filters are not asked.
    fn transfer(&self) -> Arc<dyn Transfer>;

    /// Scans the item with its present settings and gives the filtered image
    /// (`IWiaPreview::GetNewPreview`). `WIA_IPS_PREVIEW` is 1 meanwhile.
    ///
    /// # Errors
    ///
    /// `NotImplemented` when there is no image filter; those of [`Transfer::download`]. There is no
    /// preview then.
    fn get_new_preview(&self, callback: Arc<dyn TransferCallback>) -> Result<Status>;

    /// Filters what was scanned again, with the settings of `child`, and gives its rectangle
    /// (`IWiaPreview::UpdatePreview`). The callback hears the same as from a download. Nothing is scanned.
    ///
    /// # Errors
    ///
    /// `Unexpected` without a preview; `InvalidArgument` for an item that is neither the preview's nor a
    /// child of it, whose `WIA_IPA_FORMAT`, `WIA_IPS_XRES` or `WIA_IPS_YRES` is not the preview's, or
    /// whose rectangle does not lie in the preview (for the original: is not the preview's); what the
    /// filter and the callback say.
    fn update_preview(
        &self,
        child: &dyn Item,
        flags: UpdateFlags,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status>;

    /// Finds regions in what was scanned and makes a child of the item for each
    /// (`IWiaPreview::DetectRegions`). Those of an earlier call are deleted before, and the item gets
    /// back the settings that it had for the preview. Where the driver makes the children by itself
    /// (`WIA_DONT_USE_SEGMENTATION_FILTER`) they are given as they are.
    ///
    /// # Errors
    ///
    /// `Unexpected` without a preview; `NotImplemented` for an item that has no regions;
    /// `InputUnsupported` for a format that cannot be read; what the driver says.
    fn detect_regions(&self) -> Result<Vec<Arc<dyn Item>>>;

    /// Drops what was scanned (`IWiaPreview::Clear`).
    fn clear(&self);
}

/// A transfer (`IWiaTransfer`).
pub trait Transfer: Send + Sync {
    /// Says how documents are to be made; before `download`.
    fn set_document(&self, options: DocumentOptions);

    /// Image filters of the application's own choice, in order, for the stream transfers that follow.
    /// They come after the driver's own (`Minidriver::image_filter`).
    ///
    /// # Errors
    ///
    /// `NotImplemented` where filters cannot be added.
    fn set_filters(&self, filters: Vec<Arc<dyn ImageFilter>>) -> Result<()> {
        match filters.is_empty() {
            true => Ok(()),
            false => Err(Error::new(
                ErrorKind::NotImplemented,
                "this transfer takes no image filters",
            )),
        }
    }

    /// The same filters, the driver's own among them, before a callback: for pages that an application
    /// makes of bands or files by itself. [`download`](Transfer::download) does this already.
    fn filtered(&self, callback: Arc<dyn TransferCallback>) -> Chain {
        Chain::empty(callback)
    }

    /// Transfers from the device into the streams that `callback` gives (`IWiaTransfer::Download`).
    /// Returns when the transfer has ended, one way or another. The callback is released.
    ///
    /// # Errors
    ///
    /// `Busy` when another transfer is committed on the device; `InvalidArgument` for an item that
    /// has no data; `Deadline` when the driver said nothing for too long and was given up; else what
    /// the driver or a callback said.
    fn download(&self, flags: TransferFlags, callback: Arc<dyn TransferCallback>)
    -> Result<Status>;

    /// Sends `source` to the device, as the content of the item (`IWiaTransfer::Upload`): a file of a
    /// storage device, which [`Item::create_child`] has made or which is replaced. The driver reads it
    /// through its end; the callback gets the messages and is asked for no stream.
    ///
    /// # Errors
    ///
    /// `Busy` when another transfer is committed on the device; `InvalidArgument` for an item that
    /// takes no data; `Deadline` when the driver was given up; else what the driver, the stream or the
    /// callback said.
    fn upload(
        &self,
        source: Box<dyn Stream>,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status>;

    /// Transfers in bands of memory (`IWiaDataTransfer::idtGetBandedData`). The callback is called on
    /// this thread.
    ///
    /// # Errors
    ///
    /// `Busy` when another transfer is committed on the device; `InvalidArgument` for an item whose
    /// `WIA_IPA_TYMED` is neither `TYMED_CALLBACK` nor `TYMED_MULTIPAGE_CALLBACK`, or a section that is
    /// too small; `Deadline` when the driver was given up; else what the driver or the callback said.
    fn banded_data(
        &self,
        info: DataTransferInfo,
        callback: Arc<dyn DataCallback>,
    ) -> Result<Status>;

    /// Transfers into a file (`IWiaDataTransfer::idtGetData`). The service creates it, replacing one of
    /// that name, or picks a name and says which; closes it; and keeps or deletes it. The callback is
    /// called on this thread.
    ///
    /// # Errors
    ///
    /// `Busy` when another transfer is committed on the device; `InvalidArgument` for a medium whose
    /// `tymed` is not the item's, or an item whose `WIA_IPA_TYMED` is neither `TYMED_FILE` nor
    /// `TYMED_MULTIPAGE_FILE`; `Deadline` when the driver was given up; what the file system says;
    /// else what the driver or the callback said.
    fn file_data(
        &self,
        medium: &mut StorageMedium,
        fate: FileFate,
        callback: Option<Arc<dyn DataCallback>>,
    ) -> Result<Status>;

    /// Transfers into a file that is open already, for reading and writing. It is emptied, and the caller
    /// keeps or deletes it. Else as [`file_data`](Transfer::file_data).
    ///
    /// # Errors
    ///
    /// As [`file_data`](Transfer::file_data); `NotImplemented` where a file must have a name.
    fn open_file_data(
        &self,
        tymed: Tymed,
        file: File,
        callback: Option<Arc<dyn DataCallback>>,
    ) -> Result<Status> {
        drop((tymed, file, callback));
        Err(Error::new(
            ErrorKind::NotImplemented,
            "this transfer makes its files by itself",
        ))
    }

    /// What can be known about bands beforehand (`IWiaDataTransfer::idtGetExtendedTransferInfo`).
    fn extended_transfer_info(&self) -> ExtendedTransferInfo;

    /// Cancels a running transfer (`IWiaTransfer::Cancel`; for the older kinds
    /// `IWiaItemExtras::CancelPendingIO`, of which only the driver is told). Without one it does
    /// nothing. Does not wait: the transfer returns soon after.
    fn cancel(&self);
}

/// What becomes of the file of a transfer that did not end well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileFate {
    /// The documented rule: kept after every success, to which a cancel belongs, and with
    /// `TYMED_MULTIPAGE_FILE` also after `PAPER_JAM`, `PAPER_EMPTY` and `PAPER_PROBLEM`; else deleted.
    #[default]
    Documented,
    /// The same, but deleted after a cancel.
    DeleteCancelled,
    /// Kept, whatever happens.
    Keep,
}

impl FileFate {
    /// Whether the file of a transfer with this result is kept (`IWiaDataTransfer::idtGetData`).
    pub fn keeps(self, result: &Result<Status>, tymed: Tymed) -> bool {
        match (result, self) {
            (_, FileFate::Keep) => true,
            (Ok(Status::Cancelled), FileFate::DeleteCancelled) => false,
            (Ok(_), _) => true,
            (Err(e), _) => tymed.is_multipage() && e.kind().is_paper_trouble(),
        }
    }
}
