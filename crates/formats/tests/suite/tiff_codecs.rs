//! Every compression with every pixel type, decoded by libtiff and compared pixel by pixel.

use crate::tiff_support::{PIXELS, Page, Tiff, assert_pages, document};
use proptest::prelude::*;
use quire_formats::tiff::{Compression, Container, Options, Photometric};
use raster::PixelType;

const LOSSLESS: [Compression; 4] = [
    Compression::None,
    Compression::PackBits,
    Compression::Lzw,
    Compression::Deflate,
];

const ONE_DIMENSIONAL: Compression = Compression::G3 {
    two_dimensional: false,
};
const FAX: [Compression; 3] = [
    Compression::G4,
    ONE_DIMENSIONAL,
    Compression::G3 {
        two_dimensional: true,
    },
];

fn variants() -> Vec<(Compression, PixelType)> {
    let mut all: Vec<_> = LOSSLESS
        .iter()
        .flat_map(|c| PIXELS.iter().map(move |p| (*c, *p)))
        .collect();
    all.extend(FAX.map(|fax| (fax, PixelType::Bw1)));
    all
}

#[test]
fn pages_of_several_strips() {
    for (compression, pixel) in variants() {
        for (photometric, predictor, container) in [
            (Photometric::BlackIsZero, Some(true), Container::Growing),
            (Photometric::WhiteIsZero, Some(true), Container::Classic),
            (Photometric::WhiteIsZero, Some(false), Container::Growing),
        ] {
            let width = 2_001 * 8 / pixel.bits_per_pixel();
            // The last strip is shorter; one page ends with a strip.
            let pages = [
                Page::new(pixel, width, 500, 1),
                Page::new(pixel, width, 131, 2).unknown_height(),
                Page::new(pixel, width, 400, 3),
            ];
            let options = Options {
                compression,
                photometric,
                predictor,
                container,
                ..Options::default()
            };
            let what = format!("{compression:?} {pixel:?} {photometric:?} {predictor:?}");
            let bytes = document(options.clone(), &pages, 100);
            assert_pages(&bytes, &pages, &what);
            assert!(Tiff::parse(&bytes).pages[0].strips.len() > 2);
            if compression != Compression::None {
                // How the rows come does not matter.
                assert!(bytes == document(options, &pages, 3), "{what}");
            }
        }
    }
}

#[test]
fn extremes_of_content() {
    // The worst that each codec can meet, and the best: one colour, alternation, and rows longer
    // than the longest run code of G4.
    for (compression, pixel) in variants() {
        let width = 6_007;
        let mut pages = Vec::new();
        for (a, b) in [(0, 0), (0xFF, 0xFF), (0x55, 0xAA), (0xFF, 0), (0x33, 0x66)] {
            let mut page = Page::new(pixel, width, 40, 0);
            let row = page.layout.row_bytes();
            for (i, byte) in page.data.iter_mut().enumerate() {
                *byte = if (i / row) % 3 == 1 { b } else { a };
            }
            page.clear_padding();
            pages.push(page);
        }
        let options = Options {
            compression,
            ..Options::default()
        };
        let bytes = document(options, &pages, 40);
        assert_pages(&bytes, &pages, &format!("{compression:?} {pixel:?}"));
    }
}

#[test]
fn compression_makes_scans_smaller() {
    // Runs and wedges without noise.
    let mut page = Page::new(PixelType::Gray8, 1_000, 1_000, 0);
    for (i, byte) in page.data.iter_mut().enumerate() {
        *byte = ((i % 1_000) / 40 * 10) as u8;
    }
    let size = |compression, predictor| {
        let options = Options {
            compression,
            predictor,
            ..Options::default()
        };
        document(options, std::slice::from_ref(&page), 64).len()
    };
    let none = size(Compression::None, Some(true));
    assert!(size(Compression::PackBits, Some(true)) < none / 10);
    for compression in [Compression::Lzw, Compression::Deflate] {
        assert!(size(compression, Some(true)) < none / 20);
        assert!(size(compression, None) < none / 10);
    }
}

fn pixel() -> impl Strategy<Value = PixelType> {
    prop::sample::select(PIXELS.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Any bytes as pixels, in any bands, through every lossless compression at once.
    #[test]
    fn any_page(
        pixel in pixel(),
        width in 1u32..300,
        data in prop::collection::vec(any::<u8>(), 1..20_000),
        rows in 1usize..50,
        runs in any::<bool>(),
        invert in any::<bool>(),
    ) {
        let row = pixel.row_bytes(width);
        let height = (data.len() / row) as u32;
        prop_assume!(height > 0);
        let mut page = Page::new(pixel, width, height, 0);
        for (i, byte) in page.data.iter_mut().enumerate() {
            // Long runs as well as noise.
            *byte = if runs { data[i / 37] } else { data[i] };
        }
        page.clear_padding();
        for compression in LOSSLESS.iter().copied().chain(FAX) {
            if FAX.contains(&compression) && pixel != PixelType::Bw1 {
                continue;
            }
            // libtiff has room for as many runs as there are pixels, rounded up to 32: too little for
            // rows, its own too, that begin with black and change at each pixel.
            if compression == ONE_DIMENSIONAL && width.is_multiple_of(32) {
                continue;
            }
            let options = Options {
                compression,
                photometric: if invert { Photometric::WhiteIsZero } else { Photometric::BlackIsZero },
                ..Options::default()
            };
            let bytes = document(options, std::slice::from_ref(&page), rows);
            assert_pages(&bytes, std::slice::from_ref(&page), &format!("{compression:?}"));
        }
    }
}
