//! Bit fields: item types, transfer requests, access rights, document handling, intents.
//!
//! All of them are backed by `i32`, the type of the property or parameter that carries them, so that
//! `bits()` goes into a [`PropertyValue::I4`](crate::PropertyValue::I4) as it is. Bits that have no
//! name are kept by `from_bits_retain`.

use bitflags::bitflags;

bitflags! {
    /// What an item is (`WIA_IPA_ITEM_FLAGS`, header names `WiaItemType…`).
    ///
    /// `WiaItemTypeFree` is the empty set.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct ItemFlags: i32 {
        /// Holds an image; only valid together with [`ItemFlags::FILE`].
        #[doc(alias = "WiaItemTypeImage")]
        const IMAGE = 0x1;
        /// Holds data that is transferred as a file.
        #[doc(alias = "WiaItemTypeFile")]
        const FILE = 0x2;
        /// Can have children.
        #[doc(alias = "WiaItemTypeFolder")]
        const FOLDER = 0x4;
        /// The root of the tree.
        #[doc(alias = "WiaItemTypeRoot")]
        const ROOT = 0x8;
        /// Supports `AnalyzeItem`.
        #[doc(alias = "WiaItemTypeAnalyze")]
        const ANALYZE = 0x10;
        /// Holds sound.
        #[doc(alias = "WiaItemTypeAudio")]
        const AUDIO = 0x20;
        /// Stands for a device.
        #[doc(alias = "WiaItemTypeDevice")]
        const DEVICE = 0x40;
        /// Marked as deleted.
        #[doc(alias = "WiaItemTypeDeleted")]
        const DELETED = 0x80;
        /// The device is away.
        #[doc(alias = "WiaItemTypeDisconnected")]
        const DISCONNECTED = 0x100;
        /// A horizontal panorama; the children are its parts.
        #[doc(alias = "WiaItemTypeHPanorama")]
        const H_PANORAMA = 0x200;
        /// A vertical panorama; the children are its parts.
        #[doc(alias = "WiaItemTypeVPanorama")]
        const V_PANORAMA = 0x400;
        /// A burst of pictures taken in one go.
        #[doc(alias = "WiaItemTypeBurst")]
        const BURST = 0x800;
        /// Storage of the device: folders and files.
        #[doc(alias = "WiaItemTypeStorage")]
        const STORAGE = 0x1000;
        /// Data can be transferred from or to this item.
        #[doc(alias = "WiaItemTypeTransfer")]
        const TRANSFER = 0x2000;
        /// Made by an application or a driver; has no counterpart in the device.
        #[doc(alias = "WiaItemTypeGenerated")]
        const GENERATED = 0x4000;
        /// Has attachments such as sound.
        #[doc(alias = "WiaItemTypeHasAttachments")]
        const HAS_ATTACHMENTS = 0x8000;
        /// Holds video.
        #[doc(alias = "WiaItemTypeVideo")]
        const VIDEO = 0x1_0000;
        /// The device speaks TWAIN through WIA.
        #[doc(alias = "WiaItemTypeTwainCapabilityPassThrough")]
        const TWAIN_CAPABILITY_PASS_THROUGH = 0x2_0000;
        /// Holds a document.
        #[doc(alias = "WiaItemTypeDocument")]
        const DOCUMENT = 0x4_0000;
        /// Makes data according to its properties (flatbed, feeder, film), in contrast to stored data.
        #[doc(alias = "WiaItemTypeProgrammableDataSource")]
        const PROGRAMMABLE_DATA_SOURCE = 0x8_0000;
        /// Taken out of the tree.
        #[doc(alias = "WiaItemTypeRemoved")]
        const REMOVED = i32::MIN;
    }
}

impl ItemFlags {
    /// Every bit that has a meaning (`WiaItemTypeMask`, `0x800FFFFF`).
    #[doc(alias = "WiaItemTypeMask")]
    pub const MASK: ItemFlags = ItemFlags::all();
}

bitflags! {
    /// What a driver is asked for (`lFlags` of `IWiaMiniDrv::drvAcquireItemData`).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct TransferFlags: i32 {
        /// Transfer every child of the folder item, each with its own settings.
        #[doc(alias = "WIA_MINIDRV_TRANSFER_ACQUIRE_CHILDREN")]
        const ACQUIRE_CHILDREN = 0x1;
        /// From the device to the application.
        #[doc(alias = "WIA_MINIDRV_TRANSFER_DOWNLOAD")]
        const DOWNLOAD = 0x2;
        /// From the application to the device.
        #[doc(alias = "WIA_MINIDRV_TRANSFER_UPLOAD")]
        const UPLOAD = 0x4;
    }
}

bitflags! {
    /// What may be done with an item (`WIA_IPA_ACCESS_RIGHTS`).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct AccessRights: i32 {
        /// The item can be read.
        #[doc(alias = "WIA_ITEM_READ")]
        const READ = 0x1;
        /// The item can be written.
        #[doc(alias = "WIA_ITEM_WRITE")]
        const WRITE = 0x2;
        /// The item can be deleted.
        #[doc(alias = "WIA_ITEM_CAN_BE_DELETED")]
        const CAN_BE_DELETED = 0x80;
    }
}

impl AccessRights {
    /// Read and delete (`WIA_ITEM_RD`).
    #[doc(alias = "WIA_ITEM_RD")]
    pub const RD: AccessRights = AccessRights::READ.union(AccessRights::CAN_BE_DELETED);
    /// Read, write and delete (`WIA_ITEM_RWD`).
    #[doc(alias = "WIA_ITEM_RWD")]
    pub const RWD: AccessRights = AccessRights::RD.union(AccessRights::WRITE);
}

bitflags! {
    /// What the device has and can sense (`WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES`).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct DocumentHandlingCapabilities: i32 {
        /// Has a document feeder.
        const FEED = 0x1;
        /// Has a flatbed.
        const FLAT = 0x2;
        /// The feeder scans both sides.
        const DUP = 0x4;
        /// Senses a document on the flatbed.
        const DETECT_FLAT = 0x8;
        /// Senses a document only by scanning it.
        const DETECT_SCAN = 0x10;
        /// Senses a document in the feeder.
        const DETECT_FEED = 0x20;
        /// Senses whether a duplex scan is wanted.
        const DETECT_DUP = 0x40;
        /// Senses whether a feeder is attached.
        const DETECT_FEED_AVAIL = 0x80;
        /// Senses whether a duplexer is attached.
        const DETECT_DUP_AVAIL = 0x100;
        /// Has a film or transparency unit.
        const FILM_TPA = 0x200;
        /// Senses film in the unit.
        const DETECT_FILM_TPA = 0x400;
        /// Has storage.
        const STOR = 0x800;
        /// Senses whether a storage medium is inserted.
        const DETECT_STOR = 0x1000;
        /// The feeder's sides have settings of their own.
        const ADVANCED_DUP = 0x2000;
        /// The device can choose the source by itself.
        const AUTO_SOURCE = 0x8000;
        /// Has an imprinter (prints before the scan).
        const IMPRINTER = 0x1_0000;
        /// Has an endorser (prints after the scan).
        const ENDORSER = 0x2_0000;
        /// Has a bar code reader.
        const BARCODE_READER = 0x4_0000;
        /// Has a patch code reader.
        const PATCH_CODE_READER = 0x8_0000;
        /// Has a magnetic ink character reader.
        const MICR_READER = 0x10_0000;
    }
}

bitflags! {
    /// The state of the device right now (`WIA_DPS_DOCUMENT_HANDLING_STATUS`).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct DocumentHandlingStatus: i32 {
        /// The feeder holds paper.
        const FEED_READY = 0x1;
        /// The flatbed is ready.
        const FLAT_READY = 0x2;
        /// The duplexer is ready.
        const DUP_READY = 0x4;
        /// The flatbed's lid is up.
        const FLAT_COVER_UP = 0x8;
        /// The cover of the paper path is open.
        const PATH_COVER_UP = 0x10;
        /// Paper is stuck.
        const PAPER_JAM = 0x20;
        /// Film is in place.
        const FILM_TPA_READY = 0x40;
        /// The storage can be used.
        const STORAGE_READY = 0x80;
        /// The storage is full: nothing can be uploaded.
        const STORAGE_FULL = 0x100;
        /// More than one sheet was fed at once; cleared when the feeder is loaded again.
        const MULTIPLE_FEED = 0x200;
        /// Somebody should look at the device.
        const DEVICE_ATTENTION = 0x400;
        /// The lamp failed.
        const LAMP_ERR = 0x800;
        /// The imprinter is ready.
        const IMPRINTER_READY = 0x1000;
        /// The endorser is ready.
        const ENDORSER_READY = 0x2000;
        /// The bar code reader is ready.
        const BARCODE_READER_READY = 0x4000;
        /// The patch code reader is ready.
        const PATCH_CODE_READER_READY = 0x8000;
        /// The magnetic ink character reader is ready.
        const MICR_READER_READY = 0x1_0000;
    }
}

bitflags! {
    /// Source and sides (`WIA_IPS_DOCUMENT_HANDLING_SELECT`; the source bits only in the older
    /// `WIA_DPS_DOCUMENT_HANDLING_SELECT` of the root item).
    ///
    /// [`DocumentHandlingSelect::DUPLEX`] excludes [`DocumentHandlingSelect::FRONT_ONLY`];
    /// [`DocumentHandlingSelect::ADVANCED_DUPLEX`] excludes [`DocumentHandlingSelect::DUPLEX`].
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct DocumentHandlingSelect: i32 {
        /// Scan from the feeder.
        const FEEDER = 0x1;
        /// Scan from the flatbed.
        const FLATBED = 0x2;
        /// Both sides.
        const DUPLEX = 0x4;
        /// Both sides, the front before the back.
        const FRONT_FIRST = 0x8;
        /// Both sides, the back before the front.
        const BACK_FIRST = 0x10;
        /// The front alone (the default).
        const FRONT_ONLY = 0x20;
        /// The back alone.
        const BACK_ONLY = 0x40;
        /// Feed the next sheet.
        const NEXT_PAGE = 0x80;
        /// Take the next sheet in while the last one is scanned.
        const PREFEED = 0x100;
        /// Advance to the next sheet by itself.
        const AUTO_ADVANCE = 0x200;
        /// Both sides, each by the settings of its own child item.
        const ADVANCED_DUPLEX = 0x400;
    }
}

bitflags! {
    /// What the picture is for (`WIA_IPS_CUR_INTENT`): writing it presets data type, depth,
    /// resolution and more. The empty set is `WIA_INTENT_NONE`.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct Intent: i32 {
        /// Colour.
        #[doc(alias = "WIA_INTENT_IMAGE_TYPE_COLOR")]
        const IMAGE_TYPE_COLOR = 0x1;
        /// Shades of grey.
        #[doc(alias = "WIA_INTENT_IMAGE_TYPE_GRAYSCALE")]
        const IMAGE_TYPE_GRAYSCALE = 0x2;
        /// Black and white.
        #[doc(alias = "WIA_INTENT_IMAGE_TYPE_TEXT")]
        const IMAGE_TYPE_TEXT = 0x4;
        /// Few bytes.
        #[doc(alias = "WIA_INTENT_MINIMIZE_SIZE")]
        const MINIMIZE_SIZE = 0x1_0000;
        /// The best picture.
        #[doc(alias = "WIA_INTENT_MAXIMIZE_QUALITY")]
        const MAXIMIZE_QUALITY = 0x2_0000;
        /// For a preview.
        #[doc(alias = "WIA_INTENT_BEST_PREVIEW")]
        const BEST_PREVIEW = 0x4_0000;
    }
}

impl Intent {
    /// The bits that choose the kind of image (`WIA_INTENT_IMAGE_TYPE_MASK`, `0xF`).
    #[doc(alias = "WIA_INTENT_IMAGE_TYPE_MASK")]
    pub const IMAGE_TYPE_MASK: Intent = Intent::from_bits_retain(0xF);
    /// The bits that weigh size against quality (`WIA_INTENT_SIZE_MASK`, `0xF0000`).
    #[doc(alias = "WIA_INTENT_SIZE_MASK")]
    pub const SIZE_MASK: Intent = Intent::from_bits_retain(0xF_0000);
}

bitflags! {
    /// What a driver is doing (`lStatus` of `IWiaDataCallback::BandedDataCallback`).
    ///
    /// A value outside of [`TransferStatus::MASK`] is a COM status number.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct TransferStatus: i32 {
        /// Data comes from the device.
        #[doc(alias = "IT_STATUS_TRANSFER_FROM_DEVICE")]
        const TRANSFER_FROM_DEVICE = 0x1;
        /// The driver works on the data.
        #[doc(alias = "IT_STATUS_PROCESSING_DATA")]
        const PROCESSING_DATA = 0x2;
        /// Data goes to the application.
        #[doc(alias = "IT_STATUS_TRANSFER_TO_CLIENT")]
        const TRANSFER_TO_CLIENT = 0x4;
    }
}

impl TransferStatus {
    /// Every bit that has a meaning (`IT_STATUS_MASK`).
    #[doc(alias = "IT_STATUS_MASK")]
    pub const MASK: TransferStatus = TransferStatus::all();
}
