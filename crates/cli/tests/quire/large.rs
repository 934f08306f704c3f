//! Documents past 4 GiB and of thousands of pages, read by foreign programs: in full in the long trials, a few
//! pages otherwise.

use std::fs;
use std::path::Path;

use crate::convert::{make, picture};
use crate::documents::{Pixels, pdf_pixels, tiff_pixels, tool};
use crate::scratch::Scratch;

/// Room on the disk that the long trials want.
const ROOM: u64 = 16 << 30;
/// Pictures that take turns.
const PICTURES: usize = 3;

/// Whether these are the long trials, for which there must be room.
fn long(scratch: &Scratch) -> bool {
    if std::env::var_os("QUIRE_LONG").is_none() {
        return false;
    }
    let disk = rustix::fs::statvfs(scratch.dir()).unwrap();
    let free = disk.f_bavail * disk.f_frsize;
    let place = scratch.dir().display();
    assert!(
        free >= ROOM,
        "{place}: {} GiB are free, and this trial wants {} GiB",
        free >> 30,
        ROOM >> 30
    );
    true
}

/// Pages of the sides of A4 at 300 dpi, 26 MB each, as bitmaps.
fn sheets(scratch: &Scratch, sheets: usize) -> Vec<Pixels> {
    fs::create_dir(scratch.path("sheets")).unwrap();
    let (original, first) = (scratch.path("a.pnm"), scratch.path("sheets"));
    let mut all = Vec::new();
    for n in 0..PICTURES {
        let pnm = picture("P6", 2480, 3508, 255, n as u32);
        fs::write(&original, &pnm).unwrap();
        let name = first.join(format!("{n:04}.bmp"));
        make(&name, "ppmtobmp", &["-quiet"], &original);
        all.push(Pixels::of_pnm(&pnm));
    }
    for n in PICTURES..sheets {
        let [old, new] = [n % PICTURES, n].map(|n| first.join(format!("{n:04}.bmp")));
        fs::hard_link(old, new).unwrap();
    }
    all
}

/// First, middle and last of so many.
fn samples(pages: usize) -> [usize; 3] {
    [0, pages / 2, pages - 1]
}

fn is_big(document: &Path) -> bool {
    use std::io::Read;
    let mut start = [0; 4];
    let mut file = fs::File::open(document).unwrap();
    file.read_exact(&mut start).unwrap();
    start == *b"II\x2b\0"
}

#[test]
fn a_tiff_of_6_gb_of_a_known_and_of_an_unknown_number_of_pages() {
    let scratch = Scratch::on_disk();
    let pages = if long(&scratch) { 230 } else { 5 };
    let sheets = sheets(&scratch, pages);
    for count in [format!("-n {pages}"), String::new()] {
        let line = format!(
            "scan --json -d virtual:sheets -s feeder -r 300 --page a4 {count} -c none -o out.tiff"
        );
        let mut scan = scratch.start(&line);
        for page in 1..=pages {
            // The limit is that of a page.
            scan.wait_for_page(page as u64);
        }
        scan.end().exits(0);
        let document = scratch.path("out.tiff");
        let bytes = fs::metadata(&document).unwrap().len();
        assert_eq!(is_big(&document), pages == 230, "{count}");
        assert!(bytes > 26_000_000 * pages as u64, "{bytes}");
        let told = tool("tiffinfo", &[], &[&document]).text();
        assert_eq!(told.matches("TIFF Directory at").count(), pages, "{count}");
        for page in samples(pages) {
            let found = tiff_pixels(&document, page);
            assert!(found == sheets[page % PICTURES], "{count} {page} {found:?}");
        }
        fs::remove_file(document).unwrap();
    }
}

#[test]
fn a_pdf_of_12_000_pages() {
    let scratch = Scratch::on_disk();
    let times = if long(&scratch) { 4_000 } else { 20 };
    let pages = PICTURES * times;
    let mut all = Vec::new();
    for n in 0..PICTURES {
        let pnm = picture("P6", 60, 85, 255, n as u32);
        fs::write(scratch.path("a.pnm"), &pnm).unwrap();
        let name = scratch.path(format!("{n}.png"));
        make(&name, "pnmtopng", &["-quiet"], &scratch.path("a.pnm"));
        all.push(Pixels::of_pnm(&pnm));
    }
    let inputs = " 0.png 1.png 2.png".repeat(times);
    for (format, packing) in [("pdf", ""), ("pdfa", "-c none")] {
        let line = format!("convert --json -f {format} {packing} -o out.pdf {inputs}");
        scratch.quire(&line).exits(0);
        let document = scratch.path("out.pdf");
        assert_eq!(crate::documents::pdf(&document), pages, "{format}");
        let told = tool("pdfinfo", &[], &[&document]).text();
        let line = told
            .lines()
            .find(|line| line.starts_with("Pages:"))
            .unwrap();
        assert!(line.ends_with(&format!(" {pages}")), "{line}");
        for page in samples(pages) {
            assert_eq!(pdf_pixels(&document, page), all[page % PICTURES], "{page}");
        }
    }
}
