//! The encoder of `jpeg-encoder`, for builds without a C compiler.

use jpeg_encoder::{ColorType, Encoder, EncodingError, SamplingFactor};
use wia::{Error, ErrorKind, Result};

use super::Shape;

/// Appends an image of `height` rows to `out`. The caller has checked all sizes.
pub(super) fn encode(shape: &Shape, height: usize, pixels: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let fail = |error: EncodingError| Error::new(ErrorKind::Fail, "JPEG").with_source(error);
    let (Ok(width), Ok(height)) = (u16::try_from(shape.width), u16::try_from(height)) else {
        return Err(Error::invalid("the image is too large for JPEG"));
    };
    let mut encoder = Encoder::new(out, shape.quality);
    encoder.set_sampling_factor(if shape.subsampling == 2 {
        SamplingFactor::F_2_2
    } else {
        SamplingFactor::F_1_1
    });
    let colour = if shape.channels == 1 {
        ColorType::Luma
    } else {
        ColorType::Rgb
    };
    encoder.encode(pixels, width, height, colour).map_err(fail)
}
