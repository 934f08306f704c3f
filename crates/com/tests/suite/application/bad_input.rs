//! Null pointers everywhere, and ids of devices that are not there.

use std::ptr::{null, null_mut};

use abi::interfaces::{IWiaItemExtras, IWiaPropertyStorage, IWiaTransfer};
use abi::memory::Bstr;
use abi::results::{E_INVALIDARG, E_NOTIMPL, E_POINTER, S_FALSE};
use abi::{GUID, HRESULT};
use windows_core::Interface;

use super::objects::{child, flatbed, manager, manager2, object, open, open_legacy};

const NO_DEVICE: HRESULT = HRESULT(0x8021_0015_u32.cast_signed());

#[test]
fn devices_that_are_not_there_are_none() {
    for (id, code) in [
        ("", E_INVALIDARG),
        ("nothing:", NO_DEVICE),
        ("virtual:/nowhere", NO_DEVICE),
        ("virtual:?sheets=many", E_INVALIDARG),
    ] {
        let id = Bstr::new(id);
        let stream = object(|root| unsafe { manager2().CreateDevice(0, id.as_raw(), root) });
        assert_eq!(stream.unwrap_err(), code, "{id:?}");
        let older = object(|root| unsafe { manager().CreateDevice(id.as_raw(), root) });
        assert_eq!(older.unwrap_err(), code, "{id:?}");
    }
    let null_id = object(|root| unsafe { manager2().CreateDevice(0, null_mut(), root) });
    assert_eq!(null_id.unwrap_err(), E_INVALIDARG);
}

#[test]
fn results_need_a_place() {
    let (item, id, none) = (flatbed("virtual:"), Bstr::new("virtual:"), GUID::zeroed());
    let name = Bstr::new(r"0000\Root");
    let root = open("virtual:");
    let transfer: IWiaTransfer = item.cast().unwrap();
    let extras: IWiaItemExtras = item.cast().unwrap();
    let storage: IWiaPropertyStorage = item.cast().unwrap();
    unsafe {
        let codes = [
            manager2().EnumDeviceInfo(0xF, null_mut()),
            manager2().CreateDevice(0, id.as_raw(), null_mut()),
            manager2().SelectDeviceDlg(null_mut(), 0, 0, null_mut(), null_mut()),
            manager2().SelectDeviceDlgID(null_mut(), 0, 0, null_mut()),
            manager().EnumDeviceInfo(0xF, null_mut()),
            manager().CreateDevice(id.as_raw(), null_mut()),
            root.CreateChildItem(0, 0, name.as_raw(), null_mut()),
            root.EnumChildItems(null(), null_mut()),
            root.FindItemByName(0, name.as_raw(), null_mut()),
            root.GetItemCategory(null_mut()),
            root.GetItemType(null_mut()),
            root.EnumDeviceCapabilities(1, null_mut()),
            root.CheckExtension(0, name.as_raw(), &none, null_mut()),
            root.GetExtension(0, name.as_raw(), &none, null_mut()),
            root.GetParentItem(null_mut()),
            root.GetRootItem(null_mut()),
            root.GetPreviewComponent(0, null_mut()),
            root.EnumRegisterEventInfo(0, &none, null_mut()),
            transfer.EnumWIA_FORMAT_INFO(null_mut()),
            extras.GetExtendedErrorInfo(null_mut()),
            storage.GetCount(null_mut()),
        ];
        for (n, code) in codes.into_iter().enumerate() {
            assert_eq!(code, E_POINTER, "call {n}");
        }
        assert_eq!(root.DeviceCommand(0, null(), null_mut()), E_INVALIDARG);
        assert_eq!(
            root.EnumRegisterEventInfo(0, null(), &mut None),
            E_INVALIDARG
        );
        assert_eq!(root.Diagnostic(0, null_mut()), E_NOTIMPL);
        let mut actual = 7;
        let escape = extras.Escape(1, null_mut(), 0, null_mut(), 0, &mut actual);
        assert_eq!((escape, actual), (E_NOTIMPL, 0));
        // Nothing has failed yet that a sentence could be about, but for that.
        let mut text = Bstr::null();
        let fresh: IWiaItemExtras = open("virtual:").cast().unwrap();
        assert_eq!(fresh.GetExtendedErrorInfo(text.out()), S_FALSE);
    }
}

#[test]
fn results_of_an_older_item_need_a_place_too() {
    let root = open_legacy("virtual:");
    let item = child(&root);
    let name = Bstr::new("x");
    let transfer: abi::interfaces::IWiaDataTransfer = item.cast().unwrap();
    unsafe {
        let codes = [
            item.GetItemType(null_mut()),
            item.EnumChildItems(null_mut()),
            item.CreateChildItem(0, name.as_raw(), null_mut(), null_mut()),
            item.FindItemByName(0, name.as_raw(), null_mut()),
            item.DeviceDlg(null_mut(), 0, 0, null_mut(), null_mut()),
            item.GetRootItem(null_mut()),
            item.EnumDeviceCapabilities(1, null_mut()),
            item.EnumRegisterEventInfo(0, null(), null_mut()),
            item.DumpItemData(null_mut()),
            transfer.idtEnumWIA_FORMAT_INFO(null_mut()),
        ];
        for (n, code) in codes.into_iter().enumerate() {
            assert_eq!(code, E_POINTER, "call {n}");
        }
        let mut data = null_mut();
        assert_eq!(item.DumpTreeItemData(&mut data), E_NOTIMPL);
    }
}

#[test]
fn lists_need_places() {
    let root = open("virtual:");
    let list = object(|list| unsafe { root.EnumChildItems(null(), list) }).unwrap();
    let mut items = [None, None];
    let mut fetched = 7;
    unsafe {
        assert_eq!(list.Next(2, items.as_mut_ptr(), null_mut()), E_INVALIDARG);
        assert_eq!(list.Next(1, null_mut(), &mut fetched), E_POINTER);
        assert_eq!(fetched, 0);
        assert_eq!(list.Clone(null_mut()), E_POINTER);
        assert_eq!(list.GetCount(null_mut()), E_POINTER);
    }
    assert!(items[0].is_none());
}
