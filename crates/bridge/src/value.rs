//! Values: `PROPVARIANT` there, [`PropertyValue`] here.

#![expect(unsafe_code, reason = "what a value of C is, its type says")]

use std::ffi::CStr;

use abi::guids::{guid, wia_guid};
use abi::memory::{Bstr, PropVariant, read_wide};
use abi::structs::{PROPVARIANT, vt};
use abi::{BSTR, GUID};
use wia::{Error, PropertyValue, Result};

use crate::pointer::array;

/// A value as C has it, of the same type.
pub fn to_variant(value: &PropertyValue) -> PropVariant {
    match value {
        PropertyValue::I4(v) => PropVariant::i4(*v),
        PropertyValue::UI4(v) => PropVariant::ui4(*v),
        PropertyValue::R4(v) => PropVariant::r4(*v),
        PropertyValue::Bstr(v) => PropVariant::bstr(v),
        PropertyValue::Clsid(v) => PropVariant::clsid(guid(*v)),
        PropertyValue::UI1Vector(v) => PropVariant::vector(v),
        PropertyValue::UI2Vector(v) => PropVariant::vector(v),
        PropertyValue::I4Vector(v) => PropVariant::vector(v),
    }
}

/// A value of C's. Types that no property has become their nearest one: smaller integers `VT_I4`, `VT_BOOL` 0 or 1,
/// `VT_R8` `VT_R4`, texts of all kinds `VT_BSTR`, and integers of 64 bits what they fit into.
///
/// # Errors
///
/// `InvalidArgument` for other types, a number that does not fit, and null where there has to be a value.
///
/// # Safety
///
/// The value is what its type says.
pub unsafe fn from_variant(variant: &PROPVARIANT) -> Result<PropertyValue> {
    let v = &variant.value;
    // SAFETY: of each type the member is read that it has; what is pointed to is as the caller promises.
    unsafe {
        Ok(match variant.vt {
            vt::I4 | vt::INT | vt::ERROR => PropertyValue::I4(v.lVal),
            vt::UI4 | vt::UINT => PropertyValue::UI4(v.ulVal),
            vt::I2 => PropertyValue::I4(v.iVal.into()),
            vt::UI2 => PropertyValue::I4(v.uiVal.into()),
            vt::I1 => PropertyValue::I4(v.cVal.into()),
            vt::UI1 => PropertyValue::I4(v.bVal.into()),
            vt::BOOL => PropertyValue::I4((v.boolVal != 0).into()),
            vt::I8 => integer(v.hVal.into())?,
            vt::UI8 => integer(v.uhVal.into())?,
            vt::R4 => PropertyValue::R4(v.fltVal),
            vt::R8 => PropertyValue::R4(v.dblVal as f32),
            vt::BSTR => PropertyValue::Bstr(bstr(v.bstrVal)),
            vt::LPWSTR => PropertyValue::Bstr(read_wide(v.pwszVal).ok_or_else(null)?),
            vt::LPSTR if v.pszVal.is_null() => return Err(null()),
            vt::LPSTR => PropertyValue::Bstr(
                CStr::from_ptr(v.pszVal.cast())
                    .to_string_lossy()
                    .into_owned(),
            ),
            vt::CLSID => PropertyValue::Clsid(wia_guid(array(v.puuid, 1, "the value")?[0])),
            kind if kind & vt::VECTOR != 0 => vector(kind & !vt::VECTOR, variant)?,
            other => {
                return Err(Error::invalid(format!(
                    "a value of type {other:#x} is not valid for a property"
                )));
            }
        })
    }
}

fn null() -> Error {
    Error::invalid("a value is a null pointer")
}

/// The text of a `BSTR`, of which null is the empty one. What was made by `SysAllocStringLen` can have zeros in it.
///
/// # Safety
///
/// `string` is null or a `BSTR`.
unsafe fn bstr(string: BSTR) -> String {
    // SAFETY: the string is lent: it is not dropped.
    let string = std::mem::ManuallyDrop::new(unsafe { Bstr::from_raw(string) });
    string.to_string()
}

fn integer(number: i128) -> Result<PropertyValue> {
    let signed = i32::try_from(number).map(PropertyValue::I4);
    let unsigned = || u32::try_from(number).map(PropertyValue::UI4);
    signed
        .or_else(|_| unsigned())
        .map_err(|_| Error::invalid(format!("{number} does not fit into 32 bits")))
}

/// The elements of a vector of `kind`.
///
/// # Safety
///
/// As for [`from_variant`].
unsafe fn vector(kind: u16, variant: &PROPVARIANT) -> Result<PropertyValue> {
    // SAFETY: vectors of all types have this member, with as many elements of their type as it says.
    unsafe {
        let ca = variant.value.ca;
        let (count, at) = (ca.cElems as usize, ca.pElems);
        let what = "the vector";
        Ok(match kind {
            vt::UI1 | vt::I1 => {
                PropertyValue::UI1Vector(array::<u8>(at.cast(), count, what)?.to_vec())
            }
            vt::UI2 | vt::I2 => {
                PropertyValue::UI2Vector(array::<u16>(at.cast(), count, what)?.to_vec())
            }
            vt::I4 | vt::UI4 | vt::INT | vt::UINT => {
                PropertyValue::I4Vector(array::<i32>(at.cast(), count, what)?.to_vec())
            }
            other => {
                return Err(Error::invalid(format!(
                    "a vector of type {other:#x} is not valid for a property"
                )));
            }
        })
    }
}

/// The elements of a vector as values of their own: what lists of valid values have. Of another value itself alone.
///
/// # Errors
///
/// As [`from_variant`].
///
/// # Safety
///
/// As for [`from_variant`].
pub(crate) unsafe fn elements(variant: &PROPVARIANT) -> Result<Vec<PropertyValue>> {
    // SAFETY: as in `from_variant`.
    unsafe {
        if variant.vt & vt::VECTOR == 0 {
            return Ok(vec![from_variant(variant)?]);
        }
        let ca = variant.value.ca;
        let (count, at) = (ca.cElems as usize, ca.pElems);
        let what = "the valid values";
        Ok(match variant.vt & !vt::VECTOR {
            vt::BSTR => {
                let strings = array::<BSTR>(at.cast(), count, what)?;
                strings
                    .iter()
                    .map(|s| PropertyValue::Bstr(bstr(*s)))
                    .collect()
            }
            vt::CLSID => {
                let ids = array::<GUID>(at.cast(), count, what)?;
                ids.iter()
                    .map(|id| PropertyValue::Clsid(wia_guid(*id)))
                    .collect()
            }
            kind => numbers(kind, at.cast(), count, what)?,
        })
    }
}

/// Numbers of a type that stand one after the other.
///
/// # Errors
///
/// `InvalidArgument` for other types and null.
///
/// # Safety
///
/// `at` is null or has `count` numbers of the type.
pub(crate) unsafe fn numbers(
    kind: u16,
    at: *const u8,
    count: usize,
    what: &str,
) -> Result<Vec<PropertyValue>> {
    // SAFETY: the caller's promise.
    unsafe {
        Ok(match kind {
            vt::UI1 => {
                let bytes = array::<u8>(at, count, what)?;
                bytes
                    .iter()
                    .map(|n| PropertyValue::I4((*n).into()))
                    .collect()
            }
            vt::I2 => {
                let words = array::<i16>(at.cast(), count, what)?;
                words
                    .iter()
                    .map(|n| PropertyValue::I4((*n).into()))
                    .collect()
            }
            vt::UI2 => {
                let words = array::<u16>(at.cast(), count, what)?;
                words
                    .iter()
                    .map(|n| PropertyValue::I4((*n).into()))
                    .collect()
            }
            vt::I4 | vt::INT => {
                let numbers = array::<i32>(at.cast(), count, what)?;
                numbers.iter().map(|n| PropertyValue::I4(*n)).collect()
            }
            vt::UI4 | vt::UINT => {
                let numbers = array::<u32>(at.cast(), count, what)?;
                numbers.iter().map(|n| PropertyValue::UI4(*n)).collect()
            }
            vt::R4 => {
                let numbers = array::<f32>(at.cast(), count, what)?;
                numbers.iter().map(|n| PropertyValue::R4(*n)).collect()
            }
            vt::R8 => {
                let numbers = array::<f64>(at.cast(), count, what)?;
                numbers
                    .iter()
                    .map(|n| PropertyValue::R4(*n as f32))
                    .collect()
            }
            other => {
                return Err(Error::invalid(format!(
                    "{what}: numbers of type {other:#x} are not valid"
                )));
            }
        })
    }
}
