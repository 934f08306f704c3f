//! Items and their contexts.

use std::ptr;

use abi::interfaces::{IWiaDrvItem, IWiaMiniDrv};
use abi::memory::TaskArray;
use abi::{BSTR, HRESULT};
use bridge::{guard, text};
use driver_com::{context, drv_item};
use minidriver::service_library as library;
use wia::{Error, ItemFlags, Status};
use windows_core::InRef;

use super::arguments::{NO, count, given_text, item, out, wanted};

/// Bits of flags that mean something or nothing: a driver may have flags of its own.
fn flags(bits: i32) -> ItemFlags {
    ItemFlags::from_bits_retain(bits)
}

/// Makes an item of a driver's tree, with memory for the driver.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasCreateDrvItem(
    lObjectFlags: i32,
    bstrItemName: BSTR,
    bstrFullItemName: BSTR,
    pIMiniDrv: InRef<'_, IWiaMiniDrv>,
    cbDevSpecContext: i32,
    ppDevSpecContext: *mut *mut u8,
    ppIWiaDrvItem: *mut Option<IWiaDrvItem>,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let (memory_to, item_to, name, full_name) = unsafe {
            (
                wanted(ppDevSpecContext, ptr::null_mut())?,
                out(ppIWiaDrvItem, None)?,
                given_text(bstrItemName, "bstrItemName")?,
                given_text(bstrFullItemName, "bstrFullItemName")?,
            )
        };
        let driver = pIMiniDrv
            .as_ref()
            .ok_or_else(|| Error::invalid("pIMiniDrv is a null pointer"))?;
        let bytes = count(cbDevSpecContext, "cbDevSpecContext")?;
        let (item, memory) =
            drv_item::create(flags(lObjectFlags), &name, &full_name, Some(driver), bytes)?;
        if let Some(to) = memory_to {
            to.set(memory);
        }
        item_to.set(Some(item));
        Ok(())
    })
}

/// Makes an item of the application's tree alone. Its full name is the parent's and its own: another one is refused.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasCreateChildAppItem(
    pParentWiasContext: *const u8,
    lFlags: i32,
    bstrItemName: BSTR,
    bstrFullItemName: BSTR,
    ppWiasChildContext: *mut *mut u8,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let (to, name, full_name) = unsafe {
            (
                out(ppWiasChildContext, ptr::null_mut())?,
                given_text(bstrItemName, "bstrItemName")?,
                text(bstrFullItemName),
            )
        };
        let parent = item(pParentWiasContext)?;
        let expected = format!("{}\\{name}", parent.full_name());
        if !full_name.is_empty() && full_name != expected {
            return Err(Error::invalid(format!(
                "bstrFullItemName is {full_name:?}; valid: {expected:?}"
            )));
        }
        let child = library::create_child_app_item(&parent, flags(lFlags), &name)?;
        to.set(context::of(&child));
        Ok(())
    })
}

/// The flags of an item.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasGetItemType(
    pWiasContext: *const u8,
    plType: *mut i32,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let to = unsafe { out(plType, 0)? };
        to.set(library::get_item_type(&item(pWiasContext)?).bits());
        Ok(())
    })
}

/// The driver's item that an application's item stands for. `S_FALSE` when the tree is gone.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasGetDrvItem(
    pWiasContext: *const u8,
    ppIWiaDrvItem: *mut Option<IWiaDrvItem>,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let to = unsafe { out(ppIWiaDrvItem, None)? };
        Ok(match library::get_drv_item(&item(pWiasContext)?) {
            Some(driver) => {
                to.set(Some(drv_item::object(driver)));
                Status::Ok
            }
            None => NO,
        })
    })
}

/// The root of an item's tree.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasGetRootItem(
    pWiasContext: *const u8,
    ppWiasContext: *mut *mut u8,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let to = unsafe { out(ppWiasContext, ptr::null_mut())? };
        to.set(context::of(&library::get_root_item(&item(pWiasContext)?)));
        Ok(())
    })
}

/// The item of a full name, anywhere in the tree. `S_FALSE` and null when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasGetContextFromName(
    pWiasContext: *const u8,
    _lFlags: i32,
    bstrName: BSTR,
    ppWiasContext: *mut *mut u8,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let (to, name) = unsafe {
            (
                out(ppWiasContext, ptr::null_mut())?,
                given_text(bstrName, "bstrName")?,
            )
        };
        Ok(
            match library::get_context_from_name(&item(pWiasContext)?, &name) {
                Some(found) => {
                    to.set(context::of(&found));
                    Status::Ok
                }
                None => NO,
            },
        )
    })
}

/// The children of an item, in an array that the caller frees (`CoTaskMemFree`); null when there are none.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasGetChildrenContexts(
    pParentContext: *const u8,
    pulNumChildren: *mut u32,
    pppChildren: *mut *mut *mut u8,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let (number, to) = unsafe { (out(pulNumChildren, 0)?, out(pppChildren, ptr::null_mut())?) };
        let children = library::get_children_contexts(&item(pParentContext)?);
        let contexts: Vec<*mut u8> = children.iter().map(context::of).collect();
        if !contexts.is_empty() {
            number.set(u32::try_from(contexts.len()).unwrap_or(u32::MAX));
            to.set(TaskArray::from_slice(&contexts).into_raw());
        }
        Ok(())
    })
}
