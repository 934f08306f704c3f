//! Events that a driver reports, and what it was configured with.

use abi::guids::wia_guid;
use abi::memory::Bstr;
use abi::{BSTR, GUID, HKEY, HRESULT, LPCWSTR};
use bridge::{array, guard, text};
use minidriver::service_library::queue_event;
use wia::Status;

use super::arguments::{NO, given_text, out};

/// Reports an event to all that listen. From any thread.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasQueueEvent(
    bstrDeviceId: BSTR,
    pEventGUID: *const GUID,
    bstrFullItemName: BSTR,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let (device, event, item) = unsafe {
            (
                given_text(bstrDeviceId, "bstrDeviceId")?,
                array(pEventGUID, 1, "pEventGUID")?[0],
                text(bstrFullItemName),
            )
        };
        queue_event(
            &device,
            wia_guid(event),
            Some(item.as_str()).filter(|name| !name.is_empty()),
        )
    })
}

/// A value of the device's configuration (`data.NAME` of its URI). `S_FALSE` and null where there is none.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaReadDeviceData(
    hParametersKey: HKEY,
    name: LPCWSTR,
    pbstrValue: *mut BSTR,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let (to, name) = unsafe {
            (
                out(pbstrValue, std::ptr::null_mut())?,
                given_text(name, "name")?,
            )
        };
        Ok(match driver_com::read_device_data(hParametersKey, &name)? {
            Some(value) => {
                to.set(Bstr::new(&value).into_raw());
                Status::Ok
            }
            None => NO,
        })
    })
}
