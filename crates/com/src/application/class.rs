//! How an application gets its first object: class factories, and the functions that are exported for them.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

use abi::guids::{CLSID_WIA_DEV_MGR, CLSID_WIA_DEV_MGR2};
use abi::interfaces::{IClassFactory, IClassFactory_Impl, IWiaDevMgr, IWiaDevMgr2};
use abi::results::{
    CLASS_E_CLASSNOTAVAILABLE, CLASS_E_NOAGGREGATION, E_INVALIDARG, E_POINTER, REGDB_E_CLASSNOTREG,
    S_FALSE, S_OK,
};
use abi::{BOOL, GUID, HRESULT};
use windows_core::{IUnknown, InRef, Interface, implement};

use super::manager::{Manager, Manager2};

/// Whether an object was ever given away. Threads of devices can outlive all objects, so the library stays then.
static USED: AtomicBool = AtomicBool::new(false);

/// Makes device managers.
#[implement(IClassFactory)]
struct Factory(Class);

/// The classes of this library.
#[derive(Clone, Copy)]
enum Class {
    Manager2,
    Manager,
}

impl Class {
    fn of(id: &GUID) -> Option<Class> {
        match *id {
            CLSID_WIA_DEV_MGR2 => Some(Class::Manager2),
            CLSID_WIA_DEV_MGR => Some(Class::Manager),
            _ => None,
        }
    }

    fn object(self) -> IUnknown {
        match self {
            Class::Manager2 => IWiaDevMgr2::from(Manager2).into(),
            Class::Manager => IWiaDevMgr::from(Manager).into(),
        }
    }
}

impl IClassFactory_Impl for Factory_Impl {
    unsafe fn CreateInstance(
        &self,
        outer: InRef<'_, IUnknown>,
        iid: *const GUID,
        object: *mut *mut c_void,
    ) -> HRESULT {
        // SAFETY: the caller's promises are the same.
        unsafe { give(object, iid, || new(self.0, !outer.is_null())) }
    }

    /// The library stays loaded whoever locks it.
    unsafe fn LockServer(&self, _: BOOL) -> HRESULT {
        S_OK
    }
}

fn new(class: Class, aggregated: bool) -> Result<IUnknown, HRESULT> {
    match aggregated {
        true => Err(CLASS_E_NOAGGREGATION),
        false => Ok(class.object()),
    }
}

/// Gives an interface of a new object.
///
/// # Safety
///
/// `to` is null, or has room for a pointer; `iid` is null, or points to a GUID.
unsafe fn give(
    to: *mut *mut c_void,
    iid: *const GUID,
    make: impl FnOnce() -> Result<IUnknown, HRESULT>,
) -> HRESULT {
    if to.is_null() {
        return E_POINTER;
    }
    // SAFETY: the caller's promise.
    unsafe { to.write(std::ptr::null_mut()) };
    if iid.is_null() {
        return E_INVALIDARG;
    }
    // Whoever has an object of this library uses its core, drivers that are loaded into this process too.
    driver_com::library::enter();
    match make() {
        Ok(object) => {
            USED.store(true, Ordering::Relaxed);
            // SAFETY: the caller's promise.
            unsafe { object.query(iid, to) }
        }
        Err(code) => code,
    }
}

/// The class of a call, or `code`.
///
/// # Safety
///
/// `class` is null, or points to a GUID.
unsafe fn class(class: *const GUID, code: HRESULT) -> Result<Class, HRESULT> {
    // SAFETY: the caller's promise.
    let id = unsafe { class.as_ref() }.ok_or(E_INVALIDARG)?;
    Class::of(id).ok_or(code)
}

/// `CoCreateInstance`: makes an object of a class of this library. `context` says where its code may run, and is not
/// looked at.
///
/// # Safety
///
/// As for `CoCreateInstance`: `class` and `iid` are null or point to GUIDs, `object` is null or has room for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaCoCreateInstance(
    class: *const GUID,
    outer: *mut c_void,
    _context: u32,
    iid: *const GUID,
    object: *mut *mut c_void,
) -> HRESULT {
    // SAFETY: the caller's promises.
    unsafe {
        give(object, iid, || {
            new(self::class(class, REGDB_E_CLASSNOTREG)?, !outer.is_null())
        })
    }
}

/// `CoGetClassObject`: the factory of a class of this library.
///
/// # Safety
///
/// As for `CoGetClassObject`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaCoGetClassObject(
    class: *const GUID,
    _context: u32,
    _server: *mut c_void,
    iid: *const GUID,
    object: *mut *mut c_void,
) -> HRESULT {
    // SAFETY: the caller's promises.
    unsafe {
        give(object, iid, || {
            factory(self::class(class, REGDB_E_CLASSNOTREG)?)
        })
    }
}

/// The factory of a class of this library. Exported on Windows alone: elsewhere a driver that is linked to this
/// library and forgets to export its own would seem to have one.
///
/// # Safety
///
/// As for `DllGetClassObject`.
#[cfg_attr(windows, unsafe(export_name = "DllGetClassObject"))]
pub unsafe extern "system" fn dll_get_class_object(
    class: *const GUID,
    iid: *const GUID,
    object: *mut *mut c_void,
) -> HRESULT {
    // SAFETY: the caller's promises.
    unsafe {
        give(object, iid, || {
            factory(self::class(class, CLASS_E_CLASSNOTAVAILABLE)?)
        })
    }
}

/// Whether the library can be unloaded: as long as nobody has had an object of it.
#[cfg_attr(windows, unsafe(export_name = "DllCanUnloadNow"))]
pub extern "system" fn dll_can_unload_now() -> HRESULT {
    match USED.load(Ordering::Relaxed) {
        true => S_FALSE,
        false => S_OK,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what `give` takes")]
fn factory(class: Class) -> Result<IUnknown, HRESULT> {
    Ok(IClassFactory::from(Factory(class)).into())
}
