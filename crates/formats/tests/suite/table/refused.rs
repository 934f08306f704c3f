//! What a document cannot hold.

use quire_formats::{DocumentFormat, open_writer};
use wia::{Blame, ErrorKind};

use crate::sinks::Shared;
use crate::table::cells::{Fate, rows};
use crate::tiff_support::Page;

#[test]
fn refused_before_a_byte_is_written() {
    let mut refused = 0;
    for (format, document) in [
        (DocumentFormat::Tiff, "tiff"),
        (DocumentFormat::Pdf, "pdf"),
        (DocumentFormat::Pdfa, "pdf"),
        (DocumentFormat::Jpeg, "jpeg"),
        (DocumentFormat::Png, "png"),
        (DocumentFormat::Bmp, "bmp"),
        (DocumentFormat::Raw, "raw"),
    ] {
        for row in rows(document) {
            for (pixel, fate) in &row.fates {
                if *fate != Fate::Refused {
                    continue;
                }
                let page = Page::new(*pixel, 9, 7, 0);
                for sink in [Shared::after(b""), Shared::pipe()] {
                    let what = format!("{format:?} {} {pixel:?}", row.compression);
                    let seekable = Box::new(sink.clone());
                    let mut writer = open_writer(format, seekable, &row.options()).unwrap();
                    let error = writer.begin_page(&page.layout).unwrap_err();
                    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{what}: {error}");
                    assert_eq!(error.kind().blame(), Blame::Caller);
                    assert!(sink.bytes().is_empty(), "{what}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 0);
}
