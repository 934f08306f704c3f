//! What else a PDF page says than the image on it: a page that shows it whole, upright and in its own
//! colours is read, any other is refused.

use crate::by_hand::{pdf, stream};
use crate::sheets::{Folder, read};
use quire_formats::image::ImageFile;
use wia::ErrorKind::{self, InputDamaged, InputUnsupported};

/// An image of 40 x 30 points that fills its page.
const SHOW: &str = "q 40 0 0 30 0 0 cm /I Do Q";
const GRAY: &str = "/Subtype /Image /Width 2 /Height 2 /BitsPerComponent 8 /ColorSpace /DeviceGray";

/// A page with this content, and more entries in the nodes above it, in the page and in its
/// resources; object 6 is a form.
#[derive(Clone, Copy, Debug, Default)]
struct Case {
    content: &'static str,
    above: &'static str,
    page: &'static str,
    resources: &'static str,
    image: &'static str,
}

fn case(content: &'static str) -> Case {
    Case {
        content,
        ..Case::default()
    }
}

fn page(page: &'static str) -> Case {
    Case { page, ..case(SHOW) }
}

fn state(resources: &'static str) -> Case {
    Case {
        resources,
        ..case("/G gs q 40 0 0 30 0 0 cm /I Do Q")
    }
}

impl Case {
    fn file(&self) -> Vec<u8> {
        let media = match self.page.contains("MediaBox") || self.above.contains("MediaBox") {
            true => "",
            false => "/MediaBox [0 0 40 30]",
        };
        let page = format!(
            "<< /Type /Page /Parent 2 0 R {media} {} /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> {} >> >>",
            self.page, self.resources
        );
        pdf(
            &[
                format!("<< /Type /Pages /Count 1 /Kids [3 0 R] {} >>", self.above).into(),
                page.into(),
                stream("", self.content.as_bytes()),
                stream(&format!("{GRAY} {}", self.image), &[1, 2, 3, 4]),
                stream("/Subtype /Form /BBox [0 0 9 9]", b"0 0 9 9 re f"),
            ],
            "",
        )
    }
}

fn open(case: &Case) -> wia::Result<Vec<u8>> {
    let folder = Folder::new();
    let file = ImageFile::open(folder.write("x.pdf", &case.file()))?;
    Ok(read(&file, 0)?.1)
}

#[test]
fn pages_that_show_their_image() {
    for case in [
        case(SHOW),
        page("/Rotate 0"),
        page("/Rotate -360"),
        page("/Rotate 720.0"),
        page("/CropBox [-5 -5 45 35]"),
        // Rounded sides.
        page("/MediaBox [0 0 39.6 29.6]"),
        page("/MediaBox [40 30 0 0]"),
        Case {
            above: "/MediaBox [0 0 50 50] /CropBox [0 0 40 30] /Rotate 0",
            ..case(SHOW)
        },
        case("0 0 40 30 re W n q 40 0 0 30 0 0 cm /I Do Q"),
        case("q 10 0 0 10 0 0 cm 4 3 -4 -3 re W* n Q q 40 0 0 30 0 0 cm /I Do Q"),
        // A clip that is over.
        case("q 0 0 5 5 re W n Q q 40 0 0 30 0 0 cm /I Do Q"),
        // A path that is none.
        case("0 0 5 5 re n q 40 0 0 30 0 0 cm /I Do Q"),
        case("/P <</MCID 0>> BDC q 40 0 0 30 0 0 cm /I Do Q EMC"),
        state("/ExtGState <</G <</ca 1 /CA 1.0 /SMask /None /BM /Normal /TR2 /Default /LW 2>>>>"),
        state("/ExtGState <</G <</BM [/Compatible]>>>>"),
        page("/Annots [<</Subtype /Link /Rect [0 0 20 20]>>]"),
        page("/Annots [<</Subtype /Square /Rect [0 0 20 20] /F 2 /AP <</N 6 0 R>>>>]"),
        page("/Annots [<</Subtype /Stamp /Rect [0 0 20 20] /F 36 /AP <</N 6 0 R>>>>]"),
        // A signature that is not seen.
        page("/Annots [<</Subtype /Widget /Rect [0 0 0 0] /AP <</N 6 0 R>>>>]"),
    ] {
        assert_eq!(open(&case).unwrap(), [1, 2, 3, 4], "{case:?}");
    }
}

#[test]
fn pages_that_show_something_else() {
    let cases: &[(Case, ErrorKind, &str)] = &[
        (page("/Rotate -90"), InputUnsupported, "turned"),
        (page("/Rotate 450"), InputUnsupported, "turned"),
        (page("/Rotate 0.5"), InputUnsupported, "turned"),
        (page("/Rotate /Left"), InputDamaged, "Rotate"),
        (
            Case {
                above: "/Rotate -270",
                ..case(SHOW)
            },
            InputUnsupported,
            "turned",
        ),
        (page("/CropBox [0 0 20 15]"), InputUnsupported, "cuts"),
        (page("/CropBox [0 0 40 29.4]"), InputUnsupported, "cuts"),
        (page("/CropBox [60 60 90 90]"), InputUnsupported, "cuts"),
        (page("/MediaBox [0.6 0 40 30]"), InputUnsupported, "cuts"),
        (page("/MediaBox [0 0 40]"), InputDamaged, "rectangle"),
        (page("/CropBox [0 0 /A 1]"), InputDamaged, "rectangle"),
        (
            Case {
                above: "/CropBox [0 0 20 15]",
                ..case(SHOW)
            },
            InputUnsupported,
            "cuts",
        ),
        (
            page("/UserUnit 10 /CropBox [0 0 40 29.9]"),
            InputUnsupported,
            "cuts",
        ),
        (
            case("q 0 0 20 15 re W n 40 0 0 30 0 0 cm /I Do Q"),
            InputUnsupported,
            "cuts",
        ),
        (
            case("q 40 0 0 30 0 0 cm 0 0 .5 .5 re W* n /I Do Q"),
            InputUnsupported,
            "cuts",
        ),
        (
            case("0 0 40 30 re 5 5 5 5 re W* n q 40 0 0 30 0 0 cm /I Do Q"),
            InputUnsupported,
            "a clip",
        ),
        (
            case("q 1 1 -1 1 0 0 cm 0 0 90 90 re W n Q q 40 0 0 30 0 0 cm /I Do Q"),
            InputUnsupported,
            "a turned rectangle",
        ),
        (
            case("q 40 0 0 30 20 20 cm /I Do Q"),
            InputUnsupported,
            "cuts",
        ),
        (
            case("0 0 re W n q 40 0 0 30 0 0 cm /I Do Q"),
            InputDamaged,
            "numbers",
        ),
        (
            state("/ExtGState <</G <</ca 0.2>>>>"),
            InputUnsupported,
            "ca",
        ),
        (
            state("/ExtGState <</G <</CA 0.5>>>>"),
            InputUnsupported,
            "CA",
        ),
        (
            state("/ExtGState <</G <</SMask <</S /Luminosity /G 6 0 R>>>>>>"),
            InputUnsupported,
            "SMask",
        ),
        (
            state("/ExtGState <</G <</BM /Multiply>>>>"),
            InputUnsupported,
            "BM",
        ),
        (
            state("/ExtGState <</G <</TR 6 0 R>>>>"),
            InputUnsupported,
            "TR",
        ),
        (
            state("/ExtGState <</H <<>>>>"),
            InputDamaged,
            "G, which is not there",
        ),
        (
            page("/Annots [<</Subtype /Square /Rect [0 0 20 20] /C [1 0 0] /AP <</N 6 0 R>>>>]"),
            InputUnsupported,
            "annotation",
        ),
        (
            page("/Annots [<</Subtype /Ink /Rect [0 0 20 20]>>]"),
            InputUnsupported,
            "annotation",
        ),
        (
            page("/Annots [<</Subtype /Link /Rect [0 0 20 20] /AP <</N 6 0 R>>>>]"),
            InputUnsupported,
            "annotation",
        ),
        (
            case("/OC /M BDC q 40 0 0 30 0 0 cm /I Do Q EMC"),
            InputUnsupported,
            "optional content",
        ),
        (
            Case {
                image: "/OC << /Type /OCG /Name (x) >>",
                ..case(SHOW)
            },
            InputUnsupported,
            "hidden",
        ),
        (
            Case {
                resources: "/ColorSpace <</DefaultGray [/CalGray <</WhitePoint [1 1 1]>>]>>",
                ..case(SHOW)
            },
            InputUnsupported,
            "DefaultGray",
        ),
        (
            Case {
                resources: "/ColorSpace <</DefaultRGB [/Lab <</WhitePoint [1 1 1]>>]>>",
                ..case(SHOW)
            },
            InputUnsupported,
            "DefaultRGB",
        ),
    ];
    for (case, kind, part) in cases {
        let e = open(case).unwrap_err();
        assert_eq!(e.kind(), *kind, "{case:?}: {e}");
        assert!(e.to_string().contains(part), "{case:?}: {e}");
    }
}
