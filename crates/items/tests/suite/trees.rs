//! Driver trees and application trees.

use std::sync::Arc;

use quire_items::{AppItem, CreationFlags, DriverContext, DriverItem, RemoveReason};
use wia::category::{
    WIA_CATEGORY_FEEDER, WIA_CATEGORY_FEEDER_BACK, WIA_CATEGORY_FEEDER_FRONT,
    WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FLATBED, WIA_CATEGORY_FOLDER, WIA_CATEGORY_ROOT,
};
use wia::property::*;
use wia::{
    Access, AccessRights, Error, ErrorKind, ItemFlags, PropertyId, PropertyInfo, ValidValues,
};

const SOURCE: ItemFlags = ItemFlags::from_bits_retain(0x8_0000 | 0x2000 | 0x2 | 0x1);

fn root() -> DriverItem {
    let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
    DriverItem::new(flags, "Root", r"0000\Root", WIA_CATEGORY_ROOT).unwrap()
}

/// Root, flatbed with room for children, feeder with front and back.
fn scanner() -> DriverItem {
    let root = root();
    let flags = SOURCE | ItemFlags::FOLDER;
    DriverItem::new_child(&root, flags, "Flatbed", WIA_CATEGORY_FLATBED, None).unwrap();
    let feeder = DriverItem::new_child(&root, flags, "Feeder", WIA_CATEGORY_FEEDER, None).unwrap();
    DriverItem::new_child(&feeder, SOURCE, "Front", WIA_CATEGORY_FEEDER_FRONT, None).unwrap();
    DriverItem::new_child(&feeder, SOURCE, "Back", WIA_CATEGORY_FEEDER_BACK, None).unwrap();
    root
}

fn info(access: Access) -> PropertyInfo {
    PropertyInfo {
        access,
        valid: ValidValues::None,
    }
}

fn kind<T: std::fmt::Debug>(r: Result<T, Error>) -> ErrorKind {
    r.unwrap_err().kind()
}

fn nothing(_: &AppItem) -> Result<(), Error> {
    Ok(())
}

#[test]
fn a_driver_item_is_a_folder_or_a_file() {
    let made = DriverItem::new(ItemFlags::IMAGE, "A", "A", WIA_CATEGORY_FLATBED);
    assert_eq!(kind(made), ErrorKind::InvalidArgument);
    let made = DriverItem::new(ItemFlags::FILE, "", "A", WIA_CATEGORY_FLATBED);
    assert_eq!(kind(made), ErrorKind::InvalidArgument);
    assert!(DriverItem::new(ItemFlags::FILE, "A", "A", WIA_CATEGORY_FLATBED).is_ok());
}

#[test]
fn walking_a_driver_tree() {
    let root = scanner();
    assert_eq!(root.parent(), None);
    let flatbed = root.first_child().unwrap().unwrap();
    assert_eq!(flatbed.full_name(), r"0000\Root\Flatbed");
    assert_eq!(flatbed.parent().unwrap(), root);
    let feeder = flatbed.next_sibling().unwrap();
    assert_eq!(feeder.name(), "Feeder");
    assert_eq!(feeder.next_sibling(), None);
    assert_eq!(root.next_sibling(), None);
    let back = root.find_by_name(r"0000\Root\Feeder\Back").unwrap();
    assert_eq!(back.category(), WIA_CATEGORY_FEEDER_BACK);
    assert_eq!(root.find_by_name(r"0000\Root\Film"), None);
    assert_eq!(root.find_child_by_name("Feeder"), Some(feeder));
    assert_eq!(root.find_child_by_name("Back"), None);
    assert_eq!(kind(back.first_child()), ErrorKind::InvalidArgument);
    assert_eq!(flatbed.first_child().unwrap(), None);
}

#[test]
fn what_add_to_folder_refuses() {
    let root = scanner();
    let flatbed = root.find_child_by_name("Flatbed").unwrap();
    let front = root.find_by_name(r"0000\Root\Feeder\Front").unwrap();
    let new = |name: &str| {
        let flags = ItemFlags::FILE | ItemFlags::FOLDER;
        DriverItem::new(flags, name, name, WIA_CATEGORY_FOLDER).unwrap()
    };
    let file = DriverItem::new(ItemFlags::FILE, "F", "F", WIA_CATEGORY_FINISHED_FILE).unwrap();
    for (case, result) in [
        ("parent is no folder", new("A").add_to_folder(&file)),
        ("name taken", new("Flatbed").add_to_folder(&root)),
        ("has a parent", front.add_to_folder(&root)),
        ("a root", root.add_to_folder(&flatbed)),
        ("itself", {
            let a = new("A");
            a.add_to_folder(&a)
        }),
        ("below itself", {
            let (a, b) = (new("A"), new("B"));
            b.add_to_folder(&a).unwrap();
            a.add_to_folder(&b)
        }),
    ] {
        assert_eq!(kind(result), ErrorKind::InvalidArgument, "{case}");
    }
}

#[test]
fn leaving_a_driver_tree() {
    let root = scanner();
    let feeder = root.find_child_by_name("Feeder").unwrap();
    let full = feeder.remove_from_folder(RemoveReason::Deleted);
    assert_eq!(kind(full), ErrorKind::InvalidArgument);
    let front = feeder.find_child_by_name("Front").unwrap();
    front
        .remove_from_folder(RemoveReason::Disconnected)
        .unwrap();
    assert_eq!(front.flags(), SOURCE | ItemFlags::DISCONNECTED);
    assert_eq!((front.parent(), feeder.children().len()), (None, 1));
    let again = front.remove_from_folder(RemoveReason::Deleted);
    assert_eq!(kind(again), ErrorKind::InvalidArgument);

    let inner = feeder.unlink_tree(RemoveReason::Deleted);
    assert_eq!(kind(inner), ErrorKind::InvalidArgument);
    root.unlink_tree(RemoveReason::Deleted).unwrap();
    assert!(root.children().is_empty() && feeder.parent().is_none());
    assert!(feeder.flags().contains(ItemFlags::DELETED));

    assert_eq!(
        RemoveReason::from_value(0x80).unwrap(),
        RemoveReason::Deleted
    );
    assert_eq!(
        RemoveReason::from_value(0x100).unwrap(),
        RemoveReason::Disconnected
    );
    assert_eq!(
        kind(RemoveReason::from_value(1)),
        ErrorKind::InvalidArgument
    );
}

#[test]
fn a_tree_is_freed_with_its_root() {
    let context = Arc::new(5u32);
    let root = root();
    let with = Some(Arc::clone(&context) as DriverContext);
    let item = DriverItem::new_child(&root, SOURCE, "A", WIA_CATEGORY_FLATBED, with).unwrap();
    assert_eq!(item.context_as::<u32>().as_deref(), Some(&5));
    assert!(item.context_as::<String>().is_none());
    let tree = AppItem::from_driver_tree(&root);
    drop(item);
    drop(root);
    assert_eq!(Arc::strong_count(&context), 2);
    drop(tree);
    assert_eq!(Arc::strong_count(&context), 1);
}

#[test]
fn each_application_has_its_own_copy() {
    let driver = scanner();
    let (a, b) = (
        AppItem::from_driver_tree(&driver),
        AppItem::from_driver_tree(&driver),
    );
    let names = |t: &AppItem| {
        let all = t.descendants();
        all.iter()
            .map(|i| i.full_name().to_owned())
            .collect::<Vec<_>>()
    };
    let expected = [
        r"0000\Root",
        r"0000\Root\Flatbed",
        r"0000\Root\Feeder",
        r"0000\Root\Feeder\Front",
        r"0000\Root\Feeder\Back",
    ];
    assert_eq!(names(&a), expected);
    assert_eq!(names(&b), expected);
    let id = PropertyId(71682);
    a.declare(id, 1, info(Access::RW));
    assert!(!b.has(id));
    let back = a.find_by_name(r"0000\Root\Feeder\Back").unwrap();
    assert_eq!(back.root(), a);
    assert_eq!(back.parent().unwrap().name(), "Feeder");
    assert_eq!(back.driver_item(), driver.find_by_name(back.full_name()));
    assert_eq!(back.find_by_name(r"0000\Root").unwrap(), a);
    assert_eq!(a.find_by_name("Feeder"), None);
}

#[test]
fn the_service_supplies_names_flags_and_category() {
    let tree = AppItem::from_driver_tree(&scanner());
    let item = tree.find_by_name(r"0000\Root\Flatbed").unwrap();
    assert_eq!(item.read_str(WIA_IPA_ITEM_NAME).unwrap(), "Flatbed");
    assert_eq!(
        item.read_str(WIA_IPA_FULL_ITEM_NAME).unwrap(),
        r"0000\Root\Flatbed"
    );
    let flags = (SOURCE | ItemFlags::FOLDER).bits();
    assert_eq!(item.read_i32(WIA_IPA_ITEM_FLAGS).unwrap(), flags);
    assert_eq!(
        item.read_guid(WIA_IPA_ITEM_CATEGORY).unwrap(),
        WIA_CATEGORY_FLATBED
    );
    for id in item.property_ids() {
        assert_eq!(item.attributes(id).unwrap().access, Access::READ, "{id}");
    }
}

#[test]
fn applications_create_children() {
    let tree = AppItem::from_driver_tree(&scanner());
    let flatbed = tree.find_by_name(r"0000\Root\Flatbed").unwrap();
    flatbed.declare(WIA_IPS_XRES, 300, info(Access::RW));
    flatbed.declare(WIA_IPA_CHANNELS_PER_PIXEL, 3, info(Access::READ));
    flatbed.declare(WIA_IPS_OPTICAL_XRES, 600, info(Access::READ));
    let mut init = |i: &AppItem| {
        i.declare(WIA_IPS_XRES, 75, info(Access::RW));
        i.declare(WIA_IPA_CHANNELS_PER_PIXEL, 1, info(Access::READ));
        Ok(())
    };
    let copy = CreationFlags::COPY_PARENT_PROPERTY_VALUES;
    let region = flatbed
        .create_child(SOURCE, copy, "Region", &mut init)
        .unwrap();
    assert_eq!(region.full_name(), r"0000\Root\Flatbed\Region");
    assert_eq!(region.flags(), SOURCE | ItemFlags::GENERATED);
    assert_eq!(region.category(), WIA_CATEGORY_FLATBED);
    assert_eq!(region.driver_item(), flatbed.driver_item());
    assert_eq!(region.read_i32(WIA_IPS_XRES).unwrap(), 300);
    assert_eq!(region.read_i32(WIA_IPA_CHANNELS_PER_PIXEL).unwrap(), 3);
    assert!(!region.has(WIA_IPS_OPTICAL_XRES));
    let plain = CreationFlags::empty();
    let own = flatbed
        .create_child(SOURCE, plain, "Own", &mut init)
        .unwrap();
    assert_eq!(own.read_i32(WIA_IPS_XRES).unwrap(), 75);
    assert_eq!(flatbed.children(), [region.clone(), own]);

    let mut refused = |parent: &AppItem, flags, creation, name: &str| {
        kind(parent.create_child(flags, creation, name, &mut init))
    };
    let bad = ErrorKind::InvalidArgument;
    assert_eq!(refused(&flatbed, SOURCE, plain, "Region"), bad);
    assert_eq!(refused(&flatbed, SOURCE, plain, ""), bad);
    assert_eq!(refused(&flatbed, SOURCE, plain, r"a\b"), bad);
    assert_eq!(refused(&flatbed, ItemFlags::IMAGE, plain, "x"), bad);
    assert_eq!(refused(&flatbed, ItemFlags::empty(), copy, "x"), bad);
    assert_eq!(refused(&region, SOURCE, plain, "x"), bad);
    flatbed.declare(WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION, 0, info(Access::READ));
    assert_eq!(refused(&flatbed, SOURCE, plain, "x"), bad);

    let by_driver = flatbed.add_child(SOURCE, "Driver's", &mut nothing).unwrap();
    assert_eq!(by_driver.flags(), SOURCE | ItemFlags::GENERATED);
    assert_eq!(flatbed.children().last(), Some(&by_driver));
    assert_eq!(kind(flatbed.add_child(SOURCE, "Own", &mut nothing)), bad);

    let feeder = tree.find_by_name(r"0000\Root\Feeder").unwrap();
    let mut fails = |_: &AppItem| Err(Error::new(ErrorKind::Offline, ""));
    let made = feeder.create_child(SOURCE, plain, "x", &mut fails);
    assert_eq!(
        (kind(made), feeder.children().len()),
        (ErrorKind::Offline, 2)
    );
}

#[test]
fn a_storage_folder_that_cannot_be_written_denies_children() {
    let root = root();
    let flags = ItemFlags::STORAGE | ItemFlags::FOLDER;
    DriverItem::new_child(&root, flags, "Storage", WIA_CATEGORY_FOLDER, None).unwrap();
    let storage = AppItem::from_driver_tree(&root).children().remove(0);
    let file = ItemFlags::FILE | ItemFlags::TRANSFER;
    let none = CreationFlags::empty();
    for (rights, refused) in [
        (AccessRights::READ, Some(ErrorKind::AccessDenied)),
        (AccessRights::RWD, None),
    ] {
        quire_items::declare_folder(&storage, rights);
        let made = storage.create_child(file, none, "a", &mut |_| Ok(()));
        assert_eq!(made.err().map(|e| e.kind()), refused);
    }
}

#[test]
fn a_child_of_a_storage_folder_is_a_folder_or_a_file() {
    let root = root();
    let flags = ItemFlags::STORAGE | ItemFlags::FOLDER;
    DriverItem::new_child(&root, flags, "Storage", WIA_CATEGORY_FOLDER, None).unwrap();
    let tree = AppItem::from_driver_tree(&root);
    let storage = tree.children().remove(0);
    let none = CreationFlags::empty();
    let file = ItemFlags::FILE | ItemFlags::TRANSFER;
    let file = storage
        .create_child(file, none, "a.tif", &mut nothing)
        .unwrap();
    assert_eq!(file.category(), WIA_CATEGORY_FINISHED_FILE);
    let folder = storage
        .create_child(flags, none, "sub", &mut nothing)
        .unwrap();
    assert_eq!(folder.category(), WIA_CATEGORY_FOLDER);

    // The upload makes the driver's counterpart; the next look at the tree links the two.
    let driver = storage.driver_item().unwrap();
    let flags = ItemFlags::FILE | ItemFlags::TRANSFER;
    let made = |n| DriverItem::new_child(&driver, flags, n, WIA_CATEGORY_FINISHED_FILE, None);
    let (a, b) = (made("a.tif").unwrap(), made("b.tif").unwrap());
    let added = tree.follow_driver_tree();
    assert_eq!(file.driver_item(), Some(a));
    assert_eq!(added.len(), 1);
    assert_eq!(added[0].driver_item(), Some(b.clone()));
    assert!(tree.follow_driver_tree().is_empty());
    b.remove_from_folder(RemoveReason::Disconnected).unwrap();
    assert!(tree.follow_driver_tree().is_empty());
    assert!(added[0].flags().contains(ItemFlags::DISCONNECTED));
    assert_eq!(storage.children(), [file, folder]);
}

/// A file goes, and a folder comes under its name.
#[test]
fn a_name_can_be_taken_over() {
    let root = root();
    let flags = ItemFlags::STORAGE | ItemFlags::FOLDER;
    let category = WIA_CATEGORY_FOLDER;
    let storage = DriverItem::new_child(&root, flags, "Storage", category, None).unwrap();
    let file = ItemFlags::FILE | ItemFlags::TRANSFER;
    let make = |flags, category| DriverItem::new_child(&storage, flags, "a", category, None);
    let old = make(file, WIA_CATEGORY_FINISHED_FILE).unwrap();
    let tree = AppItem::from_driver_tree(&root);
    let known = tree.find_by_name(r"0000\Root\Storage\a").unwrap();
    old.remove_from_folder(RemoveReason::Deleted).unwrap();
    let new = make(flags, category).unwrap();
    let added = tree.follow_driver_tree();
    assert!(known.flags().contains(ItemFlags::DELETED));
    assert_eq!(added.len(), 1);
    assert_eq!(added[0].driver_item(), Some(new));
    assert_eq!(tree.children()[0].children(), added);
}

#[test]
fn who_may_be_deleted() {
    let driver = scanner();
    let tree = AppItem::from_driver_tree(&driver);
    let feeder = tree.find_by_name(r"0000\Root\Feeder").unwrap();
    let front = tree.find_by_name(r"0000\Root\Feeder\Front").unwrap();
    assert_eq!(kind(tree.delete(&mut nothing)), ErrorKind::InvalidArgument);
    assert_eq!(
        kind(feeder.delete(&mut nothing)),
        ErrorKind::InvalidArgument
    );
    assert_eq!(kind(front.delete(&mut nothing)), ErrorKind::AccessDenied);
    let rights = AccessRights::READ.bits();
    front.declare(WIA_IPA_ACCESS_RIGHTS, rights, info(Access::READ));
    assert_eq!(kind(front.delete(&mut nothing)), ErrorKind::AccessDenied);
    front
        .write(WIA_IPA_ACCESS_RIGHTS, AccessRights::RD.bits())
        .unwrap();
    let mut keeps = |_: &AppItem| Err(Error::new(ErrorKind::NotImplemented, ""));
    assert_eq!(kind(front.delete(&mut keeps)), ErrorKind::NotImplemented);
    assert_eq!(feeder.children().len(), 2);
    front.delete(&mut nothing).unwrap();
    assert_eq!(feeder.children().len(), 1);
    assert!(front.flags().contains(ItemFlags::DELETED));
    assert_eq!(
        front.read_i32(WIA_IPA_ITEM_FLAGS).unwrap(),
        front.flags().bits()
    );
    assert_eq!(driver.find_by_name(front.full_name()), None);
    assert_eq!(kind(front.delete(&mut nothing)), ErrorKind::ItemDeleted);
    feeder.remove(RemoveReason::Disconnected);
    let made = feeder.create_child(SOURCE, CreationFlags::empty(), "x", &mut nothing);
    assert_eq!(kind(made), ErrorKind::ItemDeleted);
}
