//! The encoder of mozjpeg (C), in its fastest settings: those of libjpeg-turbo.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mozjpeg::qtable::{AnnexK_Chroma, AnnexK_Luma};
use mozjpeg::{ColorSpace, Compress};
use wia::{Error, ErrorKind, Result};

use super::Shape;

/// Below this quality some quantisers of Annex K pass 255, the most that baseline JPEG has.
const ALL_BASELINE: u8 = 24;

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
        set_quality(&mut compress, shape.quality);
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

/// The tables of libjpeg for `quality`, with no quantiser above 255: `set_quality` alone would make
/// an extended image with 16-bit tables of the lowest qualities.
fn set_quality(compress: &mut Compress, quality: u8) {
    if quality >= ALL_BASELINE {
        compress.set_quality(f32::from(quality));
        return;
    }
    // libjpeg scales by whole percents, `scaled` (which limits to 255) by the exact quotient. The
    // thousandth lets halves be rounded up, as libjpeg does, whatever the error of the division.
    let percent = 5000 / u16::from(quality.max(1));
    let quality = 5000.0 / (f32::from(percent) + 0.001);
    compress.set_luma_qtable(&AnnexK_Luma.scaled(quality, quality));
    compress.set_chroma_qtable(&AnnexK_Chroma.scaled(quality, quality));
}
