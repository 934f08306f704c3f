//! Properties: values, names, attributes.

use std::ptr;

use abi::guids::{guid, wia_guid};
use abi::memory::{Bstr, PropVariant, TaskArray};
use abi::structs::{PROPSPEC, PROPVARIANT, WIA_PROPERTY_INFO};
use abi::{BOOL, BSTR, GUID, HRESULT, LPCWSTR, PROPID};
use bridge::{
    Out, access_flags, array, from_property_info, from_valid_vector, from_variant, guard,
    to_variant, valid_vector,
};
use minidriver::service_library::{self as library, Reading};
use wia::{PropertyId, PropertyInfo, Result, Status};

use super::arguments::{NO, count, given_text, ids, item, known_ids, out, places, wanted};

/// Values of several properties, and those from before the last write of an application. One that does not exist has
/// the type `VT_EMPTY`; `S_FALSE` when none exists.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasReadMultiple(
    pWiasContext: *const u8,
    ulCount: u32,
    ps: *const PROPSPEC,
    pVar: *mut PROPVARIANT,
    pVarOld: *mut PROPVARIANT,
) -> HRESULT {
    guard(|| {
        let (number, empty) = (ulCount as usize, PropVariant::EMPTY.into_raw());
        let old_number = if pVarOld.is_null() { 0 } else { number };
        // SAFETY: the caller's promise.
        let (values, olds) = unsafe {
            (
                places(pVar, number, empty)?,
                places(pVarOld, old_number, empty)?,
            )
        };
        let item = item(pWiasContext)?;
        // SAFETY: the caller's promise.
        let ids = unsafe { ids(&item, number, ps)? };
        let mut any = number == 0;
        for (i, id) in ids.into_iter().enumerate() {
            let reading = id.and_then(|id| library::read_multiple(&item, &[id]).pop().flatten());
            let Some(Reading { current, old }) = reading else {
                continue;
            };
            any = true;
            if let Some(to) = values.get(i) {
                to.set(to_variant(&current).into_raw());
            }
            if let Some(to) = olds.get(i) {
                to.set(to_variant(&old).into_raw());
            }
        }
        Ok(if any { Status::Ok } else { NO })
    })
}

/// Puts a value, and the one before it, where they are wanted. `S_FALSE` where there is none.
fn tell<T, C>(
    reading: Option<Reading<T>>,
    value: &Out<C>,
    old: Option<Out<C>>,
    c: impl Fn(T) -> C,
) -> Status {
    let Some(reading) = reading else {
        return NO;
    };
    value.set(c(reading.current));
    if let Some(to) = old {
        to.set(c(reading.old));
    }
    Status::Ok
}

/// An integer. A property that is missing is `S_FALSE` and 0, or an error if it must exist; so it is with the others.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasReadPropLong(
    pWiasContext: *const u8,
    propid: PROPID,
    plVal: *mut i32,
    plValOld: *mut i32,
    bMustExist: BOOL,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let (value, old) = unsafe { (out(plVal, 0)?, wanted(plValOld, 0)?) };
        let reading =
            library::read_prop_long(&item(pWiasContext)?, PropertyId(propid), bMustExist != 0)?;
        Ok(tell(reading, &value, old, |v| v))
    })
}

/// A floating point number.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasReadPropFloat(
    pWiasContext: *const u8,
    propid: PROPID,
    pfVal: *mut f32,
    pfValOld: *mut f32,
    bMustExist: BOOL,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let (value, old) = unsafe { (out(pfVal, 0.0)?, wanted(pfValOld, 0.0)?) };
        let reading =
            library::read_prop_float(&item(pWiasContext)?, PropertyId(propid), bMustExist != 0)?;
        Ok(tell(reading, &value, old, |v| v))
    })
}

/// A GUID.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasReadPropGuid(
    pWiasContext: *const u8,
    propid: PROPID,
    pguidVal: *mut GUID,
    pguidValOld: *mut GUID,
    bMustExist: BOOL,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let (value, old) = unsafe {
            (
                out(pguidVal, GUID::zeroed())?,
                wanted(pguidValOld, GUID::zeroed())?,
            )
        };
        let reading =
            library::read_prop_guid(&item(pWiasContext)?, PropertyId(propid), bMustExist != 0)?;
        Ok(tell(reading, &value, old, guid))
    })
}

/// A string, which the caller frees (`SysFreeString`).
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasReadPropStr(
    pWiasContext: *const u8,
    propid: PROPID,
    pbstr: *mut BSTR,
    pbstrOld: *mut BSTR,
    bMustExist: BOOL,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let (value, old) = unsafe {
            (
                out(pbstr, ptr::null_mut())?,
                wanted(pbstrOld, ptr::null_mut())?,
            )
        };
        let reading =
            library::read_prop_str(&item(pWiasContext)?, PropertyId(propid), bMustExist != 0)?;
        Ok(tell(reading, &value, old, |v| Bstr::new(&v).into_raw()))
    })
}

/// A row of bytes, which the caller frees (`CoTaskMemFree`). Its length is not told: `wiasReadMultiple` tells it.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasReadPropBin(
    pWiasContext: *const u8,
    propid: PROPID,
    ppbVal: *mut *mut u8,
    ppbValOld: *mut *mut u8,
    bMustExist: BOOL,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let (value, old) = unsafe {
            (
                out(ppbVal, ptr::null_mut())?,
                wanted(ppbValOld, ptr::null_mut())?,
            )
        };
        let reading =
            library::read_prop_bin(&item(pWiasContext)?, PropertyId(propid), bMustExist != 0)?;
        Ok(tell(reading, &value, old, |v| {
            TaskArray::from_slice(&v).into_raw()
        }))
    })
}

/// Writes several properties as the driver, all or none, without validation.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasWriteMultiple(
    pWiasContext: *const u8,
    ulCount: u32,
    ps: *const PROPSPEC,
    pVar: *const PROPVARIANT,
) -> HRESULT {
    guard(|| {
        let item = item(pWiasContext)?;
        let number = ulCount as usize;
        // SAFETY: the caller's promise.
        let (ids, values) =
            unsafe { (known_ids(&item, number, ps)?, array(pVar, number, "pVar")?) };
        let value = |(id, value): (PropertyId, &PROPVARIANT)| {
            // SAFETY: the values are what their types say.
            let value = unsafe { from_variant(value) };
            Ok((id, value.map_err(|e| e.context(item.property_name(id)))?))
        };
        let values: Result<Vec<_>> = ids.into_iter().zip(values).map(value).collect();
        library::write_multiple(&item, &values?)
    })
}

/// Writes an integer as the driver, without validation; so it is with the others.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasWritePropLong(
    pWiasContext: *const u8,
    propid: PROPID,
    lVal: i32,
) -> HRESULT {
    guard(|| library::write_prop_long(&item(pWiasContext)?, PropertyId(propid), lVal))
}

/// Writes a floating point number.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasWritePropFloat(
    pWiasContext: *const u8,
    propid: PROPID,
    fVal: f32,
) -> HRESULT {
    guard(|| library::write_prop_float(&item(pWiasContext)?, PropertyId(propid), fVal))
}

/// Writes a GUID.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasWritePropGuid(
    pWiasContext: *const u8,
    propid: PROPID,
    guidVal: GUID,
) -> HRESULT {
    guard(|| library::write_prop_guid(&item(pWiasContext)?, PropertyId(propid), wia_guid(guidVal)))
}

/// Writes a string; null is an empty one.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasWritePropStr(
    pWiasContext: *const u8,
    propid: PROPID,
    bstrVal: BSTR,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let text = unsafe { bridge::text(bstrVal) };
        library::write_prop_str(&item(pWiasContext)?, PropertyId(propid), Some(&text))
    })
}

/// Writes a row of bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasWritePropBin(
    pWiasContext: *const u8,
    propid: PROPID,
    cbVal: i32,
    pbVal: *const u8,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let bytes = unsafe { array(pbVal, count(cbVal, "cbVal")?, "pbVal")? };
        library::write_prop_bin(&item(pWiasContext)?, PropertyId(propid), bytes)
    })
}

/// Names the properties that an item is going to have.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasSetItemPropNames(
    pWiasContext: *const u8,
    cItems: i32,
    ppId: *const PROPID,
    ppszNames: *const LPCWSTR,
) -> HRESULT {
    guard(|| {
        let number = count(cItems, "cItems")?;
        // SAFETY: the caller's promise.
        let (ids, texts) = unsafe {
            (
                array(ppId, number, "ppId")?,
                array(ppszNames, number, "ppszNames")?,
            )
        };
        // SAFETY: the caller's promise.
        let texts = texts
            .iter()
            .map(|text| unsafe { given_text(*text, "a name") });
        let texts: Vec<String> = texts.collect::<Result<_>>()?;
        let ids = ids.iter().copied().map(PropertyId);
        let names: Vec<(PropertyId, &str)> = ids.zip(texts.iter().map(String::as_str)).collect();
        library::set_item_prop_names(&item(pWiasContext)?, &names);
        Ok(())
    })
}

/// Sets access and valid values of simple properties. `S_FALSE` when the item does not have all of them; the others are
/// set.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasSetItemPropAttribs(
    pWiasContext: *const u8,
    cPropSpec: i32,
    pPropSpec: *const PROPSPEC,
    pwpi: *const WIA_PROPERTY_INFO,
) -> HRESULT {
    guard(|| {
        let item = item(pWiasContext)?;
        let number = count(cPropSpec, "cPropSpec")?;
        // SAFETY: the caller's promise.
        let (ids, infos) =
            unsafe { (ids(&item, number, pPropSpec)?, array(pwpi, number, "pwpi")?) };
        let nameless = ids.iter().any(Option::is_none);
        let mut attributes: Vec<(PropertyId, PropertyInfo)> = Vec::with_capacity(number);
        for (id, info) in ids.into_iter().zip(infos) {
            let Some(id) = id else { continue };
            // SAFETY: the caller's promise.
            let info = unsafe { from_property_info(info) };
            attributes.push((id, info.map_err(|e| e.context(item.property_name(id)))?));
        }
        let missing = library::set_item_prop_attribs(&item, &attributes)?;
        Ok(if missing.is_empty() && !nameless {
            Status::Ok
        } else {
            NO
        })
    })
}

/// Sets access and valid values of properties of any type, all or none.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasSetPropertyAttributes(
    pWiasContext: *const u8,
    cPropSpec: i32,
    pPropSpec: *const PROPSPEC,
    pulAccessFlags: *const u32,
    ppvar: *const PROPVARIANT,
) -> HRESULT {
    guard(|| {
        let item = item(pWiasContext)?;
        let number = count(cPropSpec, "cPropSpec")?;
        // SAFETY: the caller's promise.
        let (ids, flags, values) = unsafe {
            (
                known_ids(&item, number, pPropSpec)?,
                array(pulAccessFlags, number, "pulAccessFlags")?,
                array(ppvar, number, "ppvar")?,
            )
        };
        let mut attributes = Vec::with_capacity(number);
        for ((id, flags), valid) in ids.into_iter().zip(flags).zip(values) {
            // SAFETY: the values are what their types say.
            let info = unsafe { from_valid_vector(*flags, valid) };
            attributes.push((id, info.map_err(|e| e.context(item.property_name(id)))?));
        }
        library::set_property_attributes(&item, &attributes)
    })
}

/// Access and valid values of properties. One that does not exist has no access (0) and `VT_EMPTY`; `S_FALSE` when none
/// exists.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasGetPropertyAttributes(
    pWiasContext: *const u8,
    cPropSpec: i32,
    pPropSpec: *const PROPSPEC,
    pulAccessFlags: *mut u32,
    ppvar: *mut PROPVARIANT,
) -> HRESULT {
    guard(|| {
        let number = count(cPropSpec, "cPropSpec")?;
        // SAFETY: the caller's promise.
        let (flags, values) = unsafe {
            (
                places(pulAccessFlags, number, 0)?,
                places(ppvar, number, PropVariant::EMPTY.into_raw())?,
            )
        };
        let item = item(pWiasContext)?;
        // SAFETY: the caller's promise.
        let ids = unsafe { ids(&item, number, pPropSpec)? };
        let mut any = number == 0;
        for ((flags, value), id) in flags.iter().zip(&values).zip(ids) {
            let info = id.and_then(|id| {
                library::get_property_attributes(&item, &[id])
                    .pop()
                    .flatten()
            });
            if let Some(info) = info {
                flags.set(access_flags(&info));
                value.set(valid_vector(&info.valid).into_raw());
                any = true;
            }
        }
        Ok(if any { Status::Ok } else { NO })
    })
}
