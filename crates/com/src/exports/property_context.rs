//! The property context: what an application's write has changed so far (`WIA_PROPERTY_CONTEXT`).
//!
//! Which properties the application wrote itself has no place in the structure, whose marks change; it is kept beside
//! it, found by the address of its ids, until `wiasFreePropContext`. Of a structure that was made otherwise the
//! marked ones count as written.

use std::collections::HashMap;
use std::ptr;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use ::items::{ChangedValue, PropContext};
use abi::guids::guid;
use abi::interfaces::IWiaMiniDrv;
use abi::memory::{Bstr, TaskArray, task_free};
use abi::structs::{
    PROPSPEC, WIA_FORMAT_INFO, WIA_PROPERTY_CONTEXT, WIAS_CHANGED_VALUE, WIAS_CHANGED_VALUE_INFO,
    vt,
};
use abi::{BOOL, GUID, HRESULT, PROPID, VARTYPE};
use bridge::{array, array_mut, guard, spec_id, status};
use minidriver::service_library as library;
use wia::{Error, ErrorKind, Guid, PropertyId, Result, Status, Tymed};
use windows_core::InRef;

use super::arguments::{item, out};

/// What applications wrote, by the address of the ids of the context.
static WRITTEN: LazyLock<Mutex<HashMap<usize, Vec<PropertyId>>>> = LazyLock::new(Mutex::default);

fn written() -> MutexGuard<'static, HashMap<usize, Vec<PropertyId>>> {
    WRITTEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The ids and marks of a context.
struct Marks<'a> {
    ids: &'a [PROPID],
    changed: &'a mut [BOOL],
}

impl<'a> Marks<'a> {
    /// # Errors
    ///
    /// `InvalidArgument` for null.
    ///
    /// # Safety
    ///
    /// `context` is null, or its arrays have as many items as it says, for as long as `'a`.
    unsafe fn of(context: *const WIA_PROPERTY_CONTEXT) -> Result<Marks<'a>> {
        // SAFETY: the caller's promise.
        unsafe {
            let context = &array(context, 1, "pContext")?[0];
            let number = context.cProps as usize;
            Ok(Marks {
                ids: array(context.pProps, number, "pProps")?,
                changed: array_mut(context.pChanged, number, "pChanged")?,
            })
        }
    }

    fn mark(&mut self, id: PROPID) -> Result<&mut BOOL> {
        let at = self.ids.iter().position(|known| *known == id);
        at.and_then(|at| self.changed.get_mut(at)).ok_or_else(|| {
            Error::invalid(format!(
                "{}: the property context does not hold it",
                PropertyId(id)
            ))
        })
    }

    /// The same context as the rest of Quire has it.
    fn context(&self) -> Result<PropContext> {
        let ids = self.ids.iter().copied().map(PropertyId);
        let marked = ids
            .clone()
            .zip(&*self.changed)
            .filter(|(_, changed)| **changed != 0);
        let marked: Vec<PropertyId> = marked.map(|(id, _)| id).collect();
        let kept = written().get(&self.ids.as_ptr().addr()).cloned();
        let all: Vec<PropertyId> = ids.collect();
        let mut context = PropContext::new(&kept.unwrap_or_else(|| marked.clone()), &all);
        for id in &all {
            context.set_prop_changed(*id, marked.contains(id))?;
        }
        Ok(context)
    }

    /// Runs a call with it, and shows the marks that were set.
    fn with<T>(&mut self, call: impl FnOnce(&mut PropContext) -> Result<T>) -> Result<T> {
        let mut context = self.context()?;
        let result = call(&mut context);
        for (id, mark) in self.ids.iter().zip(self.changed.iter_mut()) {
            *mark = context.is_prop_changed(PropertyId(*id))?.into();
        }
        result
    }
}

/// Makes a context for a write of the properties of `pPropSpec`. Beside `pProps` it holds the 13 that scanners have.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasCreatePropContext(
    cPropSpec: u32,
    pPropSpec: *const PROPSPEC,
    cProps: u32,
    pProps: *const PROPID,
    pContext: *mut WIA_PROPERTY_CONTEXT,
) -> HRESULT {
    guard(|| {
        let empty = WIA_PROPERTY_CONTEXT {
            cProps: 0,
            pProps: ptr::null_mut(),
            pChanged: ptr::null_mut(),
        };
        // SAFETY: the caller's promise.
        let (to, specs, extra) = unsafe {
            (
                out(pContext, empty)?,
                array(pPropSpec, cPropSpec as usize, "pPropSpec")?,
                array(pProps, cProps as usize, "pProps")?,
            )
        };
        // No item is told that a name could be looked up in.
        let id = |spec| {
            // SAFETY: the caller's promise.
            let id = unsafe { spec_id(spec, |_| None) }?;
            id.ok_or_else(|| Error::invalid("pPropSpec: valid are the numbers of properties alone"))
        };
        let changed: Vec<PropertyId> = specs.iter().map(id).collect::<Result<_>>()?;
        let mut ids: Vec<PROPID> = Vec::new();
        for id in ::items::CONTEXT_PROPERTIES
            .iter()
            .map(|id| id.0)
            .chain(extra.iter().copied())
        {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let marks: Vec<BOOL> = ids
            .iter()
            .map(|id| changed.contains(&PropertyId(*id)).into())
            .collect();
        let ids = TaskArray::from_slice(&ids);
        let number = u32::try_from(ids.len()).map_err(|_| Error::invalid("cProps: too many"))?;
        let ids = ids.into_raw();
        written().insert(ids.addr(), changed);
        to.set(WIA_PROPERTY_CONTEXT {
            cProps: number,
            pProps: ids,
            pChanged: TaskArray::from_slice(&marks).into_raw(),
        });
        Ok(())
    })
}

/// Frees what `wiasCreatePropContext` made, and empties the structure.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasFreePropContext(pContext: *mut WIA_PROPERTY_CONTEXT) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let context = &mut unsafe { array_mut(pContext, 1, "pContext")? }[0];
        let (ids, marks) = (context.pProps, context.pChanged);
        *context = WIA_PROPERTY_CONTEXT {
            cProps: 0,
            pProps: ptr::null_mut(),
            pChanged: ptr::null_mut(),
        };
        if written().remove(&ids.addr()).is_none() && !ids.is_null() {
            return Err(Error::invalid(
                "pContext: it was not made by wiasCreatePropContext, or is freed already",
            ));
        }
        // SAFETY: both are task memory of `wiasCreatePropContext`, and freed once: the look-up has just said so.
        unsafe {
            task_free(ids.cast());
            task_free(marks.cast());
        }
        Ok(())
    })
}

/// Whether a property is marked as changed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasIsPropChanged(
    propid: PROPID,
    pContext: *const WIA_PROPERTY_CONTEXT,
    pbChanged: *mut BOOL,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let (to, mut marks) = unsafe { (out(pbChanged, 0)?, Marks::of(pContext)?) };
        to.set((*marks.mark(propid)? != 0).into());
        Ok(())
    })
}

/// Sets or clears the mark of a property.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasSetPropChanged(
    propid: PROPID,
    pContext: *mut WIA_PROPERTY_CONTEXT,
    bChanged: BOOL,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        *unsafe { Marks::of(pContext)? }.mark(propid)? = (bChanged != 0).into();
        Ok(())
    })
}

/// What all four of the following do.
///
/// # Safety
///
/// The promise of all callers.
unsafe fn changed<T>(
    context: *const WIA_PROPERTY_CONTEXT,
    to: *mut WIAS_CHANGED_VALUE_INFO,
    kind: VARTYPE,
    call: impl FnOnce(&mut PropContext) -> Result<ChangedValue<T>>,
    set: impl Fn(&mut WIAS_CHANGED_VALUE, T),
) -> Result<()> {
    // All bytes are zero, and stay so where a value does not need them.
    let none = WIAS_CHANGED_VALUE {
        guidVal: GUID::zeroed(),
    };
    let mut info = WIAS_CHANGED_VALUE_INFO {
        bChanged: 0,
        vt: kind.into(),
        Old: none,
        Current: none,
    };
    // SAFETY: the caller's promise is the same.
    let (to, mut marks) = unsafe { (out(to, info)?, Marks::of(context)?) };
    let value = marks.with(call)?;
    info.bChanged = value.changed.into();
    set(&mut info.Old, value.old);
    set(&mut info.Current, value.current);
    to.set(info);
    Ok(())
}

/// How an integer changed in the current write. Unless `bNoValidation` is set the value has to be valid: one that the
/// application wrote is refused else, one that it did not write is repaired. So it is with the others.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasGetChangedValueLong(
    pWiasContext: *const u8,
    pContext: *mut WIA_PROPERTY_CONTEXT,
    bNoValidation: BOOL,
    propID: PROPID,
    pInfo: *mut WIAS_CHANGED_VALUE_INFO,
) -> HRESULT {
    guard(|| {
        let (item, id) = (item(pWiasContext)?, PropertyId(propID));
        let call =
            |c: &mut PropContext| library::get_changed_value_long(&item, c, bNoValidation != 0, id);
        // SAFETY: the caller's promise.
        unsafe { changed(pContext, pInfo, vt::I4, call, |to, v| to.lVal = v) }
    })
}

/// How a floating point number changed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasGetChangedValueFloat(
    pWiasContext: *const u8,
    pContext: *mut WIA_PROPERTY_CONTEXT,
    bNoValidation: BOOL,
    propID: PROPID,
    pInfo: *mut WIAS_CHANGED_VALUE_INFO,
) -> HRESULT {
    guard(|| {
        let (item, id) = (item(pWiasContext)?, PropertyId(propID));
        let call = |c: &mut PropContext| {
            library::get_changed_value_float(&item, c, bNoValidation != 0, id)
        };
        // SAFETY: the caller's promise.
        unsafe { changed(pContext, pInfo, vt::R4, call, |to, v| to.fltVal = v) }
    })
}

/// How a GUID changed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasGetChangedValueGuid(
    pWiasContext: *const u8,
    pContext: *mut WIA_PROPERTY_CONTEXT,
    bNoValidation: BOOL,
    propID: PROPID,
    pInfo: *mut WIAS_CHANGED_VALUE_INFO,
) -> HRESULT {
    guard(|| {
        let (item, id) = (item(pWiasContext)?, PropertyId(propID));
        let call =
            |c: &mut PropContext| library::get_changed_value_guid(&item, c, bNoValidation != 0, id);
        // SAFETY: the caller's promise.
        unsafe {
            changed(pContext, pInfo, vt::CLSID, call, |to, v| {
                to.guidVal = guid(v);
            })
        }
    })
}

/// How a string changed. Both strings are the caller's (`SysFreeString`).
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasGetChangedValueStr(
    pWiasContext: *const u8,
    pContext: *mut WIA_PROPERTY_CONTEXT,
    bNoValidation: BOOL,
    propID: PROPID,
    pInfo: *mut WIAS_CHANGED_VALUE_INFO,
) -> HRESULT {
    guard(|| {
        let (item, id) = (item(pWiasContext)?, PropertyId(propID));
        let call =
            |c: &mut PropContext| library::get_changed_value_str(&item, c, bNoValidation != 0, id);
        let set = |to: &mut WIAS_CHANGED_VALUE, v: String| to.bstrVal = Bstr::new(&v).into_raw();
        // SAFETY: the caller's promise.
        unsafe { changed(pContext, pInfo, vt::BSTR, call, set) }
    })
}

/// Brings positions, extents and their valid values in line with the resolution. The bed is `lWidth` by `lHeight`
/// thousandths of an inch.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasUpdateScanRect(
    pWiasContext: *const u8,
    pContext: *mut WIA_PROPERTY_CONTEXT,
    lWidth: i32,
    lHeight: i32,
) -> HRESULT {
    guard(|| {
        let item = item(pWiasContext)?;
        // SAFETY: the caller's promise.
        unsafe { Marks::of(pContext)? }
            .with(|context| library::update_scan_rect(&item, context, lWidth, lHeight))
    })
}

/// Brings the valid formats in line with the kind of transfer (`drvGetWiaFormatInfo`).
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasUpdateValidFormat(
    pWiasContext: *const u8,
    pContext: *mut WIA_PROPERTY_CONTEXT,
    pIMiniDrv: InRef<'_, IWiaMiniDrv>,
) -> HRESULT {
    guard(|| {
        let item = item(pWiasContext)?;
        let driver = pIMiniDrv
            .as_ref()
            .ok_or_else(|| Error::invalid("pIMiniDrv is a null pointer"))?;
        // SAFETY: the caller's promise.
        let (mut marks, formats) =
            unsafe { (Marks::of(pContext)?, formats(pWiasContext, driver)?) };
        marks.with(|context| ::items::update_valid_format(&item, context, &formats))
    })
}

/// The formats that a driver tells.
///
/// # Safety
///
/// The array that it gives has as many items as it says.
unsafe fn formats(context: *const u8, driver: &IWiaMiniDrv) -> Result<Vec<(Guid, Tymed)>> {
    let (mut number, mut formats, mut error): (i32, *mut WIA_FORMAT_INFO, i32) =
        (0, ptr::null_mut(), 0);
    let broken = |what: &str| {
        Error::new(
            ErrorKind::InvalidDriverResponse,
            format!("drvGetWiaFormatInfo: {what}"),
        )
    };
    // SAFETY: the driver is alive, and everything that it writes to is valid.
    let result = unsafe {
        driver.drvGetWiaFormatInfo(context.cast_mut(), 0, &mut number, &mut formats, &mut error)
    };
    let _: Status = status(result)?;
    let number = usize::try_from(number).map_err(|_| broken("a number of formats below 0"))?;
    // SAFETY: the caller's promise.
    let formats = unsafe { array(formats, number, "formats") }.map_err(|_| broken("no formats"))?;
    let pair = |format: &WIA_FORMAT_INFO| {
        let tymed = Tymed::from_value(format.lTymed);
        tymed.map(|tymed| (abi::guids::wia_guid(format.guidFormatID), tymed))
    };
    Ok(formats.iter().filter_map(pair).collect())
}
