//! Wrong usage, and what a command line without a mistake prints.

use crate::scratch::Scratch;

/// Nothing was scanned and no file was made.
#[track_caller]
fn refused(line: &str, code: i32, parts: &[&str]) {
    let scratch = Scratch::new();
    let ended = scratch.quire(line).exits(code).says(parts);
    assert_eq!(ended.stdout, b"", "{line}");
    assert_eq!(scratch.names(), [""; 0], "{line}");
}

#[test]
fn help_and_version_go_to_standard_output() {
    let scratch = Scratch::new();
    for line in [
        "--help",
        "-h",
        "scan --help",
        "scan -h",
        "show --help",
        "devices --help",
        "convert --help",
    ] {
        let ended = scratch.quire(line).succeeds();
        assert!(ended.text().contains("Usage: quire"), "{line}");
    }
    let help = scratch.quire("--help").text();
    for code in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130] {
        assert!(help.contains(&format!("\n  {code:<3}  ")), "{code}: {help}");
    }
    let version = scratch.quire("--version").succeeds().text();
    assert_eq!(version, format!("quire {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn no_line_of_help_is_longer_than_a_page_is_wide() {
    let scratch = Scratch::new();
    for line in ["--help", "scan --help", "show --help", "convert --help"] {
        for text in scratch.quire(line).text().lines() {
            assert!(text.chars().count() <= 100, "{line}: {text}");
        }
    }
}

#[test]
fn without_a_command_the_help_goes_to_standard_error() {
    let ended = Scratch::new().quire("").exits(2);
    assert_eq!(ended.stdout, b"");
    assert!(ended.stderr.contains("Usage: quire <COMMAND>"));
}

#[test]
fn mistakes_are_one_line_and_exit_2() {
    refused("scna -o a.tiff", 2, &["scna", "devices, show, scan"]);
    refused("scan", 2, &["--output <PATH>"]);
    refused("scan -o a.tiff --nonsense", 2, &["--nonsense"]);
    refused("scan -o a.tiff -r many", 2, &["'many'", "--resolution"]);
    refused("scan -o a.tiff -r -300", 2, &["-300", "--resolution"]);
    refused("scan -o a.tiff -s drum", 2, &["drum", "flatbed", "duplex"]);
    refused("scan -o a.tiff -m sepia", 2, &["sepia", "color, gray, bw"]);
    refused("scan -o a.tiff -q 101", 2, &["101", "--quality", "1..=100"]);
    refused("scan -o a.tiff -n -1", 2, &["-1", "--pages"]);
    for many in ["2147483648", "4294967296", "99999999999"] {
        let line = format!("scan -d virtual: -o a.tiff -n {many}");
        refused(&line, 2, &[many, "--pages", "0..=2147483647"]);
    }
    refused("scan -o a.tiff -v --quiet", 2, &["--verbose", "--quiet"]);
    refused("show", 2, &["<DEVICE>"]);
    refused("devices virtual:", 2, &["virtual:"]);
}

#[test]
fn an_option_that_stands_there_twice_counts_as_it_stands_last() {
    let scratch = Scratch::new();
    let line = "scan -d foo -d virtual: -r 75 -r 150 --check -o a.png -o b.tiff";
    let text = scratch.quire(line).succeeds().text();
    assert!(
        text.contains("150 dpi") && text.contains("b.tiff"),
        "{text}"
    );
}

#[test]
fn commands_of_later_versions_exit_2() {
    for command in ["enhance", "serve"] {
        refused(command, 2, &[command, "not in this version"]);
        refused(
            &format!("{command} --help -x y"),
            2,
            &[command, "not in this version"],
        );
    }
}

#[test]
fn a_mistake_with_line_breaks_is_one_line_too() {
    let scratch = Scratch::new();
    for words in [
        ["-o", "a\nb"],
        ["-o", "a\nb.xyz"],
        ["-o", "a\nb.xpdf"],
        ["--set", "a\nb"],
        ["--resolution", "a\nb"],
        ["--page", "a\nb"],
        ["--area", "1\n2"],
    ] {
        let mut command = scratch.command("scan -d virtual: -o a.tiff");
        command.args(words);
        let ended = crate::scratch::start(command).end().exits(2);
        ended.says(&[words[1].replace('\n', " ").as_str()]);
    }
    let mut command = scratch.command("scan -d virtual: --check -r 75 -o");
    command.arg("a\nb.tiff");
    let text = crate::scratch::start(command).end().succeeds().text();
    assert!(text.contains("\noutput    a b.tiff\n"), "{text}");
}

#[test]
fn the_virtual_scanner_is_never_chosen_by_itself() {
    refused("scan -o a.tiff", 3, &["-d virtual:"]);
}

#[test]
fn a_mistake_is_an_event_where_events_are_asked_for() {
    let scratch = Scratch::new();
    for (line, code) in [
        ("scan --json -o a.tiff --nonsense", 2),
        ("scan --json", 2),
        ("scan --json -o a.tiff", 3),
        ("scan --json -o a.tiff -d nowhere:", 3),
        ("scan --json -o a.jpg -m bw -d virtual:", 2),
        ("scan --json -o a.tiff -d virtual: -r 0", 2),
    ] {
        let events = scratch.quire(line).exits(code).events();
        let end = events.last().unwrap();
        assert_eq!(
            (&end["code"], &end["pages"]),
            (&code.into(), &0.into()),
            "{line}"
        );
        assert!(end["message"].as_str().unwrap().len() > 10, "{line}: {end}");
    }
}

#[test]
fn a_bad_epoch_is_refused() {
    let scratch = Scratch::new();
    let mut command = scratch.command("scan -d virtual: -o a.tiff");
    command.env("SOURCE_DATE_EPOCH", "yesterday");
    let ended = crate::scratch::start(command).end();
    ended.exits(2).says(&["SOURCE_DATE_EPOCH", "yesterday"]);
}
