//! Conversions whose inputs change meanwhile.

use std::fs;
use std::path::{Path, PathBuf};

use formats::tiff::{Compression, Options, Writer};
use formats::{DocumentFormat, DocumentWriter};
use quire_acquire::{Cancel, ConvertSettings, ConvertedPage, Output, convert};
use raster::{Band, PageLayout, PixelType};
use wia::ErrorKind;

use crate::documents;

const ROW: usize = 50;
const PAGE: usize = ROW * 40;

/// Three pages of one grey.
fn document(path: &Path, grey: u8, compression: Compression) {
    let options = Options {
        compression,
        ..Options::default()
    };
    let mut writer = Writer::new(fs::File::create(path).unwrap(), options);
    let layout = PageLayout {
        width: ROW as u32,
        height: Some(40),
        pixel: PixelType::Gray8,
        x_dpi: 300,
        y_dpi: 300,
    };
    for _ in 0..3 {
        writer.begin_page(&layout).unwrap();
        let rows = [grey; PAGE];
        writer.rows(Band::new(&rows, ROW, ROW).unwrap()).unwrap();
        writer.end_page().unwrap();
    }
    writer.finish().unwrap();
}

/// The pages before the change are kept, and none comes from the other file.
#[test]
fn an_input_that_becomes_another_file() {
    let stored = [Compression::None, Compression::Deflate];
    for (compression, in_place) in stored.into_iter().flat_map(|c| [(c, false), (c, true)]) {
        for wanted in [None, Some(quire_acquire::Compression::Lzw)] {
            let folder = tempfile::tempdir().unwrap();
            let path = |name: &str| -> PathBuf { folder.path().join(name) };
            document(&path("in.tif"), 10, compression);
            document(&path("other.tif"), 200, compression);
            let settings = ConvertSettings {
                inputs: vec![path("in.tif")],
                output: Output::Path(path("out.tif")),
                format: Some(DocumentFormat::Tiff),
                append: false,
                compression: wanted,
                quality: None,
                title: None,
                author: None,
                date: None,
            };
            let mut told = |page: &ConvertedPage| {
                if page.page != 1 {
                    return;
                }
                if in_place {
                    let mut bytes = fs::read(path("in.tif")).unwrap();
                    bytes.push(0);
                    fs::write(path("in.tif"), bytes).unwrap();
                } else {
                    fs::rename(path("other.tif"), path("in.tif")).unwrap();
                }
            };
            let outcome = convert(&settings, &mut told, &Cancel::default());
            let error = outcome.result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ReadFault, "{error}");
            assert!(
                error
                    .to_string()
                    .contains("in.tif: page 2: the file has changed")
            );
            assert_eq!(outcome.pages, 1);
            assert_eq!(documents::tiff_pages(&path("out.tif")), 1);
        }
    }
}
