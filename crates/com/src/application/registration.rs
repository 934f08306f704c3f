//! A registration for events, as an object: it ends when that is released.

use std::sync::Arc;

use abi::guids::guid as to_guid;
use abi::interfaces::IWiaEventCallback;
use abi::memory::Bstr;
use wia::{Guid, Result};
use windows_core::{IUnknown, implement, interface};

use super::events::{self, Registered, Told};
use super::open;

/// `WIA_NOTIFICATION_EVENT`.
const NOTIFICATION: u32 = 1;

/// `StiDeviceTypeScanner` as the upper half of a device's type (`WIA_DIP_DEV_TYPE`).
const SCANNER: u32 = 0x1_0000;

/// What the object of a registration has besides `IUnknown`: nothing.
#[interface("5B2D7A1E-3C84-4F0B-9E16-7D9C52A0F3B8")]
unsafe trait IRegistration: IUnknown {}

/// Keeps a registration.
#[implement(IRegistration)]
struct Registration(#[expect(dead_code, reason = "its end is what counts")] Registered);

impl IRegistration_Impl for Registration_Impl {}

/// Registers for an event of a device, or of all with an empty id.
///
/// # Errors
///
/// As [`events::register`].
pub(crate) fn object(device: &str, event: Guid, callback: IWiaEventCallback) -> Result<IUnknown> {
    let callback = AnyThread(callback);
    let listener = Arc::new(move |told: &Told| callback.tell(told));
    let device = match device {
        "" => None,
        id => Some(open::uri(id)?),
    };
    let registered = events::register(device.as_deref(), event, listener)?;
    let object: IRegistration = Registration(registered).into();
    Ok(object.into())
}

/// An application's callback, which is called on threads of this library.
struct AnyThread(IWiaEventCallback);

// SAFETY: objects that are given to this library can be called and released on any thread, one call at a time or not:
// its headers ask for that, as there are no apartments here.
unsafe impl Send for AnyThread {}
// SAFETY: as above.
unsafe impl Sync for AnyThread {}

impl AnyThread {
    fn tell(&self, told: &Told) {
        let texts = [
            &told.description,
            &told.device,
            &told.device_description,
            &told.full_item_name,
        ];
        let [description, device, device_description, item] = texts.map(|text| Bstr::new(text));
        let event = to_guid(told.event);
        let mut kind = NOTIFICATION;
        // SAFETY: everything lives until the call returns; its result changes nothing.
        let _ = unsafe {
            self.0.ImageEventCallback(
                &event,
                description.as_raw(),
                device.as_raw(),
                device_description.as_raw(),
                SCANNER,
                item.as_raw(),
                &mut kind,
                0,
            )
        };
    }
}
