//! Lists that an application goes through (`IEnum…`).

use std::sync::{Arc, Mutex};

use abi::HRESULT;
use abi::guids::guid as to_guid;
use abi::interfaces::{
    IEnumWIA_DEV_CAPS, IEnumWIA_DEV_CAPS_Impl, IEnumWIA_DEV_INFO, IEnumWIA_DEV_INFO_Impl,
    IEnumWIA_FORMAT_INFO, IEnumWIA_FORMAT_INFO_Impl, IEnumWiaItem, IEnumWiaItem_Impl,
    IEnumWiaItem2, IEnumWiaItem2_Impl, IWiaItem, IWiaItem2, IWiaPropertyStorage,
};
use abi::memory::Bstr;
use abi::structs::{WIA_DEV_CAP, WIA_FORMAT_INFO};
use bridge::Out;
use devices::DeviceInfo;
use service::{Capability, CapabilityKind, FormatInfo};
use wia::{Error, Result, Status};
use windows_core::implement;

use super::device_info;
use super::handle::Handle;
use super::item::LegacyItem;
use super::item2::Item2;
use super::params::{missing, object};
use super::session::lock;

/// Things, and how many of them were given.
struct List<T> {
    all: Arc<[T]>,
    at: Mutex<usize>,
}

impl<T> List<T> {
    fn new(all: Vec<T>) -> List<T> {
        List {
            all: all.into(),
            at: Mutex::new(0),
        }
    }

    /// The same list at the same place.
    fn copy(&self) -> List<T> {
        List {
            all: Arc::clone(&self.all),
            at: Mutex::new(*lock(&self.at)),
        }
    }

    /// Gives up to `count` things, each made by `make`. `S_FALSE` when they are fewer.
    ///
    /// # Safety
    ///
    /// `to` is null or has room for `count` things; `fetched` is null or has room for a number.
    ///
    /// # Errors
    ///
    /// `Pointer` without a place for them; `InvalidArgument` when nobody could tell how many there are,
    /// which is only good for one.
    unsafe fn next<E>(
        &self,
        count: u32,
        to: *mut E,
        fetched: *mut u32,
        make: impl Fn(&T) -> E,
    ) -> Result<Status> {
        if let Some(fetched) = std::ptr::NonNull::new(fetched) {
            // SAFETY: the caller's promise.
            unsafe { fetched.write(0) };
        } else if count != 1 {
            return Err(Error::invalid("pceltFetched is null, and celt is not 1"));
        }
        if to.is_null() {
            return Err(missing("the place for the elements"));
        }
        let mut at = lock(&self.at);
        let rest = self.all.get(*at..).unwrap_or_default();
        let wanted = usize::try_from(count).unwrap_or(usize::MAX);
        let mut given = 0;
        for (n, thing) in rest.iter().take(wanted).enumerate() {
            let made = make(thing);
            // SAFETY: `n` is less than `count`, for which there is room; what is there is not dropped.
            unsafe { to.add(n).write(made) };
            given += 1;
        }
        *at += given;
        if !fetched.is_null() {
            // It is not more than `count`.
            // SAFETY: the caller's promise.
            unsafe { fetched.write(u32::try_from(given).unwrap_or(count)) };
        }
        Ok(whether(given == wanted))
    }

    /// `S_FALSE` when there were fewer.
    fn skip(&self, count: u32) -> Status {
        let mut at = lock(&self.at);
        let rest = self.all.len() - *at;
        let wanted = usize::try_from(count).unwrap_or(usize::MAX);
        *at += wanted.min(rest);
        whether(wanted <= rest)
    }

    fn reset(&self) {
        *lock(&self.at) = 0;
    }

    fn count(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX)
    }
}

/// `S_OK` or `S_FALSE`.
fn whether(all: bool) -> Status {
    match all {
        true => Status::Ok,
        false => Status::Cancelled,
    }
}

/// Items.
#[implement(IEnumWiaItem2)]
pub(crate) struct Items2(List<Handle>);

/// Items of an application from before Windows Vista.
#[implement(IEnumWiaItem)]
pub(crate) struct Items(List<Handle>);

/// The devices that were found.
#[implement(IEnumWIA_DEV_INFO)]
pub(crate) struct Devices(List<DeviceInfo>);

/// Commands, events, or the handlers of events.
#[implement(IEnumWIA_DEV_CAPS)]
pub(crate) struct Capabilities(List<Capability>);

/// Formats.
#[implement(IEnumWIA_FORMAT_INFO)]
pub(crate) struct Formats(List<FormatInfo>);

/// The methods of an object over a [`List`], with the interface of one kind of thing.
macro_rules! enumerator {
    ($name:ident, $object:ident, $interface:ident, $methods:ident, $thing:ty => $element:ty, $make:expr) => {
        impl $name {
            pub(crate) fn object(all: Vec<$thing>) -> $interface {
                $name(List::new(all)).into()
            }
        }

        impl $methods for $object {
            unsafe fn Next(&self, count: u32, to: *mut $element, fetched: *mut u32) -> HRESULT {
                // SAFETY: the places are the caller's to vouch for (`IEnum…::Next`).
                bridge::guard(|| unsafe { self.0.next(count, to, fetched, $make) })
            }

            unsafe fn Skip(&self, count: u32) -> HRESULT {
                bridge::guard(|| Ok(self.0.skip(count)))
            }

            unsafe fn Reset(&self) -> HRESULT {
                self.0.reset();
                abi::results::S_OK
            }

            unsafe fn Clone(&self, copy: *mut Option<$interface>) -> HRESULT {
                bridge::guard(|| {
                    // SAFETY: the place is the caller's to vouch for.
                    let out = unsafe { object(copy) }?;
                    out.set(Some($name(self.0.copy()).into()));
                    Ok(Status::Ok)
                })
            }

            unsafe fn GetCount(&self, count: *mut u32) -> HRESULT {
                bridge::guard(|| {
                    // SAFETY: the place is the caller's to vouch for.
                    let out = unsafe { Out::new(count, 0) }?;
                    out.set(self.0.count());
                    Ok(Status::Ok)
                })
            }
        }
    };
}

enumerator!(
    Items2, Items2_Impl, IEnumWiaItem2, IEnumWiaItem2_Impl,
    Handle => Option<IWiaItem2>, |item| Some(Item2::object(item))
);
enumerator!(
    Items, Items_Impl, IEnumWiaItem, IEnumWiaItem_Impl,
    Handle => Option<IWiaItem>, |item| Some(LegacyItem::object(item))
);
enumerator!(
    Devices, Devices_Impl, IEnumWIA_DEV_INFO, IEnumWIA_DEV_INFO_Impl,
    DeviceInfo => Option<IWiaPropertyStorage>, |device| Some(device_info::object(device))
);
enumerator!(
    Capabilities, Capabilities_Impl, IEnumWIA_DEV_CAPS, IEnumWIA_DEV_CAPS_Impl,
    Capability => WIA_DEV_CAP, described
);
enumerator!(
    Formats, Formats_Impl, IEnumWIA_FORMAT_INFO, IEnumWIA_FORMAT_INFO_Impl,
    FormatInfo => WIA_FORMAT_INFO, |format| WIA_FORMAT_INFO {
        guidFormatID: to_guid(format.format),
        lTymed: format.tymed.value(),
    }
);

/// `WIA_NOTIFICATION_EVENT` and `WIA_ACTION_EVENT`.
const NOTIFICATION: u32 = 1;
const ACTION: u32 = 2;

/// A capability; its strings are the caller's to free.
fn described(capability: &Capability) -> WIA_DEV_CAP {
    WIA_DEV_CAP {
        guid: to_guid(capability.id),
        ulFlags: match capability.kind {
            CapabilityKind::Event { action: false } => NOTIFICATION,
            CapabilityKind::Event { action: true } => NOTIFICATION | ACTION,
            CapabilityKind::Command => 0,
        },
        bstrName: Bstr::new(&capability.name).into_raw(),
        bstrDescription: Bstr::new(&capability.description).into_raw(),
        bstrIcon: std::ptr::null_mut(),
        bstrCommandline: std::ptr::null_mut(),
    }
}
