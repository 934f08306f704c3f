//! A driver and an application of the older kinds that do what a test tells them, and write down what
//! they see.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use items::{AppItem, DriverItem};
use minidriver::{DriverModel, FormatInfo, Minidriver};
use quire_service::{
    Answer, DataCallback, DataParams, DataTransferInfo, Device, DeviceOptions, FileFate, Item,
    Payload, Service, StorageMedium, Transfer,
};
use transfer::TransferContext;
use wia::category::{WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP};
use wia::property::{
    WIA_IPA_BUFFER_SIZE, WIA_IPA_COMPRESSION, WIA_IPA_DEPTH, WIA_IPA_FILENAME_EXTENSION,
    WIA_IPA_FORMAT, WIA_IPA_ITEM_SIZE, WIA_IPA_NUMBER_OF_LINES, WIA_IPA_PIXELS_PER_LINE,
    WIA_IPA_TYMED, WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{
    Access, DataMessage, Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyInfo,
    PropertyValue, Result, Status, TransferFlags, TransferStatus, Tymed, ValidValues,
};

const FLATBED: &str = "0000\\Root\\Flatbed";

/// What the flatbed says of its buffer.
pub(crate) const BUFFER_SIZE: i32 = 4096;

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

type Script = Box<dyn Fn(&AppItem, &mut TransferContext) -> Result<Status> + Send + Sync>;
type Hook = Box<dyn Fn() -> Result<()> + Send + Sync>;

/// A driver of a flatbed whose transfers run a script.
pub(crate) struct Driver {
    pub(crate) log: Log,
    properties: Vec<(PropertyId, PropertyValue)>,
    script: Script,
    pub(crate) on_lock: Hook,
    pub(crate) on_write: Hook,
    pub(crate) on_event: Box<dyn Fn(Guid) + Send + Sync>,
}

impl Driver {
    /// A flatbed that gives a bitmap of 2 by 3 pixels in 24 bits: a header of 40 bytes (54 in a file)
    /// and lines of 8.
    pub(crate) fn new(
        tymed: Tymed,
        script: impl Fn(&AppItem, &mut TransferContext) -> Result<Status> + Send + Sync + 'static,
    ) -> Driver {
        let format = match tymed {
            Tymed::Callback | Tymed::MultipageCallback => WIA_IMG_FMT_MEMORYBMP,
            Tymed::File | Tymed::MultipageFile => WIA_IMG_FMT_BMP,
        };
        Driver {
            log: Log::default(),
            properties: vec![
                (WIA_IPA_TYMED, tymed.value().into()),
                (WIA_IPA_FORMAT, format.into()),
                (WIA_IPA_COMPRESSION, 0.into()),
                (WIA_IPA_DEPTH, 24.into()),
                (WIA_IPA_PIXELS_PER_LINE, 2.into()),
                (WIA_IPA_NUMBER_OF_LINES, 3.into()),
                (WIA_IPS_XRES, 300.into()),
                (WIA_IPS_YRES, 200.into()),
                (WIA_IPA_ITEM_SIZE, 0.into()),
                (WIA_IPA_BUFFER_SIZE, BUFFER_SIZE.into()),
                (WIA_IPA_FILENAME_EXTENSION, "bmp".into()),
            ],
            script: Box::new(script),
            on_lock: Box::new(|| Ok(())),
            on_write: Box::new(|| Ok(())),
            on_event: Box::new(|_| ()),
        }
    }

    /// Another value of a property.
    pub(crate) fn set(mut self, id: PropertyId, value: impl Into<PropertyValue>) -> Driver {
        self.properties.retain(|(known, _)| *known != id);
        self.properties.push((id, value.into()));
        self
    }

    /// Without this property.
    pub(crate) fn without(mut self, id: PropertyId) -> Driver {
        self.properties.retain(|(known, _)| *known != id);
        self
    }

    pub(crate) fn connect(self) -> Rig {
        self.connect_with(DeviceOptions::default())
    }

    pub(crate) fn connect_with(self, options: DeviceOptions) -> Rig {
        let driver = Arc::new(self);
        let service = Service::new(driver.clone(), "scripted", options);
        let device = service.connect().unwrap();
        let item = device.find_item(FLATBED).unwrap();
        Rig {
            transfer: item.transfer().unwrap(),
            driver,
            item,
            _device: device,
        }
    }
}

impl Minidriver for Driver {
    fn model(&self) -> DriverModel {
        DriverModel::Both
    }

    fn initialize(&self, _: &str) -> Result<DriverItem> {
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
        let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT)?;
        let flags = ItemFlags::IMAGE | ItemFlags::FILE | ItemFlags::TRANSFER;
        DriverItem::new(flags, "Flatbed", FLATBED, WIA_CATEGORY_FLATBED)?.add_to_folder(&root)?;
        Ok(root)
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        for (id, value) in &self.properties {
            let info = PropertyInfo {
                access: Access::RW,
                valid: ValidValues::None,
            };
            item.declare(*id, value.clone(), info);
        }
        Ok(())
    }

    fn validate_item_properties(&self, _: &AppItem, _: &[PropertyId]) -> Result<()> {
        Ok(())
    }

    fn write_item_properties(&self, _: &AppItem, context: &TransferContext) -> Result<()> {
        self.log.add(format!("write {}", context.tymed.name()));
        (self.on_write)()
    }

    fn lock_device(&self) -> Result<()> {
        self.log.add("lock");
        (self.on_lock)()
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
        self.log.add(format!("acquire {}", flags.bits()));
        (self.script)(item, context)
    }

    fn wia_format_info(&self, _: &AppItem) -> Result<Vec<FormatInfo>> {
        Ok(Vec::new())
    }

    fn notify_pnp_event(&self, event: Guid) {
        (self.on_event)(event);
    }
}

/// The flatbed of a fresh device.
pub(crate) struct Rig {
    pub(crate) driver: Arc<Driver>,
    pub(crate) item: Arc<dyn Item>,
    pub(crate) transfer: Arc<dyn Transfer>,
    _device: Arc<dyn Device>,
}

impl Rig {
    /// A banded transfer with one buffer of the device's size.
    pub(crate) fn bands(&self, app: &Arc<App>) -> Result<Status> {
        self.bands_with(DataTransferInfo::default(), app)
    }

    /// The same with two buffers.
    pub(crate) fn two_buffers(&self, app: &Arc<App>) -> Result<Status> {
        let info = DataTransferInfo {
            double_buffer: true,
            ..DataTransferInfo::default()
        };
        self.bands_with(info, app)
    }

    pub(crate) fn bands_with(&self, info: DataTransferInfo, app: &Arc<App>) -> Result<Status> {
        self.transfer.banded_data(info, app.clone())
    }

    /// A transfer into this file.
    pub(crate) fn file(
        &self,
        path: &std::path::Path,
        tymed: Tymed,
        app: Option<&Arc<App>>,
    ) -> Result<Status> {
        let mut medium = medium(tymed, Some(path.into()));
        let callback = app.map(|app| Arc::clone(app) as Arc<dyn DataCallback>);
        self.transfer
            .file_data(&mut medium, FileFate::Documented, callback)
    }
}

pub(crate) fn medium(tymed: Tymed, file_name: Option<PathBuf>) -> StorageMedium {
    StorageMedium { tymed, file_name }
}

type Reaction = Box<dyn Fn(&DataParams<'_>) -> Option<Result<Answer>> + Send + Sync>;

/// An application: notes every message, puts the bands where they belong, and answers as it is told.
#[derive(Default)]
pub(crate) struct App {
    pub(crate) log: Log,
    image: Mutex<Vec<u8>>,
    reaction: Option<Reaction>,
}

impl App {
    pub(crate) fn new() -> Arc<App> {
        Arc::default()
    }

    /// Answers by `reaction`; where it says nothing, goes on.
    pub(crate) fn reacting(
        reaction: impl Fn(&DataParams<'_>) -> Option<Result<Answer>> + Send + Sync + 'static,
    ) -> Arc<App> {
        Arc::new(App {
            reaction: Some(Box::new(reaction)),
            ..App::default()
        })
    }

    /// Answers the messages of this kind so.
    pub(crate) fn answering(message: DataMessage, answer: Result<Answer>) -> Arc<App> {
        App::reacting(move |params| (params.message == message).then(|| answer.clone()))
    }

    /// What the bands made.
    pub(crate) fn image(&self) -> Vec<u8> {
        self.image.lock().unwrap().clone()
    }
}

impl DataCallback for App {
    fn banded_data_callback(&self, params: &DataParams<'_>) -> Result<Answer> {
        let name = params.message.name().strip_prefix("IT_MSG_").unwrap();
        let DataParams {
            percent,
            offset,
            length,
            ..
        } = *params;
        self.log.add(match params.payload {
            Payload::Header(h) => format!("{name} {} bytes, page {}", h.buffer_size, h.page_count),
            Payload::Band(_) => format!("{name} {percent}% {offset}+{length}"),
            Payload::None if params.message == DataMessage::Status => {
                format!("{name} {percent}% {}", params.status.bits())
            }
            Payload::None => name.to_owned(),
        });
        if let (DataMessage::Data, Payload::Band(band)) = (params.message, params.payload) {
            let image = &mut *self.image.lock().unwrap();
            let at = offset as usize;
            image.resize(image.len().max(at + band.len()), 0);
            image[at..at + band.len()].copy_from_slice(band);
        }
        let answer = self.reaction.as_ref().and_then(|react| react(params));
        answer.unwrap_or(Ok(Answer::Continue))
    }
}

/// The driver sends these bytes as a band at the context's offset, and moves on.
pub(crate) fn band(context: &mut TransferContext, data: &[u8]) -> Result<Answer> {
    context.transfer_buffer[..data.len()].copy_from_slice(data);
    let length = i32::try_from(data.len()).unwrap();
    let answer = send(context, DataMessage::Data, 10, context.offset, length)?;
    context.offset += length;
    Ok(answer)
}

/// The driver sends a message with the context.
pub(crate) fn send(
    context: &mut TransferContext,
    message: DataMessage,
    percent: i32,
    offset: i32,
    length: i32,
) -> Result<Answer> {
    let callback = context.data_callback.clone().unwrap();
    callback.mini_drv_callback(
        message,
        TransferStatus::TRANSFER_TO_CLIENT,
        percent,
        offset,
        length,
        Some(context),
    )
}

/// The driver says how far it is.
pub(crate) fn status(context: &TransferContext, percent: i32) -> Result<Answer> {
    let callback = context.data_callback.clone().unwrap();
    let status = TransferStatus::TRANSFER_TO_CLIENT;
    callback.mini_drv_callback(DataMessage::Status, status, percent, 0, 0, None)
}

/// What a driver returns after this answer.
pub(crate) fn done(answer: Answer) -> Result<Status> {
    match answer {
        Answer::Continue => Ok(Status::Ok),
        Answer::Cancel => Ok(Status::Cancelled),
    }
}

/// The driver writes these bytes into the file, from a buffer of its own where it has to.
pub(crate) fn write(context: &mut TransferContext, data: &[u8]) -> Result<()> {
    if context.service_buffer {
        context.transfer_buffer[..data.len()].copy_from_slice(data);
    } else {
        *context.transfer_buffer.driver_memory() = data.to_vec();
    }
    context.item_size = i32::try_from(data.len()).unwrap();
    transfer::write_buf_to_file(context)
}

/// Something to wait for that tests and drivers tell each other.
pub(crate) struct Signal(Mutex<Sender<()>>, Mutex<Receiver<()>>);

impl Signal {
    pub(crate) fn new() -> Arc<Signal> {
        let (sender, receiver) = channel();
        Arc::new(Signal(Mutex::new(sender), Mutex::new(receiver)))
    }

    pub(crate) fn give(&self) {
        self.0.lock().unwrap().send(()).unwrap();
    }

    pub(crate) fn wait(&self) {
        self.1.lock().unwrap().recv().unwrap();
    }
}

/// Work that takes so long.
pub(crate) fn take(time: Duration) {
    let (_never, wait) = channel::<()>();
    let _ = wait.recv_timeout(time);
}
