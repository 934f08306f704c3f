//! Whether bytes are a document of their format, and what it holds.

use std::io::Write as _;

use formats::{image::ImageFile, raw};
use wia::Guid;
use wia::format::{
    WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_PNG, WIA_IMG_FMT_RAW,
    WIA_IMG_FMT_TIFF,
};

/// The pages of a document. Of a format that is not known here, something has to be there: one page.
pub(crate) fn pages(format: Guid, bytes: &[u8]) -> Result<usize, String> {
    let name = wia::format::name(format).unwrap_or("a document");
    let pages = match format {
        WIA_IMG_FMT_BMP => bitmap(bytes, 14),
        WIA_IMG_FMT_MEMORYBMP => bitmap(bytes, 0),
        WIA_IMG_FMT_RAW => raw(bytes),
        WIA_IMG_FMT_TIFF | WIA_IMG_FMT_PNG | WIA_IMG_FMT_JPEG => image(bytes),
        _ if bytes.is_empty() => Err("there is nothing in it".to_owned()),
        _ => Ok(1),
    };
    pages.map_err(|why| format!("{} bytes are no {name}: {why}", bytes.len()))
}

/// Where the pixels of a bitmap begin, and the bytes of its lines.
pub(crate) struct BitmapShape {
    pub(crate) header: usize,
    pub(crate) line: usize,
    lines: usize,
}

/// Reads the header of a bitmap in memory.
pub(crate) fn bitmap_shape(bytes: &[u8]) -> Option<BitmapShape> {
    let word = |at: usize| -> Option<u32> {
        let bytes = bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    let depth = word(12)? >> 16;
    let used = match (word(32)?, depth) {
        (0, depth @ 1..=8) => 1 << depth,
        (used, _) => used,
    };
    let line = (u64::from(word(4)?) * u64::from(depth)).div_ceil(32) * 4;
    Some(BitmapShape {
        header: usize::try_from(u64::from(word(0)?) + 4 * u64::from(used)).ok()?,
        line: usize::try_from(line).ok()?,
        // A negative height says that the lines lie from top to bottom.
        lines: usize::try_from((word(8)? as i32).unsigned_abs()).ok()?,
    })
}

/// `file` bytes of a file header, then the bitmap.
fn bitmap(bytes: &[u8], file: usize) -> Result<usize, String> {
    if file > 0 && !bytes.starts_with(b"BM") {
        return Err("it does not begin with BM".to_owned());
    }
    let shape = bytes.get(file..).and_then(bitmap_shape);
    let shape = shape.ok_or("its header is cut")?;
    let whole = shape
        .line
        .checked_mul(shape.lines)
        .and_then(|all| all.checked_add(file + shape.header));
    match whole {
        Some(whole) if shape.line > 0 && shape.lines > 0 && whole == bytes.len() => Ok(1),
        _ => Err(format!(
            "its header says {} lines of {} bytes after {} bytes",
            shape.lines,
            shape.line,
            file + shape.header
        )),
    }
}

fn raw(bytes: &[u8]) -> Result<usize, String> {
    let mut reader = raw::Reader::with_length(bytes.len() as u64);
    let end = reader
        .write_at(0, bytes, &mut |_, _| Ok(()))
        .and_then(|()| reader.finish());
    end.map(|_| 1).map_err(|e| e.to_string())
}

fn image(bytes: &[u8]) -> Result<usize, String> {
    let mut file = tempfile::NamedTempFile::new().map_err(|e| e.to_string())?;
    file.write_all(bytes).map_err(|e| e.to_string())?;
    let read = || -> wia::Result<usize> {
        let image = ImageFile::open(file.path())?;
        for page in 0..image.page_count() {
            let mut rows = image.rows(page)?;
            let info = image.pages().get(page);
            let (row, height) = info.map_or((0, 0), |i| (i.row_bytes(), i.height));
            let mut buffer = vec![0; row];
            for _ in 0..height {
                rows.next_row(&mut buffer)?;
            }
        }
        Ok(image.page_count())
    };
    // The place of the copy is of no interest.
    read().map_err(|e| {
        e.to_string()
            .replace(&file.path().display().to_string(), "it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of two grey pixels.
    fn memory_bitmap(height: i32, lines: usize) -> Vec<u8> {
        let mut bytes = vec![0; 40 + 1024];
        bytes[0] = 40;
        bytes[4] = 2;
        bytes[8..12].copy_from_slice(&height.to_le_bytes());
        bytes[12] = 1;
        bytes[14] = 8;
        bytes.resize(bytes.len() + 4 * lines, 0x55);
        bytes
    }

    #[test]
    fn a_bitmap_may_lie_from_top_to_bottom() {
        for height in [3, -3] {
            let bitmap = memory_bitmap(height, 3);
            assert_eq!(pages(WIA_IMG_FMT_MEMORYBMP, &bitmap), Ok(1), "{height}");
            let file = [b"BM\0\0\0\0\0\0\0\0\0\0\0\0", &bitmap[..]].concat();
            assert_eq!(pages(WIA_IMG_FMT_BMP, &file), Ok(1), "{height}");
        }
    }

    #[test]
    fn a_bitmap_has_as_many_lines_as_its_height_says() {
        for (height, lines) in [
            (3, 2),
            (3, 4),
            (-3, 2),
            (-3, 4),
            (0, 0),
            (0, 3),
            (i32::MIN, 3),
        ] {
            let bitmap = memory_bitmap(height, lines);
            let read = pages(WIA_IMG_FMT_MEMORYBMP, &bitmap);
            assert!(read.is_err(), "{height} {lines}");
        }
    }
}
