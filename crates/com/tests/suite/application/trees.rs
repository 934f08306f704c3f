//! Devices, items and their properties.

use abi::interfaces::{IEnumWIA_DEV_INFO, IEnumWiaItem2, IWiaItem2, IWiaTransfer};
use abi::memory::Bstr;
use abi::results::{E_INVALIDARG, S_FALSE, S_OK};
use abi::structs::{WIA_DEV_CAP, WIA_FORMAT_INFO};
use abi::{GUID, HRESULT};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED};
use wia::command::WIA_CMD_SYNCHRONIZE;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP};
use wia::property::{
    WIA_DIP_DEV_ID, WIA_DIP_DEV_TYPE, WIA_IPA_FULL_ITEM_NAME, WIA_IPA_ITEM_NAME, WIA_IPS_XRES,
};
use wia::{Guid, ItemFlags};
use windows_core::Interface;

use super::objects::{
    child, feeder, find, flatbed, i4, last_error, manager, manager2, number, object, open,
    open_legacy, out, set, text, write,
};
use super::pictures::same;

const ITEM_DELETED: HRESULT = HRESULT(0x8021_0009_u32.cast_signed());

fn children(item: &IWiaItem2) -> IEnumWiaItem2 {
    object(|children| unsafe { item.EnumChildItems(std::ptr::null(), children) }).unwrap()
}

fn next(list: &IEnumWiaItem2, count: u32) -> (HRESULT, Vec<IWiaItem2>) {
    let mut items = vec![None; 8];
    let mut fetched = 99;
    let code = unsafe { list.Next(count, items.as_mut_ptr(), &mut fetched) };
    let items: Vec<_> = items.into_iter().flatten().collect();
    assert_eq!(usize::try_from(fetched), Ok(items.len()));
    (code, items)
}

fn name(item: &impl Interface) -> String {
    text(item, WIA_IPA_ITEM_NAME)
}

#[test]
fn devices_are_listed_with_their_properties() {
    let list = |devices: *mut Option<IEnumWIA_DEV_INFO>| unsafe {
        manager2().EnumDeviceInfo(0xF, devices)
    };
    let devices = object(list).unwrap();
    assert_eq!(out(|count| unsafe { devices.GetCount(count) }), Ok(1));
    let device = object(|d| unsafe { devices.Next(1, d, std::ptr::null_mut()) }).unwrap();
    assert_eq!(text(&device, WIA_DIP_DEV_ID), "virtual:");
    assert_eq!(number(&device, WIA_DIP_DEV_TYPE), 0x1_0000);
    let mut none = None;
    let code = unsafe { devices.Next(1, &mut none, std::ptr::null_mut()) };
    assert_eq!((code, none.is_some()), (S_FALSE, false));
    let unknown = unsafe { manager().EnumDeviceInfo(0x100, &mut None) };
    assert_eq!(unknown, E_INVALIDARG);
}

#[test]
fn nothing_is_chosen_where_no_device_is() {
    let mut id = Bstr::null();
    let none = HRESULT(0x8021_0015_u32.cast_signed());
    let window = std::ptr::null_mut();
    let code = unsafe { manager2().SelectDeviceDlgID(window, 0, 0, id.out()) };
    assert_eq!((code, id.to_string()), (none, String::new()));
    let code = unsafe { manager().SelectDeviceDlg(window, 2, 0, id.out(), &mut None) };
    assert_eq!(code, none);
}

#[test]
fn a_list_is_gone_through_from_its_beginning_to_its_end() {
    let root = open("virtual:");
    let list = children(&root);
    assert_eq!(out(|count| unsafe { list.GetCount(count) }), Ok(2));
    let (code, items) = next(&list, 1);
    assert_eq!((code, name(&items[0])), (S_OK, "Flatbed".to_owned()));
    // A copy goes on from where the list is, and each from there on its own.
    let copy = object(|copy| unsafe { list.Clone(copy) }).unwrap();
    let (code, items) = next(&copy, 8);
    assert_eq!((code, items.len()), (S_FALSE, 1));
    assert_eq!(name(&items[0]), "Feeder");
    assert_eq!(next(&copy, 1).0, S_FALSE);
    let (code, items) = next(&list, 1);
    assert_eq!((code, items.len()), (S_OK, 1));
    unsafe {
        assert_eq!(list.Reset(), S_OK);
        assert_eq!(list.Skip(2), S_OK);
        assert_eq!(list.Skip(1), S_FALSE);
        assert_eq!(list.Reset(), S_OK);
        assert_eq!(list.Skip(u32::MAX), S_FALSE);
    }
    assert_eq!(next(&list, 1), (S_FALSE, vec![]));
}

#[test]
fn children_of_a_category_alone_can_be_listed() {
    let root = open("virtual:");
    for (category, count) in [(WIA_CATEGORY_FEEDER, 1), (Guid(1), 0)] {
        let category = GUID::from_u128(category.0);
        let list = object(|list| unsafe { root.EnumChildItems(&category, list) }).unwrap();
        assert_eq!(out(|n| unsafe { list.GetCount(n) }), Ok(count));
    }
}

#[test]
fn items_are_found_at_their_places() {
    let root = open("virtual:");
    let item = find(&root, r"0000\Root\Flatbed").unwrap();
    assert_eq!(text(&item, WIA_IPA_FULL_ITEM_NAME), r"0000\Root\Flatbed");
    let category = out(|c: *mut GUID| unsafe { item.GetItemCategory(c) }).unwrap();
    assert_eq!(category.to_u128(), WIA_CATEGORY_FLATBED.0);
    let flags = out(|flags| unsafe { item.GetItemType(flags) }).unwrap();
    assert!(ItemFlags::from_bits_retain(flags).contains(ItemFlags::TRANSFER));
    let parent = object(|parent| unsafe { item.GetParentItem(parent) }).unwrap();
    let root_of_it = object(|root| unsafe { item.GetRootItem(root) }).unwrap();
    assert_eq!(
        (name(&parent), name(&root_of_it)),
        ("Root".to_owned(), "Root".to_owned())
    );
    // The root has no parent, and what is not below an item is not found there.
    let above = object(|parent| unsafe { root.GetParentItem(parent) });
    assert_eq!(above.unwrap_err(), S_FALSE);
    assert_eq!(find(&root, r"0000\Root\Nowhere").unwrap_err(), S_FALSE);
    assert_eq!(find(&item, r"0000\Root\Feeder").unwrap_err(), S_FALSE);
    assert_eq!(name(&find(&item, r"0000\Root\Flatbed").unwrap()), "Flatbed");
    assert_eq!(find(&root, "").unwrap_err(), E_INVALIDARG);
}

#[test]
fn a_child_is_made_and_deleted() {
    let item = flatbed("virtual:");
    let label = Bstr::new("Photo");
    // WiaItemTypeGenerated, Transfer, Image, File, ProgrammableDataSource; COPY_PARENT_PROPERTY_VALUES.
    let (flags, copy) = (0x4000 | 0x2000 | 1 | 2 | 0x8_0000, 0x4000_0000);
    set(&item, &[(WIA_IPS_XRES, i4(150))]);
    let made = object(|made| unsafe { item.CreateChildItem(flags, copy, label.as_raw(), made) });
    let made = made.unwrap();
    assert_eq!(
        text(&made, WIA_IPA_FULL_ITEM_NAME),
        r"0000\Root\Flatbed\Photo"
    );
    assert_eq!(number(&made, WIA_IPS_XRES), 150);
    let taken = unsafe { item.CreateChildItem(flags, 0, label.as_raw(), &mut None) };
    assert_eq!(taken, E_INVALIDARG);
    assert!(last_error(&item).contains("Photo"), "{}", last_error(&item));
    let nameless = unsafe { item.CreateChildItem(flags, 0, std::ptr::null_mut(), &mut None) };
    assert_eq!(nameless, E_INVALIDARG);
    let strange = unsafe { item.CreateChildItem(flags, 1, label.as_raw(), &mut None) };
    assert_eq!(strange, E_INVALIDARG);
    // An item with children stays.
    assert_eq!(unsafe { item.DeleteItem(0) }, E_INVALIDARG);
    assert_eq!(unsafe { made.DeleteItem(0) }, S_OK);
    assert_eq!(out(|n| unsafe { children(&item).GetCount(n) }), Ok(0));
    // What is gone says so.
    assert_eq!(unsafe { made.DeleteItem(0) }, ITEM_DELETED);
    let list = object(|list| unsafe { made.EnumChildItems(std::ptr::null(), list) });
    assert_eq!(list.unwrap_err(), ITEM_DELETED);
    let parent = object(|parent| unsafe { made.GetParentItem(parent) });
    assert_eq!(parent.unwrap_err(), ITEM_DELETED);
    assert_eq!(write(&made, &[(WIA_IPS_XRES, i4(75))]), ITEM_DELETED);
}

#[test]
fn capabilities_commands_and_extensions() {
    let root = open("virtual:");
    let list = object(|list| unsafe { root.EnumDeviceCapabilities(1, list) }).unwrap();
    let count = out(|count| unsafe { list.GetCount(count) }).unwrap();
    let empty = WIA_DEV_CAP {
        guid: GUID::zeroed(),
        ulFlags: 0,
        bstrName: std::ptr::null_mut(),
        bstrDescription: std::ptr::null_mut(),
        bstrIcon: std::ptr::null_mut(),
        bstrCommandline: std::ptr::null_mut(),
    };
    let mut commands = vec![empty; 16];
    let mut fetched = 0;
    let code = unsafe { list.Next(count, commands.as_mut_ptr(), &mut fetched) };
    assert_eq!((code, fetched), (S_OK, count));
    let ids: Vec<u128> = commands.iter().map(|c| c.guid.to_u128()).collect();
    assert!(ids.contains(&WIA_CMD_SYNCHRONIZE.0));
    for command in commands {
        // SAFETY: they are the caller's now.
        let texts =
            unsafe { [command.bstrName, command.bstrDescription].map(|text| Bstr::from_raw(text)) };
        assert_eq!(texts[0].to_string().is_empty(), command.bstrName.is_null());
    }
    for flags in [0, 4, -1] {
        let code = unsafe { root.EnumDeviceCapabilities(flags, &mut None) };
        assert_eq!(code, E_INVALIDARG, "{flags}");
    }

    let synchronize = GUID::from_u128(WIA_CMD_SYNCHRONIZE.0);
    let code = unsafe { root.DeviceCommand(0, &synchronize, std::ptr::null_mut()) };
    assert_eq!(code, S_OK);
    let unknown = GUID::from_u128(1);
    assert_eq!(
        unsafe { root.DeviceCommand(0, &unknown, &mut None) },
        E_INVALIDARG
    );

    let (filter, other) = (Bstr::new("ImageProcessingFilter"), Bstr::new("Other"));
    let mut exists = 7;
    let code = unsafe { root.CheckExtension(0, filter.as_raw(), &unknown, &mut exists) };
    assert_eq!((code, exists), (S_OK, 0));
    let code = unsafe { root.CheckExtension(0, other.as_raw(), &unknown, &mut exists) };
    assert_eq!(code, E_INVALIDARG);
}

#[test]
fn formats_are_those_of_the_generation() {
    let pairs = |list: &abi::interfaces::IEnumWIA_FORMAT_INFO| {
        let mut formats = vec![WIA_FORMAT_INFO::default(); 64];
        let mut fetched = 0;
        let code = unsafe { list.Next(64, formats.as_mut_ptr(), &mut fetched) };
        assert_eq!(code, S_FALSE);
        formats.truncate(usize::try_from(fetched).unwrap());
        let pairs = formats
            .iter()
            .map(|f| (Guid(f.guidFormatID.to_u128()), f.lTymed));
        pairs.collect::<Vec<_>>()
    };
    let item: IWiaTransfer = feeder("virtual:").cast().unwrap();
    let list = object(|list| unsafe { item.EnumWIA_FORMAT_INFO(list) }).unwrap();
    let streams = pairs(&list);
    assert!(streams.contains(&(WIA_IMG_FMT_BMP, 2)), "{streams:?}");
    assert!(streams.iter().all(|(_, tymed)| [2, 256].contains(tymed)));

    let item = child(&open_legacy("virtual:"));
    let item: abi::interfaces::IWiaDataTransfer = item.cast().unwrap();
    let list = object(|list| unsafe { item.idtEnumWIA_FORMAT_INFO(list) }).unwrap();
    assert!(pairs(&list).contains(&(WIA_IMG_FMT_MEMORYBMP, 128)));
    let root: IWiaTransfer = open("virtual:").cast().unwrap();
    let none = object(|list| unsafe { root.EnumWIA_FORMAT_INFO(list) });
    assert_eq!(none.unwrap_err(), E_INVALIDARG);
}

#[test]
fn a_value_that_is_not_valid_is_refused_with_a_sentence() {
    let item = flatbed("virtual:");
    let before = number(&item, WIA_IPS_XRES);
    assert_eq!(write(&item, &[(WIA_IPS_XRES, i4(151))]), E_INVALIDARG);
    assert!(last_error(&item).contains("151"), "{}", last_error(&item));
    assert_eq!(number(&item, WIA_IPS_XRES), before);
}

#[test]
fn an_older_tree_is_a_root_and_one_child() {
    let root = open_legacy("virtual:");
    let item = child(&root);
    let list = object(|list| unsafe { root.EnumChildItems(list) }).unwrap();
    assert_eq!(out(|n| unsafe { list.GetCount(n) }), Ok(1));
    let full_name = Bstr::new(&text(&item, WIA_IPA_FULL_ITEM_NAME));
    let found = object(|found| unsafe { root.FindItemByName(0, full_name.as_raw(), found) });
    assert_eq!(name(&found.unwrap()), name(&item));
    let above = object(|root| unsafe { item.GetRootItem(root) }).unwrap();
    assert_eq!(name(&above), "Root");
    assert_eq!(
        unsafe { item.AnalyzeItem(0) },
        HRESULT(0x8000_4001_u32.cast_signed())
    );
    assert!(same(&item, &item));
}
