//! What a device URI means.

use proptest::prelude::*;
use quire_devices::DeviceUri;
use wia::ErrorKind;

#[track_caller]
fn check(text: &str, path: &str, params: &[(&str, &str)]) {
    let uri = DeviceUri::parse(text).unwrap();
    assert_eq!(uri.scheme(), "virtual", "{text}");
    assert_eq!(uri.path(), path, "{text}");
    let found: Vec<_> = uri
        .params()
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    assert_eq!(found, params, "{text}");
}

#[test]
fn parts_of_a_uri() {
    check("virtual:", "", &[]);
    check("VIRTUAL:", "", &[]);
    check("virtual:?", "", &[]);
    check("virtual:pages", "pages", &[]);
    check("virtual:/a b/ü:c", "/a b/ü:c", &[]);
    check("virtual:?seed=7", "", &[("seed", "7")]);
    check(
        "virtual:DIR?seed=7&ppm=60&jam=7,31,59",
        "DIR",
        &[("seed", "7"), ("ppm", "60"), ("jam", "7,31,59")],
    );
    check("virtual:?name=", "", &[("name", "")]);
    check("virtual:?a=b=c", "", &[("a", "b=c")]);
    check("virtual:x?data.Mode=a", "x", &[("data.Mode", "a")]);
    check("virtual:x?other.Mode=a", "x?other.Mode=a", &[]);
}

#[test]
fn a_question_mark_belongs_to_the_path_unless_a_key_follows() {
    check("virtual:what?", "what?", &[]);
    check("virtual:./?", "./?", &[]);
    check("virtual:what?/dir", "what?/dir", &[]);
    check("virtual:what?/x=y", "what?/x=y", &[]);
    check("virtual:what??seed=1", "what?", &[("seed", "1")]);
    check("virtual:a?b=c?seed=1", "a?b=c", &[("seed", "1")]);
    check("virtual:a?seed=1?", "a", &[("seed", "1?")]);
}

#[test]
fn values_are_percent_decoded_and_the_path_is_not() {
    check("virtual:100%25?x=100%25", "100%25", &[("x", "100%")]);
    check("virtual:?x=a%26b%3Dc%3f", "", &[("x", "a&b=c?")]);
    check("virtual:?x=%C3%BC+", "", &[("x", "ü+")]);
}

#[test]
fn what_is_no_uri_names_no_device() {
    for text in ["", "foo", ":", ":x", "7:x", "a b:", "/dev/x", "ü:"] {
        let e = DeviceUri::parse(text).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::NoDeviceAvailable, "{text}: {e}");
    }
}

#[test]
fn a_query_that_is_wrong_is_an_invalid_argument() {
    for (text, part) in [
        ("virtual:?seed=1&seed=2", "\"seed\" stands there twice"),
        ("virtual:?seed=1&jam", "\"jam\" is not KEY=VALUE"),
        ("virtual:?seed=1&", "\"\" is not KEY=VALUE"),
        ("virtual:?seed=1&a b=2", "\"a b=2\" is not KEY=VALUE"),
        ("virtual:?seed=%4", "two hexadecimal digits"),
        ("virtual:?seed=%+1", "two hexadecimal digits"),
        ("virtual:?seed=%C3", "UTF-8"),
    ] {
        let e = DeviceUri::parse(text).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{text}: {e}");
        assert!(e.to_string().contains(part), "{text}: {e}");
        assert!(e.to_string().contains(text), "{text}: {e}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".*") {
        let _ = DeviceUri::parse(&text);
        let _ = DeviceUri::parse(&format!("virtual:{text}"));
        let _ = DeviceUri::parse(&format!("virtual:x?a={text}"));
    }

    #[test]
    fn what_was_parsed_prints_as_itself(path in "[a-z?/%=]{0,8}", values in prop::collection::vec("[ -~äß]{0,6}", 0..4)) {
        let mut text = format!("virtual:{path}");
        for (i, value) in values.iter().enumerate() {
            text += if i == 0 { "?" } else { "&" };
            let value: String = value.bytes().map(|b| format!("%{b:02x}")).collect();
            text += &format!("k{i}={value}");
        }
        let Ok(uri) = DeviceUri::parse(&text) else {
            // A path that itself holds a query which is wrong.
            return Ok(());
        };
        prop_assert_eq!(DeviceUri::parse(&uri.to_string()).unwrap(), uri.clone());
        if !values.is_empty() {
            let found: Vec<_> = uri.params().iter().map(|(_, v)| v.clone()).collect();
            prop_assert_eq!(found, values);
            prop_assert_eq!(uri.path(), path);
        }
    }
}
