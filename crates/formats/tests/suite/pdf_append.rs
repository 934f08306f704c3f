//! Pages that are added to PDFs, our own and those of others.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use crate::foreign::{pnm, run, run_talking};
use crate::pdf_support::{Page, check, document, images, options, page_count};
use crate::sinks::Shared;
use quire_formats::pdf::{Conformance, Options, Writer, recover};
use quire_formats::tiff::Compression;
use quire_formats::{DocumentFormat, DocumentWriter, Metadata, WriterOptions, open_appending};
use raster::PixelType;
use wia::ErrorKind;

fn old_pages() -> Vec<Page> {
    vec![
        Page::new(PixelType::Gray8, 31, 17, 72),
        Page::new(PixelType::Gray8, 40, 50, 72),
    ]
}

fn new_pages() -> Vec<Page> {
    vec![
        Page::new(PixelType::Rgb8, 30, 20, 72),
        Page::new(PixelType::Bw1, 20, 9, 72).unknown_height(),
    ]
}

/// PDFs of the old pages, by name.
fn existing(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    let name = |n: &str| folder.join(n).to_str().unwrap().to_owned();
    let mut tiffs = Vec::new();
    let mut pngs = Vec::new();
    for (i, page) in old_pages().iter().enumerate() {
        let pnm = pnm(&page.layout, &page.rows);
        let (tiff, png) = (name(&format!("{i}.tif")), name(&format!("{i}.png")));
        run(
            "convert-im6.q16",
            &["pnm:-", "-compress", "none", &tiff],
            &pnm,
        );
        std::fs::write(&png, run("pnmtopng", &[], &pnm)).unwrap();
        tiffs.push(tiff);
        pngs.push(png);
    }
    let both = name("both.tif");
    run_talking("tiffcp", &[&tiffs[0], &tiffs[1], &both], b"");
    let tiff2pdf = name("tiff2pdf.pdf");
    run_talking("tiff2pdf", &["-z", "-o", &tiff2pdf, &both], b"");
    let img2pdf = name("img2pdf.pdf");
    run_talking("img2pdf", &["-o", &img2pdf, &pngs[0], &pngs[1]], b"");
    let streams = name("streams.pdf");
    run(
        "qpdf",
        &["--object-streams=generate", &img2pdf, &streams],
        b"",
    );
    let linear = name("linear.pdf");
    run("qpdf", &["--linearize", &tiff2pdf, &linear], b"");
    let ours = name("ours.pdf");
    let said = Options {
        metadata: Metadata {
            title: "Before".into(),
            ..Metadata::default()
        },
        ..Options::default()
    };
    std::fs::write(&ours, document(said, &old_pages())).unwrap();
    let archival = name("archival.pdf");
    let kept = Options {
        conformance: Conformance::A2b,
        ..Options::default()
    };
    std::fs::write(&archival, document(kept, &old_pages())).unwrap();
    let all = [
        ("tiff2pdf", tiff2pdf),
        ("img2pdf", img2pdf),
        ("object streams", streams),
        ("linearized", linear),
        ("ours", ours),
        ("ours, PDF/A", archival),
    ];
    all.map(|(what, name)| (what, PathBuf::from(name))).into()
}

fn open(path: &Path) -> File {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap()
}

/// Adds pages to a file.
fn append(path: &Path, pages: &[Page]) -> wia::Result<u32> {
    let file = open(path);
    let (mut writer, before) = Writer::append(open(path), &file, options(Compression::Deflate))?;
    for page in pages {
        page.write(&mut writer)?;
    }
    writer.finish()?;
    Ok(before)
}

fn assert_holds(path: &Path, pages: &[Page], what: &str) {
    check(path);
    assert_eq!(page_count(path), pages.len(), "{what}");
    let found = images(path);
    assert_eq!(found.len(), pages.len(), "{what}");
    for (found, page) in found.iter().zip(pages) {
        assert!(*found == page.pixels(), "{what}: {found:?}");
    }
}

#[test]
fn pages_behind_those_of_others() {
    let folder = tempfile::tempdir().unwrap();
    for (what, path) in existing(folder.path()) {
        let before = std::fs::read(&path).unwrap();
        assert_eq!(append(&path, &new_pages()).unwrap(), 2, "{what}");
        let all = [old_pages(), new_pages()].concat();
        assert_holds(&path, &all, what);
        let after = std::fs::read(&path).unwrap();
        assert!(after.starts_with(&before), "{what}");
        // Again, and more than a node of the tree takes.
        let many: Vec<Page> = (0..70)
            .map(|i| Page::new(PixelType::Gray8, 5 + i, 3, 72))
            .collect();
        assert_eq!(append(&path, &many).unwrap(), 4, "{what}");
        assert_holds(&path, &[all, many].concat(), what);
        if what == "ours" {
            let info = run("pdfinfo", &[path.to_str().unwrap()], b"");
            let info = String::from_utf8(info).unwrap();
            assert!(info.contains("Before"), "{info}");
        }
    }
}

/// The same through the one door for all formats.
#[test]
fn appended_like_any_document() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, document(Options::default(), &old_pages())).unwrap();
    let started = open_appending(open(&path), &WriterOptions::default()).unwrap();
    let mut started = started.unwrap();
    assert_eq!((started.format, started.pages), (DocumentFormat::Pdf, 2));
    for page in new_pages() {
        page.write(&mut *started.writer).unwrap();
    }
    started.writer.finish().unwrap();
    assert_holds(&path, &[old_pages(), new_pages()].concat(), "one door");
}

/// A PDF is PDF/A when it says so, whoever wrote it and in whatever form.
#[test]
fn what_declares_itself_pdfa_is_known() {
    let folder = tempfile::tempdir().unwrap();
    for (what, path) in existing(folder.path()) {
        let expected = match what {
            "ours, PDF/A" => DocumentFormat::Pdfa,
            _ => DocumentFormat::Pdf,
        };
        let format = |path: &Path| {
            let found = open_appending(open(path), &WriterOptions::default()).unwrap();
            found.unwrap().format
        };
        assert_eq!(format(&path), expected, "{what}");
        append(&path, &new_pages()).unwrap();
        assert_eq!(format(&path), expected, "{what}, with more pages");
        // Its description compressed, and its catalog inside of a stream.
        let packed = folder.path().join("packed.pdf");
        let options = ["--object-streams=generate", "--compress-streams=y"];
        let paths = [path.to_str().unwrap(), packed.to_str().unwrap()];
        run("qpdf", &[options, paths].concat(), b"");
        assert_eq!(format(&packed), expected, "{what}, packed");
    }
}

/// A description may say it in an attribute, and in other letters.
#[test]
fn the_mark_of_pdfa_has_several_forms() {
    let element = b"<pdfaid:part>2</pdfaid:part>";
    let kept = Options {
        conformance: Conformance::A2b,
        ..Options::default()
    };
    let document = document(kept, &old_pages());
    let at = document.windows(element.len()).position(|w| w == element);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    for (mark, is) in [
        (&b"<pdfaid:part>1</pdfaid:part>"[..], true),
        (b"<x pdfaid:part=\"3\"/>", true),
        (b"<x pdfaid:part = '2'/>", true),
        (b"<pdfaid:part></pdfaid:part>", false),
        (b"<pdfaid:port>2</pdfaid:port>", false),
        (b"<x pdfaid:part=\"x\"/>", false),
        (b"pdfaid:part", false),
    ] {
        let mut mark = mark.to_vec();
        mark.resize(element.len(), b' ');
        let mut bytes = document.clone();
        bytes[at.unwrap()..][..mark.len()].copy_from_slice(&mark);
        std::fs::write(&path, bytes).unwrap();
        let found = open_appending(open(&path), &WriterOptions::default()).unwrap();
        let format = found.unwrap().format;
        assert_eq!(
            format == DocumentFormat::Pdfa,
            is,
            "{}",
            mark.escape_ascii()
        );
    }
}

/// Cut at any byte of what was added: the old pages and those that were complete.
#[test]
fn a_crash_while_pages_are_added() {
    let folder = tempfile::tempdir().unwrap();
    for (what, path) in existing(folder.path()) {
        let before = std::fs::read(&path).unwrap();
        let file = open(&path);
        let (mut writer, _) =
            Writer::append(open(&path), &file, options(Compression::None)).unwrap();
        let mut ends = Vec::new();
        for page in new_pages() {
            ends.push(page.write(&mut writer).unwrap().document_bytes as usize);
        }
        writer.finish().unwrap();
        let whole = std::fs::read(&path).unwrap();
        // The line that says that pages are added is written at once.
        let begun = before.len()
            + 1
            + whole[before.len() + 1..]
                .iter()
                .position(|b| *b == b'\n')
                .unwrap();
        let cut = folder.path().join("cut.pdf");
        for at in (begun + 1..=whole.len())
            .step_by(3)
            .chain([before.len(), whole.len()])
        {
            let complete = ends.iter().filter(|end| **end <= at).count();
            std::fs::write(&cut, &whole[..at]).unwrap();
            let found = recover(&open(&cut)).unwrap();
            assert_eq!(found.pages as usize, 2 + complete, "{what}, byte {at}");
            let after = std::fs::read(&cut).unwrap();
            assert_eq!(found.end, after.len() as u64);
            match complete {
                0 => assert!(after == before, "{what}, byte {at}"),
                2 => assert!(
                    after.trim_ascii_end() == whole.trim_ascii_end(),
                    "{what}, byte {at}"
                ),
                _ => assert!(after.starts_with(&before)),
            }
        }
        std::fs::write(&cut, &whole[..ends[0]]).unwrap();
        recover(&open(&cut)).unwrap();
        let some = [old_pages(), new_pages()[..1].to_vec()].concat();
        assert_holds(&cut, &some, what);
    }
}

#[test]
fn sinks_that_fail_while_pages_are_added() {
    let folder = tempfile::tempdir().unwrap();
    let before = document(Options::default(), &old_pages());
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, &before).unwrap();
    let file = open(&path);
    let start = |sink: &Shared| {
        let started = Writer::append(sink.clone(), &file, options(Compression::None));
        started.unwrap().0
    };
    let whole = Shared::after(&before);
    let mut writer = start(&whole);
    for page in new_pages() {
        page.write(&mut writer).unwrap();
    }
    writer.finish().unwrap();
    for call in 0..whole.calls() {
        let sink = Shared::after(&before);
        sink.0.lock().unwrap().fail_at = Some(call);
        let mut writer = start(&sink);
        for page in new_pages() {
            while page.write(&mut writer).is_err() {
                writer.abandon_page().unwrap();
                if writer.pages() == 0 {
                    assert!(sink.bytes() == before, "call {call}");
                }
            }
        }
        while writer.finish().is_err() {}
        assert!(sink.bytes() == whole.bytes(), "call {call}");
    }
    // Without a page nothing is added.
    let sink = Shared::after(&before);
    start(&sink).finish().unwrap();
    assert!(sink.bytes() == before);
}

#[test]
fn what_nothing_is_added_to() {
    let folder = tempfile::tempdir().unwrap();
    let all = existing(folder.path());
    let refused = |path: &Path| {
        let before = std::fs::read(path).unwrap();
        let error = append(path, &new_pages()).unwrap_err();
        assert!(std::fs::read(path).unwrap() == before);
        error.kind()
    };
    let locked = folder.path().join("locked.pdf");
    let args = [
        "--encrypt",
        "a",
        "b",
        "256",
        "--",
        all[0].1.to_str().unwrap(),
    ];
    run(
        "qpdf",
        &[&args[..], &[locked.to_str().unwrap()]].concat(),
        b"",
    );
    assert_eq!(refused(&locked), ErrorKind::InputUnsupported);
    let bad = folder.path().join("bad.pdf");
    for bytes in [
        &b""[..],
        b"%PDF",
        b"not a PDF, but long enough",
        b"%PDF-1.7\nstartxref\n3\n%%EOF",
    ] {
        std::fs::write(&bad, bytes).unwrap();
        assert_eq!(refused(&bad), ErrorKind::InputDamaged);
    }
    // Tables that follow each other for ever.
    std::fs::write(
        &bad,
        "%PDF-1.7\nxref\n0 0\ntrailer\n<</Size 1/Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF\n",
    )
    .unwrap();
    assert_eq!(refused(&bad), ErrorKind::InputDamaged);
    std::fs::write(
        &bad,
        "%PDF-1.7\nxref\n0 4294967295\ntrailer\n<</Size 1/Root 1 0 R>>\nstartxref\n9\n%%EOF\n",
    )
    .unwrap();
    assert_eq!(refused(&bad), ErrorKind::InputUnsupported);
}

/// Cut or changed anywhere: an error, or pages that are added to what is there; never more.
#[test]
fn damaged_documents() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.pdf");
    for (what, path) in existing(folder.path()) {
        let good = std::fs::read(&path).unwrap();
        for at in (0..good.len()).step_by(5) {
            std::fs::write(&bad, &good[..at]).unwrap();
            let file = open(&bad);
            let shared = Shared::after(b"");
            if let Err(error) = Writer::append(shared.clone(), &file, Options::default()) {
                let kinds = [ErrorKind::InputDamaged, ErrorKind::InputUnsupported];
                assert!(kinds.contains(&error.kind()), "{what}, {at}: {error}");
            }
            for flip in [1, 0x80] {
                let mut changed = good.clone();
                changed[at] ^= flip;
                std::fs::write(&bad, &changed).unwrap();
                let _ = Writer::append(shared.clone(), &open(&bad), Options::default());
            }
        }
    }
}

/// A new version by another program, in which only what is said about the document differs.
fn updated(old: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(&old[old.len() - 400..]).into_owned();
    let number = |behind: &str| -> usize {
        let rest = text.rsplit_once(behind).unwrap().1.trim_start();
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap();
        digits.parse().unwrap()
    };
    let (size, table) = (number("/Size"), number("startxref"));
    let object = old.len();
    let mut new = old.to_vec();
    new.extend(format!("{size} 0 obj\n<</Producer(Another)>>\nendobj\n").into_bytes());
    let at = new.len();
    new.extend(
        format!(
            "xref\n0 0\n{size} 1\n{object:010} 00000 n \ntrailer\n<</Size {}/Root 1 0 R/Info {size} 0 R\
             /Prev {table}>>\nstartxref\n{at}\n%%EOF\n",
            size + 1
        )
        .into_bytes(),
    );
    new
}

/// What other programs have made of our documents stays when adding to it is cut short at any byte.
#[test]
fn versions_of_others_outlast_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    let ours = document(options(Compression::None), &old_pages());
    for old in [ours.clone(), updated(&ours)] {
        std::fs::write(&path, &old).unwrap();
        assert_eq!(append(&path, &new_pages()[..1]).unwrap(), 2);
        let whole = std::fs::read(&path).unwrap();
        assert!(whole.len() > old.len() + 1100);
        for end in (old.len()..whole.len()).step_by(37) {
            std::fs::write(&path, &whole[..end]).unwrap();
            let found = recover(&open(&path)).unwrap();
            let bytes = std::fs::read(&path).unwrap();
            assert!(
                bytes.starts_with(&old) && (2..=3).contains(&found.pages),
                "{end}"
            );
            match found.pages {
                2 => assert!(bytes == old, "{end}"),
                _ => assert_holds(
                    &path,
                    &[&old_pages()[..], &new_pages()[..1]].concat(),
                    "three",
                ),
            }
        }
    }
}
