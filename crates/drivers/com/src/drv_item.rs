//! Items of a driver's tree as objects of C (`IWiaDrvItem`).
//!
//! An object holds its item, and items their children; the tree lives as long as the driver holds the root's object or an
//! application has the device open. Two objects can be of one item.
#![expect(unsafe_code, reason = "the objects are called from C")]

use std::collections::HashSet;
use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use abi::interfaces::{IWiaDrvItem, IWiaDrvItem_Impl, IWiaMiniDrv};
use abi::memory::{Bstr, read_wide};
use abi::{BSTR, HRESULT};
use bridge::{Out, guard};
use items::{DriverItem, RemoveReason};
use minidriver::service_library::MAX_PRIVATE_CONTEXT;
use wia::category::WIA_CATEGORY_ROOT;
use wia::{Error, ErrorKind, Guid, ItemFlags, Result, Status};
use windows_core::{InRef, Interface as _, implement};

/// Memory of an item for its driver (`wiasCreateDrvItem`, `drvFreeDrvItemContext`).
struct Private {
    /// Zeros at first, aligned for everything that C puts there.
    memory: *mut u64,
    units: usize,
    /// Address of the driver's `IWiaMiniDrv`.
    driver: usize,
}

// SAFETY: the memory is the driver's; nothing here looks at what is in it.
unsafe impl Send for Private {}
// SAFETY: as before.
unsafe impl Sync for Private {}

impl Private {
    fn new(bytes: usize, driver: usize) -> Private {
        let memory: Box<[u64]> = vec![0; bytes.div_ceil(size_of::<u64>())].into();
        let units = memory.len();
        Private {
            memory: Box::into_raw(memory).cast(),
            units,
            driver,
        }
    }

    fn address(&self) -> *mut u8 {
        match self.units {
            0 => ptr::null_mut(),
            _ => self.memory.cast(),
        }
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        let driver = ptr::without_provenance_mut::<c_void>(self.driver);
        if self.units > 0 && drivers().contains(&self.driver) {
            let mut error = 0;
            // SAFETY: the driver is in the list, so it is an `IWiaMiniDrv` that has not been released for the last time.
            let driver = unsafe { IWiaMiniDrv::from_raw_borrowed(&driver) };
            if let Some(driver) = driver {
                // SAFETY: the memory is the item's, and its driver is asked to free what is attached to it.
                let _ = unsafe { driver.drvFreeDrvItemContext(0, self.address(), &raw mut error) };
            }
        }
        // SAFETY: it came from a box of so many units, and nobody else frees it.
        drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(self.memory, self.units)) });
    }
}

/// Addresses of the drivers that are alive.
static DRIVERS: LazyLock<Mutex<HashSet<usize>>> = LazyLock::new(Mutex::default);

fn drivers() -> MutexGuard<'static, HashSet<usize>> {
    DRIVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A driver that items may call until this ends.
pub(crate) struct Alive(usize);

impl Alive {
    pub(crate) fn new(driver: &IWiaMiniDrv) -> Alive {
        let address = driver.as_raw().addr();
        drivers().insert(address);
        Alive(address)
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        drivers().remove(&self.0);
    }
}

/// An item of a driver's tree.
#[implement(IWiaDrvItem)]
struct DrvItem {
    item: DriverItem,
}

/// Makes an item with `bytes` of memory for the driver, which are zeros (`wiasCreateDrvItem`): the object, and the memory's
/// address, null for no bytes. `driver` is asked to free what is attached to the memory when the item ends.
///
/// # Errors
///
/// `InvalidArgument` when `flags` has neither `FOLDER` nor `FILE`, a name is empty, or `bytes` are more than
/// [`MAX_PRIVATE_CONTEXT`].
pub fn create(
    flags: ItemFlags,
    name: &str,
    full_name: &str,
    driver: Option<&IWiaMiniDrv>,
    bytes: usize,
) -> Result<(IWiaDrvItem, *mut u8)> {
    if bytes > MAX_PRIVATE_CONTEXT {
        return Err(Error::invalid(format!(
            "item {full_name:?}: a private context of {bytes} bytes; valid: 0 to {MAX_PRIVATE_CONTEXT}"
        )));
    }
    // The driver declares its items' categories as a property.
    let category = match flags.contains(ItemFlags::ROOT) {
        true => WIA_CATEGORY_ROOT,
        false => Guid::NULL,
    };
    let private = Arc::new(Private::new(
        bytes,
        driver.map_or(0, |driver| driver.as_raw().addr()),
    ));
    let address = private.address();
    let item = DriverItem::with_context(flags, name, full_name, category, private)?;
    Ok((object(item), address))
}

/// An object for an item.
pub fn object(item: DriverItem) -> IWiaDrvItem {
    DrvItem { item }.into()
}

/// The item of an object.
///
/// # Errors
///
/// `InvalidArgument` for an object that is another's.
pub fn item(object: &IWiaDrvItem) -> Result<DriverItem> {
    let ours = object.cast_object_ref::<DrvItem>();
    let ours = ours.map_err(|_| Error::invalid("the driver item is not one of the service"))?;
    Ok(ours.item.clone())
}

/// The address of the driver's memory of an item; null where it has none.
pub fn private_memory(item: &DriverItem) -> *mut u8 {
    let private = item.context_as::<Private>();
    private.map_or(ptr::null_mut(), |private| private.address())
}

/// Text from C.
///
/// # Errors
///
/// `InvalidArgument` for null.
unsafe fn text(name: BSTR) -> Result<String> {
    // SAFETY: the caller's promise is that it is null or ends with a zero.
    unsafe { read_wide(name) }.ok_or_else(|| Error::invalid("a name that is null"))
}

/// Puts an object or null to where C wants it; `S_FALSE` for null.
///
/// # Safety
///
/// `out` is null or valid.
unsafe fn found(out: *mut Option<IWiaDrvItem>, item: Option<DriverItem>) -> Result<Status> {
    let status = match item {
        Some(_) => Status::Ok,
        // The same number, which means "no" here.
        None => Status::Cancelled,
    };
    // SAFETY: the caller's promise is the same.
    unsafe { Out::new(out, item.map(object)) }?;
    Ok(status)
}

/// Puts a string where C wants it, which frees it.
///
/// # Safety
///
/// `out` is null or a place for one.
unsafe fn give_name(out: *mut BSTR, name: &str) -> Result<()> {
    // SAFETY: the caller's promise is the same.
    let to = unsafe { Out::new(out, ptr::null_mut()) }?;
    to.set(Bstr::new(name).into_raw());
    Ok(())
}

impl IWiaDrvItem_Impl for DrvItem_Impl {
    unsafe fn GetItemFlags(&self, flags: *mut i32) -> HRESULT {
        // SAFETY: C gives a valid pointer or null.
        guard(|| unsafe { Out::new(flags, self.item.flags().bits()) }.map(drop))
    }

    unsafe fn GetDeviceSpecContext(&self, private: *mut *mut u8) -> HRESULT {
        // SAFETY: C gives a valid pointer or null.
        guard(|| unsafe { Out::new(private, private_memory(&self.item)) }.map(drop))
    }

    unsafe fn GetFullItemName(&self, name: *mut BSTR) -> HRESULT {
        // SAFETY: C gives a valid pointer or null.
        guard(|| unsafe { give_name(name, self.item.full_name()) })
    }

    unsafe fn GetItemName(&self, name: *mut BSTR) -> HRESULT {
        // SAFETY: C gives a valid pointer or null.
        guard(|| unsafe { give_name(name, self.item.name()) })
    }

    unsafe fn AddItemToFolder(&self, folder: InRef<'_, IWiaDrvItem>) -> HRESULT {
        guard(|| {
            let folder = folder.as_ref();
            let folder = folder.ok_or_else(|| Error::invalid("no folder to add the item to"))?;
            self.item.add_to_folder(&item(folder)?)
        })
    }

    unsafe fn UnlinkItemTree(&self, why: i32) -> HRESULT {
        guard(|| self.item.unlink_tree(RemoveReason::from_value(why)?))
    }

    unsafe fn RemoveItemFromFolder(&self, why: i32) -> HRESULT {
        guard(|| self.item.remove_from_folder(RemoveReason::from_value(why)?))
    }

    unsafe fn FindItemByName(
        &self,
        _flags: i32,
        full_name: BSTR,
        out: *mut Option<IWiaDrvItem>,
    ) -> HRESULT {
        guard(|| {
            // SAFETY: C gives a string or null.
            let name = unsafe { text(full_name) }?;
            // SAFETY: C gives a valid pointer or null.
            unsafe { found(out, self.item.find_by_name(&name)) }
        })
    }

    unsafe fn FindChildItemByName(&self, name: BSTR, out: *mut Option<IWiaDrvItem>) -> HRESULT {
        guard(|| {
            // SAFETY: C gives a string or null.
            let name = unsafe { text(name) }?;
            // SAFETY: C gives a valid pointer or null.
            unsafe { found(out, self.item.find_child_by_name(&name)) }
        })
    }

    unsafe fn GetParentItem(&self, out: *mut Option<IWiaDrvItem>) -> HRESULT {
        // SAFETY: C gives a valid pointer or null.
        guard(|| unsafe { found(out, self.item.parent()) })
    }

    unsafe fn GetFirstChildItem(&self, out: *mut Option<IWiaDrvItem>) -> HRESULT {
        // SAFETY: C gives a valid pointer or null.
        guard(|| unsafe { found(out, self.item.first_child()?) })
    }

    unsafe fn GetNextSiblingItem(&self, out: *mut Option<IWiaDrvItem>) -> HRESULT {
        // SAFETY: C gives a valid pointer or null.
        guard(|| unsafe { found(out, self.item.next_sibling()) })
    }

    unsafe fn DumpItemData(&self, data: *mut BSTR) -> HRESULT {
        guard(|| {
            // SAFETY: C gives a valid pointer or null.
            unsafe { Out::new(data, ptr::null_mut()) }?;
            Err::<(), _>(Error::new(ErrorKind::NotImplemented, ""))
        })
    }
}
