//! Readers.

use formats::image::{ImageFile, ImageInfo};
use formats::{Chunk, Profile, bmp, codec, raw};
use wia::ErrorKind;

use crate::{LIMITS, PAGES, file_of, known};

/// TIFF files.
pub(crate) fn image_tiff(data: &[u8]) {
    if data.starts_with(b"II") || data.starts_with(b"MM") {
        image(data);
    }
}

/// PNG files.
pub(crate) fn image_png(data: &[u8]) {
    if data.starts_with(b"\x89PNG") {
        image(data);
    }
}

/// JPEG files, and the headers of streams that go into documents.
pub(crate) fn image_jpeg(data: &[u8]) {
    if data.starts_with(&[0xFF, 0xD8]) {
        known(codec::jpeg::Frame::parse(data));
        image(data);
    }
}

/// Bitmaps and RAW files.
pub(crate) fn image_lines(data: &[u8]) {
    if data.starts_with(b"BM") || data.starts_with(b"WRAW") {
        image(data);
    }
}

/// PDF files.
pub(crate) fn image_pdf(data: &[u8]) {
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
    assert!((1..=LIMITS.pages as usize).contains(&image.page_count()));
    for (index, info) in image.pages().iter().enumerate().take(PAGES) {
        assert!(u64::from(info.width) * u64::from(info.height) <= LIMITS.pixels);
        assert!(info.row_bytes() as u64 <= LIMITS.row_bytes);
        known(image.metadata(index));
        known(image.profile(index));
        rows(&image, index);
        stored(&image, index, data.len() as u64);
    }
}

fn rows(image: &ImageFile, index: usize) {
    let bytes = image.page(index).map_or(0, ImageInfo::row_bytes);
    let height = image.page(index).map_or(0, |info| info.height);
    let mut row = vec![0; bytes];
    let Some(mut rows) = known(image.rows(index)) else {
        return;
    };
    let mut count = 0;
    loop {
        match known(rows.next_row(&mut row)) {
            Some(true) => count += 1,
            // All of them, or an error.
            Some(false) => return assert_eq!(count, height),
            None => return,
        }
    }
}

fn stored(image: &ImageFile, index: usize, end: u64) {
    let Some(Some((page, mut chunks))) = known(image.stored(index)) else {
        return;
    };
    let mut count = 0;
    while let Some(Some(chunk)) = known(chunks.next()) {
        count += 1;
        if let Chunk::InFile { at, bytes, .. } = chunk {
            assert!(at.checked_add(bytes).is_some_and(|to| to <= end));
        }
    }
    assert!(count <= page.chunks);
}

/// What a driver sends: RAW or a bitmap, by the first byte; a second byte says in which pieces. Also
/// a colour profile.
pub(crate) fn stream(data: &[u8]) {
    match data.split_first() {
        Some((0, data)) => raw_stream(data),
        Some((1, data)) => bmp_stream(data),
        Some((2, data)) => profile(data),
        _ => {}
    }
}

fn raw_stream(data: &[u8]) {
    let mut reader = raw::Reader::new();
    pieces(data, |at, bytes| {
        let result = reader.write_at(at, bytes, &mut |layout, band| {
            assert_eq!(band.row_bytes(), layout.row_bytes());
            Ok(())
        });
        of_driver(&result)
    });
    of_driver(&reader.finish());
}

fn bmp_stream(data: &[u8]) {
    let mut reader = bmp::Reader::new();
    pieces(data, |at, bytes| {
        let result = reader.write_at(at, bytes, &mut |description, band| {
            assert_eq!(band.row_bytes(), description.layout.row_bytes());
            Ok(())
        });
        of_driver(&result)
    });
    of_driver(&reader.finish());
}

/// Bytes of a driver are its fault.
fn of_driver<T>(result: &wia::Result<T>) -> bool {
    if let Err(e) = result {
        let blame = matches!(
            e.kind(),
            ErrorKind::InvalidDriverResponse | ErrorKind::InputUnsupported
        );
        assert!(blame, "{:?}: {e}", e.kind());
    }
    result.is_ok()
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
    take(0, &data[..data.len().min(80)]);
}

fn profile(data: &[u8]) {
    if let Some(profile) = known(Profile::parse(data)) {
        assert!(data.starts_with(profile.bytes()));
        assert_eq!(known(Profile::parse(profile.bytes())), Some(profile));
    }
}
