//! Objects and strings, as an application has them.

use std::ffi::c_void;
use std::sync::OnceLock;

use abi::guids::{CLSID_WIA_DEV_MGR, CLSID_WIA_DEV_MGR2};
use abi::interfaces::{
    IWiaDevMgr, IWiaDevMgr2, IWiaItem, IWiaItem2, IWiaItemExtras, IWiaPropertyStorage,
};
use abi::memory::{Bstr, PropVariant};
use abi::results::S_OK;
use abi::structs::PROPSPEC;
use abi::{GUID, HRESULT};
use wia::PropertyId;
use wiaservc::application::class::WiaCoCreateInstance;
use windows_core::Interface;

/// `CoCreateInstance`. The user's configuration is an empty one that looks for no devices.
pub(super) fn create<I: Interface>(class: &GUID) -> Result<I, HRESULT> {
    static CONFIGURED: OnceLock<tempfile::TempDir> = OnceLock::new();
    CONFIGURED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("quire")).unwrap();
        std::fs::write(folder.path().join("quire/config.toml"), "discovery = []\n").unwrap();
        // SAFETY: every test comes by here before anything else looks at the environment.
        unsafe { std::env::set_var("XDG_CONFIG_HOME", folder.path()) };
        folder
    });
    let mut object: *mut c_void = std::ptr::null_mut();
    // SAFETY: all pointers are valid.
    let code = unsafe { WiaCoCreateInstance(class, std::ptr::null_mut(), 1, &I::IID, &mut object) };
    if code != S_OK {
        assert!(object.is_null());
        return Err(code);
    }
    // SAFETY: it is an object with the interface that was asked for.
    Ok(unsafe { I::from_raw(object) })
}

pub(super) fn manager2() -> IWiaDevMgr2 {
    create(&CLSID_WIA_DEV_MGR2).unwrap()
}

pub(super) fn manager() -> IWiaDevMgr {
    create(&CLSID_WIA_DEV_MGR).unwrap()
}

/// What a method gives through its last parameter.
pub(super) fn out<T: Default>(call: impl FnOnce(*mut T) -> HRESULT) -> Result<T, HRESULT> {
    let mut value = T::default();
    match call(&mut value) {
        S_OK => Ok(value),
        code => Err(code),
    }
}

/// The same for an object.
pub(super) fn object<I>(call: impl FnOnce(*mut Option<I>) -> HRESULT) -> Result<I, HRESULT> {
    out(call).map(Option::unwrap)
}

/// The root of a device, for an application of streams.
pub(super) fn open(uri: &str) -> IWiaItem2 {
    let id = Bstr::new(uri);
    object(|root| unsafe { manager2().CreateDevice(0, id.as_raw(), root) }).unwrap()
}

/// The same for an older application.
pub(super) fn open_legacy(uri: &str) -> IWiaItem {
    let id = Bstr::new(uri);
    object(|root| unsafe { manager().CreateDevice(id.as_raw(), root) }).unwrap()
}

/// An item by its full name.
pub(super) fn find(item: &IWiaItem2, full_name: &str) -> Result<IWiaItem2, HRESULT> {
    let name = Bstr::new(full_name);
    object(|found| unsafe { item.FindItemByName(0, name.as_raw(), found) })
}

pub(super) fn flatbed(uri: &str) -> IWiaItem2 {
    find(&open(uri), r"0000\Root\Flatbed").unwrap()
}

pub(super) fn feeder(uri: &str) -> IWiaItem2 {
    find(&open(uri), r"0000\Root\Feeder").unwrap()
}

/// The only child of an older tree.
pub(super) fn child(root: &IWiaItem) -> IWiaItem {
    let children = object(|children| unsafe { root.EnumChildItems(children) }).unwrap();
    object(|item| unsafe { children.Next(1, item, std::ptr::null_mut()) }).unwrap()
}

/// Writes properties in one call.
pub(super) fn write(item: &impl Interface, values: &[(PropertyId, PropVariant)]) -> HRESULT {
    let storage: IWiaPropertyStorage = item.cast().unwrap();
    let specs: Vec<_> = values
        .iter()
        .map(|(id, _)| PROPSPEC::numbered(id.0))
        .collect();
    let raw: Vec<_> = values.iter().map(|(_, value)| *value.as_raw()).collect();
    let count = u32::try_from(values.len()).unwrap();
    // SAFETY: the arrays have as many elements as is said.
    unsafe { storage.WriteMultiple(count, specs.as_ptr(), raw.as_ptr(), 2) }
}

pub(super) fn set(item: &impl Interface, values: &[(PropertyId, PropVariant)]) {
    assert_eq!(write(item, values), S_OK);
}

/// Reads one property.
pub(super) fn read(item: &impl Interface, id: PropertyId) -> (HRESULT, PropVariant) {
    let storage: IWiaPropertyStorage = item.cast().unwrap();
    let spec = PROPSPEC::numbered(id.0);
    let mut value = PropVariant::EMPTY;
    // SAFETY: there is one of each.
    let code = unsafe { storage.ReadMultiple(1, &spec, value.out()) };
    (code, value)
}

/// The text of a property.
pub(super) fn text(item: &impl Interface, id: PropertyId) -> String {
    let (code, value) = read(item, id);
    assert_eq!((code, value.vartype()), (S_OK, abi::structs::vt::BSTR));
    // SAFETY: the type says so; a BSTR ends with a zero.
    unsafe { abi::memory::read_wide(value.as_raw().value.bstrVal) }.unwrap()
}

/// The number of a property.
pub(super) fn number(item: &impl Interface, id: PropertyId) -> i32 {
    let (code, value) = read(item, id);
    assert_eq!((code, value.vartype()), (S_OK, abi::structs::vt::I4));
    // SAFETY: the type says so.
    unsafe { value.as_raw().value.lVal }
}

/// The sentence of the last failure of the item's device.
pub(super) fn last_error(item: &impl Interface) -> String {
    let extras: IWiaItemExtras = item.cast().unwrap();
    let mut text = Bstr::null();
    // SAFETY: the place is valid.
    let code = unsafe { extras.GetExtendedErrorInfo(text.out()) };
    assert_eq!(code, S_OK);
    text.to_string()
}

pub(super) fn i4(value: i32) -> PropVariant {
    PropVariant::i4(value)
}

pub(super) fn clsid(value: wia::Guid) -> PropVariant {
    PropVariant::clsid(GUID::from_u128(value.0))
}
