//! Every target does its work on its seeds, on what fuzzing has found, and on beginnings of both.

use std::path::Path;

use quire_hostile::{TARGETS, run, seeds};

#[test]
fn seeds_and_their_beginnings() {
    let seeds = seeds::all().unwrap();
    for (name, seed) in &seeds {
        kept(name, seed);
        for at in (0..seed.len()).step_by(seed.len() / 40 + 1) {
            kept(name, &seed[..at]);
            let mut changed = seed.clone();
            changed[at] ^= 1 << (at % 8);
            kept(name, &changed);
            changed[at] = 0xFF;
            kept(name, &changed);
        }
    }
    for (name, _) in TARGETS {
        assert!(seeds.iter().any(|(of, _)| *of == name), "{name}");
    }
}

#[test]
fn what_was_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("findings");
    for (name, _) in TARGETS {
        for file in folder.join(name).read_dir().into_iter().flatten() {
            run(name, &std::fs::read(file.unwrap().path()).unwrap());
        }
    }
}

/// The workspace of the targets has one program for each, and no other.
#[test]
fn every_target_is_fuzzed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/targets");
    let mut programs: Vec<String> = folder
        .read_dir()
        .unwrap()
        .map(|file| {
            file.unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    programs.sort();
    let mut targets = TARGETS.map(|(name, _)| name);
    targets.sort_unstable();
    assert_eq!(programs, targets);
}

/// What goes wrong is told in a form that can be kept.
fn kept(name: &str, data: &[u8]) {
    let done = std::panic::catch_unwind(|| run(name, data));
    assert!(done.is_ok(), "{name} on {}", data.escape_ascii());
}
