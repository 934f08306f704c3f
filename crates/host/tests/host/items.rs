//! Items of a device in a host: the same as in this process, whose answers are the oracle.

use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use devices::Placement;
use service::{CreationFlags, Device};
use wia::command::WIA_CMD_SYNCHRONIZE;
use wia::event::WIA_EVENT_ITEM_CREATED;
use wia::property::{WIA_DPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_XRES, WIA_IPS_YRES};
use wia::{ErrorKind, Guid, ItemFlags};

use crate::rig::{FEEDER, FLATBED, all, here, item, open, open_legacy, set};

#[test]
fn a_tree_is_the_same_with_all_its_properties() {
    for uri in [
        "virtual:?sheets=3",
        "virtual:?model=legacy&tree=legacy",
        "folder:src",
    ] {
        let (Ok(far), near) = (open(uri), here(uri)) else {
            panic!("{uri} cannot be opened in a host")
        };
        compare(far.as_ref(), near.as_ref());
    }
}

#[test]
fn a_tree_for_an_older_application_is_the_same_too() {
    for uri in ["virtual:?sheets=3", "virtual:?model=legacy&tree=legacy"] {
        let (far, near) = (
            open_legacy(uri),
            devices::open_legacy(uri, Placement::InProcess),
        );
        let (far, near) = (far.unwrap(), near.unwrap());
        compare(far.as_ref(), near.as_ref());
        // The root's choice is the child's source.
        for source in [1, 2] {
            let choice = [(WIA_DPS_DOCUMENT_HANDLING_SELECT, source.into())];
            set(far.root().as_ref(), &choice);
            set(near.root().as_ref(), &choice);
            compare(far.as_ref(), near.as_ref());
        }
    }
}

/// Looks at everything that two devices show of their trees.
fn compare(far: &dyn Device, near: &dyn Device) {
    assert_eq!(far.id(), near.id());
    assert_eq!(far.capabilities(), near.capabilities());
    let (ours, theirs) = (all(&near.root()), all(&far.root()));
    assert_eq!(theirs.len(), ours.len(), "{}", near.id());
    for (far, near) in theirs.iter().zip(&ours) {
        let name = near.full_name();
        assert_eq!(far.full_name(), name);
        assert_eq!(far.name(), near.name(), "{name}");
        assert_eq!(far.category(), near.category(), "{name}");
        assert_eq!(far.flags(), near.flags(), "{name}");
        assert_eq!(far.formats(), near.formats(), "{name}");
        assert_eq!(far.property_stream(), near.property_stream(), "{name}");
        assert_eq!(far.transfer().err(), near.transfer().err(), "{name}");
        let ids = near.properties();
        assert_eq!(far.properties(), ids, "{name}");
        assert_eq!(far.read(&ids), near.read(&ids), "{name}");
        for id in ids {
            assert_eq!(far.attributes(id), near.attributes(id), "{name} {id:?}");
            let called = near.property_name(id);
            assert_eq!(far.property_name(id), called, "{name}");
            assert_eq!(
                far.property_by_name(&called),
                near.property_by_name(&called),
                "{name}"
            );
        }
    }
}

#[test]
fn writes_and_refusals_are_the_same() {
    let uri = "virtual:";
    let (far, near) = (open(uri).unwrap(), here(uri));
    let (far, near) = (item(&*far, FEEDER), item(&*near, FEEDER));
    let good = [(WIA_IPS_XRES, 150.into()), (WIA_IPS_YRES, 150.into())];
    let bad = [(WIA_IPS_XRES, 151.into())];
    for values in [&good[..], &bad[..]] {
        assert_eq!(far.write(values), near.write(values));
        assert_eq!(far.property_stream(), near.property_stream());
    }
    let stream = near.property_stream();
    far.write(&[(WIA_IPS_XRES, 300.into())]).unwrap();
    far.set_property_stream(&stream).unwrap();
    assert_eq!(far.property_stream(), stream);
    let damaged = &stream[..stream.len() / 2];
    assert_eq!(
        far.set_property_stream(damaged),
        near.set_property_stream(damaged)
    );
    assert_eq!(
        far.device_command(Guid::NULL),
        near.device_command(Guid::NULL)
    );
}

#[test]
fn what_cannot_be_opened_says_why() {
    for uri in [
        "virtual:?sheets=many",
        "virtual:/no/such/place",
        "folder:/no/such/place",
    ] {
        let near = devices::open(uri).err().unwrap();
        assert_eq!(open(uri).err().unwrap(), near, "{uri}");
    }
}

#[test]
fn items_are_made_and_deleted() {
    let device = open("virtual:").unwrap();
    let flatbed = item(&*device, FLATBED);
    let region = ItemFlags::GENERATED
        | ItemFlags::TRANSFER
        | ItemFlags::IMAGE
        | ItemFlags::FILE
        | ItemFlags::PROGRAMMABLE_DATA_SOURCE;
    let make = |name| flatbed.create_child(region, CreationFlags::empty(), name);
    let child = make("One").unwrap();
    assert_eq!(child.full_name(), format!("{FLATBED}\\One"));
    assert_eq!(
        make("One").err().unwrap().kind(),
        ErrorKind::InvalidArgument
    );
    assert_eq!(flatbed.children().len(), 1);
    child.delete().unwrap();
    assert!(child.flags().contains(ItemFlags::DELETED));
    assert!(flatbed.children().is_empty());
    assert_eq!(child.delete().unwrap_err().kind(), ErrorKind::ItemDeleted);
}

#[test]
fn events_arrive() {
    let dir = tempfile::tempdir().unwrap();
    let device = open(&format!("folder:{}", dir.path().display())).unwrap();
    let events = device.listen();
    std::fs::write(dir.path().join("a.png"), b"x").unwrap();
    device.root().device_command(WIA_CMD_SYNCHRONIZE).unwrap();
    match events.recv_timeout(Duration::from_secs(60)) {
        Ok(event) => {
            assert_eq!(event.event, WIA_EVENT_ITEM_CREATED);
            assert_eq!(event.device_id, device.id());
            let name = event.full_item_name.unwrap();
            assert_eq!(item(&*device, &name).full_name(), name);
        }
        Err(e @ (RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected)) => panic!("{e}"),
    }
}
