//! A service and an application in one, as far as a driver can tell: item trees, a scripted callback,
//! streams in memory that count what is done to them.

pub(crate) mod decode;
pub(crate) mod images;
pub(crate) mod stream;

use std::sync::{Arc, Mutex};

use items::{AppItem, write_multiple};
use minidriver::Minidriver;
use quire_virtual::{Options, VirtualScanner};
use transfer::{
    Answer, DocumentOptions, MinidrvTransferCallback, NextStream, TransferContext, TransferParams,
    TransferRecord,
};
use wia::property::*;
use wia::{
    Compression, DataType, DocumentHandlingSelect, Guid, PropertyId, PropertyValue, Result, Status,
    TransferFlags, TransferMessage, Tymed,
};

use stream::MemoryStream;

/// One open virtual scanner.
pub(crate) struct Rig {
    pub(crate) scanner: Arc<VirtualScanner>,
    pub(crate) root: AppItem,
    /// Lives as long as the device.
    _driver_root: items::DriverItem,
}

impl Rig {
    pub(crate) fn new(options: Options) -> Rig {
        let scanner = Arc::new(VirtualScanner::new(options).unwrap());
        let driver_root = scanner.initialize("test").unwrap();
        let root = AppItem::from_driver_tree(&driver_root);
        for item in root.descendants() {
            scanner.init_item_properties(&item).unwrap();
        }
        Rig {
            scanner,
            root,
            _driver_root: driver_root,
        }
    }

    /// The scanner of `virtual:PATH?QUERY`.
    pub(crate) fn open(path: &str, query: &str) -> Rig {
        Rig::new(options(path, query).unwrap())
    }

    pub(crate) fn item(&self, name: &str) -> AppItem {
        self.root
            .children()
            .into_iter()
            .find(|i| i.name() == name)
            .unwrap_or_else(|| panic!("no item {name}"))
    }

    pub(crate) fn feeder(&self) -> AppItem {
        self.item("Feeder")
    }

    pub(crate) fn flatbed(&self) -> AppItem {
        self.item("Flatbed")
    }

    pub(crate) fn write(
        &self,
        item: &AppItem,
        values: &[(PropertyId, PropertyValue)],
    ) -> Result<()> {
        write_multiple(item, values, &mut |item, changed| {
            self.scanner.validate_item_properties(item, changed)
        })
    }

    pub(crate) fn set(&self, item: &AppItem, values: &[(PropertyId, PropertyValue)]) {
        self.write(item, values).unwrap();
    }

    /// The usual settings of these tests: small pages, one form of pixels, a format.
    pub(crate) fn prepare(&self, item: &AppItem, format: Guid, tymed: Tymed, dpi: i32, mode: Mode) {
        self.set(
            item,
            &[
                (WIA_IPA_TYMED, tymed.value().into()),
                (WIA_IPA_FORMAT, format.into()),
            ],
        );
        let (data_type, depth) = mode.in_format(format);
        self.set(
            item,
            &[
                (WIA_IPA_DATATYPE, data_type.value().into()),
                (WIA_IPA_DEPTH, depth.into()),
                (WIA_IPS_XRES, dpi.into()),
                (WIA_IPS_YRES, dpi.into()),
            ],
        );
        self.set(
            item,
            &[(WIA_IPS_PAGE_SIZE, wia::constant::WIA_PAGE_AUTO.into())],
        );
    }

    pub(crate) fn duplex(&self, item: &AppItem) {
        let bits = DocumentHandlingSelect::DUPLEX.bits();
        self.set(item, &[(WIA_IPS_DOCUMENT_HANDLING_SELECT, bits.into())]);
    }

    /// The context as a service fills it in.
    pub(crate) fn context(&self, item: &AppItem, script: &Arc<Script>) -> TransferContext {
        TransferContext {
            compression: Compression::from_value(item.read_i32(WIA_IPA_COMPRESSION).unwrap())
                .unwrap(),
            format: item.read_guid(WIA_IPA_FORMAT).unwrap(),
            tymed: Tymed::from_value(item.read_i32(WIA_IPA_TYMED).unwrap()).unwrap(),
            width_in_pixels: item.read_i32(WIA_IPA_PIXELS_PER_LINE).unwrap_or(0),
            lines: item.read_i32(WIA_IPA_NUMBER_OF_LINES).unwrap_or(0),
            depth: item.read_i32(WIA_IPA_DEPTH).unwrap(),
            callback: Some(script.clone()),
            record: Some(TransferRecord::new(DocumentOptions::default())),
            ..TransferContext::default()
        }
    }

    pub(crate) fn acquire(&self, item: &AppItem, script: &Arc<Script>) -> Result<Status> {
        let mut context = self.context(item, script);
        let result = self
            .scanner
            .acquire_item_data(item, TransferFlags::DOWNLOAD, &mut context);
        script.returned();
        result
    }

    /// A transfer that succeeds with all that was asked for.
    pub(crate) fn complete(&self, item: &AppItem, script: &Arc<Script>) {
        assert_eq!(self.acquire(item, script).unwrap(), Status::Ok);
    }

    /// A transfer in which the application wants everything; gives the streams' bytes.
    pub(crate) fn download(&self, item: &AppItem) -> (Result<Status>, Vec<Vec<u8>>) {
        let script = Script::new();
        let result = self.acquire(item, &script);
        (result, script.bytes())
    }

    /// Puts paper into the feeder.
    pub(crate) fn scanner_reload(&self) {
        let command = wia::command::WIA_CMD_SYNCHRONIZE;
        self.scanner.device_command(&self.root, command).unwrap();
    }

    /// `WIA_DPS_DOCUMENT_HANDLING_STATUS`, asked for now.
    pub(crate) fn status(&self) -> wia::DocumentHandlingStatus {
        let id = WIA_DPS_DOCUMENT_HANDLING_STATUS;
        self.scanner
            .read_item_properties(&self.root, &[id])
            .unwrap();
        wia::DocumentHandlingStatus::from_bits_retain(self.root.read_i32(id).unwrap())
    }
}

/// A feeder at 75 dpi in grey, for one stream a page or for all pages in one.
pub(crate) fn feeder(query: &str, multipage: bool) -> (Rig, AppItem) {
    let rig = Rig::open("", query);
    let item = rig.feeder();
    let (format, tymed) = match multipage {
        true => (wia::format::WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
        false => (wia::format::WIA_IMG_FMT_RAW, Tymed::File),
    };
    rig.prepare(&item, format, tymed, 75, Mode::Gray);
    (rig, item)
}

pub(crate) fn options(path: &str, query: &str) -> Result<Options> {
    let params: Vec<(String, String)> = query
        .split('&')
        .filter(|p| !p.is_empty())
        .map(|p| p.split_once('=').unwrap())
        .map(|(k, v)| (k.into(), v.into()))
        .collect();
    Options::parse(path, &params)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Bw,
    Gray,
    Gray16,
    Color,
    Color16,
}

impl Mode {
    pub(crate) const ALL: [Mode; 5] = [
        Mode::Bw,
        Mode::Gray,
        Mode::Gray16,
        Mode::Color,
        Mode::Color16,
    ];

    pub(crate) fn in_format(self, format: Guid) -> (DataType, i32) {
        let color = if format == wia::format::WIA_IMG_FMT_RAW {
            DataType::RawRgb
        } else {
            DataType::Color
        };
        match self {
            Mode::Bw => (DataType::Threshold, 1),
            Mode::Gray => (DataType::Grayscale, 8),
            Mode::Gray16 => (DataType::Grayscale, 16),
            Mode::Color => (color, 24),
            Mode::Color16 => (color, 48),
        }
    }

    pub(crate) fn pixel(self) -> raster::PixelType {
        match self {
            Mode::Bw => raster::PixelType::Bw1,
            Mode::Gray => raster::PixelType::Gray8,
            Mode::Gray16 => raster::PixelType::Gray16,
            Mode::Color => raster::PixelType::Rgb8,
            Mode::Color16 => raster::PixelType::Rgb16,
        }
    }
}

/// What the driver did, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    AskedForStream,
    Said(TransferParams),
    /// The stream with this number was released.
    Released(usize),
}

/// What a service without error handlers answers: a failure of the device goes back to the driver.
pub(crate) fn none_handled(params: &TransferParams) -> Result<Answer> {
    match &params.device_status {
        Some(Err(e)) => Err(e.clone()),
        Some(Ok(_)) | None => Ok(Answer::Continue),
    }
}

type OnNext = Box<dyn FnMut(usize) -> Option<Result<NextStream>> + Send>;
type OnMessage = Box<dyn FnMut(usize, &TransferParams) -> Result<Answer> + Send>;

/// A callback that writes down what it is asked, and answers by a script.
pub(crate) struct Script {
    pub(crate) log: Arc<Mutex<Vec<Event>>>,
    pub(crate) names: Mutex<Vec<(String, String)>>,
    pub(crate) streams: Arc<Mutex<Vec<MemoryStream>>>,
    on_next: Mutex<OnNext>,
    on_message: Mutex<OnMessage>,
    messages: Mutex<usize>,
    /// What was answered last, if it ends the transfer.
    over: Mutex<bool>,
    has_returned: Mutex<bool>,
    before: Vec<u8>,
    capacity: Option<usize>,
    fails_at: Option<usize>,
}

impl Script {
    pub(crate) fn new() -> Arc<Script> {
        Arc::new(Script::plain())
    }

    pub(crate) fn plain() -> Script {
        Script {
            log: Arc::default(),
            names: Mutex::default(),
            streams: Arc::default(),
            on_next: Mutex::new(Box::new(|_| None)),
            on_message: Mutex::new(Box::new(|_, params| none_handled(params))),
            messages: Mutex::new(0),
            over: Mutex::new(false),
            has_returned: Mutex::new(false),
            before: Vec::new(),
            capacity: None,
            fails_at: None,
        }
    }

    /// Answers to `GetNextStream`, by its number from 0; `None` gives a stream in memory.
    pub(crate) fn on_next(
        self,
        answer: impl FnMut(usize) -> Option<Result<NextStream>> + Send + 'static,
    ) -> Script {
        Script {
            on_next: Mutex::new(Box::new(answer)),
            ..self
        }
    }

    /// Answers to messages, by their number from 0.
    pub(crate) fn on_message(
        self,
        answer: impl FnMut(usize, &TransferParams) -> Result<Answer> + Send + 'static,
    ) -> Script {
        Script {
            on_message: Mutex::new(Box::new(answer)),
            ..self
        }
    }

    /// What every stream holds before it is given.
    pub(crate) fn before(self, bytes: &[u8]) -> Script {
        Script {
            before: bytes.to_vec(),
            ..self
        }
    }

    /// How many bytes a stream takes.
    pub(crate) fn capacity(self, bytes: usize) -> Script {
        Script {
            capacity: Some(bytes),
            ..self
        }
    }

    /// The call, from 0, that fails on every stream.
    pub(crate) fn fails_at(self, call: usize) -> Script {
        Script {
            fails_at: Some(call),
            ..self
        }
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn bytes(&self) -> Vec<Vec<u8>> {
        let streams = self.streams.lock().unwrap();
        streams.iter().map(MemoryStream::bytes).collect()
    }

    pub(crate) fn said(&self) -> Vec<TransferParams> {
        let said = |e| match e {
            Event::Said(params) => Some(params),
            _ => None,
        };
        self.events().into_iter().filter_map(said).collect()
    }

    pub(crate) fn messages(&self, kind: TransferMessage) -> Vec<TransferParams> {
        self.said()
            .into_iter()
            .filter(|p| p.message == kind)
            .collect()
    }

    /// The driver has returned: all streams are released, and nothing more may come.
    pub(crate) fn returned(&self) {
        *self.has_returned.lock().unwrap() = true;
        for stream in self.streams.lock().unwrap().iter() {
            assert!(stream.is_released(), "a stream is kept after the return");
        }
    }

    fn call(&self, over: impl FnOnce() -> bool) {
        assert!(
            !*self.has_returned.lock().unwrap(),
            "a call after the return"
        );
        let mut ended = self.over.lock().unwrap();
        assert!(!*ended, "a call after the transfer was ended by an answer");
        *ended = over();
        if *ended {
            for stream in self.streams.lock().unwrap().iter() {
                stream.forbid("after the transfer was ended by an answer");
            }
        }
    }
}

impl MinidrvTransferCallback for Script {
    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        for stream in self.streams.lock().unwrap().iter() {
            assert!(
                stream.is_released(),
                "a stream is kept while the next is asked for"
            );
        }
        let number = {
            let mut names = self.names.lock().unwrap();
            names.push((item_name.into(), full_item_name.into()));
            self.log.lock().unwrap().push(Event::AskedForStream);
            names.len() - 1
        };
        let answer = (self.on_next.lock().unwrap())(number).unwrap_or_else(|| {
            let mut streams = self.streams.lock().unwrap();
            let (stream, given) = MemoryStream::new(
                self.before.clone(),
                self.capacity,
                self.fails_at,
                streams.len(),
                &self.log,
            );
            streams.push(stream);
            Ok(NextStream::Stream(Box::new(given)))
        });
        self.call(|| !matches!(answer, Ok(NextStream::Stream(_) | NextStream::SkipItem)));
        answer
    }

    fn send_message(&self, params: &TransferParams) -> Result<Answer> {
        self.log.lock().unwrap().push(Event::Said(params.clone()));
        let number = {
            let mut messages = self.messages.lock().unwrap();
            *messages += 1;
            *messages - 1
        };
        let answer = (self.on_message.lock().unwrap())(number, params);
        self.call(|| !matches!(answer, Ok(Answer::Continue)));
        answer
    }
}
