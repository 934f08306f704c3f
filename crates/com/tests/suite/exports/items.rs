//! Items and their contexts.

use std::ptr;

use abi::memory::{Bstr, task_free};
use abi::results::{E_INVALIDARG, S_FALSE, S_OK};
use driver_com::context;
use wia::ItemFlags;
use wiaservc::exports::items::*;
use windows_core::InRef;

use super::{Driver, Tree, no_contexts, refused};

#[test]
fn what_is_no_context_is_refused_everywhere() {
    let name = Bstr::new("0000\\Root");
    for context in no_contexts() {
        let (mut number, mut items, mut out, mut item, mut flags) =
            (1, ptr::null_mut(), ptr::null_mut(), None, 0);
        // SAFETY: the context is none, and all places are valid.
        unsafe {
            refused(&[
                wiasGetItemType(context, &mut flags),
                wiasGetDrvItem(context, &mut item),
                wiasGetRootItem(context, &mut out),
                wiasGetContextFromName(context, 0, name.as_raw(), &mut out),
                wiasGetChildrenContexts(context, &mut number, &mut items),
                wiasCreateChildAppItem(context, 1, name.as_raw(), ptr::null_mut(), &mut out),
            ]);
        }
        assert!(out.is_null() && items.is_null() && item.is_none());
        assert_eq!((number, flags), (0, 0));
    }
}

#[test]
fn a_result_has_to_go_somewhere() {
    let tree = Tree::new();
    let (context, name) = (tree.context(), Bstr::new("0000\\Root"));
    let (mut number, mut items, mut out) = (0, ptr::null_mut(), ptr::null_mut());
    let driver = Driver::object(Vec::new());
    // SAFETY: what is not null is valid.
    unsafe {
        refused(&[
            wiasGetItemType(context, ptr::null_mut()),
            wiasGetDrvItem(context, ptr::null_mut()),
            wiasGetRootItem(context, ptr::null_mut()),
            wiasGetContextFromName(context, 0, name.as_raw(), ptr::null_mut()),
            wiasGetContextFromName(context, 0, ptr::null_mut(), &mut out),
            wiasGetChildrenContexts(context, ptr::null_mut(), &mut items),
            wiasGetChildrenContexts(context, &mut number, ptr::null_mut()),
            wiasCreateChildAppItem(context, 1, name.as_raw(), ptr::null_mut(), ptr::null_mut()),
            wiasCreateChildAppItem(context, 1, ptr::null_mut(), ptr::null_mut(), &mut out),
            wiasCreateDrvItem(
                1,
                name.as_raw(),
                name.as_raw(),
                InRef::from(&driver),
                0,
                ptr::null_mut(),
                ptr::null_mut(),
            ),
        ]);
    }
}

#[test]
fn an_item_of_a_driver_has_its_names_flags_and_memory() {
    let driver = Driver::object(Vec::new());
    let (name, full_name) = (Bstr::new("Feeder"), Bstr::new("0000\\Root\\Feeder"));
    let flags = ItemFlags::FILE | ItemFlags::TRANSFER;
    let (mut memory, mut item) = (ptr::null_mut(), None);
    // SAFETY: everything is valid; the memory is as large as it was asked for.
    unsafe {
        let made = wiasCreateDrvItem(
            flags.bits(),
            name.as_raw(),
            full_name.as_raw(),
            InRef::from(&driver),
            100,
            &mut memory,
            &mut item,
        );
        assert_eq!(made, S_OK);
        assert_eq!(memory as usize % 8, 0);
        assert_eq!(std::slice::from_raw_parts(memory, 100), [0; 100]);
        let item = item.expect("an item");
        let (mut told, mut text, mut same) = (0, Bstr::null(), ptr::null_mut());
        assert_eq!(item.GetItemFlags(&mut told), S_OK);
        assert_eq!(told, flags.bits());
        assert_eq!(item.GetFullItemName(text.out()), S_OK);
        assert_eq!(text.to_string(), "0000\\Root\\Feeder");
        assert_eq!(item.GetDeviceSpecContext(&mut same), S_OK);
        assert_eq!(same, memory);
    }
}

#[test]
fn an_item_of_a_driver_is_refused_without_what_it_needs() {
    let driver = Driver::object(Vec::new());
    let name = Bstr::new("Item");
    let (file, neither) = (ItemFlags::FILE.bits(), ItemFlags::TRANSFER.bits());
    let mut item = None;
    // SAFETY: what is not null is valid.
    let mut make = |flags, name, full_name, driver, bytes| unsafe {
        wiasCreateDrvItem(
            flags,
            name,
            full_name,
            driver,
            bytes,
            ptr::null_mut(),
            &mut item,
        )
    };
    let (text, null) = (name.as_raw(), ptr::null_mut());
    refused(&[
        make(neither, text, text, InRef::from(&driver), 0),
        make(file, null, text, InRef::from(&driver), 0),
        make(file, text, null, InRef::from(&driver), 0),
        make(file, text, text, InRef::default(), 0),
        make(file, text, text, InRef::from(&driver), -1),
        make(file, text, text, InRef::from(&driver), (16 << 20) + 1),
    ]);
    assert!(item.is_none());
}

#[test]
fn items_are_found_from_any_item_of_the_tree() {
    let tree = Tree::new();
    let flatbed = tree.context();
    let (mut out, mut number, mut items, mut flags, mut driver) =
        (ptr::null_mut(), 0, ptr::null_mut(), 0, None);
    // SAFETY: the contexts are valid, and so are all places.
    unsafe {
        assert_eq!(wiasGetRootItem(flatbed, &mut out), S_OK);
        assert_eq!(out, context::of(&tree.root));
        let name = Bstr::new("0000\\Root\\Flatbed");
        assert_eq!(
            wiasGetContextFromName(out, 0, name.as_raw(), &mut out),
            S_OK
        );
        assert_eq!(out, flatbed);
        let name = Bstr::new("0000\\Root\\Feeder");
        assert_eq!(
            wiasGetContextFromName(flatbed, 0, name.as_raw(), &mut out),
            S_FALSE
        );
        assert!(out.is_null());
        assert_eq!(
            wiasGetChildrenContexts(context::of(&tree.root), &mut number, &mut items),
            S_OK
        );
        assert_eq!((number, items.read()), (1, flatbed));
        task_free(items.cast());
        assert_eq!(
            wiasGetChildrenContexts(flatbed, &mut number, &mut items),
            S_OK
        );
        assert_eq!((number, items), (0, ptr::null_mut()));
        assert_eq!(wiasGetItemType(flatbed, &mut flags), S_OK);
        assert_eq!(flags, tree.flatbed.flags().bits());
        assert_eq!(wiasGetDrvItem(flatbed, &mut driver), S_OK);
        let mut text = Bstr::null();
        assert_eq!(driver.expect("an item").GetItemName(text.out()), S_OK);
        assert_eq!(text.to_string(), "Flatbed");
    }
}

#[test]
fn an_item_of_the_application_alone_is_a_child_that_was_generated() {
    let tree = Tree::new();
    let (name, full_name) = (
        Bstr::new("Region"),
        Bstr::new("0000\\Root\\Flatbed\\Region"),
    );
    let (mut child, mut flags) = (ptr::null_mut(), 0);
    // SAFETY: everything is valid.
    unsafe {
        let wrong = Bstr::new("0000\\Root\\Region");
        let result =
            wiasCreateChildAppItem(tree.context(), 2, name.as_raw(), wrong.as_raw(), &mut child);
        assert_eq!(result, E_INVALIDARG);
        let result = wiasCreateChildAppItem(
            tree.context(),
            2,
            name.as_raw(),
            full_name.as_raw(),
            &mut child,
        );
        assert_eq!(result, S_OK);
        assert_eq!(wiasGetItemType(child, &mut flags), S_OK);
    }
    assert_eq!(flags, (ItemFlags::FILE | ItemFlags::GENERATED).bits());
    assert_eq!(child, context::of(&tree.flatbed.children()[0]));
}

#[test]
fn a_context_ends_with_its_item() {
    let tree = Tree::new();
    let (context, mut flags) = (tree.context(), 0);
    drop(tree);
    // SAFETY: the context is a number that stands for nothing any more.
    assert_eq!(
        unsafe { wiasGetItemType(context, &mut flags) },
        E_INVALIDARG
    );
}
