//! SANE's test back end, against `scanimage` with the same options.

mod broken;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::scratch::{Ended, Scratch, start};

/// A scratch folder with a configuration of SANE that has the test back end alone.
struct Sane {
    scratch: Scratch,
    config: PathBuf,
}

/// An image: width, height, highest value, samples.
#[derive(PartialEq, Eq)]
struct Image {
    width: u32,
    height: u32,
    highest: u32,
    samples: Vec<u16>,
}

impl Sane {
    fn new() -> Sane {
        let scratch = Scratch::new();
        let config = scratch.path("sane.d");
        fs::create_dir(&config).unwrap();
        fs::write(config.join("dll.conf"), "test\n").unwrap();
        // A flatbed that holds A4; the back end's own start values are left out, as they need not be there.
        let test = "number_of_devices 2\ngeometry_max 300\nresolution 50\n";
        fs::write(config.join("test.conf"), test).unwrap();
        Sane { scratch, config }
    }

    /// Runs the program; words are parted by `|`, for values have blanks.
    #[track_caller]
    fn quire(&self, words: &str) -> Ended {
        let mut command = self.scratch.command("");
        command
            .args(words.split('|'))
            .env("SANE_CONFIG_DIR", &self.config);
        start(command).end()
    }

    /// Scans with the program, and gives the image.
    #[track_caller]
    fn scan(&self, words: &str) -> Image {
        let to = self.scratch.path("q.tiff");
        let _ = fs::remove_file(&to);
        self.quire(&format!("scan|-d|sane:test:0|-c|none|-o|q.tiff|{words}"))
            .exits(0);
        read_tiff(&to)
    }

    /// What `scanimage` gives with its own words for it.
    #[track_caller]
    fn scanimage(&self, words: &str) -> Image {
        let done = Command::new("scanimage")
            .args(["-d", "test:0", "--format=pnm"])
            .args(words.split('|'))
            .env("SANE_CONFIG_DIR", &self.config)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .unwrap_or_else(|e| panic!("scanimage (Debian: sane-utils): {e}"));
        assert!(done.status.success(), "scanimage {words}: {}", done.status);
        read_pnm(&done.stdout)
    }
}

/// A binary PNM, from its description (`man 5 pnm`).
fn read_pnm(bytes: &[u8]) -> Image {
    let mut at = 0;
    let mut word = || {
        loop {
            while bytes[at].is_ascii_whitespace() {
                at += 1;
            }
            if bytes[at] != b'#' {
                break;
            }
            while bytes[at] != b'\n' {
                at += 1;
            }
        }
        let from = at;
        while !bytes[at].is_ascii_whitespace() {
            at += 1;
        }
        String::from_utf8(bytes[from..at].to_vec()).unwrap()
    };
    let kind = word();
    let width: u32 = word().parse().unwrap();
    let height: u32 = word().parse().unwrap();
    let highest: u32 = if kind == "P4" {
        1
    } else {
        word().parse().unwrap()
    };
    let data = &bytes[at + 1..];
    let channels = if kind == "P6" { 3 } else { 1 };
    let row = width as usize * channels;
    // scanimage leaves the bytes in that a device sends behind each line.
    let stride = data.len() / height as usize;
    let lines = data.chunks_exact(stride).take(height as usize);
    let samples: Vec<u16> = match (kind.as_str(), highest) {
        // 1 is black there.
        ("P4", _) => lines
            .flat_map(|line| (0..row).map(|x| line[x / 8] & (0x80 >> (x % 8)) == 0))
            .map(u16::from)
            .collect(),
        (_, 255) => lines
            .flat_map(|line| &line[..row])
            .map(|b| u16::from(*b))
            .collect(),
        (_, 65535) => lines
            .flat_map(|line| line[..2 * row].chunks_exact(2))
            .map(|two| u16::from_be_bytes([two[0], two[1]]))
            .collect(),
        _ => panic!("{kind} with {highest}"),
    };
    Image {
        width,
        height,
        highest,
        samples,
    }
}

/// The only page of a TIFF without compression, by the crate `tiff`.
fn read_tiff(path: &Path) -> Image {
    use tiff::ColorType;
    use tiff::decoder::{Decoder, DecodingResult};
    let file = std::io::BufReader::new(fs::File::open(path).unwrap());
    let mut decoder = Decoder::new(file).unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    let highest = match decoder.colortype().unwrap() {
        ColorType::Gray(1) => 1,
        ColorType::Gray(8) | ColorType::RGB(8) => 255,
        ColorType::Gray(16) | ColorType::RGB(16) => 65535,
        other => panic!("{other:?}"),
    };
    let samples: Vec<u16> = match decoder.read_image().unwrap() {
        DecodingResult::U8(bytes) if highest == 1 => { bytes.chunks(width.div_ceil(8) as usize) }
            .flat_map(|row| (0..width as usize).map(|x| row[x / 8] >> (7 - x % 8) & 1))
            .map(u16::from)
            .collect(),
        DecodingResult::U8(bytes) => bytes.into_iter().map(u16::from).collect(),
        DecodingResult::U16(words) => words,
        _ => panic!("samples"),
    };
    Image {
        width,
        height,
        highest,
        samples,
    }
}

#[track_caller]
fn same(ours: &Image, theirs: &Image, what: &str) {
    let size = |image: &Image| (image.width, image.height, image.highest);
    assert_eq!(size(ours), size(theirs), "{what}");
    let mut pairs = ours.samples.iter().zip(&theirs.samples);
    let different = pairs.position(|(a, b)| a != b);
    assert_eq!(different, None, "{what}: the first sample that differs");
    assert_eq!(ours.samples.len(), theirs.samples.len(), "{what}");
}

/// The program's words for pixels, and `scanimage`'s.
const PIXELS: [(&str, &str); 5] = [
    ("-m|color", "--mode|Color|--depth|8"),
    ("-m|color|--depth|16", "--mode|Color|--depth|16"),
    ("-m|gray", "--mode|Gray|--depth|8"),
    ("-m|gray|--depth|16", "--mode|Gray|--depth|16"),
    ("-m|bw", "--mode|Gray|--depth|1"),
];

const AREA: (&str, &str) = ("-a|10,20,50,30", "-l|10|-t|20|-x|50|-y|30");

#[test]
fn every_mode_depth_source_and_picture() {
    let sane = Sane::new();
    let sources = [
        ("flatbed", "Flatbed"),
        ("feeder", "Automatic Document Feeder"),
    ];
    for (ours, theirs) in PIXELS {
        for picture in ["Solid black", "Solid white", "Color pattern", "Grid"] {
            for (source, named) in sources {
                let what = format!("{ours} {picture} {source}");
                let ours = format!(
                    "{ours}|-r|100|{}|-s|{source}|-n|1|--set|test-picture={picture}",
                    AREA.0
                );
                let theirs = format!(
                    "{theirs}|--resolution|100|{}|--source|{named}|--test-picture|{picture}",
                    AREA.1
                );
                same(&sane.scan(&ours), &sane.scanimage(&theirs), &what);
            }
        }
    }
}

#[test]
fn resolutions() {
    let sane = Sane::new();
    for dpi in [75, 99, 150, 300, 600, 1200] {
        let picture = "test-picture=Color pattern";
        let ours = format!("-m|color|-r|{dpi}|{}|--set|{picture}", AREA.0);
        let theirs = format!(
            "--mode|Color|--depth|8|--resolution|{dpi}|{}|--test-picture|Color pattern",
            AREA.1
        );
        same(
            &sane.scan(&ours),
            &sane.scanimage(&theirs),
            &dpi.to_string(),
        );
    }
}

#[test]
fn what_the_back_end_does_to_frames() {
    let sane = Sane::new();
    // The options of both programs have the same names; the last column is the program's pixels.
    let rows = [
        ("ppl-loss=7", 0),
        ("ppl-loss=7", 2),
        ("ppl-loss=7", 4),
        ("fuzzy-parameters=yes", 0),
        ("hand-scanner=yes", 0),
        ("hand-scanner=yes", 2),
        ("hand-scanner=yes", 4),
        ("invert-endianess=yes", 1),
        ("invert-endianess=yes", 3),
        ("read-limit=yes|read-limit-size=1", 4),
        ("read-limit=yes|read-limit-size=7", 0),
        ("read-limit=yes|read-limit-size=65536", 0),
        ("read-delay=yes|read-delay-duration=2000", 2),
        ("non-blocking=yes", 0),
        ("select-fd=yes", 0),
        (
            "select-fd=yes|non-blocking=yes|read-limit=yes|read-limit-size=1000",
            2,
        ),
    ];
    for (options, pixels) in rows {
        let (ours, theirs) = PIXELS[pixels];
        let set: Vec<_> = options.split('|').map(|o| format!("--set|{o}")).collect();
        let long: Vec<_> = options.split('|').map(|o| format!("--{o}")).collect();
        let ours = format!(
            "{ours}|-r|75|{}|--set|test-picture=Color pattern|{}",
            AREA.0,
            set.join("|")
        );
        let theirs = format!(
            "{theirs}|--resolution|75|{}|--test-picture|Color pattern|{}",
            AREA.1,
            long.join("|")
        );
        let what = format!("{options} {}", PIXELS[pixels].0);
        same(&sane.scan(&ours), &sane.scanimage(&theirs), &what);
    }
}

#[test]
fn three_passes_in_every_order() {
    let sane = Sane::new();
    for order in ["RGB", "RBG", "GBR", "GRB", "BRG", "BGR"] {
        for pixels in [0, 1] {
            let (ours, theirs) = PIXELS[pixels];
            let set = format!("--set|three-pass=yes|--set|three-pass-order={order}");
            let ours = format!(
                "{ours}|-r|75|{}|--set|test-picture=Color pattern|{set}",
                AREA.0
            );
            // scanimage cannot put passes of 16 bits together; the picture is that of one pass.
            let passes = match pixels {
                0 => format!("|--three-pass=yes|--three-pass-order|{order}"),
                _ => String::new(),
            };
            let theirs = format!(
                "{theirs}|--resolution|75|{}|--test-picture|Color pattern{passes}",
                AREA.1
            );
            same(
                &sane.scan(&ours),
                &sane.scanimage(&theirs),
                &format!("{order} {pixels}"),
            );
        }
    }
}

/// Statuses of `sane_read`, with the exit code of the contract (by hand) and a word of the message.
const STATUSES: [(&str, i32, &str); 11] = [
    ("SANE_STATUS_UNSUPPORTED", 8, "SANE_STATUS_UNSUPPORTED"),
    ("SANE_STATUS_CANCELLED", 4, "stopped at the device"),
    ("SANE_STATUS_DEVICE_BUSY", 6, "in use"),
    ("SANE_STATUS_INVAL", 8, "SANE_STATUS_INVAL"),
    ("SANE_STATUS_EOF", 8, "before its first line"),
    ("SANE_STATUS_JAMMED", 4, "jam"),
    ("SANE_STATUS_NO_DOCS", 5, "empty"),
    ("SANE_STATUS_COVER_OPEN", 4, "cover"),
    ("SANE_STATUS_IO_ERROR", 8, "communication"),
    ("SANE_STATUS_NO_MEM", 1, "memory"),
    ("SANE_STATUS_ACCESS_DENIED", 3, "cannot be reached"),
];

#[test]
fn each_status_has_its_exit_code() {
    let sane = Sane::new();
    for (status, code, word) in STATUSES {
        let set = format!("read-return-value={status}");
        sane.quire(&format!("scan|-d|sane:test:0|-r|75|-o|s.tiff|--set|{set}"))
            .exits(code)
            .says(&[word]);
        assert!(!sane.scratch.path("s.tiff").exists(), "{status}");
    }
    sane.scan("-r|75");
}

#[test]
fn the_feeder_runs_empty() {
    let sane = Sane::new();
    let pages = |n: &str| format!("scan|-d|sane:test:0|-s|feeder|-r|50|-m|gray|-o|f.tiff|-n|{n}");
    sane.quire(&pages("0")).succeeds();
    sane.quire(&pages("3")).succeeds();
    sane.quire(&pages("12")).exits(5).says(&["10"]);
}

/// Every duty of a driver, with the sheets that the back end's feeder holds.
#[test]
fn the_driver_does_its_duties() {
    let sane = Sane::new();
    let text = sane.quire("check|sane:test:0").exits(0).text();
    let line = |id: &str| {
        let mut lines = text.lines();
        lines.find(|line| line.split_whitespace().nth(1) == Some(id))
    };
    for id in [
        "cancel.sooner",
        "memory.event",
        "format.extension",
        "feeder.ready",
        "feeder.short",
    ] {
        assert!(
            line(id).is_some_and(|line| line.starts_with("pass")),
            "{text}"
        );
    }
    assert!(
        line("stream.two-devices").is_some_and(|line| line.starts_with("n/a")),
        "{text}"
    );
    assert!(
        text.lines()
            .last()
            .is_some_and(|line| line.contains(" 0 failed")),
        "{text}"
    );
}

#[test]
fn devices_are_listed_and_shown() {
    let sane = Sane::new();
    let mut command = sane.scratch.command("devices");
    // Devices are looked for, unlike in other tests.
    command.env("XDG_CONFIG_HOME", sane.scratch.path("nothing"));
    command.env("SANE_CONFIG_DIR", &sane.config);
    let listed = start(command).end().succeeds().text();
    assert!(
        listed.contains("sane:test:0") && listed.contains("sane:test:1"),
        "{listed}"
    );
    let shown = sane.quire("show|sane:test:0|Flatbed").succeeds().text();
    for line in ["test-picture", "three-pass-order", "WIA_IPS_XRES"] {
        assert!(shown.contains(line), "{line} is not in {shown}");
    }
    sane.quire("show|sane:nothing:0")
        .exits(3)
        .says(&["sane:nothing:0"]);
}

#[test]
fn refusals_name_property_value_and_what_is_valid() {
    let sane = Sane::new();
    let scan = |words: &str| sane.quire(&format!("scan|-d|sane:test:0|-o|r.tiff|{words}"));
    scan("-r|1300")
        .exits(2)
        .says(&["WIA_IPS_XRES", "1300", "1200"]);
    scan("--set|test-picture=Blue")
        .exits(2)
        .says(&["test-picture", "Blue", "Solid black"]);
    scan("--set|ppl-loss=129")
        .exits(2)
        .says(&["ppl-loss", "129", "0 to 128"]);
    scan("--set|three-pass-order=RGB|-m|gray")
        .exits(2)
        .says(&["three-pass-order", "read-only"]);
    // What the back end makes of a value is told, and is no failure.
    scan("-r|100|-a|0,0,80,127")
        .exits(0)
        .says(&["WIA_IPS_XEXTENT", "315", "314"]);
}

#[test]
fn without_sane_there_are_no_devices() {
    let sane = Sane::new();
    let mut command = sane.scratch.command("show sane:test:0");
    command.env("QUIRE_LIBSANE", "/nowhere/libsane.so.1");
    start(command)
        .end()
        .exits(3)
        .says(&["SANE is not installed"]);
}
