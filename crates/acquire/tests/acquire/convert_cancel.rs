//! Conversions that are stopped before a page is written.

use std::fs;
use std::path::PathBuf;

use quire_acquire::{Cancel, ConvertSettings, Output, convert};
use wia::Status;

use crate::rig::{Scratch, scan, settings};
use crate::scripted::Scripted;

fn into(scratch: &Scratch, name: &str, inputs: Vec<PathBuf>, append: bool) -> ConvertSettings {
    ConvertSettings {
        inputs,
        output: Output::Path(scratch.path(name)),
        format: None,
        append,
        compression: None,
        quality: None,
        title: None,
        author: None,
        date: None,
    }
}

#[test]
fn what_is_stopped_before_looks_at_no_input_and_writes_nothing() {
    let scratch = Scratch::new();
    let scanner = Scripted::new(|call| call.tiff_pages(2).map(|_| Status::Ok));
    let input = scratch.path("in.tiff");
    assert_eq!(scan(&scanner.device(), &settings(&input)).exit_code(), 0);
    fs::copy(&input, scratch.path("out.tiff")).unwrap();
    let before = fs::read(&input).unwrap();
    let names = scratch.names();
    let cancel = Cancel::default();
    cancel.cancel();
    let mut inputs = vec![input; 1000];
    // Whoever looks at this one fails.
    inputs.push(scratch.path("missing.tiff"));
    for (name, append) in [
        ("new.tiff", false),
        ("new.pdf", false),
        ("new-%d.png", false),
        ("out.tiff", false),
        ("out.tiff", true),
    ] {
        let settings = into(&scratch, name, inputs.clone(), append);
        let mut told = 0;
        let outcome = convert(&settings, &mut |_| told += 1, &cancel);
        assert_eq!(outcome.result, Ok(Status::Cancelled), "{name}");
        assert_eq!((outcome.exit_code(), outcome.pages, told), (130, 0, 0));
        assert!(outcome.files.is_empty());
        assert_eq!(scratch.names(), names);
        assert!(fs::read(scratch.path("out.tiff")).unwrap() == before);
    }
}
