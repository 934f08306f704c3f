//! An application's item as an extension of a driver sees it: `IWiaItem2` with `IWiaPropertyStorage`.
//!
//! An extension is called in the middle of a transfer or preview; it looks at items, and a segmentation filter makes new
//! ones. What an application does besides (dialogs, commands, events) it has no business with.
#![expect(unsafe_code, reason = "the objects are called from C")]

use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use abi::guids::{guid, wia_guid};
use abi::interfaces::{
    IEnumSTATPROPSTG, IEnumWIA_DEV_CAPS, IEnumWiaItem2, IEnumWiaItem2_Impl, IStream, IWiaItem2,
    IWiaItem2_Impl, IWiaPreview, IWiaPropertyStorage, IWiaPropertyStorage_Impl,
};
use abi::structs::{FILETIME, PROPSPEC, PROPVARIANT, STATPROPSETSTG};
use abi::{BOOL, BSTR, GUID, HRESULT, HWND, LPCWSTR, LPWSTR, PROPID};
use bridge::{Out, PropertySource, guard, property_storage_object, text};
use items::{AppItem, CreationFlags, property_stream};
use transfer::SegmentedItem;
use wia::{Error, ErrorKind, ItemFlags, PropertyId, PropertyInfo, PropertyValue, Result, Status};
use windows_core::{InRef, implement};

use crate::loan::Loan;

/// What makes and changes children, while a segmentation filter runs.
pub(crate) type Editor = Arc<Loan<dyn SegmentedItem>>;

/// An object of an item.
pub(crate) fn object(item: &AppItem, editor: Option<Editor>) -> IWiaItem2 {
    let source = Source {
        item: item.clone(),
        editor: editor.clone(),
    };
    ItemObject {
        item: item.clone(),
        storage: property_storage_object(Arc::new(source)),
        editor,
    }
    .into()
}

/// The properties of an item.
struct Source {
    item: AppItem,
    editor: Option<Editor>,
}

impl PropertySource for Source {
    fn properties(&self) -> Vec<PropertyId> {
        self.item.property_ids()
    }

    fn read(&self, ids: &[PropertyId]) -> Result<Vec<Option<PropertyValue>>> {
        Ok(ids.iter().map(|id| self.item.read(*id)).collect())
    }

    fn write(&self, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        let editor = self.editor.as_ref().ok_or_else(not_here)?;
        editor.with(|editor| editor.write(&self.item, values))
    }

    fn attributes(&self, id: PropertyId) -> Option<PropertyInfo> {
        self.item.attributes(id)
    }

    fn property_name(&self, id: PropertyId) -> String {
        self.item.property_name(id)
    }

    fn property_by_name(&self, name: &str) -> Option<PropertyId> {
        self.item.property_by_name(name)
    }

    fn property_stream(&self) -> Result<Vec<u8>> {
        Ok(property_stream(&self.item))
    }

    fn set_property_stream(&self, bytes: &[u8]) -> Result<()> {
        self.write(&items::saved_values(&self.item, bytes)?)
    }
}

fn not_here() -> Error {
    let what = "an extension of a driver cannot do this with an item";
    Error::new(ErrorKind::AccessDenied, what)
}

#[implement(IWiaItem2, IWiaPropertyStorage)]
struct ItemObject {
    item: AppItem,
    storage: IWiaPropertyStorage,
    editor: Option<Editor>,
}

/// Puts an item's object, or null and `S_FALSE`, where C wants it.
///
/// # Safety
///
/// `out` is null or a place for one.
unsafe fn found(
    out: *mut Option<IWiaItem2>,
    item: Option<AppItem>,
    editor: Option<&Editor>,
) -> Result<Status> {
    // SAFETY: the caller's promise is the same.
    let to = unsafe { Out::new(out, None) }?;
    Ok(match item {
        Some(item) => {
            to.set(Some(object(&item, editor.cloned())));
            Status::Ok
        }
        // The same number, which means "no" here.
        None => Status::Cancelled,
    })
}

/// Answers a method that an extension has no business with.
fn refused() -> HRESULT {
    guard(|| {
        Err::<(), _>(Error::new(
            ErrorKind::NotImplemented,
            not_here().to_string(),
        ))
    })
}

impl IWiaItem2_Impl for ItemObject_Impl {
    unsafe fn CreateChildItem(
        &self,
        item_flags: i32,
        creation_flags: i32,
        name: BSTR,
        out: *mut Option<IWiaItem2>,
    ) -> HRESULT {
        guard(|| {
            // SAFETY: C gives a string or null, and null or a place.
            let (to, name) = unsafe { (Out::new(out, None)?, text(name)) };
            let editor = self.editor.as_ref().ok_or_else(not_here)?;
            let flags = ItemFlags::from_bits_retain(item_flags);
            let creation = CreationFlags::from_bits_retain(creation_flags.cast_unsigned());
            let child = editor.with(|editor| {
                if *editor.item() != self.item {
                    return Err(Error::invalid(
                        "regions are children of the item of the preview",
                    ));
                }
                editor.create_child(flags, creation, &name)
            })?;
            to.set(Some(object(&child, self.editor.clone())));
            Ok(())
        })
    }

    unsafe fn DeleteItem(&self, _flags: i32) -> HRESULT {
        refused()
    }

    unsafe fn EnumChildItems(
        &self,
        category: *const GUID,
        out: *mut Option<IEnumWiaItem2>,
    ) -> HRESULT {
        guard(|| {
            // SAFETY: C gives null or a place.
            let to = unsafe { Out::new(out, None) }?;
            // SAFETY: C gives null or a category.
            let category = unsafe { category.as_ref() }.map(|id| wia_guid(*id));
            let mut items = self.item.children();
            items.retain(|item| category.is_none_or(|category| item.category() == category));
            to.set(Some(children(items, 0, self.editor.clone())));
            Ok(())
        })
    }

    unsafe fn FindItemByName(
        &self,
        _flags: i32,
        name: BSTR,
        out: *mut Option<IWiaItem2>,
    ) -> HRESULT {
        // SAFETY: C gives a string or null, and null or a place.
        guard(|| unsafe {
            found(
                out,
                self.item.find_by_name(&text(name)),
                self.editor.as_ref(),
            )
        })
    }

    unsafe fn GetItemCategory(&self, out: *mut GUID) -> HRESULT {
        guard(|| {
            // SAFETY: C gives null or a place.
            let to = unsafe { Out::new(out, GUID::zeroed()) }?;
            to.set(guid(self.item.category()));
            Ok(())
        })
    }

    unsafe fn GetItemType(&self, out: *mut i32) -> HRESULT {
        guard(|| {
            // SAFETY: C gives null or a place.
            let to = unsafe { Out::new(out, 0) }?;
            to.set(self.item.flags().bits());
            Ok(())
        })
    }

    unsafe fn DeviceDlg(
        &self,
        _flags: i32,
        _parent: HWND,
        _folder: BSTR,
        _file: BSTR,
        _count: *mut i32,
        _paths: *mut *mut BSTR,
        _item: *mut Option<IWiaItem2>,
    ) -> HRESULT {
        refused()
    }

    unsafe fn DeviceCommand(
        &self,
        _flags: i32,
        _command: *const GUID,
        _item: *mut Option<IWiaItem2>,
    ) -> HRESULT {
        refused()
    }

    unsafe fn EnumDeviceCapabilities(
        &self,
        _flags: i32,
        _out: *mut Option<IEnumWIA_DEV_CAPS>,
    ) -> HRESULT {
        refused()
    }

    unsafe fn CheckExtension(
        &self,
        _flags: i32,
        _name: BSTR,
        _iid: *const GUID,
        _exists: *mut BOOL,
    ) -> HRESULT {
        refused()
    }

    unsafe fn GetExtension(
        &self,
        _flags: i32,
        _name: BSTR,
        _iid: *const GUID,
        _out: *mut *mut c_void,
    ) -> HRESULT {
        refused()
    }

    unsafe fn GetParentItem(&self, out: *mut Option<IWiaItem2>) -> HRESULT {
        // SAFETY: C gives null or a place.
        guard(|| unsafe { found(out, self.item.parent(), self.editor.as_ref()) })
    }

    unsafe fn GetRootItem(&self, out: *mut Option<IWiaItem2>) -> HRESULT {
        // SAFETY: C gives null or a place.
        guard(|| unsafe { found(out, Some(self.item.root()), self.editor.as_ref()) })
    }

    unsafe fn GetPreviewComponent(
        &self,
        _flags: i32,
        _preview: *mut Option<IWiaPreview>,
    ) -> HRESULT {
        refused()
    }

    unsafe fn EnumRegisterEventInfo(
        &self,
        _flags: i32,
        _event: *const GUID,
        _handlers: *mut Option<IEnumWIA_DEV_CAPS>,
    ) -> HRESULT {
        refused()
    }

    unsafe fn Diagnostic(&self, _size: u32, _buffer: *mut u8) -> HRESULT {
        refused()
    }
}

/// The methods of a storage, on the one that the object has.
macro_rules! pass_on {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        impl IWiaPropertyStorage_Impl for ItemObject_Impl {
            $(unsafe fn $method(&self, $($argument: $type),*) -> HRESULT {
                // SAFETY: passed on as C gave it.
                unsafe { self.storage.$method($($argument),*) }
            })*
        }
    };
}

pass_on! {
    ReadMultiple(count: u32, specs: *const PROPSPEC, values: *mut PROPVARIANT);
    WriteMultiple(count: u32, specs: *const PROPSPEC, values: *const PROPVARIANT, first: PROPID);
    DeleteMultiple(count: u32, specs: *const PROPSPEC);
    ReadPropertyNames(count: u32, ids: *const PROPID, names: *mut LPWSTR);
    WritePropertyNames(count: u32, ids: *const PROPID, names: *const LPCWSTR);
    DeletePropertyNames(count: u32, ids: *const PROPID);
    Commit(flags: u32);
    Revert();
    Enum(properties: *mut Option<IEnumSTATPROPSTG>);
    SetTimes(created: *const FILETIME, accessed: *const FILETIME, modified: *const FILETIME);
    SetClass(class: *const GUID);
    Stat(stat: *mut STATPROPSETSTG);
    GetPropertyAttributes(count: u32, specs: *const PROPSPEC, flags: *mut u32, valid: *mut PROPVARIANT);
    GetCount(count: *mut u32);
    GetPropertyStream(compatibility: *mut GUID, stream: *mut Option<IStream>);
    SetPropertyStream(compatibility: *mut GUID, stream: InRef<'_, IStream>);
}

/// Items, one after the other.
#[implement(IEnumWiaItem2)]
struct Children {
    items: Vec<AppItem>,
    next: Mutex<usize>,
    editor: Option<Editor>,
}

fn children(items: Vec<AppItem>, next: usize, editor: Option<Editor>) -> IEnumWiaItem2 {
    Children {
        items,
        next: Mutex::new(next),
        editor,
    }
    .into()
}

impl IEnumWiaItem2_Impl for Children_Impl {
    unsafe fn Next(&self, count: u32, out: *mut Option<IWiaItem2>, fetched: *mut u32) -> HRESULT {
        guard(|| {
            if out.is_null() || (fetched.is_null() && count != 1) {
                return Err(Error::invalid("no place for the items or their number"));
            }
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let rest = self.items.get(*next..).unwrap_or_default();
            let taken = rest.len().min(count as usize);
            for (i, item) in rest.iter().take(taken).enumerate() {
                // SAFETY: C gives places for so many.
                unsafe { ptr::write(out.add(i), Some(object(item, self.editor.clone()))) };
            }
            *next += taken;
            if !fetched.is_null() {
                // SAFETY: not null, and C gives a place then.
                unsafe { fetched.write(taken as u32) };
            }
            Ok(match taken == count as usize {
                true => Status::Ok,
                false => Status::Cancelled,
            })
        })
    }

    unsafe fn Skip(&self, count: u32) -> HRESULT {
        guard(|| {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let left = self.items.len().saturating_sub(*next);
            *next += left.min(count as usize);
            Ok(match left >= count as usize {
                true => Status::Ok,
                false => Status::Cancelled,
            })
        })
    }

    unsafe fn Reset(&self) -> HRESULT {
        guard(|| {
            *self.next.lock().unwrap_or_else(PoisonError::into_inner) = 0;
            Ok(())
        })
    }

    unsafe fn Clone(&self, copy: *mut Option<IEnumWiaItem2>) -> HRESULT {
        guard(|| {
            // SAFETY: C gives null or a place.
            let to = unsafe { Out::new(copy, None) }?;
            let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
            to.set(Some(children(
                self.items.clone(),
                next,
                self.editor.clone(),
            )));
            Ok(())
        })
    }

    unsafe fn GetCount(&self, count: *mut u32) -> HRESULT {
        guard(|| {
            // SAFETY: C gives null or a place.
            let to = unsafe { Out::new(count, 0) }?;
            to.set(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
            Ok(())
        })
    }
}
