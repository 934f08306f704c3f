//! Scans that are killed at any instant: `quire recover` makes a document of every page that was
//! reported, and of nothing else.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::documents::{self, tool};
use crate::scratch::{Ended, Running, Scratch, start};

/// How pages travel and are packed.
const WAYS: [&str; 10] = [
    "-m gray -c none -o out.tiff",
    "-m color -c deflate -o out.tiff",
    "-m bw -c g4 -t file -o out.tiff",
    "-m gray -c none -t memory -o out.tiff",
    "-m color -c jpeg -o out.tiff",
    "-m color -o out.pdf",
    "-m gray -c deflate -f pdfa -o out.pdf",
    "-m bw -t memory -o out.pdf",
    "-m gray -c deflate --append -o out.tiff",
    "-m color --append -o out.pdf",
];
/// Pages that a document has to which others are added.
const BEFORE: usize = 2;
const SCAN: &str = "scan --json -d virtual:?sheets=12 -s feeder -r 75";

/// A number below `below`; the same ones in each run.
fn random(state: &mut u64, below: u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

/// The file that a way writes.
fn file_of(way: &str) -> &str {
    way.rsplit(' ').next().unwrap()
}

/// The first `pages` pages, as libtiff and poppler copy them.
fn first_pages(document: &Path, pages: usize) -> Vec<u8> {
    if document.extension().is_some_and(|ending| ending == "pdf") {
        return documents::pdf_images(document, &[], pages).concat();
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("first-pages");
    let mut source = document.display().to_string();
    for page in 0..pages {
        source.push_str(&format!(",{page}"));
    }
    tool("tiffcp", &["-c", "none", &source], &[&copy]);
    fs::read(copy).unwrap()
}

fn reported(ended: &Ended) -> usize {
    let events = ended.stderr.lines();
    events
        .filter(|line| line.contains(r#""event":"page""#) && line.ends_with('}'))
        .count()
}

/// A scan whose document is the same whenever it is made.
fn scan(scratch: &Scratch, way: &str) -> Running {
    let mut command = scratch.command(&format!("{SCAN} {way}"));
    command.env("SOURCE_DATE_EPOCH", "1000000000");
    start(command)
}

/// One whole scan.
struct Whole {
    scratch: Scratch,
    took: Duration,
    /// Its first pages, by their number, once they have been wanted.
    first: Mutex<HashMap<usize, Arc<[u8]>>>,
}

impl Whole {
    fn first_pages(&self, way: &str, pages: usize) -> Arc<[u8]> {
        let mut first = self.first.lock().unwrap();
        let made = || first_pages(&self.scratch.path(file_of(way)), pages).into();
        first.entry(pages).or_insert_with(made).clone()
    }
}

fn whole(way: &str) -> Whole {
    let scratch = Scratch::new();
    if way.contains("--append") {
        scan(&scratch, &format!("-n {BEFORE} {way}")).end().exits(0);
        fs::copy(scratch.path(file_of(way)), scratch.path("before")).unwrap();
    }
    let begin = Instant::now();
    scan(&scratch, way).end().exits(0);
    Whole {
        took: begin.elapsed(),
        scratch,
        first: Mutex::default(),
    }
}

/// Kills a scan after `wait`; gives the pages that were recovered.
fn trial(way: &str, wait: Duration, whole: &Whole) -> usize {
    let scratch = Scratch::new();
    let name = file_of(way);
    let partial = format!(".{name}.partial");
    let (older, before) = match fs::read(whole.scratch.path("before")) {
        Ok(document) => (document, BEFORE),
        Err(_) => (b"older".to_vec(), 0),
    };
    fs::write(scratch.path(name), &older).unwrap();
    let scan = scan(&scratch, way);
    thread::sleep(wait);
    scan.kill();
    let told = reported(&scan.end());
    let document = scratch.path(name);
    if !scratch.path(&partial).exists() {
        // It had not begun, or had ended.
        let old = fs::read(&document).unwrap() == older;
        assert_eq!(told, if old { 0 } else { 12 }, "{way}");
        return 0;
    }
    let recovered = scratch.quire(&format!("recover {partial}"));
    if told == 0 && recovered.code == Some(9) {
        assert_eq!(scratch.names(), [partial.as_str(), name]);
        assert!(fs::read(&document).unwrap() == older);
        return 0;
    }
    let line = recovered.succeeds().text();
    let pages = documents::pages(&document);
    let noun = if pages == 1 { "page" } else { "pages" };
    assert!(
        line.starts_with(&format!("{name}: {pages} {noun}")),
        "{line}"
    );
    // A page may be complete whose report did not come any more.
    assert!(
        pages == before + told || pages == before + told + 1,
        "{way}: {pages} pages where {told} were told"
    );
    assert!(
        first_pages(&document, pages)[..] == whole.first_pages(way, pages)[..],
        "{way}: the pages are not those that were scanned"
    );
    assert_eq!(scratch.names(), [name]);
    pages
}

#[test]
fn every_reported_page_is_recovered_whenever_the_scan_is_killed() {
    // Scans side by side take longer.
    let (trials, lanes) = match std::env::var_os("QUIRE_LONG") {
        Some(_) => (2_000, 2),
        None => (50, 1),
    };
    let wholes = &WAYS.map(whole);
    let run = |lane: usize| {
        let mut state = lane as u64;
        let mut recovered = 0;
        for _ in (lane..trials).step_by(lanes) {
            let way = random(&mut state, WAYS.len() as u64) as usize;
            let whole = &wholes[way];
            let most = u64::try_from(whole.took.as_micros()).unwrap() * lanes as u64;
            let wait = Duration::from_micros(random(&mut state, most));
            recovered += trial(WAYS[way], wait, whole);
        }
        recovered
    };
    let recovered: usize = thread::scope(|scope| {
        let lanes = (0..lanes).map(|lane| scope.spawn(move || run(lane)));
        let lanes: Vec<_> = lanes.collect();
        lanes.into_iter().map(|lane| lane.join().unwrap()).sum()
    });
    assert!(recovered > trials, "most were killed before they had begun");
}

#[test]
fn a_document_that_is_being_written_is_not_recovered() {
    let scratch = Scratch::new();
    let slow = "scan --json -d virtual:?ppm=120&sheets=90 -s feeder -r 75 -m gray -o out.tiff";
    let mut scan = scratch.start(slow);
    scan.wait_for_page(1);
    let refused = scratch.quire("recover .out.tiff.partial").exits(6);
    refused.says(&[".out.tiff.partial", "in use"]);
    scan.send(Signal::INT);
    scan.end().exits(130);
    assert_eq!(scratch.names(), ["out.tiff"]);
}

#[test]
fn what_cannot_be_recovered_stays_as_it_is() {
    let scratch = Scratch::new();
    let contents: [(&str, &[u8], i32); 5] = [
        (".empty.tiff.partial", b"", 9),
        (".words.tiff.partial", b"precious", 9),
        (
            ".header.tiff.partial",
            b"II*\0\x10\0\0\0\0\0\0\0\0\0\0\0",
            9,
        ),
        ("out.tiff", b"II*\0\x10\0\0\0\0\0\0\0\0\0\0\0", 2),
        (".partial", b"precious", 2),
    ];
    for (name, bytes, code) in contents {
        fs::write(scratch.path(name), bytes).unwrap();
        let ended = scratch.quire(&format!("recover {name}")).exits(code);
        ended.says(&[name]);
        assert_eq!(fs::read(scratch.path(name)).unwrap(), bytes);
    }
    assert_eq!(scratch.names().len(), contents.len());
    scratch.quire("recover .gone.tiff.partial").exits(9);
    scratch.quire("recover").exits(2);
    fs::create_dir(scratch.path(".dir.tiff.partial")).unwrap();
    scratch.quire("recover .dir.tiff.partial").exits(9);
}

#[test]
fn several_documents_are_recovered_also_when_one_cannot_be() {
    let scratch = Scratch::new();
    fs::write(scratch.path(".bad.tiff.partial"), "no document").unwrap();
    for name in ["a", "b"] {
        scratch
            .quire(&format!("{SCAN} -n 2 -o {name}.tiff"))
            .exits(0);
        let partial = scratch.path(format!(".{name}.tiff.partial"));
        fs::rename(scratch.path(format!("{name}.tiff")), partial).unwrap();
    }
    let line = "recover --json .a.tiff.partial .bad.tiff.partial .b.tiff.partial";
    let ended = scratch.quire(line).exits(9);
    let documents = ended.json();
    assert_eq!(documents[0]["file"], "a.tiff");
    assert_eq!(documents[1]["pages"], 2);
    assert!(documents[1]["cut"].is_null());
    ended.says(&[".bad.tiff.partial"]);
    assert_eq!(scratch.names(), [".bad.tiff.partial", "a.tiff", "b.tiff"]);
}
