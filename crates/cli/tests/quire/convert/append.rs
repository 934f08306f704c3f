//! `quire convert --append`: pages of files for a document that is there.

use std::fs;

use rustix::process::Signal;

use super::*;
use crate::append::pages;
use crate::documents;

/// A grey picture as PNG, as a TIFF, and as JPEG data.
fn inputs(scratch: &Scratch) -> Pixels {
    let pnm = picture("P5", 120, 90, 255, 5);
    let original = scratch.path("a.pnm");
    fs::write(&original, &pnm).unwrap();
    make(&scratch.path("a.png"), "pnmtopng", &["-quiet"], &original);
    make(&scratch.path("a.jpg"), "cjpeg", &["-grayscale"], &original);
    let args = ["-none", "-quiet"];
    make(&scratch.path("a.tif"), "pamtotiff", &args, &original);
    Pixels::of_pnm(&pnm)
}

#[test]
fn pages_are_added_to_documents_of_any_program() {
    let scratch = Scratch::new();
    let pixels = inputs(&scratch);
    let scan = "scan -d virtual:?sheets=2 -s feeder -r 75 -m gray -o";
    for made in ["scan", "foreign", "none"] {
        for name in ["out.tiff", "out.pdf"] {
            let document = scratch.path(name);
            let _ = fs::remove_file(&document);
            let old = match made {
                "none" => Vec::new(),
                _ => {
                    scratch.quire(&format!("{scan} {name}")).succeeds();
                    pages(&document)
                }
            };
            if made == "foreign" {
                let ours = scratch.path(format!("ours-{name}"));
                fs::rename(&document, &ours).unwrap();
                match name {
                    "out.tiff" => tool("tiffcp", &["-B", "-8", "-c", "lzw"], &[&ours, &document]),
                    _ => tool("qpdf", &["--object-streams=generate"], &[&ours, &document]),
                };
            }
            let line = format!("convert a.png a.tif --append --json -o {name}");
            for times in 1..3 {
                let events = scratch.quire(&line).exits(0).events();
                assert_eq!(events.last().unwrap()["pages"], 2, "{made} {name}");
                assert_eq!(events[0]["page"], 1);
                let found = pages(&document);
                assert_eq!(found.len(), old.len() + 2 * times, "{made} {name}");
                assert!(found[..old.len()] == old, "{made} {name}");
                let last = match name {
                    "out.tiff" => documents::tiff_pixels(&document, found.len() - 1),
                    _ => documents::pdf_pixels(&document, found.len() - 1),
                };
                assert_eq!(last, pixels, "{made} {name}");
            }
        }
    }
    // JPEG data stay as they are also behind others.
    scratch
        .quire("convert a.jpg --append -o out.pdf")
        .succeeds();
    let jpeg = fs::read(scratch.path("a.jpg")).unwrap();
    assert!(pages(&scratch.path("out.pdf")).last() == Some(&jpeg));
    // The document says what it is, whatever its name.
    fs::rename(scratch.path("out.tiff"), scratch.path("letters")).unwrap();
    scratch
        .quire("convert a.png --append -o letters")
        .succeeds();
    scratch
        .quire("convert a.png --append -f pdf -o letters")
        .exits(2)
        .says(&["letters", "TIFF", "PDF"]);
    assert!(!scratch.names().iter().any(|name| name.starts_with('.')));
}

#[test]
fn what_cannot_be_added_changes_nothing() {
    let scratch = Scratch::new();
    inputs(&scratch);
    scratch.quire("convert a.tif a.tif -o out.tiff").succeeds();
    scratch.quire("convert a.tif a.tif -o out.pdf").succeeds();
    for name in ["out.tiff", "out.pdf"] {
        let mut whole = fs::read(scratch.path(name)).unwrap();
        whole.truncate(whole.len() / 2);
        fs::write(scratch.path(format!("cut-{name}")), &whole).unwrap();
    }
    let mut cut = fs::read(scratch.path("a.png")).unwrap();
    cut.truncate(cut.len() / 2);
    fs::write(scratch.path("cut.png"), cut).unwrap();
    let names = scratch.names();
    let before: Vec<_> = names
        .iter()
        .map(|name| fs::read(scratch.path(name)).unwrap())
        .collect();
    for (line, code, parts) in [
        ("a.png -o b.png", 2, ["append", "PNG"]),
        ("a.tif -o a.png", 9, ["a.png", "TIFF or a PDF"]),
        ("a.png -o p%d.tiff", 2, ["append", "one regular file"]),
        ("a.png -f tiff -o -", 2, ["append", "one regular file"]),
        ("out.tiff -o out.tiff", 2, ["out.tiff", "is an input"]),
        ("a.png -c g4 -o out.tiff", 2, ["a.png", "g4"]),
        ("a.png -c lzw -o out.pdf", 2, ["lzw", "PDF"]),
        ("a.png -o cut-out.tiff", 9, ["cut-out.tiff", ""]),
        ("a.png -o cut-out.pdf", 9, ["cut-out.pdf", ""]),
        ("cut.png -o out.tiff", 9, ["cut.png", ""]),
        ("cut.png -o out.pdf", 9, ["cut.png", ""]),
        ("missing.png -o out.pdf", 9, ["missing.png", "No such file"]),
    ] {
        let ended = scratch.quire(&format!("convert --append {line}"));
        ended.exits(code).says(&parts);
        assert_eq!(scratch.names(), names, "{line}");
        for (name, bytes) in names.iter().zip(&before) {
            assert!(
                fs::read(scratch.path(name)).unwrap() == *bytes,
                "{line}: {name}"
            );
        }
    }
    // What comes before the damage is added.
    let ended = scratch
        .quire("convert --append a.png cut.png -o out.tiff")
        .exits(9);
    ended.says(&["cut.png", "1 complete page added to out.tiff, 3 in all"]);
    assert_eq!(documents::tiff(&scratch.path("out.tiff")).len(), 3);
}

#[test]
fn the_old_document_stands_until_the_new_one_is_complete() {
    for name in ["out.tiff", "out.pdf"] {
        for signal in [Signal::INT, Signal::KILL] {
            let scratch = Scratch::new();
            inputs(&scratch);
            scratch
                .quire(&format!("convert a.tif a.tif -o {name}"))
                .succeeds();
            let old = fs::read(scratch.path(name)).unwrap();
            let mut line = format!("convert --append --json -c deflate -o {name}");
            line += &" a.png".repeat(900);
            let mut convert = scratch.start(&line);
            convert.wait_for_page(2);
            assert!(fs::read(scratch.path(name)).unwrap() == old);
            convert.send(signal);
            let ended = convert.end();
            let told = ended.stderr.matches(r#""event":"page""#).count();
            assert!((2..900).contains(&told), "{told}");
            let mut most = told;
            if signal == Signal::INT {
                assert_eq!(ended.code, Some(130));
            } else {
                assert!(fs::read(scratch.path(name)).unwrap() == old);
                let partial = format!(".{name}.partial");
                scratch
                    .quire(&format!("convert --append a.png -o {name}"))
                    .exits(7)
                    .says(&[&partial, "quire recover"]);
                scratch.quire(&format!("recover {partial}")).succeeds();
                // A page may be complete whose event did not come any more.
                most += 1;
            }
            let found = documents::pages(&scratch.path(name));
            assert!((2 + told..=2 + most).contains(&found), "{found}: {told}");
            scratch
                .quire(&format!("convert --append a.png -o {name}"))
                .succeeds();
            assert_eq!(documents::pages(&scratch.path(name)), found + 1);
            assert!(!scratch.names().iter().any(|name| name.starts_with('.')));
        }
    }
}

/// Nothing is synced before the end: whatever a power loss has left of the blocks, no page that
/// is not whole is taken for one.
#[test]
fn pages_that_never_reached_the_disk_are_not_recovered() {
    for name in ["out.tiff", "out.pdf"] {
        for line in ["convert -c none", "convert -c none --append"] {
            let scratch = Scratch::new();
            let pixels = inputs(&scratch);
            if line.contains("append") {
                scratch
                    .quire(&format!("convert a.tif -c none -o {name}"))
                    .succeeds();
            }
            let inputs = " a.tif".repeat(900);
            let mut convert = scratch.start(&format!("{line} --json -o {name}{inputs}"));
            convert.wait_for_page(30);
            convert.send(Signal::KILL);
            convert.end();
            let partial = format!(".{name}.partial");
            let mut bytes = fs::read(scratch.path(&partial)).unwrap();
            let hole = 20 * pixels.bytes.len();
            bytes[hole..hole + 4096].fill(0);
            fs::write(scratch.path(&partial), bytes).unwrap();
            scratch.quire(&format!("recover {partial}")).succeeds();
            let document = scratch.path(name);
            let found = documents::pages(&document);
            assert!((10..=20).contains(&found), "{line} {name}: {found}");
            let all = pages(&document);
            assert_eq!(all.len(), found);
            assert!(all.iter().all(|page| *page == all[0]));
        }
    }
}
