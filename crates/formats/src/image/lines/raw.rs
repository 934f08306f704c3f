//! RAW streams (`WIA_RAW_HEADER`) that were saved to a file.

use std::fs::File;
use std::os::unix::fs::FileExt;

use wia::{Error, ErrorKind, Result};

use super::super::{ImageInfo, damaged, read_error};
use super::{Form, Lines};
use crate::raw::{self, LineOrder, RawHeader};
use crate::{Limits, Orientation};

/// The largest palette: 256 entries of four bytes.
const LARGEST_PALETTE: u32 = 1024;

/// Reads header and palette.
pub(in super::super) fn raw(file: &File, limits: &Limits) -> Result<Lines> {
    let mut header = [0; RawHeader::LEN];
    file.read_exact_at(&mut header, 0).map_err(read_error)?;
    let header = RawHeader::decode(&header).map_err(of_file)?;
    let length = file.metadata().map_err(read_error)?.len();
    if header.palette_size > LARGEST_PALETTE {
        return Err(damaged(format!(
            "a palette of {} bytes",
            header.palette_size
        )));
    }
    let mut palette = vec![0; header.palette_size as usize];
    let at = u64::from(header.header_size) + u64::from(header.palette_offset);
    file.read_exact_at(&mut palette, at).map_err(read_error)?;
    let form = raw::Form::new(&header, &palette).map_err(of_file)?;
    let dpi = |dpi: u32| Some(f64::from(dpi)).filter(|dpi| *dpi > 0.0);
    let Some(order) = header.order() else {
        let order = header.line_order;
        return Err(damaged(format!("the RAW header's LineOrder is {order}")));
    };
    let bits = u64::from(header.x_extent) * u64::from(header.bits_per_pixel);
    Lines {
        info: ImageInfo {
            width: header.x_extent,
            height: header.height(),
            pixel: form.pixel(),
            x_dpi: dpi(header.x_res),
            y_dpi: dpi(header.y_res),
            orientation: Orientation::TopLeft,
        },
        start: header.data_start(Some(length)),
        stride: u64::from(header.bytes_per_line),
        used: bits.div_ceil(8) as usize,
        bottom_up: order == LineOrder::BottomToTop,
        form: Form::Raw(form),
    }
    .check(file, limits)
}

/// What is a driver's fault in a stream is the file's here.
fn of_file(e: Error) -> Error {
    match e.kind() {
        ErrorKind::InvalidDriverResponse => damaged(e.to_string()),
        _ => e,
    }
}
