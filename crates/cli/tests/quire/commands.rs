//! `quire devices` and `quire show`.

use serde_json::Value;

use crate::scratch::Scratch;

#[test]
fn devices_are_one_line_each_and_the_built_in_one_is_last() {
    let scratch = Scratch::new();
    let text = scratch.quire("devices").succeeds().text();
    let last = text.lines().last().unwrap();
    assert!(
        last.starts_with("virtual: ") && last.contains("built-in"),
        "{text}"
    );

    let list = scratch.quire("devices --json").succeeds().json();
    let last = list.as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["uri"], "virtual:");
    assert_eq!(last["built_in"], true);
}

#[test]
fn what_devices_prints_can_be_opened() {
    let scratch = Scratch::new();
    for line in scratch.quire("devices").succeeds().text().lines() {
        let uri = line.split("  ").next().unwrap();
        scratch.quire(&format!("show {uri}")).succeeds();
    }
}

#[test]
fn show_prints_the_tree_of_items() {
    let text = Scratch::new().quire("show virtual:").succeeds().text();
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[0].contains("Root") && lines[0].contains("root"),
        "{text}"
    );
    assert!(
        text.contains("Flatbed") && text.contains("Feeder"),
        "{text}"
    );
    assert!(
        text.contains("BMP") && text.contains("RAW") && text.contains("TIFF"),
        "{text}"
    );
    // Children are indented below the root; the layers around the driver come last.
    let (last, items) = lines[1..].split_last().unwrap();
    assert!(items.iter().all(|line| line.starts_with("  ")), "{text}");
    assert!(last.starts_with("layers: one-page-flatbed, "), "{text}");
}

#[test]
fn show_prints_the_tree_as_json() {
    let root = Scratch::new()
        .quire("show virtual: --json")
        .succeeds()
        .json();
    assert_eq!(root["category"], "root");
    let names: Vec<_> = root["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["name"].clone())
        .collect();
    assert!(
        names.contains(&"Flatbed".into()) && names.contains(&"Feeder".into()),
        "{names:?}"
    );
    assert_eq!(root["layers"][0], "one-page-flatbed");
}

#[test]
fn layers_are_switched_by_the_uri() {
    let layers = |uri: &str| {
        let root = Scratch::new()
            .quire(&format!("show {uri} --json"))
            .succeeds()
            .json();
        root["layers"].clone()
    };
    let list = serde_json::json!(["late-empty", "true-height", "true-resolution:say"]);
    assert_eq!(
        layers("virtual:?layers=-one-page-flatbed,true-resolution:say"),
        list
    );
    let none = serde_json::json!([]);
    assert_eq!(layers("virtual:?layers=none"), none);
    // What knows no streams has no layers.
    assert_eq!(layers("virtual:?model=legacy"), none);
    let text = Scratch::new()
        .quire("show virtual:?layers=none")
        .succeeds()
        .text();
    assert!(!text.contains("layers"), "{text}");
    let refused = Scratch::new().quire("show virtual:?layers=all").exits(2);
    refused.says(&["side-order"]);
}

fn property(item: &Value, name: &str) -> Value {
    let properties = item["properties"].as_array().unwrap();
    let found = properties.iter().find(|p| p["name"] == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {item:#}"))
        .clone()
}

#[test]
fn show_prints_the_properties_of_an_item() {
    let scratch = Scratch::new();
    let item = scratch
        .quire("show virtual: Flatbed --json")
        .succeeds()
        .json();
    assert_eq!(item["name"], "Flatbed");
    let xres = property(&item, "WIA_IPS_XRES");
    assert_eq!(xres["id"], 6147);
    assert_eq!(
        (&xres["type"], &xres["access"], &xres["unit"]),
        (&"I4".into(), &"RW".into(), &"dpi".into())
    );
    assert!(xres["value"].is_i64());
    assert_eq!(xres["valid"]["kind"], "list");
    assert!(
        xres["valid"]["values"]
            .as_array()
            .unwrap()
            .contains(&300.into())
    );
    assert_eq!(property(&item, "WIA_IPA_ITEM_NAME")["access"], "R");

    let text = scratch.quire("show virtual: Flatbed").succeeds().text();
    let line = text
        .lines()
        .find(|l| l.starts_with("WIA_IPS_XRES "))
        .unwrap();
    for part in ["I4", "RW", "dpi", "75", "300", "1200"] {
        assert!(line.contains(part), "no {part:?} in {line}");
    }
    let line = text
        .lines()
        .find(|l| l.starts_with("WIA_IPA_DATATYPE "))
        .unwrap();
    assert!(
        line.contains("3 (COLOR)") && line.contains("0 (THRESHOLD)"),
        "{line}"
    );
}

#[test]
fn an_item_has_a_name_and_a_full_name() {
    let scratch = Scratch::new();
    let by_name = scratch
        .quire("show virtual: feeder --json")
        .succeeds()
        .json();
    let full = by_name["full_name"].as_str().unwrap();
    let by_full_name = scratch
        .quire(&format!("show virtual: {full} --json"))
        .succeeds()
        .json();
    assert_eq!(by_name, by_full_name);
    let root = scratch.quire("show virtual: Root --json").succeeds().json();
    assert_eq!(root["category"], "root");
    property(&root, "WIA_DIP_DEV_NAME");
}

#[test]
fn an_item_that_does_not_exist() {
    let ended = Scratch::new().quire("show virtual: Tray7").exits(2);
    ended.says(&["Tray7", "Flatbed", "Feeder"]);
}

#[test]
fn a_device_that_cannot_be_shown() {
    let scratch = Scratch::new();
    scratch.quire("show foo").exits(3).says(&["foo"]);
    scratch.quire("show com:x").exits(3).says(&["com:"]);
    scratch
        .quire("show --in-process com:x")
        .exits(2)
        .says(&["a process of its own"]);
}
