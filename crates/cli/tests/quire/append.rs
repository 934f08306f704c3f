//! `quire scan --append`: pages for a document that is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rustix::process::Signal;

use crate::documents::{self, tool};
use crate::outputs::with_small_disk;
use crate::scratch::{QUIRE, Scratch};

const SCAN: &str = "scan -d virtual:?sheets=3 -s feeder -r 75";

/// The pixels of all pages, as foreign programs see them.
pub(crate) fn pages(document: &Path) -> Vec<Vec<u8>> {
    let pdf = document.extension().is_some_and(|ending| ending == "pdf");
    let pages = documents::pages(document);
    match pdf {
        true => documents::pdf_images(document, &["-all"], pages),
        false => (0..pages)
            .map(|page| documents::tiff_pixels(document, page).bytes)
            .collect(),
    }
}

#[test]
fn pages_are_added_behind_those_that_are_there() {
    let ways = [
        ("-m gray -c none", "out.tiff"),
        ("-m color -c jpeg", "out.tiff"),
        ("-m bw", "out.tiff"),
        ("-m color", "out.pdf"),
        ("-m gray -c deflate -f pdfa", "out.pdf"),
        ("-m bw", "out.pdf"),
    ];
    let two = SCAN.replace("sheets=3", "sheets=2");
    // What a scan with these options gives by itself.
    let alone = ways.map(|(options, name)| {
        let scratch = Scratch::new();
        scratch
            .quire(&format!("{two} {options} -o {name}"))
            .succeeds();
        ((options, name), pages(&scratch.path(name)))
    });
    let alone = BTreeMap::from(alone);
    for (first, name) in ways {
        for (second, _) in ways.iter().filter(|(_, other)| *other == name) {
            // A plain PDF does not become PDF/A.
            if second.contains("pdfa") && !first.contains("pdfa") {
                continue;
            }
            let transfers = match first == *second {
                true => &["stream", "memory"][..],
                false => &["stream"],
            };
            for transfer in transfers {
                let scratch = Scratch::new();
                let line =
                    |options: &str, name: &str| format!("{two} {options} -t {transfer} -o {name}");
                let document = scratch.path(name);
                // Where there is none, it is begun.
                scratch
                    .quire(&line(&format!("{first} --append"), name))
                    .succeeds();
                let ended = scratch
                    .quire(&line(&format!("{second} --append --verbose"), name))
                    .exits(0);
                let told = format!("2 pages added to {name}, 4 in all");
                assert!(ended.stderr.contains(&told), "{}", ended.stderr);
                let expected = [&alone[&(first, name)][..], &alone[&(*second, name)]].concat();
                assert!(pages(&document) == expected, "{first} {second} {name}");
                assert_eq!(scratch.names(), [name]);
            }
        }
    }
}

#[test]
fn documents_of_other_programs_are_gone_on_with() {
    let scratch = Scratch::new();
    scratch
        .quire(&format!("{SCAN} -m gray -c none -o in.tiff"))
        .succeeds();
    let (source, target) = (scratch.path("in.tiff"), scratch.path("out.tiff"));
    for form in ["-L", "-B"] {
        for size in ["-4", "-8"] {
            let size: &[&str] = if size == "-8" { &["-8"] } else { &[] };
            let options = [&[form, "-c", "lzw"], size].concat();
            tool("tiffcp", &options, &[&source, &target]);
            for compression in ["none", "deflate", "jpeg"] {
                scratch
                    .quire(&format!(
                        "{SCAN} -m gray -n 1 -c {compression} --append -o out.tiff"
                    ))
                    .succeeds();
            }
            let found = pages(&target);
            assert_eq!(found.len(), 6);
            assert!(found[..3] == pages(&source), "{options:?}");
            assert!(found[3..5] == [found[0].clone(), found[0].clone()]);
        }
    }
    for object_streams in ["disable", "generate"] {
        scratch.quire(&format!("{SCAN} -o in.pdf")).succeeds();
        let options = format!("--object-streams={object_streams}");
        tool(
            "qpdf",
            &[&options],
            &[&scratch.path("in.pdf"), &scratch.path("out.pdf")],
        );
        scratch
            .quire(&format!("{SCAN} --append -o out.pdf"))
            .succeeds();
        let once = pages(&scratch.path("in.pdf"));
        assert!(pages(&scratch.path("out.pdf")) == [once.clone(), once].concat());
    }
}

#[test]
fn the_document_says_what_it_is_and_not_its_name() {
    let scratch = Scratch::new();
    scratch
        .quire(&format!("{SCAN} -f tiff -o letters"))
        .succeeds();
    scratch
        .quire(&format!("{SCAN} --append -o letters"))
        .succeeds();
    scratch
        .quire(&format!("{SCAN} -f tiff -o really-tiff.pdf"))
        .succeeds();
    scratch
        .quire(&format!("{SCAN} --append -o really-tiff.pdf"))
        .succeeds();
    let letters = scratch.path("letters.tiff");
    for name in ["letters", "really-tiff.pdf"] {
        fs::copy(scratch.path(name), &letters).unwrap();
        assert_eq!(documents::tiff(&letters).len(), 6);
    }
    let other = scratch
        .quire(&format!("{SCAN} --append -f pdf -o letters"))
        .exits(2);
    other.says(&["letters", "TIFF", "PDF"]);
}

#[test]
fn what_cannot_be_gone_on_with_is_left_alone() {
    let scratch = Scratch::new();
    scratch
        .quire(&format!("{SCAN} -c none -o whole.tiff"))
        .succeeds();
    scratch.quire(&format!("{SCAN} -o whole.pdf")).succeeds();
    let cut = |name: &str| {
        let bytes = fs::read(scratch.path(name)).unwrap();
        bytes[..bytes.len() - 100_000].to_vec()
    };
    for (name, bytes) in [
        ("cut.tiff", cut("whole.tiff")),
        ("cut.pdf", cut("whole.pdf")),
        ("text.tiff", b"no document at all".to_vec()),
        ("image.tiff", b"\x89PNG\r\n\x1a\n".to_vec()),
        ("short.pdf", b"%P".to_vec()),
    ] {
        fs::write(scratch.path(name), &bytes).unwrap();
        let ended = scratch
            .quire(&format!("{SCAN} --append -o {name}"))
            .exits(9);
        ended.says(&[name]);
        assert!(fs::read(scratch.path(name)).unwrap() == bytes, "{name}");
    }
    for (options, part) in [
        ("-o out.png", "PNG"),
        ("-o p%d.tiff", "one regular file"),
        ("-f tiff -o -", "one regular file"),
    ] {
        let ended = scratch
            .quire(&format!("{SCAN} --append {options}"))
            .exits(2);
        ended.says(&["append", part]);
    }
    assert_eq!(
        scratch
            .names()
            .iter()
            .filter(|name| name.starts_with('.'))
            .count(),
        0
    );
}

#[test]
fn a_cancelled_scan_adds_the_pages_that_it_has() {
    for name in ["out.tiff", "out.pdf"] {
        let scratch = Scratch::new();
        scratch
            .quire(&format!("{SCAN} -m gray -o {name}"))
            .succeeds();
        let old = fs::read(scratch.path(name)).unwrap();
        let line = "scan --json -d virtual:?ppm=120&sheets=90 -s feeder -r 75 -m gray --append";
        let mut scan = scratch.start(&format!("{line} -o {name}"));
        scan.wait_for_page(2);
        // Until the end nobody sees anything of it.
        assert!(fs::read(scratch.path(name)).unwrap() == old);
        scan.send(Signal::INT);
        let events = scan.end().exits(130).events();
        let end = events.last().unwrap();
        let added = usize::try_from(end["pages"].as_u64().unwrap()).unwrap();
        assert_eq!(documents::pages(&scratch.path(name)), 3 + added);
        let message = end["message"].as_str().unwrap();
        assert!(
            message.contains(&format!("{} in all", 3 + added)),
            "{message}"
        );
        assert_eq!(scratch.names(), [name]);
    }
}

#[test]
fn an_empty_feeder_changes_nothing() {
    let scratch = Scratch::new();
    scratch.quire(&format!("{SCAN} -o out.tiff")).succeeds();
    let old = fs::read(scratch.path("out.tiff")).unwrap();
    let line = "scan -d virtual:?sheets=0 -s feeder -r 75 --append -o out.tiff";
    scratch.quire(line).exits(5);
    assert!(fs::read(scratch.path("out.tiff")).unwrap() == old);
    assert_eq!(scratch.names(), ["out.tiff"]);
}

#[test]
fn a_document_that_another_program_replaces_meanwhile_is_not_lost() {
    let scratch = Scratch::new();
    scratch
        .quire(&format!("{SCAN} -m gray -o out.tiff"))
        .succeeds();
    let line =
        "scan --json -d virtual:?ppm=120&sheets=90 -s feeder -r 75 -m gray --append -o out.tiff";
    let mut scan = scratch.start(line);
    scan.wait_for_page(1);
    fs::write(scratch.path("other"), "newer").unwrap();
    fs::rename(scratch.path("other"), scratch.path("out.tiff")).unwrap();
    scan.send(Signal::INT);
    let events = scan.end().exits(7).events();
    let message = events.last().unwrap()["message"].as_str().unwrap();
    assert!(message.contains("another program"), "{message}");
    assert!(message.contains(".out.tiff.partial"), "{message}");
    assert_eq!(fs::read(scratch.path("out.tiff")).unwrap(), b"newer");
    assert_eq!(scratch.names(), [".out.tiff.partial", "out.tiff"]);
}

#[test]
fn what_a_crash_left_is_not_overwritten() {
    let scratch = Scratch::new();
    scratch.quire(&format!("{SCAN} -o out.tiff")).succeeds();
    fs::write(scratch.path(".out.tiff.partial"), "precious").unwrap();
    let ended = scratch
        .quire(&format!("{SCAN} --append -o out.tiff"))
        .exits(7);
    ended.says(&[".out.tiff.partial", "quire recover"]);
    assert_eq!(
        fs::read(scratch.path(".out.tiff.partial")).unwrap(),
        b"precious"
    );
}

#[test]
fn a_disk_too_full_for_the_copy_leaves_the_document() {
    for name in ["out.tiff", "out.pdf"] {
        let scratch = Scratch::new();
        let scan = format!("{QUIRE} scan -d virtual:?sheets=1 -s feeder -r 75 -m gray -c none");
        let script = format!(
            "{scan} -o small/{name} && cp small/{name} . && {scan} --append -o small/{name}; \
             code=$?; cmp small/{name} {name} && ls -A small; exit $code"
        );
        let ended = with_small_disk(&scratch, "900k", &script).exits(7);
        assert_eq!(ended.text(), format!("{name}\n"));
        ended.says(&["o space left", name]);
    }
}

/// Who asks for PDF/A gets it, or is told that it cannot be.
#[test]
fn a_plain_pdf_does_not_become_pdfa() {
    let scratch = Scratch::new();
    let scan = format!("{SCAN} -n 1 -m gray");
    scratch.quire(&format!("{scan} -o plain.pdf")).succeeds();
    scratch
        .quire(&format!("{scan} -f pdfa -o kept.pdf"))
        .succeeds();
    scratch.quire(&format!("{scan} -o page.png")).succeeds();
    let before = fs::read(scratch.path("plain.pdf")).unwrap();
    for add in [scan.as_str(), "convert page.png"] {
        let refused = scratch.quire(&format!("{add} --append -f pdfa -o plain.pdf"));
        refused.exits(2).says(&["plain.pdf", "PDF/A"]);
        assert!(fs::read(scratch.path("plain.pdf")).unwrap() == before);
        for format in ["-f pdfa", "-f pdf", ""] {
            let line = format!("{add} --append {format} -o kept.pdf");
            scratch.quire(&line).succeeds();
        }
    }
    assert_eq!(documents::pages(&scratch.path("kept.pdf")), 7);
    let bytes = fs::read(scratch.path("kept.pdf")).unwrap();
    let mark = b"<pdfaid:part>2<";
    assert!(bytes.windows(mark.len()).any(|w| w == mark));
    assert_eq!(scratch.names(), ["kept.pdf", "page.png", "plain.pdf"]);
}

/// `-` is standard output also where a file has this name.
#[test]
fn standard_output_cannot_be_added_to() {
    let scratch = Scratch::new();
    scratch
        .quire(&format!("{SCAN} -n 1 -m gray -o page.tiff"))
        .succeeds();
    fs::copy(scratch.path("page.tiff"), scratch.path("-")).unwrap();
    let before = fs::read(scratch.path("-")).unwrap();
    for add in [SCAN, "convert page.tiff"] {
        for format in ["", "-f tiff"] {
            let ended = scratch.quire(&format!("{add} --append {format} -o -"));
            ended.exits(2).says(&[]);
        }
    }
    assert!(fs::read(scratch.path("-")).unwrap() == before);
    scratch
        .quire("convert page.tiff --append -o ./-")
        .succeeds();
    assert_eq!(documents::pages(&scratch.path("-")), 2);
}
