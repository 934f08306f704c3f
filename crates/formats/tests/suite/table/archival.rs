//! The rules of PDF/A-2b (ISO 19005-2) that a document of images can break, one by one, as qpdf sees the
//! document.

use std::collections::BTreeSet;
use std::io::Cursor;

use quire_formats::pdf::{Conformance, Options, Writer};
use quire_formats::tiff::Compression;
use quire_formats::{DocumentWriter, Metadata, Profile};
use raster::PixelType;

use crate::foreign::run;
use crate::tiff_support::{Page, text};

/// Every name that may stand in such a document: none of encryption, transparency, LZW, scripts, files, fonts,
/// or streams elsewhere.
const NAMES: &[&str] = &[
    "Author",
    "BitsPerComponent",
    "CCITTFaxDecode",
    "Catalog",
    "ColorSpace",
    "Colors",
    "Columns",
    "Contents",
    "Count",
    "CreationDate",
    "Creator",
    "CropBox",
    "DCTDecode",
    "DecodeParms",
    "DestOutputProfile",
    "DeviceGray",
    "DeviceRGB",
    "FlateDecode",
    "Filter",
    "GTS_PDFA1",
    "Height",
    "ICCBased",
    "ID",
    "Im0",
    "Image",
    "Info",
    "K",
    "Kids",
    "Length",
    "MediaBox",
    "Metadata",
    "ModDate",
    "N",
    "OutputConditionIdentifier",
    "OutputIntent",
    "OutputIntents",
    "Page",
    "Pages",
    "Parent",
    "Predictor",
    "Producer",
    "Resources",
    "Root",
    "Rotate",
    "Rows",
    "S",
    "Size",
    "Subtype",
    "Title",
    "Type",
    "UserUnit",
    "Width",
    "XML",
    "XObject",
];

fn metadata() -> Metadata {
    Metadata {
        title: "Letters (1) & <2>".into(),
        author: "\u{DC}n\u{EF}".into(),
        software: "Testing 5".into(),
        make: "Acme".into(),
        model: "S1".into(),
        date: Some(951_782_399),
    }
}

#[test]
fn rules() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    for (compression, pixel) in [
        (Compression::None, PixelType::Rgb8),
        (Compression::None, PixelType::Bw1),
        (Compression::Deflate, PixelType::Gray16),
        (Compression::Deflate, PixelType::Rgb8),
        (Compression::G4, PixelType::Bw1),
        (Compression::Jpeg, PixelType::Gray8),
        (Compression::Jpeg, PixelType::Rgb8),
    ] {
        for metadata in [metadata(), Metadata::default()] {
            let bytes = document(compression, pixel, &metadata);
            std::fs::write(&path, &bytes).unwrap();
            file_structure(&bytes);
            let (outside, streams) = apart(&bytes);
            names(&outside);
            output_intent(&outside, &streams);
            page_sizes(&outside);
            contents(&streams);
            let qpdf =
                |option: &str| String::from_utf8(run("qpdf", &[option, text(&path)], b"")).unwrap();
            assert!(qpdf("--check").contains("File is not encrypted"));
            description(&qpdf("--show-object=3"), &qpdf("--show-object=4"));
            let shown = run(
                "qpdf",
                &["--show-object=4", "--raw-stream-data", text(&path)],
                b"",
            );
            packet(&String::from_utf8(shown).unwrap(), &metadata);
        }
    }
}

/// 6.1.2 to 6.1.4, 6.1.9: header, trailer, table of objects, objects.
fn file_structure(bytes: &[u8]) {
    assert!(bytes.starts_with(b"%PDF-1.7\n%"));
    assert!(bytes[10..14].iter().all(|b| *b > 127));
    assert!(bytes.ends_with(b"\n%%EOF\n"));
    let text = String::from_utf8_lossy(bytes);
    let trailer = &text[text.rfind("\ntrailer\n").unwrap()..];
    let id = trailer.split("/ID[<").nth(1).unwrap();
    let id: Vec<&str> = id.split(">]").next().unwrap().split("><").collect();
    assert_eq!(id.len(), 2, "{trailer}");
    for half in id {
        assert!(
            half.len() == 32 && half.bytes().all(|b| b.is_ascii_hexdigit()),
            "{trailer}"
        );
    }
    assert!(text.contains("\nxref\n0 "));
    assert_eq!(
        text.matches("\nendobj\n").count(),
        text.matches("endobj").count()
    );
}

/// What stands outside of streams, and their dictionaries and data, whose lengths (6.1.7.1) are right.
fn apart(bytes: &[u8]) -> (String, Vec<(String, Vec<u8>)>) {
    let mut outside = String::new();
    let mut streams = Vec::new();
    let mut rest = bytes;
    while let Some(at) = position(rest, b">>\nstream\n") {
        let before = String::from_utf8_lossy(&rest[..at]).into_owned();
        let dictionary = before[before.rfind(" obj\n").unwrap()..].to_owned();
        let length = dictionary.split("/Length ").nth(1).unwrap();
        let mut words = length.split(|c: char| !c.is_ascii_alphanumeric());
        let number: usize = words.next().unwrap().parse().unwrap();
        let length = match words.nth(1) {
            Some("R") => {
                let object = format!("\n{number} 0 obj\n");
                let at = position(bytes, object.as_bytes()).unwrap() + object.len();
                let digits: Vec<u8> = bytes[at..]
                    .iter()
                    .copied()
                    .take_while(u8::is_ascii_digit)
                    .collect();
                String::from_utf8(digits).unwrap().parse().unwrap()
            }
            _ => number,
        };
        rest = &rest[at + ">>\nstream\n".len()..];
        streams.push((dictionary, rest[..length].to_vec()));
        rest = &rest[length..];
        assert!(rest.starts_with(b"\nendstream\nendobj\n"));
        outside += &before;
    }
    outside += &String::from_utf8_lossy(rest);
    (outside, streams)
}

fn position(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|w| w == what)
}

/// Text in parentheses is no name.
fn names(outside: &str) {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut depth = 0;
    let text: String = outside
        .replace("\\(", "")
        .replace("\\)", "")
        .chars()
        .filter(|c| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            depth == 0
        })
        .collect();
    let comments = text.lines().filter(|line| !line.starts_with('%'));
    let found: BTreeSet<String> = comments
        .flat_map(|line| line.split('/').skip(1))
        .map(|name| name.chars().take_while(|c| is_name(*c)).collect())
        .collect();
    for name in &found {
        assert!(NAMES.contains(&name.as_str()), "{name}");
    }
}

/// 6.2.2 to 6.2.4: one output intent whose profile is that of a monitor's RGB.
fn output_intent(outside: &str, streams: &[(String, Vec<u8>)]) {
    assert!(outside.contains("/OutputIntents[5 0 R]"));
    assert!(outside.contains("/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)"));
    assert!(outside.contains("/DestOutputProfile 6 0 R"));
    let (dictionary, profile) = &streams[1];
    assert!(dictionary.contains("/N 3/"), "{dictionary}");
    assert!(profile[8] <= 4, "version");
    assert_eq!(&profile[12..20], b"mntrRGB ");
    assert_eq!(&profile[36..40], b"acsp");
}

/// 6.1.13: from 3 to 14,400 units.
fn page_sizes(outside: &str) {
    let boxes: Vec<&str> = outside.split("/MediaBox[0 0 ").skip(1).collect();
    assert_eq!(boxes.len(), 2);
    for sides in boxes {
        for side in sides.split(']').next().unwrap().split(' ') {
            let side: f64 = side.parse().unwrap();
            assert!((3.0..=14_400.0).contains(&side), "{side}");
        }
    }
}

/// Each page draws its image and nothing else.
fn contents(streams: &[(String, Vec<u8>)]) {
    let drawn = streams
        .iter()
        .filter(|(_, data)| data.ends_with(b"Q") || data.ends_with(b"Q\n"));
    let mut count = 0;
    for (_, data) in drawn.filter(|(d, _)| !d.contains("/Image")) {
        let words = String::from_utf8(data.clone()).unwrap();
        let operators = words
            .split_whitespace()
            .filter(|w| w.parse::<f64>().is_err());
        assert!(operators.eq(["q", "cm", "/Im0", "Do", "Q"]), "{words}");
        count += 1;
    }
    assert_eq!(count, 2);
}

/// 6.6.2: a stream of metadata that any program finds.
fn description(info: &str, stream: &str) {
    assert!(info.starts_with("<<"), "{info}");
    assert!(
        stream.contains("/Subtype /XML") && stream.contains("/Type /Metadata"),
        "{stream}"
    );
    assert!(!stream.contains("/Filter"), "{stream}");
}

/// 6.6.2.1, 6.6.4: the packet, and which rules the document keeps. Info says the same (6.6.3, by the
/// test of what documents say of themselves).
fn packet(xmp: &str, metadata: &Metadata) {
    assert!(xmp.starts_with("<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"));
    assert!(xmp.ends_with("<?xpacket end=\"w\"?>"));
    for (name, value) in [("part", "2"), ("conformance", "B")] {
        let line = format!("<pdfaid:{name}>{value}</pdfaid:{name}>");
        assert_eq!(xmp.matches(&line).count(), 1, "{xmp}");
    }
    assert!(xmp.contains("xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\""));
    assert_eq!(xmp.contains("<dc:title>"), !metadata.title.is_empty());
    assert_eq!(xmp.contains("<xmp:CreateDate>"), metadata.date.is_some());
}

fn document(compression: Compression, pixel: PixelType, metadata: &Metadata) -> Vec<u8> {
    let options = Options {
        compression,
        metadata: metadata.clone(),
        profile: Some(Profile::srgb()),
        conformance: Conformance::A2b,
        ..Options::default()
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = Writer::new(&mut bytes, options);
    Page::new(pixel, 30, 20, 1).write(&mut writer, 7).unwrap();
    Page::new(pixel, 1, 1, 1)
        .unknown_height()
        .write(&mut writer, 7)
        .unwrap();
    writer.finish().unwrap();
    bytes.into_inner()
}
