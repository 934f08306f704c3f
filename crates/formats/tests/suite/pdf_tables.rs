//! The tables of objects in PDFs of others: many versions, circles, entries that are none.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs::OpenOptions;
use std::path::Path;

use crate::by_hand::{page, pdf, stream, with_table_stream};
use crate::sheets::{Folder, read};
use quire_formats::image::ImageFile;
use quire_formats::{WriterOptions, open_appending};
use wia::ErrorKind::{self, InputDamaged, InputUnsupported};

/// The pages, as they are read and as pages are added to them.
fn pages(path: &Path) -> [Result<usize, ErrorKind>; 2] {
    let file = OpenOptions::new().read(true).write(true).open(path);
    let started = open_appending(file.unwrap(), &WriterOptions::default());
    [
        ImageFile::open(path).map(|file| file.page_count()),
        started.map(|started| started.unwrap().pages as usize),
    ]
    .map(|pages| pages.map_err(|e| e.kind()))
}

/// A page in so many versions, of which the first leads to the table at `first`.
fn versions(count: usize, first: Option<usize>) -> Vec<u8> {
    let mut out = pdf(&page(), "");
    let number = |out: &[u8]| -> usize {
        let text = String::from_utf8_lossy(&out[out.len() - 100..]).into_owned();
        let (_, number) = text.rsplit_once("startxref\n").unwrap();
        number.lines().next().unwrap().parse().unwrap()
    };
    let mut table = first.unwrap_or_else(|| number(&out));
    for _ in 1..count {
        let prev = std::mem::replace(&mut table, out.len());
        out.extend(format!("xref\n0 0\ntrailer<</Size 6/Root 1 0 R/Prev {prev}>>\n").into_bytes());
    }
    out.extend(format!("startxref\n{table}\n%%EOF\n").into_bytes());
    out
}

#[test]
fn many_versions() {
    let folder = Folder::new();
    for (count, wanted) in [
        (2, Ok(1)),
        (5000, Ok(1)),
        (1 << 16, Ok(1)),
        ((1 << 16) + 1, Err(InputUnsupported)),
    ] {
        let path = folder.write("x.pdf", &versions(count, None));
        assert_eq!(pages(&path), [wanted; 2], "{count}");
    }
}

#[test]
fn versions_in_a_circle() {
    let folder = Folder::new();
    // The second version is where the first one ends.
    let second = pdf(&page(), "").len();
    let path = folder.write("x.pdf", &versions(10, Some(second)));
    assert_eq!(pages(&path), [Err(InputDamaged); 2]);
}

#[test]
fn entries_that_are_none() {
    let folder = Folder::new();
    let good = String::from_utf8(pdf(&page(), "")).unwrap();
    assert!(ImageFile::open(folder.write("x.pdf", good.as_bytes())).is_ok());
    let entry = good.find(" 00000 n").unwrap();
    for bad in [" (a)(b) n", " 00000 x", " 00000 1", " -0001 n", " /A /B n"] {
        let mut bytes = good.clone().into_bytes();
        bytes.splice(entry..entry + 8, bad.bytes());
        let e = ImageFile::open(folder.write("x.pdf", &bytes)).unwrap_err();
        assert_eq!(e.kind(), InputDamaged, "{bad}: {e}");
    }
}

/// PNG's filters before each entry.
#[test]
fn filtered_tables() {
    let folder = Folder::new();
    for kind in 0..5 {
        let bytes = with_table_stream(|entries| {
            let mut out = Vec::new();
            let mut above = [0; 7];
            for row in entries.as_chunks::<7>().0 {
                out.push(kind);
                for i in 0..7 {
                    let (left, corner) = match i {
                        0 => (0, 0),
                        i => (row[i - 1], above[i - 1]),
                    };
                    let guess = i16::from(left) + i16::from(above[i]) - i16::from(corner);
                    let nearest = [left, above[i], corner];
                    let nearest = nearest
                        .iter()
                        .min_by_key(|n| (guess - i16::from(**n)).abs());
                    let mean = (u16::from(left) + u16::from(above[i])) / 2;
                    let filters = [0, left, above[i], mean as u8, *nearest.unwrap()];
                    out.push(row[i].wrapping_sub(filters[usize::from(kind)]));
                }
                above = *row;
            }
            let zipped = zip(&out);
            (
                zipped,
                "/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 7 >>",
            )
        });
        let path = folder.write("x.pdf", &bytes);
        assert_eq!(pages(&path), [Ok(1); 2], "{kind}");
        let file = ImageFile::open(&path).unwrap();
        assert_eq!(read(&file, 0).unwrap().1, [1, 2, 3, 4]);
    }
}

/// What is used by many pages, as other programs write it, is no reason to refuse them.
#[test]
fn pages_that_share() {
    let folder = Folder::new();
    let mut objects = page();
    let (count, first) = (3000, 7);
    let kids: String = (first..first + count)
        .map(|i| format!("{i} 0 R "))
        .collect();
    objects[0] = format!("<< /Type /Pages /Count {count} /Kids [{kids}] >>").into();
    let shared = "/Annots 6 0 R /Resources 3 0 R /Contents 4 0 R /MediaBox [0 0 40 30]";
    objects[1] = b"<< /ProcSet [/PDF /ImageB] /XObject << /I 5 0 R >> >>".to_vec();
    objects.push(b"[]".to_vec());
    let page = format!("<< /Type /Page /Parent 2 0 R {shared} >>").into_bytes();
    objects.extend(std::iter::repeat_n(page, count));
    objects.push(stream("/N 3", &[0; 999]));
    let path = folder.write("x.pdf", &pdf(&objects, ""));
    assert_eq!(pages(&path), [Ok(count); 2]);
}

fn zip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}
