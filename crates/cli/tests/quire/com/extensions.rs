//! The extensions of a driver in C++: image filter, segmentation filter and error handler.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::application::{build, command_of, scratch};
use super::{compile_after_hello, hello, library_folder, quire};
use crate::prompt::Terminal;
use crate::scratch::{Scratch, start};

fn extended() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| compile_after_hello("libextended.so", "extensions.cpp"))
}

const SCAN: &str = "-s flatbed -r 75 -o page.bmp";

/// A scan, with a person at a terminal, of a device that is in a state first.
fn scan_in(scratch: &Scratch, state: &str) -> Terminal {
    let device = format!("com:{}?data.State={state}", extended().display());
    Terminal::open_with(scratch, &format!("scan -d {device} {SCAN}"), |command| {
        command.env("QUIRE_WIASERVC", library_folder().join("libwiaservc.so"));
    })
}

#[test]
fn an_error_handler_decides() {
    let scratch = Scratch::new();
    // An open cover, and a failure that only the driver knows: both are put right, and nobody is asked.
    for state in ["0x80210010", "0x8FFF0001"] {
        let (code, screen) = scan_in(&scratch, state).end();
        assert_eq!(code, 0, "{screen}");
        assert!(!screen.contains("Enter"), "{screen}");
    }
    // Warming up is left to the handler behind it, which shows it.
    let (code, screen) = scan_in(&scratch, "0x00210002").end();
    assert_eq!(code, 0, "{screen}");
    assert!(screen.contains("warming up"), "{screen}");
    // So is a jam, which needs a person.
    let mut terminal = scan_in(&scratch, "0x80210002");
    terminal.wait_for("clear it, then Enter to go on, c to stop");
    terminal.press("c\n");
    let (code, screen) = terminal.end();
    assert_eq!(code, 4, "{screen}");
    // Where nobody is, handlers are not asked.
    let line = format!("scan -d DEVICE {SCAN}");
    quire(&scratch, &line, extended(), "data.State=0x80210010")
        .exits(4)
        .says(&["cover"]);
}

/// A bitmap of 24 bits: width, height, rows from the top.
fn bitmap(path: &Path) -> (usize, usize, Vec<Vec<u8>>) {
    let bytes = fs::read(path).unwrap();
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(&bytes[..2], b"BM");
    assert_eq!((number(2), bytes[28]), (bytes.len(), 24));
    let (start, width, height) = (number(10), number(18), number(22));
    let rows = bytes[start..].chunks((width * 3).next_multiple_of(4));
    let rows: Vec<_> = rows.map(|row| row[..width * 3].to_vec()).rev().collect();
    assert_eq!(rows.len(), height);
    (width, height, rows)
}

#[test]
fn a_preview_is_cut_into_the_regions_that_the_driver_finds() {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quire/com/preview.cpp");
    let program = PROGRAM.get_or_init(|| build("preview", [source]));
    let scratch = scratch();
    let device = format!("com:{}", extended().display());
    let ended = start(command_of(&scratch, program, &device)).end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.text(), "One 30 40 100 50\nTwo 301 203 77 99\n");
    let (width, height, whole) = bitmap(&scratch.path("whole.bmp"));
    assert_eq!((width, height), (637, 877));
    // Blue is x, brighter by 300 of 1000 of all there is.
    assert_eq!(whole[0][3 * 10], 10 + 76);
    for (name, [x, y, width, height]) in [("One", [30, 40, 100, 50]), ("Two", [301, 203, 77, 99])] {
        let cut = whole[y..y + height]
            .iter()
            .map(|row| row[3 * x..3 * (x + width)].to_vec());
        let region = bitmap(&scratch.path(format!("{name}.bmp")));
        assert!(region == (width, height, cut.collect()), "{name}");
    }
    // A driver without such a filter has none.
    let line = "preview -d DEVICE --resolution 75 -o look.bmp";
    assert_eq!(quire(&scratch, line, hello(), "").succeeds().text(), "");
    // The same regions on the command line, in millimetres.
    let listed = quire(&scratch, line, extended(), "").succeeds().text();
    assert_eq!(listed, "1  10.2,13.5,33.9,16.9\n2  101.9,68.7,26.1,33.5\n");
}
