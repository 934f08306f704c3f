//! What is refused before paper moves, and what the device is asked for.

use quire_acquire::{
    AreaMm, Compression, DocumentFormat, Mode, Output, PageSetting, Settings, Source, TransferKind,
    plan,
};
use wia::Status;

use crate::rig::{Scratch, refused, scan, settings};
use crate::scripted::{HEIGHT, Scripted, WIDTH};

type Change = fn(&mut Settings);

fn scanner() -> Scripted {
    Scripted::new(|_| panic!("paper moves"))
}

/// Each change of good settings is refused with this exit code and these words.
#[track_caller]
fn all_refused(changes: &[(Change, u8, &[&str])]) {
    let scratch = Scratch::new();
    let device = scanner().device();
    for (number, (change, code, parts)) in changes.iter().enumerate() {
        let mut settings = settings(scratch.path("out.tiff"));
        change(&mut settings);
        let e = refused(&device, &settings);
        assert_eq!(e.kind().exit_code(), *code, "{number}: {e}");
        let text = e.to_string().to_lowercase();
        for part in *parts {
            assert!(text.contains(&part.to_lowercase()), "{number}: {e}");
        }
        assert!(!e.to_string().contains('\n'), "{number}: {e}");
    }
    assert_eq!(scratch.names(), [""; 0]);
}

fn area(x: f64, y: f64, width: f64, height: f64) -> Option<AreaMm> {
    Some(AreaMm {
        x,
        y,
        width,
        height,
    })
}

#[test]
fn numbers_that_mean_nothing() {
    all_refused(&[
        (|s| s.resolution = 0, 2, &["0"]),
        (|s| s.resolution = 99_999, 2, &["99999", "600"]),
        (|s| s.resolution = u32::MAX, 2, &[]),
        (|s| s.resolution = 105, 2, &["105"]),
        (|s| s.quality = 0, 2, &["quality 0", "1 to 100"]),
        (|s| s.quality = 101, 2, &["quality 101"]),
        (|s| s.depth = Some(0), 2, &["depth 0"]),
        (|s| s.depth = Some(12), 2, &["depth 12", "8 16"]),
        (
            |s| (s.mode, s.depth) = (Mode::Bw, Some(8)),
            2,
            &["depth 8", "bw"],
        ),
        (|s| s.pages = Some(u32::MAX), 2, &["4294967295"]),
    ]);
}

#[test]
fn pages_and_areas_off_the_bed() {
    // The bed has 10.16 x 7.62 mm.
    all_refused(&[
        (|s| s.area = area(0.0, 0.0, 0.0, 5.0), 2, &["no size"]),
        (|s| s.area = area(0.0, 0.0, 5.0, -1.0), 2, &["no size"]),
        (|s| s.area = area(0.0, 0.0, f64::NAN, 5.0), 2, &["no size"]),
        (
            |s| s.area = area(f64::NAN, 0.0, 5.0, 5.0),
            2,
            &["not on the page"],
        ),
        (
            |s| s.area = area(-0.1, 0.0, 5.0, 5.0),
            2,
            &["not on the page"],
        ),
        (|s| s.area = area(6.0, 0.0, 5.0, 5.0), 2, &["10.2 x 7.6"]),
        (
            |s| s.area = area(0.0, 0.0, 5.0, f64::INFINITY),
            2,
            &["not on"],
        ),
        (|s| s.area = area(0.0, 0.0, 5.0, 0.01), 2, &["no pixel"]),
        (
            |s| s.page = PageSetting::Millimetres(0.0, 5.0),
            2,
            &["no size"],
        ),
        (
            |s| s.page = PageSetting::Millimetres(5.0, f64::NAN),
            2,
            &["no size"],
        ),
        (
            |s| s.page = PageSetting::Millimetres(11.0, 5.0),
            2,
            &["larger"],
        ),
        (
            |s| s.page = PageSetting::Named(wia::constant::WIA_PAGE_A4),
            2,
            &["larger"],
        ),
        (|s| s.page = PageSetting::Named(12_345), 2, &["12345"]),
    ]);
}

#[test]
fn formats_and_compressions_that_do_not_fit() {
    use Compression::{Deflate, G3, G4, Jpeg, Lzw};
    use DocumentFormat::{Bmp, Pdf, Pdfa, Png, Raw};
    fn output(s: &mut Settings, name: &str) {
        let Output::Path(path) = &s.output else {
            panic!("a path");
        };
        s.output = Output::Path(path.with_file_name(name));
    }
    fn format(s: &mut Settings, format: DocumentFormat, compression: Option<Compression>) {
        (s.format, s.compression, s.pages) = (Some(format), compression, Some(1));
    }
    all_refused(&[
        (|s| output(s, "out"), 2, &["no ending", "tiff pdf pdfa"]),
        (|s| output(s, "out.docx"), 2, &[".docx", "tiff pdf pdfa"]),
        (|s| s.output = Output::Stdout, 2, &["-f"]),
        (|s| format(s, Pdf, Some(Lzw)), 2, &["lzw", "pdf", "deflate"]),
        (
            |s| {
                format(s, Pdfa, None);
                s.depth = Some(16);
            },
            2,
            &["jpeg", "16-bit", "compression"],
        ),
        (|s| format(s, Bmp, Some(Lzw)), 2, &["lzw", "bmp", "none"]),
        (
            |s| {
                format(s, Bmp, None);
                s.depth = Some(16);
            },
            2,
            &["bmp", "16-bit"],
        ),
        (|s| s.compression = Some(G3), 2, &["g3", "gray"]),
        (|s| s.compression = Some(G4), 2, &["g4", "gray"]),
        (|s| format(s, Pdf, Some(G3)), 2, &["g3", "pdf"]),
        (
            |s| (s.compression, s.depth) = (Some(Jpeg), Some(16)),
            2,
            &["jpeg", "16-bit"],
        ),
        (|s| format(s, Png, Some(Lzw)), 2, &["lzw", "png", "deflate"]),
        (
            |s| format(s, Raw, Some(Deflate)),
            2,
            &["deflate", "raw", "none"],
        ),
        (
            |s| {
                format(s, DocumentFormat::Jpeg, None);
                s.mode = Mode::Bw;
            },
            2,
            &["jpeg", "bw"],
        ),
        // One image, many pages.
        (
            |s| (s.format, s.compression) = (Some(Png), None),
            2,
            &["one page", "%d"],
        ),
        (
            |s| (s.format, s.compression, s.pages) = (Some(Png), None, Some(2)),
            2,
            &["%d"],
        ),
        (|s| output(s, "q%3d.tiff"), 2, &["q%3d.tiff", "%03d"]),
        (|s| output(s, "%d-%d.tiff"), 2, &["one %d"]),
    ]);
}

#[test]
fn properties_that_follow_from_the_output_cannot_be_set() {
    fn set(s: &mut Settings, name: &str, value: &str) {
        s.set.push((name.into(), value.into()));
    }
    all_refused(&[
        (|s| set(s, "WIA_IPA_TYMED", "2"), 2, &["WIA_IPA_TYMED"]),
        (
            |s| set(s, "WIA_IPA_FORMAT", "WiaImgFmt_RAW"),
            2,
            &["WIA_IPA_FORMAT"],
        ),
        (
            |s| set(s, "WIA_IPA_COMPRESSION", "5"),
            2,
            &["WIA_IPA_COMPRESSION"],
        ),
        (|s| set(s, "WIA_NO_SUCH", "1"), 2, &["WIA_NO_SUCH"]),
        (
            |s| set(s, "WIA_IPS_YRES", "high"),
            2,
            &["WIA_IPS_YRES", "high"],
        ),
        (
            |s| set(s, "WIA_IPS_YRES", "601"),
            2,
            &["WIA_IPS_YRES", "601"],
        ),
        (
            |s| set(s, "WIA_IPA_DATATYPE", "99"),
            2,
            &["WIA_IPA_DATATYPE"],
        ),
        // Pixels that the compression cannot hold, by the back door.
        (
            |s| {
                s.compression = Some(Compression::Jpeg);
                set(s, "WIA_IPA_DEPTH", "16");
            },
            2,
            &["WIA_IPA_"],
        ),
        // More pages than the format holds, by the back door.
        (
            |s| {
                (s.format, s.compression) = (Some(DocumentFormat::Png), None);
                s.pages = Some(1);
                set(s, "WIA_IPS_PAGES", "0");
            },
            2,
            &["one page"],
        ),
    ]);
}

#[test]
fn sources_that_are_not_there() {
    all_refused(&[(|s| s.source = Source::Film, 2, &["film"])]);
}

#[test]
fn pages_travel_as_the_output_needs_them() {
    let scratch = Scratch::new();
    let kind = |scanner: Scripted, change: Change| {
        let mut settings = settings(scratch.path("out.tiff"));
        change(&mut settings);
        plan(&scanner.device(), &settings).unwrap().transfer
    };
    use TransferKind::{MultipageTiff, RawPerPage};
    let ways: [(Change, TransferKind); 8] = [
        (|s| s.compression = Some(Compression::None), MultipageTiff),
        (|s| s.compression = Some(Compression::Jpeg), MultipageTiff),
        (
            |s| (s.mode, s.compression) = (Mode::Bw, None),
            MultipageTiff,
        ),
        (|s| s.compression = None, RawPerPage),
        (|s| s.compression = Some(Compression::PackBits), RawPerPage),
        (|s| s.source = Source::Flatbed, MultipageTiff),
        (
            |s| (s.source, s.pages) = (Source::Flatbed, Some(1)),
            MultipageTiff,
        ),
        // Several transfers, one document.
        (
            |s| (s.source, s.pages) = (Source::Flatbed, Some(2)),
            RawPerPage,
        ),
    ];
    for (change, wanted) in ways {
        assert_eq!(kind(scanner(), change), wanted);
        assert_eq!(kind(scanner().raw_only(), change), RawPerPage);
    }
}

#[test]
fn a_device_whose_formats_nobody_reads_cannot_be_used() {
    let scratch = Scratch::new();
    let mut strange = scanner().raw_only();
    strange.feeder.formats.truncate(1);
    strange.feeder.formats[0].format = wia::format::WIA_IMG_FMT_GIF;
    strange.feeder.preferred_format = wia::format::WIA_IMG_FMT_GIF;
    let e = refused(&strange.device(), &settings(scratch.path("out.tiff")));
    assert_eq!(e.kind().exit_code(), 2);
    assert!(e.to_string().contains("WIA_IPA_FORMAT"), "{e}");
}

#[test]
fn a_plan_tells_what_will_be_scanned() {
    let scratch = Scratch::new();
    let one = Settings {
        source: Source::Flatbed,
        ..settings(scratch.path("out.tiff"))
    };
    let plan = plan(&scanner().device(), &one).unwrap();
    assert_eq!(plan.item_name, "0000\\Root\\Flatbed");
    assert_eq!((plan.width, plan.height), (WIDTH, HEIGHT));
    assert_eq!((plan.x_dpi, plan.y_dpi), (100, 100));
    assert_eq!((plan.pages, plan.page_auto), (Some(1), false));
    assert_eq!(plan.bytes_per_page, u64::from(WIDTH * HEIGHT));
    assert_eq!(plan.document_bytes, Some(u64::from(WIDTH * HEIGHT)));
    assert_eq!(plan.changes, []);
    assert_eq!(scratch.names(), [""; 0]);
}

#[test]
fn a_plan_asks_for_what_it_tells() {
    let scratch = Scratch::new();
    let scanner = Scripted::new(|call| {
        use wia::property::{WIA_IPS_PAGES, WIA_IPS_XPOS, WIA_IPS_XRES, WIA_IPS_YEXTENT};
        let number = |id| call.item.read_i32(id).unwrap();
        assert_eq!(number(WIA_IPS_XRES), 200);
        assert_eq!(number(WIA_IPS_XPOS), 16);
        assert_eq!(number(WIA_IPS_YEXTENT), 23);
        assert_eq!(number(WIA_IPS_PAGES), 4);
        call.tiff_pages(4).map(|_| Status::Ok)
    });
    let asked = Settings {
        resolution: 200,
        area: area(2.0, 1.0, 4.0, 3.0),
        pages: Some(4),
        ..settings(scratch.path("out.tiff"))
    };
    let outcome = scan(&scanner.device(), &asked);
    assert_eq!(outcome.exit_code(), 0, "{:?}", outcome.result);
}
