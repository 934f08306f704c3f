//! The decoder on mozjpeg.
//!
//! libjpeg reports what it cannot decode by a callback that must not return, here an unwinding that
//! [`contained`] ends, and what it decodes as best it can (a stream that ends early, codes that are
//! none) by a warning, which here is damage all the same.

use std::cell::Cell;
use std::io::BufRead;
use std::os::raw::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use mozjpeg::decompress::DecompressStarted;
use mozjpeg::{ColorSpace, Decompress};
use mozjpeg_sys::{jpeg_common_struct, jpeg_error_mgr, msg_parm_union};
use wia::Result;

use super::super::damaged;
use super::{Colour, Shape};

type Source = Box<dyn BufRead>;

/// Decodes the rows of one JPEG stream.
pub(in super::super) struct Decoder {
    /// Gone after an error, as libjpeg must not be called any more then.
    started: Option<Box<DecompressStarted<Source>>>,
    row_bytes: usize,
}

impl Decoder {
    /// Reads up to the first pixel.
    pub(in super::super) fn new(source: Source, shape: Shape) -> Result<Decoder> {
        let header = contained(|| {
            Decompress::with_err(error_manager())
                .from_reader(source)
                .ok()
        })?;
        let (width, height) = header.size();
        let components = header.components().len();
        shape.check(width as u32, height as u32, components)?;
        let space = match (components, shape.colour) {
            (1, _) => ColorSpace::JCS_GRAYSCALE,
            (_, Colour::Picture) => ColorSpace::JCS_RGB,
            // "Convert" to what it is already.
            (_, Colour::Stored) => header.color_space(),
        };
        let started = contained(|| header.to_colorspace(space).ok())?;
        Ok(Decoder {
            row_bytes: width * components,
            started: Some(Box::new(started)),
        })
    }

    /// Decodes the next row, which fills `row`.
    pub(in super::super) fn row(&mut self, row: &mut [u8]) -> Result<()> {
        let Some(mut started) = self.started.take() else {
            return Err(damaged("the JPEG data are damaged"));
        };
        if row.len() != self.row_bytes {
            return Err(damaged("the JPEG data are of another width"));
        }
        self.started = Some(contained(|| {
            started.read_scanlines_into(row).ok()?;
            Some(started)
        })?);
        Ok(())
    }

    /// Reads up to the end of the image. To be called once, after the last row.
    pub(in super::super) fn finish(&mut self) -> Result<()> {
        let started = self.started.take();
        contained(|| started.map_or(Some(()), |started| started.finish().ok()))
    }
}

thread_local! {
    static WARNED: Cell<bool> = const { Cell::new(false) };
}

/// Calls into libjpeg: `None`, an unwinding and a warning are all damage.
fn contained<T>(call: impl FnOnce() -> Option<T>) -> Result<T> {
    WARNED.set(false);
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Some(value)) if !WARNED.get() => Ok(value),
        _ => Err(damaged("the JPEG data are damaged")),
    }
}

/// The callbacks of libjpeg. Message texts are left out: to make them needs what no safe code can
/// reach.
fn error_manager() -> jpeg_error_mgr {
    jpeg_error_mgr {
        error_exit: Some(error_exit),
        emit_message: Some(emit_message),
        output_message: Some(nothing),
        format_message: None,
        reset_error_mgr: Some(nothing),
        msg_code: 0,
        msg_parm: msg_parm_union::default(),
        trace_level: 0,
        num_warnings: 0,
        jpeg_message_table: std::ptr::null(),
        last_jpeg_message: 0,
        addon_message_table: std::ptr::null(),
        first_addon_message: 0,
        last_addon_message: 0,
    }
}

extern "C-unwind" fn error_exit(_: &mut jpeg_common_struct) {
    // Not a panic: no message is to appear anywhere.
    resume_unwind(Box::new(()));
}

/// A negative level is a warning, others are traces.
extern "C-unwind" fn emit_message(_: &mut jpeg_common_struct, level: c_int) {
    if level < 0 {
        WARNED.set(true);
    }
}

extern "C-unwind" fn nothing(_: &mut jpeg_common_struct) {}
