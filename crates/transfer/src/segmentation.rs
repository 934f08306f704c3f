//! Regions of a preview (`IWiaSegmentationFilter`).

use items::{AppItem, CreationFlags};
use wia::{ItemFlags, Orientation, PropertyId, PropertyValue, Result};

use crate::stream::Stream;

/// The flags of a region, as a segmentation filter makes it.
pub const REGION_FLAGS: ItemFlags = ItemFlags::GENERATED
    .union(ItemFlags::TRANSFER)
    .union(ItemFlags::IMAGE)
    .union(ItemFlags::FILE)
    .union(ItemFlags::PROGRAMMABLE_DATA_SOURCE);

/// What finds regions in a preview and makes items of them (`IWiaSegmentationFilter`), an extension of
/// the driver (`SegmentationFilter`).
pub trait SegmentationFilter: Send + Sync {
    /// Looks for regions in the image (`IWiaSegmentationFilter::DetectRegions`), whose stream stands at
    /// its start, and makes a child of the item for each, with [`REGION_FLAGS`] and the parent's values.
    /// Their rectangles are in pixels of the bed: the item's position and the region's place, turned
    /// back by the item's `WIA_IPS_ROTATION` and by [`turned`](SegmentedItem::turned).
    ///
    /// The item's properties are those of the preview, and children of an earlier run are gone. The image
    /// may be rotated, but is not deskewed. Every format of the driver must be understood.
    ///
    /// # Errors
    ///
    /// `InputUnsupported` for a format that is not understood; what the item says.
    fn detect_regions(&self, preview: &mut dyn Stream, item: &dyn SegmentedItem) -> Result<()>;
}

/// What a segmentation filter may do with the item: as much as an application.
pub trait SegmentedItem {
    /// The item that the preview is of.
    fn item(&self) -> &AppItem;

    /// What the application's image filter has turned the preview by, besides the item's
    /// `WIA_IPS_ROTATION`. No call of WIA's.
    fn turned(&self) -> Orientation {
        Orientation::Portrait
    }

    /// Makes a child (`IWiaItem2::CreateChildItem`).
    ///
    /// # Errors
    ///
    /// Why there is none; then nothing has changed.
    fn create_child(
        &self,
        flags: ItemFlags,
        creation: CreationFlags,
        name: &str,
    ) -> Result<AppItem>;

    /// Writes properties of a child (`IWiaPropertyStorage::WriteMultiple`).
    ///
    /// # Errors
    ///
    /// `InvalidArgument` that names the property; then nothing has changed.
    fn write(&self, child: &AppItem, values: &[(PropertyId, PropertyValue)]) -> Result<()>;
}
