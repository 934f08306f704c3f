//! How the page lies in the buffer: defaults, strides, derived lines, surplus, and the options for
//! buffers laid out otherwise. Decoded by libtiff and by the `tiff` crate.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use wia::Photometric;

use crate::page_writer::support::{
    Kind, Picture, Recorder, Tiff, assert_pages, context, decode, put, recorded, write,
};
use crate::transfer::{
    DocumentOptions, PageBuffer, TransferContext, write_page_buf_to_stream,
    write_page_buf_to_stream_as,
};

const DEPTHS: [u32; 6] = [1, 4, 8, 16, 24, 48];

/// The document of one page.
fn document(kind: Kind, page: &Picture, change: impl FnOnce(&mut TransferContext)) -> Vec<u8> {
    let mut context = context(kind);
    put(&mut context, page);
    change(&mut context);
    let mut stream = Recorder::default();
    write_page_buf_to_stream(&mut context, &mut stream).unwrap();
    stream.bytes()
}

#[test]
fn by_default_rows_are_packed_top_down_and_in_rgb_order() {
    for kind in Kind::BOTH {
        let pages: Vec<Picture> = DEPTHS.map(|d| Picture::new(d, 37, 29, d.into())).to_vec();
        let mut context = context(kind);
        let mut stream = Recorder::default();
        for page in &pages {
            write(&mut context, &mut stream, page);
        }
        let document = stream.bytes();
        assert_pages(&document, &pages.iter().collect::<Vec<_>>());
        for (ifd, page) in Tiff::parse(&document[..], 0).pages.iter().zip(&pages) {
            assert_eq!(ifd.data(&document[..], 0), page.rows, "{page:?}");
        }
    }
}

#[test]
fn a_stride_of_0_is_that_of_byte_aligned_rows() {
    let page = Picture::new(4, 37, 29, 1);
    for kind in Kind::BOTH {
        let stated = document(kind, &page, |c| c.width_in_bytes = 19);
        assert_eq!(stated, document(kind, &page, |c| c.width_in_bytes = 0));
    }
}

#[test]
fn padded_rows_are_packed_again() {
    for depth in DEPTHS {
        let page = Picture::new(depth, 37, 29, 1);
        for stride in [page.row_bytes().next_multiple_of(4), page.row_bytes() + 50] {
            let padded = padded(&page, stride);
            for kind in Kind::BOTH {
                let repacked = document(kind, &page, |c| {
                    c.width_in_bytes = stride as i32;
                    c.transfer_buffer.driver_memory().clone_from(&padded);
                });
                assert_eq!(repacked, document(kind, &page, |_| ()), "{page:?} {stride}");
            }
        }
    }
}

/// The rows with their starts `stride` bytes apart.
fn padded(page: &Picture, stride: usize) -> Vec<u8> {
    let rows = page.rows.chunks(page.row_bytes());
    rows.flat_map(|row| {
        let mut row = row.to_vec();
        row.resize(stride, 0xEE);
        row
    })
    .collect()
}

#[test]
fn lines_that_are_not_stated_follow_from_the_length() {
    let page = Picture::new(8, 37, 29, 1);
    for kind in Kind::BOTH {
        let whole = document(kind, &page, |_| ());
        for surplus in [0, 1, 36] {
            let derived = document(kind, &page, |c| {
                c.lines = 0;
                c.item_size = 37 * 29 + surplus;
                c.transfer_buffer
                    .driver_memory()
                    .resize(37 * 29 + surplus as usize, 0x77);
            });
            assert_eq!(derived, whole, "{surplus}");
        }
        // By the stride, not by the row.
        let derived = document(kind, &page, |c| {
            c.lines = 0;
            c.width_in_bytes = 40;
            c.item_size = 40 * 29;
            c.transfer_buffer = padded(&page, 40).into();
        });
        assert_eq!(derived, whole);
    }
}

#[test]
fn surplus_bytes_are_ignored() {
    let page = Picture::new(24, 37, 29, 1);
    for kind in Kind::BOTH {
        let whole = document(kind, &page, |_| ());
        let more = document(kind, &page, |c| {
            c.transfer_buffer
                .driver_memory()
                .extend_from_slice(&[9; 1000]);
            c.item_size = c.transfer_buffer.len() as i32;
            c.buffer_size = c.item_size;
        });
        assert_eq!(more, whole);
        // Only the buffer is larger.
        let larger = document(kind, &page, |c| {
            c.transfer_buffer
                .driver_memory()
                .extend_from_slice(&[9; 1000]);
            c.buffer_size = c.transfer_buffer.len() as i32;
        });
        assert_eq!(larger, whole);
    }
}

#[test]
fn members_that_are_not_of_the_page_writer_do_not_matter() {
    let page = Picture::new(24, 37, 29, 1);
    for kind in Kind::BOTH {
        let other = document(kind, &page, |c| {
            c.image_size = -5;
            c.header_size = 1000;
            c.offset = 77;
            // For page 0 these are ignored.
            c.current_ifd_offset = 12_345;
            c.previous_ifd_offset = 54_321;
        });
        assert_eq!(other, document(kind, &page, |_| ()));
    }
}

#[test]
fn strips_are_about_64_kib_and_on_word_boundaries() {
    for kind in Kind::BOTH {
        for (width, lines) in [
            (1000, 300),
            (1001, 300),
            (33, 5001),
            (70_001, 5),
            (64, 1024),
            (64, 1025),
        ] {
            let page = Picture::new(8, width, lines, 1);
            let bytes = document(kind, &page, |_| ());
            assert_pages(&bytes, &[&page]);
            let ifd = &Tiff::parse(&bytes[..], 0).pages[0];
            let counts = ifd.values(279);
            let (last, whole) = counts.split_last().unwrap();
            let row = u64::from(width);
            for strip in whole {
                assert!((0x1_0000..0x1_0000 + 2 * row).contains(strip), "{counts:?}");
            }
            assert!(*last <= 0x1_0000 + 2 * row);
            assert_eq!(ifd.value(278), counts[0] / row);
            assert!(
                ifd.values(273).iter().all(|at| at.is_multiple_of(2)),
                "{ifd:?}"
            );
        }
    }
}

#[test]
fn photometric_interpretation_of_uncompressed_pages() {
    // The numbers of WIA and TIFF are opposite, and the samples stay as they are.
    for (wia, tiff) in [
        (Some(Photometric::White1), 1),
        (Some(Photometric::White0), 0),
        (None, 1),
    ] {
        for depth in [1, 4, 8, 16] {
            let page = Picture::new(depth, 37, 2000, 1);
            let mut context = recorded(DocumentOptions {
                photometric: wia,
                ..DocumentOptions::default()
            });
            let mut stream = Recorder::default();
            write(&mut context, &mut stream, &page);
            let ifd = &Tiff::parse(&stream, 0).pages[0];
            assert_eq!(ifd.value(262), tiff, "{wia:?} {depth}");
            assert_eq!(ifd.data(&stream, 0), page.rows, "{wia:?} {depth}");
            // libtiff takes them for what they are.
            let decoded = &decode(&stream.bytes())[0];
            assert_eq!(decoded.ifd.value(262), tiff);
            assert_eq!(decoded.data, page.rows);
        }
        for depth in [24, 48] {
            let mut context = recorded(DocumentOptions {
                photometric: wia,
                ..DocumentOptions::default()
            });
            let page = Picture::new(depth, 37, 29, 1);
            let mut stream = Recorder::default();
            write(&mut context, &mut stream, &page);
            assert_eq!(Tiff::parse(&stream, 0).pages[0].value(262), 2);
            assert_pages(&stream.bytes(), &[&page]);
        }
    }
}

#[test]
fn without_a_record_0_is_black() {
    for depth in [1, 4, 8, 16] {
        let bytes = document(Kind::WithoutRecord, &Picture::new(depth, 9, 9, 1), |_| ());
        assert_eq!(Tiff::parse(&bytes[..], 0).pages[0].value(262), 1);
    }
}

/// A page and how it lies in a buffer.
#[derive(Clone, Debug)]
struct Laid {
    page: Picture,
    padding: usize,
    surplus: usize,
    buffer: PageBuffer,
    white: Option<Photometric>,
    kind: Kind,
}

fn laid() -> impl Strategy<Value = Laid> {
    let size = || prop_oneof![1_u32..20, 1_u32..300];
    let white = prop_oneof![
        Just(None),
        Just(Some(Photometric::White0)),
        Just(Some(Photometric::White1))
    ];
    (
        (
            prop::sample::select(&DEPTHS[..]),
            size(),
            size(),
            any::<u64>(),
        ),
        prop_oneof![Just(0_usize), 1_usize..9],
        prop_oneof![Just(0_usize), 1_usize..200],
        (
            prop_oneof![Just(0_usize), 1_usize..100],
            any::<bool>(),
            any::<bool>(),
        ),
        white,
        prop::sample::select(&Kind::BOTH[..]),
    )
        .prop_map(
            |((depth, w, h, seed), padding, surplus, options, white, kind)| Laid {
                page: Picture::new(depth, w, h, seed),
                padding,
                surplus,
                buffer: PageBuffer {
                    header_len: options.0,
                    bottom_up: options.1,
                    bgr: options.2,
                    ..PageBuffer::default()
                },
                white,
                kind,
            },
        )
}

impl Laid {
    /// The buffer, made pixel by pixel.
    fn bytes(&self) -> Vec<u8> {
        let sample = (self.page.depth / 24) as usize;
        let mut lines: Vec<Vec<u8>> = Vec::new();
        for row in self.page.rows.chunks(self.page.row_bytes()) {
            let mut line = Vec::new();
            if self.buffer.bgr && self.page.depth >= 24 {
                for pixel in row.chunks(3 * sample) {
                    line.extend_from_slice(&pixel[2 * sample..]);
                    line.extend_from_slice(&pixel[sample..2 * sample]);
                    line.extend_from_slice(&pixel[..sample]);
                }
            } else {
                line.extend_from_slice(row);
            }
            line.resize(line.len() + self.padding, 0xA5);
            lines.push(line);
        }
        if self.buffer.bottom_up {
            lines.reverse();
        }
        let mut bytes = vec![0x11; self.buffer.header_len];
        bytes.extend(lines.concat());
        bytes.resize(bytes.len() + self.surplus, 0x22);
        bytes
    }
}

proptest! {
    #![proptest_config(Config {
        cases: 200,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1871),
        ..Config::default()
    })]

    /// However the page lies, the samples in the file are the picture's.
    #[test]
    fn any_layout(laid in laid()) {
        let Laid { page, padding, surplus, buffer, white, kind } = &laid;
        let mut context = context(*kind);
        if let Some(record) = &mut context.record {
            record.options.photometric = *white;
        }
        put(&mut context, page);
        context.width_in_bytes = (page.row_bytes() + padding) as i32;
        context.transfer_buffer = laid.bytes().into();
        if *surplus > 0 {
            context.item_size = (context.transfer_buffer.len() - buffer.header_len) as i32;
        }
        context.buffer_size = context.transfer_buffer.len() as i32;
        let mut stream = Recorder::default();
        write_page_buf_to_stream_as(&mut context, &mut stream, *buffer).unwrap();
        let bytes = stream.bytes();
        let ifd = &Tiff::parse(&bytes[..], 0).pages[0];
        prop_assert_eq!(ifd.data(&bytes[..], 0), page.rows.clone());
        let decoded = decode(&bytes).remove(0);
        prop_assert_eq!(decoded.data, page.rows.clone());
        prop_assert_eq!(decoded.ifd.value(262), ifd.value(262));
    }
}
