//! A driver that does what a list of steps says, and an application that keeps what it gets.

use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use items::{AppItem, DriverItem};
use minidriver::{FormatInfo, Minidriver};
use quire_layers::{Active, Layered};
use service::{
    Answer, Device, DeviceOptions, Item, NextStream, Service, Stream, TransferCallback,
    TransferParams,
};
use transfer::TransferContext;
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::constant::WIA_PAGE_AUTO;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_DPS_DOCUMENT_HANDLING_STATUS, WIA_IPA_COMPRESSION, WIA_IPA_DEPTH, WIA_IPA_FORMAT,
    WIA_IPA_NUMBER_OF_LINES, WIA_IPA_PIXELS_PER_LINE, WIA_IPA_TYMED,
    WIA_IPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_PAGE_SIZE, WIA_IPS_PAGES, WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{
    Access, Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyInfo, PropertyValue, Result,
    Status, TransferFlags, TransferMessage, Tymed, ValidValues,
};

use crate::page::{DPI, LINES, Page, WIDTH};

pub(crate) const READY: i32 = 1;
pub(crate) const EMPTY: i32 = 0;

/// What the driver does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Asks for the next stream.
    Ask,
    /// Writes a page.
    Page(Page),
    /// Writes bytes, in pieces of so many.
    Pieces(Vec<u8>, usize),
    /// Says that the next page of the document begins.
    NewPage,
    /// The device says this of its feeder from now on; `None`: it cannot be asked.
    Feeder(Option<i32>),
    /// The service is told that somebody cancels.
    Cancel,
    /// Returns.
    End(Result<Status>),
}

/// Asks for a stream, and writes a page into it.
pub(crate) fn page(page: Page) -> [Step; 2] {
    [Step::Ask, Step::Page(page)]
}

/// Steps one after the other.
pub(crate) fn steps(parts: &[&[Step]]) -> Vec<Step> {
    parts.concat()
}

pub(crate) fn fails(kind: ErrorKind) -> Step {
    Step::End(Err(Error::new(kind, "as the script wants")))
}

/// What a test sets up.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) feeder: bool,
    pub(crate) format: Guid,
    pub(crate) multipage: bool,
    pub(crate) duplex: bool,
    /// `WIA_IPS_PAGES`.
    pub(crate) pages: i32,
    /// `WIA_PAGE_AUTO`.
    pub(crate) auto: bool,
    /// What the feeder says before the transfer.
    pub(crate) before: i32,
    /// What the application answers when it is asked for a stream, by number; else it gives one.
    pub(crate) answers: Vec<(usize, &'static str)>,
    /// Messages after which the application cancels.
    pub(crate) cancels_at: Option<usize>,
}

impl Setup {
    pub(crate) fn flatbed() -> Setup {
        Setup {
            feeder: false,
            format: WIA_IMG_FMT_RAW,
            multipage: false,
            duplex: false,
            pages: 0,
            auto: false,
            before: READY,
            answers: Vec::new(),
            cancels_at: None,
        }
    }

    pub(crate) fn feeder() -> Setup {
        Setup {
            feeder: true,
            ..Setup::flatbed()
        }
    }

    pub(crate) fn duplex() -> Setup {
        Setup {
            duplex: true,
            ..Setup::feeder()
        }
    }

    pub(crate) fn bmp(self) -> Setup {
        Setup {
            format: WIA_IMG_FMT_BMP,
            ..self
        }
    }

    pub(crate) fn jpeg(self) -> Setup {
        Setup {
            format: WIA_IMG_FMT_JPEG,
            ..self
        }
    }

    pub(crate) fn tiff(self) -> Setup {
        Setup {
            format: WIA_IMG_FMT_TIFF,
            multipage: true,
            ..self
        }
    }

    /// Runs the steps through these layers.
    pub(crate) fn run(&self, layers: &str, steps: &[Step]) -> Outcome {
        let driver = Arc::new(Scripted {
            setup: self.clone(),
            steps: steps.to_vec(),
            status: Mutex::new(Some(self.before)),
            service: Mutex::default(),
        });
        let active = Active::parse_list(layers).unwrap();
        let layered = Layered::new(driver.clone(), active);
        let service = Service::new(layered, "scripted", DeviceOptions::default());
        let device = service.connect().unwrap();
        let name = if self.feeder { "Feeder" } else { "Flatbed" };
        let item = device.find_item(&format!("0000\\Root\\{name}")).unwrap();
        let root = device.root();
        root.read(&[WIA_DPS_DOCUMENT_HANDLING_STATUS]).unwrap();
        let transfer = item.transfer().unwrap();
        let canceller = Arc::clone(&transfer);
        *driver.service.lock().unwrap() = Some(Box::new(move || canceller.cancel()));
        let app = Arc::new(App {
            setup: self.clone(),
            streams: Mutex::default(),
            messages: Mutex::default(),
        });
        let result = transfer.download(TransferFlags::empty(), app.clone());
        // It holds the transfer.
        driver.service.lock().unwrap().take();
        let streams = app.streams.lock().unwrap();
        let end = |e: &Error| e.kind();
        Outcome {
            result: result.as_ref().map(|status| *status).map_err(end),
            streams: streams
                .iter()
                .map(|s| s.lock().unwrap().bytes.clone())
                .collect(),
            writes: streams
                .iter()
                .map(|s| s.lock().unwrap().writes.clone())
                .collect(),
            messages: app.messages.lock().unwrap().clone(),
        }
    }
}

/// What the application has in the end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) result: Result<Status, ErrorKind>,
    /// The bytes of each stream.
    pub(crate) streams: Vec<Vec<u8>>,
    /// The calls of `Write` of each: where, and what.
    pub(crate) writes: Vec<Vec<(u64, Vec<u8>)>>,
    pub(crate) messages: Vec<TransferMessage>,
}

impl Outcome {
    /// The first byte of the first line of each stream that has one.
    pub(crate) fn marks(&self) -> Vec<u8> {
        let streams = self.streams.iter();
        streams.filter_map(|s| s.get(80).copied()).collect()
    }
}

type Cancel = Box<dyn Fn() + Send>;

struct Scripted {
    setup: Setup,
    steps: Vec<Step>,
    status: Mutex<Option<i32>>,
    service: Mutex<Option<Cancel>>,
}

impl Scripted {
    fn transfer(&self, item: &AppItem, context: &mut TransferContext) -> Result<Status> {
        let callback = context.callback.clone().unwrap();
        let mut stream: Option<Box<dyn Stream>> = None;
        for step in &self.steps {
            match step {
                Step::Ask => {
                    drop(stream.take());
                    match callback.get_next_stream(item.name(), item.full_name())? {
                        NextStream::Stream(next) => stream = Some(next),
                        NextStream::SkipItem => {}
                        NextStream::Cancel => return Ok(Status::Cancelled),
                        other => panic!("{other:?}"),
                    }
                }
                Step::Page(page) => {
                    if let Some(stream) = &mut stream {
                        stream.seek(SeekFrom::End(0))?;
                        service::write_all(stream.as_mut(), &page.header())?;
                        let bytes = page.bytes();
                        service::write_all(stream.as_mut(), &bytes[page.header().len()..])?;
                    }
                    let done = TransferParams::status(100, page.bytes().len() as u64);
                    if callback.send_message(&done)? == Answer::Cancel {
                        return Ok(Status::Cancelled);
                    }
                }
                Step::Pieces(bytes, size) => {
                    for piece in bytes.chunks(*size) {
                        service::write_all(stream.as_mut().unwrap().as_mut(), piece)?;
                    }
                }
                Step::NewPage => {
                    let params = TransferParams::new_page(0, 0);
                    if callback.send_message(&params)? == Answer::Cancel {
                        return Ok(Status::Cancelled);
                    }
                }
                Step::Feeder(status) => *self.status.lock().unwrap() = *status,
                Step::Cancel => (self.service.lock().unwrap().as_ref().unwrap())(),
                Step::End(result) => return result.clone(),
            }
        }
        Ok(Status::Ok)
    }
}

fn list(values: &[i32]) -> ValidValues {
    ValidValues::List {
        nominal: values[0].into(),
        values: values.iter().map(|v| (*v).into()).collect(),
    }
}

impl Minidriver for Scripted {
    fn initialize(&self, _: &str) -> Result<DriverItem> {
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
        let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT)?;
        let flags = ItemFlags::IMAGE
            | ItemFlags::FILE
            | ItemFlags::TRANSFER
            | ItemFlags::PROGRAMMABLE_DATA_SOURCE;
        for (name, category) in [
            ("Flatbed", WIA_CATEGORY_FLATBED),
            ("Feeder", WIA_CATEGORY_FEEDER),
        ] {
            DriverItem::new_child(&root, flags, name, category, None)?;
        }
        Ok(root)
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        let declare = |id: PropertyId, value: PropertyValue, valid| {
            let access = Access::RW;
            item.declare(id, value, PropertyInfo { access, valid });
        };
        if item.category() == WIA_CATEGORY_ROOT {
            let status = WIA_DPS_DOCUMENT_HANDLING_STATUS;
            declare(status, self.setup.before.into(), ValidValues::None);
            return Ok(());
        }
        let setup = &self.setup;
        let tymed = match setup.multipage {
            true => Tymed::MultipageFile,
            false => Tymed::File,
        };
        let dpi = i32::try_from(DPI).unwrap();
        let values: [(PropertyId, PropertyValue); 10] = [
            (WIA_IPA_TYMED, tymed.value().into()),
            (WIA_IPA_FORMAT, setup.format.into()),
            (WIA_IPA_COMPRESSION, 0.into()),
            (WIA_IPA_DEPTH, 8.into()),
            (WIA_IPA_PIXELS_PER_LINE, (WIDTH as i32).into()),
            (WIA_IPA_NUMBER_OF_LINES, (LINES as i32).into()),
            (WIA_IPS_YRES, dpi.into()),
            (WIA_IPS_PAGES, setup.pages.into()),
            (
                WIA_IPS_DOCUMENT_HANDLING_SELECT,
                if setup.duplex { 4 } else { 0x20 }.into(),
            ),
            (
                WIA_IPS_PAGE_SIZE,
                if setup.auto { WIA_PAGE_AUTO } else { 2 }.into(),
            ),
        ];
        for (id, value) in values {
            declare(id, value, ValidValues::None);
        }
        declare(WIA_IPS_XRES, dpi.into(), list(&[50, 75, 100, 150, 200]));
        Ok(())
    }

    fn validate_item_properties(&self, _: &AppItem, _: &[PropertyId]) -> Result<()> {
        Ok(())
    }

    fn read_item_properties(&self, item: &AppItem, ids: &[PropertyId]) -> Result<()> {
        let status = *self.status.lock().unwrap();
        let status = status.ok_or_else(|| Error::new(ErrorKind::DeviceCommunication, "gone"))?;
        if ids.contains(&WIA_DPS_DOCUMENT_HANDLING_STATUS) {
            item.write_if_present(WIA_DPS_DOCUMENT_HANDLING_STATUS, status)?;
        }
        Ok(())
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        _: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        self.transfer(item, context)
    }

    fn wia_format_info(&self, _: &AppItem) -> Result<Vec<FormatInfo>> {
        let of = |tymed| FormatInfo {
            format: self.setup.format,
            tymed,
        };
        Ok(vec![of(Tymed::File), of(Tymed::MultipageFile)])
    }

    fn notify_pnp_event(&self, _: Guid) {}
}

struct App {
    setup: Setup,
    streams: Mutex<Vec<Arc<Mutex<Memory>>>>,
    messages: Mutex<Vec<TransferMessage>>,
}

#[derive(Default)]
struct Memory {
    bytes: Vec<u8>,
    position: u64,
    writes: Vec<(u64, Vec<u8>)>,
}

impl TransferCallback for App {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let mut messages = self.messages.lock().unwrap();
        messages.push(params.message);
        Ok(match self.setup.cancels_at == Some(messages.len()) {
            true => Answer::Cancel,
            false => Answer::Continue,
        })
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        let mut streams = self.streams.lock().unwrap();
        let number = streams.len();
        let memory = Arc::new(Mutex::new(Memory::default()));
        streams.push(memory.clone());
        let answer = self.setup.answers.iter().find(|(at, _)| *at == number);
        match answer {
            Some((_, "skip")) => Ok(NextStream::SkipItem),
            Some((_, "cancel")) => Ok(NextStream::Cancel),
            Some((_, "fail")) => Err(Error::new(ErrorKind::AccessDenied, "as the test wants")),
            _ => Ok(NextStream::Stream(Box::new(Handle(memory)))),
        }
    }
}

struct Handle(Arc<Mutex<Memory>>);

impl Stream for Handle {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let mut memory = self.0.lock().unwrap();
        let at = memory.position as usize;
        let end = at + data.len();
        if memory.bytes.len() < end {
            memory.bytes.resize(end, 0);
        }
        memory.bytes[at..end].copy_from_slice(data);
        memory.position = end as u64;
        memory.writes.push((at as u64, data.to_vec()));
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let mut memory = self.0.lock().unwrap();
        memory.position = match to {
            SeekFrom::Start(to) => to,
            SeekFrom::End(by) => (memory.bytes.len() as u64).checked_add_signed(by).unwrap(),
            SeekFrom::Current(by) => memory.position.checked_add_signed(by).unwrap(),
        };
        Ok(memory.position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.0.lock().unwrap().bytes.resize(size as usize, 0);
        Ok(())
    }
}

/// A device's tree through layers, for what needs no transfer.
pub(crate) fn connect(setup: &Setup, layers: &str) -> Arc<dyn Device> {
    let driver = Arc::new(Scripted {
        setup: setup.clone(),
        steps: Vec::new(),
        status: Mutex::new(Some(setup.before)),
        service: Mutex::default(),
    });
    let active = Active::parse_list(layers).unwrap();
    let layered = Layered::new(driver, active);
    Service::new(layered, "scripted", DeviceOptions::default())
        .connect()
        .unwrap()
}

/// The kinds of transfer that an item offers.
pub(crate) fn tymeds(item: &dyn Item) -> Vec<Tymed> {
    let formats = item.formats().unwrap().into_iter();
    let files = formats.filter(|info| info.tymed.is_file());
    files.map(|info| info.tymed).collect()
}
