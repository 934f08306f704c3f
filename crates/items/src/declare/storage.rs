//! Folders and files of a device's storage.

use wia::{Access, AccessRights, Guid, ItemFlags, PropertyValue, Tymed, ValidValues, property};

use crate::app_item::AppItem;
use crate::declare::Declare;

/// Declares the properties of a storage folder. `rights` with `WRITE` lets applications create items
/// in it.
pub fn declare_folder(item: &AppItem, rights: AccessRights) {
    let d = Declare(item);
    declare_rights(&d, rights);
    let can_create = rights.contains(AccessRights::WRITE);
    d.fixed(
        property::WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION,
        i32::from(can_create),
    );
}

/// A file of a device's storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// What may be done with it.
    pub rights: AccessRights,
    /// Its format; transfers give it as it is.
    pub format: Guid,
    /// The ending of its name without the dot.
    pub extension: String,
    /// Bytes; 0 when not known.
    pub size: i32,
    /// Year, month, day of the week (0 is Sunday), day, hour, minute, second, millisecond of its last
    /// change.
    pub time: Option<[u16; 8]>,
    /// Bytes of a buffer that suits the device.
    pub buffer_size: i32,
}

/// Declares the properties of a finished file. An item that an application made gets
/// `WIA_IPA_UPLOAD_ITEM_SIZE`, which is the application's.
pub fn declare_file(item: &AppItem, info: &FileInfo) {
    let d = Declare(item);
    declare_rights(&d, info.rights);
    d.fixed(property::WIA_IPA_ITEM_SIZE, info.size);
    d.fixed(property::WIA_IPA_BUFFER_SIZE, info.buffer_size);
    d.fixed(property::WIA_IPA_PREFERRED_FORMAT, info.format);
    d.choice(property::WIA_IPA_FORMAT, Access::RW, &[info.format]);
    d.choice(property::WIA_IPA_TYMED, Access::RW, &[Tymed::File.value()]);
    d.fixed(
        property::WIA_IPA_FILENAME_EXTENSION,
        info.extension.as_str(),
    );
    if let Some(time) = info.time {
        d.fixed(
            property::WIA_IPA_ITEM_TIME,
            PropertyValue::UI2Vector(time.to_vec()),
        );
    }
    if item.flags().contains(ItemFlags::GENERATED) {
        d.with(
            property::WIA_IPA_UPLOAD_ITEM_SIZE,
            0,
            Access::RW,
            ValidValues::None,
        );
    }
}

fn declare_rights(d: &Declare<'_>, rights: AccessRights) {
    d.flags(
        property::WIA_IPA_ACCESS_RIGHTS,
        Access::READ,
        rights.bits(),
        AccessRights::RWD.bits(),
    );
}
