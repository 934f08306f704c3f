//! Scanners on the network: the program, with its driver in a process of its own, against the project's test server.

use std::fs;
use std::io::BufReader;
use std::path::Path;
use std::thread;

use escl_testserver::{Act, Kind, Server, capabilities, jpeg_only, pages};
use raster::PixelType;
use rustix::process::Signal;

use crate::documents::{png_pixels, tool};
use crate::scratch::{Ended, LIMIT, Running, Scratch, start};

/// A scanner, and a folder to scan into.
struct Rig {
    server: Server,
    scratch: Scratch,
}

impl Rig {
    fn new() -> Rig {
        Rig {
            server: Server::start(capabilities()),
            scratch: Scratch::new(),
        }
    }

    /// Starts the program with these words, `DEVICE` being the scanner.
    #[track_caller]
    fn start(&self, line: &str) -> Running {
        let device = format!("escl:{}", self.server.url());
        let mut command = self.scratch.command(&line.replace("DEVICE", &device));
        command.env("XDG_STATE_HOME", self.scratch.path("state"));
        start(command)
    }

    #[track_caller]
    fn quire(&self, line: &str) -> Ended {
        self.start(line).end()
    }

    /// Each job that was made is deleted, and the next command scans three sheets.
    #[track_caller]
    fn works_again(&self, what: &str) {
        let (made, deleted) = (self.server.asked("POST"), self.server.asked("DELETE"));
        assert_eq!(made, deleted, "{what}");
        self.server.mend();
        let out = self.scratch.path("after.tiff");
        let _ = fs::remove_file(&out);
        self.quire("scan -d DEVICE -s feeder -r 75 -m gray -c none -o after.tiff")
            .exits(0);
        assert_eq!(rows_of(&out), expected(&FRONTS, 75, PixelType::Gray8));
    }
}

/// The pages of three sheets.
const FRONTS: [u32; 3] = [10, 20, 30];
const SIDES: [u32; 6] = [10, 11, 20, 21, 30, 31];

/// The words for pixels.
const PIXELS: [(&str, PixelType); 5] = [
    ("-m color", PixelType::Rgb8),
    ("-m color --depth 16", PixelType::Rgb16),
    ("-m gray", PixelType::Gray8),
    ("-m gray --depth 16", PixelType::Gray16),
    ("-m bw", PixelType::Bw1),
];

/// What lies on pages of 4 x 3 inches.
fn expected(pages: &[u32], dpi: u32, pixel: PixelType) -> Vec<Vec<u8>> {
    let page = |page: &u32| pages::rows(*page, (4 * dpi, 3 * dpi), pixel);
    pages.iter().map(page).collect()
}

/// The rows of a TIFF's pages in canonical form, by the crate `tiff`.
fn rows_of(path: &Path) -> Vec<Vec<u8>> {
    use tiff::decoder::{Decoder, DecodingResult};
    let file = BufReader::new(fs::File::open(path).unwrap());
    let mut decoder = Decoder::new(file).unwrap();
    let mut all = Vec::new();
    loop {
        all.push(match decoder.read_image().unwrap() {
            DecodingResult::U8(rows) => rows,
            DecodingResult::U16(words) => words.iter().flat_map(|w| w.to_le_bytes()).collect(),
            _ => panic!("samples"),
        });
        if !decoder.more_images() {
            return all;
        }
        decoder.next_image().unwrap();
    }
}

#[test]
fn every_source_and_mode() {
    let rig = Rig::new();
    let out = rig.scratch.path("out.tiff");
    for (source, sides) in [
        ("flatbed", &[0][..]),
        ("feeder", &FRONTS),
        ("duplex", &SIDES),
    ] {
        for (words, pixel) in PIXELS {
            for compression in ["none", "deflate"] {
                rig.server.mend();
                let line = format!("{words} -r 75 -c {compression} -o out.tiff");
                rig.quire(&format!("scan -d DEVICE -s {source} {line}"))
                    .succeeds();
                let same = rows_of(&out) == expected(sides, 75, pixel);
                assert!(same, "{source} {line}");
                fs::remove_file(&out).unwrap();
            }
        }
    }
    for kind in ["stream", "file", "memory"] {
        rig.server.mend();
        let line = format!("scan -d DEVICE -s feeder -m color -r 100 -t {kind} -o out.tiff");
        rig.quire(&line).succeeds();
        assert!(
            rows_of(&out) == expected(&FRONTS, 100, PixelType::Rgb8),
            "{kind}"
        );
        fs::remove_file(&out).unwrap();
    }
}

#[test]
fn png_has_the_scanner_s_pixels() {
    let rig = Rig::new();
    rig.quire("scan -d DEVICE -s flatbed -m color -r 150 -o out.png")
        .succeeds();
    let found = png_pixels(&rig.scratch.path("out.png"));
    assert_eq!((found.width, found.height), (600, 450));
    assert!(found.bytes == pages::rows(0, (600, 450), PixelType::Rgb8));
}

#[test]
fn an_area_is_asked_of_the_scanner() {
    let rig = Rig::new();
    // An inch from the left, half an inch from the top: 2 x 1 inches.
    rig.quire(
        "scan -d DEVICE -s flatbed -m gray -r 100 -a 25.4,12.7,50.8,25.4 -c none -o out.tiff",
    )
    .exits(0);
    let region = rig.server.lock().settings[0].region.unwrap();
    assert_eq!((region.x, region.y), (300, 150));
    assert_eq!((region.width, region.height), (600, 300));
    let expected = pages::rows(0, (200, 100), PixelType::Gray8);
    assert!(rows_of(&rig.scratch.path("out.tiff")) == [expected]);
}

/// The scanner's own JPEG data are in the document, byte for byte.
#[test]
fn jpeg_goes_into_pdf_as_it_comes() {
    for capabilities in [capabilities(), jpeg_only(capabilities())] {
        let rig = Rig {
            server: Server::start(capabilities),
            scratch: Scratch::new(),
        };
        for mode in ["color", "gray"] {
            rig.server.mend();
            rig.server.lock().settings.clear();
            let line = format!("scan -d DEVICE -s feeder -m {mode} -r 100 -o out.pdf");
            rig.quire(&line).succeeds();
            let out = rig.scratch.path("out.pdf");
            tool("qpdf", &["--check"], &[&out]);
            let (pdf, settings) = (
                fs::read(&out).unwrap(),
                rig.server.lock().settings[0].clone(),
            );
            assert_eq!(settings.format.as_deref(), Some("image/jpeg"), "{mode}");
            let mut from = 0;
            for page in FRONTS {
                let jpeg = pages::encoded(&settings, page);
                // Behind the page before.
                let at = pdf[from..].windows(jpeg.len()).position(|w| w == jpeg);
                from +=
                    at.unwrap_or_else(|| panic!("{mode}: page {page} is not there")) + jpeg.len();
            }
            fs::remove_file(&out).unwrap();
        }
    }
}

/// The driver itself is to be late first, by a second, also on a machine that is slow.
const LATE: &str = "?deadline=10";

/// What goes wrong at the second page each time that it is asked for: exit code (by the contract), a part of the
/// message, and the parameters of the device.
fn faults() -> Vec<(Act, i32, &'static str, &'static str)> {
    let location = vec![("Location", "http://192.0.2.7/x".to_owned())];
    let later = vec![("Retry-After", "0".to_owned())];
    let html = b"<html><title>Oops</title></html>".to_vec();
    vec![
        (Act::Silence, 8, "did not come within", LATE),
        (Act::Stall(3000), 8, "did not come within", LATE),
        (Act::Trickle(40), 8, "did not come within", LATE),
        (Act::Reset(3000), 8, "page 2, 3 times", ""),
        // Less than the length that is told, and more.
        (Act::Cut(3000, false), 8, "page 2, 3 times", ""),
        (Act::Cut(3000, true), 8, "end early", ""),
        // It would take 9 exabytes.
        (Act::Endless, 8, "behind the image", ""),
        (Act::Body(html), 8, "no PNG and no JPEG", ""),
        (Act::Body(Vec::new()), 8, "no data", ""),
        (Act::Raw(b"SSH-2.0-x\r\n".to_vec()), 8, "NextDocument", ""),
        (Act::Say(302, location, vec![]), 8, "another host", ""),
        (Act::Say(503, later, vec![]), 8, "did not come within", LATE),
        (Act::say(404), 8, "did not come within", LATE),
        (Act::say(409), 8, "409", ""),
        (Act::say(410), 8, "did not come within", LATE),
        (Act::say(500), 8, "500", ""),
    ]
}

#[test]
fn faults_keep_the_complete_pages() {
    // Some wait for seconds: all at once.
    thread::scope(|scope| {
        for (act, code, part, parameters) in faults() {
            scope.spawn(move || {
                let told = format!("{act:?}").chars().take(60).collect::<String>();
                let rig = Rig::new();
                for n in 1..1000 {
                    rig.server.at(Kind::Page, n, act.clone());
                }
                let scan = "-s feeder -r 75 -m gray -c none -o out.tiff";
                let ended = rig.quire(&format!("scan -d DEVICE{parameters} {scan}"));
                let ended = ended.exits(code).says(&[part, "out.tiff"]);
                let kept = rows_of(&rig.scratch.path("out.tiff"));
                // All rows of a page that does not end are there.
                let pages = if matches!(act, Act::Endless) {
                    kept.len()
                } else {
                    1
                };
                let whole = expected(&FRONTS[..pages], 75, PixelType::Gray8);
                assert!(kept == whole && pages <= 2, "{told}: {}", ended.stderr);
                rig.works_again(&told);
            });
        }
    });
}

#[test]
fn half_a_jpeg_is_no_page_of_a_pdf() {
    for act in [Act::Cut(3000, true), Act::Cut(3000, false)] {
        let rig = Rig::new();
        for n in 1..9 {
            rig.server.at(Kind::Page, n, act.clone());
        }
        rig.quire("scan -d DEVICE -s feeder -r 75 -m gray -o out.pdf")
            .exits(8)
            .says(&["out.pdf"]);
        let out = rig.scratch.path("out.pdf");
        let pages = tool("qpdf", &["--show-npages"], &[&out]).text();
        assert_eq!(pages.trim(), "1", "{act:?}");
        rig.works_again(&format!("{act:?}"));
    }
}

/// What a good scanner does too, and what a connection may do once.
#[test]
fn what_is_no_failure() {
    let later = || Act::Say(503, vec![("Retry-After", "0".to_owned())], Vec::new());
    for (kind, n, act) in [
        (Kind::Create, 0, later()),
        (Kind::Page, 1, later()),
        (Kind::Page, 1, Act::say(404)),
        (Kind::Page, 1, Act::say(410)),
        (Kind::Page, 1, Act::say(500)),
        (Kind::Page, 1, Act::Reset(3000)),
        (Kind::Page, 1, Act::Cut(3000, false)),
        (Kind::Status, 0, Act::Body(b"<a><b></a>".to_vec())),
        (Kind::Delete, 0, Act::say(500)),
    ] {
        let rig = Rig::new();
        rig.server.at(kind, n, act.clone());
        rig.quire("scan -d DEVICE -s feeder -r 75 -m gray -c none -o out.tiff")
            .exits(0);
        let found = rows_of(&rig.scratch.path("out.tiff"));
        assert!(found == expected(&FRONTS, 75, PixelType::Gray8), "{act:?}");
    }
}

/// What a scanner says first: exit code (by the contract) and a part of the message.
#[test]
fn scanners_that_cannot_be_opened_or_give_no_job() {
    let later = || Act::Say(503, vec![("Retry-After", "0".to_owned())], Vec::new());
    let elsewhere = vec![("Location", "http://192.0.2.7/x".to_owned())];
    let cases = [
        (Kind::Capabilities, Act::say(404), 3, "404"),
        (Kind::Capabilities, Act::say(401), 3, "401"),
        (Kind::Capabilities, Act::say(500), 3, "500"),
        (Kind::Capabilities, Act::say(503), 6, "busy"),
        (
            Kind::Capabilities,
            Act::Stall(100),
            3,
            "did not come within",
        ),
        (
            Kind::Capabilities,
            Act::Reset(100),
            3,
            "ScannerCapabilities",
        ),
        (
            Kind::Capabilities,
            Act::Cut(100, false),
            3,
            "ScannerCapabilities",
        ),
        (Kind::Capabilities, Act::Endless, 3, "at most"),
        (
            Kind::Capabilities,
            Act::Body(b"<a><b></a>".to_vec()),
            3,
            "XML",
        ),
        (
            Kind::Capabilities,
            Act::Say(302, elsewhere, vec![]),
            3,
            "another host",
        ),
        (Kind::Create, later(), 6, "10 times"),
        (Kind::Create, Act::say(409), 2, "409"),
        (Kind::Create, Act::say(403), 3, "403"),
        (Kind::Create, Act::say(404), 8, "404"),
    ];
    // Some wait for seconds: all at once.
    thread::scope(|scope| {
        for (kind, act, code, part) in cases {
            scope.spawn(move || {
                let told = format!("{kind:?} {act:?}");
                let rig = Rig::new();
                rig.server.always(kind, act);
                let line = "scan -d DEVICE?open-deadline=20 -s feeder -r 75 -m gray -o out.tiff";
                let ended = rig.quire(line);
                ended.exits(code).says(&[part]);
                assert!(!rig.scratch.path("out.tiff").exists(), "{told:.80}");
                rig.server.lock().log.clear();
                rig.works_again(&told);
            });
        }
    });
}

#[test]
fn ctrl_c_deletes_the_job_and_keeps_the_pages() {
    for act in [Act::Silence, Act::Stall(3000)] {
        let rig = Rig::new();
        rig.server.at(Kind::Page, 1, act);
        let line = "scan --json -d DEVICE -s feeder -r 75 -m gray -c none -o out.tiff";
        let mut scan = rig.start(line);
        scan.wait_for_page(1);
        let before = std::time::Instant::now();
        while rig.server.asked("GET /eSCL/ScanJobs") < 2 {
            assert!(before.elapsed() < LIMIT, "the second page is not asked for");
            thread::yield_now();
        }
        scan.send(Signal::INT);
        scan.end().exits(130);
        assert_eq!(rig.server.asked("DELETE"), 1);
        let found = rows_of(&rig.scratch.path("out.tiff"));
        assert!(found == expected(&FRONTS[..1], 75, PixelType::Gray8));
        rig.works_again("Ctrl-C");
    }
}

#[test]
fn every_duty_is_done() {
    let rig = Rig::new();
    rig.server.lock().refill = Some(3);
    let text = rig.quire("check DEVICE").text();
    let passed = text.lines().filter(|line| line.starts_with("pass")).count();
    assert!(passed > 20 && text.contains(" 0 failed,"), "{text}");
}
