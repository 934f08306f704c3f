//! The encoder of mozjpeg (C), in its fastest settings: those of libjpeg-turbo.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mozjpeg::{ColorSpace, Compress};
use wia::{Error, ErrorKind, Result};

use super::Shape;

/// Appends an image of `height` rows to `out`. The caller has checked all sizes.
pub(super) fn encode(shape: &Shape, height: usize, pixels: &[u8], out: &mut Vec<u8>) -> Result<()> {
    // libjpeg reports errors by unwinding. None is known for what gets here, but none may pass.
    let done = catch_unwind(AssertUnwindSafe(|| {
        let mut compress = Compress::new(if shape.channels == 1 {
            ColorSpace::JCS_GRAYSCALE
        } else {
            ColorSpace::JCS_RGB
        });
        compress.set_fastest_defaults();
        compress.set_size(shape.width as usize, height);
        compress.set_quality(f32::from(shape.quality));
        if shape.channels == 3 {
            let size = (shape.subsampling, shape.subsampling);
            compress.set_chroma_sampling_pixel_sizes(size, size);
        }
        let mut started = compress.start_compress(out)?;
        started.write_scanlines(pixels)?;
        started.finish().map(|_| ())
    }));
    match done {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Error::new(ErrorKind::Fail, "JPEG").with_source(error)),
        Err(reason) => Err(Error::new(
            ErrorKind::Fail,
            match reason.downcast_ref::<String>() {
                Some(reason) => format!("JPEG: {reason}"),
                None => "JPEG".to_owned(),
            },
        )),
    }
}
