//! What the TIFF tests share: pages made from a seed, a reader of uncompressed TIFF that is
//! independent of the crate, and libtiff's tools.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

pub(crate) mod parse;
pub(crate) mod sinks;

use std::path::Path;
use std::process::Command;

use quire_formats::DocumentWriter;
use quire_formats::Sink;
use quire_formats::tiff::{Options, Writer};
use raster::{Band, PageLayout, PixelType};

pub(crate) use parse::Tiff;

pub(crate) const PIXELS: [PixelType; 6] = [
    PixelType::Bw1,
    PixelType::Gray4,
    PixelType::Gray8,
    PixelType::Gray16,
    PixelType::Rgb8,
    PixelType::Rgb16,
];

/// A page with its packed rows; the padding bits are 0.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) layout: PageLayout,
    pub(crate) data: Vec<u8>,
}

impl Page {
    /// A page of `height` rows, whose content follows from `seed`: noise, runs and wedges side by
    /// side, so that every codec meets its good and its bad cases.
    pub(crate) fn new(pixel: PixelType, width: u32, height: u32, seed: u32) -> Page {
        let layout = PageLayout {
            width,
            height: Some(height),
            pixel,
            x_dpi: 300,
            y_dpi: 150,
        };
        let row = layout.row_bytes();
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
        let mut noise = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 11) as u8
        };
        let mut data = Vec::with_capacity(row * height as usize);
        for y in 0..height as usize {
            for x in 0..row {
                data.push(match (x * 4 / row + y / 3 + seed as usize) % 4 {
                    0 => noise(),
                    1 => 0xFF,
                    2 => (x / 3 + y) as u8,
                    _ => 0x00,
                });
            }
        }
        let mut page = Page { layout, data };
        page.clear_padding();
        page
    }

    pub(crate) fn clear_padding(&mut self) {
        let bits = self.layout.width as usize * self.layout.pixel.bits_per_pixel() as usize % 8;
        if bits != 0 {
            for row in self.data.chunks_mut(self.layout.row_bytes()) {
                *row.last_mut().unwrap() &= 0xFF << (8 - bits);
            }
        }
    }

    pub(crate) fn height(&self) -> u32 {
        (self.data.len() / self.layout.row_bytes()) as u32
    }

    pub(crate) fn unknown_height(mut self) -> Page {
        self.layout.height = None;
        self
    }

    pub(crate) fn band(&self) -> Band<'_> {
        let row = self.layout.row_bytes();
        Band::new(&self.data, row, row).unwrap()
    }

    /// Writes the page in bands of `rows` rows.
    pub(crate) fn write(
        &self,
        writer: &mut (impl DocumentWriter + ?Sized),
        rows: usize,
    ) -> wia::Result<()> {
        writer.begin_page(&self.layout)?;
        for from in (0..self.band().rows()).step_by(rows) {
            writer.rows(self.band().slice(from, from + rows))?;
        }
        writer.end_page()?;
        Ok(())
    }
}

/// Writes `pages` into memory.
pub(crate) fn document(options: Options, pages: &[Page], rows: usize) -> Vec<u8> {
    let mut writer = Writer::new(std::io::Cursor::new(Vec::new()), options);
    for page in pages {
        page.write(&mut writer, rows).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(writer.document().pages() as usize, pages.len());
    writer.into_parts().0.into_inner()
}

/// Writes `pages` through `sink`.
pub(crate) fn write_to<S: Sink>(sink: S, options: Options, pages: &[Page], rows: usize) -> S {
    let mut writer = Writer::new(sink, options);
    for page in pages {
        page.write(&mut writer, rows).unwrap();
    }
    writer.finish().unwrap();
    writer.into_parts().0
}

/// Runs a tool of libtiff; it must succeed and say nothing on its error output.
pub(crate) fn tool(name: &str, args: &[&str]) -> String {
    let output = Command::new(name)
        .args(args)
        .output()
        .unwrap_or_else(|e| panic!("{name} must be installed (libtiff-tools): {e}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && errors.is_empty(),
        "{name} {args:?}: {} {errors}",
        output.status
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The pages that `tiffinfo` lists, which must have nothing to complain about.
pub(crate) fn count(document: &[u8]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tiff");
    std::fs::write(&path, document).unwrap();
    let info = tool("tiffinfo", &[text(&path)]);
    info.matches("TIFF Directory at offset").count()
}

/// Asserts that `got`, read by this crate's own reader of uncompressed TIFF, is `pages`.
pub(crate) fn assert_plain(got: &Tiff, pages: &[Page], what: &str) {
    assert_eq!(got.pages.len(), pages.len(), "{what}");
    for (n, (got, page)) in got.pages.iter().zip(pages).enumerate() {
        assert_eq!(got.long(256), page.layout.width, "{what}, page {n}");
        assert_eq!(got.long(257), page.height(), "{what}, page {n}");
        assert!(got.pixels == page.data, "{what}, page {n}");
    }
}

/// What libtiff makes of a document: every page, decoded by `tiffcp -c none`.
pub(crate) fn decode(document: &[u8]) -> Tiff {
    decode_and(document, |_, _| {})
}

/// [`decode`], then looks at the document and the copy as files.
fn decode_and(document: &[u8], look: impl FnOnce(&str, &str)) -> Tiff {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a.tiff"), folder.path().join("b.tiff"));
    std::fs::write(&from, document).unwrap();
    let info = tool("tiffinfo", &[text(&from)]);
    tool("tiffcp", &["-c", "none", text(&from), text(&to)]);
    let decoded = Tiff::parse(&std::fs::read(&to).unwrap());
    let directories = info.matches("TIFF Directory at offset").count();
    assert_eq!(directories, decoded.pages.len());
    look(text(&from), text(&to));
    decoded
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Asserts that libtiff sees exactly `pages`.
pub(crate) fn assert_pages(document: &[u8], pages: &[Page], what: &str) {
    let decoded = decode_and(document, |original, copy| {
        // It names the pages, the fields that differ, and the first pixels that do.
        let lines = tool("tiffcmp", &["-t", original, copy]);
        let other = lines.lines().find(|line| line.starts_with("Scanline"));
        assert_eq!(other, None, "{what}");
    });
    assert_eq!(decoded.pages.len(), pages.len(), "{what}");
    for (n, (got, page)) in decoded.pages.iter().zip(pages).enumerate() {
        assert_eq!(got.long(256), page.layout.width, "{what}, page {n}");
        assert_eq!(got.long(257), page.height(), "{what}, page {n}");
        let bits = page.layout.pixel.bits_per_channel();
        assert_eq!(got.long(258), bits, "{what}, page {n}");
        let mut data = Page {
            data: got.pixels.clone(),
            ..*page
        };
        data.clear_padding();
        if let Some(at) = (0..page.data.len()).find(|i| data.data.get(*i) != page.data.get(*i)) {
            let row = page.layout.row_bytes();
            panic!(
                "{what}, page {n}: row {} byte {} differs",
                at / row,
                at % row
            );
        }
        assert_eq!(data.data.len(), page.data.len(), "{what}, page {n}");
    }
}
