//! Devices in processes of their own, as a person meets them.

use rustix::process::{Signal, kill_process};

use crate::documents;
use crate::scratch::{Scratch, start};

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

#[test]
fn every_duty_is_done_in_a_process_of_its_own() {
    let scratch = Scratch::new();
    let mut line = scratch.command("check --json virtual:?sheets=2");
    line.env("QUIRE_PLACEMENT", "host");
    let report = start(line).end().succeeds().json();
    assert_eq!(report["failed"], 0);
}
