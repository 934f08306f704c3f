//! Registrations for events.

use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use abi::guids::{guid, wia_guid};
use abi::interfaces::{IWiaEventCallback, IWiaEventCallback_Impl};
use abi::memory::{Bstr, read_wide};
use abi::results::{E_INVALIDARG, E_NOTIMPL, E_POINTER, S_FALSE};
use abi::{BSTR, GUID, HRESULT};
use minidriver::service_library::queue_event;
use wia::Guid;
use wia::event::{WIA_EVENT_DEVICE_DISCONNECTED, WIA_EVENT_ITEM_CREATED, WIA_EVENT_SCAN_IMAGE};
use windows_core::{IUnknown, implement};

use super::objects::{manager, manager2, object, open};

/// Longer than any test.
const LIMIT: Duration = Duration::from_secs(60);

/// An application that listens; `name` says which.
#[implement(IWiaEventCallback)]
struct Ear {
    name: &'static str,
    heard: Sender<(&'static str, Guid, String, String)>,
}

impl IWiaEventCallback_Impl for Ear_Impl {
    unsafe fn ImageEventCallback(
        &self,
        event: *const GUID,
        _: BSTR,
        device: BSTR,
        _: BSTR,
        kind: u32,
        item: BSTR,
        event_type: *mut u32,
        reserved: u32,
    ) -> HRESULT {
        assert_eq!((kind, reserved), (0x1_0000, 0));
        // SAFETY: the contract.
        unsafe {
            assert_eq!(event_type.read(), 1);
            let texts = [device, item].map(|text| read_wide(text).unwrap());
            let [device, item] = texts;
            self.heard
                .send((self.name, wia_guid(*event), device, item))
                .unwrap();
        }
        // It changes nothing.
        S_FALSE
    }
}

fn register(device: &str, event: Guid, callback: &IWiaEventCallback) -> Result<IUnknown, HRESULT> {
    let device = Bstr::new(device);
    object(|registration| unsafe {
        manager2().RegisterEventCallbackInterface(
            0,
            device.as_raw(),
            &guid(event),
            callback.into(),
            registration,
        )
    })
}

#[test]
fn events_reach_who_has_registered_until_that_is_released() {
    let folder = tempfile::tempdir().unwrap();
    let uri = format!("folder:{}", folder.path().display());
    let (sender, heard) = channel();
    let ear = |name| -> IWiaEventCallback {
        let heard = sender.clone();
        Ear { name, heard }.into()
    };
    let first = register(&uri, WIA_EVENT_ITEM_CREATED, &ear("first")).unwrap();
    let _second = register(&uri, WIA_EVENT_ITEM_CREATED, &ear("second")).unwrap();
    let _other = register(&uri, WIA_EVENT_DEVICE_DISCONNECTED, &ear("other")).unwrap();
    let id = devices::open(&uri).unwrap().id().to_owned();
    let created = |item: &str| queue_event(&id, WIA_EVENT_ITEM_CREATED, Some(item)).unwrap();
    let next = || heard.recv_timeout(LIMIT).unwrap();
    let told = |who, item: &str| (who, WIA_EVENT_ITEM_CREATED, id.clone(), item.to_owned());
    created(r"0000\Root\Files\a");
    assert_eq!(next(), told("first", r"0000\Root\Files\a"));
    assert_eq!(next(), told("second", r"0000\Root\Files\a"));
    drop(first);
    created(r"0000\Root\Files\b");
    assert_eq!(next(), told("second", r"0000\Root\Files\b"));
}

#[test]
fn who_listens_to_all_hears_what_the_application_has_open() {
    let folder = tempfile::tempdir().unwrap();
    let uri = format!("folder:{}", folder.path().display());
    let (heard_by, heard) = channel();
    let ear: IWiaEventCallback = Ear {
        name: "all",
        heard: heard_by,
    }
    .into();
    let _registration = register("", WIA_EVENT_ITEM_CREATED, &ear).unwrap();
    let _root = open(&uri);
    let id = devices::open(&uri).unwrap().id().to_owned();
    queue_event(&id, WIA_EVENT_ITEM_CREATED, None).unwrap();
    let told = ("all", WIA_EVENT_ITEM_CREATED, id, String::new());
    assert_eq!(heard.recv_timeout(LIMIT).unwrap(), told);
}

#[test]
fn what_cannot_be_registered_is_refused() {
    let (sender, _heard) = channel();
    let ear: IWiaEventCallback = Ear {
        name: "",
        heard: sender,
    }
    .into();
    let none = register("virtual:", WIA_EVENT_SCAN_IMAGE, &ear).unwrap_err();
    assert_eq!(none, E_INVALIDARG);
    assert!(register("nothing:", WIA_EVENT_DEVICE_DISCONNECTED, &ear).is_err());
    let (event, null) = (guid(WIA_EVENT_DEVICE_DISCONNECTED), std::ptr::null_mut());
    unsafe {
        let code =
            manager2().RegisterEventCallbackInterface(0, null, &event, None.into(), &mut None);
        assert_eq!(code, E_INVALIDARG);
        let code = manager().RegisterEventCallbackInterface(
            0,
            null,
            std::ptr::null(),
            (&ear).into(),
            &mut None,
        );
        assert_eq!(code, E_INVALIDARG);
        let place = std::ptr::null_mut();
        let code = manager2().RegisterEventCallbackInterface(0, null, &event, (&ear).into(), place);
        assert_eq!(code, E_POINTER);
        let code =
            manager2().RegisterEventCallbackProgram(0, null, &event, null, null, null, null, null);
        assert_eq!(code, E_NOTIMPL);
        let code = manager2().RegisterEventCallbackCLSID(0, null, &event, &event, null, null, null);
        assert_eq!(code, E_NOTIMPL);
    }
}
