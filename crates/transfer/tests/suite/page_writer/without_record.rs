//! A context that the driver made for itself: classic TIFF, and the members are all that is known.

use wia::ErrorKind;

use crate::page_writer::support::{
    Kind, Picture, Recorder, Tiff, assert_pages, context, put, tool, write,
};
use crate::transfer::{
    TransferContext, abandon_page, begin_page, end_page, rows, write_page_buf_to_stream,
};

const LIMIT: u64 = u32::MAX as u64;

fn page(seed: u64) -> Picture {
    Picture::new(16, 31, 12, seed)
}

fn members(context: &TransferContext) -> (i32, i32, i32) {
    (
        context.page,
        context.current_ifd_offset,
        context.previous_ifd_offset,
    )
}

#[test]
fn the_header_has_8_bytes() {
    let mut context = context(Kind::WithoutRecord);
    let mut stream = Recorder::default();
    write(&mut context, &mut stream, &page(0));
    let bytes = stream.bytes();
    let at = context.current_ifd_offset as u32;
    assert_eq!(bytes[..4], *b"II\x2A\0");
    assert_eq!(bytes[4..8], at.to_le_bytes());
    let ifd = &Tiff::parse(&bytes[..], 0).pages[0];
    assert_eq!(ifd.value(273), 8, "the data follows at once");
    assert_eq!(ifd.at, u64::from(at));
}

#[test]
fn links_are_where_the_contract_has_them() {
    let mut context = context(Kind::WithoutRecord);
    let mut stream = Recorder::default();
    let mut previous = None;
    for n in 0..3 {
        write(&mut context, &mut stream, &page(n));
        let tiff = Tiff::parse(&stream, 0);
        let field = previous.map_or(4, |ifd: usize| tiff.pages[ifd].link);
        let link = stream.part(field, 4);
        assert_eq!(link, (context.current_ifd_offset as u32).to_le_bytes());
        let last = tiff.pages.last().unwrap();
        assert_eq!(stream.part(last.link, 4), [0; 4]);
        previous = Some(n as usize);
    }
}

#[test]
fn each_page_may_come_in_a_context_of_its_own() {
    let mut stream = Recorder::default();
    let (mut number, mut offset) = (0, 0);
    for n in 0..4 {
        let mut context = context(Kind::WithoutRecord);
        context.page = number;
        context.previous_ifd_offset = offset;
        write(&mut context, &mut stream, &page(n));
        (number, offset) = (context.page, context.current_ifd_offset);
    }
    let pages: Vec<Picture> = (0..4).map(page).collect();
    assert_pages(&stream.bytes(), &pages.iter().collect::<Vec<_>>());
}

#[test]
fn pages_of_different_kinds_link_to_each_other() {
    // Their directories hold different tags; the link of each is found without reading it.
    let mut context = context(Kind::WithoutRecord);
    let mut stream = Recorder::default();
    let pages: Vec<Picture> = [1, 24, 4, 48, 8, 16, 1]
        .into_iter()
        .map(|depth| Picture::new(depth, 700, 500, depth.into()))
        .collect();
    for page in &pages {
        write(&mut context, &mut stream, page);
    }
    assert_pages(&stream.bytes(), &pages.iter().collect::<Vec<_>>());
}

/// A context whose next page's directory ends at `end`, with the stream to write it to.
fn about_to_end_at(end: u64) -> (TransferContext, Recorder) {
    let mut context = context(Kind::WithoutRecord);
    let mut stream = Recorder::default();
    write(&mut context, &mut stream, &page(0));
    let of_a_page = stream.len() - 8;
    stream.extend_to(end - of_a_page);
    put(&mut context, &page(1));
    stream.calls();
    (context, stream)
}

#[test]
fn the_members_hold_unsigned_32_bit_offsets() {
    let (mut context, mut stream) = about_to_end_at(3 << 30);
    write_page_buf_to_stream(&mut context, &mut stream).unwrap();
    let at = Tiff::parse(&stream, 0).pages[1].at;
    assert!(at > 1 << 31);
    assert_eq!(members(&context), (2, at as u32 as i32, at as u32 as i32));
    assert!(context.current_ifd_offset < -1);
    // The next page finds the directory there.
    write(&mut context, &mut stream, &page(2));
    let tiff = Tiff::parse(&stream, 0);
    for (n, ifd) in tiff.pages.iter().enumerate() {
        assert_eq!(ifd.data(&stream, 0), page(n as u64).rows, "page {n}");
    }
    assert_eq!(tiff.pages.len(), 3);
}

#[test]
fn a_page_may_end_at_4_gib_minus_1() {
    // Directories end on word boundaries, so the last byte but one is the furthest.
    let (mut context, mut stream) = about_to_end_at(LIMIT - 1);
    write_page_buf_to_stream(&mut context, &mut stream).unwrap();
    assert_eq!(stream.len(), LIMIT - 1);
    let tiff = Tiff::parse(&stream, 0);
    assert_eq!(tiff.pages.len(), 2);
    assert_eq!(tiff.pages[1].data(&stream, 0), page(1).rows);
    assert_eq!(context.page, 2);
}

#[test]
fn a_page_that_would_end_past_4_gib_minus_1_is_not_begun() {
    for over in [1, 2, 100, 1 << 32] {
        let (mut context, mut stream) = about_to_end_at(LIMIT - 1 + over);
        let (before, len) = (members(&context), stream.len());
        let head = stream.part(0, 4096.min(len));
        let e = write_page_buf_to_stream(&mut context, &mut stream).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::MediumFull, "{over}");
        assert_eq!(members(&context), before);
        // The chain is as it was.
        assert_eq!((stream.len(), stream.part(0, 4096)), (len, head));
        let tiff = Tiff::parse(&stream, 0);
        assert_eq!((tiff.big, tiff.pages.len()), (false, 1));
        assert_eq!(tiff.pages[0].data(&stream, 0), page(0).rows);
    }
}

#[test]
fn an_encoded_page_that_would_end_past_4_gib_minus_1_is_not_begun() {
    let (mut context, mut stream) = about_to_end_at(LIMIT - 1);
    let len = stream.len();
    context.depth = 1;
    context.compression = wia::Compression::G4;
    // One byte more than the page that would just fit.
    context.transfer_buffer = vec![0x55; page(1).rows.len() + 1].into();
    context.item_size = context.transfer_buffer.len() as i32;
    let e = write_page_buf_to_stream(&mut context, &mut stream).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::MediumFull);
    assert_eq!((stream.len(), context.page), (len, 1));
}

#[test]
fn the_form_that_is_fed_band_by_band_needs_a_record() {
    let mut context = context(Kind::WithoutRecord);
    let mut stream = Recorder::default();
    let layout = raster::PageLayout {
        width: 8,
        height: None,
        pixel: raster::PixelType::Gray8,
        x_dpi: 300,
        y_dpi: 300,
    };
    let band = raster::Band::new(&[0; 8], 8, 8).unwrap();
    let errors = [
        begin_page(&mut context, &mut stream, &layout).unwrap_err(),
        rows(&mut context, &mut stream, band).unwrap_err(),
        end_page(&mut context, &mut stream).unwrap_err(),
    ];
    for e in errors {
        assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    }
    abandon_page(&mut context, &mut stream).unwrap();
    assert_eq!((stream.len(), stream.calls()), (0, vec![]));
}

#[test]
fn libtiff_opens_a_chain_that_reaches_beyond_2_gib() {
    let (mut context, mut stream) = about_to_end_at(LIMIT - 1);
    write_page_buf_to_stream(&mut context, &mut stream).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.tiff");
    crate::page_writer::support::sparse_file(&stream, &path);
    let info = tool("tiffinfo", &[path.to_str().unwrap()]);
    assert_eq!(info.matches("TIFF Directory at offset").count(), 2);
    assert_eq!(info.matches("Image Width: 31 Image Length: 12").count(), 2);
}
