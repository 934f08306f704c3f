//! Where documents go: files, links, devices, pipes, and places that are full.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use crate::documents;
use crate::scratch::{QUIRE, Scratch, start, start_into};

const SMALL: &str = "scan -d virtual:?sheets=3 -s feeder -r 75 -m gray";
const FLATBED: &str = "scan -d virtual: -s flatbed -r 75 -m gray";

#[test]
fn an_older_document_is_replaced_by_a_complete_one() {
    let scratch = Scratch::new();
    fs::write(scratch.path("out.tiff"), vec![b'x'; 10_000_000]).unwrap();
    scratch.quire(&format!("{SMALL} -o out.tiff")).succeeds();
    assert_eq!(scratch.names(), ["out.tiff"]);
    assert_eq!(documents::tiff(&scratch.path("out.tiff")).len(), 3);
}

#[test]
fn a_symbolic_link_stays_one_and_its_target_is_written() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("far")).unwrap();
    symlink("far/real.tiff", scratch.path("out.tiff")).unwrap();
    for _ in 0..2 {
        // The first time it leads to nothing yet.
        scratch.quire(&format!("{SMALL} -o out.tiff")).succeeds();
        assert!(scratch.path("out.tiff").is_symlink());
        assert_eq!(documents::tiff(&scratch.path("far/real.tiff")).len(), 3);
        assert_eq!(fs::read_dir(scratch.path("far")).unwrap().count(), 1);
        assert_eq!(scratch.names(), ["far", "out.tiff"]);
    }
}

#[test]
fn a_directory_is_no_output() {
    let scratch = Scratch::new();
    let line = format!("{FLATBED} -f tiff -o sub/");
    scratch.quire(&line).exits(2).says(&["sub/", "directory"]);
    fs::create_dir(scratch.path("sub")).unwrap();
    scratch.quire(&line).exits(2).says(&["sub/", "directory"]);
    let line = format!("{FLATBED} -f tiff -o sub");
    scratch.quire(&line).exits(7).says(&["sub", "directory"]);
}

#[test]
fn standard_output_takes_one_page() {
    let scratch = Scratch::new();
    let ended = scratch.quire(&format!("{FLATBED} -f png -o -")).succeeds();
    fs::write(scratch.path("out.png"), &ended.stdout).unwrap();
    assert_eq!(documents::png_pixels(&scratch.path("out.png")).kind, "P5");
    let ended = scratch.quire(&format!("{FLATBED} -f raw -o -")).succeeds();
    assert_eq!(&ended.stdout[..4], b"WRAW");
}

#[test]
fn dev_stdout_is_whatever_standard_output_is() {
    let scratch = Scratch::new();
    let ended = scratch
        .quire(&format!("{FLATBED} -f raw -o /dev/stdout"))
        .succeeds();
    assert_eq!(&ended.stdout[..4], b"WRAW");
    // Also a file, which is then written as it comes.
    let file = fs::File::create(scratch.path("out.raw")).unwrap();
    let command = scratch.command(&format!("{FLATBED} -f raw -o /dev/stdout"));
    start_into(command, file.into()).end().succeeds();
    assert_eq!(scratch.names(), ["out.raw"]);
    assert!(fs::read(scratch.path("out.raw")).unwrap() == ended.stdout);
}

#[test]
fn a_name_need_not_be_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let scratch = Scratch::new();
    let name = OsStr::from_bytes(b"caf\xe9.tiff");
    let mut command = scratch.command(&format!("{SMALL} --json -o"));
    command.arg(name);
    let ended = start(command).end().exits(0);
    assert_eq!(ended.events().last().unwrap()["pages"], 3);
    assert!(scratch.path(name).is_file());
}

#[test]
fn a_tiff_goes_into_a_pipe() {
    for options in [
        "-c none",
        "-c deflate",
        "-c jpeg",
        "-m bw -c g3",
        "-m bw -c g4",
    ] {
        let scratch = Scratch::new();
        let line = format!("{SMALL} {options}");
        let ended = scratch.quire(&format!("{line} -f tiff -o -")).succeeds();
        fs::write(scratch.path("pipe.tiff"), &ended.stdout).unwrap();
        scratch.quire(&format!("{line} -o out.tiff")).succeeds();
        assert_eq!(documents::tiff(&scratch.path("pipe.tiff")).len(), 3);
        for page in 0..3 {
            let piped = documents::tiff_pixels(&scratch.path("pipe.tiff"), page);
            assert!(piped == documents::tiff_pixels(&scratch.path("out.tiff"), page));
        }
    }
}

#[test]
fn a_pipe_whose_reader_went_away() {
    let scratch = Scratch::new();
    let line = format!("{FLATBED} -r 300 -f raw -o -");
    let mut command = Command::new("bash");
    // The reader takes a little and goes.
    let script = format!("set -o pipefail; {QUIRE} {line} | head -c 100 >/dev/null");
    command.args(["-c", &script]).current_dir(scratch.dir());
    start(command).end().exits(7).says(&["pipe"]);
}

#[test]
fn standard_output_that_is_closed() {
    let scratch = Scratch::new();
    let bash = |line: &str, to: &str| {
        let mut command = Command::new("bash");
        command.args(["-c", &format!("{QUIRE} {line} {to}")]);
        command.current_dir(scratch.dir());
        start(command).end()
    };
    for place in ["-", "/dev/stdout"] {
        let line = format!("{FLATBED} -f raw -o {place}");
        let ended = bash(&line, ">&-").exits(7);
        ended.says(&["standard output is closed"]);
        let ended = bash(&format!("{line} --json"), ">&-").exits(7);
        assert_eq!(ended.events().len(), 1);
        // Also an open device may take it all and forget it.
        bash(&line, ">/dev/null").succeeds();
    }
    bash(&format!("{FLATBED} -o out.tiff"), ">&-").succeeds();
    assert_eq!(scratch.names(), ["out.tiff"]);
}

#[test]
fn a_document_that_cannot_get_its_name_is_not_called_no_page() {
    let scratch = Scratch::new();
    let slow = "scan --json -d virtual:?ppm=120&sheets=90 -s feeder -r 75 -m gray -o out.tiff";
    let mut scan = scratch.start(slow);
    scan.wait_for_page(1);
    fs::create_dir(scratch.path("out.tiff")).unwrap();
    scan.send(rustix::process::Signal::INT);
    let events = scan.end().exits(7).events();
    let message = events.last().unwrap()["message"].as_str().unwrap();
    assert!(message.contains("the data is in"), "{message}");
    assert!(!message.contains("no page"), "{message}");
}

#[test]
fn an_output_is_named_also_when_the_message_has_its_letters() {
    let scratch = Scratch::new();
    for name in ["p", "pipe", "Broken", "a\nb"] {
        fifo(&scratch, name);
        let mut reader = Command::new("head");
        reader.args(["-c", "100", "--", name]);
        reader.current_dir(scratch.dir());
        let reader = start(reader);
        let mut command = scratch.command(&format!("{FLATBED} -r 300 -f raw -o"));
        command.arg(name);
        let ended = start(command).end().exits(7);
        let name = name.replace('\n', " ");
        let begin = format!("quire: {name}: Broken pipe");
        assert!(ended.stderr.starts_with(&begin), "{}", ended.stderr);
        ended.says(&[]);
        reader.end();
    }
}

#[test]
fn results_into_a_closed_pipe() {
    let scratch = Scratch::new();
    for line in [
        "devices",
        "show virtual:",
        "show virtual: Root --json",
        "scan -d virtual: -o a.tiff --check",
        "--help",
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = start_into(scratch.command(line), writer.into()).end();
        ended.exits(7).says(&["standard output", "pipe"]);
    }
}

#[test]
fn dev_null_takes_a_document_and_dev_full_does_not() {
    let scratch = Scratch::new();
    for format in ["tiff", "png", "raw", "jpeg"] {
        let line = format!("{FLATBED} -f {format} -o");
        scratch.quire(&format!("{line} /dev/null")).succeeds();
        let full = scratch.quire(&format!("{line} /dev/full")).exits(7);
        full.says(&["/dev/full", "o space left"]);
    }
    assert_eq!(scratch.names(), [""; 0]);
}

#[test]
fn a_fifo_is_written_directly() {
    let scratch = Scratch::new();
    fifo(&scratch, "pipe");
    let mut reader = Command::new("cat");
    reader.arg("pipe").current_dir(scratch.dir());
    let reader = start(reader);
    scratch
        .quire(&format!("{FLATBED} -f png -o pipe"))
        .succeeds();
    fs::write(scratch.path("out.png"), reader.end().stdout).unwrap();
    documents::png_pixels(&scratch.path("out.png"));
    assert_eq!(scratch.names(), ["out.png", "pipe"]);
}

#[test]
fn a_fifo_that_closes_early() {
    let scratch = Scratch::new();
    fifo(&scratch, "pipe");
    let mut reader = Command::new("head");
    reader
        .args(["-c", "100", "pipe"])
        .current_dir(scratch.dir());
    let reader = start(reader);
    let ended = scratch
        .quire(&format!("{FLATBED} -r 300 -f raw -o pipe"))
        .exits(7);
    ended.says(&["pipe"]);
    assert_eq!(reader.end().stdout.len(), 100);
}

fn fifo(scratch: &Scratch, name: &str) {
    let mut command = Command::new("mkfifo");
    command.arg(scratch.path(name));
    start(command).end().exits(0);
}

#[test]
fn two_scans_into_one_file() {
    let scratch = Scratch::new();
    let slow = "scan --json -d virtual:?ppm=120&sheets=90 -s feeder -r 75 -m gray -o out.tiff";
    let mut first = scratch.start(slow);
    first.wait_for_page(1);
    let second = scratch.quire(&format!("{SMALL} -o out.tiff")).exits(6);
    assert!(!second.stderr.contains("no page"), "{}", second.stderr);
    second.says(&["out.tiff", "in use"]);
    first.send(rustix::process::Signal::INT);
    first.end().exits(130);
    assert_eq!(scratch.names(), ["out.tiff"]);
}

#[test]
fn a_partial_file_that_a_crash_left_is_never_overwritten() {
    let scratch = Scratch::new();
    fs::write(scratch.path(".out.tiff.partial"), "precious").unwrap();
    let ended = scratch.quire(&format!("{SMALL} -o out.tiff")).exits(7);
    ended.says(&[".out.tiff.partial", "quire recover"]);
    assert_eq!(
        fs::read(scratch.path(".out.tiff.partial")).unwrap(),
        b"precious"
    );
    assert_eq!(scratch.names(), [".out.tiff.partial"]);
}

/// Runs a script in a mount namespace of its own, in which `small` is a file system of `size`.
pub(crate) fn with_small_disk(
    scratch: &Scratch,
    size: &str,
    script: &str,
) -> crate::scratch::Ended {
    fs::create_dir(scratch.path("small")).unwrap();
    let script = format!("mount -t tmpfs -o size={size} none small && {{ {script}; }}");
    let mut command = Command::new("unshare");
    if !rustix::process::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    command
        .args(["--mount", "bash", "-c", &script])
        .current_dir(scratch.dir())
        .stdin(Stdio::null());
    start(command).end()
}

#[test]
fn a_disk_too_small_for_one_page_is_left_as_it_was() {
    let scratch = Scratch::new();
    let script = format!(
        "{QUIRE} scan -d virtual: -s feeder -r 75 -m gray -c none -o small/out.tiff; \
         code=$?; ls -A small; exit $code"
    );
    let ended = with_small_disk(&scratch, "100k", &script).exits(7);
    assert_eq!(ended.text(), "");
    ended.says(&["o space left", "no page was complete"]);
}

#[test]
fn a_limit_on_the_size_of_files_is_a_full_disk() {
    let scratch = Scratch::new();
    // In pieces of 1024 bytes; a page is 2.2 MB. The memory that is shared with a process of a driver is a file too,
    // of 4 MiB.
    let scan = "scan -d virtual:?sheets=3 -s feeder -r 150 -m gray";
    let script = format!("ulimit -f 5000; {QUIRE} {scan} -c none -o out.tiff");
    let mut command = Command::new("bash");
    command.args(["-c", &script]).current_dir(scratch.dir());
    let ended = start(command).end().exits(7);
    ended.says(&[
        "out.tiff: File too large",
        "2 complete pages kept in out.tiff",
    ]);
    assert_eq!(scratch.names(), ["out.tiff"]);
    assert_eq!(documents::tiff(&scratch.path("out.tiff")).len(), 2);
}

#[test]
fn the_document_has_the_permissions_of_any_new_file() {
    let scratch = Scratch::new();
    let script = format!("umask 027; {QUIRE} {SMALL} -o out.tiff");
    let mut command = Command::new("bash");
    command.args(["-c", &script]).current_dir(scratch.dir());
    start(command).end().exits(0);
    let mode = fs::metadata(scratch.path("out.tiff"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
}
