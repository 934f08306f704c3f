//! Memory of a quarter turn of a large page. Alone in its process, whose peak is measured.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use formats::raw::RawHeader;
use items::{AppItem, DriverItem};
use quire_filters::{Filters, Rotation};
use raster::{PageLayout, PixelType};
use transfer::filter::chain;
use transfer::{
    Answer, ImageFilter, MinidrvTransferCallback, NextStream, Session, Stream, TransferCallback,
    TransferParams, write_all,
};
use wia::category::WIA_CATEGORY_ROOT;
use wia::format::WIA_IMG_FMT_RAW;
use wia::property::WIA_IPA_FORMAT;
use wia::{Access, ItemFlags, Orientation, PropertyInfo, Result, Status, ValidValues};

/// Takes everything and counts it.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<(u64, u64)>>);

impl Stream for Counts {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let (at, end) = &mut *self.0.lock().unwrap();
        *at += data.len() as u64;
        *end = (*end).max(*at);
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let (at, end) = &mut *self.0.lock().unwrap();
        *at = match to {
            SeekFrom::Start(to) => to,
            SeekFrom::End(by) => end.strict_add_signed(by),
            SeekFrom::Current(by) => at.strict_add_signed(by),
        };
        Ok(*at)
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Ok(())
    }
}

impl TransferCallback for Counts {
    fn transfer_callback(&self, _: &TransferParams) -> Result<Answer> {
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        Ok(NextStream::Stream(Box::new(self.clone())))
    }
}

/// The most memory that this process has had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_page_that_is_larger_than_a4_is_not_held_in_memory() {
    let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
    let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT).unwrap();
    let item = AppItem::from_driver_tree(&root);
    let info = PropertyInfo {
        access: Access::RW,
        valid: ValidValues::None,
    };
    item.declare(WIA_IPA_FORMAT, WIA_IMG_FMT_RAW, info);
    // A3 in colour at 400 dpi: 93 MB.
    let layout = PageLayout {
        width: 4676,
        height: Some(6616),
        pixel: PixelType::Rgb8,
        x_dpi: 400,
        y_dpi: 400,
    };
    let filter: Arc<dyn ImageFilter> = Arc::new(Filters::new(vec![Box::new(Rotation(Some(
        Orientation::Landscape,
    )))]));
    let app = Counts::default();
    let before = peak();
    let chain = chain(&[filter], &item, Arc::new(app.clone()));
    let session = Session::new(chain.callback());
    let NextStream::Stream(mut stream) = session.get_next_stream("Root", "0000\\Root").unwrap()
    else {
        panic!("no stream");
    };
    let header = RawHeader::for_page(&layout).unwrap();
    write_all(stream.as_mut(), &header.encode()).unwrap();
    let line = vec![0x5A; layout.pixel.dword_row_bytes(layout.width)];
    for _ in 0..6616 {
        write_all(stream.as_mut(), &line).unwrap();
    }
    let result = session.finish(Ok(Status::Ok));
    assert_eq!(chain.finish(result).unwrap(), Status::Ok);
    let turned = PixelType::Rgb8.dword_row_bytes(6616) as u64 * 4676;
    assert_eq!(app.0.lock().unwrap().1, 80 + turned);
    let grown = peak().saturating_sub(before);
    assert!(grown < 32 * 1024, "{grown} KiB");
}
