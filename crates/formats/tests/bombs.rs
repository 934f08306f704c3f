//! Small files that ask for much: what they get, the memory, and the bytes that are read for it.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "suite/by_hand/mod.rs"]
mod by_hand;
#[path = "suite/foreign/mod.rs"]
mod foreign;
#[path = "suite/sheets/mod.rs"]
mod sheets;

use std::fs::{File, read_to_string};
use std::io::Write;

use by_hand::{pdf, stream, with_table_stream};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use quire_formats::image::ImageFile;
use quire_formats::tiff::verify;
use quire_formats::{DocumentFormat, Limits, WriterOptions, open_appending, open_writer};
use raster::{Band, PixelType};
use sheets::page;
use wia::ErrorKind::{self, InputDamaged, InputUnsupported};

/// Memory that any of these may take beside what the process has, in KiB; the kernel counts roughly.
const MEMORY: u64 = 24 * 1024;
/// Bytes that may be read of a file, in its own length and besides.
const READ: (u64, u64) = (64, 4 << 20);
/// Rows that any of these gives.
const ROWS: u32 = 4096;

/// What is wrong with a file, the file, and what reading all of it may end with. `None`: in order.
type Row = (&'static str, Vec<u8>, &'static [Option<ErrorKind>]);

/// What is done with it.
type Reader = fn(&[u8]) -> Result<(), ErrorKind>;

const DAMAGED: &[Option<ErrorKind>] = &[Some(InputDamaged)];
const UNSUPPORTED: &[Option<ErrorKind>] = &[Some(InputUnsupported)];
const REFUSED: &[Option<ErrorKind>] = &[Some(InputDamaged), Some(InputUnsupported)];
/// What is too much is not looked at, or refused.
const ANY: &[Option<ErrorKind>] = &[None, Some(InputDamaged), Some(InputUnsupported)];

#[rustfmt::skip]
fn table() -> Vec<Row> {
    let bomb = zeros(64 << 20);
    vec![
        ("TIFF: a directory that leads to itself", tiff(10, 10, 1, &[], 8, &[0; 100]), DAMAGED),
        ("TIFF: the first directory behind the end", b"II*\0\0\0\0\x40".to_vec(), DAMAGED),
        ("TIFF: 65535 fields", b"II*\0\x08\0\0\0\xFF\xFF\0\0".to_vec(), DAMAGED),
        ("TIFF: a strip behind the end", tiff(10, 10, 1, &[(273, 4, 1, 1 << 31)], 0, &[0; 100]), DAMAGED),
        ("TIFF: 2^30 strips", tiff(10, 1 << 30, 1, &[(273, 4, 1 << 30, 8), (278, 4, 1, 1)], 0, &[0; 100]), REFUSED),
        ("TIFF: 2^60 values", big_tiff(), REFUSED),
        ("TIFF: 10^9 pixels, none", tiff(40_000, 25_000, 1, &[], 0, &[0; 900]), DAMAGED),
        ("TIFF: 10^9 pixels, PackBits", tiff(40_000, 25_000, 32773, &[], 0, &[0x81; 900]), DAMAGED),
        ("TIFF: 10^9 pixels, LZW", tiff(40_000, 25_000, 5, &[], 0, &[0x80; 900]), DAMAGED),
        ("TIFF: 10^9 pixels, deflate", tiff(40_000, 25_000, 8, &[], 0, &zeros(500_000)), DAMAGED),
        ("TIFF: 100 pixels, 64 MiB of deflate", tiff(10, 10, 8, &[], 0, &bomb), ANY),
        ("TIFF: G4, rows of 2^31 pixels", tiff((1 << 31) - 1, 4, 4, &[(258, 3, 1, 1)], 0, &[0xFF; 99]), UNSUPPORTED),
        ("TIFF: G4, 60,000 rows in 100 bytes", tiff(60_000, 60_000, 4, &[(258, 3, 1, 1)], 0, &[0xFF; 99]), DAMAGED),
        ("TIFF: G3, 60,000 rows in 100 bytes", tiff(60_000, 60_000, 3, &[(258, 3, 1, 1)], 0, &[0x80; 99]), DAMAGED),
        ("TIFF: more pixels than any page", tiff(1 << 20, 1 << 20, 8, &[], 0, &[0; 99]), REFUSED),
        ("TIFF: no width", tiff(0, 10, 1, &[], 0, &[0; 99]), REFUSED),
        ("JPEG: 65,535 x 65,535", jpeg(), REFUSED),
        ("PNG: 2^31 x 2^31", png((1 << 31) - 1, (1 << 31) - 1, &[], &zeros(1000)), REFUSED),
        ("PNG: 10^9 pixels", png(40_000, 25_000, &[], &zeros(500_000)), DAMAGED),
        ("PNG: 100 pixels, 64 MiB of deflate", png(10, 10, &[], &bomb), ANY),
        ("PNG: a profile of 64 MiB", png(10, 10, &chunk(b"iCCP", &[b"x\0\0", &bomb[..]].concat()), &zeros(110)), ANY),
        ("PNG: a text of 64 MiB", png(10, 10, &chunk(b"zTXt", &[b"Title\0\0", &bomb[..]].concat()), &zeros(110)), ANY),
        ("PNG: a chunk of 2^31 bytes", b"\x89PNG\r\n\x1a\n\x7F\xFF\xFF\xFFIHDR".to_vec(), DAMAGED),
        ("BMP: a negative width", bmp(-10, 10, 54), REFUSED),
        ("BMP: the smallest height", bmp(10, i32::MIN, 54), REFUSED),
        ("BMP: 10^9 pixels", bmp(40_000, 25_000, 54), DAMAGED),
        ("BMP: the largest size", bmp(i32::MAX, i32::MAX, 54), REFUSED),
        ("BMP: lines behind the end", bmp(10, 10, i32::MAX), DAMAGED),
        ("RAW: 10^9 pixels", raw(40_000, 25_000), REFUSED),
        ("RAW: the largest size", raw(u32::MAX, u32::MAX), REFUSED),
        ("PDF: tables of objects in a circle", pdf(&image("/Width 2 /Height 2", b"abcd"), "/Prev XREF"), REFUSED),
        ("PDF: 10^9 pixels", pdf(&image("/Width 40000 /Height 25000", &[0; 900]), ""), REFUSED),
        ("PDF: 10^9 pixels, deflate", pdf(&image("/Width 40000 /Height 25000 /Filter /FlateDecode", &zeros(500_000)), ""), REFUSED),
        ("PDF: 100 pixels, 64 MiB of deflate", pdf(&image("/Width 10 /Height 10 /Filter /FlateDecode", &bomb), ""), ANY),
        ("PDF: rows of 2^31 for the predictor", pdf(&image("/Width 2 /Height 2 /Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 2147483647 >>", &zeros(900)), ""), REFUSED),
        ("PDF: a hundred filters", pdf(&image(&format!("/Width 2 /Height 2 /Filter [{}]", "/FlateDecode ".repeat(100)), &zeros(900)), ""), REFUSED),
        ("PDF: lists in lists", pdf(&image(&format!("/Width 2 /Height 2 /X {}", "[".repeat(100_000)), b"abcd"), ""), REFUSED),
        ("PDF: a length that is its own", pdf(&image("/Width 2 /Height 2 /Length 4 0 R", b"abcd"), ""), ANY),
        ("PDF: pages in a circle", pdf(&["<< /Type /Pages /Count 1 /Kids [2 0 R] >>".into()], ""), REFUSED),
        ("PDF: objects in the stream of objects that they are", objects_in_themselves(), REFUSED),
        ("PDF: a page of 100 kB 20,000 times", one_page_again(), DAMAGED),
        ("PDF: 2,000 pages with the same 200 kB of resources", resources_again(), UNSUPPORTED),
        ("PDF: a table with 64 MiB behind it", long_table(), &[None]),
    ]
}

#[test]
fn what_asks_for_much_gets_little() {
    // Whatever is made once and stays.
    let table = table();
    let _ = read(&table[0].1);
    let table = table.into_iter().map(|row| (row, read as Reader));
    let append = appends().into_iter().map(|row| (row, append as Reader));
    for ((what, file, wanted), read) in table.chain(append) {
        let before = (memory("VmRSS:"), read_so_far());
        // The most so far is forgotten.
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        let ended = read(&file).err();
        assert!(wanted.contains(&ended), "{what}: {ended:?}");
        let taken = memory("VmHWM:").saturating_sub(before.0);
        assert!(taken <= MEMORY, "{what}: {taken} KiB of memory");
        let most = file.len() as u64 * READ.0 + READ.1;
        let bytes = read_so_far() - before.1;
        assert!(bytes <= most, "{what}: {bytes} bytes read");
    }
}

/// Pages that share what they name, however often it is looked at.
#[test]
fn what_pages_share_is_not_read_for_each() {
    let strips: Vec<u8> = (0..50_000_u32).flat_map(|_| 8_u32.to_le_bytes()).collect();
    let (at, count) = (8, 50_000);
    let tables = [
        (257, 4, 1, count),
        (273, 4, count, at),
        (278, 4, 1, 1),
        (279, 4, count, at),
    ];
    let file = pages_of(1500, &strips, 1, &tables);
    let before = read_so_far();
    let found = verify(&file).unwrap();
    assert_eq!(found.damage.unwrap().kind(), InputDamaged);
    let most = 4 * file.metadata().unwrap().len() + (16 << 20);
    assert!(read_so_far() - before <= most);
    // A few pages may.
    let file = pages_of(20, &strips, 1, &tables);
    let found = verify(&file).unwrap();
    assert!(found.damage.is_none(), "{:?}", found.damage);
    assert_eq!(found.pages, 20);

    // Tables of JPEG streams wait for who wants the pixels.
    let shared = [0; 60_000];
    for (pages, size, refused) in [(500, 60_000, true), (500, 100, false), (1, 70_000, true)] {
        let file = pages_of(pages, &[&shared[..]; 2].concat(), 7, &[(347, 7, size, 8)]);
        let (len, before) = (file.metadata().unwrap().len(), read_so_far());
        let opened = ImageFile::of(file, "bomb", Limits::DEFAULT);
        let most = len * READ.0 + READ.1;
        assert!(read_so_far() - before <= most, "{pages} {size}");
        match opened {
            Ok(image) => assert!(!refused && image.page_count() == pages),
            Err(e) => assert!(refused && e.kind() == InputDamaged, "{e}"),
        }
    }
}

#[test]
fn every_beginning_of_a_file() {
    let formats = DocumentFormat::ALL.into_iter();
    for format in formats.filter(|format| *format != DocumentFormat::Pdfa) {
        let whole = document(format);
        read(&whole).unwrap();
        for len in 0..whole.len() {
            if let Err(kind) = read(&whole[..len]) {
                let unknown = len < 8 && kind == InputUnsupported;
                assert!(
                    kind == InputDamaged || unknown,
                    "{format:?} {len}: {kind:?}"
                );
            }
        }
    }
}

/// The same for files that pages are added to.
fn appends() -> Vec<Row> {
    vec![
        (
            "appending: a table with 64 MiB behind it",
            long_table(),
            &[None],
        ),
        (
            "appending: objects in the stream of objects that they are",
            objects_in_themselves(),
            REFUSED,
        ),
        (
            "appending: streams of objects whose lengths are in each other",
            lengths_in_each_other(),
            REFUSED,
        ),
    ]
}

/// Begins to add to a file.
fn append(bytes: &[u8]) -> Result<(), ErrorKind> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let started = open_appending(file, &WriterOptions::default()).map_err(|e| e.kind())?;
    started.map(|_| ()).ok_or(InputUnsupported)
}

/// Reads all of a file.
fn read(bytes: &[u8]) -> Result<(), ErrorKind> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    pages(file).map_err(|e| e.kind())
}

fn pages(file: File) -> wia::Result<()> {
    let image = ImageFile::of(file, "bomb", Limits::DEFAULT)?;
    for (index, info) in image.pages().iter().enumerate() {
        image.metadata(index)?;
        image.profile(index)?;
        if let Some((_, mut chunks)) = image.stored(index)? {
            while chunks.next()?.is_some() {}
        }
        let mut rows = image.rows(index)?;
        let mut row = vec![0; info.row_bytes()];
        let mut count = 0;
        while rows.next_row(&mut row)? {
            count += 1;
            assert!(count <= ROWS, "rows of nothing");
        }
    }
    Ok(())
}

fn document(format: DocumentFormat) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let sink = Box::new(file.reopen().unwrap());
    let mut writer = open_writer(format, sink, &WriterOptions::default()).unwrap();
    let (layout, rows) = page(9, 7, PixelType::Rgb8);
    let row = layout.row_bytes();
    writer.begin_page(&layout).unwrap();
    writer.rows(Band::new(&rows, row, row).unwrap()).unwrap();
    writer.end_page().unwrap();
    writer.finish().unwrap();
    std::fs::read(file.path()).unwrap()
}

/// What the kernel says of the memory of this process, in KiB.
fn memory(name: &str) -> u64 {
    value("/proc/self/status", name)
}

/// Bytes that this process has read.
fn read_so_far() -> u64 {
    value("/proc/self/io", "rchar:")
}

fn value(file: &str, name: &str) -> u64 {
    let text = read_to_string(file).unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// So many zeros, in zlib's container.
fn zeros(count: usize) -> Vec<u8> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::best());
    for _ in 0..count / 1024 {
        out.write_all(&[0; 1024]).unwrap();
    }
    out.write_all(&vec![0; count % 1024]).unwrap();
    out.finish().unwrap()
}

/// A page of 8 bits in one strip, with fields in the place of the usual ones or besides.
fn tiff(
    width: u32,
    height: u32,
    compression: u32,
    fields: &[(u16, u16, u32, u32)],
    next: u32,
    data: &[u8],
) -> Vec<u8> {
    let mut all = vec![
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, compression),
        (262, 3, 1, 1),
        (273, 4, 1, 0),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, data.len() as u32),
    ];
    for field in fields {
        match all.iter_mut().find(|usual| usual.0 == field.0) {
            Some(usual) => *usual = *field,
            None => all.push(*field),
        }
    }
    let end = 8 + 2 + 12 * all.len() as u32 + 4;
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend((all.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in all {
        let value = if (tag, value) == (273, 0) { end } else { value };
        out.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        out.extend([count.to_le_bytes(), value.to_le_bytes()].concat());
    }
    out.extend(next.to_le_bytes());
    out.extend(data);
    out
}

/// Pages like [`tiff`]'s, without data, behind bytes that stand at 8.
fn pages_of(
    pages: usize,
    shared: &[u8],
    compression: u32,
    fields: &[(u16, u16, u32, u32)],
) -> File {
    let page = tiff(10, 10, compression, fields, 0, &[]);
    let directory = &page[8..];
    let first = 8 + shared.len();
    let mut out = [b"II*\0", &(first as u32).to_le_bytes()[..], shared].concat();
    for n in 1..=pages {
        let next = if n < pages {
            first + n * directory.len()
        } else {
            0
        };
        out.extend_from_slice(&directory[..directory.len() - 4]);
        out.extend((next as u32).to_le_bytes());
    }
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&out).unwrap();
    file
}

fn big_tiff() -> Vec<u8> {
    let mut out = b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0".to_vec();
    out.extend([&256_u16.to_le_bytes()[..], &16_u16.to_le_bytes()].concat());
    out.extend([(1_u64 << 60).to_le_bytes(), 16_u64.to_le_bytes()].concat());
    out.extend([0; 8]);
    out
}

/// The headers of a grey JPEG of the largest size, and nothing in it.
fn jpeg() -> Vec<u8> {
    let folder = sheets::Folder::new();
    let (layout, rows) = page(8, 8, PixelType::Gray8);
    let path = folder.magick("small.jpg", &layout, &rows, &[]);
    let mut bytes = std::fs::read(path).unwrap();
    let frame = bytes
        .windows(2)
        .position(|two| two == [0xFF, 0xC0])
        .unwrap();
    bytes[frame + 5..frame + 9].fill(0xFF);
    bytes
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&kind[..], data].concat();
    let sum = crc32fast::hash(&body).to_be_bytes();
    [&(data.len() as u32).to_be_bytes()[..], &body, &sum].concat()
}

fn png(width: u32, height: u32, more: &[u8], data: &[u8]) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let head = chunk(b"IHDR", &[&size[..], &[8, 0, 0, 0, 0]].concat());
    let (data, end) = (chunk(b"IDAT", data), chunk(b"IEND", &[]));
    [b"\x89PNG\r\n\x1a\n", &head[..], more, &data, &end].concat()
}

/// A bitmap of 24 bits with 900 bytes of lines.
fn bmp(width: i32, height: i32, lines: i32) -> Vec<u8> {
    let words = |words: &[i32]| words.iter().flat_map(|w| w.to_le_bytes()).collect();
    let head: Vec<u8> = words(&[
        954,
        0,
        lines,
        40,
        width,
        height,
        1 | 24 << 16,
        0,
        0,
        0,
        0,
        0,
        0,
    ]);
    [&b"BM"[..], &head, &[0; 900]].concat()
}

fn raw(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = document(DocumentFormat::Raw);
    bytes[20..24].copy_from_slice(&width.to_le_bytes());
    bytes[24..28].copy_from_slice(&height.to_le_bytes());
    bytes
}

/// The page tree, a page, and its image, which has these entries.
fn image(entries: &str, data: &[u8]) -> Vec<Vec<u8>> {
    let head = format!(
        "<< /Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8 /Length {} {entries} >>\nstream\n",
        data.len()
    );
    let content = "q 100 0 0 100 0 0 cm /I Do Q";
    vec![
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 5 0 R /Resources << /XObject << /I 4 0 R >> >> >>".to_vec(),
        [head.as_bytes(), data, b"\nendstream"].concat(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()).into(),
    ]
}

/// The catalog is said to be in a stream of objects that is in itself.
fn objects_in_themselves() -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let at = out.len();
    // Type, object, index: 1 and 2 are both in 2, 3 is this table.
    let table = [0, 0, 0, 2, 2, 0, 2, 2, 1, 1, at as u8, 0];
    let head = format!(
        "3 0 obj\n<< /Type /XRef /Size 4 /W [1 1 1] /Root 1 0 R /Length {} >>\nstream\n",
        table.len()
    );
    out.extend(head.into_bytes());
    out.extend(table);
    out.extend(format!("\nendstream\nendobj\nstartxref\n{at}\n%%EOF\n").into_bytes());
    out
}

fn one_page_again() -> Vec<u8> {
    let mut objects = by_hand::page();
    objects[0] = format!(
        "<< /Type /Pages /Count 20000 /Kids [{}] >>",
        "3 0 R ".repeat(20_000)
    )
    .into();
    let page = String::from_utf8_lossy(&objects[1])
        .replace("/Type", &format!("/X [{}] /Type", "1 ".repeat(50_000)));
    objects[1] = page.into();
    pdf(&objects, "")
}

fn resources_again() -> Vec<u8> {
    let mut objects = by_hand::page();
    let page = String::from_utf8_lossy(&objects[1]).into_owned();
    let (page, own) = page.split_once("/Resources").unwrap();
    let kids: String = (0..2000).map(|i| format!("{} 0 R ", i + 7)).collect();
    objects[0] = format!("<< /Type /Pages /Count 2000 /Kids [{kids}] >>").into();
    objects[1] = b"null".to_vec();
    let own = own.trim_end_matches(" >>").trim_start_matches(" <<");
    objects.push(format!("<< {own} >> /X [{}] >>", "1 ".repeat(100_000)).into());
    let page = format!("{page} /Resources 6 0 R >>");
    objects.extend(std::iter::repeat_n(page.into_bytes(), 2000));
    pdf(&objects, "")
}

/// Zeros behind the entries of the table.
fn long_table() -> Vec<u8> {
    with_table_stream(|mut entries| {
        entries.resize(64 << 20, 0);
        let mut out = ZlibEncoder::new(Vec::new(), Compression::best());
        out.write_all(&entries).unwrap();
        (out.finish().unwrap(), "/Filter /FlateDecode")
    })
}

/// The catalog is in stream 4, whose length is in stream 5, whose length is the catalog.
fn lengths_in_each_other() -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, length) in [(4, 2), (5, 1)] {
        places.push(out.len() as u8);
        out.extend(format!("{number} 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Length {length} 0 R >>\nstream\n{} 0 9 \nendstream\nendobj\n", 5 - number + 1).into_bytes());
    }
    let at = out.len();
    let at_byte = u8::try_from(at).unwrap();
    let table = [
        [0, 0, 0],
        [2, 4, 0],
        [2, 5, 0],
        [1, at_byte, 0],
        [1, places[0], 0],
        [1, places[1], 0],
    ];
    out.extend(b"3 0 obj\n");
    out.extend(stream(
        "/Type /XRef /Size 6 /W [1 1 1] /Root 1 0 R",
        &table.concat(),
    ));
    out.extend(format!("\nendobj\nstartxref\n{at}\n%%EOF\n").into_bytes());
    out
}
