//! The device managers (`IWiaDevMgr2`, `IWiaDevMgr`).

use std::path::PathBuf;

use abi::guids::guid as to_guid;
use abi::interfaces::{
    IEnumWIA_DEV_INFO, IWiaDevMgr, IWiaDevMgr_Impl, IWiaDevMgr2, IWiaDevMgr2_Impl,
    IWiaEventCallback, IWiaItem, IWiaItem2,
};
use abi::memory::Bstr;
use abi::{BSTR, GUID, HRESULT, HWND};
use bridge::{Out, text};
use service::{FileFate, StorageMedium};
use wia::property::{WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_CUR_INTENT};
use wia::{Error, Guid, PropertyValue, Result, Status, Tymed};
use windows_core::{IUnknown, InRef, Interface, implement};

use super::enumerators::Devices;
use super::handle::Handle;
use super::item::LegacyItem;
use super::item2::Item2;
use super::open::{chosen_device, found_devices, open, open_legacy};
use super::params::{given, guid, not_implemented, object};
use super::{dialog, files, registration};

/// The manager of applications of streams.
#[implement(IWiaDevMgr2)]
pub(crate) struct Manager2;

/// The manager of applications from before Windows Vista.
#[implement(IWiaDevMgr)]
pub(crate) struct Manager;

fn done(call: impl FnOnce() -> Result<()>) -> HRESULT {
    bridge::guard(|| call().map(|()| Status::Ok))
}

/// `EnumDeviceInfo`.
///
/// # Safety
///
/// `devices` is null, or has room for a pointer.
unsafe fn enum_device_info(flags: i32, devices: *mut Option<IEnumWIA_DEV_INFO>) -> HRESULT {
    done(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { object(devices) }?;
        out.set(Some(Devices::object(found_devices(flags)?)));
        Ok(())
    })
}

/// `SelectDeviceDlgID`.
///
/// # Safety
///
/// `device_id` is null, or has room for a pointer.
unsafe fn select_device_id(device_type: i32, device_id: *mut BSTR) -> HRESULT {
    done(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { Out::new(device_id, std::ptr::null_mut()) }?;
        out.set(Bstr::new(&chosen_device(device_type)?).into_raw());
        Ok(())
    })
}

/// `SelectDeviceDlg`: opens the device that is chosen, and gives its id where that is asked for.
///
/// # Safety
///
/// `device_id` is null, or has room for a pointer.
unsafe fn select_device(
    device_type: i32,
    device_id: *mut BSTR,
    open: impl FnOnce(&str) -> Result<Handle>,
) -> Result<Handle> {
    let out = match device_id.is_null() {
        true => None,
        // SAFETY: the caller's promise.
        false => Some(unsafe { Out::new(device_id, std::ptr::null_mut()) }?),
    };
    let uri = chosen_device(device_type)?;
    let root = open(&uri)?;
    if let Some(out) = out {
        out.set(Bstr::new(&uri).into_raw());
    }
    Ok(root)
}

/// `RegisterEventCallbackInterface`.
///
/// # Safety
///
/// As the documentation has it: a string, a GUID, an object of any thread, room for a pointer.
unsafe fn register(
    device_id: BSTR,
    event: *const GUID,
    callback: &InRef<'_, IWiaEventCallback>,
    to: *mut Option<IUnknown>,
) -> HRESULT {
    done(|| {
        // SAFETY: the caller's promise.
        let (out, event, device) =
            unsafe { (object(to)?, guid(event, "pEventGUID")?, text(device_id)) };
        let callback = given(callback.cloned(), "pIWiaEventCallback")?;
        out.set(Some(registration::object(&device, event, callback)?));
        Ok(())
    })
}

// SAFETY, of every block below: pointers are the caller's to vouch for, as the documentation of each method has it.
impl IWiaDevMgr2_Impl for Manager2_Impl {
    unsafe fn EnumDeviceInfo(
        &self,
        flags: i32,
        devices: *mut Option<IEnumWIA_DEV_INFO>,
    ) -> HRESULT {
        unsafe { enum_device_info(flags, devices) }
    }

    unsafe fn CreateDevice(
        &self,
        _: i32,
        device_id: BSTR,
        root: *mut Option<IWiaItem2>,
    ) -> HRESULT {
        done(|| {
            let (out, id) = unsafe { (object(root)?, text(device_id)) };
            out.set(Some(Item2::object(&open(&id)?)));
            Ok(())
        })
    }

    /// There are no dialogs here: the device is [`chosen_device`]'s.
    unsafe fn SelectDeviceDlg(
        &self,
        _: HWND,
        device_type: i32,
        _: i32,
        device_id: *mut BSTR,
        root: *mut Option<IWiaItem2>,
    ) -> HRESULT {
        done(|| {
            let out = unsafe { object(root) }?;
            let root = unsafe { select_device(device_type, device_id, open) }?;
            out.set(Some(Item2::object(&root)));
            Ok(())
        })
    }

    unsafe fn SelectDeviceDlgID(
        &self,
        _: HWND,
        device_type: i32,
        _: i32,
        device_id: *mut BSTR,
    ) -> HRESULT {
        unsafe { select_device_id(device_type, device_id) }
    }

    unsafe fn RegisterEventCallbackInterface(
        &self,
        _: i32,
        device_id: BSTR,
        event: *const GUID,
        callback: InRef<'_, IWiaEventCallback>,
        registration: *mut Option<IUnknown>,
    ) -> HRESULT {
        unsafe { register(device_id, event, &callback, registration) }
    }

    unsafe fn RegisterEventCallbackProgram(
        &self,
        _: i32,
        _: BSTR,
        _: *const GUID,
        _: BSTR,
        _: BSTR,
        _: BSTR,
        _: BSTR,
        _: BSTR,
    ) -> HRESULT {
        done(|| Err(not_implemented("a registration of programs")))
    }

    unsafe fn RegisterEventCallbackCLSID(
        &self,
        _: i32,
        _: BSTR,
        _: *const GUID,
        _: *const GUID,
        _: BSTR,
        _: BSTR,
        _: BSTR,
    ) -> HRESULT {
        done(|| Err(not_implemented("a registration of classes")))
    }

    /// There are no dialogs here: as `IWiaItem2::DeviceDlg` of the device, or of [`chosen_device`]'s without one.
    unsafe fn GetImageDlg(
        &self,
        _: i32,
        device_id: BSTR,
        _: HWND,
        folder: BSTR,
        file: BSTR,
        count: *mut i32,
        paths: *mut *mut BSTR,
        item: *mut Option<IWiaItem2>,
    ) -> HRESULT {
        bridge::guard(|| {
            let id = match unsafe { text(device_id) } {
                id if id.is_empty() => chosen_device(0)?,
                id => id,
            };
            let root = open(&id)?;
            unsafe { dialog::download(&root, folder, file, count, paths, item) }
        })
    }
}

// SAFETY, of every block below: as above.
impl IWiaDevMgr_Impl for Manager_Impl {
    unsafe fn EnumDeviceInfo(
        &self,
        flags: i32,
        devices: *mut Option<IEnumWIA_DEV_INFO>,
    ) -> HRESULT {
        unsafe { enum_device_info(flags, devices) }
    }

    unsafe fn CreateDevice(&self, device_id: BSTR, root: *mut Option<IWiaItem>) -> HRESULT {
        done(|| {
            let (out, id) = unsafe { (object(root)?, text(device_id)) };
            out.set(Some(LegacyItem::object(&open_legacy(&id)?)));
            Ok(())
        })
    }

    /// There are no dialogs here: the device is [`chosen_device`]'s.
    unsafe fn SelectDeviceDlg(
        &self,
        _: HWND,
        device_type: i32,
        _: i32,
        device_id: *mut BSTR,
        root: *mut Option<IWiaItem>,
    ) -> HRESULT {
        done(|| {
            let out = unsafe { object(root) }?;
            let root = unsafe { select_device(device_type, device_id, open_legacy) }?;
            out.set(Some(LegacyItem::object(&root)));
            Ok(())
        })
    }

    unsafe fn SelectDeviceDlgID(
        &self,
        _: HWND,
        device_type: i32,
        _: i32,
        device_id: *mut BSTR,
    ) -> HRESULT {
        unsafe { select_device_id(device_type, device_id) }
    }

    /// There are no dialogs here: the first item with data, of the device that is given or of [`chosen_device`]'s,
    /// is transferred into the file, in the format that is given (`GUID_NULL`: the one that it has), which is given
    /// back.
    unsafe fn GetImageDlg(
        &self,
        _: HWND,
        device_type: i32,
        _: i32,
        intent: i32,
        root: InRef<'_, IWiaItem>,
        file: BSTR,
        format: *mut GUID,
    ) -> HRESULT {
        bridge::guard(|| {
            let wanted = unsafe { guid(format, "pguidFormat") }?;
            let file = unsafe { text(file) };
            let root = match root.as_ref() {
                Some(root) => ours(root)?,
                None => open_legacy(&chosen_device(device_type)?)?,
            };
            let (status, made) = image(&root, intent, &file, wanted)?;
            unsafe { format.write(to_guid(made)) };
            Ok(status)
        })
    }

    unsafe fn RegisterEventCallbackProgram(
        &self,
        _: i32,
        _: BSTR,
        _: *const GUID,
        _: BSTR,
        _: BSTR,
        _: BSTR,
        _: BSTR,
    ) -> HRESULT {
        done(|| Err(not_implemented("a registration of programs")))
    }

    unsafe fn RegisterEventCallbackInterface(
        &self,
        _: i32,
        device_id: BSTR,
        event: *const GUID,
        callback: InRef<'_, IWiaEventCallback>,
        registration: *mut Option<IUnknown>,
    ) -> HRESULT {
        unsafe { register(device_id, event, &callback, registration) }
    }

    unsafe fn RegisterEventCallbackCLSID(
        &self,
        _: i32,
        _: BSTR,
        _: *const GUID,
        _: *const GUID,
        _: BSTR,
        _: BSTR,
        _: BSTR,
    ) -> HRESULT {
        done(|| Err(not_implemented("a registration of classes")))
    }

    unsafe fn AddDeviceDlg(&self, _: HWND, _: i32) -> HRESULT {
        done(|| Err(not_implemented("IWiaDevMgr::AddDeviceDlg")))
    }
}

/// # Errors
///
/// `InvalidArgument` for an item of somebody else.
fn ours(item: &IWiaItem) -> Result<Handle> {
    match item.cast_object_ref::<LegacyItem>() {
        Ok(item) => Ok(item.handle.clone()),
        Err(_) => Err(Error::invalid("pItemRoot is an item of somebody else")),
    }
}

/// Transfers the first item with data into a file, and says in which format.
fn image(root: &Handle, intent: i32, file: &str, format: Guid) -> Result<(Status, Guid)> {
    if file.is_empty() {
        return Err(Error::invalid("bstrFilename is empty"));
    }
    let item = files::chosen(&root.item)?;
    let mut values = Vec::new();
    if intent != 0 {
        values.push((WIA_IPS_CUR_INTENT, PropertyValue::I4(intent)));
    }
    values.push((WIA_IPA_TYMED, PropertyValue::I4(Tymed::File.value())));
    if format != Guid::NULL {
        values.push((WIA_IPA_FORMAT, PropertyValue::Clsid(format)));
    }
    item.write(&values)?;
    let made = match item.read(&[WIA_IPA_FORMAT])?.into_iter().next() {
        Some(Some(PropertyValue::Clsid(made))) => made,
        _ => format,
    };
    let mut medium = StorageMedium {
        tymed: Tymed::File,
        file_name: Some(PathBuf::from(file)),
    };
    let status = root.session.transfer(item.as_ref(), |transfer| {
        transfer.file_data(&mut medium, FileFate::Documented, None)
    })?;
    Ok((status, made))
}
