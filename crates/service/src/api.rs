//! What an application sees of a device.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use ::transfer::{
    DataCallback, DataTransferInfo, DocumentOptions, ExtendedTransferInfo, StorageMedium,
    TransferCallback,
};
use wia::{
    Guid, ItemFlags, PropertyId, PropertyInfo, PropertyValue, Result, Status, TransferFlags,
};

use crate::{Event, FormatInfo};

/// An open device, with an item tree of its own for this application.
pub trait Device: Send + Sync {
    /// The identity that events carry.
    fn id(&self) -> &str;

    /// The root of this application's item tree.
    fn root(&self) -> Arc<dyn Item>;

    /// The item with this full name (`IWiaItem2::FindItemByName`).
    fn find_item(&self, full_name: &str) -> Option<Arc<dyn Item>>;

    /// What the driver reports of the device from now on (`wiasQueueEvent`), for as long as the device is
    /// open. Events wait for the listener; one that lets 1024 pile up misses the next.
    fn listen(&self) -> Receiver<Event>;
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

    /// The formats that the item can be transferred in.
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

    /// A transfer of this item. One at a time can run.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for an item without data.
    fn transfer(&self) -> Result<Arc<dyn Transfer>>;
}

/// A transfer (`IWiaTransfer`).
pub trait Transfer: Send + Sync {
    /// Says how documents are to be made; before `download`.
    fn set_document(&self, options: DocumentOptions);

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
