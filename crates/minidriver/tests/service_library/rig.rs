//! A tree with a flatbed that has one property of each type.

use items::{AppItem, DriverItem};
use wia::category::{WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::{
    Access, Error, ErrorKind, ItemFlags, PropertyId, PropertyInfo, PropertyValue, Result,
    ValidValues,
};

pub(crate) const LONG: PropertyId = PropertyId(71_001);
pub(crate) const UNSIGNED: PropertyId = PropertyId(71_002);
pub(crate) const FLOAT: PropertyId = PropertyId(71_003);
pub(crate) const GUID: PropertyId = PropertyId(71_004);
pub(crate) const TEXT: PropertyId = PropertyId(71_005);
pub(crate) const BYTES: PropertyId = PropertyId(71_006);
/// No item has it.
pub(crate) const MISSING: PropertyId = PropertyId(71_007);

pub(crate) fn info(access: Access) -> PropertyInfo {
    PropertyInfo {
        access,
        valid: ValidValues::None,
    }
}

/// The root and the flatbed. The root must be kept.
pub(crate) fn flatbed() -> (AppItem, AppItem) {
    let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
    let root = DriverItem::new(flags, "Root", r"0000\Root", WIA_CATEGORY_ROOT).unwrap();
    let flags = ItemFlags::FOLDER | ItemFlags::FILE | ItemFlags::TRANSFER;
    DriverItem::new_child(&root, flags, "Flatbed", WIA_CATEGORY_FLATBED, None).unwrap();
    let tree = AppItem::from_driver_tree(&root);
    let item = tree.children().remove(0);
    (tree, item)
}

/// As [`flatbed`], with properties that applications can read and write.
pub(crate) fn typed() -> (AppItem, AppItem) {
    let (tree, item) = flatbed();
    for (id, value) in [
        (LONG, PropertyValue::I4(-5)),
        (UNSIGNED, PropertyValue::UI4(5)),
        (FLOAT, PropertyValue::R4(1.5)),
        (GUID, wia::format::WIA_IMG_FMT_BMP.into()),
        (TEXT, "old".into()),
        (BYTES, PropertyValue::UI1Vector(vec![1, 2])),
    ] {
        item.declare(id, value, info(Access::RW));
    }
    (tree, item)
}

/// An application's write, during which `validate` runs as the driver's validation.
pub(crate) fn application_writes(
    item: &AppItem,
    values: &[(PropertyId, PropertyValue)],
    mut validate: impl FnMut(&AppItem, &[PropertyId]) -> Result<()>,
) -> Result<()> {
    items::write_multiple(item, values, &mut |i, changed| validate(i, changed))
}

/// The message of an `InvalidArgument`.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T>) -> String {
    let e: Error = result.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{e}");
    e.to_string()
}
