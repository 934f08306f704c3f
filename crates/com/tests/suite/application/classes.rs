//! The first object, and that each object is one.

use std::ffi::c_void;

use abi::GUID;
use abi::guids::{CLSID_WIA_DEV_MGR, CLSID_WIA_DEV_MGR2};
use abi::interfaces::{
    IClassFactory, IWiaDataTransfer, IWiaDevMgr, IWiaDevMgr2, IWiaItem, IWiaItem2, IWiaItemExtras,
    IWiaPropertyStorage, IWiaTransfer,
};
use abi::results::{
    CLASS_E_CLASSNOTAVAILABLE, CLASS_E_NOAGGREGATION, E_INVALIDARG, E_NOINTERFACE, E_POINTER,
    REGDB_E_CLASSNOTREG, S_FALSE, S_OK,
};
use wiaservc::application::class::{
    WiaCoCreateInstance, WiaCoGetClassObject, dll_can_unload_now, dll_get_class_object,
};
use windows_core::{IUnknown, Interface};

use super::objects::{create, flatbed, manager2, open, open_legacy};
use super::pictures::same;

const NULL: *mut c_void = std::ptr::null_mut();

#[test]
fn managers_are_made_by_their_classes_and_nothing_else_is() {
    assert!(create::<IWiaDevMgr2>(&CLSID_WIA_DEV_MGR2).is_ok());
    assert!(create::<IWiaDevMgr>(&CLSID_WIA_DEV_MGR).is_ok());
    assert!(create::<IUnknown>(&CLSID_WIA_DEV_MGR).is_ok());
    // Each class has its own generation alone.
    assert_eq!(
        create::<IWiaDevMgr>(&CLSID_WIA_DEV_MGR2).unwrap_err(),
        E_NOINTERFACE
    );
    assert_eq!(
        create::<IWiaItem2>(&CLSID_WIA_DEV_MGR2).unwrap_err(),
        E_NOINTERFACE
    );
    assert_eq!(
        create::<IUnknown>(&GUID::from_u128(1)).unwrap_err(),
        REGDB_E_CLASSNOTREG
    );
    assert_eq!(dll_can_unload_now(), S_FALSE);
}

#[test]
fn null_pointers_and_aggregation_are_refused() {
    let (class, iid) = (&CLSID_WIA_DEV_MGR2, &IUnknown::IID);
    let mut object = NULL;
    unsafe {
        let no_class = WiaCoCreateInstance(std::ptr::null(), NULL, 1, iid, &mut object);
        assert_eq!(no_class, E_INVALIDARG);
        let no_iid = WiaCoCreateInstance(class, NULL, 1, std::ptr::null(), &mut object);
        assert_eq!(no_iid, E_INVALIDARG);
        let no_place = WiaCoCreateInstance(class, NULL, 1, iid, std::ptr::null_mut());
        assert_eq!(no_place, E_POINTER);
        let outer = manager2();
        let code = WiaCoCreateInstance(class, outer.as_raw(), 1, iid, &mut object);
        assert_eq!((code, object), (CLASS_E_NOAGGREGATION, NULL));
    }
}

#[test]
fn factories_make_objects() {
    let mut object = NULL;
    unsafe {
        let unknown = dll_get_class_object(&GUID::from_u128(1), &IClassFactory::IID, &mut object);
        assert_eq!((unknown, object), (CLASS_E_CLASSNOTAVAILABLE, NULL));
        let (class, iid) = (&CLSID_WIA_DEV_MGR2, &IClassFactory::IID);
        assert_eq!(dll_get_class_object(class, iid, &mut object), S_OK);
        let factory = IClassFactory::from_raw(object);
        assert_eq!(factory.LockServer(1), S_OK);
        let none = Option::<&IUnknown>::None;
        let made = factory.CreateInstance(none.into(), &IWiaDevMgr2::IID, &mut object);
        assert_eq!(made, S_OK);
        drop(IWiaDevMgr2::from_raw(object));
        assert_eq!(WiaCoGetClassObject(class, 1, NULL, iid, &mut object), S_OK);
        drop(IClassFactory::from_raw(object));
    }
}

#[test]
fn the_interfaces_of_an_item_are_one_object() {
    let item = flatbed("virtual:");
    let storage: IWiaPropertyStorage = item.cast().unwrap();
    let transfer: IWiaTransfer = storage.cast().unwrap();
    let extras: IWiaItemExtras = transfer.cast().unwrap();
    let again: IWiaItem2 = extras.cast().unwrap();
    assert!(same(&item, &again) && same(&item, &storage));
    assert!(same(&item, &transfer) && same(&item, &extras));
    // Those of the other generation it does not have.
    assert_eq!(item.cast::<IWiaItem>().unwrap_err().code(), E_NOINTERFACE);
    assert_eq!(
        item.cast::<IWiaDataTransfer>().unwrap_err().code(),
        E_NOINTERFACE
    );
    assert!(!same(&item, &open("virtual:")));

    let root = open_legacy("virtual:");
    let storage: IWiaPropertyStorage = root.cast().unwrap();
    let transfer: IWiaDataTransfer = storage.cast().unwrap();
    assert!(same(&root, &transfer) && same(&root, &storage));
    assert!(same(&root, &transfer.cast::<IWiaItem>().unwrap()));
    assert_eq!(
        root.cast::<IWiaTransfer>().unwrap_err().code(),
        E_NOINTERFACE
    );
}
