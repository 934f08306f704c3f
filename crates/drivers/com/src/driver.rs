//! A C++ driver as a driver of the service: each method is a call of `IWiaMiniDrv`.
#![expect(unsafe_code, reason = "a driver in C++ is called")]

use std::borrow::Cow;
use std::fmt;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use abi::guids::{guid, wia_guid};
use abi::interfaces::{IStiUSD, IWiaDrvItem, IWiaMiniDrv};
use abi::memory::{Bstr, read_wide, task_free};
use abi::structs::{PROPSPEC, WIA_DEV_CAP_DRV, WIA_FORMAT_INFO};
use abi::{HRESULT, LPWSTR};
use bridge::status;
use items::{AppItem, DeviceInfo, DriverItem, WeakAppItem, declare_device_info};
use minidriver::{Capability, CapabilityKind, DriverModel, FormatInfo, Minidriver};
use transfer::{ErrorHandler, ImageFilter, SegmentationFilter, TransferContext};
use wia::category::WIA_CATEGORY_ROOT;
use wia::constant::{WIA_ACTION_EVENT, WIA_DEVICE_COMMANDS, WIA_DEVICE_EVENTS};
use wia::property::{WIA_DIP_DEV_ID, WIA_DIP_UI_CLSID};
use wia::{Guid, ItemFlags, PropertyId, Result, Status, TransferFlags, Tymed};
use windows_core::{IUnknown, InRef, Interface};

use crate::border::broken;
use crate::drv_item::Alive;
use crate::extension::{ComErrorHandler, ComImageFilter, ComSegmentationFilter};
use crate::load::{Loaded, Shared};
use crate::transfer::{described, lend};
use crate::{Options, context, drv_item};

/// The full name of a driver's root item.
const ROOT: &str = "0000\\Root";

/// A device whose driver is a library of C++.
///
/// An exception that leaves the driver ends the process, as a crash does; that is why such a device is always in a process
/// of its own.
pub struct ComDriver {
    loaded: Loaded,
    /// What the library is called.
    name: String,
    /// What the service calls the device.
    device_id: Mutex<String>,
    /// The roots of the applications' trees, the last one last.
    roots: Mutex<Vec<WeakAppItem>>,
    /// Items may call the driver. Released before that ends: a driver may take its tree apart when it goes.
    _alive: Alive,
}

impl fmt::Debug for ComDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComDriver")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl ComDriver {
    /// Loads a driver.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` without a library or a driver in it; `InvalidDriverResponse` for one that breaks a rule; what
    /// `IStiUSD::Initialize` says.
    pub fn new(options: &Options) -> Result<ComDriver> {
        Ok(ComDriver::of_loaded(Loaded::new(options)?, options))
    }

    /// A driver whose object is there already, without a library.
    ///
    /// # Errors
    ///
    /// As [`new`](ComDriver::new).
    pub fn of_object(object: IStiUSD, options: &Options) -> Result<ComDriver> {
        let loaded = Loaded::of_object(object, options)?;
        Ok(ComDriver::of_loaded(loaded, options))
    }

    fn of_loaded(loaded: Loaded, options: &Options) -> ComDriver {
        let name = options.path.file_stem().unwrap_or_default();
        ComDriver {
            _alive: Alive::new(loaded.driver.get()),
            loaded,
            name: name.to_string_lossy().into_owned(),
            device_id: Mutex::default(),
            roots: Mutex::default(),
        }
    }

    fn driver(&self) -> &IWiaMiniDrv {
        self.loaded.driver.get()
    }

    /// Calls the driver with a place for its private code of an error, and finds out what it says about a failure.
    fn call(
        &self,
        name: &str,
        call: impl FnOnce(&IWiaMiniDrv, *mut i32) -> HRESULT,
    ) -> Result<Status> {
        let mut code = 0;
        let said = call(self.driver(), &raw mut code);
        status(said).map_err(|e| {
            let text = (code != 0)
                .then(|| self.device_error_string(code))
                .flatten();
            match text {
                Some(text) => e.reworded(|_| format!("{name}: {text}")),
                None => e.context(name),
            }
        })
    }

    /// The same for an item.
    fn of_item(
        &self,
        name: &str,
        item: &AppItem,
        call: impl FnOnce(&IWiaMiniDrv, *mut u8, *mut i32) -> HRESULT,
    ) -> Result<Status> {
        self.call(name, |driver, code| call(driver, context::of(item), code))
    }

    /// The context of an application's root, the one that came last; null where there is none. WIA gives it to calls that
    /// are about the device.
    fn root(&self) -> *mut u8 {
        self.root_item()
            .map_or(ptr::null_mut(), |root| context::of(&root))
    }

    fn root_item(&self) -> Option<AppItem> {
        let roots = lock(&self.roots);
        roots.iter().rev().find_map(WeakAppItem::upgrade)
    }

    /// An extension, and the application's tree.
    fn extension<T: Interface>(&self) -> Option<(Shared<T>, Option<AppItem>)> {
        let root = self.root_item();
        let class = root.as_ref().and_then(|r| r.opt_str(WIA_DIP_UI_CLSID));
        let class = class.and_then(|class| class.parse().ok());
        Some((self.loaded.extension(class)?, root))
    }

    fn capabilities_of(&self, flags: i32, kind: impl Fn(u32) -> CapabilityKind) -> Vec<Capability> {
        let (mut count, mut first) = (0, ptr::null_mut());
        let got = self.call("drvGetCapabilities", |driver, code| {
            // SAFETY: there need not be an item yet; the pointers are valid.
            unsafe {
                driver.drvGetCapabilities(self.root(), flags, &raw mut count, &raw mut first, code)
            }
        });
        if let Err(e) = got {
            tracing::warn!("{}: {e}", self.name);
            return Vec::new();
        }
        // SAFETY: the driver says that so many are there, and keeps them.
        let found = unsafe { array::<WIA_DEV_CAP_DRV>(first, count) };
        let capability = |told: &WIA_DEV_CAP_DRV| {
            // SAFETY: the driver's, or null.
            let id = unsafe { told.guid.as_ref() }?;
            // SAFETY: strings, or null.
            let texts = unsafe { (read_wide(told.wszName), read_wide(told.wszDescription)) };
            Some(Capability {
                id: wia_guid(*id),
                kind: kind(told.ulFlags),
                name: Cow::Owned(texts.0.unwrap_or_default()),
                description: Cow::Owned(texts.1.unwrap_or_default()),
            })
        };
        found.iter().filter_map(capability).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a driver says is an array; nothing for null, and for more than a driver has.
///
/// # Safety
///
/// `first` is null or has `count` elements, which stay until the result is used.
unsafe fn array<'a, T>(first: *mut T, count: i32) -> &'a [T] {
    const MOST: usize = 4096;
    match usize::try_from(count) {
        // SAFETY: the caller's promise is the same.
        Ok(count @ 1..=MOST) if !first.is_null() => unsafe {
            std::slice::from_raw_parts(first, count)
        },
        _ => &[],
    }
}

fn specs(ids: &[PropertyId]) -> (Vec<PROPSPEC>, u32) {
    let specs: Vec<_> = ids.iter().map(|id| PROPSPEC::numbered(id.0)).collect();
    // There are not so many properties.
    let count = u32::try_from(specs.len()).unwrap_or(u32::MAX);
    (specs, count)
}

impl Minidriver for ComDriver {
    fn model(&self) -> DriverModel {
        self.loaded.model
    }

    fn initialize(&self, device_id: &str) -> Result<DriverItem> {
        device_id.clone_into(&mut lock(&self.device_id));
        // The application has no tree yet. What the driver gets is an item that knows the device's id, and nothing more.
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
        let empty = DriverItem::new(flags, "Root", ROOT, WIA_CATEGORY_ROOT)?;
        let before = AppItem::from_driver_tree(&empty);
        declare_device(&before, device_id, &self.name);
        let (id, full_name) = (Bstr::new(device_id), Bstr::new(ROOT));
        let (mut root, mut inner) = (None::<IWiaDrvItem>, None::<IUnknown>);
        let usd = self.loaded.usd.get();
        // SAFETY: it takes nothing.
        let locked = status(unsafe { usd.LockDevice() });
        let begun = self.of_item("drvInitializeWia", &before, |driver, context, code| {
            // SAFETY: strings and objects that live for the call, and valid pointers.
            unsafe {
                driver.drvInitializeWia(
                    context,
                    0,
                    id.as_raw(),
                    full_name.as_raw(),
                    self.loaded.device.get().into(),
                    InRef::default(),
                    &raw mut root,
                    &raw mut inner,
                    code,
                )
            }
        });
        if locked.is_ok() {
            // SAFETY: it takes nothing. What it answers changes nothing.
            let _ = unsafe { usd.UnLockDevice() };
        }
        begun.map(drop)?;
        let root =
            root.ok_or_else(|| broken("drvInitializeWia gave no root item, and no failure"))?;
        let root = drv_item::item(&root).map_err(|_| {
            broken("drvInitializeWia gave a root item that wiasCreateDrvItem has not made")
        })?;
        if !root.flags().contains(ItemFlags::ROOT) {
            return Err(broken(format!(
                "drvInitializeWia gave {:?}, which is no root item: its flags are {:#x}",
                root.full_name(),
                root.flags().bits()
            )));
        }
        Ok(root)
    }

    fn un_initialize(&self) {
        let root = lock(&self.roots).pop().and_then(|root| root.upgrade());
        let context = root.as_ref().map_or(ptr::null_mut(), context::of);
        // SAFETY: a context, or null. Some drivers answer a failure where there is none.
        let _ = unsafe { self.driver().drvUnInitializeWia(context) };
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        if item.flags().contains(ItemFlags::ROOT) {
            let mut roots = lock(&self.roots);
            roots.retain(|root| root.upgrade().is_some_and(|root| root != *item));
            roots.push(item.downgrade());
            drop(roots);
            let id = lock(&self.device_id).clone();
            declare_device(item, &id, &self.name);
        }
        self.of_item("drvInitItemProperties", item, |driver, context, code| {
            // SAFETY: a context and a valid pointer.
            unsafe { driver.drvInitItemProperties(context, 0, code) }
        })
        .map(drop)
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        let (specs, count) = specs(changed);
        self.of_item(
            "drvValidateItemProperties",
            item,
            |driver, context, code| {
                // SAFETY: a context, so many properties, and a valid pointer.
                unsafe { driver.drvValidateItemProperties(context, 0, count, specs.as_ptr(), code) }
            },
        )
        .map(drop)
    }

    fn read_item_properties(&self, item: &AppItem, ids: &[PropertyId]) -> Result<()> {
        let (specs, count) = specs(ids);
        self.of_item("drvReadItemProperties", item, |driver, context, code| {
            // SAFETY: a context, so many properties, and a valid pointer.
            unsafe { driver.drvReadItemProperties(context, 0, count, specs.as_ptr(), code) }
        })
        .map(drop)
    }

    fn write_item_properties(&self, item: &AppItem, transfer: &TransferContext) -> Result<()> {
        let mut structure = described(transfer);
        self.of_item("drvWriteItemProperties", item, |driver, context, code| {
            // SAFETY: a context, a structure that lives for the call, and a valid pointer.
            unsafe { driver.drvWriteItemProperties(context, 0, &raw mut structure, code) }
        })
        .map(drop)
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        transfer: &mut TransferContext,
    ) -> Result<Status> {
        lend(transfer, |structure| {
            self.of_item("drvAcquireItemData", item, |driver, context, code| {
                // SAFETY: a context, a structure that lives for the call, and a valid pointer.
                unsafe { driver.drvAcquireItemData(context, flags.bits(), structure, code) }
            })
        })
    }

    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        let (mut count, mut first) = (0, ptr::null_mut());
        self.of_item("drvGetWiaFormatInfo", item, |driver, context, code| {
            // SAFETY: a context and valid pointers.
            unsafe { driver.drvGetWiaFormatInfo(context, 0, &raw mut count, &raw mut first, code) }
        })
        .map(drop)?;
        // SAFETY: the driver says that so many are there, and keeps them.
        let told = unsafe { array::<WIA_FORMAT_INFO>(first, count) };
        let info = |info: &WIA_FORMAT_INFO| {
            Some(FormatInfo {
                format: wia_guid(info.guidFormatID),
                tymed: Tymed::from_value(info.lTymed)?,
            })
        };
        Ok(told.iter().filter_map(info).collect())
    }

    fn lock_device(&self) -> Result<()> {
        self.call("drvLockWiaDevice", |driver, code| {
            // SAFETY: a context, or null where no application is there, and a valid pointer.
            unsafe { driver.drvLockWiaDevice(self.root(), 0, code) }
        })
        .map(drop)
    }

    fn unlock_device(&self) {
        let unlocked = self.call("drvUnLockWiaDevice", |driver, code| {
            // SAFETY: as for the lock.
            unsafe { driver.drvUnLockWiaDevice(self.root(), 0, code) }
        });
        if let Err(e) = unlocked {
            tracing::warn!("{}: {e}", self.name);
        }
    }

    fn device_command(&self, item: &AppItem, command: Guid) -> Result<()> {
        let command = guid(command);
        let mut made = None::<IWiaDrvItem>;
        self.of_item("drvDeviceCommand", item, |driver, context, code| {
            // SAFETY: a context and valid pointers. An item that comes back is in the driver's tree already.
            unsafe { driver.drvDeviceCommand(context, 0, &raw const command, &raw mut made, code) }
        })
        .map(drop)
    }

    fn capabilities(&self) -> Vec<Capability> {
        let event = |flags: u32| CapabilityKind::Event {
            action: flags & WIA_ACTION_EVENT.cast_unsigned() != 0,
        };
        let mut all = self.capabilities_of(WIA_DEVICE_COMMANDS, |_| CapabilityKind::Command);
        all.extend(self.capabilities_of(WIA_DEVICE_EVENTS, event));
        all
    }

    fn delete_item(&self, item: &AppItem) -> Result<()> {
        self.of_item("drvDeleteItem", item, |driver, context, code| {
            // SAFETY: a context and a valid pointer.
            unsafe { driver.drvDeleteItem(context, 0, code) }
        })
        .map(drop)
    }

    fn notify_pnp_event(&self, event: Guid) {
        let event = guid(event);
        let id = Bstr::new(&lock(&self.device_id));
        // SAFETY: both live for the call. What it answers changes nothing.
        let _ = unsafe {
            self.driver()
                .drvNotifyPnpEvent(&raw const event, id.as_raw(), 0)
        };
    }

    fn error_handler(&self) -> Option<Arc<dyn ErrorHandler>> {
        let (handler, root) = self.extension()?;
        Some(Arc::new(ComErrorHandler { handler, root }))
    }

    fn image_filter(&self) -> Option<Arc<dyn ImageFilter>> {
        let (filter, _) = self.extension()?;
        let filter = ComImageFilter::new(filter);
        if filter.is_none() {
            tracing::warn!(
                "{}: its image filter has no IWiaTransferCallback",
                self.name
            );
        }
        Some(Arc::new(filter?))
    }

    fn segmentation_filter(&self) -> Option<Arc<dyn SegmentationFilter>> {
        let (filter, _) = self.extension()?;
        Some(Arc::new(ComSegmentationFilter(filter)))
    }

    fn device_error_string(&self, code: i32) -> Option<String> {
        let (mut text, mut error): (LPWSTR, i32) = (ptr::null_mut(), 0);
        // SAFETY: valid pointers.
        let got = unsafe {
            self.driver()
                .drvGetDeviceErrorStr(0, code, &raw mut text, &raw mut error)
        };
        if status(got).ok()? != Status::Ok {
            return None;
        }
        // SAFETY: a string in task memory, or null; it is ours.
        unsafe {
            let said = read_wide(text);
            task_free(text.cast());
            said.filter(|said| !said.is_empty())
        }
    }
}

impl Drop for ComDriver {
    fn drop(&mut self) {
        // What the driver keeps of its device leads nowhere from here on.
        drop(lock(&self.loaded.behind).take());
    }
}

/// What the service knows of a device, on its root item.
fn declare_device(root: &AppItem, id: &str, name: &str) {
    if root.has(WIA_DIP_DEV_ID) {
        return;
    }
    let info = DeviceInfo {
        id: id.to_owned(),
        description: name.to_owned(),
        name: name.to_owned(),
        ..DeviceInfo::default()
    };
    declare_device_info(root, &info);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_that_cannot_be_are_empty() {
        let mut some = [1, 2, 3];
        let first = some.as_mut_ptr();
        // SAFETY: three elements, or fewer.
        unsafe {
            assert_eq!(array(first, 3), [1, 2, 3]);
            assert!(array(first, -1).is_empty());
            assert!(array(first, i32::MAX).is_empty());
            assert!(array(ptr::null_mut::<i32>(), 3).is_empty());
        }
    }
}
