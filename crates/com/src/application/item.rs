//! Items of applications from before Windows Vista (`IWiaItem`).

use abi::interfaces::{
    IEnumSTATPROPSTG, IEnumWIA_DEV_CAPS, IEnumWIA_FORMAT_INFO, IEnumWiaItem, IStream,
    IWiaDataCallback, IWiaDataTransfer, IWiaDataTransfer_Impl, IWiaItem, IWiaItem_Impl,
    IWiaItemExtras, IWiaItemExtras_Impl, IWiaPropertyStorage, IWiaPropertyStorage_Impl,
};
use abi::memory::{Bstr, TaskArray};
use abi::structs::{
    FILETIME, PROPSPEC, PROPVARIANT, STATPROPSETSTG, STGMEDIUM, WIA_DATA_TRANSFER_INFO,
    WIA_EXTENDED_TRANSFER_INFO, WIA_FORMAT_INFO,
};
use abi::{BSTR, GUID, HRESULT, HWND, LPCWSTR, LPWSTR, PROPID};
use bridge::{Out, text};
use wia::property::WIA_IPS_CUR_INTENT;
use wia::{Error, PropertyValue, Result, Status};
use windows_core::{InRef, Interface, implement};

use super::enumerators::{Capabilities, Formats, Items};
use super::extras::implement_extras;
use super::handle::Handle;
use super::params::{answer, done, given, guid, missing, not_implemented, object};
use super::storage::{self, implement_storage};
use super::{data, files};

/// An item with its properties and transfers. Every method that fails leaves its sentence for
/// `IWiaItemExtras::GetExtendedErrorInfo`.
#[implement(IWiaItem, IWiaPropertyStorage, IWiaDataTransfer, IWiaItemExtras)]
pub(crate) struct LegacyItem {
    pub(crate) handle: Handle,
    storage: IWiaPropertyStorage,
}

impl LegacyItem {
    pub(crate) fn object(handle: &Handle) -> IWiaItem {
        let storage = storage::object(handle);
        let handle = handle.clone();
        LegacyItem { handle, storage }.into()
    }

    fn done(&self, call: impl FnOnce() -> Result<()>) -> HRESULT {
        done(&self.handle.session, call)
    }
}

implement_storage!(LegacyItem_Impl);
implement_extras!(LegacyItem_Impl);

// SAFETY, of every block below: pointers are the caller's to vouch for, as the documentation of each method has it.
impl IWiaItem_Impl for LegacyItem_Impl {
    unsafe fn GetItemType(&self, flags: *mut i32) -> HRESULT {
        self.done(|| {
            let out = unsafe { Out::new(flags, 0) }?;
            out.set(self.handle.item.flags().bits());
            Ok(())
        })
    }

    unsafe fn AnalyzeItem(&self, _: i32) -> HRESULT {
        self.done(|| Err(not_implemented("IWiaItem::AnalyzeItem")))
    }

    unsafe fn EnumChildItems(&self, items: *mut Option<IEnumWiaItem>) -> HRESULT {
        self.done(|| {
            let out = unsafe { object(items) }?;
            out.set(Some(Items::object(self.handle.children(None)?)));
            Ok(())
        })
    }

    unsafe fn DeleteItem(&self, _: i32) -> HRESULT {
        self.done(|| self.handle.item.delete())
    }

    /// A full name, if there is one, must be the one that the item gets.
    unsafe fn CreateChildItem(
        &self,
        flags: i32,
        name: BSTR,
        full_name: BSTR,
        item: *mut Option<IWiaItem>,
    ) -> HRESULT {
        self.done(|| {
            let (out, name, full_name) = unsafe { (object(item)?, text(name), text(full_name)) };
            let becomes = format!("{}\\{name}", self.handle.item.full_name());
            if !full_name.is_empty() && full_name != becomes {
                return Err(Error::invalid(format!(
                    "bstrFullItemName {full_name:?}: the item's will be {becomes:?}"
                )));
            }
            let child = self.handle.create_child(flags, 0, &name)?;
            out.set(Some(LegacyItem::object(&child)));
            Ok(())
        })
    }

    /// Nothing is ever registered to be started, so there is nobody.
    unsafe fn EnumRegisterEventInfo(
        &self,
        _: i32,
        event: *const GUID,
        handlers: *mut Option<IEnumWIA_DEV_CAPS>,
    ) -> HRESULT {
        self.done(|| unsafe {
            let out = object(handlers)?;
            guid(event, "pEventGUID")?;
            out.set(Some(Capabilities::object(Vec::new())));
            Ok(())
        })
    }

    unsafe fn FindItemByName(
        &self,
        _: i32,
        full_name: BSTR,
        item: *mut Option<IWiaItem>,
    ) -> HRESULT {
        answer(&self.handle.session, || {
            let (out, full_name) = unsafe { (object(item)?, text(full_name)) };
            let found = self.handle.find(&full_name)?;
            out.set(found.as_ref().map(LegacyItem::object));
            Ok(found.map_or(Status::Cancelled, |_| Status::Ok))
        })
    }

    /// There are no dialogs here: the item that is given is this one, or its first child with data, and the intent is
    /// written to it.
    unsafe fn DeviceDlg(
        &self,
        _: HWND,
        _: i32,
        intent: i32,
        count: *mut i32,
        items: *mut *mut Option<IWiaItem>,
    ) -> HRESULT {
        self.done(|| {
            let (count, items) =
                unsafe { (Out::new(count, 0)?, Out::new(items, std::ptr::null_mut())?) };
            let item = files::chosen(&self.handle.item)?;
            if intent != 0 {
                item.write(&[(WIA_IPS_CUR_INTENT, PropertyValue::I4(intent))])?;
            }
            let item = LegacyItem::object(&self.handle.other(item));
            // The reference is the array's, and with it the caller's.
            let array = TaskArray::from_slice(&[item.into_raw()]);
            items.set(array.into_raw().cast());
            count.set(1);
            Ok(())
        })
    }

    /// No command here makes an item, so `item` is null afterwards.
    unsafe fn DeviceCommand(
        &self,
        _: i32,
        command: *const GUID,
        item: *mut Option<IWiaItem>,
    ) -> HRESULT {
        self.done(|| {
            if !item.is_null() {
                unsafe { object(item) }?;
            }
            let command = unsafe { guid(command, "pCmdGUID") }?;
            self.handle.item.device_command(command)
        })
    }

    unsafe fn GetRootItem(&self, item: *mut Option<IWiaItem>) -> HRESULT {
        self.done(|| {
            let out = unsafe { object(item) }?;
            out.set(Some(LegacyItem::object(&Handle::root(
                &self.handle.session,
            ))));
            Ok(())
        })
    }

    unsafe fn EnumDeviceCapabilities(
        &self,
        flags: i32,
        capabilities: *mut Option<IEnumWIA_DEV_CAPS>,
    ) -> HRESULT {
        self.done(|| {
            let out = unsafe { object(capabilities) }?;
            out.set(Some(Capabilities::object(self.handle.capabilities(flags)?)));
            Ok(())
        })
    }

    unsafe fn DumpItemData(&self, data: *mut BSTR) -> HRESULT {
        unsafe { self.dump(data) }
    }

    unsafe fn DumpDrvItemData(&self, data: *mut BSTR) -> HRESULT {
        unsafe { self.dump(data) }
    }

    unsafe fn DumpTreeItemData(&self, data: *mut BSTR) -> HRESULT {
        unsafe { self.dump(data) }
    }

    unsafe fn Diagnostic(&self, _: u32, _: *mut u8) -> HRESULT {
        self.done(|| Err(not_implemented("IWiaItem::Diagnostic")))
    }
}

impl LegacyItem {
    /// # Safety
    ///
    /// `data` is null, or has room for a pointer.
    unsafe fn dump(&self, data: *mut BSTR) -> HRESULT {
        self.done(|| {
            // SAFETY: the caller's promise.
            unsafe { Out::new(data, std::ptr::null_mut()) }?;
            Err(not_implemented("a dump of items"))
        })
    }
}

// SAFETY, of every block below: as above.
impl IWiaDataTransfer_Impl for LegacyItem_Impl {
    unsafe fn idtGetData(
        &self,
        medium: *mut STGMEDIUM,
        callback: InRef<'_, IWiaDataCallback>,
    ) -> HRESULT {
        answer(&self.handle.session, || {
            let medium = unsafe { medium.as_mut() }.ok_or_else(|| missing("pMedium"))?;
            unsafe { data::into_file(&self.handle, medium, callback.cloned()) }
        })
    }

    unsafe fn idtGetBandedData(
        &self,
        info: *mut WIA_DATA_TRANSFER_INFO,
        callback: InRef<'_, IWiaDataCallback>,
    ) -> HRESULT {
        answer(&self.handle.session, || {
            let info = unsafe { info.as_ref() }.ok_or_else(|| missing("pWiaDataTransInfo"))?;
            let callback = given(callback.cloned(), "pIWiaDataCallback")?;
            unsafe { data::in_bands(&self.handle, info, callback) }
        })
    }

    unsafe fn idtQueryGetData(&self, format: *mut WIA_FORMAT_INFO) -> HRESULT {
        self.done(|| {
            let format = unsafe { format.as_ref() }.ok_or_else(|| missing("pfe"))?;
            data::query(&self.handle, format)
        })
    }

    unsafe fn idtEnumWIA_FORMAT_INFO(&self, formats: *mut Option<IEnumWIA_FORMAT_INFO>) -> HRESULT {
        self.done(|| {
            let out = unsafe { object(formats) }?;
            out.set(Some(Formats::object(self.handle.formats(false)?)));
            Ok(())
        })
    }

    unsafe fn idtGetExtendedTransferInfo(&self, info: *mut WIA_EXTENDED_TRANSFER_INFO) -> HRESULT {
        self.done(|| {
            let info = unsafe { info.as_mut() };
            let info = info.ok_or_else(|| missing("pExtendedTransferInfo"))?;
            data::extended_info(&self.handle, info)
        })
    }
}
