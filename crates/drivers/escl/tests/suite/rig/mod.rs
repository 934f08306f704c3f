//! An application of one scanner.

use std::io::{Cursor, Seek, SeekFrom, Write};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use formats::raw::RawHeader;
use quire_driver_escl::{Deadlines, EsclScanner, Options};
use raster::PixelType;
use service::{
    Answer, Device, DeviceOptions, Item, NextStream, Service, Stream, TransferCallback,
    TransferParams,
};
use wia::property::{
    WIA_IPA_DATATYPE, WIA_IPA_DEPTH, WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{DataType, Error, Guid, Result, Status, TransferFlags, TransferMessage, Tymed};

use escl_testserver::Server;

/// Long enough for a loaded machine.
pub(crate) const LONG: Duration = Duration::from_secs(60);
/// Short enough for a test that waits for it.
pub(crate) const SHORT: Duration = Duration::from_secs(1);

/// Deadlines for tests in which nothing is late.
pub(crate) fn patient() -> Deadlines {
    Deadlines {
        open: LONG,
        first_line: LONG,
        line: LONG,
        cancel: LONG,
        close: LONG,
    }
}

/// Deadlines for tests of those between lines.
pub(crate) fn impatient() -> Deadlines {
    Deadlines {
        line: SHORT,
        ..patient()
    }
}

pub(crate) fn options(url: &str, deadlines: Deadlines) -> Options {
    Options {
        deadlines,
        certificates: None,
        ..Options::parse(url, &[]).unwrap()
    }
}

pub(crate) fn driver(server: &Server, deadlines: Deadlines) -> Result<EsclScanner> {
    EsclScanner::new(&options(&server.url(), deadlines))
}

pub(crate) fn open(server: &Server, deadlines: Deadlines) -> Result<Arc<dyn Device>> {
    let driver = driver(server, deadlines)?;
    let options = DeviceOptions {
        line_deadline: LONG,
        ..DeviceOptions::default()
    };
    Service::new(Arc::new(driver), "escl:test", options).connect()
}

pub(crate) fn item(device: &Arc<dyn Device>, name: &str) -> Arc<dyn Item> {
    device.find_item(&format!("0000\\Root\\{name}")).unwrap()
}

/// Sets an item up: pixels at a resolution, in a format.
pub(crate) fn prepare(
    item: &dyn Item,
    pixel: PixelType,
    dpi: i32,
    (format, tymed): (Guid, Tymed),
) -> Result<()> {
    let raw = format == wia::format::WIA_IMG_FMT_RAW;
    let data_type = match pixel.channels() {
        1 if pixel == PixelType::Bw1 => DataType::Threshold,
        1 => DataType::Grayscale,
        _ if raw => DataType::RawRgb,
        _ => DataType::Color,
    };
    item.write(&[
        (WIA_IPA_TYMED, tymed.value().into()),
        (WIA_IPA_FORMAT, format.into()),
        (WIA_IPA_DATATYPE, data_type.value().into()),
        (
            WIA_IPA_DEPTH,
            i32::try_from(pixel.bits_per_pixel()).unwrap().into(),
        ),
        (WIA_IPS_XRES, dpi.into()),
        (WIA_IPS_YRES, dpi.into()),
    ])
}

type Bytes = Arc<Mutex<Cursor<Vec<u8>>>>;
type OnMessage = Box<dyn Fn(&TransferParams) -> Result<Answer> + Send + Sync>;

/// An application that keeps what it gets.
pub(crate) struct Keeper {
    streams: Mutex<Vec<Bytes>>,
    pub(crate) messages: Mutex<Vec<TransferMessage>>,
    on_message: OnMessage,
}

impl Keeper {
    pub(crate) fn new() -> Arc<Keeper> {
        Keeper::with(|_| Ok(Answer::Continue))
    }

    pub(crate) fn with(
        on_message: impl Fn(&TransferParams) -> Result<Answer> + Send + Sync + 'static,
    ) -> Arc<Keeper> {
        Arc::new(Keeper {
            streams: Mutex::default(),
            messages: Mutex::default(),
            on_message: Box::new(on_message),
        })
    }

    /// What the streams hold.
    pub(crate) fn streams(&self) -> Vec<Vec<u8>> {
        let streams = self.streams.lock().unwrap();
        streams
            .iter()
            .map(|bytes| bytes.lock().unwrap().get_ref().clone())
            .collect()
    }
}

impl TransferCallback for Keeper {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.messages.lock().unwrap().push(params.message);
        (self.on_message)(params)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        let bytes = Bytes::default();
        self.streams.lock().unwrap().push(Arc::clone(&bytes));
        Ok(NextStream::Stream(Box::new(Memory(bytes))))
    }
}

struct Memory(Bytes);

impl Stream for Memory {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.0
            .lock()
            .unwrap()
            .write(data)
            .map_err(Error::from_write)
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.0.lock().unwrap().seek(to).map_err(Error::from_write)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.0
            .lock()
            .unwrap()
            .get_mut()
            .resize(usize::try_from(size).unwrap(), 0);
        Ok(())
    }
}

/// Downloads an item.
pub(crate) fn download(item: &dyn Item, keeper: &Arc<Keeper>) -> Result<Status> {
    let keeper: Arc<dyn TransferCallback> = keeper.clone();
    item.transfer()?.download(TransferFlags::empty(), keeper)
}

/// Width, height and canonical rows of a RAW stream.
pub(crate) fn raw(bytes: &[u8]) -> ((u32, u32), Vec<u8>) {
    let header = RawHeader::decode(bytes[..RawHeader::LEN].try_into().unwrap()).unwrap();
    let size = (header.x_extent, header.y_extent);
    let row = (size.0 as usize * header.bits_per_pixel as usize).div_ceil(8);
    let stride = row.next_multiple_of(4);
    let lines = &bytes[usize::try_from(header.data_start(Some(bytes.len() as u64))).unwrap()..];
    assert_eq!(lines.len(), stride * size.1 as usize);
    (
        size,
        lines
            .chunks(stride)
            .flat_map(|line| &line[..row])
            .copied()
            .collect(),
    )
}

/// The pixels of a JPEG file, by djpeg.
pub(crate) fn djpeg(file: &[u8]) -> Vec<u8> {
    let mut child = Command::new("timeout")
        .args(["20", "djpeg", "-pnm"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let file = file.to_vec();
    let feeding = std::thread::spawn(move || stdin.write_all(&file));
    let output = child.wait_with_output().unwrap();
    feeding.join().unwrap().unwrap();
    assert!(output.status.success());
    // "P6", width and height, 255: three lines.
    let mut rest = output.stdout.as_slice();
    for _ in 0..3 {
        let end = rest.iter().position(|b| *b == b'\n').unwrap();
        rest = &rest[end + 1..];
    }
    rest.to_vec()
}
