//! Items that come and go: by applications, by commands, by events.

use items::RemoveReason;
use minidriver::service_library::queue_event;
use quire_service::CreationFlags;
use wia::category::{WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FLATBED};
use wia::command::{WIA_CMD_DELETE_ALL_ITEMS, WIA_CMD_SYNCHRONIZE};
use wia::event::{WIA_EVENT_ITEM_CREATED, WIA_EVENT_ITEM_DELETED};
use wia::property::WIA_IPA_TYMED;
use wia::{ErrorKind, ItemFlags, PropertyValue, Tymed};

use crate::storage::rig::*;

/// The tree was copied already, and nobody hears of events yet.
#[test]
fn what_changes_while_an_application_connects_is_not_missed() {
    let storage = Storage::with_files();
    *storage.grows.lock().unwrap() = true;
    let (_driver, _service, device) = storage.connect();
    assert!(device.find_item("0000\\Root\\late").is_some());
}

#[test]
fn a_child_is_made_for_one_application_and_deleted_again() {
    let (driver, service, device) = Storage::with_files().connect();
    let other = service.connect().unwrap();
    let files = files(&device);
    let make = |name| files.create_child(FILE, CreationFlags::empty(), name);
    let made = make("new").unwrap();
    assert_eq!(made.full_name(), "0000\\Root\\Files\\new");
    assert_eq!(made.category(), WIA_CATEGORY_FINISHED_FILE);
    assert!(made.flags().contains(ItemFlags::GENERATED));
    assert_eq!(made.read(&[WIA_IPA_TYMED]).unwrap(), [Some(2.into())]);
    assert_eq!(names(files.as_ref()), ["a", "Inner", "c", "new"]);
    assert_eq!(names(self::files(&other).as_ref()), ["a", "Inner", "c"]);
    for bad in ["new", "", "a\\b"] {
        assert_eq!(make(bad).err().unwrap().kind(), ErrorKind::InvalidArgument);
    }
    *driver.undeclared.lock().unwrap() = Some("odd");
    assert_eq!(make("odd").err().unwrap().kind(), ErrorKind::General);
    assert_eq!(names(files.as_ref()).len(), 4);
    made.delete().unwrap();
    assert_eq!(driver.lines(), ["delete new"]);
    assert!(made.flags().contains(ItemFlags::DELETED));
    assert_eq!(made.delete().unwrap_err().kind(), ErrorKind::ItemDeleted);
    assert_eq!(names(files.as_ref()), ["a", "Inner", "c"]);
}

#[test]
fn what_one_application_deletes_is_gone_for_all() {
    let (driver, service, device) = Storage::with_files().connect();
    let other = service.connect().unwrap();
    let theirs = other.find_item("0000\\Root\\Files\\a").unwrap();
    device
        .find_item("0000\\Root\\Files\\a")
        .unwrap()
        .delete()
        .unwrap();
    assert!(other.find_item("0000\\Root\\Files\\a").is_none());
    assert!(theirs.flags().contains(ItemFlags::DELETED));
    // What the driver refuses stays, and so does what may not be deleted.
    let kept = device.find_item("0000\\Root\\Files\\c").unwrap();
    assert_eq!(kept.delete().unwrap_err().kind(), ErrorKind::AccessDenied);
    let folder = files(&device);
    assert_eq!(
        folder.delete().unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
    assert_eq!(names(folder.as_ref()), ["Inner", "c"]);
    assert_eq!(driver.lines(), ["delete a", "delete c"]);
}

#[test]
fn a_command_changes_every_tree_also_when_it_fails() {
    let (driver, service, device) = Storage::with_files().connect();
    let other = service.connect().unwrap();
    assert_eq!(device.capabilities().len(), 3);
    let root = device.root();
    root.device_command(WIA_CMD_SYNCHRONIZE).unwrap();
    let e = root.device_command(WIA_CMD_DELETE_ALL_ITEMS).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::General);
    for device in [&device, &other] {
        assert_eq!(names(files(device).as_ref()), ["Inner", "c", "found"]);
    }
    // It has properties as all have.
    let found = other.find_item("0000\\Root\\Files\\found").unwrap();
    assert_eq!(found.read(&[WIA_IPA_TYMED]).unwrap(), [Some(2.into())]);
    let e = root.device_command(WIA_EVENT_ITEM_CREATED).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    assert_eq!(driver.lines(), ["command for Root"; 3]);
}

#[test]
fn a_listener_sees_what_an_event_tells_of() {
    let (driver, service, device) = Storage::with_files().connect();
    let other = service.connect().unwrap();
    let listeners = [device.listen(), other.listen()];
    let folder = driver.root.find_child_by_name("Files").unwrap();
    Storage::child(&folder, FILE, "late", WIA_CATEGORY_FINISHED_FILE);
    let id = device.id().to_owned();
    let name = "0000\\Root\\Files\\late";
    queue_event(&id, WIA_EVENT_ITEM_CREATED, Some(name)).unwrap();
    for (listener, device) in listeners.iter().zip([&device, &other]) {
        let event = listener.recv().unwrap();
        assert_eq!(event.full_item_name.as_deref(), Some(name));
        assert!(device.find_item(name).is_some());
    }
    let late = folder.find_child_by_name("late").unwrap();
    late.remove_from_folder(RemoveReason::Deleted).unwrap();
    queue_event(&id, WIA_EVENT_ITEM_DELETED, Some(name)).unwrap();
    for device in [&device, &other] {
        assert!(device.find_item(name).is_none());
    }
}

/// An item that could not be declared comes when it can.
#[test]
fn an_item_without_properties_does_not_appear() {
    let (driver, _, device) = Storage::with_files().connect();
    *driver.undeclared.lock().unwrap() = Some("found");
    device.root().device_command(WIA_CMD_SYNCHRONIZE).unwrap();
    assert_eq!(names(files(&device).as_ref()), ["a", "Inner", "c"]);
    *driver.undeclared.lock().unwrap() = None;
    assert_eq!(names(files(&device).as_ref()), ["a", "Inner", "c", "found"]);
}

/// The values here are properties that nobody tests elsewhere.
#[test]
fn parent_values_are_copied_when_they_are_asked_for() {
    let storage = Storage::new();
    let both = FILE | ItemFlags::FOLDER;
    Storage::child(&storage.root, both, "Flatbed", WIA_CATEGORY_FLATBED);
    let (_, _, device) = storage.connect();
    let flatbed = device.find_item("0000\\Root\\Flatbed").unwrap();
    let multipage: PropertyValue = Tymed::MultipageFile.value().into();
    flatbed
        .write(&[(WIA_IPA_TYMED, multipage.clone())])
        .unwrap();
    let copied = CreationFlags::COPY_PARENT_PROPERTY_VALUES;
    let region = flatbed.create_child(FILE, copied, "1").unwrap();
    assert_eq!(region.read(&[WIA_IPA_TYMED]).unwrap(), [Some(multipage)]);
    assert_eq!(region.category(), WIA_CATEGORY_FLATBED);
}
