//! A driver that makes no mistake is passed byte for byte, call for call.

use std::sync::{Arc, Mutex};

use driver_virtual::{Options, VirtualScanner};
use minidriver::Minidriver;
use quire_layers::{Active, LAYERS, Layered};
use service::{
    Answer, DeviceOptions, NextStream, Service, Stream, TransferCallback, TransferParams,
};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{Guid, PropertyId, PropertyValue, Result, Status, TransferFlags, TransferMessage, Tymed};

use crate::page::Page;
use crate::rig::{Setup, page, steps};

/// What an application sees: its messages, and the calls of its streams.
#[derive(Default)]
struct Seen(Arc<Mutex<Vec<Call>>>);

#[derive(Clone, PartialEq)]
enum Call {
    Said(String),
    /// Into how many writes an encoder with several threads parts them depends on their pace.
    Written {
        at: u64,
        data: Vec<u8>,
    },
}

impl TransferCallback for Seen {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        // How far the device is at a message depends on its pace, and `STATUS` comes by the clock as well.
        if params.message != TransferMessage::Status {
            let line = format!("{:?} {}", params.message, params.transferred_bytes);
            self.0.lock().unwrap().push(Call::Said(line));
        }
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, full_name: &str) -> Result<NextStream> {
        let line = format!("stream {full_name}");
        self.0.lock().unwrap().push(Call::Said(line));
        let size = 0;
        let stream = SeenStream {
            seen: self.0.clone(),
            at: 0,
            size,
        };
        Ok(NextStream::Stream(Box::new(stream)))
    }
}

struct SeenStream {
    seen: Arc<Mutex<Vec<Call>>>,
    at: u64,
    size: u64,
}

impl SeenStream {
    fn add(&self, line: String) {
        self.seen.lock().unwrap().push(Call::Said(line));
    }
}

impl Stream for SeenStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let mut seen = self.seen.lock().unwrap();
        match seen.last_mut() {
            Some(Call::Written { at, data: before }) if *at + before.len() as u64 == self.at => {
                before.extend_from_slice(data);
            }
            _ => seen.push(Call::Written {
                at: self.at,
                data: data.to_vec(),
            }),
        }
        self.at += data.len() as u64;
        self.size = self.size.max(self.at);
        Ok(data.len())
    }

    fn seek(&mut self, to: std::io::SeekFrom) -> Result<u64> {
        use std::io::SeekFrom::{Current, End, Start};
        let before = self.at;
        self.at = match to {
            Start(at) => at,
            End(by) => self.size.checked_add_signed(by).unwrap(),
            Current(by) => self.at.checked_add_signed(by).unwrap(),
        };
        // So does how often a writer makes sure of its place.
        if self.at != before {
            self.add(format!("seek {to:?}"));
        }
        Ok(self.at)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.add(format!("set_size {size}"));
        self.size = size;
        Ok(())
    }
}

fn scan(
    active: Active,
    late: bool,
    item: &str,
    settings: &[(PropertyId, PropertyValue)],
) -> Vec<Call> {
    let mut options = Options::parse("", &[("sheets".into(), "2".into())]).unwrap();
    options.quirks.late_height = late;
    let driver: Arc<dyn Minidriver> = Arc::new(VirtualScanner::new(options).unwrap());
    let layered = Layered::new(driver, active);
    let service = Service::new(layered, "virtual:", DeviceOptions::default());
    let device = service.connect().unwrap();
    let item = device.find_item(&format!("0000\\Root\\{item}")).unwrap();
    item.write(settings).unwrap();
    let seen = Seen::default();
    let log = Arc::clone(&seen.0);
    let transfer = item.transfer().unwrap();
    let status = transfer
        .download(TransferFlags::empty(), Arc::new(seen))
        .unwrap();
    assert_eq!(status, Status::Ok);
    std::mem::take(&mut log.lock().unwrap())
}

#[test]
fn every_call_is_the_same() {
    let formats: [(Guid, Tymed); 5] = [
        (WIA_IMG_FMT_RAW, Tymed::File),
        (WIA_IMG_FMT_BMP, Tymed::File),
        (WIA_IMG_FMT_TIFF, Tymed::File),
        (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
        (WIA_IMG_FMT_JPEG, Tymed::File),
    ];
    for (format, tymed) in formats {
        for item in ["Flatbed", "Feeder"] {
            for late in [false, true] {
                let mut settings: Vec<(PropertyId, PropertyValue)> = vec![
                    (WIA_IPA_FORMAT, format.into()),
                    (WIA_IPA_TYMED, tymed.value().into()),
                    (WIA_IPS_XRES, 75.into()),
                    (WIA_IPS_YRES, 75.into()),
                ];
                if item == "Feeder" {
                    settings.push((WIA_IPS_DOCUMENT_HANDLING_SELECT, 4.into()));
                }
                let without = scan(Active::NONE, late, item, &settings);
                assert!(without.len() > 3);
                let with = scan(Active::default(), late, item, &settings);
                let format = wia::format::name(format);
                assert!(with == without, "{item}, {format:?}, {tymed:?}, {late}");
            }
        }
    }
}

#[test]
fn a_right_page_is_written_as_the_driver_writes_it() {
    let script = steps(&[&page(Page::of(1)), &page(Page::of(2))]);
    let without = Setup::feeder().run("none", &script);
    for info in LAYERS.iter().filter(|info| info.usual) {
        let with = Setup::feeder().run(&format!("none,{}", info.name), &script);
        assert_eq!(with, without, "{}", info.name);
    }
}

#[test]
fn no_layer_is_the_driver_itself() {
    let scanner = || VirtualScanner::new(Options::default()).unwrap();
    let driver: Arc<dyn Minidriver> = Arc::new(scanner());
    let same = Layered::new(Arc::clone(&driver), Active::NONE);
    assert!(Arc::ptr_eq(&driver, &same));
    assert_eq!(same.layers(), [""; 0]);
    let layered = Layered::new(driver, Active::ALL);
    assert_eq!(layered.layers(), Active::ALL.names());
}
