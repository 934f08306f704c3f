//! Documents of many pages on their way to a disk: fresh ones, and ones that are gone on with.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;

use quire_formats::tiff::{self, Compression, verify};
use quire_formats::{DocumentWriter, Recovered, pdf, recover};
use raster::PixelType;

use crate::disk::{Disk, Event};
use crate::foreign::{Pixels, pnm, run, run_talking};
use crate::pdf_support;
use crate::tiff_support::{self, Page};

/// Rows of a band.
const ROWS: usize = 23;

/// How a document is opened.
#[derive(Clone)]
pub(crate) enum Open {
    Tiff(tiff::Options),
    Pdf(pdf::Options),
}

pub(crate) struct Scene {
    pub(crate) name: String,
    pub(crate) open: Open,
    /// The document that is there, and its pages.
    pub(crate) old: Vec<u8>,
    pub(crate) before: Vec<Page>,
    /// The pages that are written.
    pub(crate) pages: Vec<Page>,
    /// What foreign programs have found in documents that were looked at already.
    seen: RefCell<HashMap<u64, usize>>,
}

fn old_pages() -> Vec<Page> {
    vec![
        Page::new(PixelType::Gray8, 31, 17, 4),
        Page::new(PixelType::Rgb8, 40, 50, 5),
    ]
}

fn new_pages() -> Vec<Page> {
    vec![
        Page::new(PixelType::Gray8, 31, 17, 1),
        // More than one strip.
        Page::new(PixelType::Rgb8, 300, 310, 2).unknown_height(),
        Page::new(PixelType::Bw1, 90, 40, 3),
    ]
}

/// All of them.
pub(crate) fn all() -> Vec<Scene> {
    let mut scenes = tiffs();
    scenes.extend(pdfs());
    scenes
}

pub(crate) fn tiff_options(compression: Compression) -> tiff::Options {
    tiff::Options {
        compression,
        records: true,
        ..tiff::Options::default()
    }
}

fn tiffs() -> Vec<Scene> {
    let plain = tiff_options(Compression::None);
    let lzw = tiff_options(Compression::Lzw);
    let with = |limit, expected_bytes| tiff::Options {
        classic_limit: limit,
        expected_bytes,
        ..plain.clone()
    };
    let fresh = |name: &str, options: &tiff::Options| Scene::new(name, Open::Tiff(options.clone()));
    let mut scenes = vec![
        fresh("TIFF", &plain),
        fresh("TIFF, LZW", &lzw),
        fresh("BigTIFF", &with(u64::MAX, Some(1 << 33))),
        fresh("TIFF that turns in its second page", &with(100_000, None)),
        fresh("TIFF that turns in its third page", &with(281_000, None)),
    ];
    let old = tiff_support::document(plain.clone(), &old_pages(), ROWS);
    let big = tiff_support::document(with(u64::MAX, Some(1 << 33)), &old_pages(), ROWS);
    let bare = tiff_support::document(tiff::Options::default(), &old_pages(), ROWS);
    scenes.push(fresh("added to a TIFF", &lzw).behind(old.clone(), old_pages()));
    let turns = fresh("added to a TIFF that turns", &with(100_000, None));
    scenes.push(turns.behind(old.clone(), old_pages()));
    scenes.push(fresh("added to a BigTIFF", &plain).behind(big, old_pages()));
    scenes.push(fresh("added to a TIFF without records", &lzw).behind(bare, old_pages()));
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a.tiff"), folder.path().join("b.tiff"));
    std::fs::write(&from, &old).unwrap();
    for form in [&["-L"][..], &["-B"], &["-L", "-8"], &["-B", "-8"]] {
        let names = [
            "-c",
            "lzw",
            tiff_support::text(&from),
            tiff_support::text(&to),
        ];
        tiff_support::tool("tiffcp", &[form, &names].concat());
        let name = format!("added to tiffcp's TIFF {}", form.concat());
        let foreign = std::fs::read(&to).unwrap();
        scenes.push(fresh(&name, &lzw).behind(foreign, old_pages()));
    }
    scenes
}

fn pdfs() -> Vec<Scene> {
    let options = |compression| Open::Pdf(pdf_support::options(compression));
    let archival = Open::Pdf(pdf::Options {
        conformance: pdf::Conformance::A2b,
        profile: Some(quire_formats::Profile::srgb()),
        ..pdf_support::options(Compression::Deflate)
    });
    let mut scenes = vec![
        Scene::new("PDF", options(Compression::None)),
        Scene::new("PDF/A", archival.clone()),
    ];
    for (name, open) in [
        ("a PDF", options(Compression::Deflate)),
        ("a PDF/A", archival),
    ] {
        let old = Scene {
            pages: old_pages(),
            ..Scene::new("old", open.clone())
        };
        let added = Scene::new(&format!("added to {name}"), open);
        scenes.push(added.behind(old.write(1).bytes(), old_pages()));
    }
    let folder = tempfile::tempdir().unwrap();
    let name = |n: &str| folder.path().join(n).to_str().unwrap().to_owned();
    let mut args = vec!["-o".to_owned(), name("img2pdf.pdf")];
    for (i, page) in old_pages().iter().enumerate() {
        let png = run("pnmtopng", &[], &pnm(&page.layout, &page.data));
        std::fs::write(name(&format!("{i}.png")), png).unwrap();
        args.push(name(&format!("{i}.png")));
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    run_talking("img2pdf", &args, b"");
    let streams = name("streams.pdf");
    let args = ["--object-streams=generate", args[1], &streams];
    run("qpdf", &args, b"");
    for (what, file) in [
        ("img2pdf's PDF", args[1]),
        ("qpdf's PDF with object streams", &streams),
    ] {
        let added = Scene::new(&format!("added to {what}"), options(Compression::None));
        scenes.push(added.behind(std::fs::read(file).unwrap(), old_pages()));
    }
    scenes
}

impl Scene {
    fn new(name: &str, open: Open) -> Scene {
        Scene {
            name: name.to_owned(),
            open,
            old: Vec::new(),
            before: Vec::new(),
            pages: new_pages(),
            seen: RefCell::default(),
        }
    }

    fn behind(self, old: Vec<u8>, before: Vec<Page>) -> Scene {
        Scene {
            old,
            before,
            ..self
        }
    }

    /// The disk with the document that is there, and a writer to it.
    pub(crate) fn start(&self) -> (Disk, Box<dyn DocumentWriter>) {
        let disk = Disk::holding(&self.old);
        let writer = self.writer(disk.clone());
        (disk, writer)
    }

    /// A writer that goes on with what the disk has.
    pub(crate) fn writer(&self, disk: Disk) -> Box<dyn DocumentWriter> {
        let bytes = disk.bytes();
        match (&self.open, bytes.is_empty()) {
            (Open::Tiff(options), true) => Box::new(tiff::Writer::new(disk, options.clone())),
            (Open::Pdf(options), true) => Box::new(pdf::Writer::new(disk, options.clone())),
            (Open::Tiff(options), false) => {
                let file = file(&bytes);
                Box::new(tiff::Writer::append(disk, options.clone(), &file).unwrap())
            }
            (Open::Pdf(options), false) => {
                let file = file(&bytes);
                let (writer, _) = pdf::Writer::append(disk, &file, options.clone()).unwrap();
                Box::new(writer)
            }
        }
    }

    /// Writes everything; of all pages but the last, every `synced`-th and those before it are made durable
    /// before the next begins.
    pub(crate) fn write(&self, synced: usize) -> Disk {
        let (mut disk, mut writer) = self.start();
        for (n, page) in self.pages.iter().enumerate() {
            page_rows(writer.as_mut(), page).unwrap();
            disk.note(Event::Ending);
            writer.end_page().unwrap();
            if (n + 1) % synced == 0 || n + 1 == self.pages.len() {
                quire_formats::Sink::barrier(&mut disk).unwrap();
                disk.note(Event::Done(n + 1));
            }
        }
        writer.finish().unwrap();
        disk
    }

    /// What `recover` makes of these bytes: at least the pages that were told (`done`), at most those whose
    /// end had begun (`begun`). Foreign programs read all of them. Gives the document.
    pub(crate) fn recovered(&self, bytes: &[u8], done: usize, begun: usize, what: &str) -> Vec<u8> {
        let file = file(bytes);
        let found = recover(&file);
        let after = content(&file);
        let old = self.before.len();
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                assert_eq!(old + done, 0, "{what}: {error:?}");
                assert!(after == bytes, "{what}: changed, and no document");
                return Vec::new();
            }
        };
        let pages = found.pages as usize;
        assert!(
            (old + done..=old + begun).contains(&pages),
            "{what}: {found:?}, {done} told"
        );
        assert_eq!(self.look(&after, what), pages, "{what}");
        self.old_is_there(&after, what);
        let again: Recovered = recover(&file).unwrap();
        assert_eq!(again.pages, found.pages, "{what}: again");
        assert!(
            content(&file) == after,
            "{what}: changed by the second time"
        );
        after
    }

    /// The bytes of the old document are as they were, but for the link of a TIFF, and its header when it has
    /// become BigTIFF.
    pub(crate) fn old_is_there(&self, bytes: &[u8], what: &str) {
        assert!(bytes.len() >= self.old.len(), "{what}: cut");
        let turned = self.old.len() > 2 && self.old[2] == 42 && bytes[2] == 43;
        let header = if turned { 16 } else { 0 };
        let changed: Vec<usize> = (header..self.old.len())
            .filter(|i| bytes[*i] != self.old[*i])
            .collect();
        let allowed = match self.open {
            Open::Tiff(_) if !changed.is_empty() => {
                let link = verify(&file(&self.old)).unwrap();
                let size = if link.big { 8 } else { 4 };
                changed[changed.len() - 1] - changed[0] < size
            }
            _ => changed.is_empty(),
        };
        assert!(
            allowed,
            "{what}: {} bytes of the old document changed",
            changed.len()
        );
    }

    /// How many pages foreign programs see: the first of all that were to be there, pixel by pixel.
    pub(crate) fn look(&self, bytes: &[u8], what: &str) -> usize {
        let mut hash = DefaultHasher::new();
        bytes.hash(&mut hash);
        let hash = hash.finish();
        if let Some(pages) = self.seen.borrow().get(&hash) {
            return *pages;
        }
        let all = self.before.iter().chain(&self.pages);
        let pages = match self.open {
            Open::Tiff(_) => {
                let found = tiff_support::decode(bytes).pages;
                for (n, (found, page)) in found.iter().zip(all).enumerate() {
                    assert_eq!(found.long(256), page.layout.width, "{what}, page {n}");
                    let mut data = Page {
                        data: found.pixels.clone(),
                        ..*page
                    };
                    data.clear_padding();
                    assert!(data.data == page.data, "{what}, page {n}");
                }
                found.len()
            }
            Open::Pdf(_) => {
                let mut file = tempfile::NamedTempFile::new().unwrap();
                file.write_all(bytes).unwrap();
                pdf_support::check(file.path());
                let found = pdf_support::images(file.path());
                for (n, (found, page)) in found.iter().zip(all).enumerate() {
                    let (pixel, width) = (page.layout.pixel, page.layout.width);
                    let same = *found == Pixels::of_rows(pixel, width, &page.data);
                    assert!(same, "{what}, page {n}");
                }
                assert_eq!(pdf_support::page_count(file.path()), found.len(), "{what}");
                found.len()
            }
        };
        self.seen.borrow_mut().insert(hash, pages);
        pages
    }
}

/// Everything of a page but its end.
pub(crate) fn page_rows(writer: &mut dyn DocumentWriter, page: &Page) -> wia::Result<()> {
    writer.begin_page(&page.layout)?;
    for from in (0..page.band().rows()).step_by(ROWS) {
        writer.rows(page.band().slice(from, from + ROWS))?;
    }
    Ok(())
}

/// A file with these bytes.
pub(crate) fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// What a file has.
pub(crate) fn content(file: &File) -> Vec<u8> {
    use std::os::unix::fs::FileExt;
    let mut bytes = vec![0; file.metadata().unwrap().len() as usize];
    file.read_exact_at(&mut bytes, 0).unwrap();
    bytes
}
