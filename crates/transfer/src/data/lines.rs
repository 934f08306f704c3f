//! Where the lines of an image lie that is sent in bands.

use formats::raw::RawHeader;
use wia::Guid;
use wia::format::{WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_RAW};

/// Bytes of an image's header, and of a line; 0 when there are none or nobody knows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lines {
    header: usize,
    line: usize,
}

impl Lines {
    /// Reads them from the start of an image. Headers are written at once.
    pub(crate) fn of(format: Guid, start: &[u8]) -> Lines {
        let word = |at: usize| {
            let bytes = start.get(at..at + 4).and_then(|b| b.try_into().ok());
            bytes.map_or(0, u32::from_le_bytes)
        };
        let (header, line) = match format {
            WIA_IMG_FMT_MEMORYBMP => {
                let depth = u64::from(word(12) >> 16);
                let line = (u64::from(word(4)) * depth).div_ceil(32) * 4;
                (word(0).saturating_add(word(32).saturating_mul(4)), line)
            }
            WIA_IMG_FMT_RAW => (RawHeader::LEN as u32, u64::from(word(28))),
            _ => (0, 0),
        };
        Lines {
            header: usize::try_from(header).unwrap_or(0),
            line: usize::try_from(line).unwrap_or(0),
        }
    }

    /// How many bytes a band may have that starts here, out of a buffer of `size`: the header alone, then
    /// whole lines.
    pub(crate) fn capacity(&self, start: u64, size: usize) -> usize {
        let Lines { header, line } = *self;
        if line == 0 {
            return size;
        }
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        if start < header {
            return size.min(header - start);
        }
        // From the middle of a line to its end, then whole lines.
        let rest = (line - (start - header) % line) % line;
        let whole = size.saturating_sub(rest) / line * line;
        if whole + rest > 0 { whole + rest } else { size }
    }
}
