//! What the fuzz targets do with any bytes. Each reader may refuse them, as damaged or as unsupported; it
//! may not panic, and not take time or memory without bounds.

use std::fs::File;
use std::io::Write;

use quire_formats::image::ImageFile;
use quire_formats::{Chunk, Limits, Profile, bmp, codec, raw, tiff};
use wia::{ErrorKind, Result};

/// Small enough to be reached.
const LIMITS: Limits = Limits {
    row_bytes: 1 << 20,
    held_bytes: 8 << 20,
    pixels: 1 << 22,
    pages: 64,
    objects: 1 << 12,
    value_bytes: 1 << 20,
    depth: 16,
};

/// Pages that are read of a file.
const PAGES: usize = 4;

type Target = fn(&[u8]);

/// Every target, by its name.
pub const TARGETS: [(&str, Target); 11] = [
    ("image_tiff", image_tiff),
    ("image_png", image_png),
    ("image_jpeg", image_jpeg),
    ("image_bmp", image_bmp),
    ("image_raw", image_raw),
    ("image_pdf", image_pdf),
    ("raw_stream", raw_stream),
    ("bmp_stream", bmp_stream),
    ("tiff_verify", tiff_verify),
    ("jpeg_frame", jpeg_frame),
    ("icc", icc),
];

/// TIFF files.
pub fn image_tiff(data: &[u8]) {
    if data.starts_with(b"II") || data.starts_with(b"MM") {
        image(data);
    }
}

/// PNG files.
pub fn image_png(data: &[u8]) {
    if data.starts_with(b"\x89PNG") {
        image(data);
    }
}

/// JPEG files.
pub fn image_jpeg(data: &[u8]) {
    if data.starts_with(&[0xFF, 0xD8]) {
        image(data);
    }
}

/// Bitmap files.
pub fn image_bmp(data: &[u8]) {
    if data.starts_with(b"BM") {
        image(data);
    }
}

/// RAW files.
pub fn image_raw(data: &[u8]) {
    if data.starts_with(b"WRAW") {
        image(data);
    }
}

/// PDF files.
pub fn image_pdf(data: &[u8]) {
    if data.starts_with(b"%PDF") {
        image(data);
    }
}

fn image(data: &[u8]) {
    let Some(file) = file_of(data) else {
        return;
    };
    let Some(image) = known(ImageFile::of(file, "fuzz", LIMITS)) else {
        return;
    };
    for index in 0..image.page_count().min(PAGES) {
        known(image.metadata(index));
        known(image.profile(index));
        rows(&image, index);
        let Some(Some((page, mut chunks))) = known(image.stored(index)) else {
            continue;
        };
        let mut count = 0;
        while let Some(Some(chunk)) = known(chunks.next()) {
            count += 1;
            if let Chunk::InFile { file, at, bytes } = chunk {
                let end = file.metadata().map_or(0, |m| m.len());
                assert!(at.checked_add(bytes).is_some_and(|to| to <= end));
            }
        }
        assert!(count <= page.chunks);
    }
}

fn rows(image: &ImageFile, index: usize) {
    let bytes = image.page(index).map_or(0, |info| info.row_bytes());
    let mut row = vec![0; bytes];
    if let Some(mut rows) = known(image.rows(index)) {
        while known(rows.next_row(&mut row)) == Some(true) {}
    }
}

/// Streams of RAW as drivers send them.
pub fn raw_stream(data: &[u8]) {
    let mut reader = raw::Reader::new();
    pieces(data, |at, bytes| {
        let result = reader.write_at(at, bytes, &mut |layout, band| {
            assert_eq!(band.iter().next().map(<[u8]>::len), Some(layout.row_bytes()));
            Ok(())
        });
        result.is_ok()
    });
    let _ = reader.finish();
}

/// Bitmaps as drivers send them.
pub fn bmp_stream(data: &[u8]) {
    let mut reader = bmp::Reader::new();
    pieces(data, |at, bytes| {
        let result = reader.write_at(at, bytes, &mut |description, band| {
            let row = band.iter().next().map(<[u8]>::len);
            assert_eq!(row, Some(description.layout.row_bytes()));
            Ok(())
        });
        result.is_ok()
    });
    let _ = reader.finish();
}

/// Some bytes, then the rest in pieces, then the first ones again, as headers are written twice.
fn pieces(data: &[u8], mut take: impl FnMut(u64, &[u8]) -> bool) {
    let Some((first, data)) = data.split_first() else {
        return;
    };
    let mut at = 0;
    for piece in data.chunks(usize::from(*first) + 1) {
        if !take(at, piece) {
            return;
        }
        at += piece.len() as u64;
    }
    let head = &data[..data.len().min(80)];
    take(0, head);
}

/// What a crash leaves of a TIFF.
pub fn tiff_verify(data: &[u8]) {
    if let Some(file) = file_of(data) {
        let _ = tiff::verify(&file);
    }
}

/// The headers of JPEG streams that go into documents.
pub fn jpeg_frame(data: &[u8]) {
    known(codec::jpeg::Frame::parse(data));
}

/// Colour profiles.
pub fn icc(data: &[u8]) {
    known(Profile::parse(data));
}

/// A file of these bytes.
fn file_of(data: &[u8]) -> Option<File> {
    let mut file = tempfile::tempfile_in("/dev/shm").or_else(|_| tempfile::tempfile()).ok()?;
    file.write_all(data).ok()?;
    Some(file)
}

/// The value, or nothing for an error that blames the bytes. No other one may come.
fn known<T>(result: Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(e) => {
            let blame = matches!(
                e.kind(),
                ErrorKind::InputDamaged | ErrorKind::InputUnsupported
            );
            assert!(blame, "{:?}: {e}", e.kind());
            None
        }
    }
}
