//! The examples under AddressSanitizer, UndefinedBehaviorSanitizer and valgrind: driver and application in one process
//! with the library, so that what either does to the other is seen.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::compiler::include;

/// What is compiled in for the first two. Objects of the library are not of C++: they have no type that could be asked.
const SANITIZERS: [&str; 3] = [
    "-fsanitize=address,undefined",
    "-fno-sanitize=vptr",
    "-fno-sanitize-recover=all",
];

/// Arguments of the application, with `DRIVER` for the library of the driver.
type Scans = [&'static [&'static str]];

const OF_STREAMS: &Scans = &[
    &[
        "-d",
        "com:DRIVER?data.Mode=stream",
        "-i",
        "Feeder",
        "-f",
        "tiff",
    ],
    &["-d", "com:DRIVER?data.Mode=stream", "-t", "memory"],
    &["-d", "com:DRIVER?data.Mode=stream", "--properties"],
    &[
        "-d",
        "com:DRIVER?data.Mode=stream",
        "-i",
        "Feeder",
        "--skip",
        "1",
    ],
    &["-d", "com:DRIVER?data.Mode=stream", "-t", "file"],
];
const OF_BANDS: &Scans = &[
    &[
        "-d",
        "com:DRIVER?data.Mode=legacy",
        "-t",
        "file",
        "-f",
        "tiff",
    ],
    &["-d", "com:DRIVER?data.Mode=legacy", "-t", "memory"],
    &["-d", "com:DRIVER?data.Mode=legacy"],
    &["-d", "com:DRIVER?data.Mode=legacy", "-t", "file"],
];
const OF_VIRTUAL: &Scans = &[
    &["-d", "virtual:", "-p", "6147=75", "-p", "6148=75"],
    &[
        "-d",
        "virtual:?model=legacy",
        "-p",
        "6147=75",
        "-p",
        "6148=75",
        "-t",
        "memory",
    ],
];

/// So many of them are run under valgrind in a short test.
const SHORT: usize = 2;

/// A run must have ended by then, in seconds: valgrind makes programs some fifty times slower.
const LIMIT: &str = "150";

#[test]
fn the_sanitizers_find_nothing() {
    let built = Built::with(&SANITIZERS);
    for scan in [OF_STREAMS, OF_BANDS, OF_VIRTUAL].concat() {
        let mut command = built.command("timeout");
        command.arg(LIMIT).arg(&built.application);
        command.env("ASAN_OPTIONS", "detect_stack_use_after_return=1");
        command.env("UBSAN_OPTIONS", "print_stacktrace=1");
        built.scan(command, scan);
    }
}

#[test]
fn valgrind_finds_nothing_in_a_driver_of_streams() {
    valgrind(OF_STREAMS);
}

#[test]
fn valgrind_finds_nothing_in_a_driver_of_bands() {
    valgrind(OF_BANDS);
}

#[test]
fn valgrind_finds_nothing_in_an_application() {
    valgrind(OF_VIRTUAL);
}

fn valgrind(scans: &Scans) {
    let built = Built::with(&[]);
    let count = match env::var_os("QUIRE_LONG") {
        Some(_) => scans.len(),
        None => SHORT,
    };
    for scan in scans.iter().take(count) {
        let mut command = built.command("timeout");
        command.args([LIMIT, "valgrind", "--quiet", "--error-exitcode=99"]);
        command.args(["--leak-check=full", "--show-leak-kinds=definite"]);
        command.arg("--errors-for-leak-kinds=definite");
        command.arg(&built.application);
        built.scan(command, scan);
    }
}

/// The examples, compiled.
struct Built {
    folder: tempfile::TempDir,
    driver: PathBuf,
    application: PathBuf,
}

impl Built {
    fn with(flags: &[&str]) -> Built {
        let folder = tempfile::tempdir().expect("a folder");
        let driver = folder.path().join("libhello.so");
        let application = folder.path().join("wia_scan");
        let shared = ["-fPIC", "-shared", "-fvisibility=hidden"];
        compile("hello_minidriver", &driver, &[flags, &shared].concat());
        compile(
            "application",
            &application,
            &[flags, &["-pthread"]].concat(),
        );
        Built {
            folder,
            driver,
            application,
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env("LD_LIBRARY_PATH", library_folder())
            .env("HOME", self.folder.path())
            .env("QUIRE_PLACEMENT", "in-process");
        command
    }

    /// Runs a scan, which must succeed without a word of whoever watches it.
    fn scan(&self, mut command: Command, arguments: &[&str]) {
        let driver = self.driver.to_string_lossy();
        let arguments = arguments.iter().map(|a| a.replace("DRIVER", &driver));
        let output = command.args(arguments).output().expect("timeout");
        let said = String::from_utf8_lossy(&output.stderr);
        let words = ["Sanitizer", "runtime error", "==ERROR", "definitely lost"];
        assert!(
            output.status.success() && !words.iter().any(|word| said.contains(word)),
            "{command:?}: {}\n{said}",
            output.status
        );
    }
}

/// Compiles an example in C++ against the library of this build.
fn compile(example: &str, to: &Path, flags: &[&str]) {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples/c++")
        .join(example);
    let sources = std::fs::read_dir(sources).expect("the example");
    let sources = sources
        .map(|entry| entry.expect("a source").path())
        .filter(|path| path.extension() == Some(OsStr::new("cpp")));
    let Output { status, stderr, .. } = Command::new("g++")
        .args(["-std=c++14", "-O1", "-g", "-fno-omit-frame-pointer"])
        .args(flags)
        .arg("-I")
        .arg(include())
        .arg("-o")
        .arg(to)
        .args(sources)
        .arg("-L")
        .arg(library_folder())
        .arg("-lwiaservc")
        .output()
        .expect("g++");
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "g++: {said}");
}

/// Where cargo has put `libwiaservc.so`: beside the tests.
fn library_folder() -> PathBuf {
    let tests = env::current_exe().expect("this program");
    tests.parent().expect("its folder").to_owned()
}
