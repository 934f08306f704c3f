//! `quire check`: the duties of a driver, as a table and as JSON.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::bad_input::as_somebody_else;
use crate::scratch::{Scratch, start};

#[test]
fn the_virtual_scanner_does_every_duty() {
    let text = Scratch::new().quire("check virtual:").succeeds().text();
    let line = |id: &str| {
        text.lines()
            .find(|line| line.split_whitespace().nth(1) == Some(id))
    };
    let append = line("stream.append").unwrap();
    assert!(
        append.starts_with("pass") && append.contains("HWC"),
        "{append}"
    );
    let counts = text.lines().last().unwrap();
    let passed = text.lines().filter(|line| line.starts_with("pass")).count();
    // It stores nothing, and reports no status of the device unless its model file has it warm up.
    for id in ["status.cancel", "status.failure"] {
        assert!(line(id).unwrap().starts_with("n/a"), "{text}");
    }
    assert_eq!(
        counts,
        format!("{passed} passed, 0 failed, 8 not applicable")
    );
}

#[test]
fn the_same_in_json() {
    let report = Scratch::new()
        .quire("check virtual:?sheets=2 --json")
        .succeeds()
        .json();
    let duties = report["duties"].as_array().unwrap();
    assert_eq!(report["passed"], duties.len() - 8);
    assert_eq!(report["failed"], 0);
    let names = duties
        .iter()
        .find(|duty| duty["duty"] == "stream.names")
        .unwrap();
    assert_eq!(names["outcome"], "pass");
    assert_eq!(names["section"], "1.5");
}

#[test]
fn a_failing_duty_exits_1_and_is_named() {
    let scratch = Scratch::new();
    fs::write(
        scratch.path("deaf.toml"),
        "[quirks]\nignores-cancel = true\n",
    )
    .unwrap();
    let ended = scratch.quire("check virtual:deaf.toml").exits(1);
    let text = ended.text();
    let failed: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("fail"))
        .collect();
    assert!(
        failed.iter().any(|line| line.contains("cancel.event")),
        "{text}"
    );
    assert!(
        failed.iter().any(|line| line.contains("memory.event")),
        "{text}"
    );
    assert!(
        text.contains("    0000\\Root\\Flatbed: the driver returned S_OK"),
        "{text}"
    );
}

#[test]
fn what_does_not_apply_says_why() {
    let text = Scratch::new()
        .quire("check virtual:?sheets=0")
        .succeeds()
        .text();
    assert!(text.contains("n/a   feeder.all"), "{text}");
    assert!(text.contains("the feeder holds no paper"), "{text}");
}

/// What a folder says to a user who may read neither it nor one of its files.
#[test]
fn files_that_may_not_be_read_are_left_out_and_named() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("box")).unwrap();
    fs::write(scratch.path("box/secret"), "words").unwrap();
    fs::set_permissions(
        scratch.path("box/secret"),
        fs::Permissions::from_mode(0o000),
    )
    .unwrap();
    fs::set_permissions(scratch.path("box"), fs::Permissions::from_mode(0o555)).unwrap();
    let text = start(as_somebody_else(&scratch, "check folder:box"));
    let text = text.end().exits(0).text();
    let left_out = r"left out: 0000\Root\Files\secret: ";
    assert_eq!(text.matches(left_out).count(), 1, "{text}");
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("nothing was checked: 0 passed"), "{text}");
    fs::write(scratch.path("box/open"), "words").unwrap();
    let text = start(as_somebody_else(&scratch, "check folder:box"));
    let text = text.end().exits(0).text();
    assert!(!text.contains("nothing was checked"), "{text}");
}

#[test]
fn no_device_exits_3() {
    let scratch = Scratch::new();
    scratch.quire("check nothing:").exits(3).says(&["nothing"]);
    scratch.quire("check virtual:/no/such/folder").exits(3);
    scratch.quire("check com:x").exits(3).says(&["com:"]);
    scratch.quire("check").exits(2).says(&["<DEVICE>"]);
}
