//! Faults in mid-batch: the exit code says what happened, and every complete page is kept.

use std::fs;

use crate::documents;
use crate::scratch::Scratch;

const SMALL: &str = "-r 75 -m gray";

#[track_caller]
fn ends_early(params: &str, options: &str, code: i32, parts: &[&str], pages: usize) {
    let scratch = Scratch::new();
    let line = format!("scan -d virtual:?sheets=6&{params} {SMALL} {options} -o out.tiff");
    scratch.quire(&line).exits(code).says(parts);
    assert_eq!(scratch.names(), ["out.tiff"], "{line}");
    assert_eq!(
        documents::tiff(&scratch.path("out.tiff")).len(),
        pages,
        "{line}"
    );
}

#[test]
fn trouble_with_paper_keeps_the_pages_before_it() {
    let feeder = "-s feeder";
    ends_early(
        "jam=4",
        feeder,
        4,
        &["jam", "sheet 4", "3 complete pages kept in out.tiff"],
        3,
    );
    ends_early(
        "jam=4:200",
        feeder,
        4,
        &["jam", "sheet 4, line 200", "3 complete pages"],
        3,
    );
    ends_early(
        "double=3",
        feeder,
        4,
        &["double feed", "sheet 3", "2 complete pages"],
        2,
    );
    ends_early(
        "cover=2:1",
        feeder,
        4,
        &["cover", "sheet 2", "1 complete page kept"],
        1,
    );
}

#[test]
fn a_device_that_goes_away_keeps_the_pages_before_it() {
    ends_early(
        "disconnect=3",
        "-s feeder",
        8,
        &["disconnected", "2 complete pages"],
        2,
    );
    ends_early(
        "disconnect=3:100",
        "-s feeder",
        8,
        &["disconnected", "2 complete pages"],
        2,
    );
}

#[test]
fn a_device_that_stalls_is_given_up_at_its_deadline() {
    let params = "stall=3:100&deadline=0.5";
    ends_early(params, "-s feeder", 8, &["2 complete pages kept"], 2);
}

#[test]
fn a_feeder_that_runs_empty_before_n_pages() {
    ends_early(
        "out=4",
        "-s feeder -n 6",
        5,
        &["6", "3 complete pages kept"],
        3,
    );
    ends_early(
        "seed=1",
        "-s feeder -n 9",
        5,
        &["the 9 pages of -n", "6 complete pages kept"],
        6,
    );
    ends_early(
        "out=4",
        "-s feeder --set WIA_IPS_PAGES=5",
        5,
        &["the 5 pages of WIA_IPS_PAGES", "3 complete pages kept"],
        3,
    );
    // What was set by name has the last word.
    ends_early(
        "out=4",
        "-s feeder -n 2 --set WIA_IPS_PAGES=5",
        5,
        &["the 5 pages of WIA_IPS_PAGES", "3 complete pages kept"],
        3,
    );
}

#[test]
fn a_feeder_that_runs_empty_when_all_was_asked_for_is_done() {
    let scratch = Scratch::new();
    let line = format!("scan -d virtual:?sheets=6&out=4 {SMALL} -s feeder -o out.tiff");
    scratch.quire(&line).succeeds();
    assert_eq!(documents::tiff(&scratch.path("out.tiff")).len(), 3);
}

#[test]
fn both_sides_of_the_sheets_before_the_fault_are_kept() {
    ends_early("jam=3", "-s duplex", 4, &["sheet 3", "4 complete pages"], 4);
}

#[test]
fn every_way_of_writing_keeps_the_pages() {
    for options in ["-c none", "-c packbits", "-c lzw", "-c deflate", "-c jpeg"] {
        let options = format!("-s feeder {options}");
        ends_early(
            "jam=3:50",
            &options,
            4,
            &["2 complete pages kept in out.tiff"],
            2,
        );
    }
    for options in ["-s feeder -m bw -c g4", "-s feeder -m bw -c none"] {
        let scratch = Scratch::new();
        let line = format!("scan -d virtual:?sheets=6&jam=3:50 -r 75 {options} -o out.tiff");
        scratch
            .quire(&line)
            .exits(4)
            .says(&["2 complete pages kept"]);
        assert_eq!(documents::tiff(&scratch.path("out.tiff")).len(), 2);
    }
}

#[test]
fn one_file_a_page_keeps_the_files_of_complete_pages() {
    let scratch = Scratch::new();
    let line = format!("scan -d virtual:?jam=3:50 {SMALL} -s feeder -o p-%d.png");
    let ended = scratch.quire(&line).exits(4);
    ended.says(&["jam", "2 complete pages kept in p-1.png to p-2.png"]);
    assert_eq!(scratch.names(), ["p-1.png", "p-2.png"]);
    for name in scratch.names() {
        documents::png_pixels(&scratch.path(name));
    }
}

#[test]
fn without_a_complete_page_an_older_document_stays_as_it_is() {
    for (params, code) in [("jam=1:50", 4), ("disconnect=1", 8), ("sheets=0", 5)] {
        let scratch = Scratch::new();
        fs::write(scratch.path("out.tiff"), "older").unwrap();
        let line = format!("scan -d virtual:?{params} {SMALL} -s feeder -o out.tiff");
        let ended = scratch.quire(&line).exits(code);
        ended.says(&["no page was complete, out.tiff is untouched"]);
        assert_eq!(fs::read(scratch.path("out.tiff")).unwrap(), b"older");
        assert_eq!(scratch.names(), ["out.tiff"]);
    }
}

#[test]
fn what_a_model_file_describes_happens() {
    let scratch = Scratch::new();
    let model = "[feeder]\nduplex = true\n[sheets]\ncount = 4\n[faults]\njam = \"3\"\n";
    fs::write(scratch.path("model.toml"), model).unwrap();
    let line = format!("scan -d virtual:model.toml {SMALL} -s feeder -o out.tiff");
    scratch.quire(&line).exits(4).says(&["2 complete pages"]);
    // A parameter of the URI goes before the file.
    let line = format!("scan -d virtual:model.toml?jam=4 {SMALL} -s feeder -o out.tiff");
    scratch.quire(&line).exits(4).says(&["3 complete pages"]);
}
