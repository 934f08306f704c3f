//! Uncompressed pages of every form, seen through libtiff.

mod tiff_support;

use quire_formats::tiff::{Container, Options, Photometric};
use tiff_support::{PIXELS, Page, assert_pages, document};

#[test]
fn every_pixel_type_in_both_photometrics() {
    for photometric in [Photometric::BlackIsZero, Photometric::WhiteIsZero] {
        for container in [Container::Growing, Container::Classic] {
            let pages: Vec<Page> = PIXELS
                .iter()
                .enumerate()
                .map(|(n, pixel)| Page::new(*pixel, 37 + n as u32, 50, n as u32))
                .collect();
            let options = Options {
                photometric,
                container,
                ..Options::default()
            };
            let bytes = document(options, &pages, 7);
            assert_pages(&bytes, &pages, &format!("{photometric:?} {container:?}"));
        }
    }
}
