//! A scanner whose transfers do what a test tells them.

use std::io::SeekFrom;
use std::sync::Arc;

use formats::raw::RawHeader;
use items::{
    AppItem, DeviceInfo, DriverItem, FeederRules, FormatRule, Resolutions, RootInfo, ScannerRules,
};
use minidriver::{DriverModel, FormatInfo, Minidriver};
use raster::{Band, PageLayout, PixelType};
use service::{Device, DeviceOptions, NextStream, Service, Stream, TransferParams};
use transfer::{Answer, MinidrvTransferCallback, TransferContext};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::constant::{WIA_PAGE_AUTO, WIA_PAGE_CUSTOM};
use wia::{
    Compression, DocumentHandlingCapabilities, Error, Guid, ItemFlags, Orientation, PropertyId,
    Result, Status, TransferFlags,
};

use crate::documents::Gray;

/// Size of a scripted page in pixels.
pub(crate) const WIDTH: u32 = 40;
pub(crate) const HEIGHT: u32 = 30;

/// Why a script goes no further.
pub(crate) enum Stop {
    Cancelled,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(e: Error) -> Stop {
        Stop::Failed(e)
    }
}

pub(crate) type Told = Result<Status, Stop>;

/// One call of `acquire_item_data`.
pub(crate) struct Call<'a> {
    pub(crate) item: &'a AppItem,
    pub(crate) context: &'a mut TransferContext,
    callback: Arc<dyn MinidrvTransferCallback>,
}

impl Call<'_> {
    /// The next stream of the application.
    pub(crate) fn stream(&self) -> Result<Box<dyn Stream>, Stop> {
        let answer = self
            .callback
            .get_next_stream(self.item.name(), self.item.full_name())?;
        match answer {
            NextStream::Stream(stream) => Ok(stream),
            NextStream::Cancel => Err(Stop::Cancelled),
            other => panic!("{other:?}"),
        }
    }

    fn send(&self, params: &TransferParams) -> Result<(), Stop> {
        match self.callback.send_message(params)? {
            Answer::Continue => Ok(()),
            Answer::Cancel => Err(Stop::Cancelled),
        }
    }

    pub(crate) fn status(&self, percent: i32) -> Result<(), Stop> {
        self.progress(percent, 0)
    }

    pub(crate) fn progress(&self, percent: i32, bytes: u64) -> Result<(), Stop> {
        self.send(&TransferParams::status(percent, bytes))
    }

    pub(crate) fn new_page(&self) -> Result<(), Stop> {
        self.send(&TransferParams::new_page(0, 0))
    }

    /// A stream with page `number` as RAW.
    pub(crate) fn raw_page(&self, number: u32) -> Result<(), Stop> {
        let mut stream = self.stream()?;
        stream.write(&raw_page(number))?;
        Ok(())
    }

    /// Page `number` by the page writer; `rows` of them, and the page's end when that is all.
    pub(crate) fn tiff_rows(
        &mut self,
        stream: &mut dyn Stream,
        number: u32,
        rows: u32,
    ) -> Result<()> {
        transfer::begin_page(self.context, stream, &layout(None))?;
        let page = Gray::pattern(number, WIDTH, HEIGHT);
        for y in 0..rows {
            let band = Band::new(page.row(y), WIDTH as usize, WIDTH as usize).unwrap();
            transfer::rows(self.context, stream, band)?;
        }
        if rows == HEIGHT {
            transfer::end_page(self.context, stream)?;
        }
        Ok(())
    }

    /// Pages 1 to `pages` of one document, by the page writer, with their messages.
    pub(crate) fn tiff_pages(&mut self, pages: u32) -> Result<Box<dyn Stream>, Stop> {
        let mut stream = self.stream()?;
        for number in 1..=pages {
            if number > 1 {
                self.new_page()?;
            }
            self.tiff_rows(stream.as_mut(), number, HEIGHT)?;
            self.status(100)?;
        }
        Ok(stream)
    }
}

/// The layout of every scripted page.
pub(crate) fn layout(height: Option<u32>) -> PageLayout {
    PageLayout {
        width: WIDTH,
        height,
        pixel: PixelType::Gray8,
        x_dpi: 100,
        y_dpi: 100,
    }
}

/// The header of a RAW page that tells this height.
pub(crate) fn raw_header(height: Option<u32>) -> RawHeader {
    RawHeader::for_page(&layout(height)).unwrap()
}

/// The whole stream of page `number`.
pub(crate) fn raw_page(number: u32) -> Vec<u8> {
    let mut bytes = raw_header(Some(HEIGHT)).encode().to_vec();
    bytes.extend_from_slice(&Gray::pattern(number, WIDTH, HEIGHT).pixels);
    bytes
}

/// The page as it must arrive.
pub(crate) fn page(number: u32) -> Gray {
    Gray::pattern(number, WIDTH, HEIGHT)
}

pub(crate) fn seek(stream: &mut dyn Stream, to: u64) -> Result<()> {
    assert_eq!(stream.seek(SeekFrom::Start(to))?, to);
    Ok(())
}

type Script = Box<dyn Fn(&mut Call<'_>) -> Told + Send + Sync>;
type FileScript = Box<dyn Fn(&mut TransferContext) -> Result<Status> + Send + Sync>;
type OnEvent = Box<dyn Fn(Guid) + Send + Sync>;

/// The driver.
pub(crate) struct Scripted {
    script: Script,
    file_script: Option<FileScript>,
    on_event: OnEvent,
    pub(crate) flatbed: ScannerRules,
    pub(crate) feeder: ScannerRules,
    pub(crate) options: DeviceOptions,
}

impl Scripted {
    pub(crate) fn new(script: impl Fn(&mut Call<'_>) -> Told + Send + Sync + 'static) -> Scripted {
        // At 100 dpi a page is as large as the bed.
        let bed = (WIDTH as i32 * 10, HEIGHT as i32 * 10);
        let tiff = FormatRule::tiff(&[Compression::None, Compression::G4, Compression::Jpeg]);
        let flatbed = ScannerRules {
            formats: vec![FormatRule::bmp(), FormatRule::raw(), tiff],
            resolutions: Resolutions::Range {
                min: 10,
                max: 600,
                step: 10,
            },
            ..ScannerRules::new(bed)
        };
        let feeder = ScannerRules {
            feeder: Some(FeederRules::duplex()),
            page_sizes: vec![WIA_PAGE_CUSTOM, WIA_PAGE_AUTO],
            orientations: vec![Orientation::Portrait],
            ..flatbed.clone()
        };
        Scripted {
            script: Box::new(script),
            file_script: None,
            on_event: Box::new(|_| ()),
            flatbed,
            feeder,
            options: DeviceOptions::default(),
        }
    }

    /// What it does in file transfers, which it then knows itself.
    pub(crate) fn in_files(
        mut self,
        script: impl Fn(&mut TransferContext) -> Result<Status> + Send + Sync + 'static,
    ) -> Scripted {
        self.file_script = Some(Box::new(script));
        self
    }

    pub(crate) fn on_event(mut self, hook: impl Fn(Guid) + Send + Sync + 'static) -> Scripted {
        self.on_event = Box::new(hook);
        self
    }

    /// A scanner that does not offer TIFF.
    pub(crate) fn raw_only(mut self) -> Scripted {
        for rules in [&mut self.flatbed, &mut self.feeder] {
            rules.formats.truncate(2);
        }
        self
    }

    pub(crate) fn device(self) -> Arc<dyn Device> {
        let options = self.options;
        Service::new(Arc::new(self), "scripted", options)
            .connect()
            .unwrap()
    }

    fn rules(&self, item: &AppItem) -> Option<&ScannerRules> {
        match item.category() {
            WIA_CATEGORY_FLATBED => Some(&self.flatbed),
            WIA_CATEGORY_FEEDER => Some(&self.feeder),
            _ => None,
        }
    }
}

impl Minidriver for Scripted {
    fn initialize(&self, _: &str) -> Result<DriverItem> {
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
        let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT)?;
        let source = ItemFlags::PROGRAMMABLE_DATA_SOURCE
            | ItemFlags::TRANSFER
            | ItemFlags::IMAGE
            | ItemFlags::FILE;
        DriverItem::new_child(&root, source, "Flatbed", WIA_CATEGORY_FLATBED, None)?;
        DriverItem::new_child(&root, source, "Feeder", WIA_CATEGORY_FEEDER, None)?;
        Ok(root)
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        let Some(rules) = self.rules(item) else {
            let info = RootInfo {
                capabilities: DocumentHandlingCapabilities::FEED
                    | DocumentHandlingCapabilities::DUP,
                ..RootInfo::default()
            };
            items::declare_root(item, &info);
            let info = DeviceInfo {
                vendor: "Nobody".into(),
                description: "Scripted".into(),
                ..DeviceInfo::default()
            };
            items::declare_device_info(item, &info);
            return Ok(());
        };
        items::declare_scanner_item(item, rules)
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        match self.rules(item) {
            Some(rules) => items::validate_scanner_item(item, changed, rules),
            None => items::validate_item_properties(item, changed),
        }
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        _: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        if let Some(script) = self.file_script.as_ref().filter(|_| context.file.is_some()) {
            return script(context);
        }
        let callback = context.callback.clone().unwrap();
        let mut call = Call {
            item,
            context,
            callback,
        };
        match (self.script)(&mut call) {
            Ok(status) => Ok(status),
            Err(Stop::Cancelled) => Ok(Status::Cancelled),
            Err(Stop::Failed(e)) => Err(e),
        }
    }

    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        let rules = self.rules(item).ok_or_else(|| Error::invalid("no data"))?;
        let pairs = rules.format_pairs().into_iter();
        Ok(pairs
            .map(|(format, tymed)| FormatInfo { format, tymed })
            .collect())
    }

    fn model(&self) -> DriverModel {
        match self.file_script {
            Some(_) => DriverModel::Both,
            None => DriverModel::Stream,
        }
    }

    fn notify_pnp_event(&self, event: Guid) {
        (self.on_event)(event);
    }
}
