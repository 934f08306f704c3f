//! What an endorser prints.

use abi::memory::Bstr;
use abi::structs::WIAS_ENDORSER_INFO;
use abi::{BSTR, HRESULT};
use bridge::{array, array_mut, guard};
use minidriver::service_library::{EndorserInfo, MAX_ENDORSER_TEXT, parse_endorser_string_now};
use wia::{Error, Result};

use super::arguments::{given_text, item};

/// The text to print: `WIA_DPS_ENDORSER_STRING` with its tokens replaced. Where `*pOutputString` is null it becomes a
/// new string (`SysFreeString`); else it is a buffer of the caller's of `MAX_PATH` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasParseEndorserString(
    pWiasContext: *const u8,
    lFlags: i32,
    pInfo: *const WIAS_ENDORSER_INFO,
    pOutputString: *mut BSTR,
) -> HRESULT {
    guard(|| {
        if lFlags != 0 {
            return Err(Error::invalid(format!(
                "lFlags: {lFlags:#x} is not valid; valid: 0"
            )));
        }
        // SAFETY: the caller's promise.
        let to = &mut unsafe { array_mut(pOutputString, 1, "pOutputString")? }[0];
        let item = item(pWiasContext)?;
        // SAFETY: the caller's promise.
        let (page_count, values) = unsafe { tokens(pInfo)? };
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(t, v)| (t.as_str(), v.as_str()))
            .collect();
        let info = EndorserInfo {
            page_count,
            values: &values,
        };
        let text = parse_endorser_string_now(&item, Some(&info))?;
        if to.is_null() {
            *to = Bstr::new(&text).into_raw();
            return Ok(());
        }
        let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
        if units.len() > MAX_ENDORSER_TEXT {
            return Err(Error::invalid(format!(
                "the text to print does not fit into {MAX_ENDORSER_TEXT} units"
            )));
        }
        // SAFETY: the caller's buffer has so many units.
        unsafe { array_mut(*to, units.len(), "*pOutputString")? }.copy_from_slice(&units);
        Ok(())
    })
}

/// The page count and the device's own tokens with their values.
///
/// # Safety
///
/// `info` is null or valid.
unsafe fn tokens(info: *const WIAS_ENDORSER_INFO) -> Result<(u32, Vec<(String, String)>)> {
    if info.is_null() {
        return Ok((0, Vec::new()));
    }
    // SAFETY: the caller's promise.
    unsafe {
        let info = &array(info, 1, "pInfo")?[0];
        let values = array(
            info.pEndorserValues.cast_const(),
            info.ulNumEndorserValues as usize,
            "pEndorserValues",
        )?;
        let pair = |v: &abi::structs::WIAS_ENDORSER_VALUE| {
            Ok((
                given_text(v.wszTokenName, "wszTokenName")?,
                given_text(v.wszValue, "wszValue")?,
            ))
        };
        let values: Result<Vec<_>> = values.iter().map(pair).collect();
        Ok((info.ulPageCount, values?))
    }
}
