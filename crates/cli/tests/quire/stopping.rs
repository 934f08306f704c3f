//! Ctrl-C, SIGTERM, and a death without warning.

use std::cell::Cell;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

use rustix::process::Signal;

use crate::documents;
use crate::scratch::{LIMIT, QUIRE, Scratch, start};

/// Two pages a second: slow enough that the third is never done before a signal arrives.
const SLOW: &str = "scan --json -d virtual:?sheets=90&ppm=120 -s feeder -r 75 -m gray";

#[track_caller]
fn stopped_by(signals: &[Signal]) {
    let scratch = Scratch::new();
    let mut scan = scratch.start(&format!("{SLOW} -c none -o out.tiff"));
    scan.wait_for_page(2);
    signals.iter().for_each(|signal| scan.send(*signal));
    let ended = scan.end().exits(130);
    let events = ended.events();
    let end = events.last().unwrap();
    assert_eq!(end["code"], 130);
    let kept = end["pages"].as_u64().unwrap();
    assert!((2..90).contains(&kept), "{end}");
    assert!(
        end["message"].as_str().unwrap().starts_with("cancelled; "),
        "{end}"
    );
    let told = events.iter().filter(|e| e["event"] == "page").count();
    assert_eq!(told as u64, kept);
    assert_eq!(
        documents::tiff(&scratch.path("out.tiff")).len() as u64,
        kept
    );
    assert_eq!(scratch.names(), ["out.tiff"]);
}

#[test]
fn ctrl_c_keeps_the_complete_pages() {
    stopped_by(&[Signal::INT]);
}

#[test]
fn sigterm_does_the_same() {
    stopped_by(&[Signal::TERM]);
}

#[test]
fn a_terminal_that_is_closed_does_the_same() {
    // The shell and the system may both say it: nobody insists.
    stopped_by(&[Signal::HUP, Signal::HUP, Signal::HUP]);
}

#[test]
fn nohup_is_respected() {
    let scratch = Scratch::new();
    let mut command = Command::new("nohup");
    command
        .arg(QUIRE)
        .args(SLOW.split(' '))
        .args(["-o", "out.tiff"]);
    command.current_dir(scratch.dir()).stdin(Stdio::null());
    let mut scan = start(command);
    scan.wait_for_page(1);
    scan.send(Signal::HUP);
    scan.wait_for_page(3);
    scan.send(Signal::TERM);
    scan.end().exits(130);
    assert!(documents::tiff(&scratch.path("out.tiff")).len() >= 3);
}

#[test]
fn a_cancel_before_the_first_page_leaves_nothing() {
    let scratch = Scratch::new();
    // One page takes a minute.
    let line = "scan --json -d virtual:?ppm=1 -s feeder -r 75 -m gray -o out.tiff";
    let mut scan = scratch.start(line);
    scan.wait_for_event(|e| e["event"] == "start");
    let before = Instant::now();
    scan.send(Signal::INT);
    scan.end().exits(130);
    assert!(
        before.elapsed() < LIMIT / 4,
        "the cancel took {:?}",
        before.elapsed()
    );
    assert_eq!(scratch.names(), [""; 0]);
}

#[test]
fn a_device_that_does_not_move_is_cancelled_too() {
    let scratch = Scratch::new();
    let line = "scan --json -d virtual:?stall=2:10 -s feeder -r 75 -m gray -o out.tiff";
    let mut scan = scratch.start(line);
    scan.wait_for_page(1);
    scan.send(Signal::INT);
    scan.end().exits(130);
    assert_eq!(documents::tiff(&scratch.path("out.tiff")).len(), 1);
}

#[test]
fn killed_at_once_the_partial_file_opens_as_a_tiff() {
    for options in ["-c none", "-c deflate"] {
        let scratch = Scratch::new();
        fs::write(scratch.path("out.tiff"), "older").unwrap();
        let mut scan = scratch.start(&format!("{SLOW} {options} -o out.tiff"));
        scan.wait_for_page(2);
        scan.send(Signal::KILL);
        assert_eq!(scan.end().signal, Some(Signal::KILL.as_raw()));
        assert_eq!(scratch.names(), [".out.tiff.partial", "out.tiff"]);
        assert_eq!(fs::read(scratch.path("out.tiff")).unwrap(), b"older");

        // It is never overwritten, and whoever comes next is told what to do.
        let partial = scratch.path(".out.tiff.partial");
        let before = fs::read(&partial).unwrap();
        let again = scratch.quire("scan -d virtual: -s feeder -r 75 -o out.tiff");
        again.exits(7).says(&[".out.tiff.partial", "quire recover"]);
        assert_eq!(fs::read(&partial).unwrap(), before);

        // As it is, it is a document of the pages that were complete.
        fs::rename(&partial, scratch.path("out.tiff")).unwrap();
        assert!(documents::tiff(&scratch.path("out.tiff")).len() >= 2);
        let again = scratch.quire("scan -d virtual: -s feeder -n 1 -r 75 -o out.tiff");
        again.succeeds();
    }
}

#[test]
fn a_second_ctrl_c_exits_at_once() {
    // Where the first one comes before the device hangs, the scan ends as it should.
    let hung = (0..20).any(|_| a_second_ctrl_c());
    assert!(hung);
}

/// Whether the second one had an effect.
fn a_second_ctrl_c() -> bool {
    let scratch = Scratch::new();
    // A device that hears no cancel: the scan would wait for it.
    let model =
        "[sheets]\ncount = 9\n[faults]\nstall = \"2:10\"\n[quirks]\nignores-cancel = true\n";
    fs::write(scratch.path("deaf.toml"), model).unwrap();
    let line = "scan --json -d virtual:deaf.toml -s feeder -r 75 -m gray -o out.tiff";
    let mut scan = scratch.start(line);
    // It hangs soon after this.
    scan.wait_for_event(|event| event["event"] == "progress" && event["page"] == 2);
    let ended = scan.insist(Signal::INT);
    assert_eq!(ended.code, Some(130));
    let end = ended.events().pop().unwrap();
    assert_eq!((&end["code"], &end["pages"]), (&130.into(), &1.into()));
    let message = end["message"].as_str().unwrap();
    assert!(message.contains("1 complete page"), "{message}");
    if scratch.path("out.tiff").exists() {
        return false;
    }
    // It did not stay to finish the document, and said so.
    assert!(message.contains(".out.tiff.partial"), "{message}");
    assert_eq!(scratch.names(), [".out.tiff.partial", "deaf.toml"]);
    let partial = scratch.path(".out.tiff.partial");
    assert_eq!(documents::tiff(&partial).len(), 1);
    true
}

/// Moments at which a scan is stopped: how many events it has told before.
fn moments() -> Vec<usize> {
    let (step, last) = match std::env::var_os("QUIRE_LONG") {
        Some(_) => (3, 200),
        None => (41, 200),
    };
    (1..last).step_by(step).collect()
}

#[test]
fn stopped_at_any_moment_no_page_that_was_told_is_lost() {
    for (trial, moment) in moments().into_iter().enumerate() {
        let signal = [Signal::INT, Signal::KILL][trial % 2];
        let compression = ["none", "deflate", "packbits"][trial % 3];
        let scratch = Scratch::new();
        let line = format!(
            "scan --json -d virtual:?sheets=400&seed={moment} -s duplex -r 75 -m gray \
             -c {compression} -o out.tiff"
        );
        let mut scan = scratch.start(&line);
        let (events, told) = (Cell::new(0), Cell::new(0));
        scan.wait_for_event(|event| {
            events.set(events.get() + 1);
            told.set(told.get() + usize::from(event["event"] == "page"));
            events.get() == moment
        });
        let told = told.get();
        scan.send(signal);
        let ended = scan.end();
        let file = match signal {
            Signal::INT => "out.tiff",
            _ => ".out.tiff.partial",
        };
        let what = format!("{signal:?} after {moment} events, {compression}");
        if signal == Signal::INT {
            assert_eq!(ended.code, Some(130), "{what}: {}", ended.stderr);
        }
        let path = scratch.path(file);
        if told == 0 && (signal == Signal::KILL || !path.exists()) {
            // Without a complete page there is no document.
            continue;
        }
        let pages = documents::tiff(&path).len();
        assert!(pages >= told, "{what}: {told} were told, {pages} are there");
    }
}
