//! `wiasQueueEvent`. The ports of the process are shared, so each test has devices of its own.

use std::sync::mpsc::TryRecvError;
use std::thread;
use std::time::Duration;

use wia::Guid;
use wia::command::WIA_CMD_SYNCHRONIZE;
use wia::event::{
    WIA_EVENT_COVER_OPEN, WIA_EVENT_ITEM_CREATED, WIA_EVENT_SCAN_IMAGE, WIA_EVENT_TREE_UPDATED,
};

use crate::minidriver::service_library::*;
use crate::minidriver::{Capability, CapabilityKind};
use crate::rig::refused;

/// No test waits longer.
const LIMIT: Duration = Duration::from_secs(60);

fn capability(id: Guid, kind: CapabilityKind) -> Capability {
    Capability {
        id,
        kind,
        name: "name".into(),
        description: "description".into(),
    }
}

/// A command, an action event, two notifications.
fn capabilities() -> Vec<Capability> {
    let event = |action| CapabilityKind::Event { action };
    vec![
        capability(WIA_CMD_SYNCHRONIZE, CapabilityKind::Command),
        capability(WIA_EVENT_SCAN_IMAGE, event(true)),
        capability(WIA_EVENT_ITEM_CREATED, event(false)),
        capability(WIA_EVENT_TREE_UPDATED, event(false)),
    ]
}

#[test]
fn every_listener_gets_every_event_in_order() {
    let port = EventPort::open("all", &capabilities());
    let listeners = [port.listen(), port.listen(), port.listen()];
    let item = r"0000\Root\Storage\a.jpg";
    queue_event("all", WIA_EVENT_ITEM_CREATED, Some(item)).unwrap();
    queue_event("all", WIA_EVENT_TREE_UPDATED, None).unwrap();
    queue_event("all", WIA_EVENT_SCAN_IMAGE, None).unwrap();
    let event = |event, item: Option<&str>| Event {
        device_id: "all".to_owned(),
        event,
        full_item_name: item.map(str::to_owned),
    };
    for listener in listeners {
        let got: Vec<Event> = listener.try_iter().collect();
        assert_eq!(
            got,
            [
                event(WIA_EVENT_ITEM_CREATED, Some(item)),
                event(WIA_EVENT_TREE_UPDATED, None),
                event(WIA_EVENT_SCAN_IMAGE, None)
            ]
        );
    }
}

#[test]
fn only_what_the_driver_reports_can_be_queued() {
    let port = EventPort::open("reports", &capabilities());
    let listener = port.listen();
    for other in [WIA_EVENT_COVER_OPEN, WIA_CMD_SYNCHRONIZE, Guid::NULL] {
        let message = refused(queue_event("reports", other, None));
        assert!(message.contains("does not report it"), "{message}");
    }
    assert_eq!(listener.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn a_device_that_is_not_open_has_no_events() {
    refused(queue_event("never opened", WIA_EVENT_SCAN_IMAGE, None));
    let port = EventPort::open("closed", &capabilities());
    drop(port);
    let message = refused(queue_event("closed", WIA_EVENT_SCAN_IMAGE, None));
    assert!(message.contains("is not open"), "{message}");
}

#[test]
fn devices_do_not_hear_each_other() {
    let (one, other) = (
        EventPort::open("one", &capabilities()),
        EventPort::open("other", &capabilities()),
    );
    let (hears, silent) = (one.listen(), other.listen());
    queue_event("one", WIA_EVENT_SCAN_IMAGE, None).unwrap();
    assert_eq!(hears.recv_timeout(LIMIT).unwrap().device_id, "one");
    assert_eq!(silent.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn two_ports_of_one_device_both_hear() {
    let ports = [(); 2].map(|()| EventPort::open("twice", &capabilities()));
    let listeners = ports.each_ref().map(EventPort::listen);
    queue_event("twice", WIA_EVENT_SCAN_IMAGE, None).unwrap();
    for listener in &listeners {
        listener.recv_timeout(LIMIT).unwrap();
    }
    let [first, second] = ports;
    drop(first);
    queue_event("twice", WIA_EVENT_SCAN_IMAGE, None).unwrap();
    listeners[1].recv_timeout(LIMIT).unwrap();
    assert_eq!(listeners[0].try_recv(), Err(TryRecvError::Disconnected));
    drop(second);
}

#[test]
fn an_event_without_listeners_is_no_failure() {
    let port = EventPort::open("alone", &capabilities());
    queue_event("alone", WIA_EVENT_SCAN_IMAGE, None).unwrap();
    let late = port.listen();
    assert_eq!(late.try_recv(), Err(TryRecvError::Empty));
    drop(port.listen());
    queue_event("alone", WIA_EVENT_SCAN_IMAGE, None).unwrap();
    late.recv_timeout(LIMIT).unwrap();
}

#[test]
fn the_driver_does_not_wait_for_listeners() {
    let port = EventPort::open("slow", &capabilities());
    let (slow, quick) = (port.listen(), port.listen());
    for _ in 0..WAITING_EVENTS + 10 {
        queue_event("slow", WIA_EVENT_SCAN_IMAGE, None).unwrap();
        quick.recv_timeout(LIMIT).unwrap();
    }
    assert_eq!(slow.try_iter().count(), WAITING_EVENTS);
    queue_event("slow", WIA_EVENT_SCAN_IMAGE, None).unwrap();
    slow.recv_timeout(LIMIT).unwrap();
}

#[test]
fn events_cross_threads() {
    let port = EventPort::open("threads", &capabilities());
    let listener = port.listen();
    let heard = thread::spawn(move || listener.recv_timeout(LIMIT));
    thread::spawn(|| queue_event("threads", WIA_EVENT_SCAN_IMAGE, None))
        .join()
        .unwrap()
        .unwrap();
    assert_eq!(heard.join().unwrap().unwrap().event, WIA_EVENT_SCAN_IMAGE);
}
