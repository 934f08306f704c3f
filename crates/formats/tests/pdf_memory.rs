//! The memory that a document takes does not grow with its pages.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::io::{self, SeekFrom};

use quire_formats::pdf::{Options, Writer};
use quire_formats::tiff::Compression;
use quire_formats::{DocumentWriter, Sink, SinkAbilities};
use raster::{Band, PageLayout, PixelType};

/// A sink that counts and forgets.
struct Nowhere(u64);

impl Sink for Nowhere {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        self.0 += data.len() as u64;
        Ok(())
    }

    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(self.0)
    }

    fn set_len(&mut self, _: u64) -> io::Result<()> {
        Ok(())
    }

    fn abilities(&self) -> SinkAbilities {
        SinkAbilities { seek: false }
    }
}

/// The most memory that this process has had, in KiB. The kernel counts it
/// roughly: it can tell a little less later.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn write(pages: u32, compression: Compression) {
    let options = Options {
        compression,
        ..Options::default()
    };
    let mut writer = Writer::new(Nowhere(0), options);
    let layout = PageLayout {
        width: 800,
        height: Some(64),
        pixel: PixelType::Rgb8,
        x_dpi: 300,
        y_dpi: 300,
    };
    let rows: Vec<u8> = (0..layout.row_bytes() * 64)
        .map(|i| (i * 7 % 251) as u8)
        .collect();
    for _ in 0..pages {
        writer.begin_page(&layout).unwrap();
        let row = layout.row_bytes();
        writer.rows(Band::new(&rows, row, row).unwrap()).unwrap();
        writer.end_page().unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(writer.pages(), pages);
}

#[test]
fn a_thousand_pages_take_no_more_than_ten() {
    for compression in [Compression::None, Compression::Jpeg] {
        write(10, compression);
        let few = peak();
        write(3000, compression);
        let many = peak();
        assert!(
            many <= few + 1024,
            "{compression:?}: {few} KiB, then {many} KiB"
        );
    }
}
