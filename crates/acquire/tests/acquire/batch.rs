//! A stack with jams, and a person who clears them or does not.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use driver_virtual::{Options, VirtualScanner};
use quire_acquire::{Cancel, Compression, Outcome, Reply, Settings, TransferMode, Window, plan};
use service::{DeviceOptions, Service};

use crate::documents::gray_tiff;
use crate::rig::{Scratch, Watcher, run, settings};

/// A person who clears so many troubles, and says this at the next.
struct Person {
    clears: usize,
    then: Reply,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Window for Person {
    fn ask(&self, text: &str) -> Reply {
        let mut asked = self.asked.lock().unwrap();
        asked.push(text.to_owned());
        if asked.len() <= self.clears {
            Reply::GoOn
        } else {
            self.then
        }
    }
    fn show(&self, _: &str, _: i32) -> bool {
        true
    }
    fn clear(&self) -> bool {
        true
    }
}

/// The sheets of a stack of 60 with these faults; what was asked.
fn batch(faults: &str, settings: &Settings, clears: usize, then: Reply) -> (Outcome, Vec<String>) {
    let parameters = |list: &str| -> Vec<(String, String)> {
        let pair = |text: &str| text.split_once('=').map(|(k, v)| (k.into(), v.into()));
        list.split('&').filter_map(pair).collect()
    };
    let parameters = parameters(&format!("sheets=60&{faults}"));
    let scanner = VirtualScanner::new(Options::parse("", &parameters).unwrap()).unwrap();
    let device = Service::new(Arc::new(scanner), "virtual", DeviceOptions::default());
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let person = Person {
        clears,
        then,
        asked: Arc::clone(&asked),
    };
    let watcher = Watcher::before(person);
    let plan = plan(&device.connect().unwrap(), settings).unwrap();
    let outcome = run(plan, &watcher, &Cancel::default());
    assert_eq!(
        watcher.page_count(),
        outcome.pages,
        "each page is told once"
    );
    let asked = asked.lock().unwrap().clone();
    (outcome, asked)
}

/// A stream for the document, and a stream a page.
const WAYS: [Compression; 2] = [Compression::None, Compression::Deflate];
/// Before a sheet, in the middle of one, and at the last line of one.
const JAMS: &str = "jam=7,31:200,59:9999";

fn small(path: &Path, compression: Compression) -> Settings {
    Settings {
        resolution: 75,
        compression: Some(compression),
        ..settings(path)
    }
}

#[test]
fn jams_that_are_cleared_leave_no_trace_in_the_document() {
    let scratch = Scratch::new();
    let (whole, jammed) = (scratch.path("whole.tiff"), scratch.path("jammed.tiff"));
    for way in WAYS {
        let (outcome, asked) = batch("", &small(&whole, way), 0, Reply::Stop);
        assert_eq!((outcome.exit_code(), outcome.pages), (0, 60));
        assert!(asked.is_empty());
        let (outcome, asked) = batch(JAMS, &small(&jammed, way), 3, Reply::Stop);
        assert_eq!((outcome.exit_code(), outcome.pages), (0, 60));
        assert_eq!(
            asked,
            [
                "paper jam at sheet 7: clear it",
                "paper jam at sheet 31, line 200: clear it",
                "paper jam at sheet 59, line 9999: clear it",
            ]
        );
        assert!(
            fs::read(&jammed).unwrap() == fs::read(&whole).unwrap(),
            "{way:?}"
        );
    }
}

#[test]
fn the_second_jam_can_be_the_end_and_the_pages_before_it_are_kept() {
    let scratch = Scratch::new();
    let (whole, path) = (scratch.path("whole.tiff"), scratch.path("out.tiff"));
    let _ = batch("", &small(&whole, Compression::None), 0, Reply::Stop);
    let pages = gray_tiff(&whole);
    for way in WAYS {
        for (then, code) in [(Reply::Stop, 4), (Reply::Cancel, 130)] {
            let (outcome, asked) = batch(JAMS, &small(&path, way), 1, then);
            assert_eq!((outcome.exit_code(), outcome.pages), (code, 30));
            assert_eq!(asked.len(), 2);
            assert!(gray_tiff(&path) == pages[..30], "{way:?} {then:?}");
        }
    }
}

#[test]
fn a_file_a_page_goes_on_as_well() {
    let scratch = Scratch::new();
    let settings = small(&scratch.path("%02d.png"), Compression::None);
    let settings = Settings {
        compression: None,
        ..settings
    };
    let (outcome, _) = batch(JAMS, &settings, 3, Reply::Stop);
    assert_eq!((outcome.exit_code(), outcome.pages), (0, 60));
    assert_eq!(scratch.names().len(), 60);
}

#[test]
fn a_double_feed_is_helped_too() {
    let scratch = Scratch::new();
    let settings = small(&scratch.path("out.tiff"), Compression::None);
    let (outcome, asked) = batch("double=2:9&cover=3&out=4:1", &settings, 3, Reply::Stop);
    assert_eq!((outcome.exit_code(), outcome.pages), (0, 60));
    assert_eq!(asked.len(), 3);
}

/// They have no handlers: the jam is the end, and nobody is asked.
#[test]
fn transfers_of_the_older_kinds_end_with_the_jam() {
    let scratch = Scratch::new();
    for transfer in [TransferMode::File, TransferMode::Memory] {
        for way in WAYS {
            let settings = Settings {
                transfer,
                ..small(&scratch.path("out.tiff"), way)
            };
            let (outcome, asked) = batch("jam=4:100", &settings, 9, Reply::GoOn);
            let ended = (outcome.exit_code(), outcome.pages);
            assert_eq!(ended, (4, 3), "{transfer:?} {way:?}");
            assert!(asked.is_empty());
        }
    }
}
