//! PDFs of other programs.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::foreign::{Pixels, pnm, run, run_talking};
use crate::sheets::{Folder, page, read};
use quire_formats::image::ImageFile;
use quire_formats::{Chunk, Coding, FaxGroup, JpegColor, Predictor};
use raster::PixelType;
use wia::ErrorKind;

const ALL: [PixelType; 5] = [
    PixelType::Bw1,
    PixelType::Gray8,
    PixelType::Gray16,
    PixelType::Rgb8,
    PixelType::Rgb16,
];

fn png(folder: &Folder, name: &str, pixel: PixelType) -> (PathBuf, Pixels) {
    let (layout, rows) = page(83, 70, pixel);
    let png = run(
        "pnmtopng",
        &["-force", "-size", "11811 5906 1"],
        &pnm(&layout, &rows),
    );
    let pixels = Pixels::of_rows(pixel, layout.width, &rows);
    (folder.write(name, &png), pixels)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn img2pdf(folder: &Folder, inputs: &[&Path]) -> PathBuf {
    let path = folder.path("x.pdf");
    let mut args: Vec<&str> = inputs.iter().map(|path| text(path)).collect();
    args.extend(["-o", text(&path)]);
    run_talking("img2pdf", &args, b"");
    path
}

fn pages(path: &Path) -> Vec<Pixels> {
    let file = ImageFile::open(path).unwrap();
    let page = |index| {
        let (info, rows) = read(&file, index).unwrap();
        Pixels::of_rows(info.pixel, info.width, &rows)
    };
    (0..file.page_count()).map(page).collect()
}

/// What is stored of a page: its coding and its first chunk.
fn stored(path: &Path, index: usize) -> (Coding, Vec<u8>) {
    let file = ImageFile::open(path).unwrap();
    let (page, mut chunks) = file.stored(index).unwrap().unwrap();
    match chunks.next().unwrap() {
        Some(Chunk::InFile { file, at, bytes }) => {
            let mut data = vec![0; bytes as usize];
            file.read_exact_at(&mut data, at).unwrap();
            (page.coding, data)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn pages_of_img2pdf() {
    let folder = Folder::new();
    let mut inputs = Vec::new();
    let mut expected = Vec::new();
    for (i, pixel) in ALL.into_iter().enumerate() {
        let (path, pixels) = png(&folder, &format!("{i}.png"), pixel);
        inputs.push(path);
        expected.push(pixels);
    }
    let (layout, rows) = page(83, 70, PixelType::Rgb8);
    let jpeg = run("cjpeg", &["-quality", "90"], &pnm(&layout, &rows));
    let jpeg_path = folder.write("x.jpg", &jpeg);
    expected.push(match cfg!(feature = "mozjpeg") {
        true => Pixels::of_pnm(&run("djpeg", &["-pnm"], &jpeg)),
        // Another decoder rounds otherwise; how far is looked at where files are tested.
        false => pages(&jpeg_path).remove(0),
    });
    inputs.push(jpeg_path);
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    let path = img2pdf(&folder, &inputs);
    assert_eq!(pages(&path), expected);
    let info = *ImageFile::open(&path).unwrap().page(3).unwrap();
    assert!((info.x_dpi.unwrap() - 300.0).abs() < 0.1, "{info:?}");
    assert!((info.y_dpi.unwrap() - 150.0).abs() < 0.1, "{info:?}");
    // JPEG and PNG are in there as they were.
    let tables = Vec::new();
    let color = JpegColor::YCbCr;
    assert_eq!(stored(&path, 5), (Coding::Jpeg { tables, color }, jpeg));
    let predictor = Predictor::Png;
    assert_eq!(stored(&path, 3).0, Coding::Deflate { predictor });
    // The same with all objects packed, and with an update behind.
    let packed = folder.path("packed.pdf");
    let args = ["--object-streams=generate", text(&path), text(&packed)];
    run_talking("qpdf", &args, b"");
    assert_eq!(pages(&packed), expected);
    let qdf = folder.path("qdf.pdf");
    run_talking(
        "qpdf",
        &["--qdf", "--stream-data=preserve", text(&path), text(&qdf)],
        b"",
    );
    assert_eq!(pages(&qdf), expected);
}

#[test]
fn pages_of_tiff2pdf() {
    let folder = Folder::new();
    for (pixel, codec, args) in [
        (PixelType::Bw1, "g4", &[][..]),
        (PixelType::Bw1, "g3:1d", &[]),
        (PixelType::Gray8, "none", &["-z"]),
        (PixelType::Rgb8, "none", &["-z"]),
        (PixelType::Rgb8, "zip", &["-n"]),
        (PixelType::Rgb8, "none", &[]),
    ] {
        let (layout, rows) = page(83, 70, pixel);
        let plain = folder.magick("plain.tif", &layout, &rows, &["-compress", "none"]);
        let tiff = folder.tiffcp(&plain, "x.tif", &["-c", codec]);
        let path = folder.path("x.pdf");
        let all = [args, &["-o", text(&path), text(&tiff)]].concat();
        run_talking("tiff2pdf", &all, b"");
        let expected = Pixels::of_rows(pixel, layout.width, &rows);
        assert_eq!(pages(&path), [expected], "{pixel:?} {codec} {args:?}");
        if pixel == PixelType::Bw1 {
            let coding = stored(&path, 0).0;
            let g4 = matches!(
                coding,
                Coding::Fax {
                    group: FaxGroup::G4,
                    ..
                }
            );
            assert!(g4, "{coding:?}");
        }
    }
}

#[test]
fn what_is_said() {
    let folder = Folder::new();
    let (input, _) = png(&folder, "x.png", PixelType::Gray8);
    let path = folder.path("x.pdf");
    let args = [
        "--title",
        "A tïtle",
        "--author",
        "A person",
        "--creator",
        "A program",
    ];
    let args = [&args[..], &["--creationdate", "2001-02-03T04:05:06Z"]].concat();
    let args = [&args[..], &[text(&input), "-o", text(&path)]].concat();
    run_talking("img2pdf", &args, b"");
    let said = ImageFile::open(&path).unwrap().metadata(0).unwrap();
    let texts = [&said.title, &said.author, &said.software];
    assert_eq!(texts, ["A tïtle", "A person", "A program"]);
    assert_eq!(said.date, Some(981_173_106));
}

/// A PDF made by hand of one grey image, with this content.
fn by_hand(content: &str, image: &str, page: &str) -> Vec<u8> {
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    let stream = |entries: &str, data: &[u8]| {
        let mut object = format!("<<{entries}/Length {}>>stream\n", data.len()).into_bytes();
        object.extend(data);
        object.extend(b"\nendstream");
        object
    };
    let image = format!("/Subtype/Image/Width 2/Height 2/BitsPerComponent 8{image}");
    for object in [
        b"<</Pages 2 0 R>>".to_vec(),
        b"<</Kids[3 0 R]/Count 1>>".to_vec(),
        format!("<</Type/Page/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>{page}>>").into(),
        stream("", content.as_bytes()),
        stream(&image, &[1, 2, 3, 4]),
    ] {
        places.push(pdf.len());
        pdf.extend(format!("{} 0 obj\n", places.len()).as_bytes());
        pdf.extend(object);
        pdf.extend(b"\nendobj\n");
    }
    let start = pdf.len();
    pdf.extend(b"xref\n0 6\n0000000000 65535 f \n");
    for place in places {
        pdf.extend(format!("{place:010} 00000 n \n").as_bytes());
    }
    pdf.extend(format!("trailer<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").as_bytes());
    pdf
}

const SHOW: &str = "q 72 0 0 72 0 0 cm /I Do Q";
const GRAY: &str = "/ColorSpace/DeviceGray";

#[test]
fn what_is_no_scan() {
    let folder = Folder::new();
    let open = |pdf: &[u8]| ImageFile::open(folder.write("x.pdf", pdf));
    let file = open(&by_hand(SHOW, GRAY, "")).unwrap();
    let info = *file.page(0).unwrap();
    assert_eq!((info.width, info.height, info.x_dpi), (2, 2, None));
    assert_eq!(read(&file, 0).unwrap().1, [1, 2, 3, 4]);
    let inverted = format!("{GRAY}/Decode[1 0]");
    let file = open(&by_hand(SHOW, &inverted, "")).unwrap();
    assert_eq!(read(&file, 0).unwrap().1, [254, 253, 252, 251]);
    let deep = "[".repeat(5000);
    for (content, image, page, kind, part) in [
        (
            "BT (text) Tj ET",
            GRAY,
            "",
            ErrorKind::InputUnsupported,
            "page 1: a PDF page that is no scan (BT)",
        ),
        (
            "",
            GRAY,
            "",
            ErrorKind::InputUnsupported,
            "without an image",
        ),
        (
            SHOW,
            GRAY,
            "/Rotate 90",
            ErrorKind::InputUnsupported,
            "turned",
        ),
        (
            "50 50 -50 50 50 0 cm /I Do",
            GRAY,
            "",
            ErrorKind::InputUnsupported,
            "turned image",
        ),
        (
            "q 72 0 0 -36 0 72 cm /I Do Q q 72 0 0 -36 0 36 cm /I Do Q",
            GRAY,
            "",
            ErrorKind::InputUnsupported,
            "turned strips",
        ),
        (
            "/J Do",
            GRAY,
            "",
            ErrorKind::InputDamaged,
            "J, which is not there",
        ),
        (
            "q 72 0 0 72 0 0 cm /I Do Q q 72 0 0 72 72 0 cm /I Do Q",
            GRAY,
            "",
            ErrorKind::InputUnsupported,
            "several images",
        ),
        (
            SHOW,
            "/ColorSpace/DeviceCMYK",
            "",
            ErrorKind::InputUnsupported,
            "DeviceCMYK",
        ),
        (
            SHOW,
            "/ColorSpace/DeviceGray/Filter/JPXDecode",
            "",
            ErrorKind::InputUnsupported,
            "JPXDecode",
        ),
        (
            SHOW,
            "/ColorSpace/DeviceGray/SMask 5 0 R",
            "",
            ErrorKind::InputUnsupported,
            "mask",
        ),
        (&deep, GRAY, "", ErrorKind::InputDamaged, "wrong"),
    ] {
        let e = open(&by_hand(content, image, page)).unwrap_err();
        assert_eq!(e.kind(), kind, "{e}");
        assert!(e.to_string().contains(part), "{e}");
    }
    // One image in a column of itself.
    let twice = "q 72 0 0 36 0 36 cm /I Do Q q 72 0 0 36 0 0 cm /I Do Q";
    let file = open(&by_hand(twice, GRAY, "")).unwrap();
    assert_eq!(read(&file, 0).unwrap().1, [1, 2, 3, 4, 1, 2, 3, 4]);
    let whole = folder.write("whole.pdf", &by_hand(SHOW, GRAY, ""));
    let secret = folder.path("secret.pdf");
    let args = [
        "--encrypt",
        "a",
        "b",
        "256",
        "--",
        text(&whole),
        text(&secret),
    ];
    run_talking("qpdf", &args, b"");
    let e = ImageFile::open(secret).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InputUnsupported, "{e}");
    assert!(e.to_string().contains("encrypted"), "{e}");
}

#[test]
fn cut_and_changed() {
    let folder = Folder::new();
    let whole = by_hand(SHOW, GRAY, "");
    let honest = |e: wia::Error, what: String| {
        let kind = e.kind();
        let blame = matches!(kind, ErrorKind::InputDamaged | ErrorKind::InputUnsupported);
        assert!(blame, "{what}: {kind:?} {e}");
    };
    for len in 4..whole.len() {
        let result = ImageFile::open(folder.write("cut.pdf", &whole[..len]));
        if let Err(e) = result {
            honest(e, format!("cut to {len}"));
        } else {
            assert!(len > whole.len() - 10, "cut to {len}");
        }
    }
    let (input, _) = png(&folder, "x.png", PixelType::Bw1);
    let plain = img2pdf(&folder, &[&input]);
    let packed = folder.path("packed.pdf");
    let args = ["--object-streams=generate", text(&plain), text(&packed)];
    run_talking("qpdf", &args, b"");
    for path in [plain, packed] {
        let whole = std::fs::read(path).unwrap();
        for at in (0..whole.len()).step_by(7) {
            for change in [0x01, 0x10, 0xFF] {
                let mut changed = whole.clone();
                changed[at] ^= change;
                let result = ImageFile::open(folder.write("c.pdf", &changed)).and_then(|file| {
                    let mut rows = file.rows(0)?;
                    let mut row = vec![0; file.pages()[0].row_bytes()];
                    while rows.next_row(&mut row)? {}
                    file.stored(0).map(|_| ())
                });
                if let Err(e) = result {
                    honest(e, format!("byte {at} changed by {change:#x}"));
                }
            }
        }
    }
}
