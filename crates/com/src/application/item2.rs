//! Items of applications of streams (`IWiaItem2`).

use std::ffi::c_void;
use std::sync::Arc;

use abi::guids::{guid as to_guid, wia_guid};
use abi::interfaces::{
    IEnumSTATPROPSTG, IEnumWIA_DEV_CAPS, IEnumWIA_FORMAT_INFO, IEnumWiaItem2, IStream, IWiaItem2,
    IWiaItem2_Impl, IWiaItemExtras, IWiaItemExtras_Impl, IWiaPreview, IWiaPropertyStorage,
    IWiaPropertyStorage_Impl, IWiaTransfer, IWiaTransfer_Impl, IWiaTransferCallback,
};
use abi::memory::Bstr;
use abi::structs::{FILETIME, PROPSPEC, PROPVARIANT, STATPROPSETSTG};
use abi::{BOOL, BSTR, GUID, HRESULT, HWND, LPCWSTR, LPWSTR, PROPID};
use bridge::{ComStream, Out, text};
use service::{Device, Item};
use wia::{Error, Result, Status};
use windows_core::{InRef, implement};

use super::callback;
use super::dialog;
use super::enumerators::{Capabilities, Formats, Items2};
use super::extras::implement_extras;
use super::handle::Handle;
use super::params::{answer, done, given, guid, not_implemented, object};
use super::preview::PreviewComponent;
use super::session::Session;
use super::storage::{self, implement_storage};

/// An item with its properties and transfers. Every method that fails leaves its sentence for
/// `IWiaItemExtras::GetExtendedErrorInfo`.
#[implement(IWiaItem2, IWiaPropertyStorage, IWiaTransfer, IWiaItemExtras)]
pub(crate) struct Item2 {
    pub(crate) handle: Handle,
    storage: IWiaPropertyStorage,
}

/// The object of an item's device that is open already: for programs of Rust that hand it to others.
pub fn item_object(device: &Arc<dyn Device>, item: &Arc<dyn Item>) -> IWiaItem2 {
    let session = Session::new(Arc::clone(device));
    let item = Arc::clone(item);
    Item2::object(&Handle { session, item })
}

impl Item2 {
    pub(crate) fn object(handle: &Handle) -> IWiaItem2 {
        let storage = storage::object(handle);
        let handle = handle.clone();
        Item2 { handle, storage }.into()
    }

    fn done(&self, call: impl FnOnce() -> Result<()>) -> HRESULT {
        done(&self.handle.session, call)
    }

    /// Gives the item that a search has found, or none and `S_FALSE`.
    ///
    /// # Safety
    ///
    /// `to` is null, or has room for a pointer.
    unsafe fn found(
        &self,
        to: *mut Option<IWiaItem2>,
        search: impl FnOnce() -> Result<Option<Handle>>,
    ) -> HRESULT {
        answer(&self.handle.session, || {
            // SAFETY: the caller's promise.
            let out = unsafe { object(to) }?;
            let found = search()?;
            out.set(found.as_ref().map(Item2::object));
            Ok(found.map_or(Status::Cancelled, |_| Status::Ok))
        })
    }
}

implement_storage!(Item2_Impl);
implement_extras!(Item2_Impl);

// SAFETY, of every block below: pointers are the caller's to vouch for, as the documentation of each method has it.
impl IWiaItem2_Impl for Item2_Impl {
    unsafe fn CreateChildItem(
        &self,
        item_flags: i32,
        creation_flags: i32,
        name: BSTR,
        item: *mut Option<IWiaItem2>,
    ) -> HRESULT {
        self.done(|| {
            let (out, name) = unsafe { (object(item)?, text(name)) };
            let child = self
                .handle
                .create_child(item_flags, creation_flags, &name)?;
            out.set(Some(Item2::object(&child)));
            Ok(())
        })
    }

    unsafe fn DeleteItem(&self, _: i32) -> HRESULT {
        self.done(|| self.handle.item.delete())
    }

    unsafe fn EnumChildItems(
        &self,
        category: *const GUID,
        items: *mut Option<IEnumWiaItem2>,
    ) -> HRESULT {
        self.done(|| {
            let (out, category) = unsafe { (object(items)?, category.as_ref()) };
            let category = category.map(|category| wia_guid(*category));
            out.set(Some(Items2::object(self.handle.children(category)?)));
            Ok(())
        })
    }

    unsafe fn FindItemByName(
        &self,
        _: i32,
        full_name: BSTR,
        item: *mut Option<IWiaItem2>,
    ) -> HRESULT {
        unsafe { self.found(item, || self.handle.find(&text(full_name))) }
    }

    unsafe fn GetItemCategory(&self, category: *mut GUID) -> HRESULT {
        self.done(|| {
            let out = unsafe { Out::new(category, GUID::zeroed()) }?;
            out.set(to_guid(self.handle.item.category()));
            Ok(())
        })
    }

    unsafe fn GetItemType(&self, flags: *mut i32) -> HRESULT {
        self.done(|| {
            let out = unsafe { Out::new(flags, 0) }?;
            out.set(self.handle.item.flags().bits());
            Ok(())
        })
    }

    /// There are no dialogs here: the item, or its first child with data, is downloaded with the settings that it
    /// has, into files as `files::download` names them.
    unsafe fn DeviceDlg(
        &self,
        _: i32,
        _: HWND,
        folder: BSTR,
        file: BSTR,
        count: *mut i32,
        paths: *mut *mut BSTR,
        item: *mut Option<IWiaItem2>,
    ) -> HRESULT {
        answer(&self.handle.session, || unsafe {
            dialog::download(&self.handle, folder, file, count, paths, item)
        })
    }

    /// No command here makes an item, so `item` is null afterwards.
    unsafe fn DeviceCommand(
        &self,
        _: i32,
        command: *const GUID,
        item: *mut Option<IWiaItem2>,
    ) -> HRESULT {
        self.done(|| {
            if !item.is_null() {
                unsafe { object(item) }?;
            }
            let command = unsafe { guid(command, "pCmdGUID") }?;
            self.handle.item.device_command(command)
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

    /// A driver's extensions are where the driver is, and run without the application: there are none to be had.
    unsafe fn CheckExtension(
        &self,
        _: i32,
        name: BSTR,
        iid: *const GUID,
        exists: *mut BOOL,
    ) -> HRESULT {
        self.done(|| unsafe {
            Out::new(exists, 0)?;
            guid(iid, "riidExtensionInterface")?;
            check_extension(&text(name))
        })
    }

    unsafe fn GetExtension(
        &self,
        _: i32,
        name: BSTR,
        iid: *const GUID,
        object: *mut *mut c_void,
    ) -> HRESULT {
        self.done(|| unsafe {
            Out::new(object, std::ptr::null_mut())?;
            guid(iid, "riidExtensionInterface")?;
            let name = text(name);
            check_extension(&name)?;
            Err(not_implemented(&format!("the extension {name}")))
        })
    }

    unsafe fn GetParentItem(&self, item: *mut Option<IWiaItem2>) -> HRESULT {
        unsafe { self.found(item, || self.handle.parent()) }
    }

    unsafe fn GetRootItem(&self, item: *mut Option<IWiaItem2>) -> HRESULT {
        unsafe { self.found(item, || Ok(Some(Handle::root(&self.handle.session)))) }
    }

    unsafe fn GetPreviewComponent(&self, _: i32, preview: *mut Option<IWiaPreview>) -> HRESULT {
        self.done(|| {
            let out = unsafe { object(preview) }?;
            self.handle.check_alive()?;
            out.set(Some(PreviewComponent::object(&self.handle.session)));
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

    unsafe fn Diagnostic(&self, _: u32, _: *mut u8) -> HRESULT {
        self.done(|| Err(not_implemented("IWiaItem2::Diagnostic")))
    }
}

impl IWiaTransfer_Impl for Item2_Impl {
    unsafe fn Download(&self, flags: i32, callback: InRef<'_, IWiaTransferCallback>) -> HRESULT {
        answer(&self.handle.session, || {
            let callback = given(callback.cloned(), "pIWiaTransferCallback")?;
            let callback = callback::transfer(&self.handle, callback);
            self.handle.download(flags, callback)
        })
    }

    unsafe fn Upload(
        &self,
        _: i32,
        source: InRef<'_, IStream>,
        callback: InRef<'_, IWiaTransferCallback>,
    ) -> HRESULT {
        answer(&self.handle.session, || {
            let source = given(source.cloned(), "pSource")?;
            let callback = given(callback.cloned(), "pIWiaTransferCallback")?;
            let callback = callback::transfer(&self.handle, callback);
            let source = Box::new(ComStream::new(source));
            self.handle.upload(source, callback)
        })
    }

    /// Every transfer of the item that this application runs. Without one it does nothing.
    unsafe fn Cancel(&self) -> HRESULT {
        self.done(|| {
            let name = self.handle.item.full_name();
            self.handle.session.cancel(Some(&name));
            Ok(())
        })
    }

    unsafe fn EnumWIA_FORMAT_INFO(&self, formats: *mut Option<IEnumWIA_FORMAT_INFO>) -> HRESULT {
        self.done(|| {
            let out = unsafe { object(formats) }?;
            out.set(Some(Formats::object(self.handle.formats(true)?)));
            Ok(())
        })
    }
}

/// # Errors
///
/// `InvalidArgument` for a name that no extension of a driver can have.
fn check_extension(name: &str) -> Result<()> {
    let names = [
        "ImageProcessingFilter",
        "SegmentationFilter",
        "ErrorHandler",
    ];
    match names.contains(&name) {
        true => Ok(()),
        false => Err(Error::invalid(format!(
            "no extension is called {name:?}; valid are {}",
            names.join(", ")
        ))),
    }
}
