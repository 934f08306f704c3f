//! What the streams hold, read without the code that wrote it where that can be.

use std::io::Cursor;

use formats::raw::RawHeader;
use raster::PixelType;
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;

/// A page as canonical rows without padding.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixel: PixelType,
    pub(crate) dpi: (u32, u32),
    pub(crate) rows: Vec<u8>,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} x {} {:?} at {:?} dpi, {} bytes",
            self.width,
            self.height,
            self.pixel,
            self.dpi,
            self.rows.len()
        )
    }
}

impl Page {
    pub(crate) fn row(&self, y: u32) -> &[u8] {
        let bytes = self.pixel.row_bytes(self.width);
        &self.rows[y as usize * bytes..][..bytes]
    }
}

fn unpad(lines: &[u8], stride: usize, row: usize, height: u32) -> Vec<u8> {
    assert_eq!(lines.len(), stride * height as usize);
    lines
        .chunks(stride)
        .flat_map(|l| &l[..row])
        .copied()
        .collect()
}

pub(crate) fn raw(bytes: &[u8]) -> Page {
    let header = RawHeader::decode(bytes[..RawHeader::LEN].try_into().unwrap()).unwrap();
    let pixel = match (header.bits_per_pixel, header.channels_per_pixel) {
        (1, 1) => PixelType::Bw1,
        (8, 1) => PixelType::Gray8,
        (16, 1) => PixelType::Gray16,
        (24, 3) => PixelType::Rgb8,
        (48, 3) => PixelType::Rgb16,
        other => panic!("{other:?}"),
    };
    let (width, height) = (header.x_extent, header.y_extent);
    let start = usize::try_from(header.data_start(Some(bytes.len() as u64))).unwrap();
    assert_eq!(header.raw_data_size as usize, bytes.len() - start);
    let stride = pixel.dword_row_bytes(width);
    Page {
        width,
        height,
        pixel,
        dpi: (header.x_res, header.y_res),
        rows: unpad(&bytes[start..], stride, pixel.row_bytes(width), height),
    }
}

pub(crate) fn bmp(bytes: &[u8]) -> Page {
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!(&bytes[..2], b"BM");
    assert_eq!(u32_at(2) as usize, bytes.len());
    let (start, width, height) = (u32_at(10) as usize, u32_at(18), u32_at(22));
    let pixel = match bytes[28] {
        1 => PixelType::Bw1,
        8 => PixelType::Gray8,
        24 => PixelType::Rgb8,
        other => panic!("{other} bits"),
    };
    let row = pixel.row_bytes(width);
    let lines = unpad(&bytes[start..], pixel.dword_row_bytes(width), row, height);
    let mut rows: Vec<u8> = lines.chunks(row).rev().flatten().copied().collect();
    if pixel == PixelType::Rgb8 {
        rows.chunks_mut(3).for_each(|p| p.swap(0, 2));
    }
    let dpi = |per_metre: u32| (f64::from(per_metre) * 0.0254).round() as u32;
    Page {
        width,
        height,
        pixel,
        dpi: (dpi(u32_at(38)), dpi(u32_at(42))),
        rows,
    }
}

pub(crate) fn tiff(bytes: &[u8]) -> Vec<Page> {
    let mut decoder = Decoder::new(Cursor::new(bytes)).unwrap();
    let mut pages = vec![tiff_page(&mut decoder)];
    while decoder.more_images() {
        decoder.next_image().unwrap();
        pages.push(tiff_page(&mut decoder));
    }
    pages
}

fn tiff_page(decoder: &mut Decoder<Cursor<&[u8]>>) -> Page {
    let (width, height) = decoder.dimensions().unwrap();
    let pixel = match decoder.colortype().unwrap() {
        tiff::ColorType::Gray(1) => PixelType::Bw1,
        tiff::ColorType::Gray(8) => PixelType::Gray8,
        tiff::ColorType::Gray(16) => PixelType::Gray16,
        tiff::ColorType::RGB(8) => PixelType::Rgb8,
        tiff::ColorType::RGB(16) => PixelType::Rgb16,
        other => panic!("{other:?}"),
    };
    let mut dpi = |tag| match decoder.get_tag(tag).unwrap() {
        tiff::decoder::ifd::Value::Rational(n, d) => n / d,
        other => panic!("{other:?}"),
    };
    let dpi = (dpi(Tag::XResolution), dpi(Tag::YResolution));
    let mut rows = match decoder.read_image().unwrap() {
        DecodingResult::U8(v) => v,
        DecodingResult::U16(v) => v.into_iter().flat_map(u16::to_le_bytes).collect(),
        _ => panic!("samples of another type"),
    };
    assert_eq!(rows.len(), pixel.row_bytes(width) * height as usize);
    // The decoder inverts the unused bits of G4 rows together with the pixels.
    for row in rows.chunks_mut(pixel.row_bytes(width)) {
        raster::pack::clear_unused_bits(pixel, row, width);
    }
    Page {
        width,
        height,
        pixel,
        dpi,
        rows,
    }
}
