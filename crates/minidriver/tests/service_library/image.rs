//! `wiasGetImageInformation`.

use std::sync::Arc;

use items::AppItem;
use transfer::{
    Answer, DocumentOptions, MinidrvCallback, MinidrvTransferCallback, NextStream, TransferBuffer,
    TransferContext, TransferParams, TransferRecord,
};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP};
use wia::property::*;
use wia::{
    Access, Compression, DataMessage, Guid, Photometric, PropertyId, Result, TransferStatus, Tymed,
};

use crate::minidriver::service_library::*;
use crate::rig::*;

const NONE: ImageInformationFlags = ImageInformationFlags::empty();
const INIT: ImageInformationFlags = ImageInformationFlags::INIT_CONTEXT;

/// A picture of 2 by 3 pixels at 300 by 200 dpi.
fn picture(format: Guid, depth: i32) -> (AppItem, AppItem) {
    let (tree, item) = flatbed();
    for (id, value) in [
        (WIA_IPA_PIXELS_PER_LINE, 2),
        (WIA_IPA_NUMBER_OF_LINES, 3),
        (WIA_IPA_DEPTH, depth),
        (WIA_IPS_XRES, 300),
        (WIA_IPS_YRES, 200),
        (WIA_IPA_COMPRESSION, 0),
        (WIA_IPA_TYMED, 2),
        (WIA_IPA_ITEM_SIZE, 0),
    ] {
        item.declare(id, value, info(Access::RW));
    }
    item.declare(WIA_IPA_FORMAT, format, info(Access::RW));
    (tree, item)
}

/// A context with a buffer of the driver's, filled with 0xEE.
fn with_buffer(bytes: usize) -> TransferContext {
    TransferContext {
        transfer_buffer: TransferBuffer::from(vec![0xEE; bytes]),
        buffer_size: i32::try_from(bytes).unwrap(),
        ..TransferContext::default()
    }
}

#[test]
fn the_table_of_sizes() {
    let rows: Vec<&str> = include_str!("fixtures/image_information.csv")
        .lines()
        .collect();
    for row in &rows[1..] {
        let (format, numbers) = row.split_once(',').unwrap();
        let numbers: Vec<i32> = numbers.split(',').map(|n| n.parse().unwrap()).collect();
        let [
            tymed,
            width,
            lines,
            depth,
            compression,
            size,
            line,
            image,
            header,
            total,
        ] = numbers[..]
        else {
            panic!("not eleven cells: {row}");
        };
        let (_tree, item) = picture(wia::format::by_name(format).unwrap(), depth);
        for (id, value) in [
            (WIA_IPA_PIXELS_PER_LINE, width),
            (WIA_IPA_NUMBER_OF_LINES, lines),
            (WIA_IPA_COMPRESSION, compression),
            (WIA_IPA_TYMED, tymed),
            (WIA_IPA_ITEM_SIZE, size),
        ] {
            item.write(id, value).unwrap();
        }
        for flags in [NONE, INIT] {
            let mut context = with_buffer(2000);
            get_image_information(&item, flags, &mut context).unwrap();
            let sizes = [
                context.width_in_bytes,
                context.image_size,
                context.header_size,
                context.item_size,
            ];
            assert_eq!(sizes, [line, image, header, total], "{row}");
            let written = context.transfer_buffer.iter().rposition(|b| *b != 0xEE);
            let written = written.map_or(0, |last| last as i32 + 1);
            let expected = if flags == NONE { header } else { 0 };
            assert!(flags == INIT || written == expected, "{row}: {written}");
        }
    }
}

#[test]
fn the_description_is_always_filled_in() {
    let (_tree, item) = picture(WIA_IMG_FMT_MEMORYBMP, 8);
    item.write(WIA_IPA_TYMED, Tymed::Callback.value()).unwrap();
    item.write(WIA_IPA_COMPRESSION, Compression::BiRle8.value())
        .unwrap();
    for flags in [NONE, INIT] {
        // What was there before does not matter.
        let mut context = TransferContext {
            width_in_pixels: 99,
            lines: 99,
            depth: 99,
            format: WIA_IMG_FMT_JPEG,
            item_size: 99,
            ..TransferContext::default()
        };
        get_image_information(&item, flags, &mut context).unwrap();
        let description = (
            [context.width_in_pixels, context.lines, context.depth],
            [context.x_res, context.y_res],
            context.compression,
            context.format,
            context.tymed,
        );
        let expected = (
            [2, 3, 8],
            [300, 200],
            Compression::BiRle8,
            WIA_IMG_FMT_MEMORYBMP,
            Tymed::Callback,
        );
        assert_eq!(description, expected);
    }
}

struct Nobody;

impl MinidrvCallback for Nobody {
    fn mini_drv_callback(
        &self,
        _: DataMessage,
        _: TransferStatus,
        _: i32,
        _: i32,
        _: i32,
        _: Option<&mut TransferContext>,
    ) -> Result<Answer> {
        Ok(Answer::Continue)
    }
    fn send_end_of_page(&self, _: i32) -> Result<Answer> {
        Ok(Answer::Continue)
    }
}

impl MinidrvTransferCallback for Nobody {
    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        Ok(NextStream::Cancel)
    }
    fn send_message(&self, _: &TransferParams) -> Result<Answer> {
        Ok(Answer::Continue)
    }
}

/// A context with something in every member that is no description.
fn busy() -> TransferContext {
    TransferContext {
        file: Some(tempfile::tempfile().unwrap()),
        offset: 7,
        active_buffer: 2,
        number_of_buffers: 2,
        memory_transfer: true,
        service_buffer: true,
        callback: Some(Arc::new(Nobody)),
        data_callback: Some(Arc::new(Nobody)),
        page: 3,
        current_ifd_offset: 400,
        previous_ifd_offset: 300,
        ..with_buffer(100)
    }
}

fn numbers(context: &TransferContext) -> [i32; 7] {
    [
        context.offset,
        context.buffer_size,
        context.active_buffer,
        context.number_of_buffers,
        context.page,
        context.current_ifd_offset,
        context.previous_ifd_offset,
    ]
}

#[test]
fn without_flags_the_other_members_stay() {
    let (_tree, item) = picture(WIA_IMG_FMT_BMP, 24);
    let mut context = busy();
    for _page in 0..2 {
        get_image_information(&item, NONE, &mut context).unwrap();
        assert_eq!(numbers(&context), [7, 100, 2, 2, 3, 400, 300]);
        assert!(context.memory_transfer && context.service_buffer);
        assert!(context.file.is_some() && context.data_callback.is_some());
        assert!(context.callback.is_some());
        assert_eq!(context.transfer_buffer.len(), 100);
        assert_eq!(context.transfer_buffer[54..], [0xEE; 46]);
    }
}

#[test]
fn init_context_empties_the_other_members() {
    let (_tree, item) = picture(WIA_IMG_FMT_BMP, 24);
    let mut context = busy();
    get_image_information(&item, INIT, &mut context).unwrap();
    assert_eq!(numbers(&context), [0; 7]);
    assert!(!context.memory_transfer && !context.service_buffer);
    assert!(context.file.is_none() && context.data_callback.is_none());
    assert!(context.callback.is_none());
    assert!(context.transfer_buffer.is_empty());
    assert_eq!((context.header_size, context.item_size), (54, 54 + 24));
}

#[test]
fn init_context_does_not_look_at_the_buffer() {
    let (_tree, item) = picture(WIA_IMG_FMT_BMP, 24);
    let mut context = with_buffer(1);
    get_image_information(&item, INIT, &mut context).unwrap();
    assert_eq!(context.header_size, 54);
}

#[test]
fn other_flags_are_refused() {
    let (_tree, item) = picture(WIA_IMG_FMT_BMP, 24);
    for bits in [2, 3, -1] {
        let flags = ImageInformationFlags::from_bits_retain(bits);
        refused(get_image_information(&item, flags, &mut with_buffer(100)));
    }
}

#[test]
fn the_header_of_a_bmp() {
    let (_tree, item) = picture(WIA_IMG_FMT_BMP, 24);
    let mut context = with_buffer(60);
    get_image_information(&item, NONE, &mut context).unwrap();
    #[rustfmt::skip]
    let header = [
        // "BM", 78 bytes in all, the lines begin at 54.
        b'B', b'M', 78, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0,
        // 40 bytes, 2 pixels, 3 lines bottom-up, 1 plane, 24 bits, BI_RGB.
        40, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0,
        // 24 bytes of lines, 11811 and 7874 pixels a metre, no palette.
        24, 0, 0, 0, 0x23, 0x2E, 0, 0, 0xC2, 0x1E, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    assert_eq!(context.transfer_buffer[..54], header);
    assert_eq!(context.transfer_buffer[54..], [0xEE; 6]);
}

#[test]
fn the_header_of_a_memorybmp_has_no_file_header() {
    let header = |format, skip: usize| {
        let (_tree, item) = picture(format, 24);
        let mut context = with_buffer(54);
        get_image_information(&item, NONE, &mut context).unwrap();
        context.transfer_buffer[skip..skip + 40].to_vec()
    };
    assert_eq!(
        header(WIA_IMG_FMT_MEMORYBMP, 0),
        header(WIA_IMG_FMT_BMP, 14)
    );
}

/// The palette that the header ends with, as the driver finds it.
fn palette(item: &AppItem, record: Option<Photometric>, entries: usize) -> Vec<u8> {
    let mut context = with_buffer(2000);
    context.record = record.map(|p| {
        TransferRecord::new(DocumentOptions {
            photometric: Some(p),
            ..DocumentOptions::default()
        })
    });
    get_image_information(item, NONE, &mut context).unwrap();
    let end = usize::try_from(context.header_size).unwrap();
    context.transfer_buffer[end - 4 * entries..end].to_vec()
}

#[test]
fn the_palette_of_one_bit_follows_the_photometric_interpretation() {
    let black_first = [0, 0, 0, 0, 255, 255, 255, 0];
    let white_first = [255, 255, 255, 0, 0, 0, 0, 0];
    for format in [WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP] {
        let (_tree, item) = picture(format, 1);
        assert_eq!(palette(&item, None, 2), black_first);
        item.declare(WIA_IPS_PHOTOMETRIC_INTERP, 0, info(Access::READ));
        assert_eq!(palette(&item, None, 2), black_first);
        item.write(WIA_IPS_PHOTOMETRIC_INTERP, 1).unwrap();
        assert_eq!(palette(&item, None, 2), white_first);
        // The transfer's own record comes first.
        assert_eq!(palette(&item, Some(Photometric::White1), 2), black_first);
    }
}

#[test]
fn the_palettes_of_grey_are_linear() {
    let (_tree, item) = picture(WIA_IMG_FMT_BMP, 4);
    let grey = palette(&item, None, 16);
    assert_eq!(grey[..8], [0, 0, 0, 0, 17, 17, 17, 0]);
    assert_eq!(grey[60..], [255, 255, 255, 0]);
    let (_tree, item) = picture(WIA_IMG_FMT_BMP, 8);
    let grey = palette(&item, None, 256);
    assert_eq!(grey[400..404], [100, 100, 100, 0]);
    assert_eq!(grey[1020..], [255, 255, 255, 0]);
}

#[test]
fn compressed_bitmaps_say_so() {
    for (depth, compression, bi) in [(8, Compression::BiRle8, 1), (4, Compression::BiRle4, 2)] {
        let (_tree, item) = picture(WIA_IMG_FMT_MEMORYBMP, depth);
        item.write(WIA_IPA_COMPRESSION, compression.value())
            .unwrap();
        let mut context = with_buffer(2000);
        get_image_information(&item, NONE, &mut context).unwrap();
        assert_eq!(context.transfer_buffer[16..20], [bi, 0, 0, 0]);
    }
}

#[test]
fn an_unknown_height_is_0_in_the_header() {
    let (_tree, item) = picture(WIA_IMG_FMT_BMP, 24);
    item.write(WIA_IPA_NUMBER_OF_LINES, 0).unwrap();
    let mut context = with_buffer(54);
    get_image_information(&item, NONE, &mut context).unwrap();
    assert_eq!(context.transfer_buffer[22..26], [0; 4]);
}

#[test]
fn a_buffer_that_cannot_hold_the_header_is_refused() {
    let (_tree, item) = picture(WIA_IMG_FMT_BMP, 24);
    // Bytes of the buffer, and what lBufferSize says.
    for (bytes, told) in [(100, 53), (100, 0), (100, -1), (53, 53), (53, 100)] {
        let mut context = with_buffer(bytes);
        context.buffer_size = told;
        context.width_in_pixels = 99;
        let message = refused(get_image_information(&item, NONE, &mut context));
        assert!(message.starts_with("lBufferSize"), "{message}");
        assert_eq!(*context.transfer_buffer, vec![0xEE; bytes][..]);
        assert_eq!((context.width_in_pixels, context.header_size), (99, 0));
    }
    let mut context = with_buffer(100);
    context.buffer_size = 54;
    get_image_information(&item, NONE, &mut context).unwrap();
}

#[test]
fn a_small_buffer_is_enough_for_a_format_without_a_header() {
    let (_tree, item) = picture(WIA_IMG_FMT_JPEG, 24);
    let mut context = with_buffer(1);
    context.buffer_size = 0;
    get_image_information(&item, NONE, &mut context).unwrap();
    assert_eq!(context.transfer_buffer[..], [0xEE]);
}

#[test]
fn without_a_buffer_there_is_no_header() {
    let (_tree, item) = picture(WIA_IMG_FMT_BMP, 24);
    let mut context = TransferContext::default();
    get_image_information(&item, NONE, &mut context).unwrap();
    assert_eq!(context.header_size, 54);
    assert!(context.transfer_buffer.is_empty());
}

#[test]
fn properties_that_describe_no_image_are_refused() {
    for (id, value) in [
        (WIA_IPA_PIXELS_PER_LINE, -1),
        (WIA_IPA_PIXELS_PER_LINE, 0),
        (WIA_IPA_NUMBER_OF_LINES, -3),
        (WIA_IPA_NUMBER_OF_LINES, i32::MAX),
        (WIA_IPA_DEPTH, 16),
        (WIA_IPA_DEPTH, 48),
        (WIA_IPA_COMPRESSION, 77),
        (WIA_IPA_TYMED, 1),
    ] {
        let (_tree, item) = picture(WIA_IMG_FMT_BMP, 24);
        item.write(id, value).unwrap();
        let mut context = with_buffer(60);
        refused(get_image_information(&item, NONE, &mut context));
        assert_eq!(context.transfer_buffer[..], [0xEE; 60]);
    }
}

#[test]
fn format_and_kind_of_transfer_must_be_there_the_rest_counts_as_0() {
    let remove = |id: PropertyId| {
        let (tree, item) = picture(WIA_IMG_FMT_JPEG, 24);
        item.remove_property(id);
        let mut context = TransferContext::default();
        let result = get_image_information(&item, NONE, &mut context);
        drop(tree);
        result.map(|()| context)
    };
    for id in [WIA_IPA_FORMAT, WIA_IPA_TYMED] {
        let message = remove(id).map(|_| ()).unwrap_err().to_string();
        assert!(message.contains("no such property"), "{message}");
    }
    for id in [
        WIA_IPA_PIXELS_PER_LINE,
        WIA_IPA_NUMBER_OF_LINES,
        WIA_IPA_DEPTH,
        WIA_IPA_ITEM_SIZE,
    ] {
        let context = remove(id).map_err(|e| e.to_string());
        assert_eq!(context.map(|c| c.item_size), Ok(0), "{id}");
    }
    let context = remove(WIA_IPS_XRES).map_err(|e| e.to_string());
    assert_eq!(context.map(|c| (c.x_res, c.y_res)), Ok((0, 200)));
}
