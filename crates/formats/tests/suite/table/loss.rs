//! How much may be lost by JPEG.

use crate::foreign::{Pixels, pnm, run};
use crate::table::cells::Row;
use crate::tiff_support::Page;

/// How many times the squared error of libjpeg's encoder is taken: there are roundings that are as right
/// as its, and a strip's edge is an edge of the image to who encodes it.
const TIMES: f64 = 1.1;
/// What is taken beside, as one step of one in two samples: where libjpeg is exact by chance.
const BESIDE: f64 = 0.5;

/// The mean squared error that a page may have: what libjpeg's own encoder makes of it at the same quality and
/// resolution of colour, and its decoder of that.
pub(crate) fn allowed(row: &Row, page: &Page) -> f64 {
    let quality = row.quality().to_string();
    let sampling = if row.full_color() { "1x1" } else { "2x2" };
    let args = ["-quality", &quality, "-sample", sampling, "-baseline"];
    let file = run("cjpeg", &args, &pnm(&page.layout, &page.data));
    error(&Pixels::of_pnm(&run("djpeg", &[], &file)), page) * TIMES + BESIDE
}

/// The mean squared error of samples of 8 bits.
pub(crate) fn error(found: &Pixels, page: &Page) -> f64 {
    let layout = &page.layout;
    let expected = Pixels::of_rows(layout.pixel, layout.width, &page.data);
    assert_eq!(
        (found.width, found.height),
        (expected.width, expected.height)
    );
    let found = found.samples.iter().flatten();
    let pairs = found.zip(expected.samples.iter().flatten());
    let squares = pairs.map(|(a, b)| u64::from(a.abs_diff(*b) / 257).pow(2));
    squares.sum::<u64>() as f64 / (3 * expected.samples.len()) as f64
}

/// Asserts that what was found of a page is near enough.
pub(crate) fn assert_near(found: &Pixels, row: &Row, page: &Page, what: &str) {
    let (error, allowed) = (error(found, page), allowed(row, page));
    let layout = &page.layout;
    assert!(error <= allowed, "{what}: {error} > {allowed}, {layout:?}");
}
