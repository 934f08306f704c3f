//! Pages, and contexts that describe them.

use std::sync::Arc;

use raster::PixelType;
use wia::format::WIA_IMG_FMT_TIFF;
use wia::{ErrorKind, Result, Tymed};

use super::{Call, Recorder};
use crate::transfer::{
    Answer, DocumentOptions, MinidrvTransferCallback, NextStream, PageBuffer, TransferContext,
    TransferParams, TransferRecord, write_page_buf_to_stream_as,
};

/// Whether a context has a record of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Recorded,
    WithoutRecord,
}

impl Kind {
    pub(crate) const BOTH: [Kind; 2] = [Kind::Recorded, Kind::WithoutRecord];
}

/// Pixels in rows without padding, their unused bits 0.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) lines: u32,
    pub(crate) depth: u32,
    pub(crate) rows: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} x {} of {}", self.width, self.lines, self.depth)
    }
}

impl Picture {
    /// Noise that follows from `seed`.
    pub(crate) fn new(depth: u32, width: u32, lines: u32, seed: u64) -> Picture {
        let mut picture = Picture {
            width,
            lines,
            depth,
            rows: Vec::new(),
        };
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        picture.rows = (0..picture.row_bytes() * lines as usize)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 24) as u8
            })
            .collect();
        let mut rows = std::mem::take(&mut picture.rows);
        picture.clear_padding(&mut rows);
        picture.rows = rows;
        picture
    }

    pub(crate) fn row_bytes(&self) -> usize {
        (self.width as usize * self.depth as usize).div_ceil(8)
    }

    pub(crate) fn clear_padding(&self, rows: &mut [u8]) {
        let used = self.width as usize * self.depth as usize % 8;
        if used != 0 {
            for row in rows.chunks_mut(self.row_bytes()) {
                *row.last_mut().unwrap() &= 0xFF << (8 - used);
            }
        }
    }

    pub(crate) fn pixel(&self) -> PixelType {
        match self.depth {
            1 => PixelType::Bw1,
            4 => PixelType::Gray4,
            8 => PixelType::Gray8,
            16 => PixelType::Gray16,
            24 => PixelType::Rgb8,
            48 => PixelType::Rgb16,
            other => panic!("depth {other}"),
        }
    }
}

/// A context of a multipage TIFF without any page in it. Whoever sends a message fails.
pub(crate) fn context(kind: Kind) -> TransferContext {
    let record = match kind {
        Kind::Recorded => Some(TransferRecord::default()),
        Kind::WithoutRecord => None,
    };
    TransferContext {
        x_res: 300,
        y_res: 200,
        format: WIA_IMG_FMT_TIFF,
        tymed: Tymed::MultipageFile,
        callback: Some(Arc::new(Silence)),
        record,
        ..TransferContext::default()
    }
}

/// A context with a record of these options.
pub(crate) fn recorded(options: DocumentOptions) -> TransferContext {
    TransferContext {
        record: Some(TransferRecord::new(options)),
        ..context(Kind::Recorded)
    }
}

/// A context whose document may have so many bytes as a classic TIFF.
pub(crate) fn with_limit(classic_limit: u64) -> TransferContext {
    recorded(DocumentOptions {
        classic_limit,
        ..DocumentOptions::default()
    })
}

/// The callback of contexts whose page writer must say nothing.
struct Silence;

impl MinidrvTransferCallback for Silence {
    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        panic!("the page writer asks for no stream")
    }

    fn send_message(&self, params: &TransferParams) -> Result<Answer> {
        panic!("the page writer sends no message: {params:?}")
    }
}

/// Puts a page into the context's buffer as the contract's defaults have it.
pub(crate) fn put(context: &mut TransferContext, page: &Picture) {
    context.width_in_pixels = page.width as i32;
    context.lines = page.lines as i32;
    context.depth = page.depth as i32;
    context.item_size = 0;
    context.width_in_bytes = 0;
    context
        .transfer_buffer
        .driver_memory()
        .clone_from(&page.rows);
}

/// Writes a page as the contract's defaults have it.
#[track_caller]
pub(crate) fn write(context: &mut TransferContext, stream: &mut Recorder, page: &Picture) {
    put(context, page);
    crate::transfer::write_page_buf_to_stream(context, stream).unwrap();
}

/// The members that the page writer keeps.
fn members(context: &TransferContext) -> (i32, i32, i32) {
    (
        context.page,
        context.current_ifd_offset,
        context.previous_ifd_offset,
    )
}

/// Asserts that the call is refused as `E_INVALIDARG`, that nothing is written and no member moved.
#[track_caller]
pub(crate) fn refused(
    context: &mut TransferContext,
    stream: &mut Recorder,
    buffer: PageBuffer,
) -> wia::Error {
    let (before, bytes) = (members(context), stream.bytes());
    stream.calls();
    let e = write_page_buf_to_stream_as(context, stream, buffer).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{e}");
    assert_eq!(members(context), before, "{e}");
    assert_eq!(stream.bytes(), bytes, "{e}");
    let calls = stream.calls();
    let silent = calls.iter().all(|call| matches!(call, Call::Seek(_)));
    assert!(silent, "{e}: {calls:?}");
    e
}
