//! The configuration: names, defaults, profiles. What was typed wins.

use serde_json::Value;

use crate::scratch::Scratch;

const CONFIG: &str = r#"
default = "desk"

[devices.desk]
uri = "virtual:?sheets=2"
mode = "gray"
resolution = 100

[devices.other]
uri = "virtual:?sheets=3"

[profiles.letters]
source = "duplex"
resolution = 75
format = "pdf"
filter = ["contrast=100"]

[profiles.elsewhere]
device = "other"
mode = "bw"
"#;

#[track_caller]
fn checked(scratch: &Scratch, line: &str) -> Value {
    scratch
        .quire(&format!("scan --check --json -o a.tiff {line}"))
        .exits(0)
        .json()
}

#[test]
fn device_profile_and_what_was_typed_in_this_order() {
    let scratch = Scratch::new();
    scratch.configure(CONFIG);
    // Line, device, dots an inch, mode, format.
    let cases = [
        ("", "virtual:?sheets=2", 100, "gray, 8 bits", "TIFF"),
        (
            "-m color",
            "virtual:?sheets=2",
            100,
            "color, 8 bits a channel",
            "TIFF",
        ),
        (
            "--profile letters",
            "virtual:?sheets=2",
            75,
            "gray, 8 bits",
            "PDF",
        ),
        (
            "--profile letters -r 150 -f tiff",
            "virtual:?sheets=2",
            150,
            "gray, 8 bits",
            "TIFF",
        ),
        (
            "--profile elsewhere",
            "virtual:?sheets=3",
            300,
            "bw, 1 bit",
            "TIFF",
        ),
        (
            "--profile letters -d other",
            "virtual:?sheets=3",
            75,
            "color, 8 bits a channel",
            "PDF",
        ),
        (
            "-d virtual:",
            "virtual:",
            300,
            "color, 8 bits a channel",
            "TIFF",
        ),
    ];
    for (line, device, dpi, mode, format) in cases {
        let plan = checked(&scratch, line);
        let expected: [Value; 4] = [device.into(), dpi.into(), mode.into(), format.into()];
        let found = ["device", "x_dpi", "mode", "format"].map(|key| plan[key].clone());
        assert_eq!(found, expected, "{line}: {plan}");
    }
    let text = scratch
        .quire("scan --check --profile letters -o a.pdf")
        .succeeds()
        .text();
    assert!(text.contains("contrast"), "{text}");
}

#[test]
fn names_stand_for_devices_everywhere() {
    let scratch = Scratch::new();
    scratch.configure(&format!(
        "{CONFIG}[devices.store]\nuri = \"folder:{}\"\n",
        scratch.dir().display()
    ));
    std::fs::write(scratch.path("a.txt"), "text").unwrap();
    scratch.quire("upload store b.txt a.txt").succeeds();
    assert_eq!(std::fs::read(scratch.path("b.txt")).unwrap(), b"text");
    let text = scratch.quire("show desk").succeeds().text();
    assert!(text.contains("Feeder"), "{text}");
    scratch.quire("preview -o look.png").succeeds();
    let text = scratch.quire("devices").succeeds().text();
    assert!(
        text.contains("virtual:?sheets=3") && text.contains("[other]"),
        "{text}"
    );
}

#[test]
fn what_is_wrong_is_told_with_file_and_place() {
    let wrong = [
        ("x = 1", "", "there is no x"),
        (
            "[devices.desk]\nuri = \"virtual:\"\nmode = \"pink\"",
            "-d desk",
            "devices.desk.mode: ",
        ),
        (
            "[profiles.p]\ncheck = true",
            "--profile p -d virtual:",
            "profiles.p: no option check",
        ),
        (
            "[profiles.p]\nappend = 1",
            "--profile p -d virtual:",
            "profiles.p.append: it takes true or false",
        ),
        (
            "[profiles.p]\nmode = true",
            "--profile p -d virtual:",
            "profiles.p.mode: it takes a value",
        ),
        ("", "--profile q -d virtual:", "no profile \"q\""),
    ];
    let scratch = Scratch::new();
    for (config, line, message) in wrong {
        scratch.configure(config);
        let ended = scratch.quire(&format!("scan -o a.tiff {line}"));
        ended.exits(2).says(&["config.toml", message]);
    }
    scratch.configure(CONFIG);
    let ended = scratch.quire("scan -o a.tiff -d nothing");
    ended.exits(3).says(&["\"nothing\"", "desk, other"]);
    // The end is an event here too.
    let events = scratch
        .quire("scan --json -o a.tiff --profile q")
        .exits(2)
        .events();
    assert_eq!(events.last().unwrap()["code"], 2);
}
