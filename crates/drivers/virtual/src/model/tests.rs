//! Model files, good and bad.

use super::*;

fn complaint(text: &str) -> String {
    Model::parse(text).unwrap_err().to_string()
}

#[test]
fn empty_is_all_defaults() {
    assert_eq!(Model::parse("").unwrap(), Model::default());
    assert_eq!(
        Model::parse("[flatbed]\n").unwrap().flatbed,
        Some(SourceModel::default())
    );
}

#[test]
fn whole_numbers_are_lengths_too() {
    let model = Model::parse("[flatbed]\nwidth = 216\nheight = 297.2").unwrap();
    let bed = model.flatbed.unwrap();
    assert_eq!(bed.width.unwrap(), 216.0);
    assert_eq!(bed.height.unwrap(), 297.2);
}

#[test]
fn resolutions_are_sorted() {
    let model = Model::parse("[feeder]\nresolutions = [600, 300, 300, 75]").unwrap();
    assert_eq!(
        model.feeder.unwrap().resolutions.unwrap().get(),
        [75, 300, 600]
    );
}

#[test]
fn a_model_has_only_resolutions_that_sheets_can_be_scanned_at() {
    let most = crate::sheet::ScanRequest::MAX_DPI;
    assert_eq!(*Dpi::VALID.end(), i64::from(most));
    let text = |dpi: u32| format!("[feeder]\nresolutions = [{dpi}]");
    assert!(Model::parse(&text(most)).is_ok());
    let valid = format!("line 2: valid is 50 to {most} dots an inch");
    assert_eq!(complaint(&text(most + 1)), valid);
    assert_eq!(complaint(&text(49)), valid);
}

#[test]
fn complaints_have_the_line() {
    assert_eq!(
        complaint("[flatbed]\n\nwidth = 5\n"),
        "line 3: valid is 20 to 1500 millimetres"
    );
    assert!(complaint("name = \"x\"\n[feedr]\n").starts_with("line 2: unknown field `feedr`"));
    assert!(complaint("[quirks]\nlateheight = true").starts_with("line 2: unknown field"));
    assert!(complaint("a = = 3").starts_with("line 1: "));
    assert_eq!(
        complaint("[timing]\nppm = 0"),
        "line 2: valid is 1 to 60000 pages a minute"
    );
    assert_eq!(
        complaint("[timing]\nppm = 1.5"),
        "line 2: valid is 1 to 60000 pages a minute"
    );
    assert_eq!(
        complaint("\n[feeder]\ndepths = [8, 12]"),
        "line 3: valid are 8 and 16"
    );
    assert_eq!(
        complaint("[feeder]\nresolutions = []"),
        "line 2: at least one resolution is needed"
    );
    assert!(complaint("[feeder]\nmodes = [\"sepia\"]").starts_with("line 2: unknown variant"));
    assert!(complaint("[feeder]\nmodes = []").starts_with("modes: "));
    assert!(complaint("[flatbed]\nduplex = false").starts_with("duplex: "));
    assert!(complaint("[flatbed]\ndepths = []").starts_with("depths: "));
    assert!(complaint("[timing]\nppm = \"x\"").starts_with("line 2: a number is needed"));
}

#[test]
fn no_text_makes_it_panic() {
    use proptest::prelude::*;
    proptest!(|(text in "(?s).{0,200}")| {
        let _ = Model::parse(&text);
    });
}
