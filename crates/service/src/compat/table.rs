//! Which property of an older tree is which of a newer one
//! (`img/mapping-wia-properties-that-need-no-changes.md` and the pages beside it).

use wia::property::*;
use wia::{DocumentHandlingCapabilities, DocumentHandlingSelect, PropertyId};

/// Where the paper is, and so which item of a newer tree an older child stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Flatbed,
    Feeder,
}

/// The items of the newer tree that have a property of the older root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Flatbed,
    Feeder,
    /// The one that is chosen.
    Both,
}

impl Of {
    pub(crate) fn is(self, source: Source) -> bool {
        match self {
            Of::Flatbed => source == Source::Flatbed,
            Of::Feeder => source == Source::Feeder,
            Of::Both => true,
        }
    }
}

/// A property of the older root that is one of an item in the newer tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moved {
    pub(crate) root: PropertyId,
    pub(crate) item: PropertyId,
    pub(crate) of: Of,
    /// Older drivers have it on the child as well.
    pub(crate) on_child: bool,
}

const fn moved(root: PropertyId, item: PropertyId, of: Of) -> Moved {
    Moved {
        root,
        item,
        of,
        on_child: false,
    }
}

const fn page(root: PropertyId, item: PropertyId) -> Moved {
    Moved {
        on_child: true,
        ..moved(root, item, Of::Feeder)
    }
}

/// All of them, but for `DOCUMENT_HANDLING_SELECT`, which is also the choice of the item.
pub(crate) const MOVED: [Moved; 15] = [
    moved(
        WIA_DPS_HORIZONTAL_BED_SIZE,
        WIA_IPS_MAX_HORIZONTAL_SIZE,
        Of::Flatbed,
    ),
    moved(
        WIA_DPS_VERTICAL_BED_SIZE,
        WIA_IPS_MAX_VERTICAL_SIZE,
        Of::Flatbed,
    ),
    moved(
        WIA_DPS_HORIZONTAL_SHEET_FEED_SIZE,
        WIA_IPS_MAX_HORIZONTAL_SIZE,
        Of::Feeder,
    ),
    moved(
        WIA_DPS_VERTICAL_SHEET_FEED_SIZE,
        WIA_IPS_MAX_VERTICAL_SIZE,
        Of::Feeder,
    ),
    moved(
        WIA_DPS_MIN_HORIZONTAL_SHEET_FEED_SIZE,
        WIA_IPS_MIN_HORIZONTAL_SIZE,
        Of::Feeder,
    ),
    moved(
        WIA_DPS_MIN_VERTICAL_SHEET_FEED_SIZE,
        WIA_IPS_MIN_VERTICAL_SIZE,
        Of::Feeder,
    ),
    moved(
        WIA_DPS_SHEET_FEEDER_REGISTRATION,
        WIA_IPS_SHEET_FEEDER_REGISTRATION,
        Of::Feeder,
    ),
    moved(WIA_DPS_OPTICAL_XRES, WIA_IPS_OPTICAL_XRES, Of::Both),
    moved(WIA_DPS_OPTICAL_YRES, WIA_IPS_OPTICAL_YRES, Of::Both),
    moved(WIA_DPS_PAGES, WIA_IPS_PAGES, Of::Feeder),
    page(WIA_DPS_PAGE_SIZE, WIA_IPS_PAGE_SIZE),
    page(WIA_DPS_PAGE_WIDTH, WIA_IPS_PAGE_WIDTH),
    page(WIA_DPS_PAGE_HEIGHT, WIA_IPS_PAGE_HEIGHT),
    moved(WIA_DPS_PREVIEW, WIA_IPS_PREVIEW, Of::Both),
    moved(
        WIA_DPS_SHOW_PREVIEW_CONTROL,
        WIA_IPS_SHOW_PREVIEW_CONTROL,
        Of::Both,
    ),
];

/// Whether a property is the root's in both trees. Of what is not named here obsolete and reserved ones
/// are dropped, and those that only the other generation knows.
pub(crate) fn stays_on_root(id: PropertyId) -> bool {
    const NAMED: [PropertyId; 14] = [
        WIA_IPA_ITEM_NAME,
        WIA_IPA_FULL_ITEM_NAME,
        WIA_IPA_ITEM_TIME,
        WIA_IPA_ITEM_FLAGS,
        WIA_IPA_ACCESS_RIGHTS,
        WIA_DPS_PLATEN_COLOR,
        WIA_DPS_PAD_COLOR,
        WIA_DPS_DOCUMENT_HANDLING_STATUS,
        WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES,
        WIA_DPS_ENDORSER_CHARACTERS,
        WIA_DPS_ENDORSER_STRING,
        WIA_DPS_SCAN_AHEAD_PAGES,
        WIA_DPS_MAX_SCAN_TIME,
        WIA_IPA_PROP_STREAM_COMPAT_ID,
    ];
    // WIA_DIP_*, WIA_DPA_* and WIA_DPC_*, WIA_DPF_*, WIA_IPC_*, the driver's own.
    matches!(id.0, 2..=1025 | 1026..=3073 | 3330..=3585 | 5122..=6145 | 38_914..=71_681)
        || NAMED.contains(&id)
}

/// Whether a property is the same one of an older child and of the items that it stands for: by its id and
/// name (the first part), or because the choice of the item is all that it needs (the second).
pub(crate) fn is_of_both(id: PropertyId) -> bool {
    const SAME: [PropertyId; 24] = [
        WIA_IPA_ITEM_NAME,
        WIA_IPA_FULL_ITEM_NAME,
        WIA_IPA_ITEM_TIME,
        WIA_IPA_ITEM_FLAGS,
        WIA_IPA_ACCESS_RIGHTS,
        WIA_IPA_DATATYPE,
        WIA_IPA_DEPTH,
        WIA_IPA_PREFERRED_FORMAT,
        WIA_IPA_FORMAT,
        WIA_IPA_COMPRESSION,
        WIA_IPA_TYMED,
        WIA_IPA_CHANNELS_PER_PIXEL,
        WIA_IPA_BITS_PER_CHANNEL,
        WIA_IPA_ITEM_SIZE,
        WIA_IPA_ICM_PROFILE_NAME,
        WIA_IPA_FILENAME_EXTENSION,
        WIA_IPA_SUPPRESS_PROPERTY_PAGE,
        WIA_IPA_BUFFER_SIZE, // and WIA_IPA_MIN_BUFFER_SIZE
        WIA_IPA_PIXELS_PER_LINE,
        WIA_IPA_NUMBER_OF_LINES,
        WIA_IPA_BYTES_PER_LINE,
        WIA_IPA_PLANAR,
        // Both generations know them; the documentation's tables forget them.
        WIA_IPA_COLOR_PROFILE,
        WIA_IPA_PROP_STREAM_COMPAT_ID,
    ];
    const OF_THE_CONTEXT: [PropertyId; 14] = [
        WIA_IPS_CUR_INTENT,
        WIA_IPS_XRES,
        WIA_IPS_YRES,
        WIA_IPS_XPOS,
        WIA_IPS_YPOS,
        WIA_IPS_XEXTENT,
        WIA_IPS_YEXTENT,
        WIA_IPS_PHOTOMETRIC_INTERP,
        WIA_IPS_BRIGHTNESS,
        WIA_IPS_CONTRAST,
        WIA_IPS_ORIENTATION,
        WIA_IPS_ROTATION,
        WIA_IPS_THRESHOLD,
        WIA_IPS_WARM_UP_TIME,
    ];
    SAME.contains(&id) || OF_THE_CONTEXT.contains(&id) || id.0 >= 71_682
}

/// The bits of `DOCUMENT_HANDLING_SELECT` that are a feeder item's.
pub(crate) const OF_THE_FEEDER: DocumentHandlingSelect = DocumentHandlingSelect::BACK_FIRST
    .union(DocumentHandlingSelect::BACK_ONLY)
    .union(DocumentHandlingSelect::DUPLEX)
    .union(DocumentHandlingSelect::FRONT_FIRST)
    .union(DocumentHandlingSelect::FRONT_ONLY);

/// The bits of `DOCUMENT_HANDLING_CAPABILITIES` that an application of streams sees of an older driver.
pub(crate) const OLDER_CAPABILITIES: DocumentHandlingCapabilities =
    DocumentHandlingCapabilities::DUP
        .union(DocumentHandlingCapabilities::FEED)
        .union(DocumentHandlingCapabilities::FLAT)
        .union(DocumentHandlingCapabilities::DETECT_FEED)
        .union(DocumentHandlingCapabilities::DETECT_FLAT)
        .union(DocumentHandlingCapabilities::DETECT_SCAN);

/// What an older driver's root must have, all of them integers.
pub(crate) fn required_of_root(source: Source) -> &'static [PropertyId] {
    match source {
        Source::Flatbed => &[
            WIA_DPS_HORIZONTAL_BED_SIZE,
            WIA_DPS_VERTICAL_BED_SIZE,
            WIA_DPS_OPTICAL_XRES,
            WIA_DPS_OPTICAL_YRES,
        ],
        Source::Feeder => &[
            WIA_DPS_HORIZONTAL_SHEET_FEED_SIZE,
            WIA_DPS_VERTICAL_SHEET_FEED_SIZE,
            WIA_DPS_OPTICAL_XRES,
            WIA_DPS_OPTICAL_YRES,
            WIA_DPS_PAGES,
        ],
    }
}

/// What an older driver's child must have, all of them integers, besides `WIA_IPA_FORMAT`.
pub(crate) const REQUIRED_OF_CHILD: [PropertyId; 16] = [
    WIA_IPA_DATATYPE,
    WIA_IPA_DEPTH,
    WIA_IPA_TYMED,
    WIA_IPA_COMPRESSION,
    WIA_IPA_CHANNELS_PER_PIXEL,
    WIA_IPA_BITS_PER_CHANNEL,
    WIA_IPA_ITEM_SIZE,
    WIA_IPS_CUR_INTENT,
    WIA_IPS_XRES,
    WIA_IPS_YRES,
    WIA_IPS_XPOS,
    WIA_IPS_YPOS,
    WIA_IPS_XEXTENT,
    WIA_IPS_YEXTENT,
    WIA_IPS_BRIGHTNESS,
    WIA_IPS_CONTRAST,
];
