//! A driver and an application that do what a test tells them, and write down what they see.

use std::collections::VecDeque;
use std::io::SeekFrom;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use items::{AppItem, DriverItem};
use minidriver::{FormatInfo, Minidriver};
use quire_service::{
    Answer, Device, DeviceOptions, Item, NextStream, Service, Stream, TransferParams,
};
use transfer::{
    ErrorHandler, ImageFilter, MinidrvTransferCallback, TransferCallback, TransferContext,
};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_ROOT};
use wia::format::{WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_IPA_COMPRESSION, WIA_IPA_DEPTH, WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{
    Access, Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyInfo, PropertyValue, Result,
    Status, TransferFlags, TransferMessage, Tymed, ValidValues,
};

pub(crate) const FEEDER: &str = "0000\\Root\\Feeder";

pub(crate) const END: &str = "END_OF_TRANSFER 0% 0";

/// The log's line of a request for a stream.
pub(crate) fn asked() -> String {
    format!("GetNextStream Feeder {FEEDER}")
}

/// A failure that only the application can have answered.
pub(crate) fn fail() -> Error {
    Error::new(ErrorKind::AccessDenied, "the application's own failure")
}

/// What was seen, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn add(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// The lines, which must be exactly these.
    #[track_caller]
    pub(crate) fn expect(&self, lines: &[&str]) {
        assert_eq!(self.lines(), lines);
    }
}

type Script =
    dyn Fn(&Arc<dyn MinidrvTransferCallback>, &mut TransferContext) -> Result<Status> + Send + Sync;

/// A driver whose transfers run a script.
pub(crate) struct ScriptedDriver {
    pub(crate) log: Log,
    script: Box<Script>,
    on_event: Box<dyn Fn(Guid) + Send + Sync>,
    /// The driver's own image filter.
    pub(crate) filter: Option<Arc<dyn ImageFilter>>,
    /// The driver's own error handler.
    pub(crate) handler: Option<Arc<dyn ErrorHandler>>,
}

impl ScriptedDriver {
    pub(crate) fn new(
        script: impl Fn(&Arc<dyn MinidrvTransferCallback>, &mut TransferContext) -> Result<Status>
        + Send
        + Sync
        + 'static,
    ) -> ScriptedDriver {
        ScriptedDriver {
            log: Log::default(),
            script: Box::new(script),
            on_event: Box::new(|_| ()),
            filter: None,
            handler: None,
        }
    }

    pub(crate) fn on_event(
        mut self,
        hook: impl Fn(Guid) + Send + Sync + 'static,
    ) -> ScriptedDriver {
        self.on_event = Box::new(hook);
        self
    }
}

impl Minidriver for ScriptedDriver {
    fn initialize(&self, _: &str) -> Result<DriverItem> {
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
        let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT)?;
        let flags = ItemFlags::IMAGE
            | ItemFlags::FILE
            | ItemFlags::TRANSFER
            | ItemFlags::PROGRAMMABLE_DATA_SOURCE;
        DriverItem::new(flags, "Feeder", FEEDER, WIA_CATEGORY_FEEDER)?.add_to_folder(&root)?;
        Ok(root)
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        let info = || PropertyInfo {
            access: Access::RW,
            valid: ValidValues::None,
        };
        let values: [(PropertyId, PropertyValue); 6] = [
            (WIA_IPA_TYMED, Tymed::File.value().into()),
            (WIA_IPA_FORMAT, WIA_IMG_FMT_RAW.into()),
            (WIA_IPA_COMPRESSION, 0.into()),
            (WIA_IPA_DEPTH, 24.into()),
            (WIA_IPS_XRES, 300.into()),
            (WIA_IPS_YRES, 300.into()),
        ];
        for (id, value) in values {
            item.declare(id, value, info());
        }
        Ok(())
    }

    fn validate_item_properties(&self, _: &AppItem, _: &[PropertyId]) -> Result<()> {
        Ok(())
    }

    fn write_item_properties(&self, _: &AppItem, _: &TransferContext) -> Result<()> {
        self.log.add("write_item_properties");
        Ok(())
    }

    fn lock_device(&self) -> Result<()> {
        self.log.add("lock");
        Ok(())
    }

    fn unlock_device(&self) {
        self.log.add("unlock");
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        self.log
            .add(format!("acquire {} {flags:?}", item.full_name()));
        let callback = context.callback.clone().unwrap();
        (self.script)(&callback, context)
    }

    fn wia_format_info(&self, _: &AppItem) -> Result<Vec<FormatInfo>> {
        Ok(vec![FormatInfo {
            format: WIA_IMG_FMT_TIFF,
            tymed: Tymed::MultipageFile,
        }])
    }

    fn image_filter(&self) -> Option<Arc<dyn ImageFilter>> {
        self.filter.clone()
    }

    fn error_handler(&self) -> Option<Arc<dyn ErrorHandler>> {
        self.handler.clone()
    }

    fn notify_pnp_event(&self, event: Guid) {
        (self.on_event)(event);
    }
}

/// The item of a fresh device with this driver.
pub(crate) fn connect(driver: ScriptedDriver) -> Connected {
    connect_with(driver, DeviceOptions::default())
}

pub(crate) fn connect_with(driver: ScriptedDriver, options: DeviceOptions) -> Connected {
    let driver = Arc::new(driver);
    let service = Service::new(driver.clone(), "scripted", options);
    let device = service.connect().unwrap();
    let item = device.find_item(FEEDER).unwrap();
    Connected {
        service,
        driver,
        device,
        item,
    }
}

pub(crate) struct Connected {
    pub(crate) service: Service,
    pub(crate) driver: Arc<ScriptedDriver>,
    pub(crate) device: Arc<dyn Device>,
    pub(crate) item: Arc<dyn Item>,
}

impl Connected {
    pub(crate) fn download(&self, app: &Arc<App>) -> Result<Status> {
        let transfer = self.item.transfer().unwrap();
        transfer.download(TransferFlags::empty(), app.clone())
    }
}

/// A stream in memory that can be looked at from outside.
#[derive(Clone, Default)]
pub(crate) struct MemoryStream {
    pub(crate) shared: Arc<Mutex<Memory>>,
}

#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) bytes: Vec<u8>,
    pub(crate) position: u64,
    pub(crate) calls: Vec<&'static str>,
    /// Writes that still succeed; `None` for all.
    pub(crate) writes_left: Option<usize>,
    pub(crate) dropped: bool,
}

impl MemoryStream {
    pub(crate) fn with(bytes: &[u8], position: u64) -> MemoryStream {
        let stream = MemoryStream::default();
        stream.shared.lock().unwrap().bytes = bytes.to_vec();
        stream.shared.lock().unwrap().position = position;
        stream
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.shared.lock().unwrap().bytes.clone()
    }
}

/// The handle that the service gets; its end is noted.
struct MemoryHandle(MemoryStream);

impl Drop for MemoryHandle {
    fn drop(&mut self) {
        self.0.shared.lock().unwrap().dropped = true;
    }
}

impl Stream for MemoryHandle {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let memory = &mut *self.0.shared.lock().unwrap();
        memory.calls.push("write");
        if let Some(left) = &mut memory.writes_left {
            if *left == 0 {
                return Err(wia::Error::new(wia::ErrorKind::MediumFull, "full"));
            }
            *left -= 1;
        }
        let at = memory.position as usize;
        if memory.bytes.len() < at + data.len() {
            memory.bytes.resize(at + data.len(), 0);
        }
        memory.bytes[at..at + data.len()].copy_from_slice(data);
        memory.position += data.len() as u64;
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let memory = &mut *self.0.shared.lock().unwrap();
        memory.calls.push("seek");
        memory.position = match to {
            SeekFrom::Start(n) => n,
            SeekFrom::End(n) => (memory.bytes.len() as u64).checked_add_signed(n).unwrap(),
            SeekFrom::Current(n) => memory.position.checked_add_signed(n).unwrap(),
        };
        Ok(memory.position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        let memory = &mut *self.0.shared.lock().unwrap();
        memory.calls.push("set_size");
        memory.bytes.resize(size as usize, 0);
        Ok(())
    }
}

type Reaction = Box<dyn Fn(&TransferParams) -> Option<Result<Answer>> + Send + Sync>;

/// An application: gives prepared answers and notes every call.
#[derive(Default)]
pub(crate) struct App {
    pub(crate) log: Log,
    pub(crate) streams: Mutex<VecDeque<Result<NextStream>>>,
    pub(crate) given: Mutex<Vec<MemoryStream>>,
    reaction: Option<Reaction>,
}

impl App {
    pub(crate) fn new() -> App {
        App::default()
    }

    /// Answers messages by `reaction`; where it says nothing, goes on.
    pub(crate) fn reacting(
        reaction: impl Fn(&TransferParams) -> Option<Result<Answer>> + Send + Sync + 'static,
    ) -> App {
        App {
            reaction: Some(Box::new(reaction)),
            ..App::default()
        }
    }

    /// The next request for a stream gets this one.
    pub(crate) fn give(self, stream: &MemoryStream) -> App {
        let handle = MemoryHandle(stream.clone());
        self.answer(Ok(NextStream::Stream(Box::new(handle))))
    }

    /// The next request for a stream gets this answer.
    pub(crate) fn answer(self, answer: Result<NextStream>) -> App {
        self.streams.lock().unwrap().push_back(answer);
        self
    }

    /// The streams that were made when no answer was prepared.
    pub(crate) fn made(&self, n: usize) -> MemoryStream {
        self.given.lock().unwrap()[n].clone()
    }
}

impl TransferCallback for App {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let name = match params.message {
            TransferMessage::Status => "STATUS",
            TransferMessage::EndOfStream => "END_OF_STREAM",
            TransferMessage::EndOfTransfer => "END_OF_TRANSFER",
            TransferMessage::NewPage => "NEW_PAGE",
            TransferMessage::DeviceStatus => "DEVICE_STATUS",
        };
        self.log.add(format!(
            "{name} {}% {}",
            params.percent, params.transferred_bytes
        ));
        let answer = self.reaction.as_ref().and_then(|r| r(params));
        answer.unwrap_or(Ok(Answer::Continue))
    }

    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        self.log
            .add(format!("GetNextStream {item_name} {full_item_name}"));
        let prepared = self.streams.lock().unwrap().pop_front();
        prepared.unwrap_or_else(|| {
            let stream = MemoryStream::default();
            self.given.lock().unwrap().push(stream.clone());
            Ok(NextStream::Stream(Box::new(MemoryHandle(stream))))
        })
    }
}

/// Asks for the next stream of the feeder.
pub(crate) fn next(callback: &Arc<dyn MinidrvTransferCallback>) -> Result<NextStream> {
    callback.get_next_stream("Feeder", FEEDER)
}

/// Asks for a stream and expects to get it.
pub(crate) fn stream(callback: &Arc<dyn MinidrvTransferCallback>) -> Box<dyn Stream> {
    match next(callback) {
        Ok(NextStream::Stream(stream)) => stream,
        other => panic!("no stream but {other:?}"),
    }
}

/// Deadlines short enough for a test; nothing is measured by them.
pub(crate) fn impatient(milliseconds: u64) -> DeviceOptions {
    DeviceOptions {
        line_deadline: Duration::from_millis(milliseconds),
        cancel_deadline: Duration::from_millis(milliseconds),
    }
}

/// A stream that takes anything.
pub(crate) struct Void;

impl Stream for Void {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        Ok(data.len())
    }
    fn seek(&mut self, _: SeekFrom) -> Result<u64> {
        Ok(0)
    }
    fn set_size(&mut self, _: u64) -> Result<()> {
        Ok(())
    }
}
