//! From any image file to a TIFF or PDF, as stored or row by row.

use std::fs::File;

use formats::image::{ImageFile, ImageInfo};
use formats::{
    Coding, DocumentFormat, DocumentWriter, Limits, PageOptions, WriterOptions, open_writer, tiff,
};
use raster::{Band, PageLayout, PixelType};
use wia::{Error, ErrorKind};

use crate::change::rows;
use crate::{LIMITS, PAGES, file_of, known, sure};

/// The first byte says what is made, the rest is the file.
pub(crate) fn convert(data: &[u8]) {
    let Some((first, data)) = data.split_first() else {
        return;
    };
    let (Some(file), Some(out)) = (file_of(data), file_of(b"")) else {
        return;
    };
    let Some(image) = known(ImageFile::of(file, "fuzz", LIMITS)) else {
        return;
    };
    let wish = Wish(*first);
    let Some(written) = write(&image, wish, &out) else {
        return;
    };
    let limits = Limits {
        row_bytes: LIMITS.row_bytes * 2,
        value_bytes: LIMITS.value_bytes * 2,
        held_bytes: LIMITS.held_bytes * 4,
        ..LIMITS
    };
    let made = sure(ImageFile::of(out, "made", limits), "what was made");
    assert_eq!(made.page_count(), written.len());
    for (index, page) in written.iter().enumerate() {
        compare(&made, index, page);
    }
}

/// A page that was written.
struct Page {
    info: ImageInfo,
    rows: Option<Vec<u8>>,
    lossy: bool,
}

/// What is asked for.
#[derive(Clone, Copy)]
struct Wish(u8);

impl Wish {
    fn format(self) -> DocumentFormat {
        match self.0 & 1 {
            0 => DocumentFormat::Tiff,
            _ => DocumentFormat::Pdf,
        }
    }

    fn as_stored(self) -> bool {
        self.0 & 2 == 0
    }

    fn compression(self, pixel: PixelType) -> tiff::Compression {
        use tiff::Compression::{Deflate, G3, G4, Jpeg, Lzw, None, PackBits};
        match ((self.0 >> 2) % 6, pixel) {
            (0, _) => None,
            (1, _) => PackBits,
            (2, _) => Lzw,
            (3, PixelType::Bw1) => G4,
            (4, PixelType::Bw1) => G3 {
                two_dimensional: self.0 >= 128,
            },
            (4, PixelType::Gray8 | PixelType::Rgb8) => Jpeg,
            _ => Deflate,
        }
    }
}

/// Writes the pages. Those that cannot be read are taken back, as a page is after which the next
/// one is asked for.
fn write(image: &ImageFile, wish: Wish, out: &File) -> Option<Vec<Page>> {
    let first = image.page(0)?;
    let options = WriterOptions {
        compression: wish.compression(first.pixel),
        metadata: known(image.metadata(0)).unwrap_or_default(),
        profile: known(image.profile(0)).flatten(),
        full_color: wish.0 >= 128,
        ..WriterOptions::default()
    };
    let sink = Box::new(out.try_clone().ok()?);
    let mut writer = sure(open_writer(wish.format(), sink, &options), "the writer");
    let mut written = Vec::new();
    for (index, info) in image.pages().iter().enumerate().take(PAGES) {
        let page = copied(image, index, info, wish, writer.as_mut());
        if page.is_none() {
            sure(writer.abandon_page(), "taking a page back");
        }
        written.extend(page);
    }
    if written.is_empty() {
        return None;
    }
    sure(writer.finish(), "the end");
    Some(written)
}

fn copied(
    image: &ImageFile,
    index: usize,
    info: &ImageInfo,
    wish: Wish,
    writer: &mut dyn DocumentWriter,
) -> Option<Page> {
    let page = |rows, lossy| Page {
        info: *info,
        rows,
        lossy,
    };
    let rows = rows(image, index);
    if wish.as_stored()
        && let Some((stored, mut chunks)) = known(image.stored(index)).flatten()
    {
        match writer.stored_page(&stored, chunks.as_mut()) {
            Ok(done) => {
                assert_eq!(done.height, info.height);
                // What is damaged inside of it is not noticed.
                let lossy = matches!(stored.coding, Coding::Jpeg { .. });
                return Some(page(rows, lossy));
            }
            Err(e) if e.kind() == ErrorKind::NotImplemented => {}
            Err(e) => return refused(&e),
        }
    }
    let rows = rows?;
    let compression = wish.compression(info.pixel);
    writer.set_page_options(&PageOptions {
        compression,
        profile: known(image.profile(index)).flatten(),
        orientation: info.orientation,
    });
    let layout = layout(info);
    let row = info.row_bytes();
    let band = Band::new(&rows, row, row)?;
    let done = writer
        .begin_page(&layout)
        .and_then(|()| writer.rows(band))
        .and_then(|()| writer.end_page());
    match done {
        Ok(done) => assert_eq!(done.height, info.height),
        Err(e) => return refused(&e),
    }
    Some(page(Some(rows), compression == tiff::Compression::Jpeg))
}

/// Pages can be more than a format holds; else it is the bytes' fault.
fn refused(e: &Error) -> Option<Page> {
    let blame = matches!(
        e.kind(),
        ErrorKind::InputDamaged | ErrorKind::InputUnsupported | ErrorKind::InvalidArgument
    );
    assert!(blame, "{:?}: {e}", e.kind());
    None
}

fn layout(info: &ImageInfo) -> PageLayout {
    let dpi = |dpi: Option<f64>| dpi.map_or(0, |dpi| dpi.round() as u32);
    PageLayout {
        width: info.width,
        height: Some(info.height),
        pixel: info.pixel,
        x_dpi: dpi(info.x_dpi),
        y_dpi: dpi(info.y_dpi),
    }
}

/// The page is of the same size, and has the same pixels where nothing was lost.
fn compare(made: &ImageFile, index: usize, page: &Page) {
    let Some(info) = made.page(index) else {
        return;
    };
    assert_eq!(
        (info.width, info.height),
        (page.info.width, page.info.height)
    );
    assert_eq!(info.orientation, page.info.orientation);
    let Some(wanted) = &page.rows else {
        return;
    };
    let got = rows(made, index);
    assert!(got.is_some(), "page {index} cannot be read");
    let got = got.map(|rows| pixels(info, rows));
    let mut wanted = pixels(&page.info, wanted.clone());
    if (page.info.pixel, info.pixel) == (PixelType::Gray4, PixelType::Gray8) {
        // As which it is read of some formats.
        wanted = widened(&page.info, &wanted);
    } else {
        assert_eq!(info.pixel, page.info.pixel);
    }
    assert!(
        page.lossy || got == Some(wanted),
        "page {index} has other pixels"
    );
}

/// The rows without what is in the last byte behind the last pixel.
fn pixels(info: &ImageInfo, mut rows: Vec<u8>) -> Vec<u8> {
    let bits = info.width as usize * info.pixel.bits_per_pixel() as usize;
    let over = info.row_bytes() * 8 - bits;
    for row in rows.chunks_exact_mut(info.row_bytes()) {
        if let Some(last) = row.last_mut() {
            *last &= 0xFF << over;
        }
    }
    rows
}

/// Rows of 4 bits as such of 8.
fn widened(info: &ImageInfo, rows: &[u8]) -> Vec<u8> {
    let row = |row: &[u8]| {
        let shades = row.iter().flat_map(|two| [two >> 4, two & 15]);
        shades.take(info.width as usize).map(|s| s * 17).collect()
    };
    let rows: Vec<Vec<u8>> = rows.chunks_exact(info.row_bytes()).map(row).collect();
    rows.concat()
}
