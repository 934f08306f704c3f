//! `wiasCreateDrvItem`, `wiasCreateChildAppItem` and the functions that find items.

use items::{AppItem, DriverItem, RemoveReason};
use wia::category::{WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::property::*;
use wia::{Access, ErrorKind, ItemFlags};

use crate::minidriver::service_library::*;
use crate::rig::{flatbed, info, refused};

const FOLDER: ItemFlags = ItemFlags::FOLDER;
const FILE: ItemFlags = ItemFlags::FILE;

fn root() -> DriverItem {
    let flags = ItemFlags::ROOT | FOLDER;
    create_drv_item(flags, "Root", r"0000\Root", WIA_CATEGORY_ROOT, 0).unwrap()
}

#[test]
fn create_drv_item_names_become_properties() {
    let root = root();
    let flags = FILE | ItemFlags::TRANSFER;
    let (name, full_name) = ("Flatbed", r"0000\Root\Flatbed");
    let item = create_drv_item(flags, name, full_name, WIA_CATEGORY_FLATBED, 0).unwrap();
    assert!(item.parent().is_none());
    item.add_to_folder(&root).unwrap();

    let tree = AppItem::from_driver_tree(&root);
    let item = tree.children().remove(0);
    assert_eq!(item.read_str(WIA_IPA_ITEM_NAME).unwrap(), name);
    assert_eq!(item.read_str(WIA_IPA_FULL_ITEM_NAME).unwrap(), full_name);
    assert_eq!(item.read_i32(WIA_IPA_ITEM_FLAGS).unwrap(), flags.bits());
}

#[test]
fn create_drv_item_needs_folder_or_file() {
    let make = |flags| create_drv_item(flags, "a", r"0000\a", WIA_CATEGORY_FLATBED, 0);
    for flags in [ItemFlags::empty(), ItemFlags::IMAGE, ItemFlags::TRANSFER] {
        assert!(refused(make(flags)).contains("Folder or File"), "{flags:?}");
    }
    for flags in [FOLDER, FILE, FOLDER | FILE] {
        assert_eq!(make(flags).unwrap().flags(), flags);
    }
}

#[test]
fn create_drv_item_needs_names() {
    for (name, full_name) in [("", r"0000\a"), ("a", "")] {
        refused(create_drv_item(
            FILE,
            name,
            full_name,
            WIA_CATEGORY_FLATBED,
            0,
        ));
    }
}

#[test]
fn create_drv_item_gives_a_zeroed_private_context() {
    let make = |bytes| create_drv_item(FILE, "a", r"0000\a", WIA_CATEGORY_FLATBED, bytes);
    let item = make(100).unwrap();
    let context = item.context_as::<PrivateContext>().unwrap();
    assert_eq!(**context.lock().unwrap(), [0; 100]);
    context.lock().unwrap()[7] = 77;
    let again = item.clone().context_as::<PrivateContext>().unwrap();
    assert_eq!(again.lock().unwrap()[7], 77);

    assert!(make(0).unwrap().context_as::<PrivateContext>().is_none());
}

#[test]
fn create_drv_item_limits_the_private_context() {
    let make = |bytes| create_drv_item(FILE, "a", r"0000\a", WIA_CATEGORY_FLATBED, bytes);
    let largest = make(16_777_216).unwrap();
    let context = largest.context_as::<PrivateContext>().unwrap();
    assert_eq!(context.lock().unwrap().len(), 16_777_216);
    assert!(refused(make(16_777_217)).contains("16777217"));
    refused(make(usize::MAX));
}

#[test]
fn create_child_app_item_adds_to_the_application_tree_alone() {
    let (tree, flatbed) = flatbed();
    let child = create_child_app_item(&flatbed, FILE | ItemFlags::IMAGE, "Region").unwrap();
    assert_eq!(child.full_name(), r"0000\Root\Flatbed\Region");
    assert_eq!(tree.find_by_name(child.full_name()), Some(child.clone()));
    assert!(flatbed.driver_item().unwrap().children().is_empty());
    assert_eq!(
        child.property_ids(),
        [
            WIA_IPA_ITEM_NAME,
            WIA_IPA_FULL_ITEM_NAME,
            WIA_IPA_ITEM_FLAGS,
            WIA_IPA_ITEM_CATEGORY
        ]
    );
}

#[test]
fn create_child_app_item_is_generated() {
    let (_tree, flatbed) = flatbed();
    for (flags, name) in [(FILE, "a"), (FOLDER, "b"), (ItemFlags::empty(), "c")] {
        let child = create_child_app_item(&flatbed, flags, name).unwrap();
        assert_eq!(child.flags(), flags | ItemFlags::GENERATED);
        let shown = child.read_i32(WIA_IPA_ITEM_FLAGS).unwrap();
        assert_eq!(shown, child.flags().bits());
    }
}

#[test]
fn create_child_app_item_refuses() {
    let (_tree, flatbed) = flatbed();
    let leaf = create_child_app_item(&flatbed, FILE, "leaf").unwrap();
    for (parent, flags, name) in [
        (&flatbed, FILE, "leaf"),
        (&flatbed, FILE, ""),
        (&flatbed, FILE, r"a\b"),
        (&flatbed, ItemFlags::IMAGE, "x"),
        (&leaf, FILE, "x"),
    ] {
        refused(create_child_app_item(parent, flags, name));
    }
    assert_eq!(flatbed.children(), std::slice::from_ref(&leaf));

    flatbed.remove(RemoveReason::Disconnected);
    let e = create_child_app_item(&flatbed, FILE, "late").unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ItemDeleted);
}

#[test]
fn create_child_app_item_works_where_applications_may_not() {
    let (_tree, flatbed) = flatbed();
    flatbed.declare(WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION, 0, info(Access::READ));
    create_child_app_item(&flatbed, FILE, "Region").unwrap();
}

#[test]
fn get_item_type_gives_the_flags() {
    let (tree, flatbed) = flatbed();
    let root = ItemFlags::ROOT | FOLDER | ItemFlags::DEVICE;
    assert_eq!(get_item_type(&tree), root);
    let item = FOLDER | FILE | ItemFlags::TRANSFER;
    assert_eq!(get_item_type(&flatbed), item);
    flatbed.remove(RemoveReason::Deleted);
    assert_eq!(get_item_type(&flatbed), item | ItemFlags::DELETED);
}

#[test]
fn get_drv_item_gives_the_linked_item() {
    let (tree, flatbed) = flatbed();
    let driver = get_drv_item(&flatbed).unwrap();
    assert_eq!(driver.full_name(), r"0000\Root\Flatbed");
    assert_eq!(get_drv_item(&tree), driver.parent());
    let made = create_child_app_item(&flatbed, FILE, "Region").unwrap();
    assert_eq!(get_drv_item(&made), Some(driver));
}

#[test]
fn get_root_item_gives_the_top_of_the_same_tree() {
    let (tree, item) = flatbed();
    let (other, _) = flatbed();
    let region = create_child_app_item(&item, FILE, "Region").unwrap();
    for item in [&tree, &item, &region] {
        assert_eq!(get_root_item(item), tree);
        assert_ne!(get_root_item(item), other);
    }
}

#[test]
fn get_context_from_name_matches_full_names() {
    let (tree, flatbed) = flatbed();
    let region = create_child_app_item(&flatbed, FILE, "Region").unwrap();
    let found = |name| get_context_from_name(&region, name);
    assert_eq!(found(r"0000\Root"), Some(tree.clone()));
    assert_eq!(found(r"0000\Root\Flatbed"), Some(flatbed.clone()));
    let region_name = r"0000\Root\Flatbed\Region";
    assert_eq!(
        get_context_from_name(&tree, region_name),
        Some(region.clone())
    );
    for other in ["", "Flatbed", r"0000\root\flatbed", r"0000\Root\Flatbed\"] {
        assert_eq!(found(other), None, "{other:?}");
    }
}

#[test]
fn get_children_contexts_in_order() {
    let (tree, flatbed) = flatbed();
    let only = get_children_contexts(&tree);
    assert_eq!(only, std::slice::from_ref(&flatbed));
    assert_eq!(get_children_contexts(&flatbed), []);
    let made = ["c", "a", "b"].map(|name| create_child_app_item(&flatbed, FILE, name).unwrap());
    assert_eq!(get_children_contexts(&flatbed), made);
}
