//! Valid values of single properties, and whether values are valid.

use abi::guids::wia_guid;
use abi::structs::PROPSPEC;
use abi::{BSTR, GUID, HRESULT, PROPID};
use bridge::{array, guard, text};
use minidriver::service_library as library;
use wia::{Guid, PropertyId};

use super::arguments::{item, known_ids};

/// Makes any combination of bits valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasSetValidFlag(
    pWiasContext: *const u8,
    propid: PROPID,
    ulNom: u32,
    ulValidBits: u32,
) -> HRESULT {
    guard(|| {
        let (nominal, bits) = (ulNom.cast_signed(), ulValidBits.cast_signed());
        library::set_valid_flag(&item(pWiasContext)?, PropertyId(propid), nominal, bits)
    })
}

/// Makes a range of integers valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasSetValidRangeLong(
    pWiasContext: *const u8,
    propid: PROPID,
    lMin: i32,
    lNom: i32,
    lMax: i32,
    lStep: i32,
) -> HRESULT {
    guard(|| {
        library::set_valid_range_long(
            &item(pWiasContext)?,
            PropertyId(propid),
            lMin,
            lNom,
            lMax,
            lStep,
        )
    })
}

/// Makes a range of floating point numbers valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasSetValidRangeFloat(
    pWiasContext: *const u8,
    propid: PROPID,
    fMin: f32,
    fNom: f32,
    fMax: f32,
    fStep: f32,
) -> HRESULT {
    guard(|| {
        library::set_valid_range_float(
            &item(pWiasContext)?,
            PropertyId(propid),
            fMin,
            fNom,
            fMax,
            fStep,
        )
    })
}

/// Makes integers valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasSetValidListLong(
    pWiasContext: *const u8,
    propid: PROPID,
    ulCount: u32,
    lNom: i32,
    plValues: *const i32,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let values = unsafe { array(plValues, ulCount as usize, "plValues")? };
        library::set_valid_list_long(&item(pWiasContext)?, PropertyId(propid), lNom, values)
    })
}

/// Makes floating point numbers valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasSetValidListFloat(
    pWiasContext: *const u8,
    propid: PROPID,
    ulCount: u32,
    fNom: f32,
    pfValues: *const f32,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let values = unsafe { array(pfValues, ulCount as usize, "pfValues")? };
        library::set_valid_list_float(&item(pWiasContext)?, PropertyId(propid), fNom, values)
    })
}

/// Makes GUIDs valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasSetValidListGuid(
    pWiasContext: *const u8,
    propid: PROPID,
    ulCount: u32,
    guidNom: GUID,
    pguidValues: *const GUID,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let values = unsafe { array(pguidValues, ulCount as usize, "pguidValues")? };
        let values: Vec<Guid> = values.iter().map(|id| wia_guid(*id)).collect();
        library::set_valid_list_guid(
            &item(pWiasContext)?,
            PropertyId(propid),
            wia_guid(guidNom),
            &values,
        )
    })
}

/// Makes strings valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasSetValidListStr(
    pWiasContext: *const u8,
    propid: PROPID,
    ulCount: u32,
    bstrNom: BSTR,
    bstrValues: *const BSTR,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let (nominal, values) = unsafe {
            let values = array(bstrValues, ulCount as usize, "bstrValues")?;
            let values: Vec<String> = values.iter().map(|value| text(*value)).collect();
            (text(bstrNom), values)
        };
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        library::set_valid_list_str(&item(pWiasContext)?, PropertyId(propid), &nominal, &values)
    })
}

/// Checks values against the valid ones.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasValidateItemProperties(
    pWiasContext: *const u8,
    nPropSpec: u32,
    pPropSpec: *const PROPSPEC,
) -> HRESULT {
    guard(|| {
        let item = item(pWiasContext)?;
        // SAFETY: the caller's promise.
        let ids = unsafe { known_ids(&item, nPropSpec as usize, pPropSpec)? };
        library::validate_item_properties(&item, &ids)
    })
}
