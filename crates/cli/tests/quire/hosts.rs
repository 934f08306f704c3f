//! Devices in processes of their own, as a person meets them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::process::{Signal, kill_process};

use crate::documents;
use crate::scratch::{Ended, Scratch, start};

/// At a pace that leaves time for accidents.
const SLOW: &str =
    "scan --json -d virtual:?sheets=9&ppm=240&deadline=1 -s feeder -r 75 -m gray -c none";

#[test]
fn a_driver_that_dies_or_stops_costs_no_complete_page() {
    for (signal, says) in [
        (Signal::KILL, "its process was ended by SIGKILL"),
        (Signal::ABORT, "its process was ended by SIGABRT"),
        (Signal::STOP, "did not send another line within 1 s"),
    ] {
        for kind in ["stream", "memory", "file"] {
            let scratch = Scratch::new();
            let mut line = scratch.command(&format!("{SLOW} -t {kind} -o out.tiff"));
            line.env("QUIRE_PLACEMENT", "host");
            let mut scan = start(line);
            scan.wait_for_page(2);
            let hosts = scan.children();
            assert_eq!(hosts.len(), 1);
            kill_process(hosts[0], signal).unwrap();
            let events = scan.end().exits(8).events();
            let message = events.last().unwrap()["message"].as_str().unwrap();
            assert!(message.contains(says), "{kind}: {message}");
            assert!(message.contains("kept in out.tiff"), "{kind}: {message}");
            assert_eq!(scratch.names(), ["out.tiff"]);
            let pages = documents::tiff(&scratch.path("out.tiff")).len();
            assert!((2..9).contains(&pages), "{kind}: {pages} pages");
        }
    }
}

/// `quire show` of this device with this program as the host.
fn show_with(host: &Path, device: &str) -> Ended {
    let scratch = Scratch::new();
    let mut line = scratch.command(&format!("show {device}"));
    line.env("QUIRE_PLACEMENT", "host")
        .env("QUIRE_DRIVER_HOST", host);
    start(line).end()
}

#[test]
fn a_host_that_is_none_is_named() {
    let no_host = |text: &str, device: &str| {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("host");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        show_with(&path, device).says(&[]).stderr
    };
    let says = no_host("#!/bin/sh\nexit 3\n", "virtual:");
    assert!(says.contains("ended before it said anything"), "{says}");
    let says = no_host("#!/bin/sh\nexec sleep 1000\n", "virtual:?open-deadline=0.3");
    assert!(says.contains("did not answer within 0.3 s"), "{says}");
    let gone = Path::new("/no/such/host");
    show_with(gone, "virtual:").says(&["starting /no/such/host"]);
    // Here nothing is started.
    show_with(gone, "--in-process virtual:").succeeds();
}

#[test]
fn every_duty_is_done_in_a_process_of_its_own() {
    let scratch = Scratch::new();
    let mut line = scratch.command("check --json virtual:?sheets=2");
    line.env("QUIRE_PLACEMENT", "host");
    let report = start(line).end().succeeds().json();
    assert_eq!(report["failed"], 0);
}
