//! The tags of a page, against a table written by hand; libtiff's `tiffdump` is the witness of what
//! stands in the file.

use std::collections::BTreeMap;

use wia::Compression;

use crate::page_writer::support::{
    Field, Kind, Picture, Recorder, Tiff, context, put, recorded, tool, write,
};
use crate::transfer::{DocumentOptions, PageBuffer, write_page_buf_to_stream_as};

const TABLE: &str = include_str!("../../fixtures/page_tags.csv");

/// A row of the table: for which pages, the tag, and what it must be.
struct Row {
    cases: Vec<&'static str>,
    tag: u16,
    kind: &'static str,
    value: &'static str,
}

fn table() -> Vec<Row> {
    let mut lines = TABLE.lines();
    assert_eq!(lines.next(), Some("section,cases,tag,name,type,value"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let [_section, cases, tag, _name, kind, value] = cells[..] else {
                panic!("{line}")
            };
            Row {
                cases: cases.split(' ').collect(),
                tag: tag.parse().unwrap(),
                kind,
                value,
            }
        })
        .collect()
}

/// The names of the types, as TIFF 6.0 and the table have them.
fn type_name(number: u16) -> &'static str {
    match number {
        2 => "ASCII",
        3 => "SHORT",
        4 => "LONG",
        5 => "RATIONAL",
        7 => "UNDEFINED",
        other => panic!("type {other}"),
    }
}

/// The page of a case: its encoding, how it lies, its bytes.
fn page(case: &str) -> (Picture, Compression, PageBuffer, Vec<u8>) {
    let plain = PageBuffer::default();
    let two_dimensional = PageBuffer {
        g3_two_dimensional: true,
        ..plain
    };
    let of = |depth| Picture::new(depth, 37, 29, 1);
    // What fax codes say is not looked at by the writer.
    let codes = || vec![0x35; 40];
    let (picture, compression, buffer, bytes) = match case {
        "bw1" => (of(1), Compression::None, plain, None),
        "gray4" => (of(4), Compression::None, plain, None),
        "gray8" => (of(8), Compression::None, plain, None),
        "gray16" => (of(16), Compression::None, plain, None),
        "rgb8" => (of(24), Compression::None, plain, None),
        "rgb16" => (of(48), Compression::None, plain, None),
        "g3" => (of(1), Compression::G3, plain, Some(codes())),
        "g3-2d" => (of(1), Compression::G3, two_dimensional, Some(codes())),
        "g4" => (of(1), Compression::G4, plain, Some(codes())),
        "jpeg-gray" => (
            of(8),
            Compression::Jpeg,
            plain,
            Some(jpeg_frame(b"\x01", 0x11)),
        ),
        "jpeg-420" => (
            of(24),
            Compression::Jpeg,
            plain,
            Some(jpeg_frame(b"\x01\x02\x03", 0x22)),
        ),
        "jpeg-422" => (
            of(24),
            Compression::Jpeg,
            plain,
            Some(jpeg_frame(b"\x01\x02\x03", 0x21)),
        ),
        "jpeg-rgb" => (
            of(24),
            Compression::Jpeg,
            plain,
            Some(jpeg_frame(b"RGB", 0x11)),
        ),
        other => panic!("{other}"),
    };
    let bytes = bytes.unwrap_or_else(|| picture.rows.clone());
    (picture, compression, buffer, bytes)
}

/// The frame of a JPEG stream of 37 x 29 pixels with a scan of nothing: what the writer looks at.
fn jpeg_frame(components: &[u8], sampling: u8) -> Vec<u8> {
    let count = components.len() as u8;
    let mut stream = vec![
        0xFF,
        0xD8,
        0xFF,
        0xC0,
        0,
        8 + 3 * count,
        8,
        0,
        29,
        0,
        37,
        count,
    ];
    for (n, id) in components.iter().enumerate() {
        stream.extend_from_slice(&[*id, if n == 0 { sampling } else { 0x11 }, 0]);
    }
    stream.extend_from_slice(&[0xFF, 0xDA, 0, 6 + 2 * count, count]);
    components
        .iter()
        .for_each(|id| stream.extend_from_slice(&[*id, 0]));
    stream.extend_from_slice(&[0, 63, 0, 0x12, 0x34, 0xFF, 0xD9]);
    stream
}

const CASES: [&str; 13] = [
    "bw1",
    "gray4",
    "gray8",
    "gray16",
    "rgb8",
    "rgb16",
    "g3",
    "g3-2d",
    "g4",
    "jpeg-gray",
    "jpeg-420",
    "jpeg-422",
    "jpeg-rgb",
];

/// Two pages of the case.
fn document(kind: Kind, case: &str) -> Vec<u8> {
    let mut context = match kind {
        Kind::WithoutRecord => context(kind),
        Kind::Recorded => recorded(DocumentOptions {
            metadata: formats::Metadata {
                author: String::new(),
                title: "Letters".into(),
                software: "Quire".into(),
                make: "Acme".into(),
                model: "Reader 9".into(),
                date: Some(1_000_000_000),
            },
            ..DocumentOptions::default()
        }),
    };
    let mut stream = Recorder::default();
    for _ in 0..2 {
        let (picture, compression, buffer, bytes) = page(case);
        put(&mut context, &picture);
        context.compression = compression;
        context.item_size = bytes.len() as i32;
        context.transfer_buffer = bytes.into();
        write_page_buf_to_stream_as(&mut context, &mut stream, buffer).unwrap();
    }
    stream.bytes()
}

fn expected(kind: Kind, case: &str, number: u64, strip: u64) -> BTreeMap<u16, (String, String)> {
    let of_kind = match kind {
        Kind::Recorded => "recorded",
        Kind::WithoutRecord => "without-record",
    };
    let of_both = format!("{of_kind}:{case}");
    let mut fields = BTreeMap::new();
    for row in table() {
        let applies = |c: &&str| *c == "all" || *c == case || *c == of_kind || *c == of_both;
        if row.cases.iter().any(applies) {
            let value = row
                .value
                .replace("lPage", &number.to_string())
                .replace("offset", &strip.to_string());
            let old = fields.insert(row.tag, (row.kind.to_owned(), value));
            assert_eq!(old, None, "two rows for {case} {}", row.tag);
        }
    }
    fields
}

/// A field in the words of the table.
fn words(field: &Field) -> (String, String) {
    let value = match field.kind {
        2 => {
            let text: Vec<u8> = field.values.iter().map(|v| *v as u8).collect();
            String::from_utf8(text)
                .unwrap()
                .trim_end_matches('\0')
                .to_owned()
        }
        5 => {
            let fractions = field.values.chunks(2);
            let texts: Vec<String> = fractions.map(|f| format!("{}/{}", f[0], f[1])).collect();
            texts.join(" ")
        }
        _ => {
            let texts: Vec<String> = field.values.iter().map(u64::to_string).collect();
            texts.join(" ")
        }
    };
    (type_name(field.kind).to_owned(), value)
}

#[test]
fn every_tag_has_the_type_and_the_value_of_the_table() {
    for kind in Kind::BOTH {
        for case in CASES {
            let document = document(kind, case);
            let tiff = Tiff::parse(&document[..], 0);
            assert_eq!(tiff.pages.len(), 2);
            for (number, ifd) in tiff.pages.iter().enumerate() {
                // Where the strip is, is up to the writer: there the bytes must be.
                let bytes = page(case).3;
                assert_eq!(ifd.data(&document[..], 0), bytes, "{kind:?} {case}");
                let got: BTreeMap<_, _> = ifd.fields.iter().map(|f| (f.tag, words(f))).collect();
                let expected = expected(kind, case, number as u64, ifd.value(273));
                for (tag, value) in &expected {
                    assert_eq!(got.get(tag), Some(value), "{kind:?} {case} {tag}");
                }
                for tag in got.keys() {
                    assert!(
                        expected.contains_key(tag),
                        "{kind:?} {case}: {tag} is not in the table"
                    );
                }
            }
        }
    }
}

#[test]
fn an_unknown_resolution_is_square_pixels_in_no_unit() {
    for kind in Kind::BOTH {
        for (x_res, y_res) in [(0, 0), (300, 0), (0, 300)] {
            let mut context = context(kind);
            (context.x_res, context.y_res) = (x_res, y_res);
            let mut stream = Recorder::default();
            write(&mut context, &mut stream, &Picture::new(8, 9, 9, 1));
            let ifd = &Tiff::parse(&stream, 0).pages[0];
            assert_eq!(
                (ifd.values(282), ifd.values(283)),
                (&[1, 1][..], &[1, 1][..])
            );
            assert_eq!(ifd.value(296), 1);
        }
    }
}

#[test]
fn tiffdump_sees_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.tiff");
    for kind in Kind::BOTH {
        for case in CASES {
            let document = document(kind, case);
            std::fs::write(&path, &document).unwrap();
            let dump = tool("tiffdump", &["-m", "100", path.to_str().unwrap()]);
            let tiff = Tiff::parse(&document[..], 0);
            assert!(dump.contains("Magic: 0x4949 <little-endian> Version: 0x2a <ClassicTIFF>"));
            let directories: Vec<&str> = dump.split("\nDirectory ").skip(1).collect();
            assert_eq!(directories.len(), 2);
            for (number, (text, ifd)) in directories.iter().zip(&tiff.pages).enumerate() {
                assert!(
                    text.starts_with(&format!("{number}: offset {} ", ifd.at)),
                    "{text}"
                );
                let seen: BTreeMap<_, _> = text.lines().skip(1).filter_map(dumped).collect();
                let expected = expected(kind, case, number as u64, ifd.value(273));
                assert_eq!(seen, expected, "{kind:?} {case}");
            }
        }
    }
}

/// A line such as `BitsPerSample (258) SHORT (3) 3<8 8 8>` in the words of the table.
fn dumped(line: &str) -> Option<(u16, (String, String))> {
    let (_, rest) = line.split_once('(')?;
    let (tag, rest) = rest.split_once(") ")?;
    let (kind, rest) = rest.split_once(" (")?;
    let (_, rest) = rest.split_once('<')?;
    let value = rest.trim_end().strip_suffix('>')?;
    let value = match kind {
        "RATIONAL" => value
            .split(' ')
            .map(|v| format!("{v}/1"))
            .collect::<Vec<_>>()
            .join(" "),
        "ASCII" => value.trim_end_matches("\\0").to_owned(),
        _ => value.to_owned(),
    };
    Some((tag.parse().ok()?, (kind.to_owned(), value)))
}
