//! Man pages and completions, read by those who use them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

use std::path::Path;
use std::process::{Command, Output};

const COMMANDS: [&str; 3] = ["devices", "show", "scan"];

fn run(command: &mut Command) -> Output {
    let program = command.get_program().to_owned();
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{}: {e} (./test installs it)", program.display()));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", program.display());
    assert_eq!(stderr, "", "{}", program.display());
    output
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn groff_formats_every_man_page_without_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    xtask::man_pages(dir.path()).unwrap();
    let mut pages: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    assert_eq!(
        pages,
        [
            "quire-check.1",
            "quire-convert.1",
            "quire-devices.1",
            "quire-preview.1",
            "quire-recover.1",
            "quire-scan.1",
            "quire-show.1",
            "quire-upload.1",
            "quire.1"
        ]
    );
    for page in pages {
        let shown = run(Command::new("groff")
            .args(["-man", "-ww", "-Kutf8", "-Tutf8", "-P-cbou"])
            .arg(dir.path().join(&page)));
        let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
        assert!(
            shown.contains("NAME") && shown.contains("SYNOPSIS"),
            "{page}: {shown}"
        );
    }
    assert!(text(&dir.path().join("quire.1")).contains(".SH \"EXIT CODES\""));
    let scan = text(&dir.path().join("quire-scan.1"));
    for heading in ["EXAMPLES", "FILES", "ENVIRONMENT"] {
        assert!(
            scan.contains(&format!(".SH \"{heading}\"")),
            "{heading}: {scan}"
        );
    }
}

#[test]
fn there_is_a_completion_for_each_shell() {
    let dir = tempfile::tempdir().unwrap();
    xtask::completions(dir.path()).unwrap();
    for file in [
        "quire.bash",
        "quire.elv",
        "quire.fish",
        "_quire.ps1",
        "_quire",
    ] {
        let text = text(&dir.path().join(file));
        for word in COMMANDS.into_iter().chain(["resolution", "no-prompt"]) {
            assert!(text.contains(word), "{file} lacks {word}");
        }
    }
}

/// What bash offers after `line`.
fn bash_offers(completions: &Path, line: &[&str]) -> Vec<String> {
    const SCRIPT: &str = r#"
        source "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
        _quire quire "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let output = run(Command::new("bash")
        .args(["--norc", "-c", SCRIPT, "bash"])
        .arg(completions)
        .args(line));
    let stdout = String::from_utf8(output.stdout).unwrap();
    stdout.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_options_and_values() {
    let dir = tempfile::tempdir().unwrap();
    xtask::completions(dir.path()).unwrap();
    let file = dir.path().join("quire.bash");
    assert_eq!(bash_offers(&file, &["quire", "sc"]), ["scan"]);
    // Commands of later versions are not offered.
    assert_eq!(bash_offers(&file, &["quire", "serv"]), [""; 0]);
    assert_eq!(
        bash_offers(&file, &["quire", "scan", "--resol"]),
        ["--resolution"]
    );
    assert_eq!(
        bash_offers(&file, &["quire", "scan", "--source", "f"]),
        ["flatbed", "feeder", "film"]
    );
}
