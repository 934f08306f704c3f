//! The example of an application in C++, whose documents are those of `quire scan`.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use super::{hello, library_folder};
use crate::scratch::{Ended, LIMIT, QUIRE, Running, Scratch, start, wait};

/// What looks for memory that is used wrongly or not freed, also in the library. The objects of the library are no
/// classes of C++, so that their types cannot be asked for.
const SANITIZERS: [&str; 3] = [
    "-fsanitize=address,undefined",
    "-fno-sanitize=vptr",
    "-fno-sanitize-recover=undefined",
];

/// Compiles an application.
pub(super) fn build(name: &str, sources: impl IntoIterator<Item = PathBuf>) -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let name = format!("{name}-{}", std::process::id());
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let library = library_folder();
    let output = Command::new("g++")
        .args(["-std=c++14", "-Wall", "-Wextra", "-Wpedantic", "-pthread"])
        .args(SANITIZERS)
        .arg("-I")
        .arg(repository.join("crates/com/include"))
        .arg("-o")
        .arg(&program)
        .args(sources)
        .arg("-L")
        .arg(&library)
        .arg(format!("-Wl,-rpath,{}", library.display()))
        .arg("-lwiaservc")
        .output()
        .unwrap_or_else(|e| panic!("g++ (Debian: g++): {e}"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
    program
}

/// The example.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let sources = fs::read_dir(repository.join("examples/c++/application"));
        let sources = sources.unwrap().map(|entry| entry.unwrap().path());
        build(
            "wia_scan",
            sources.filter(|path| path.extension().is_some_and(|ending| ending == "cpp")),
        )
    })
}

/// A scratch folder with what both programs need: SANE's test back end alone, and a program that holds devices for
/// the application.
pub(super) fn scratch() -> Scratch {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("sane.d")).unwrap();
    fs::write(scratch.path("sane.d/dll.conf"), "test\n").unwrap();
    let test = "number_of_devices 1\ngeometry_max 300\nresolution 50\n";
    fs::write(scratch.path("sane.d/test.conf"), test).unwrap();
    let host = scratch.path("host");
    fs::write(
        &host,
        format!("#!/bin/sh\nexec '{QUIRE}' driver-host \"$@\"\n"),
    )
    .unwrap();
    fs::set_permissions(&host, fs::Permissions::from_mode(0o700)).unwrap();
    scratch
}

/// What both programs find in their environment.
fn prepared(scratch: &Scratch, mut command: Command) -> Command {
    command
        .env("SANE_CONFIG_DIR", scratch.path("sane.d"))
        .env("QUIRE_DRIVER_HOST", scratch.path("host"))
        .env("LD_LIBRARY_PATH", library_folder())
        .env("QUIRE_WIASERVC", library_folder().join("libwiaservc.so"))
        .env("SOURCE_DATE_EPOCH", "1700000000");
    command
}

/// The application with the words of `line`.
fn command(scratch: &Scratch, line: &str) -> Command {
    command_of(scratch, program(), line)
}

pub(super) fn command_of(scratch: &Scratch, program: &Path, line: &str) -> Command {
    let mut command = Command::new(program);
    command
        .args(line.split_whitespace())
        .current_dir(scratch.dir())
        .stdin(Stdio::null());
    for (name, value) in scratch.command("").get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    prepared(scratch, command)
}

fn application(scratch: &Scratch, line: &str) -> Running {
    start(command(scratch, line))
}

#[track_caller]
fn scans(scratch: &Scratch, line: &str) -> Ended {
    let ended = application(scratch, line).end();
    assert_eq!(ended.code, Some(0), "{line}: {}", ended.stderr);
    ended
}

/// Scans with both programs by all kinds of transfer, and compares what came of it.
#[track_caller]
fn alike(device: &str, size: &str) {
    let scratch = scratch();
    for (kind, format) in [("memory", "bmp"), ("file", "bmp"), ("stream", "tiff")] {
        let (ours, theirs) = (format!("quire.{format}"), format!("application.{format}"));
        let compression = if kind == "stream" { "-c none" } else { "" };
        let line = format!("scan -d {device} -s flatbed -t {kind} {compression} -r 75 -o {ours}");
        let ended = start(prepared(&scratch, scratch.command(&line))).end();
        assert_eq!(ended.code, Some(0), "{line}: {}", ended.stderr);
        let line = format!(
            "-d {device} -i Flatbed -t {kind} -f {format} -p 6147=75 -p 6148=75 {size} -o {theirs}"
        );
        scans(&scratch, &line);
        let [ours, theirs] = [ours, theirs].map(|name| fs::read(scratch.path(name)).unwrap());
        assert!(ours == theirs, "{device} {kind}: other bytes");
    }
}

#[test]
fn documents_are_those_of_quire() {
    // Quire finds that the sheet on the glass is A4.
    alike("virtual:?seed=7", "-p 6151=620 -p 6152=877");
    alike("sane:test:0", "");
    for mode in ["stream", "legacy"] {
        let device = format!("com:{}?data.Mode={mode}", hello().display());
        alike(&device, "");
    }
}

#[test]
fn what_the_options_say_is_done() {
    let scratch = scratch();
    pages_are_skipped_and_counted(&scratch);
    a_file_is_uploaded(&scratch);
    what_is_wrong_is_told(&scratch);
}

fn pages_are_skipped_and_counted(scratch: &Scratch) {
    let feeder = "-d virtual:?sheets=3&seed=5 -i Feeder -p 6147=75 -p 6148=75 -p 3096=0";
    let all = scans(scratch, &format!("{feeder} -o all.bmp"));
    assert!(all.stderr.ends_with("3 pages"), "{}", all.stderr);
    let two = scans(scratch, &format!("{feeder} --skip 1 -o two.bmp"));
    assert!(two.stderr.ends_with("2 pages"), "{}", two.stderr);
    let read = |name: &str| fs::read(scratch.path(name)).unwrap();
    assert!(read("two.bmp") == read("all-2.bmp") && read("two-2.bmp") == read("all-3.bmp"));
    // Fewer than asked for is another code.
    let line = "-d virtual:?sheets=2 -i Feeder -p 3096=3 -o few.bmp";
    application(scratch, line).end().exits(4);
}

fn a_file_is_uploaded(scratch: &Scratch) {
    fs::create_dir(scratch.path("box")).unwrap();
    fs::write(scratch.path("letter.txt"), "Dear Sir or Madam").unwrap();
    scans(scratch, "-d folder:box --upload letter.txt");
    let arrived = fs::read_to_string(scratch.path("box/letter.txt")).unwrap();
    assert_eq!(arrived, "Dear Sir or Madam");
    // The same name again is taken.
    let again = application(scratch, "-d folder:box --upload letter.txt").end();
    assert_eq!(again.code, Some(1), "{}", again.stderr);
}

fn what_is_wrong_is_told(scratch: &Scratch) {
    application(scratch, "-d nothing: -o a.bmp").end().exits(1);
    application(scratch, "-d virtual: -p 6147=76 -o a.bmp")
        .end()
        .exits(1);
    application(scratch, "-d virtual: -t odd -o a.bmp")
        .end()
        .exits(2);
    assert!(!scratch.path("a.bmp").exists());
    let jam = application(scratch, "-d virtual:?jam=1 -i Feeder -o a.bmp").end();
    assert_eq!(jam.code, Some(1), "{}", jam.stderr);
    let devices = scans(scratch, "--list").text();
    assert_eq!(devices, "virtual:  Virtual Scanner\n");
}

#[test]
fn a_signal_cancels_in_the_middle() {
    for kind in ["stream", "memory", "file"] {
        let scratch = scratch();
        // A page takes six seconds, and the first message comes at its beginning.
        let line = format!("-d virtual:?ppm=10 -i Flatbed -t {kind} -f bmp -o page.bmp");
        let mut command = command(&scratch, &line);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let (sender, begun) = mpsc::channel();
        let mut told = child.stderr.take().unwrap();
        // Progress is one line, which is written again and again.
        thread::spawn(move || {
            let mut byte = [0];
            while told.read(&mut byte).is_ok_and(|n| n == 1) {
                if byte == *b"%" {
                    let _ = sender.send(());
                }
            }
        });
        let process = Pid::from_child(&child);
        let ended = wait(child);
        begun.recv_timeout(LIMIT).unwrap();
        kill_process(process, Signal::INT).unwrap();
        let status = ended.recv_timeout(LIMIT).unwrap();
        assert_eq!(status.code(), Some(3), "{kind}");
        // The device is free for the next.
        scans(
            &scratch,
            "-d virtual: -i Flatbed -p 6147=75 -p 6148=75 -o next.bmp",
        );
    }
}
