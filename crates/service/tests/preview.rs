//! The preview component: one scan, any number of looks, and the regions.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::io::{Cursor, SeekFrom};
use std::sync::{Arc, Mutex};

use filters::{Brightness, Filters};
use formats::{DocumentFormat, WriterOptions, open_writer};
use items::{AppItem, DriverItem, FormatRule, RootInfo, ScannerRules};
use minidriver::{FormatInfo, Minidriver};
use quire_service::{
    Answer, CreationFlags, Device, DeviceOptions, ImageFilter, Item, NextStream, Preview, Service,
    Stream, TransferCallback, TransferParams, UpdateFlags, write_all,
};
use raster::{Band, PageLayout, PixelType, PointOperation};
use transfer::{REGION_FLAGS, SegmentationFilter, SegmentedItem, TransferContext};
use wia::category::{WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::constant::{
    WIA_DONT_USE_SEGMENTATION_FILTER, WIA_PREVIEW_SCAN, WIA_USE_SEGMENTATION_FILTER,
};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_RAW};
use wia::property::{
    WIA_IPA_DATATYPE, WIA_IPA_FORMAT, WIA_IPS_BRIGHTNESS, WIA_IPS_PREVIEW, WIA_IPS_SEGMENTATION,
    WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_XRES, WIA_IPS_YEXTENT, WIA_IPS_YPOS,
};
use wia::{
    Access, Compression, DataType, Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyInfo,
    PropertyValue, Result, Status, TransferFlags, TransferMessage, ValidValues,
};

const WIDTH: u32 = 300;
const HEIGHT: u32 = 400;
/// What lies on the glass: x, y, width, height.
const THINGS: [[i32; 4]; 2] = [[30, 40, 120, 90], [150, 250, 100, 120]];
const RECTANGLE: [PropertyId; 4] = [WIA_IPS_XPOS, WIA_IPS_YPOS, WIA_IPS_XEXTENT, WIA_IPS_YEXTENT];

/// A flatbed at 100 dpi, 3 by 4 inches, in grey.
struct Flatbed {
    root: DriverItem,
    rules: ScannerRules,
    segmentation: Option<i32>,
    filter: bool,
    own_segmentation: bool,
    fails: bool,
    /// `WIA_IPS_PREVIEW` at each scan.
    scans: Mutex<Vec<i32>>,
}

impl Flatbed {
    fn new() -> Flatbed {
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
        let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT).unwrap();
        let flags = (REGION_FLAGS - ItemFlags::GENERATED) | ItemFlags::FOLDER;
        DriverItem::new_child(&root, flags, "Flatbed", WIA_CATEGORY_FLATBED, None).unwrap();
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
                ..ScannerRules::new((3000, 4000))
            },
            segmentation: Some(WIA_USE_SEGMENTATION_FILTER),
            filter: false,
            own_segmentation: false,
            fails: false,
            scans: Mutex::default(),
        }
    }

    fn scans(&self) -> usize {
        self.scans.lock().unwrap().len()
    }
}

/// A page of these pixels.
fn document(format: DocumentFormat, rows: &[Vec<u8>]) -> Vec<u8> {
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
fn glass() -> Vec<Vec<u8>> {
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

fn cut(rows: &[Vec<u8>], [x, y, width, height]: [i32; 4]) -> Vec<Vec<u8>> {
    let rows = rows[y as usize..(y + height) as usize].iter();
    rows.map(|row| row[x as usize..(x + width) as usize].to_vec())
        .collect()
}

fn brighter(mut rows: Vec<Vec<u8>>, by: i32) -> Vec<Vec<u8>> {
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
        let preview = item.read_i32(WIA_IPS_PREVIEW)?;
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
fn by_property() -> Arc<dyn ImageFilter> {
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
struct App {
    stream: Arc<Mutex<Cursor<Vec<u8>>>>,
    asked: Mutex<Vec<String>>,
    told: Mutex<Vec<TransferMessage>>,
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
    fn bytes(&self) -> Vec<u8> {
        self.stream.lock().unwrap().get_ref().clone()
    }
}

struct Rig {
    driver: Arc<Flatbed>,
    _device: Arc<dyn Device>,
    flatbed: Arc<dyn Item>,
    preview: Arc<dyn Preview>,
}

impl Rig {
    fn with(driver: Flatbed, filter: Option<Arc<dyn ImageFilter>>) -> Rig {
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
            _device: device,
            flatbed,
            preview,
        };
        rig.set(&[(WIA_IPA_FORMAT, WIA_IMG_FMT_RAW.into())]);
        rig
    }

    fn new() -> Rig {
        Rig::with(Flatbed::new(), Some(by_property()))
    }

    fn set(&self, values: &[(PropertyId, PropertyValue)]) {
        self.flatbed.write(values).unwrap();
    }

    fn look(&self) -> Vec<u8> {
        let app = Arc::new(App::default());
        let status = self.preview.get_new_preview(app.clone()).unwrap();
        assert_eq!(status, Status::Ok);
        app.bytes()
    }

    fn update(&self, item: &dyn Item) -> Vec<u8> {
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

    fn refused(&self, item: &dyn Item, flags: UpdateFlags) -> Error {
        let app = Arc::new(App::default());
        let e = self.preview.update_preview(item, flags, app.clone());
        assert!(app.asked.lock().unwrap().is_empty());
        e.unwrap_err()
    }

    fn child(&self, name: &str, area: [i32; 4]) -> Arc<dyn Item> {
        let copy = CreationFlags::COPY_PARENT_PROPERTY_VALUES;
        let child = self.flatbed.create_child(REGION_FLAGS, copy, name).unwrap();
        let values = RECTANGLE.into_iter().zip(area.map(Into::into));
        child.write(&values.collect::<Vec<_>>()).unwrap();
        child
    }

    fn regions(&self) -> Vec<(String, [i32; 4])> {
        let found = self.preview.detect_regions().unwrap();
        found.iter().map(|item| (item.name(), area(item))).collect()
    }
}

fn number(item: &Arc<dyn Item>, id: PropertyId) -> i32 {
    item.read(&[id]).unwrap()[0]
        .as_ref()
        .unwrap()
        .as_i32()
        .unwrap()
}

fn area(item: &Arc<dyn Item>) -> [i32; 4] {
    RECTANGLE.map(|id| number(item, id))
}

fn found() -> Vec<(String, [i32; 4])> {
    let names = ["Region1", "Region2"].map(str::to_owned);
    names.into_iter().zip(THINGS).collect()
}

#[test]
fn a_driver_without_an_image_filter_has_no_preview() {
    let rig = Rig::with(Flatbed::new(), None);
    let e = rig.preview.get_new_preview(Arc::new(App::default()));
    assert_eq!(e.unwrap_err().kind(), ErrorKind::NotImplemented);
    assert_eq!(rig.driver.scans(), 0);
}

#[test]
fn the_application_gets_the_filtered_image_by_the_drivers_filter_or_its_own() {
    for own in [true, false] {
        let driver = Flatbed {
            filter: own,
            ..Flatbed::new()
        };
        let rig = Rig::with(driver, (!own).then(by_property));
        rig.set(&[(WIA_IPS_BRIGHTNESS, 200.into())]);
        let expected = document(DocumentFormat::Raw, &brighter(glass(), 200));
        assert!(rig.look() == expected);
    }
}

#[test]
fn an_update_never_scans_and_is_the_filter_run_over_the_cut() {
    for (id, format) in [
        (WIA_IMG_FMT_RAW, DocumentFormat::Raw),
        (WIA_IMG_FMT_BMP, DocumentFormat::Bmp),
        (wia::format::WIA_IMG_FMT_TIFF, DocumentFormat::Tiff),
    ] {
        let rig = Rig::new();
        rig.set(&[(WIA_IPA_FORMAT, id.into())]);
        rig.look();
        let area = [25, 35, 131, 77];
        let child = rig.child("One", area);
        for by in [0, 300, -450] {
            child.write(&[(WIA_IPS_BRIGHTNESS, by.into())]).unwrap();
            let expected = document(format, &brighter(cut(&glass(), area), by));
            assert!(rig.update(child.as_ref()) == expected, "{format:?} {by}");
        }
        // The whole bed is the item itself; what is kept is not filtered.
        rig.set(&[(WIA_IPS_BRIGHTNESS, 100.into())]);
        let expected = document(format, &brighter(glass(), 100));
        assert!(rig.update(rig.flatbed.as_ref()) == expected, "{format:?}");
        assert_eq!(rig.driver.scans(), 1);
    }
}

#[test]
fn an_update_of_a_preview_of_a_part_counts_from_its_corner() {
    let rig = Rig::new();
    let values = RECTANGLE
        .into_iter()
        .zip([20, 30, 200, 300].map(Into::into));
    rig.set(&values.collect::<Vec<_>>());
    rig.look();
    let child = rig.child("One", [40, 60, 50, 70]);
    let expected = document(DocumentFormat::Raw, &cut(&glass(), [40, 60, 50, 70]));
    assert!(rig.update(child.as_ref()) == expected);
    let outside = rig.child("Two", [0, 0, 50, 70]);
    let e = rig.preview.update_preview(
        outside.as_ref(),
        UpdateFlags::empty(),
        Arc::new(App::default()),
    );
    assert_eq!(e.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn preview_is_1_during_the_call_and_restored_unless_it_was_set() {
    let rig = Rig::new();
    rig.look();
    assert_eq!(number(&rig.flatbed, WIA_IPS_PREVIEW), 0);
    rig.set(&[(WIA_IPS_PREVIEW, WIA_PREVIEW_SCAN.into())]);
    rig.look();
    assert_eq!(number(&rig.flatbed, WIA_IPS_PREVIEW), WIA_PREVIEW_SCAN);
    assert_eq!(*rig.driver.scans.lock().unwrap(), [1, 1]);
    // A failure restores it, too, and leaves no preview.
    let driver = Flatbed {
        fails: true,
        ..Flatbed::new()
    };
    let rig = Rig::with(driver, Some(by_property()));
    let e = rig.preview.get_new_preview(Arc::new(App::default()));
    assert_eq!(e.unwrap_err().kind(), ErrorKind::CoverOpen);
    assert_eq!(number(&rig.flatbed, WIA_IPS_PREVIEW), 0);
    let e = rig.refused(rig.flatbed.as_ref(), UpdateFlags::empty());
    assert_eq!(e.kind(), ErrorKind::Unexpected);
}

#[test]
fn updates_and_regions_need_a_preview() {
    let rig = Rig::new();
    for cleared in [false, true] {
        if cleared {
            rig.look();
            rig.preview.clear();
        }
        let e = rig.refused(rig.flatbed.as_ref(), UpdateFlags::empty());
        assert_eq!(e.kind(), ErrorKind::Unexpected);
        let Err(e) = rig.preview.detect_regions() else {
            unreachable!("there is no preview");
        };
        assert_eq!(e.kind(), ErrorKind::Unexpected);
    }
}

#[test]
fn an_update_is_of_the_item_or_a_child_with_the_same_format_and_resolution() {
    let rig = Rig::new();
    rig.look();
    let child = rig.child("One", [0, 0, 50, 70]);
    let no = UpdateFlags::empty();
    for values in [
        [(WIA_IPA_FORMAT, WIA_IMG_FMT_BMP.into())],
        [(WIA_IPS_XRES, 200.into())],
    ] {
        let other = rig.child("Other", [0, 0, 50, 70]);
        other.write(&values).unwrap();
        let e = rig.refused(other.as_ref(), no);
        assert_eq!(e.kind(), ErrorKind::InvalidArgument);
        assert!(e.to_string().contains("WIA_IP"), "{e}");
        other.delete().unwrap();
    }
    let root = rig._device.root();
    let e = rig.refused(root.as_ref(), no);
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    rig.update(child.as_ref());
}

#[test]
fn the_original_image_comes_whole_for_an_item_with_its_rectangle_filtered() {
    let rig = Rig::new();
    rig.look();
    let flags = UpdateFlags::RETURN_ORIGINAL_IMAGE;
    let whole = rig.child("Whole", [0, 0, WIDTH as i32, HEIGHT as i32]);
    whole.write(&[(WIA_IPS_BRIGHTNESS, 250.into())]).unwrap();
    let app = Arc::new(App::default());
    let status = rig
        .preview
        .update_preview(whole.as_ref(), flags, app.clone());
    assert_eq!(status.unwrap(), Status::Ok);
    let expected = document(DocumentFormat::Raw, &brighter(glass(), 250));
    assert!(app.bytes() == expected);
    let end = [TransferMessage::EndOfStream, TransferMessage::EndOfTransfer];
    assert_eq!(*app.told.lock().unwrap(), end);
    let part = rig.child("Part", [0, 0, 50, 70]);
    let e = rig.refused(part.as_ref(), flags);
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn regions_become_children_and_those_of_an_earlier_run_go() {
    let rig = Rig::new();
    rig.look();
    let own = rig.child("Mine", [0, 0, 50, 70]);
    for _ in 0..2 {
        assert_eq!(rig.regions(), found());
        let children = rig.flatbed.children();
        let names: Vec<_> = children.iter().map(|item| item.name()).collect();
        assert_eq!(names, ["Mine", "Region1", "Region2"]);
    }
    let region = &rig.flatbed.children()[1];
    assert_eq!(region.flags(), REGION_FLAGS);
    assert_eq!(
        number(region, WIA_IPA_DATATYPE),
        DataType::Grayscale.value()
    );
    // A region can be looked at, and scanned.
    let expected = document(DocumentFormat::Raw, &cut(&glass(), THINGS[0]));
    assert!(rig.update(region.as_ref()) == expected);
    let app = Arc::new(App::default());
    let transfer = region.transfer().unwrap();
    let status = transfer.download(TransferFlags::empty(), app.clone());
    assert_eq!(status.unwrap(), Status::Ok);
    assert!(app.bytes() == expected);
    // The application may delete them itself.
    region.delete().unwrap();
    own.delete().unwrap();
    assert_eq!(rig.regions(), found());
}

#[test]
fn the_settings_of_the_preview_are_restored_before_regions_are_looked_for() {
    let rig = Rig::new();
    rig.set(&[(WIA_IPS_BRIGHTNESS, 50.into())]);
    rig.look();
    rig.set(&[(WIA_IPS_XRES, 200.into()), (WIA_IPS_BRIGHTNESS, 900.into())]);
    assert_eq!(rig.regions(), found());
    assert_eq!(number(&rig.flatbed, WIA_IPS_XRES), 100);
    assert_eq!(number(&rig.flatbed, WIA_IPS_BRIGHTNESS), 50);
}

#[test]
fn a_driver_may_bring_a_segmentation_filter_or_the_regions_themselves() {
    let driver = Flatbed {
        own_segmentation: true,
        ..Flatbed::new()
    };
    let rig = Rig::with(driver, Some(by_property()));
    rig.look();
    for _ in 0..2 {
        assert_eq!(rig.regions(), [("Corner".to_owned(), [0, 0, 10, 10])]);
    }
    let driver = Flatbed {
        segmentation: Some(WIA_DONT_USE_SEGMENTATION_FILTER),
        ..Flatbed::new()
    };
    let rig = Rig::with(driver, Some(by_property()));
    rig.look();
    rig.child("Frame", [0, 0, 50, 70]);
    assert_eq!(rig.regions(), [("Frame".to_owned(), [0, 0, 50, 70])]);
    let driver = Flatbed {
        segmentation: None,
        ..Flatbed::new()
    };
    let rig = Rig::with(driver, Some(by_property()));
    rig.look();
    let Err(e) = rig.preview.detect_regions() else {
        unreachable!("it has no regions");
    };
    assert_eq!(e.kind(), ErrorKind::NotImplemented);
}
