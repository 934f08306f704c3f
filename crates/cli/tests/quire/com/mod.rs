//! Drivers in C++: the example, which does all that a driver has to, and one with faults.

mod application;
mod extensions;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::scratch::{Ended, Scratch, start};

/// The folder of the library, which is built with the tests, beside them.
fn library_folder() -> PathBuf {
    let program = env::current_exe().unwrap();
    program.parent().unwrap().to_owned()
}

/// Compiles the example's files, and more, into a driver's library, unless another test has done so.
fn compile(name: &str, more: &[&Path], options: &[&str]) -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let hello = repository.join("examples/c++/hello_minidriver");
    let files = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let headers = repository.join("crates/com/include");
    let mut all = [files(&hello), files(&headers)].concat();
    all.extend(more.iter().map(|path| path.to_path_buf()));
    let changed = |path: &Path| fs::metadata(path).and_then(|m| m.modified()).ok();
    let newest = all.iter().filter_map(|path| changed(path)).max();
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let lock = fs::File::create(library.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if changed(&library) > newest {
        return library;
    }
    let sources = files(&hello).into_iter();
    let sources = sources.filter(|path| path.extension().is_some_and(|ending| ending == "cpp"));
    let new = library.with_extension("new");
    let output = Command::new("g++")
        .args([
            "-std=c++14",
            "-O1",
            "-fPIC",
            "-shared",
            "-fvisibility=hidden",
            "-pthread",
        ])
        .args(options)
        .arg("-I")
        .arg(&headers)
        .arg("-I")
        .arg(&hello)
        .arg("-o")
        .arg(&new)
        .args(sources)
        .args(more)
        .arg("-L")
        .arg(library_folder())
        .arg("-lwiaservc")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
    fs::rename(new, &library).unwrap();
    library
}

fn hello() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| compile("libhello.so", &[], &[]))
}

/// A driver in a file beside this one, made of the example's.
fn compile_after_hello(library: &str, source: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/quire/com")
        .join(source);
    let renamed = ["-DDllGetClassObject=HelloGetClassObject", "-Dfinal="];
    compile(library, &[&source], &renamed)
}

fn wrong() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| compile_after_hello("libwrong.so", "wrong.cpp"))
}

/// Runs the program with `DEVICE` for the device's URI.
#[track_caller]
fn quire(scratch: &Scratch, line: &str, driver: &Path, parameters: &str) -> Ended {
    let query = match parameters {
        "" => String::new(),
        parameters => format!("?{parameters}"),
    };
    let uri = format!("com:{}{query}", driver.display());
    let mut command = scratch.command(&line.replace("DEVICE", &uri));
    command.env("QUIRE_WIASERVC", library_folder().join("libwiaservc.so"));
    start(command).end()
}

#[track_caller]
fn scan_with(fault: &str) -> Ended {
    let scratch = Scratch::new();
    let parameters = format!("data.Fault={fault}");
    quire(
        &scratch,
        "scan -d DEVICE -s feeder -f bmp -o page%d.bmp",
        wrong(),
        &parameters,
    )
}

#[test]
fn the_example_does_its_duties() {
    let scratch = Scratch::new();
    for mode in ["stream", "legacy"] {
        let text = quire(
            &scratch,
            "check DEVICE",
            hello(),
            &format!("data.Mode={mode}"),
        );
        let text = text.text();
        assert!(text.contains(" 0 failed"), "{mode}: {text}");
        assert!(!text.contains("nothing was checked"), "{mode}: {text}");
    }
}

/// What the example draws: red is x + y, green y, blue x, each with 16 for every sheet before.
#[test]
fn its_pixels_are_right() {
    let scratch = Scratch::new();
    for mode in ["stream", "legacy"] {
        let line = "scan -d DEVICE -s feeder -r 75 -c none -o sheets.tiff";
        quire(&scratch, line, hello(), &format!("data.Mode={mode}")).succeeds();
        let file =
            tiff::decoder::Decoder::new(fs::File::open(scratch.path("sheets.tiff")).unwrap());
        let mut file = file.unwrap();
        for sheet in 0..3 {
            let (width, _) = file.dimensions().unwrap();
            let tiff::decoder::DecodingResult::U8(samples) = file.read_image().unwrap() else {
                panic!("no samples of 8 bits");
            };
            for (i, pixel) in samples.chunks(3).enumerate() {
                let (x, y) = (i as u32 % width, i as u32 / width);
                let drawn = [x + y + 16 * sheet, y + 16 * sheet, x].map(|value| value as u8);
                assert_eq!(pixel, drawn, "{mode}: sheet {sheet}, {x}, {y}");
            }
            assert_eq!(file.more_images(), sheet < 2, "{mode}");
            if sheet < 2 {
                file.next_image().unwrap();
            }
        }
        fs::remove_file(scratch.path("sheets.tiff")).unwrap();
    }
}

#[test]
fn each_way_gives_the_same_bytes() {
    let scratch = Scratch::new();
    let mut files = Vec::new();
    for (mode, kind) in [
        ("stream", "stream"),
        ("stream", "memory"),
        ("stream", "file"),
        ("legacy", "stream"),
        ("legacy", "memory"),
        ("legacy", "file"),
    ] {
        let line = format!("scan -d DEVICE -s flatbed -r 75 -t {kind} -f bmp -o {mode}-{kind}.bmp");
        quire(&scratch, &line, hello(), &format!("data.Mode={mode}")).succeeds();
        files.push(fs::read(scratch.path(format!("{mode}-{kind}.bmp"))).unwrap());
    }
    assert!(files.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn what_is_no_driver() {
    let scratch = Scratch::new();
    let none = scratch.path("none.so");
    quire(&scratch, "show DEVICE", &none, "clsid=x")
        .exits(2)
        .says(&["clsid"]);
    quire(&scratch, "show DEVICE", &none, "")
        .exits(3)
        .says(&["none.so"]);
    fs::write(&none, "words").unwrap();
    quire(&scratch, "show DEVICE", &none, "")
        .exits(3)
        .says(&["none.so"]);
    let core = library_folder().join("libwiaservc.so");
    quire(&scratch, "show DEVICE", &core, "")
        .exits(3)
        .says(&["DllGetClassObject"]);
    let class = "clsid=00000000-0000-0000-0000-000000000001";
    quire(&scratch, "show DEVICE", hello(), class)
        .exits(3)
        .says(&["no class"]);
    quire(&scratch, "show DEVICE", hello(), "data.Mode=odd")
        .exits(2)
        .says(&["IStiUSD::Initialize"]);
    quire(&scratch, "show --in-process DEVICE", hello(), "")
        .exits(2)
        .says(&["process of its own"]);
}

#[test]
fn a_library_that_is_missing() {
    let scratch = Scratch::new();
    for line in ["show com:x.so", "check com:x.so"] {
        let mut command = scratch.command(line);
        command.env("QUIRE_WIASERVC", "/nowhere/libwiaservc.so");
        start(command)
            .end()
            .exits(3)
            .says(&["/nowhere/libwiaservc.so", "QUIRE_WIASERVC"]);
    }
}

#[test]
fn a_driver_that_crashes() {
    scan_with("crash").exits(8).says(&["SIGSEGV"]);
    scan_with("crash-at-once").exits(8).says(&["SIGSEGV"]);
}

#[test]
fn an_exception_that_leaves_a_driver() {
    scan_with("throw").exits(8).says(&["SIGABRT"]);
}

#[test]
fn a_driver_that_never_returns() {
    scan_with("hang&first-line-deadline=0.5&cancel-deadline=0.5").exits(8);
}

#[test]
fn answers_that_cannot_be() {
    scan_with("null-root").exits(8).says(&["no root item"]);
    scan_with("odd-success").exits(8);
    scan_with("compression").exits(8).says(&["lCompression"]);
    let scratch = Scratch::new();
    let line = "scan -d DEVICE -s flatbed -t file -f bmp -o page.bmp";
    let ended = quire(
        &scratch,
        line,
        wrong(),
        "data.Fault=members&data.Mode=legacy",
    );
    ended.exits(8).says(&["bClassDrvAllocBuf"]);
    scan_with("minus-formats").exits(2);
    scan_with("null-formats").exits(2);
}

#[test]
fn a_drivers_own_words_are_told() {
    scan_with("private")
        .exits(1)
        .says(&["the lid has fallen off", "0x8FFF1234"]);
}

#[test]
fn what_a_driver_must_not_do_is_answered() {
    for fault in ["contexts", "tree", "device"] {
        scan_with(fault).exits(4);
    }
    scan_with("stream").exits(8).says(&["is empty"]);
}

#[test]
fn what_a_driver_may_do() {
    for fault in ["thread", "names"] {
        scan_with(fault).succeeds();
    }
}

#[test]
fn a_driver_that_releases_too_often() {
    // It may get away with it, or end its process.
    let ended = scan_with("release");
    assert!(matches!(ended.code, Some(0 | 8)), "{}", ended.stderr);
}
