//! Other people's programs as witnesses.

use std::path::Path;
use std::process::{Command, Output};

use super::{Ifd, Picture, Recorder, Tiff};

/// Runs a program, which must succeed; gives what it wrote on both outputs.
pub(crate) fn run(name: &str, args: &[&str]) -> (Vec<u8>, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(name)
        .args(args)
        .output()
        .unwrap_or_else(|e| panic!("{name} must be installed: {e}"));
    let errors = String::from_utf8_lossy(&stderr).into_owned();
    assert!(status.success(), "{name} {args:?}: {status} {errors}");
    (stdout, errors)
}

/// Runs a tool of libtiff, which must succeed and have nothing to complain of.
pub(crate) fn tool(name: &str, args: &[&str]) -> String {
    let (output, errors) = run(name, args);
    assert_eq!(errors, "", "{name} {args:?}");
    String::from_utf8(output).unwrap()
}

/// A page as libtiff decodes it, its samples as they stand in the file.
pub(crate) struct Decoded {
    pub(crate) ifd: Ifd,
    pub(crate) data: Vec<u8>,
}

/// Every page of a document, decoded by `tiffcp -c none`.
pub(crate) fn decode(document: &[u8]) -> Vec<Decoded> {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("from.tiff");
    std::fs::write(&from, document).unwrap();
    decode_file(&from)
}

fn decode_file(from: &Path) -> Vec<Decoded> {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("to.tiff");
    let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
    let directories = tool("tiffinfo", &[from]);
    tool("tiffcp", &["-c", "none", from, to]);
    let copy = std::fs::read(to).unwrap();
    let pages: Vec<Decoded> = Tiff::parse(&copy[..], 0)
        .pages
        .into_iter()
        .map(|ifd| Decoded {
            data: ifd.data(&copy[..], 0),
            ifd,
        })
        .collect();
    let listed = directories.matches("TIFF Directory at offset").count();
    assert_eq!(listed, pages.len(), "tiffinfo and tiffcp disagree");
    pages
}

/// Asserts that two decoders see exactly these pages, 1 being white.
pub(crate) fn assert_pages(document: &[u8], pages: &[&Picture]) {
    let decoded = decode(document);
    assert_eq!(decoded.len(), pages.len());
    for (n, (got, page)) in decoded.iter().zip(pages).enumerate() {
        let size = (got.ifd.value(256), got.ifd.value(257));
        assert_eq!(size, (page.width as u64, page.lines as u64), "page {n}");
        let mut rows = got.data.clone();
        if got.ifd.value(262) == 0 {
            rows.iter_mut().for_each(|byte| *byte = !*byte);
        }
        page.clear_padding(&mut rows);
        assert!(rows == page.rows, "page {n} differs: {page:?}");
    }
    assert_pages_of_the_crate(document, pages);
}

/// The same by the `tiff` crate, for the depths that it gives as whole samples.
fn assert_pages_of_the_crate(document: &[u8], pages: &[&Picture]) {
    use tiff::decoder::{Decoder, DecodingResult};
    let mut decoder = Decoder::new(std::io::Cursor::new(document)).unwrap();
    for (n, page) in pages.iter().enumerate() {
        assert_eq!(decoder.dimensions().unwrap(), (page.width, page.lines));
        if page.depth >= 8 {
            let rows: Vec<u8> = match decoder.read_image().unwrap() {
                DecodingResult::U8(samples) => samples,
                DecodingResult::U16(samples) => {
                    samples.iter().flat_map(|s| s.to_le_bytes()).collect()
                }
                _ => panic!("page {n} has strange samples"),
            };
            assert!(rows == page.rows, "page {n} differs: {page:?}");
        }
        assert_eq!(decoder.more_images(), n + 1 < pages.len());
        if decoder.more_images() {
            decoder.next_image().unwrap();
        }
    }
}

/// The stream as a file with the same holes.
pub(crate) fn sparse_file(stream: &Recorder, path: &Path) {
    use std::os::unix::fs::FileExt;
    let file = std::fs::File::create(path).unwrap();
    file.set_len(stream.len()).unwrap();
    for (number, block) in stream.blocks() {
        let at = number * block.len() as u64;
        let some = block.len().min((stream.len() - at) as usize);
        file.write_all_at(&block[..some], at).unwrap();
    }
}
