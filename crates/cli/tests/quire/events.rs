//! `--json`: events on standard error, one JSON object a line.

use serde_json::{Value, json};

use crate::scratch::Scratch;

fn only(events: &[Value], kind: &str) -> Vec<Value> {
    events
        .iter()
        .filter(|e| e["event"] == kind)
        .cloned()
        .collect()
}

#[test]
fn a_scan_starts_tells_its_pages_and_ends() {
    let scratch = Scratch::new();
    let line = "scan --json -d virtual:?sheets=2 -s duplex -r 75 -m gray -c none -o out.tiff";
    let ended = scratch.quire(line).exits(0);
    assert_eq!(ended.stdout, b"");
    let events = ended.events();
    assert_eq!(events[0]["event"], "start");
    assert!(events[0]["item"].as_str().unwrap().ends_with("Feeder"));

    let pages: Vec<_> = only(&events, "page")
        .iter()
        .map(|e| json!([e["page"], e["sheet"], e["side"]]))
        .collect();
    let expected = [
        json!([1, 1, "front"]),
        json!([2, 1, "back"]),
        json!([3, 2, "front"]),
        json!([4, 2, "back"]),
    ];
    assert_eq!(pages, expected);

    // The document grows by at least a page of A4 in grey at 75 dpi each time.
    let bytes: Vec<_> = only(&events, "page")
        .iter()
        .map(|e| e["bytes"].as_u64().unwrap())
        .collect();
    assert!(bytes[0] > 620 * 876, "{bytes:?}");
    assert!(
        bytes.windows(2).all(|w| w[1] - w[0] > 620 * 876),
        "{bytes:?}"
    );
    let size = std::fs::metadata(scratch.path("out.tiff")).unwrap().len();
    assert_eq!(bytes[3], size);

    let end = events.last().unwrap();
    assert_eq!((&end["code"], &end["pages"]), (&json!(0), &json!(4)));
    assert_eq!(end["files"], json!(["out.tiff"]));
    assert_eq!(end.get("message"), None);
}

#[test]
fn progress_rises_on_every_page() {
    let line = "scan --json -d virtual:?sheets=2 -s feeder -r 300 -m gray -o out.tiff";
    let events = Scratch::new().quire(line).exits(0).events();
    for page in [1, 2] {
        let percents: Vec<_> = only(&events, "progress")
            .iter()
            .filter(|e| e["page"] == page)
            .map(|e| e["percent"].as_u64().unwrap())
            .collect();
        assert!(percents.len() > 1, "page {page}: {percents:?}");
        assert!(percents.is_sorted(), "page {page}: {percents:?}");
        assert!(
            percents.iter().all(|p| *p <= 100),
            "page {page}: {percents:?}"
        );
    }
}

#[test]
fn pages_of_their_own_name_their_files() {
    let line = "scan --json -d virtual:?sheets=2 -s feeder -r 75 -o p%d.png";
    let scratch = Scratch::new();
    let events = scratch.quire(line).exits(0).events();
    let files: Vec<_> = only(&events, "page")
        .iter()
        .map(|e| e["file"].clone())
        .collect();
    assert_eq!(files, ["p1.png", "p2.png"]);
    for page in only(&events, "page") {
        let size = std::fs::metadata(scratch.path(page["file"].as_str().unwrap()))
            .unwrap()
            .len();
        assert_eq!(page["bytes"], size);
    }
    assert_eq!(events.last().unwrap()["files"], json!(["p1.png", "p2.png"]));
}

#[test]
fn a_failure_is_told_by_the_last_event() {
    let line = "scan --json -d virtual:?jam=2 -s feeder -r 75 -o out.tiff";
    let events = Scratch::new().quire(line).exits(4).events();
    let end = events.last().unwrap();
    assert_eq!((&end["code"], &end["pages"]), (&json!(4), &json!(1)));
    let message = end["message"].as_str().unwrap();
    assert!(
        message.contains("jam") && message.contains("1 complete page kept"),
        "{message}"
    );
    assert_eq!(only(&events, "page").len(), 1);
}

#[test]
fn the_document_goes_to_standard_output_and_the_events_do_not() {
    let line = "scan --json -d virtual: -s flatbed -r 75 -m gray -f raw -o -";
    let ended = Scratch::new().quire(line).exits(0);
    assert_eq!(&ended.stdout[..4], b"WRAW");
    let events = ended.events();
    assert_eq!(only(&events, "page").len(), 1);
    assert_eq!(only(&events, "page")[0]["bytes"], ended.stdout.len());
}
