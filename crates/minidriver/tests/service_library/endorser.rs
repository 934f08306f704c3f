//! `wiasParseEndorserString`.

use proptest::prelude::*;
use wia::Access;
use wia::property::WIA_DPS_ENDORSER_STRING;

use crate::minidriver::service_library::*;
use crate::rig::*;

const TIME: EndorserTime = EndorserTime {
    year: 2026,
    month: 1,
    day: 2,
    hour: 3,
    minute: 4,
    second: 5,
};

const INFO: EndorserInfo<'_> = EndorserInfo {
    page_count: 17,
    values: &[
        ("$BATCH$", "B-9"),
        ("$DATE$", "not this"),
        ("@", "at"),
        ("@@", "never"),
        ("17", "seventeen"),
        ("$OUTER$", "$BATCH$"),
        ("ä", "ae"),
        ("$GONE$", ""),
    ],
};

#[test]
fn every_token() {
    let late = EndorserTime {
        year: 987,
        month: 12,
        day: 31,
        hour: 23,
        minute: 59,
        second: 59,
    };
    for (token, early_text, late_text) in [
        ("$DATE$", "2026/01/02", "0987/12/31"),
        ("$TIME$", "03:04:05", "23:59:59"),
        ("$PAGE_COUNT$", "17", "17"),
        ("$DAY$", "02", "31"),
        ("$MONTH$", "01", "12"),
        ("$YEAR$", "2026", "0987"),
    ] {
        let info = EndorserInfo {
            page_count: 17,
            values: &[],
        };
        let text = expand_endorser_text(token, &info, TIME).unwrap();
        assert_eq!(text, early_text);
        let text = expand_endorser_text(token, &info, late).unwrap();
        assert_eq!(text, late_text);
    }
}

#[test]
fn texts_with_tokens() {
    for (text, expected) in [
        ("", ""),
        ("no token", "no token"),
        ("$DATE$ $TIME$", "2026/01/02 03:04:05"),
        ("$DATE$$TIME$", "2026/01/0203:04:05"),
        ("page $PAGE_COUNT$.", "page 17."),
        ("$YEAR$-$MONTH$-$DAY$", "2026-01-02"),
        // The device's own.
        ("$BATCH$/$BATCH$", "B-9/B-9"),
        ("a@b", "aatb"),
        ("$GONE$x", "x"),
        ("ä ö", "ae ö"),
        // No tokens.
        ("$", "$"),
        ("$$", "$$"),
        ("$date$ $Date$ DATE", "$date$ $Date$ DATE"),
        ("$DATE $TIME$", "$DATE 03:04:05"),
        ("$UNKNOWN$", "$UNKNOWN$"),
        ("$DAY$TIME$", "02TIME$"),
        // WIA's first, then the first of the list; nothing is looked at twice.
        ("@@", "atat"),
        ("$PAGE_COUNT$ 17", "17 seventeen"),
        ("$OUTER$", "$BATCH$"),
    ] {
        let got = expand_endorser_text(text, &INFO, TIME).unwrap();
        assert_eq!(got, expected, "{text}");
    }
}

#[test]
fn the_string_of_the_root_is_read_from_any_item() {
    let (tree, item) = flatbed();
    tree.declare(WIA_DPS_ENDORSER_STRING, "$BATCH$ $DATE$", info(Access::RW));
    for item in [&tree, &item] {
        let text = parse_endorser_string(item, Some(&INFO), TIME).unwrap();
        assert_eq!(text, "B-9 2026/01/02");
    }
}

#[test]
fn without_info_there_are_no_own_tokens_and_no_pages() {
    let (tree, _) = flatbed();
    let text = "$PAGE_COUNT$ $BATCH$ $YEAR$";
    tree.declare(WIA_DPS_ENDORSER_STRING, text, info(Access::RW));
    let text = parse_endorser_string(&tree, None, TIME).unwrap();
    assert_eq!(text, "0 $BATCH$ 2026");
}

#[test]
fn a_device_without_an_endorser_string_is_refused() {
    let (_tree, item) = flatbed();
    let message = refused(parse_endorser_string(&item, None, TIME));
    assert!(message.contains("no such property"), "{message}");
}

#[test]
fn an_empty_token_is_refused() {
    let info = EndorserInfo {
        page_count: 0,
        values: &[("$A$", "a"), ("", "b")],
    };
    refused(expand_endorser_text("text", &info, TIME));
}

#[test]
fn the_text_has_at_most_260_characters() {
    let (tree, _) = flatbed();
    // UTF-16 counts: the last letter has two units.
    for (text, fits) in [
        ("x".repeat(260), true),
        ("x".repeat(261), false),
        (format!("{}𝄞", "x".repeat(258)), true),
        (format!("{}𝄞", "x".repeat(259)), false),
        (format!("{}$YEAR$", "x".repeat(256)), true),
        (format!("{}$YEAR$", "x".repeat(257)), false),
        (format!("$GONE${}", "x".repeat(260)), true),
    ] {
        tree.declare(WIA_DPS_ENDORSER_STRING, text.as_str(), info(Access::RW));
        match parse_endorser_string(&tree, Some(&INFO), TIME) {
            Ok(got) => assert!(fits && got.encode_utf16().count() == 260, "{text}"),
            Err(e) => assert!(!fits && e.to_string().contains("261"), "{text}: {e}"),
        }
        // A buffer of the caller has its own limit.
        expand_endorser_text(&text, &INFO, TIME).unwrap();
    }
}

#[test]
fn now_is_a_moment_of_the_calendar() {
    let (tree, _) = flatbed();
    tree.declare(WIA_DPS_ENDORSER_STRING, "$DATE$ $TIME$", info(Access::RW));
    let text = parse_endorser_string_now(&tree, None).unwrap();
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '9' } else { c })
        .collect();
    assert_eq!(shape, "9999/99/99 99:99:99");
    let now = EndorserTime::now();
    assert!(now.year >= 2026 && (1..=12).contains(&now.month) && (1..=31).contains(&now.day));
    assert!(now.hour < 24 && now.minute < 60 && now.second < 60);
}

proptest! {
    #[test]
    fn text_between_tokens_stays(parts in prop::collection::vec("[^$]{0,5}", 1..6)) {
        let info = EndorserInfo { page_count: 17, values: &[] };
        let text = expand_endorser_text(&parts.join("$PAGE_COUNT$"), &info, TIME).unwrap();
        prop_assert_eq!(text, parts.join("17"));
    }

    #[test]
    fn any_text_and_any_tokens_are_taken(
        text in "[$a-cä𝄞]{0,30}",
        token in "[$a-cä𝄞]{1,3}",
        value in "[$a-cä𝄞]{0,3}",
    ) {
        let values = [(token.as_str(), value.as_str())];
        let info = EndorserInfo { page_count: 0, values: &values };
        let got = expand_endorser_text(&text, &info, TIME).unwrap();
        prop_assert_eq!(got, text.replace(&token, &value));
    }
}
