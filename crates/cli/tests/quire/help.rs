//! A device that needs a person: one at a terminal is asked, and the scan goes on where it stood.

use std::fs;

use crate::documents::tiff;
use crate::pages::bar_code;
use crate::prompt::Terminal;
use crate::scratch::Scratch;

const QUESTION: &str = ": clear it, then Enter to go on, c to stop";
const SMALL: &str = "-s feeder -r 75 -m gray -o out.tiff";

/// A stack of 60 sheets with three jams: before a sheet, in its middle, and at its last line.
const BATCH: &str = "scan -d virtual:?sheets=60&jam=7,31:300,59:9999 -s feeder -r 150 -m gray";

/// A stream for the document, which the page writer makes; and a stream a page.
const WAYS: [&str; 2] = ["-c none", "-c deflate"];

fn codes(sheets: u32) -> Vec<String> {
    let code = |sheet| format!("QUIRE-0-{sheet:03}-F");
    (1..=sheets).map(code).collect()
}

#[test]
fn a_batch_with_three_jams_that_are_cleared_is_one_document_of_all_pages() {
    for way in WAYS {
        let scratch = Scratch::new();
        let mut terminal = Terminal::open(&scratch, &format!("{BATCH} {way} -o out.tiff"));
        for place in ["sheet 7", "sheet 31, line 300", "sheet 59, line 9999"] {
            terminal.wait_for(&format!("paper jam at {place}{QUESTION}"));
            terminal.press("\n");
        }
        let (code, screen) = terminal.end();
        assert_eq!(code, 0, "{screen}");
        assert!(screen.contains("60 pages in out.tiff"), "{screen}");
        let path = scratch.path("out.tiff");
        assert_eq!(tiff(&path).len(), 60);
        let seen: Vec<_> = bar_code(&path).lines().map(str::to_owned).collect();
        assert_eq!(seen, codes(60), "{way}");
    }
}

/// The second Enter is there before the second question, so it does not answer that.
#[test]
fn what_was_typed_ahead_is_no_answer() {
    let scratch = Scratch::new();
    let line = format!("scan -d virtual:?sheets=6&jam=2,4 {SMALL}");
    let mut terminal = Terminal::open(&scratch, &line);
    terminal.wait_for(QUESTION);
    terminal.press("\n\n");
    terminal.wait_for(QUESTION);
    terminal.press("c\n");
    let (code, screen) = terminal.end();
    assert_eq!(code, 4, "{screen}");
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 3);
}

#[test]
fn a_batch_that_is_stopped_at_the_second_jam_keeps_the_pages_before_it() {
    for way in WAYS {
        let scratch = Scratch::new();
        let mut terminal = Terminal::open(&scratch, &format!("{BATCH} {way} -o out.tiff"));
        terminal.wait_for(QUESTION);
        terminal.press("\n");
        terminal.wait_for(QUESTION);
        terminal.press("c\n");
        let (code, screen) = terminal.end();
        assert_eq!(code, 4, "{screen}");
        let message = "paper jam at sheet 31, line 300; 30 complete pages kept in out.tiff";
        assert!(screen.contains(message), "{screen}");
        assert_eq!(scratch.names(), ["out.tiff"]);
        let path = scratch.path("out.tiff");
        assert_eq!(tiff(&path).len(), 30);
        let seen: Vec<_> = bar_code(&path).lines().map(str::to_owned).collect();
        assert_eq!(seen, codes(30), "{way}");
    }
}

#[test]
fn a_cancel_at_the_question_is_a_cancel_and_the_end_of_input_a_stop() {
    for way in WAYS {
        for (key, exit) in [("\u{3}", 130), ("\u{4}", 4)] {
            let scratch = Scratch::new();
            let line = format!("scan -d virtual:?sheets=5&jam=2,4:100 {SMALL} {way}");
            let mut terminal = Terminal::open(&scratch, &line);
            terminal.wait_for(QUESTION);
            terminal.press("\n");
            terminal.wait_for(QUESTION);
            terminal.press(key);
            let (code, screen) = terminal.end();
            assert_eq!(code, exit, "{key:?}: {screen}");
            let kept = "3 complete pages kept in out.tiff";
            assert!(screen.contains(kept), "{screen}");
            assert_eq!(tiff(&scratch.path("out.tiff")).len(), 3);
        }
    }
}

#[test]
fn what_is_no_answer_is_asked_again() {
    let scratch = Scratch::new();
    let line = format!("scan -d virtual:?sheets=3&jam=2 {SMALL}");
    let mut terminal = Terminal::open(&scratch, &line);
    terminal.wait_for(QUESTION);
    terminal.press("what?\n");
    terminal.wait_for(QUESTION);
    terminal.press("\n");
    let (code, screen) = terminal.end();
    assert_eq!(code, 0, "{screen}");
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 3);
}

#[test]
fn each_trouble_with_paper_says_what_to_do() {
    let scratch = Scratch::new();
    let line = format!("scan -d virtual:?sheets=4&cover=1&double=2:9&out=3:9 {SMALL}");
    let mut terminal = Terminal::open(&scratch, &line);
    for text in [
        "a cover is open at sheet 1: close it, then Enter",
        "more than one sheet was taken at sheet 2, line 9: take the sheets apart, put them back, then Enter",
        "the feeder is empty at sheet 3, line 9: load paper, then Enter",
    ] {
        terminal.wait_for(text);
        terminal.press("\n");
    }
    let (code, screen) = terminal.end();
    assert_eq!(code, 0, "{screen}");
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 4);
}

#[test]
fn nobody_is_asked_who_cannot_or_does_not_want_to_answer() {
    let scratch = Scratch::new();
    let line = format!("scan -d virtual:?sheets=3&jam=2 {SMALL}");
    for option in ["--no-prompt", "--json"] {
        let (code, screen) = Terminal::open(&scratch, &format!("{line} {option}")).end();
        assert_eq!(code, 4, "{screen}");
        assert!(!screen.contains("Enter"), "{screen}");
        assert!(screen.contains("paper jam at sheet 2"), "{screen}");
    }
    scratch
        .quire(&line)
        .exits(4)
        .says(&["1 complete page kept"]);
}

#[test]
fn what_cannot_be_put_right_is_not_asked_about() {
    let scratch = Scratch::new();
    let line = format!("scan -d virtual:?sheets=3&disconnect=2 {SMALL}");
    let (code, screen) = Terminal::open(&scratch, &line).end();
    assert_eq!(code, 8, "{screen}");
    assert!(!screen.contains("Enter"), "{screen}");
}

#[test]
fn a_device_that_warms_up_says_so_once_on_a_terminal() {
    let scratch = Scratch::new();
    let model = "name = \"slow\"\n[timing]\nwarm-up = 400\n[flatbed]\n";
    fs::write(scratch.path("slow.toml"), model).unwrap();
    let line = "scan -d virtual:slow.toml -s flatbed -r 75 -m gray -o out.tiff";
    let (code, screen) = Terminal::open(&scratch, line).end();
    assert_eq!(code, 0, "{screen}");
    assert_eq!(
        screen.matches("quire: the device is warming up").count(),
        1,
        "{screen}"
    );
    for option in ["--quiet", "--no-prompt"] {
        let (code, screen) = Terminal::open(&scratch, &format!("{line} {option}")).end();
        assert_eq!(code, 0, "{screen}");
        assert!(!screen.contains("warming"), "{screen}");
    }
}

#[test]
fn ctrl_c_is_heard_while_it_warms_up() {
    let scratch = Scratch::new();
    let model = "name = \"slow\"\n[timing]\nwarm-up = 30000\n[flatbed]\n";
    fs::write(scratch.path("slow.toml"), model).unwrap();
    let line = "scan -d virtual:slow.toml -s flatbed -r 75 -m gray -o out.tiff";
    let mut terminal = Terminal::open(&scratch, line);
    terminal.wait_for("the device is warming up");
    terminal.press("\u{3}");
    let (code, screen) = terminal.end();
    assert_eq!(code, 130, "{screen}");
}
