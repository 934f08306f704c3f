//! A person at a terminal: the bar, and Enter between the scans of a flatbed.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::documents::tiff;
use crate::scratch::{QUIRE, Scratch, start};

const LINE: &str = "scan -d virtual: -s flatbed -n 3 -r 75 -m gray -o out.tiff";

/// Runs the program on a terminal of its own; `input` is typed there.
fn on_a_terminal(scratch: &Scratch, line: &str, input: &str) -> (i32, String) {
    let (read, write) = std::io::pipe().unwrap();
    let mut command = Command::new("script");
    command
        .args(["--quiet", "--return", "--echo=never", "--command"])
        .arg(format!("{QUIRE} {line}"))
        .arg(scratch.path("typescript"))
        .current_dir(scratch.dir())
        .env("TERM", "xterm")
        .stdin(Stdio::from(read));
    let mut keys = write;
    keys.write_all(input.as_bytes()).unwrap();
    let ended = start(command).end();
    // The keys stay open until the end: a closed terminal would be an answer too.
    drop(keys);
    (
        ended.code.unwrap(),
        String::from_utf8_lossy(&ended.stdout).into_owned(),
    )
}

#[test]
fn enter_scans_the_next() {
    let scratch = Scratch::new();
    let (code, screen) = on_a_terminal(&scratch, LINE, "\n\n");
    assert_eq!(code, 0, "{screen}");
    assert_eq!(screen.matches("press Enter").count(), 2, "{screen}");
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 3);
    assert!(screen.contains("3 pages in out.tiff"), "{screen}");
}

#[test]
fn the_end_of_input_ends_the_scans() {
    let scratch = Scratch::new();
    let (code, screen) = on_a_terminal(&scratch, LINE, "\n\u{4}");
    assert_ne!(code, 1, "{screen}");
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 2, "{screen}");
}

#[test]
fn without_a_prompt_nothing_is_waited_for() {
    let scratch = Scratch::new();
    let (code, screen) = on_a_terminal(&scratch, &format!("{LINE} --no-prompt"), "");
    assert_eq!(code, 0, "{screen}");
    assert!(!screen.contains("press Enter"), "{screen}");
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 3);
}

#[test]
fn ctrl_c_is_heard_while_it_waits() {
    let scratch = Scratch::new();
    let (code, screen) = on_a_terminal(&scratch, LINE, "\u{3}");
    assert_eq!(code, 130, "{screen}");
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 1);
}

#[test]
fn a_bar_is_drawn_on_a_terminal_and_nowhere_else() {
    let scratch = Scratch::new();
    let line = "scan -d virtual:?sheets=2&ppm=200 -s feeder -r 75 -m gray -o out.tiff";
    let (code, screen) = on_a_terminal(&scratch, line, "");
    assert_eq!(code, 0, "{screen}");
    assert!(
        screen.contains("page 1") && screen.contains('%'),
        "{screen}"
    );
    let (_, screen) = on_a_terminal(&scratch, &format!("{line} --quiet"), "");
    assert!(!screen.contains("page 1"), "{screen}");
    scratch.quire(line).succeeds();
}
