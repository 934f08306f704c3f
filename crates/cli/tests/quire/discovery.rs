//! Devices that are found: those of SANE's test back end, in the process that looks for them.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, test_kill_process};
use serde_json::Value;

use crate::scratch::{Ended, LIMIT, Scratch, start};

/// The program with SANE's test back end and nothing else.
fn command(scratch: &Scratch, line: &str) -> Command {
    let sane = scratch.path("sane.d");
    fs::create_dir_all(&sane).unwrap();
    fs::write(sane.join("dll.conf"), "test\n").unwrap();
    fs::write(sane.join("test.conf"), "number_of_devices 2\n").unwrap();
    let mut command = scratch.command(line);
    command.env("SANE_CONFIG_DIR", sane);
    command
}

#[track_caller]
fn quire(scratch: &Scratch, line: &str) -> Ended {
    start(command(scratch, line)).end()
}

#[test]
fn scanners_of_sane_are_listed_before_the_built_in_one() {
    let scratch = Scratch::new();
    scratch.discover(&["sane"]);
    let list = quire(&scratch, "devices --json --wait 60")
        .succeeds()
        .json();
    let told: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["uri"].clone())
        .collect();
    let expected: [Value; 3] = [
        "sane:test:0".into(),
        "sane:test:1".into(),
        "virtual:".into(),
    ];
    assert_eq!(told, expected);
    assert_eq!(list[0]["vendor"], "Noname");
    // Two are one too many to choose from.
    quire(&scratch, "scan -o a.tiff")
        .exits(2)
        .says(&["2 scanners", "sane:test:0 sane:test:1"]);
}

#[test]
fn the_only_scanner_is_the_one_that_is_meant() {
    let scratch = Scratch::new();
    scratch.discover(&["sane"]);
    let one = command(&scratch, "scan -s flatbed -r 75 --check -o a.tiff");
    fs::write(scratch.path("sane.d/test.conf"), "number_of_devices 1\n").unwrap();
    let text = start(one).end().succeeds().text();
    assert!(text.contains("sane:test:0"), "{text}");
}

#[test]
fn what_cannot_look_is_told_and_the_rest_is_listed() {
    let scratch = Scratch::new();
    scratch.discover(&["sane"]);
    let mut broken = command(&scratch, "devices");
    broken.env("QUIRE_DRIVER_HOST", "/bin/false");
    let ended = start(broken)
        .end()
        .exits(0)
        .says(&["sane: devices may be missing"]);
    assert!(ended.text().starts_with("virtual:"), "{}", ended.text());
    // Nothing is chosen, and nothing is called missing, by who could not look.
    let mut broken = command(&scratch, "scan -o a.tiff");
    broken.env("QUIRE_DRIVER_HOST", "/bin/false");
    let parts = ["not every scanner could be looked for", "sane: "];
    start(broken).end().exits(3).says(&parts);
    let mut hangs = command(&scratch, "devices --wait 0.3");
    let sleeps = scratch.path("sleeps");
    fs::write(&sleeps, "#!/bin/sh\nexec sleep 1000\n").unwrap();
    fs::set_permissions(&sleeps, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    hangs.env("QUIRE_DRIVER_HOST", sleeps);
    start(hangs)
        .end()
        .exits(0)
        .says(&["sane: devices may be missing", "--wait"]);
    quire(&scratch, "devices --wait 0")
        .exits(2)
        .says(&["--wait 0"]);
}

/// A search that does not end, until it is cancelled.
#[test]
fn ctrl_c_ends_a_search() {
    let scratch = Scratch::new();
    scratch.discover(&["sane"]);
    let sleeps = scratch.path("sleeps");
    let script = "#!/bin/sh\necho $$ > new\nmv new searching\nexec sleep 1000\n";
    fs::write(&sleeps, script).unwrap();
    fs::set_permissions(&sleeps, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for line in ["scan --json -o a.tiff", "preview -o a.tiff"] {
        let mut command = command(&scratch, line);
        command.env("QUIRE_DRIVER_HOST", &sleeps);
        let search = start(command);
        let deadline = Instant::now() + LIMIT;
        while !scratch.path("searching").exists() {
            assert!(Instant::now() < deadline, "no search");
            thread::sleep(Duration::from_millis(5));
        }
        search.send(Signal::INT);
        let ended = search.end().exits(130);
        if line.contains("--json") {
            let end = ended.events().pop().unwrap();
            assert_eq!(end["message"], "cancelled; nothing was scanned");
        } else {
            ended.says(&["cancelled; nothing was scanned"]);
        }
        assert!(!scratch.path("a.tiff").exists());
        // Nothing goes on behind it.
        let searching = fs::read_to_string(scratch.path("searching")).unwrap();
        let pid = Pid::from_raw(searching.trim().parse().unwrap()).unwrap();
        assert!(test_kill_process(pid).is_err());
        fs::remove_file(scratch.path("searching")).unwrap();
    }
}
