//! What the library exports: the symbols of `exports.txt`, no more and no fewer.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

/// The library that was built for these tests, beside their program.
fn library() -> PathBuf {
    let program = std::env::current_exe().expect("the program's own path");
    program.with_file_name("libwiaservc.so")
}

#[test]
fn the_library_exports_what_is_listed() {
    let nm = Command::new("nm")
        .args(["-D", "--defined-only", "--format=posix"])
        .arg(library())
        .output()
        .expect("nm");
    assert!(
        nm.status.success(),
        "{}",
        String::from_utf8_lossy(&nm.stderr)
    );
    let symbols = String::from_utf8(nm.stdout).expect("names");
    let symbols: BTreeSet<&str> = symbols
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let listed: BTreeSet<&str> = include_str!("../../exports.txt").lines().collect();
    assert_eq!(symbols, listed);
}
