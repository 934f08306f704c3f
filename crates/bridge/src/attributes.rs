//! Access and valid values: `WIA_PROPERTY_INFO`, or flags and a vector, there; [`PropertyInfo`] here.

#![expect(
    unsafe_code,
    reason = "which member of a union is there, its flags say"
)]

use abi::guids::{guid, wia_guid};
use abi::memory::PropVariant;
use abi::structs::{PROPVARIANT, WIA_PROPERTY_INFO, vt};
use abi::{BSTR, GUID};
use wia::{Access, Error, Guid, PropertyInfo, PropertyValue, Result, ValidValues};

use crate::pointer::{array, text};
use crate::value::{elements, numbers};

/// `WIA_PROP_NONE`, `WIA_PROP_RANGE`, `WIA_PROP_LIST`, `WIA_PROP_FLAG`: one of them is set.
const NONE: u32 = 0x08;
const RANGE: u32 = 0x10;
const LIST: u32 = 0x20;
const FLAG: u32 = 0x40;
const KINDS: u32 = NONE | RANGE | LIST | FLAG;

/// The flags of `IWiaPropertyStorage::GetPropertyAttributes`: what may be done, and which kind of valid values there
/// are.
pub fn access_flags(info: &PropertyInfo) -> u32 {
    let kind = match info.valid {
        ValidValues::None => NONE,
        ValidValues::Range { .. } | ValidValues::RangeFloat { .. } => RANGE,
        ValidValues::List { .. } => LIST,
        ValidValues::Flag { .. } => FLAG,
    };
    info.access.bits() | kind
}

/// What may be done, and the one kind of valid values.
fn split(flags: u32) -> Result<(Access, u32)> {
    let kind = flags & KINDS;
    if kind.count_ones() > 1 {
        return Err(Error::invalid(format!(
            "the access flags {flags:#x} have more than one kind of valid values"
        )));
    }
    Ok((Access::from_bits_truncate(flags), kind))
}

/// The valid values as `IWiaPropertyStorage::GetPropertyAttributes` gives them: a range has its smallest, nominal and
/// largest value and the step; a list the number of its values, the nominal one and all of them; flags the nominal
/// value and all bits; else it is empty. A list of GUIDs or texts has an empty one in place of the number.
pub fn valid_vector(valid: &ValidValues) -> PropVariant {
    match valid {
        ValidValues::None => PropVariant::EMPTY,
        ValidValues::Range {
            min,
            nominal,
            max,
            step,
        } => PropVariant::vector(&[*min, *nominal, *max, *step]),
        ValidValues::RangeFloat {
            min,
            nominal,
            max,
            step,
        } => PropVariant::vector(&[*min, *nominal, *max, *step]),
        ValidValues::Flag {
            nominal,
            valid_bits,
        } => PropVariant::vector(&[*nominal, *valid_bits]),
        ValidValues::List { nominal, values } => list_vector(nominal, values),
    }
}

fn list_vector(nominal: &PropertyValue, values: &[PropertyValue]) -> PropVariant {
    let all = || std::iter::once(nominal).chain(values);
    let count = values.len();
    match nominal {
        PropertyValue::R4(_) => {
            let numbers = all().map(|v| {
                if let PropertyValue::R4(f) = v {
                    *f
                } else {
                    0.0
                }
            });
            let numbers: Vec<f32> = std::iter::once(count as f32).chain(numbers).collect();
            PropVariant::vector(&numbers)
        }
        PropertyValue::Bstr(_) => {
            let texts = all().map(|v| v.as_str().unwrap_or_default());
            let texts: Vec<&str> = std::iter::once("").chain(texts).collect();
            PropVariant::bstr_vector(&texts)
        }
        PropertyValue::Clsid(_) => {
            let ids = all().map(|v| guid(v.as_guid().unwrap_or(Guid::NULL)));
            let ids: Vec<GUID> = std::iter::once(GUID::zeroed()).chain(ids).collect();
            PropVariant::vector(&ids)
        }
        PropertyValue::UI4(_) => {
            let numbers = all().map(|v| {
                if let PropertyValue::UI4(n) = v {
                    *n
                } else {
                    v.as_i32().unwrap_or(0) as u32
                }
            });
            let numbers: Vec<u32> = std::iter::once(count as u32).chain(numbers).collect();
            PropVariant::vector(&numbers)
        }
        _ => {
            let numbers = all().map(|v| v.as_i32().unwrap_or(0));
            let numbers: Vec<i32> = std::iter::once(count as i32).chain(numbers).collect();
            PropVariant::vector(&numbers)
        }
    }
}

/// What `wiasSetPropertyAttributes` is given: flags and a vector as [`valid_vector`] makes it.
///
/// # Errors
///
/// `InvalidArgument` for several kinds at once, a vector that is too short for its kind or of a type that it cannot
/// have.
///
/// # Safety
///
/// The value is what its type says.
pub unsafe fn from_valid_vector(flags: u32, valid: &PROPVARIANT) -> Result<PropertyInfo> {
    let (access, kind) = split(flags)?;
    if kind == NONE || kind == 0 {
        return Ok(PropertyInfo {
            access,
            valid: ValidValues::None,
        });
    }
    // SAFETY: the caller's promise.
    let values = unsafe { elements(valid) }?;
    let short = || Error::invalid(format!("valid values: {} are too few", values.len()));
    let valid = match (kind, values.as_slice()) {
        (
            RANGE,
            [
                PropertyValue::R4(min),
                PropertyValue::R4(nominal),
                PropertyValue::R4(max),
                PropertyValue::R4(step),
                ..,
            ],
        ) => ValidValues::RangeFloat {
            min: *min,
            nominal: *nominal,
            max: *max,
            step: *step,
        },
        (RANGE, [min, nominal, max, step, ..]) => ValidValues::Range {
            min: whole(min)?,
            nominal: whole(nominal)?,
            max: whole(max)?,
            step: whole(step)?,
        },
        (FLAG, [nominal, bits, ..]) => ValidValues::Flag {
            nominal: bits_of(nominal)?,
            valid_bits: bits_of(bits)?,
        },
        (LIST, [_count, nominal, values @ ..]) => ValidValues::List {
            nominal: nominal.clone(),
            values: values.to_vec(),
        },
        _ => return Err(short()),
    };
    Ok(PropertyInfo { access, valid })
}

fn whole(value: &PropertyValue) -> Result<i32> {
    value
        .as_i32()
        .ok_or_else(|| Error::invalid(format!("valid values: {value} is no integer of 32 bits")))
}

/// The bits of a number, signed or not.
fn bits_of(value: &PropertyValue) -> Result<i32> {
    match value {
        PropertyValue::UI4(bits) => Ok(bits.cast_signed()),
        other => whole(other),
    }
}

/// What `wiasSetItemPropAttribs` is given.
///
/// # Errors
///
/// `InvalidArgument` for several kinds at once, and valid values of a type that they cannot have: flags of integers,
/// ranges of numbers, lists of numbers, texts and GUIDs.
///
/// # Safety
///
/// The lists have as many items of the type `vt` as they say.
pub unsafe fn from_property_info(info: &WIA_PROPERTY_INFO) -> Result<PropertyInfo> {
    let (access, kind) = split(info.lAccessFlags)?;
    let integer = matches!(
        info.vt,
        vt::UI1 | vt::UI2 | vt::UI4 | vt::UINT | vt::I2 | vt::I4 | vt::INT
    );
    let float = matches!(info.vt, vt::R4 | vt::R8);
    // SAFETY: the flags and the type say which member it is; what it points to is as the caller promises.
    let valid = unsafe {
        match kind {
            RANGE if integer => {
                let range = info.ValidVal.Range;
                ValidValues::Range {
                    min: range.Min,
                    nominal: range.Nom,
                    max: range.Max,
                    step: range.Inc,
                }
            }
            RANGE if float => {
                let range = info.ValidVal.RangeFloat;
                ValidValues::RangeFloat {
                    min: range.Min as f32,
                    nominal: range.Nom as f32,
                    max: range.Max as f32,
                    step: range.Inc as f32,
                }
            }
            FLAG if integer => {
                let flag = info.ValidVal.Flag;
                ValidValues::Flag {
                    nominal: flag.Nom,
                    valid_bits: flag.ValidBits,
                }
            }
            LIST => list(info, integer, float)?,
            RANGE | FLAG => {
                return Err(Error::invalid(format!(
                    "WIA_PROPERTY_INFO: a property of type {:#x} has no such valid values (flags {:#x})",
                    info.vt, info.lAccessFlags
                )));
            }
            _ => ValidValues::None,
        }
    };
    Ok(PropertyInfo { access, valid })
}

/// # Safety
///
/// As for [`from_property_info`].
unsafe fn list(info: &WIA_PROPERTY_INFO, integer: bool, float: bool) -> Result<ValidValues> {
    let what = "pList";
    let count = |n: i32| usize::try_from(n).map_err(|_| Error::invalid(format!("cNumList is {n}")));
    // SAFETY: the type says which member it is.
    unsafe {
        Ok(if integer {
            let list = info.ValidVal.List;
            let nominal = match info.vt {
                vt::UI4 | vt::UINT => PropertyValue::UI4(list.Nom.cast_unsigned()),
                _ => PropertyValue::I4(list.Nom),
            };
            let values = numbers(info.vt, list.pList, count(list.cNumList)?, what)?;
            ValidValues::List { nominal, values }
        } else if float {
            let list = info.ValidVal.ListFloat;
            let values = numbers(info.vt, list.pList, count(list.cNumList)?, what)?;
            ValidValues::List {
                nominal: PropertyValue::R4(list.Nom as f32),
                values,
            }
        } else if info.vt == vt::CLSID {
            let list = info.ValidVal.ListGuid;
            let ids = array::<GUID>(list.pList, count(list.cNumList)?, what)?;
            ValidValues::List {
                nominal: PropertyValue::Clsid(wia_guid(list.Nom)),
                values: ids
                    .iter()
                    .map(|id| PropertyValue::Clsid(wia_guid(*id)))
                    .collect(),
            }
        } else if info.vt == vt::BSTR {
            let list = info.ValidVal.ListBStr;
            let texts = array::<BSTR>(list.pList, count(list.cNumList)?, what)?;
            ValidValues::List {
                nominal: PropertyValue::Bstr(text(list.Nom)),
                values: texts
                    .iter()
                    .map(|t| PropertyValue::Bstr(text(*t)))
                    .collect(),
            }
        } else {
            return Err(Error::invalid(format!(
                "WIA_PROPERTY_INFO: a property of type {:#x} has no list",
                info.vt
            )));
        })
    }
}
