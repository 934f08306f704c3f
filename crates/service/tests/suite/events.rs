//! Events of a driver reach every application that has the device open.

use std::sync::mpsc::TryRecvError;
use std::sync::{Arc, Mutex};

use items::{AppItem, DriverItem, RootInfo};
use minidriver::service_library::queue_event;
use minidriver::{Capability, CapabilityKind, FormatInfo, Minidriver};
use quire_service::{DeviceOptions, Service};
use transfer::TransferContext;
use wia::category::WIA_CATEGORY_ROOT;
use wia::event::{WIA_EVENT_DEVICE_DISCONNECTED, WIA_EVENT_POWER_RESUME, WIA_EVENT_SCAN_IMAGE};
use wia::{Error, Guid, ItemFlags, PropertyId, Result, Status, TransferFlags};

/// A device with a scan button.
#[derive(Default)]
struct Button {
    device_id: Mutex<String>,
}

impl Button {
    fn press(&self, event: Guid) -> Result<()> {
        queue_event(&self.device_id.lock().unwrap(), event, Some("0000\\Root"))
    }
}

impl Minidriver for Button {
    fn initialize(&self, device_id: &str) -> Result<DriverItem> {
        device_id.clone_into(&mut self.device_id.lock().unwrap());
        // Somebody presses it already.
        queue_event(device_id, WIA_EVENT_SCAN_IMAGE, None)?;
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
        DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT)
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        items::declare_root(item, &RootInfo::default());
        Ok(())
    }

    fn validate_item_properties(&self, _: &AppItem, _: &[PropertyId]) -> Result<()> {
        Ok(())
    }

    fn acquire_item_data(
        &self,
        _: &AppItem,
        _: TransferFlags,
        _: &mut TransferContext,
    ) -> Result<Status> {
        Err(Error::invalid("no data"))
    }

    fn wia_format_info(&self, _: &AppItem) -> Result<Vec<FormatInfo>> {
        Ok(Vec::new())
    }

    fn capabilities(&self) -> Vec<Capability> {
        [WIA_EVENT_SCAN_IMAGE, WIA_EVENT_DEVICE_DISCONNECTED]
            .map(|id| Capability {
                id,
                kind: CapabilityKind::Event { action: true },
                name: "".into(),
                description: "".into(),
            })
            .into()
    }

    fn notify_pnp_event(&self, _: Guid) {}
}

#[test]
fn every_application_hears_of_an_event_once() {
    let driver = Arc::new(Button::default());
    let service = Service::new(driver.clone(), "test:button", DeviceOptions::default());
    let (one, other) = (service.connect().unwrap(), service.connect().unwrap());
    let (first, second) = (one.listen(), other.listen());
    driver.press(WIA_EVENT_SCAN_IMAGE).unwrap();
    for listener in [&first, &second] {
        let event = listener.try_recv().unwrap();
        assert_eq!(event.device_id, "test:button");
        assert_eq!(event.event, WIA_EVENT_SCAN_IMAGE);
        assert_eq!(event.full_item_name.as_deref(), Some("0000\\Root"));
        assert_eq!(listener.try_recv(), Err(TryRecvError::Empty));
    }
    // An event that it does not report among its capabilities is refused.
    assert!(driver.press(WIA_EVENT_POWER_RESUME).is_err());
    drop(one);
    assert_eq!(first.try_recv(), Err(TryRecvError::Disconnected));
    driver.press(WIA_EVENT_SCAN_IMAGE).unwrap();
    assert!(second.try_recv().is_ok());
    drop(other);
    assert!(
        driver.press(WIA_EVENT_SCAN_IMAGE).is_err(),
        "nobody has it open"
    );
}

/// A driver that polls its device and misses it reports that; it is not told in return.
#[test]
fn a_driver_that_reports_its_device_gone_disconnects_every_application() {
    let driver = Arc::new(Button::default());
    let service = Service::new(driver.clone(), "test:polls", DeviceOptions::default());
    let (one, other) = (service.connect().unwrap(), service.connect().unwrap());
    let listeners = [one.listen(), other.listen()];
    driver.press(WIA_EVENT_DEVICE_DISCONNECTED).unwrap();
    for root in [one.root(), other.root()] {
        assert!(root.flags().contains(ItemFlags::DISCONNECTED));
    }
    for listener in listeners {
        let event = listener.try_recv().unwrap();
        assert_eq!(event.event, WIA_EVENT_DEVICE_DISCONNECTED);
        assert_eq!(listener.try_recv(), Err(TryRecvError::Empty));
    }
}
