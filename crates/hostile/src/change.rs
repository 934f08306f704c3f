//! Documents that are added to, and that a crash has cut.

use std::fs::File;

use formats::image::ImageFile;
use formats::{Appending, DocumentFormat, Limits, WriterOptions, open_appending, recover, tiff};
use raster::{Band, PageLayout, PixelType};

use crate::{LIMITS, bytes_of, file_of, known, sure};

/// The page that is added.
const ADDED: PageLayout = PageLayout {
    width: 9,
    height: Some(5),
    pixel: PixelType::Gray8,
    x_dpi: 300,
    y_dpi: 300,
};

/// A page is added to a TIFF.
pub(crate) fn tiff_append(data: &[u8]) {
    if data.starts_with(b"II") || data.starts_with(b"MM") {
        append(data, DocumentFormat::Tiff);
    }
}

/// A page is added to a PDF.
pub(crate) fn pdf_append(data: &[u8]) {
    if data.starts_with(b"%PDF") {
        append(data, DocumentFormat::Pdf);
    }
}

/// What a crash leaves of a TIFF.
pub(crate) fn tiff_recover(data: &[u8]) {
    if data.starts_with(b"II") || data.starts_with(b"MM") {
        recovered(data);
    }
}

/// What a crash leaves of a PDF.
pub(crate) fn pdf_recover(data: &[u8]) {
    if data.starts_with(b"%PDF") {
        recovered(data);
    }
}

fn append(data: &[u8], format: DocumentFormat) {
    let Some(file) = file_of(data) else {
        return;
    };
    let before = pages(&file);
    let found = known(opened(&file));
    assert!(bytes_of(&file) == data, "opening has changed the file");
    let Some(Some(found)) = found else {
        return;
    };
    let declared = (found.format, format) == (DocumentFormat::Pdfa, DocumentFormat::Pdf);
    assert!(declared || found.format == format);
    let mut writer = found.writer;
    let rows: Vec<u8> = (0..45).collect();
    let added = writer
        .begin_page(&ADDED)
        .and_then(|()| match Band::new(&rows, 9, 9) {
            Some(band) => writer.rows(band),
            None => Ok(()),
        })
        .and_then(|()| writer.end_page())
        .and_then(|_| writer.finish());
    sure(added, "adding a page");
    drop(writer);
    assert!(
        is_kept(data, &bytes_of(&file), format),
        "old bytes have changed"
    );
    let again = sure(opened(&file), "opening it again");
    assert_eq!(again.map(|again| again.pages), Some(found.pages + 1));
    let Some(before) = before else {
        return;
    };
    let Some(after) = pages(&file) else {
        panic!("cannot be read any more");
    };
    assert_eq!(after.len(), before.len() + 1);
    assert!(after.starts_with(&before), "old pages have changed");
    assert!(
        after.last() == Some(&Some(rows)),
        "the new page is not itself"
    );
}

/// Whether the old bytes are there, but for the one link in a TIFF that leads on.
fn is_kept(old: &[u8], new: &[u8], format: DocumentFormat) -> bool {
    let changed = |(old, new): (&u8, &u8)| old != new;
    let mut pairs = old.iter().zip(new);
    let first = pairs.clone().position(changed);
    let last = pairs.rposition(changed);
    let link = match (first, last) {
        (Some(first), Some(last)) => last - first < 8 && format == DocumentFormat::Tiff,
        _ => true,
    };
    new.len() > old.len() && link
}

fn opened(file: &File) -> wia::Result<Option<Appending>> {
    let options = WriterOptions {
        compression: tiff::Compression::Deflate,
        ..WriterOptions::default()
    };
    open_appending(file.try_clone().map_err(wia::Error::from_read)?, &options)
}

/// The rows of each page, without those that cannot be read whole. Nothing when there is no document
/// that is read here.
fn pages(file: &File) -> Option<Vec<Option<Vec<u8>>>> {
    let limits = Limits {
        pages: 65,
        ..LIMITS
    };
    let image = known(ImageFile::of(file.try_clone().ok()?, "fuzz", limits))?;
    // One more may come.
    if image.page_count() == 65 {
        return None;
    }
    let pages = 0..image.page_count();
    Some(pages.map(|index| rows(&image, index)).collect())
}

/// All rows of a page.
pub(crate) fn rows(image: &ImageFile, index: usize) -> Option<Vec<u8>> {
    let row_bytes = image.page(index)?.row_bytes();
    let mut rows = known(image.rows(index))?;
    let mut all = Vec::new();
    let mut row = vec![0; row_bytes];
    while known(rows.next_row(&mut row))? {
        all.extend_from_slice(&row);
    }
    Some(all)
}

fn recovered(data: &[u8]) {
    let Some(file) = file_of(data) else {
        return;
    };
    let Some(first) = known(recover(&file)) else {
        assert!(bytes_of(&file) == data, "the file has changed");
        return;
    };
    assert!(first.pages > 0);
    let bytes = bytes_of(&file);
    let second = sure(recover(&file), "the second time");
    assert_eq!(second.pages, first.pages);
    assert!(second.cut.is_none(), "{:?}", second.cut);
    assert!(bytes_of(&file) == bytes, "changed by the second time");
    let again = known(opened(&file)).flatten();
    if let Some(again) = again {
        assert_eq!(again.pages, first.pages);
    }
}
