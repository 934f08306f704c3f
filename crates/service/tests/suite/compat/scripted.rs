//! A driver of either generation that runs a script, and an application of both that writes down what
//! it gets.

use std::io::SeekFrom;
use std::path::Path;
use std::sync::{Arc, Mutex};

use items::{AppItem, DriverItem};
use minidriver::{DriverModel, FormatInfo, Minidriver};
use quire_service::{
    Answer, DataCallback, DataParams, DataTransferInfo, FileFate, ImageFilter, Item, NextStream,
    Payload, Service, StorageMedium, Stream, Transfer, TransferCallback, TransferParams,
};
use transfer::TransferContext;
use wia::category::{
    WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED, WIA_CATEGORY_FOLDER, WIA_CATEGORY_ROOT,
};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES, WIA_DPS_DOCUMENT_HANDLING_STATUS, WIA_IPA_BUFFER_SIZE,
    WIA_IPA_COMPRESSION, WIA_IPA_DEPTH, WIA_IPA_FORMAT, WIA_IPA_ITEM_SIZE, WIA_IPA_NUMBER_OF_LINES,
    WIA_IPA_PIXELS_PER_LINE, WIA_IPA_TYMED, WIA_IPS_PAGES, WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{
    Access, DataMessage, Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyInfo,
    PropertyValue, Result, Status, TransferFlags, TransferMessage, TransferStatus, Tymed,
    ValidValues,
};

/// A bitmap of 2 by 2 pixels in 24 bits: a header of 40 bytes and two lines of 8.
pub(crate) fn memory_bmp(height: i32) -> Vec<u8> {
    let mut bytes = vec![0; 40];
    bytes[0] = 40;
    bytes[4] = 2;
    bytes[8..12].copy_from_slice(&height.to_le_bytes());
    bytes[12] = 1;
    bytes[14] = 24;
    bytes.extend(1..=16);
    bytes
}

/// The same with its file header.
pub(crate) fn bmp() -> Vec<u8> {
    let mut bytes = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0".to_vec();
    bytes.extend(memory_bmp(2));
    bytes
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

    #[track_caller]
    pub(crate) fn expect(&self, lines: &[&str]) {
        assert_eq!(self.lines(), lines);
    }

    pub(crate) fn count(&self, start: &str) -> usize {
        let lines = self.0.lock().unwrap();
        lines.iter().filter(|line| line.starts_with(start)).count()
    }
}

pub(crate) type Script =
    Box<dyn Fn(&AppItem, &mut TransferContext) -> Result<Status> + Send + Sync>;

/// A driver of a flatbed or feeder.
pub(crate) struct Driver {
    pub(crate) log: Log,
    model: DriverModel,
    category: Guid,
    properties: Vec<(PropertyId, PropertyValue)>,
    formats: Option<Vec<(Guid, Tymed)>>,
    folder: bool,
    filter: Option<Arc<dyn ImageFilter>>,
    script: Script,
}

impl Driver {
    pub(crate) fn new(
        model: DriverModel,
        script: impl Fn(&AppItem, &mut TransferContext) -> Result<Status> + Send + Sync + 'static,
    ) -> Driver {
        Driver {
            log: Log::default(),
            model,
            category: WIA_CATEGORY_FLATBED,
            properties: vec![
                (WIA_IPA_TYMED, Tymed::File.value().into()),
                (WIA_IPA_FORMAT, WIA_IMG_FMT_BMP.into()),
                (WIA_IPA_COMPRESSION, 0.into()),
                (WIA_IPA_DEPTH, 24.into()),
                (WIA_IPA_PIXELS_PER_LINE, 2.into()),
                (WIA_IPA_NUMBER_OF_LINES, 2.into()),
                (WIA_IPS_XRES, 300.into()),
                (WIA_IPS_YRES, 300.into()),
                (WIA_IPA_ITEM_SIZE, 70.into()),
                (WIA_IPA_BUFFER_SIZE, 64.into()),
            ],
            formats: None,
            folder: false,
            filter: None,
            script: Box::new(script),
        }
    }

    /// Other formats than the usual ones.
    pub(crate) fn formats(mut self, formats: &[(Guid, Tymed)]) -> Driver {
        self.formats = Some(formats.to_vec());
        self
    }

    /// The source is a folder with two items of data.
    pub(crate) fn folder(mut self) -> Driver {
        self.folder = true;
        self
    }

    /// The driver's own image filter.
    pub(crate) fn filter(mut self, filter: Arc<dyn ImageFilter>) -> Driver {
        self.filter = Some(filter);
        self
    }

    pub(crate) fn set(mut self, id: PropertyId, value: impl Into<PropertyValue>) -> Driver {
        self.properties.retain(|(known, _)| *known != id);
        self.properties.push((id, value.into()));
        self
    }

    /// A feeder that is to give so many pages.
    pub(crate) fn feeder(mut self, pages: i32) -> Driver {
        self.category = WIA_CATEGORY_FEEDER;
        self.set(WIA_IPS_PAGES, pages)
    }

    pub(crate) fn connect(self) -> Rig {
        let driver = Arc::new(self);
        let device = Service::new(driver.clone(), "scripted", Default::default()).connect();
        let item = device.unwrap().find_item("0000\\Root\\Source").unwrap();
        Rig {
            transfer: item.transfer().unwrap(),
            driver,
            item,
        }
    }
}

impl Minidriver for Driver {
    fn model(&self) -> DriverModel {
        self.model
    }

    fn initialize(&self, _: &str) -> Result<DriverItem> {
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
        let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT)?;
        let flags = ItemFlags::IMAGE
            | ItemFlags::FILE
            | ItemFlags::TRANSFER
            | ItemFlags::PROGRAMMABLE_DATA_SOURCE;
        if !self.folder {
            DriverItem::new_child(&root, flags, "Source", self.category, None)?;
            return Ok(root);
        }
        let (folder, category) = (ItemFlags::FOLDER, WIA_CATEGORY_FOLDER);
        let folder = DriverItem::new_child(&root, folder, "Source", category, None)?;
        for name in ["One", "Two"] {
            DriverItem::new_child(&folder, flags, name, self.category, None)?;
        }
        Ok(root)
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        let info = || PropertyInfo {
            access: Access::RW,
            valid: ValidValues::None,
        };
        if item.category() == WIA_CATEGORY_ROOT {
            item.declare(WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES, 0, info());
            item.declare(WIA_DPS_DOCUMENT_HANDLING_STATUS, 0, info());
            return Ok(());
        }
        for (id, value) in &self.properties {
            item.declare(*id, value.clone(), info());
        }
        let files = [Tymed::File.value(), Tymed::MultipageFile.value()];
        if self.model == DriverModel::Stream {
            item.set_valid_list(WIA_IPA_TYMED, Tymed::File.value(), &files)?;
        }
        Ok(())
    }

    fn validate_item_properties(&self, _: &AppItem, _: &[PropertyId]) -> Result<()> {
        Ok(())
    }

    fn lock_device(&self) -> Result<()> {
        self.log.add("lock");
        Ok(())
    }

    fn unlock_device(&self) {
        self.log.add("unlock");
    }

    fn write_item_properties(&self, _: &AppItem, _: &TransferContext) -> Result<()> {
        self.log.add("write");
        Ok(())
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        let format = wia::format::name(context.format).unwrap_or("?");
        let tymed = context.tymed.name();
        let pages = item.opt_i32(WIA_IPS_PAGES).unwrap_or(-1);
        self.log
            .add(format!("acquire {} {format} {tymed} {pages}", flags.bits()));
        (self.script)(item, context)
    }

    fn wia_format_info(&self, _: &AppItem) -> Result<Vec<FormatInfo>> {
        let info = |(format, tymed)| FormatInfo { format, tymed };
        if let Some(formats) = &self.formats {
            return Ok(formats.iter().copied().map(info).collect());
        }
        let mut pairs = vec![
            (WIA_IMG_FMT_BMP, Tymed::File),
            (WIA_IMG_FMT_JPEG, Tymed::File),
            (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
        ];
        if self.model == DriverModel::Legacy {
            pairs.push((WIA_IMG_FMT_MEMORYBMP, Tymed::Callback));
        }
        Ok(pairs.into_iter().map(info).collect())
    }

    fn image_filter(&self) -> Option<Arc<dyn ImageFilter>> {
        self.filter.clone()
    }

    fn notify_pnp_event(&self, _: Guid) {}
}

pub(crate) struct Rig {
    pub(crate) driver: Arc<Driver>,
    pub(crate) item: Arc<dyn Item>,
    pub(crate) transfer: Arc<dyn Transfer>,
}

impl Rig {
    pub(crate) fn write(&self, format: Guid, tymed: Tymed) {
        let values = [
            (WIA_IPA_TYMED, tymed.value().into()),
            (WIA_IPA_FORMAT, format.into()),
        ];
        self.item.write(&values).unwrap();
    }

    pub(crate) fn bands(&self, app: &Arc<App>) -> Result<Status> {
        self.bands_by(DataTransferInfo::default(), app)
    }

    pub(crate) fn bands_by(&self, info: DataTransferInfo, app: &Arc<App>) -> Result<Status> {
        self.transfer.banded_data(info, app.clone())
    }

    pub(crate) fn file(&self, path: &Path, tymed: Tymed, app: &Arc<App>) -> Result<Status> {
        let mut medium = StorageMedium {
            tymed,
            file_name: Some(path.into()),
        };
        let fate = FileFate::Documented;
        self.transfer
            .file_data(&mut medium, fate, Some(app.clone()))
    }

    pub(crate) fn download(&self, app: &Arc<App>) -> Result<Status> {
        self.transfer.download(TransferFlags::empty(), app.clone())
    }

    pub(crate) fn number(&self, id: PropertyId) -> i32 {
        let value = self.item.read(&[id]).unwrap().pop().flatten();
        value.unwrap().as_i32().unwrap()
    }
}

/// The answer to a message by the start of its line in the log.
type Reaction = (&'static str, Result<Answer>);

/// An application of both kinds.
#[derive(Default)]
pub(crate) struct App {
    pub(crate) log: Log,
    pub(crate) images: Arc<Mutex<Vec<Vec<u8>>>>,
    reaction: Option<Reaction>,
    /// Answers to the first requests for a stream.
    next: Mutex<Vec<Result<NextStream>>>,
}

impl App {
    pub(crate) fn new() -> Arc<App> {
        Arc::default()
    }

    pub(crate) fn answering(line: &'static str, answer: Result<Answer>) -> Arc<App> {
        Arc::new(App {
            reaction: Some((line, answer)),
            ..App::default()
        })
    }

    pub(crate) fn giving(next: Vec<Result<NextStream>>) -> Arc<App> {
        Arc::new(App {
            next: Mutex::new(next),
            ..App::default()
        })
    }

    /// What the next request for a stream is answered with.
    pub(crate) fn give(&self, next: NextStream) {
        self.next.lock().unwrap().push(Ok(next));
    }

    pub(crate) fn images(&self) -> Vec<Vec<u8>> {
        self.images.lock().unwrap().clone()
    }

    fn hear(&self, line: String) -> Result<Answer> {
        let answer = match &self.reaction {
            Some((start, answer)) if line.starts_with(start) => answer.clone(),
            _ => Ok(Answer::Continue),
        };
        self.log.add(line);
        answer
    }
}

pub(crate) fn failure() -> Error {
    Error::new(ErrorKind::AccessDenied, "the application's own failure")
}

fn put(images: &mut [Vec<u8>], at: usize, data: &[u8]) {
    let image = images.last_mut().unwrap();
    image.resize(image.len().max(at + data.len()), 0);
    image[at..at + data.len()].copy_from_slice(data);
}

impl DataCallback for App {
    fn banded_data_callback(&self, params: &DataParams<'_>) -> Result<Answer> {
        let name = params.message.name().strip_prefix("IT_MSG_").unwrap();
        let mut images = self.images.lock().unwrap();
        match params.message {
            DataMessage::DataHeader | DataMessage::NewPage => images.push(Vec::new()),
            _ => {}
        }
        let line = match params.payload {
            Payload::Header(h) => format!("{name} {} bytes, page {}", h.buffer_size, h.page_count),
            Payload::Band(band) => {
                put(&mut images, params.offset as usize, band);
                let (percent, at, length) = (params.percent, params.offset, band.len());
                let status = params.status.bits();
                format!("{name} {percent}% {at}+{length} status {status}")
            }
            Payload::None if params.message == DataMessage::Status => {
                format!("{name} {}% {}", params.percent, params.status.bits())
            }
            Payload::None => name.to_owned(),
        };
        drop(images);
        self.hear(line)
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
        self.hear(format!(
            "{name} {}% {}",
            params.percent, params.transferred_bytes
        ))
    }

    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        self.log.add(format!("NEXT {item_name} {full_item_name}"));
        let mut next = self.next.lock().unwrap();
        if !next.is_empty() {
            return next.remove(0);
        }
        self.images.lock().unwrap().push(Vec::new());
        Ok(NextStream::Stream(Box::new(Memory {
            images: Arc::clone(&self.images),
            position: 0,
        })))
    }
}

struct Memory {
    images: Arc<Mutex<Vec<Vec<u8>>>>,
    position: u64,
}

impl Stream for Memory {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let mut images = self.images.lock().unwrap();
        put(&mut images, self.position as usize, data);
        self.position += data.len() as u64;
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let end = self.images.lock().unwrap().last().unwrap().len() as u64;
        self.position = match to {
            SeekFrom::Start(n) => n,
            SeekFrom::End(n) => end.checked_add_signed(n).unwrap(),
            SeekFrom::Current(n) => self.position.checked_add_signed(n).unwrap(),
        };
        Ok(self.position)
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Ok(())
    }
}

/// A driver of streams asks for the next.
pub(crate) fn next(context: &TransferContext) -> Result<NextStream> {
    let callback = context.callback.clone().unwrap();
    callback.get_next_stream("Source", "0000\\Root\\Source")
}

/// The same, which gets one.
pub(crate) fn stream(context: &TransferContext) -> Box<dyn Stream> {
    match next(context) {
        Ok(NextStream::Stream(stream)) => stream,
        other => panic!("no stream but {other:?}"),
    }
}

/// A driver of streams says something.
pub(crate) fn say(context: &TransferContext, params: &TransferParams) -> Result<Answer> {
    context.callback.clone().unwrap().send_message(params)
}

/// A driver of bands sends one.
pub(crate) fn band(context: &mut TransferContext, offset: i32, data: &[u8]) -> Result<Answer> {
    context.transfer_buffer[..data.len()].copy_from_slice(data);
    tell(context, DataMessage::Data, offset, data.len() as i32)
}

/// A driver of bands and files says something.
pub(crate) fn tell(
    context: &mut TransferContext,
    message: DataMessage,
    offset: i32,
    length: i32,
) -> Result<Answer> {
    let callback = context.data_callback.clone().unwrap();
    let status = TransferStatus::TRANSFER_TO_CLIENT;
    callback.mini_drv_callback(message, status, 10, offset, length, Some(context))
}

/// A driver of files writes these bytes.
pub(crate) fn write(context: &mut TransferContext, data: &[u8]) {
    if context.service_buffer {
        context.transfer_buffer[..data.len()].copy_from_slice(data);
    } else {
        *context.transfer_buffer.driver_memory() = data.to_vec();
    }
    context.item_size = data.len() as i32;
    transfer::write_buf_to_file(context).unwrap();
}
