//! A flatbed with things on its glass, and an application that looks at them.

use std::io::{Cursor, SeekFrom};
use std::sync::{Arc, Mutex};

use filters::{Brightness, Filters};
use formats::{DocumentFormat, WriterOptions, open_writer};
use items::{AppItem, DriverItem, FeederRules, FormatRule, RootInfo, ScannerRules};
use minidriver::{FormatInfo, Minidriver};
use quire_service::{
    Answer, CreationFlags, Device, DeviceOptions, ImageFilter, Item, NextStream, Preview, Service,
    Stream, TransferCallback, TransferParams, UpdateFlags, write_all,
};
use raster::{Band, PageLayout, PixelType, PointOperation};
use transfer::{REGION_FLAGS, SegmentationFilter, SegmentedItem, TransferContext};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::constant::{WIA_PAGE_CUSTOM, WIA_USE_SEGMENTATION_FILTER};
use wia::format::WIA_IMG_FMT_RAW;
use wia::property::{
    WIA_IPA_DATATYPE, WIA_IPA_FORMAT, WIA_IPS_PREVIEW, WIA_IPS_SEGMENTATION, WIA_IPS_XEXTENT,
    WIA_IPS_XPOS, WIA_IPS_YEXTENT, WIA_IPS_YPOS,
};
use wia::{
    Access, Compression, DataType, Error, ErrorKind, Guid, ItemFlags, Orientation, PropertyId,
    PropertyInfo, PropertyValue, Result, Status, TransferFlags, TransferMessage, ValidValues,
};

pub(crate) const WIDTH: u32 = 300;
pub(crate) const HEIGHT: u32 = 400;
/// What lies on the glass: x, y, width, height.
pub(crate) const THINGS: [[i32; 4]; 2] = [[30, 40, 120, 90], [150, 250, 100, 120]];
pub(crate) const RECTANGLE: [PropertyId; 4] =
    [WIA_IPS_XPOS, WIA_IPS_YPOS, WIA_IPS_XEXTENT, WIA_IPS_YEXTENT];

/// A flatbed at 100 dpi, 3 by 4 inches, in grey.
pub(crate) struct Flatbed {
    pub(crate) root: DriverItem,
    pub(crate) rules: ScannerRules,
    pub(crate) segmentation: Option<i32>,
    pub(crate) filter: bool,
    pub(crate) own_segmentation: bool,
    pub(crate) fails: bool,
    /// `WIA_IPS_PREVIEW` at each scan.
    pub(crate) scans: Mutex<Vec<i32>>,
}

impl Flatbed {
    pub(crate) fn new() -> Flatbed {
        Flatbed::called_a(WIA_CATEGORY_FLATBED)
    }

    /// The same as an item of another category.
    pub(crate) fn called_a(category: Guid) -> Flatbed {
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
        let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT).unwrap();
        let flags = (REGION_FLAGS - ItemFlags::GENERATED) | ItemFlags::FOLDER;
        DriverItem::new_child(&root, flags, "Flatbed", category, None).unwrap();
        let feeder = category == WIA_CATEGORY_FEEDER;
        Flatbed {
            root,
            rules: ScannerRules {
                resolutions: items::Resolutions::List(vec![100, 200]),
                default_resolution: 100,
                brightness_contrast: true,
                formats: vec![
                    FormatRule::bmp(),
                    FormatRule::raw(),
                    FormatRule::tiff(&[Compression::None]),
                ],
                feeder: feeder.then(FeederRules::simplex),
                orientations: feeder
                    .then_some(Orientation::Portrait)
                    .into_iter()
                    .collect(),
                page_sizes: feeder.then_some(WIA_PAGE_CUSTOM).into_iter().collect(),
                ..ScannerRules::new((3000, 4000))
            },
            segmentation: Some(WIA_USE_SEGMENTATION_FILTER),
            filter: false,
            own_segmentation: false,
            fails: false,
            scans: Mutex::default(),
        }
    }

    pub(crate) fn scans(&self) -> usize {
        self.scans.lock().unwrap().len()
    }
}

/// A page of these pixels.
pub(crate) fn document(format: DocumentFormat, rows: &[Vec<u8>]) -> Vec<u8> {
    let layout = PageLayout {
        width: rows[0].len() as u32,
        height: Some(rows.len() as u32),
        pixel: PixelType::Gray8,
        x_dpi: 100,
        y_dpi: 100,
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    let sink = Box::new(file.reopen().unwrap());
    let mut writer = open_writer(format, sink, &WriterOptions::default()).unwrap();
    writer.begin_page(&layout).unwrap();
    for row in rows {
        let band = Band::new(row, row.len(), row.len()).unwrap();
        writer.rows(band).unwrap();
    }
    writer.end_page().unwrap();
    writer.finish().unwrap();
    drop(writer);
    std::fs::read(file.path()).unwrap()
}

/// The glass: light, with dark things that are not quite even.
pub(crate) fn glass() -> Vec<Vec<u8>> {
    let rows = 0..HEIGHT as i32;
    rows.map(|y| {
        let row = 0..WIDTH as i32;
        row.map(|x| {
            let on =
                |t: &[i32; 4]| (t[0]..t[0] + t[2]).contains(&x) && (t[1]..t[1] + t[3]).contains(&y);
            match THINGS.iter().any(on) {
                true => 60 + ((x * 7 + y * 3) % 40) as u8,
                false => 230,
            }
        })
        .collect()
    })
    .collect()
}

pub(crate) fn cut(rows: &[Vec<u8>], [x, y, width, height]: [i32; 4]) -> Vec<Vec<u8>> {
    let rows = rows[y as usize..(y + height) as usize].iter();
    rows.map(|row| row[x as usize..(x + width) as usize].to_vec())
        .collect()
}

pub(crate) fn brighter(mut rows: Vec<Vec<u8>>, by: i32) -> Vec<Vec<u8>> {
    let point = PointOperation::new(by, 0, PixelType::Gray8);
    rows.iter_mut().for_each(|row| point.apply(row));
    rows
}

impl Minidriver for Flatbed {
    fn initialize(&self, _: &str) -> Result<DriverItem> {
        Ok(self.root.clone())
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        if item.flags().contains(ItemFlags::ROOT) {
            items::declare_root(item, &RootInfo::default());
            return Ok(());
        }
        items::declare_scanner_item(item, &self.rules)?;
        if let Some(value) = self.segmentation {
            let info = PropertyInfo {
                access: Access::READ,
                valid: ValidValues::None,
            };
            item.declare(WIA_IPS_SEGMENTATION, value, info);
        }
        Ok(())
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        items::validate_scanner_item(item, changed, &self.rules)
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        _: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        let preview = item.opt_i32(WIA_IPS_PREVIEW).unwrap_or(0);
        self.scans.lock().unwrap().push(preview);
        let callback = context.callback.clone().unwrap();
        let area = RECTANGLE.map(|id| item.read_i32(id).unwrap());
        let format = DocumentFormat::from_wia_format(context.format).unwrap();
        let bytes = document(format, &cut(&glass(), area));
        let NextStream::Stream(mut stream) =
            callback.get_next_stream(item.name(), item.full_name())?
        else {
            return Ok(Status::Cancelled);
        };
        stream.seek(SeekFrom::End(0))?;
        for piece in bytes.chunks(1000) {
            write_all(stream.as_mut(), piece)?;
        }
        drop(stream);
        if self.fails {
            return Err(Error::new(ErrorKind::CoverOpen, ""));
        }
        match callback.send_message(&TransferParams::status(100, bytes.len() as u64))? {
            Answer::Continue => Ok(Status::Ok),
            Answer::Cancel => Ok(Status::Cancelled),
        }
    }

    fn wia_format_info(&self, _: &AppItem) -> Result<Vec<FormatInfo>> {
        let pairs = self.rules.format_pairs().into_iter();
        Ok(pairs
            .map(|(format, tymed)| FormatInfo { format, tymed })
            .collect())
    }

    fn delete_item(&self, _: &AppItem) -> Result<()> {
        Ok(())
    }

    fn notify_pnp_event(&self, _: Guid) {}

    fn image_filter(&self) -> Option<Arc<dyn ImageFilter>> {
        self.filter.then(by_property)
    }

    fn segmentation_filter(&self) -> Option<Arc<dyn SegmentationFilter>> {
        self.own_segmentation
            .then(|| Arc::new(Corner) as Arc<dyn SegmentationFilter>)
    }
}

/// Brightness as the item's property says.
pub(crate) fn by_property() -> Arc<dyn ImageFilter> {
    Arc::new(Filters::new(vec![Box::new(Brightness(None))]))
}

/// Always finds the same, and shows where the stream stood.
struct Corner;

impl SegmentationFilter for Corner {
    fn detect_regions(&self, preview: &mut dyn Stream, item: &dyn SegmentedItem) -> Result<()> {
        assert_eq!(preview.seek(SeekFrom::Current(0))?, 0, "it is rewound");
        let copy = CreationFlags::COPY_PARENT_PROPERTY_VALUES;
        let child = item.create_child(REGION_FLAGS, copy, "Corner")?;
        let values = RECTANGLE.into_iter().zip([0, 0, 10, 10].map(Into::into));
        item.write(&child, &values.collect::<Vec<_>>())
    }
}

/// The application: one stream, and what it is told.
#[derive(Default)]
pub(crate) struct App {
    stream: Arc<Mutex<Cursor<Vec<u8>>>>,
    pub(crate) asked: Mutex<Vec<String>>,
    pub(crate) told: Mutex<Vec<TransferMessage>>,
}

struct Memory(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Stream for Memory {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        std::io::Write::write_all(&mut *self.0.lock().unwrap(), data).unwrap();
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        Ok(std::io::Seek::seek(&mut *self.0.lock().unwrap(), to).unwrap())
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.0.lock().unwrap().get_mut().resize(size as usize, 0);
        Ok(())
    }
}

impl TransferCallback for App {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.told.lock().unwrap().push(params.message);
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, full_item_name: &str) -> Result<NextStream> {
        self.asked.lock().unwrap().push(full_item_name.to_owned());
        let stream = Memory(Arc::clone(&self.stream));
        Ok(NextStream::Stream(Box::new(stream)))
    }
}

impl App {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.stream.lock().unwrap().get_ref().clone()
    }
}

pub(crate) struct Rig {
    pub(crate) driver: Arc<Flatbed>,
    pub(crate) device: Arc<dyn Device>,
    pub(crate) flatbed: Arc<dyn Item>,
    pub(crate) preview: Arc<dyn Preview>,
}

impl Rig {
    pub(crate) fn with(driver: Flatbed, filter: Option<Arc<dyn ImageFilter>>) -> Rig {
        let driver = Arc::new(driver);
        let id = format!("preview {:p}", Arc::as_ptr(&driver));
        let service = Service::new(driver.clone(), &id, DeviceOptions::default());
        let device = service.connect().unwrap();
        let flatbed = device.root().children().remove(0);
        let grey = DataType::Grayscale.value();
        flatbed.write(&[(WIA_IPA_DATATYPE, grey.into())]).unwrap();
        let preview = flatbed.preview(filter).unwrap();
        let rig = Rig {
            driver,
            device,
            flatbed,
            preview,
        };
        rig.set(&[(WIA_IPA_FORMAT, WIA_IMG_FMT_RAW.into())]);
        rig
    }

    pub(crate) fn new() -> Rig {
        Rig::with(Flatbed::new(), Some(by_property()))
    }

    pub(crate) fn set(&self, values: &[(PropertyId, PropertyValue)]) {
        self.flatbed.write(values).unwrap();
    }

    pub(crate) fn look(&self) -> Vec<u8> {
        let app = Arc::new(App::default());
        let status = self.preview.get_new_preview(app.clone()).unwrap();
        assert_eq!(status, Status::Ok);
        app.bytes()
    }

    pub(crate) fn update(&self, item: &dyn Item) -> Vec<u8> {
        let app = Arc::new(App::default());
        let flags = UpdateFlags::empty();
        let status = self.preview.update_preview(item, flags, app.clone());
        assert_eq!(status.unwrap(), Status::Ok);
        assert_eq!(*app.asked.lock().unwrap(), [item.full_name()]);
        let told = app.told.lock().unwrap();
        let end = [TransferMessage::EndOfStream, TransferMessage::EndOfTransfer];
        assert!(told.ends_with(&end), "{told:?}");
        let count = |m| told.iter().filter(|told| **told == m).count();
        assert_eq!(end.map(count), [1, 1]);
        app.bytes()
    }

    pub(crate) fn refused(&self, item: &dyn Item, flags: UpdateFlags) -> Error {
        let app = Arc::new(App::default());
        let e = self.preview.update_preview(item, flags, app.clone());
        assert!(app.asked.lock().unwrap().is_empty());
        e.unwrap_err()
    }

    pub(crate) fn child(&self, name: &str, area: [i32; 4]) -> Arc<dyn Item> {
        let copy = CreationFlags::COPY_PARENT_PROPERTY_VALUES;
        let child = self.flatbed.create_child(REGION_FLAGS, copy, name).unwrap();
        let values = RECTANGLE.into_iter().zip(area.map(Into::into));
        child.write(&values.collect::<Vec<_>>()).unwrap();
        child
    }

    pub(crate) fn regions(&self) -> Vec<(String, [i32; 4])> {
        let found = self.preview.detect_regions().unwrap();
        found.iter().map(|item| (item.name(), area(item))).collect()
    }
}

pub(crate) fn number(item: &Arc<dyn Item>, id: PropertyId) -> i32 {
    item.read(&[id]).unwrap()[0]
        .as_ref()
        .unwrap()
        .as_i32()
        .unwrap()
}

pub(crate) fn area(item: &Arc<dyn Item>) -> [i32; 4] {
    RECTANGLE.map(|id| number(item, id))
}

pub(crate) fn found() -> Vec<(String, [i32; 4])> {
    let names = ["Region1", "Region2"].map(str::to_owned);
    names.into_iter().zip(THINGS).collect()
}
