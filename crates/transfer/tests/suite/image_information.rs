//! Sizes and headers of images: each row of the table of `wiasGetImageInformation`, section 3.3 of the
//! transfer's documentation.

use crate::transfer::{
    DocumentOptions, ImageInformation, TransferContext, TransferRecord, image_information,
};
use wia::format::{
    WIA_IMG_FMT_BMP, WIA_IMG_FMT_EXIF, WIA_IMG_FMT_GIF, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP,
    WIA_IMG_FMT_PDFA, WIA_IMG_FMT_PNG, WIA_IMG_FMT_RAW, WIA_IMG_FMT_RAWRGB, WIA_IMG_FMT_TIFF,
    WIA_IMG_FMT_XPS,
};
use wia::{Compression, ErrorKind, Guid, Photometric, Tymed};

/// An image of this many pixels and lines at 300 by 200 dpi.
fn image(format: Guid, width: i32, lines: i32, depth: i32) -> TransferContext {
    TransferContext {
        format,
        width_in_pixels: width,
        lines,
        depth,
        x_res: 300,
        y_res: 200,
        ..TransferContext::default()
    }
}

fn of(format: Guid, width: i32, lines: i32, depth: i32) -> ImageInformation {
    image_information(&image(format, width, lines, depth)).unwrap()
}

/// Line, image, header and item.
fn sizes(context: &TransferContext) -> [i32; 4] {
    let information = image_information(context).unwrap();
    let header = i32::try_from(information.header.len()).unwrap();
    assert_eq!(information.header_size, header);
    [
        information.width_in_bytes,
        information.image_size,
        information.header_size,
        information.item_size,
    ]
}

#[track_caller]
fn refused(context: &TransferContext, why: &str) {
    let e = image_information(context).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    assert!(e.to_string().contains(why), "{e}");
}

/// `BITMAPINFOHEADER` of 17 by 5 pixels: depth, biSizeImage and biClrUsed differ.
fn info_header(depth: u8, size: [u8; 2], colours: [u8; 2]) -> [u8; 40] {
    let ([small, large], [low, high]) = (size, colours);
    [
        40, 0, 0, 0, // biSize
        17, 0, 0, 0, // biWidth
        5, 0, 0, 0, // biHeight: bottom-up
        1, 0, depth, 0, // biPlanes, biBitCount
        0, 0, 0, 0, // BI_RGB
        small, large, 0, 0, // biSizeImage
        0x23, 0x2E, 0, 0, // 11811 dots a metre
        0xC2, 0x1E, 0, 0, // 7874
        low, high, 0, 0, // biClrUsed
        0, 0, 0, 0, // biClrImportant
    ]
}

const BLACK_WHITE: [u8; 8] = [0, 0, 0, 0, 255, 255, 255, 0];
const WHITE_BLACK: [u8; 8] = [255, 255, 255, 0, 0, 0, 0, 0];

/// The palette of 16 greys.
#[rustfmt::skip]
const GREY_16: [u8; 64] = [
    0x00, 0x00, 0x00, 0, 0x11, 0x11, 0x11, 0, 0x22, 0x22, 0x22, 0, 0x33, 0x33, 0x33, 0,
    0x44, 0x44, 0x44, 0, 0x55, 0x55, 0x55, 0, 0x66, 0x66, 0x66, 0, 0x77, 0x77, 0x77, 0,
    0x88, 0x88, 0x88, 0, 0x99, 0x99, 0x99, 0, 0xAA, 0xAA, 0xAA, 0, 0xBB, 0xBB, 0xBB, 0,
    0xCC, 0xCC, 0xCC, 0, 0xDD, 0xDD, 0xDD, 0, 0xEE, 0xEE, 0xEE, 0, 0xFF, 0xFF, 0xFF, 0,
];

/// 256 greys, each its own number.
fn grey_256() -> Vec<u8> {
    (0..=255).flat_map(|grey| [grey, grey, grey, 0]).collect()
}

#[test]
fn memorybmp_is_an_info_header_and_a_palette() {
    for (depth, line, size, colours, palette) in [
        (1, 4, [20, 0], [2, 0], BLACK_WHITE.to_vec()),
        (4, 12, [60, 0], [16, 0], GREY_16.to_vec()),
        (8, 20, [100, 0], [0, 1], grey_256()),
        (24, 52, [4, 1], [0, 0], Vec::new()),
    ] {
        let header = [&info_header(depth, size, colours)[..], &palette].concat();
        let depth = i32::from(depth);
        let information = of(WIA_IMG_FMT_MEMORYBMP, 17, 5, depth);
        assert_eq!(information.header, header, "{depth}");
        let bytes = i32::try_from(header.len()).unwrap();
        let context = image(WIA_IMG_FMT_MEMORYBMP, 17, 5, depth);
        let expected = [line, 5 * line, bytes, bytes + 5 * line];
        assert_eq!(sizes(&context), expected, "{depth}");
    }
}

#[test]
fn bmp_is_a_file_header_and_the_same() {
    for (depth, palette, file_header, sizes_of) in [
        (1, 8, *b"BM\x52\0\0\0\0\0\0\0\x3E\0\0\0", [4, 20, 62, 82]),
        (
            4,
            64,
            *b"BM\xB2\0\0\0\0\0\0\0\x76\0\0\0",
            [12, 60, 118, 178],
        ),
        (
            8,
            1024,
            *b"BM\x9A\x04\0\0\0\0\0\0\x36\x04\0\0",
            [20, 100, 1078, 1178],
        ),
        (
            24,
            0,
            *b"BM\x3A\x01\0\0\0\0\0\0\x36\0\0\0",
            [52, 260, 54, 314],
        ),
    ] {
        let file = of(WIA_IMG_FMT_BMP, 17, 5, depth);
        let memory = of(WIA_IMG_FMT_MEMORYBMP, 17, 5, depth);
        assert_eq!(memory.header.len(), 40 + palette);
        assert_eq!(file.header[..14], file_header, "{depth}");
        assert_eq!(file.header[14..], memory.header, "{depth}");
        let context = image(WIA_IMG_FMT_BMP, 17, 5, depth);
        assert_eq!(sizes(&context), sizes_of, "{depth}");
    }
}

#[test]
fn lines_of_bitmaps_are_padded_to_four_bytes() {
    for (width, depth, line) in [
        (1, 1, 4),
        (32, 1, 4),
        (33, 1, 8),
        (8, 4, 4),
        (9, 4, 8),
        (4, 8, 4),
        (5, 8, 8),
        (1, 24, 4),
        (4, 24, 12),
        (5, 24, 16),
    ] {
        for format in [WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP] {
            let information = of(format, width, 3, depth);
            assert_eq!(information.width_in_bytes, line, "{width} of {depth} bits");
            assert_eq!(information.image_size, 3 * line);
        }
    }
}

#[test]
fn the_palette_of_one_bit_says_which_value_is_white() {
    for (photometric, palette) in [
        (None, BLACK_WHITE),
        (Some(Photometric::White1), BLACK_WHITE),
        (Some(Photometric::White0), WHITE_BLACK),
    ] {
        for (format, at) in [(WIA_IMG_FMT_MEMORYBMP, 40), (WIA_IMG_FMT_BMP, 54)] {
            let mut context = image(format, 17, 5, 1);
            context.record = Some(TransferRecord::new(DocumentOptions {
                photometric,
                ..DocumentOptions::default()
            }));
            let header = image_information(&context).unwrap().header;
            assert_eq!(header[at..], palette, "{photometric:?}");
            // Without a record of the service's: as with WHITE_1.
            context.record = None;
            let header = image_information(&context).unwrap().header;
            assert_eq!(header[at..], BLACK_WHITE);
        }
    }
}

#[test]
fn the_photometric_interpretation_changes_no_palette_of_greys() {
    let mut context = image(WIA_IMG_FMT_MEMORYBMP, 17, 5, 8);
    context.record = Some(TransferRecord::new(DocumentOptions {
        photometric: Some(Photometric::White0),
        ..DocumentOptions::default()
    }));
    let header = image_information(&context).unwrap().header;
    assert_eq!(header[40..], grey_256());
}

#[test]
fn the_resolution_is_in_dots_a_metre() {
    for (dpi, dots) in [
        (0, 0),
        (1, 39),
        (72, 2835),
        (96, 3780),
        (254, 10_000),
        (600, 23_622),
        (-1, 0),
    ] {
        let mut context = image(WIA_IMG_FMT_MEMORYBMP, 17, 5, 24);
        context.x_res = dpi;
        context.y_res = dpi;
        let header = image_information(&context).unwrap().header;
        let dots: [u8; 4] = i32::to_le_bytes(dots);
        assert_eq!(header[24..28], dots, "{dpi}");
        assert_eq!(header[28..32], dots, "{dpi}");
    }
}

#[test]
fn an_unknown_height_is_0_in_the_header_and_makes_the_item_unknown() {
    let file = of(WIA_IMG_FMT_BMP, 17, 0, 24);
    assert_eq!(file.header[..14], *b"BM\0\0\0\0\0\0\0\0\x36\0\0\0");
    assert_eq!(file.header[22..26], [0; 4], "biHeight");
    assert_eq!(file.header[34..38], [0; 4], "biSizeImage");
    for (format, expected) in [
        (WIA_IMG_FMT_BMP, [52, 0, 54, 0]),
        (WIA_IMG_FMT_MEMORYBMP, [52, 0, 40, 0]),
        (WIA_IMG_FMT_RAW, [52, 0, 0, 0]),
        (WIA_IMG_FMT_TIFF, [51, 0, 0, 0]),
    ] {
        assert_eq!(sizes(&image(format, 17, 0, 24)), expected);
    }
}

#[test]
fn the_item_of_a_bitmap_is_computed_and_not_the_propertys() {
    let mut context = image(WIA_IMG_FMT_BMP, 17, 5, 24);
    context.item_size = 777;
    assert_eq!(sizes(&context), [52, 260, 54, 314]);
}

#[test]
fn run_lengths_make_the_item_unknown_and_name_themselves() {
    for (compression, depth, number, line) in [
        (Compression::BiRle8, 8, 1, 20),
        (Compression::BiRle4, 4, 2, 12),
    ] {
        for (format, at) in [(WIA_IMG_FMT_MEMORYBMP, 16), (WIA_IMG_FMT_BMP, 30)] {
            let mut context = image(format, 17, 5, depth);
            let plain = image_information(&context).unwrap();
            context.compression = compression;
            let information = image_information(&context).unwrap();
            assert_eq!(information.item_size, 0);
            assert_eq!(information.image_size, 5 * line, "without compression");
            let mut header = plain.header;
            header[at] = number;
            assert_eq!(information.header, header, "biCompression");
        }
    }
}

#[test]
fn lines_of_tiff_are_whole_bytes_and_it_has_no_header_here() {
    for (width, depth, line) in [
        (17, 1, 3),
        (16, 1, 2),
        (17, 4, 9),
        (17, 8, 17),
        (17, 24, 51),
    ] {
        let context = image(WIA_IMG_FMT_TIFF, width, 5, depth);
        assert_eq!(sizes(&context), [line, 5 * line, 0, 0]);
    }
    // Also the depths that only documents have.
    for (depth, line) in [(16, 34), (48, 102)] {
        assert_eq!(of(WIA_IMG_FMT_TIFF, 17, 5, depth).width_in_bytes, line);
    }
}

#[test]
fn the_item_of_a_tiff_is_the_propertys_unless_it_is_multipage_or_compressed() {
    for (tymed, compression, item) in [
        (Tymed::File, Compression::None, 777),
        (Tymed::Callback, Compression::None, 777),
        (Tymed::MultipageFile, Compression::None, 0),
        (Tymed::MultipageCallback, Compression::None, 0),
        (Tymed::File, Compression::G3, 0),
        (Tymed::File, Compression::G4, 0),
        (Tymed::Callback, Compression::G4, 0),
        (Tymed::MultipageFile, Compression::G4, 0),
        (Tymed::File, Compression::Jpeg, 0),
    ] {
        let mut context = image(WIA_IMG_FMT_TIFF, 17, 5, 1);
        context.tymed = tymed;
        context.compression = compression;
        context.item_size = 777;
        // The image's size is that of one page without compression.
        assert_eq!(sizes(&context), [3, 15, 0, item], "{tymed:?}");
    }
}

#[test]
fn raw_data_has_padded_lines_no_header_of_the_services_and_no_item() {
    for format in [WIA_IMG_FMT_RAW, WIA_IMG_FMT_RAWRGB] {
        for (depth, line) in [(1, 4), (8, 20), (16, 36), (24, 52), (48, 104)] {
            let mut context = image(format, 17, 5, depth);
            context.item_size = 777;
            assert_eq!(sizes(&context), [line, 5 * line, 0, 0]);
        }
    }
}

#[test]
fn other_formats_have_padded_lines_no_header_and_the_propertys_item() {
    for format in [
        WIA_IMG_FMT_JPEG,
        WIA_IMG_FMT_PNG,
        WIA_IMG_FMT_GIF,
        WIA_IMG_FMT_EXIF,
        WIA_IMG_FMT_PDFA,
        WIA_IMG_FMT_XPS,
    ] {
        for item in [0, 777] {
            let mut context = image(format, 17, 5, 24);
            context.item_size = item;
            assert_eq!(sizes(&context), [52, 260, 0, item]);
            context.compression = Compression::Jpeg;
            assert_eq!(sizes(&context), [52, 260, 0, 0]);
        }
    }
}

#[test]
fn bitmaps_of_other_depths_are_refused() {
    for format in [WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP] {
        for depth in [0, 2, 16, 32, 48] {
            refused(&image(format, 17, 5, depth), "lDepth");
        }
    }
}

#[test]
fn negative_members_are_refused() {
    for format in [WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF, WIA_IMG_FMT_JPEG] {
        refused(&image(format, -1, 5, 24), "lWidthInPixels: -1");
        refused(&image(format, 17, -5, 24), "lLines: -5");
        refused(&image(format, 17, 5, -24), "lDepth: -24");
    }
    for format in [WIA_IMG_FMT_TIFF, WIA_IMG_FMT_JPEG] {
        let mut context = image(format, 17, 5, 24);
        context.item_size = -1;
        refused(&context, "lItemSize: -1");
    }
}

#[test]
fn more_than_2_gib_is_refused() {
    // The largest that fit: one pixel, lines of four bytes.
    let lines = 0x1FFF_FFFF;
    for format in [WIA_IMG_FMT_RAW, WIA_IMG_FMT_JPEG] {
        assert_eq!(of(format, 1, lines, 24).image_size, 0x7FFF_FFFC);
        refused(&image(format, 1, lines + 1, 24), "lImageSize: 2147483648");
    }
    // With the header: 40 and 2147483604, then four bytes more.
    let lines = 536_870_901;
    let largest = of(WIA_IMG_FMT_MEMORYBMP, 1, lines, 24);
    assert_eq!(largest.item_size, 0x7FFF_FFFC);
    let larger = image(WIA_IMG_FMT_MEMORYBMP, 1, lines + 1, 24);
    refused(&larger, "lItemSize: 2147483648");
    // A compressed image is held against its size without compression.
    let mut compressed = image(WIA_IMG_FMT_BMP, 1, 0x2000_0000, 8);
    compressed.compression = Compression::BiRle8;
    refused(&compressed, "2147483648");
}

#[test]
fn the_largest_members_are_refused_too() {
    for format in [
        WIA_IMG_FMT_BMP,
        WIA_IMG_FMT_MEMORYBMP,
        WIA_IMG_FMT_TIFF,
        WIA_IMG_FMT_RAW,
        WIA_IMG_FMT_PNG,
    ] {
        for depth in [1, 8, 24, i32::MAX] {
            refused(&image(format, i32::MAX, i32::MAX, depth), "");
        }
    }
}

#[test]
fn a_bitmap_has_pixels() {
    for format in [WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP] {
        refused(&image(format, 0, 5, 24), "0 x 5 pixels");
    }
    assert_eq!(sizes(&image(WIA_IMG_FMT_TIFF, 0, 5, 24)), [0, 0, 0, 0]);
}
