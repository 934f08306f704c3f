//! Disks that run full, in each format and on each way into it: noticed at the write, told with the place
//! and the pages that are kept, and gone on with when there is room again.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::documents::{self, tool};
use crate::outputs::with_small_disk;
use crate::scratch::{Ended, QUIRE, Scratch, start};

/// A document of several pages: its name, the mode, and how it is packed.
struct Row(&'static str, &'static str, &'static str);

const ROWS: [Row; 12] = [
    Row("out.tiff", "gray", "-c none"),
    Row("out.tiff", "gray", "-c deflate"),
    Row(BIG, "gray", "-c none"),
    Row("out.pdf", "color", "-c jpeg"),
    Row("out.pdf", "bw", "-c g4"),
    Row("out.pdf", "gray", "-c deflate -f pdfa"),
    Row("out.tiff", "gray", "-c packbits"),
    Row("out.tiff", "color", "-c lzw"),
    Row("out.tiff", "color", "-c jpeg"),
    Row("out.tiff", "bw", "-c g3"),
    Row("out.tiff", "bw", "-c g4"),
    Row("out.pdf", "gray", "-c none"),
];
/// Enough rows where only the way differs.
const FEW: usize = 6;

/// The document that is a BigTIFF from the start, for so much is to come.
const BIG: &str = "big.tiff";
/// Pages of a whole document.
const SHEETS: u32 = 6;
/// What a document has beside its pages, and the rounding of the file system.
const BESIDE: u64 = 16 * 1024;

impl Row {
    fn scan(&self, sheets: u32) -> String {
        let Row(name, mode, packing) = self;
        let told = match *name == BIG && sheets > SHEETS {
            // Of 544 kB each.
            true => "?sheets=9000 -n 9000".to_owned(),
            false => format!("?sheets={sheets}"),
        };
        format!("scan -d virtual:{told} -s feeder -r 75 --page a4 -m {mode} {packing}")
    }

    /// Its name behind a word.
    fn named(&self, word: &str) -> String {
        format!("{word}-{}", self.0)
    }

    /// A document of [`SHEETS`] pages.
    fn whole(&self, scratch: &Scratch) -> Whole {
        let name = self.named("whole");
        scratch
            .quire(&format!("{} -o {name}", self.scan(SHEETS)))
            .succeeds();
        let path = scratch.path(&name);
        if self.0 == BIG {
            let classic = scratch.path("classic.tiff");
            fs::rename(&path, &classic).unwrap();
            tool("tiffcp", &["-8"], &[&classic, &path]);
        }
        Whole::of(&path)
    }
}

/// The pixels of all pages, in netpbm's form.
fn pages(document: &Path) -> Vec<Vec<u8>> {
    if document.extension().is_some_and(|ending| ending == "pdf") {
        return documents::pdf_images(document, &[], SHEETS as usize * 4);
    }
    let pages = documents::tiff(document).len();
    let pixels = |page| documents::tiff_pixels(document, page).bytes;
    (0..pages).map(pixels).collect()
}

/// A document to compare with.
struct Whole {
    pages: Vec<Vec<u8>>,
    bytes: u64,
}

impl Whole {
    fn of(path: &Path) -> Whole {
        let bytes = fs::metadata(path).unwrap().len();
        let pages = pages(path);
        Whole { pages, bytes }
    }
}

/// A command that fails for want of room, and one that goes on when there is more.
struct Trial<'a> {
    row: &'a Row,
    /// What the document begins as.
    old: Option<String>,
    /// Room at first.
    bytes: u64,
    full: String,
    then: String,
}

impl Trial<'_> {
    /// Runs both; gives the pages that were kept. The documents are `kept-NAME` and `NAME` then.
    #[track_caller]
    fn run(&self, scratch: &Scratch) -> usize {
        let name = self.row.0;
        let _ = fs::remove_dir(scratch.path("small"));
        let begin = match &self.old {
            Some(old) => format!("cp {old} small/{name};"),
            None => String::new(),
        };
        let script = format!(
            "{begin} {QUIRE} {} --json -o small/{name} 2> events; echo $? > code; ls -A small; \
             cp small/{name} kept-{name}; mount -o remount,size={} small; \
             {QUIRE} {} -o small/{name}; code=$?; cp small/{name} .; exit $code",
            self.full,
            self.bytes * 8,
            self.then
        );
        let what = &self.full;
        let ended = with_small_disk(scratch, &self.bytes.to_string(), &script).exits(0);
        assert_eq!(ended.stderr, "", "{what}");
        assert_eq!(ended.text(), format!("{name}\n"), "{what}");
        let added = told(scratch, name, self.old.is_some(), what);
        let kept = scratch.path(self.row.named("kept"));
        let before = if self.old.is_some() {
            SHEETS as usize
        } else {
            0
        };
        assert_eq!(documents::pages(&kept), before + added, "{what}");
        if name == BIG {
            assert_eq!(fs::read(&kept).unwrap()[..4], *b"II\x2b\0", "{what}");
        }
        added
    }

    /// Runs both; the documents have the pages of `old`, those of `first` that fit, and of `second`.
    #[track_caller]
    fn holds(&self, scratch: &Scratch, old: &[Vec<u8>], first: &[Vec<u8>], second: &[Vec<u8>]) {
        let added = self.run(scratch);
        let each = first.len() / SHEETS as usize;
        let expected = [old, &first[..added * each], second].concat();
        let found = pages(&scratch.path(self.row.0));
        assert!(found == expected, "{}; {}", self.full, self.then);
    }
}

/// What was told of a disk that ran full: the pages that were kept.
#[track_caller]
fn told(scratch: &Scratch, name: &str, added: bool, what: &str) -> usize {
    let code = fs::read_to_string(scratch.path("code")).unwrap();
    let stderr = fs::read_to_string(scratch.path("events")).unwrap();
    assert_eq!(code, "7\n", "{what}: {stderr}");
    let events = Ended {
        code: Some(7),
        signal: None,
        stdout: Vec::new(),
        stderr,
    }
    .events();
    let end = events.last().unwrap();
    let kept = end["pages"].as_u64().unwrap();
    assert!((1..SHEETS.into()).contains(&kept), "{what}: {end}");
    let told: Vec<_> = events
        .iter()
        .filter(|event| event["event"] == "page")
        .map(|event| event["page"].as_u64().unwrap())
        .collect();
    assert!(told.iter().copied().eq(1..=kept), "{what}: {told:?}");
    // Nobody scans on.
    let begun = |event: &Value| event["page"].as_u64().is_none_or(|page| page <= kept + 2);
    assert!(events.iter().all(begun), "{what}");
    let message = end["message"].as_str().unwrap();
    let noun = if kept == 1 { "page" } else { "pages" };
    let place = match added {
        true => format!("added to small/{name}, {} in all", kept + u64::from(SHEETS)),
        false => format!("kept in small/{}", name.replace("%d", "1")),
    };
    let place = format!("{kept} complete {noun} {place}");
    for part in ["o space left", &format!("small/{name}"), &place] {
        let part = part.split('%').next().unwrap();
        assert!(message.contains(part), "{what}: no {part:?} in {message}");
    }
    kept.try_into().unwrap()
}

#[test]
fn a_scan_keeps_what_fits_and_append_goes_on() {
    for row in &ROWS {
        let scratch = Scratch::new();
        let whole = row.whole(&scratch);
        let trial = Trial {
            row,
            old: None,
            bytes: whole.bytes * 2 / 3 + BESIDE,
            full: row.scan(200),
            then: format!("{} --append", row.scan(SHEETS)),
        };
        trial.holds(&scratch, &[], &whole.pages, &whole.pages);
    }
}

#[test]
fn an_appended_scan_keeps_what_fits() {
    for row in &ROWS[..FEW] {
        let scratch = Scratch::new();
        let whole = row.whole(&scratch);
        let trial = Trial {
            row,
            old: Some(row.named("whole")),
            // The copy has to fit beside the old document.
            bytes: whole.bytes * 2 + whole.bytes * 2 / 3 + BESIDE,
            full: format!("{} --append", row.scan(200)),
            then: format!("{} --append", row.scan(SHEETS)),
        };
        trial.holds(&scratch, &whole.pages, &whole.pages, &whole.pages);
    }
}

/// A TIFF of pages to convert, and one page of 500 MB that is stored in little.
fn inputs(scratch: &Scratch, row: &Row) {
    let plain = Row("in.tiff", row.1, "-c none");
    scratch
        .quire(&format!("{} -o in.tiff", plain.scan(SHEETS)))
        .succeeds();
    if row.0 == BIG {
        white_page(&scratch.path("huge.tiff"), 64_000);
    }
}

/// A TIFF of one white page in black and white.
pub(crate) fn white_page(path: &Path, side: u32) {
    use formats::{DocumentFormat, WriterOptions, open_writer, tiff};
    let options = WriterOptions {
        compression: tiff::Compression::G4,
        ..WriterOptions::default()
    };
    let sink = Box::new(fs::File::create(path).unwrap());
    let mut writer = open_writer(DocumentFormat::Tiff, sink, &options).unwrap();
    let layout = raster::PageLayout {
        width: side,
        height: Some(side),
        pixel: raster::PixelType::Bw1,
        x_dpi: 300,
        y_dpi: 300,
    };
    let row = layout.row_bytes();
    let rows = vec![0xFF; row * 100];
    writer.begin_page(&layout).unwrap();
    for _ in 0..side / 100 {
        writer
            .rows(raster::Band::new(&rows, row, row).unwrap())
            .unwrap();
    }
    writer.end_page().unwrap();
    writer.finish().unwrap();
}

#[test]
fn a_conversion_keeps_what_fits_and_append_goes_on() {
    for row in &ROWS[..FEW] {
        let scratch = Scratch::new();
        inputs(&scratch, row);
        let (stored, packed) = (row.named("stored"), row.2);
        scratch
            .quire(&format!("convert in.tiff {packed} -o {stored}"))
            .succeeds();
        let whole = Whole::of(&scratch.path(&stored));
        // Packed anew, and as it is stored.
        let mut ways = vec![(" in.tiff".repeat(25), packed)];
        if row.0 == BIG {
            ways[0].0 = format!("in.tiff{}", " huge.tiff".repeat(10));
        } else {
            let format = if packed.contains("pdfa") {
                "-f pdfa"
            } else {
                ""
            };
            ways.push((format!(" {stored}").repeat(25), format));
        }
        let inputs = ["in.tiff", &stored].map(|name| scratch.path(name));
        let before = inputs.clone().map(|path| fs::read(path).unwrap());
        for (from, packing) in ways {
            let trial = Trial {
                row,
                old: None,
                bytes: whole.bytes * 2 / 3 + BESIDE,
                full: format!("convert {from} {packing}"),
                then: format!("convert {stored} --append {packing}"),
            };
            trial.holds(&scratch, &[], &whole.pages, &whole.pages);
        }
        assert!(inputs.map(|path| fs::read(path).unwrap()) == before);
    }
}

#[test]
fn an_appended_conversion_keeps_what_fits() {
    for row in &ROWS[..FEW] {
        let scratch = Scratch::new();
        inputs(&scratch, row);
        let old = row.whole(&scratch);
        let (stored, packing) = (row.named("stored"), row.2);
        scratch
            .quire(&format!("convert in.tiff {packing} -o {stored}"))
            .succeeds();
        let whole = Whole::of(&scratch.path(&stored));
        let trial = Trial {
            row,
            old: Some(row.named("whole")),
            bytes: old.bytes * 2 + whole.bytes * 2 / 3 + BESIDE,
            full: format!("convert {} {packing} --append", " in.tiff".repeat(25)),
            then: format!("convert {stored} {packing} --append"),
        };
        trial.holds(&scratch, &old.pages, &whole.pages, &whole.pages);
    }
}

/// A scan is killed, then something else takes all the room that is left.
#[test]
fn what_a_crash_left_is_finished_on_a_full_disk() {
    for row in &ROWS[..FEW] {
        for append in ["", "--append"] {
            let scratch = Scratch::new();
            let (name, whole) = (row.0, row.whole(&scratch));
            let begin = match append {
                "" => String::new(),
                _ => format!("cp whole-{name} small/{name};"),
            };
            let script = format!(
                "{begin} mkfifo events; {QUIRE} {} {append} --json -o small/{name} 2> events & \
                 scan=$!; pages=0; while read -r line; do case $line in \
                 *'\"page\",\"page\":3,'*) kill -9 $scan;; esac; \
                 case $line in *'\"event\":\"page\"'*'}}') pages=$((pages + 1));; esac; done < events; \
                 wait $scan; cat /dev/zero > small/zero; echo $pages; \
                 {QUIRE} recover small/.{name}.partial >&2; code=$?; cp small/{name} kept-{name}; \
                 ls -A small; rm small/zero; {QUIRE} {} --append -o small/{name} || exit; \
                 cp small/{name} .; exit $code",
                row.scan(200),
                row.scan(SHEETS),
            );
            let ended = with_small_disk(&scratch, "40m", &script).exits(0);
            let text = ended.text();
            let (told, left) = text.split_once('\n').unwrap();
            assert_eq!(left, format!("{name}\nzero\n"), "{name} {append}");
            let told: usize = told.parse().unwrap();
            let kept = scratch.path(row.named("kept"));
            let before = if append.is_empty() {
                0
            } else {
                SHEETS as usize
            };
            let found = documents::pages(&kept) - before;
            assert!(found == told || found == told + 1, "{found}: {told}");
            assert!(found >= 3, "{name} {append}: {found}");
            let mut expected = whole.pages[..3 * whole.pages.len() / SHEETS as usize].to_vec();
            if before > 0 {
                expected = [whole.pages.clone(), expected].concat();
            }
            assert!(
                pages(&kept)[..expected.len()] == expected,
                "{name} {append}"
            );
            let all = documents::pages(&scratch.path(name));
            assert_eq!(all, before + found + SHEETS as usize);
        }
    }
}

/// Formats of one image have a file a page: those that are complete stay, and nothing of another.
#[test]
fn pages_with_files_of_their_own_are_complete_or_not_there() {
    for ending in ["png", "jpg", "bmp", "raw"] {
        let scratch = Scratch::new();
        let scan = "scan -d virtual:?sheets=8 -s feeder -r 75 -m gray --page a4";
        scratch
            .quire(&format!("{scan} -c none -o in.tiff"))
            .succeeds();
        for command in [scan, "convert in.tiff"] {
            let mut whole = scratch.command(&format!("{command} -o whole-%d.{ending}"));
            whole.env("SOURCE_DATE_EPOCH", "1000000000");
            start(whole).end().succeeds();
            let read = |name: String| fs::read(scratch.path(name)).unwrap();
            let whole: Vec<_> = (1..=8)
                .map(|n| read(format!("whole-{n}.{ending}")))
                .collect();
            let room = whole.concat().len() / 2;
            let _ = fs::remove_dir(scratch.path("small"));
            let script = format!(
                "SOURCE_DATE_EPOCH=1000000000 {QUIRE} {command} --json -o small/p-%d.{ending} 2> events; echo $? > code; \
                 ls -A small; rm -rf kept; cp -r small kept"
            );
            let ended = with_small_disk(&scratch, &room.to_string(), &script).exits(0);
            let kept = told(&scratch, &format!("p-%d.{ending}"), false, command);
            let names: Vec<_> = (1..=kept).map(|n| format!("p-{n}.{ending}")).collect();
            let text = ended.text();
            assert!(text.lines().eq(&names), "{command}: {text}");
            for (name, whole) in names.iter().zip(whole) {
                assert!(read(format!("kept/{name}")) == whole, "{command}: {name}");
            }
        }
    }
}

#[test]
fn one_image_that_does_not_fit_leaves_the_old_one() {
    for name in ["out.bmp", "out.png", "out.jpg", "out.raw", "out.pdf"] {
        let scratch = Scratch::new();
        let scan = "scan -d virtual: -s flatbed -r 75";
        scratch.quire(&format!("{scan} -o in.tiff")).succeeds();
        for command in [scan, "convert in.tiff"] {
            let _ = fs::remove_dir(scratch.path("small"));
            let script = format!(
                "echo old > small/{name}; {QUIRE} {command} -o small/{name}; \
                 code=$?; ls -A small; cat small/{name}; exit $code"
            );
            let ended = with_small_disk(&scratch, "16k", &script).exits(7);
            assert_eq!(ended.text(), format!("{name}\nold\n"));
            let untouched = format!("small/{name} is untouched");
            ended.says(&["o space left", "no page was complete", &untouched]);
        }
    }
}
