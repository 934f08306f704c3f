//! The compilers of C and C++.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Flags for all that is compiled.
const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// The folder of the headers.
pub(crate) fn include() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("include")
}

/// Every header's name, sorted.
pub(crate) fn headers() -> Vec<String> {
    let entries = fs::read_dir(include()).expect("the headers");
    let mut names: Vec<_> = entries
        .map(|entry| {
            entry
                .expect("a header")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort_unstable();
    names
}

/// The languages that the headers are for, and their compilers: GCC's, and Clang's where it is installed too.
pub(crate) fn compilers(cpp: bool) -> Vec<&'static str> {
    let (gcc, clang) = if cpp {
        ("g++", "clang++")
    } else {
        ("gcc", "clang")
    };
    let has_clang = Command::new(clang).arg("--version").output().is_ok();
    [Some(gcc), has_clang.then_some(clang)]
        .into_iter()
        .flatten()
        .collect()
}

/// Compiles a source without warnings, to nothing.
pub(crate) fn check(source: &str, cpp: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    for compiler in compilers(cpp) {
        run_compiler(compiler, source, cpp, folder.path(), &["-fsyntax-only"]);
    }
}

/// Compiles a source to a program, and gives what that writes.
pub(crate) fn run(source: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("program");
    let runs = compilers(true).into_iter().map(|compiler| {
        run_compiler(
            compiler,
            source,
            true,
            folder.path(),
            &["-o", &program.to_string_lossy()],
        );
        let output = Command::new(&program).output().expect("the program");
        assert!(output.status.success(), "{compiler}: {:?}", output.status);
        String::from_utf8(output.stdout).expect("UTF-8")
    });
    runs.collect()
}

fn run_compiler(compiler: &str, source: &str, cpp: bool, folder: &Path, more: &[&str]) {
    let file = folder.join(if cpp { "source.cpp" } else { "source.c" });
    fs::write(&file, source).expect("the source");
    let output = Command::new(compiler)
        .arg(if cpp { "-std=c++14" } else { "-std=c11" })
        .args(STRICT)
        .arg("-I")
        .arg(include())
        .args(more)
        .arg(&file)
        .output()
        .unwrap_or_else(|e| panic!("{compiler}: {e}"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && told.is_empty(),
        "{compiler}: {told}"
    );
}
