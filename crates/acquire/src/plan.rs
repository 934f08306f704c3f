//! From settings to a plan: all that can be checked before paper moves.

mod geometry;
mod output;
mod set;

use std::sync::Arc;

use formats::DocumentFormat;
use raster::PixelType;
use service::{Device, Item};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FILM, WIA_CATEGORY_FLATBED};
use wia::constant::{
    WIA_COMPRESSION_G4, WIA_COMPRESSION_JPEG, WIA_COMPRESSION_NONE, WIA_DATA_COLOR,
    WIA_DATA_GRAYSCALE, WIA_DATA_RAW_RGB, WIA_DATA_THRESHOLD,
};
use wia::format::{WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_DPS_DOCUMENT_HANDLING_STATUS, WIA_IPA_COMPRESSION, WIA_IPA_DATATYPE, WIA_IPA_DEPTH,
    WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_PAGES, WIA_IPS_XRES,
    WIA_IPS_YRES,
};
use wia::{
    DocumentHandlingSelect, DocumentHandlingStatus, Error, Guid, PropertyId, PropertyValue, Result,
    Tymed, ValidValues,
};

use crate::naming::Place;
use crate::settings::{Compression, Mode, Settings, Source};

/// How the pages travel from the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferKind {
    /// One stream that is the document (`TYMED_MULTIPAGE_FILE`, TIFF): the page writer makes it.
    MultipageTiff,
    /// One RAW stream a page (`TYMED_FILE`): the document is made here.
    RawPerPage,
}

/// A value that the device does not take as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The property's WIA name.
    pub property: String,
    /// What was asked for.
    pub wanted: String,
    /// What the device makes of it.
    pub used: String,
}

/// What will be scanned, checked and written into the item's properties.
pub struct Plan {
    /// Full name of the item, for example `0000\Root\Feeder`.
    pub item_name: String,
    /// The document's format.
    pub format: DocumentFormat,
    /// How its bytes are packed.
    pub compression: Compression,
    /// How the pages travel.
    pub transfer: TransferKind,
    /// Pixels of a row of a full page.
    pub width: u32,
    /// Rows of a full page; a sheet of its own size may have fewer.
    pub height: u32,
    /// What a pixel is.
    pub pixel: PixelType,
    /// Horizontal dots an inch.
    pub x_dpi: u32,
    /// Vertical dots an inch.
    pub y_dpi: u32,
    /// Sides to scan; `None` until the feeder is empty.
    pub pages: Option<u32>,
    /// Each sheet's own size is used where the device finds it.
    pub page_auto: bool,
    /// Bytes of a full page without compression.
    pub bytes_per_page: u64,
    /// Bytes of the document, when they are known in advance.
    pub document_bytes: Option<u64>,
    /// What the device makes of values that it does not take as they are.
    pub changes: Vec<Change>,
    pub(crate) item: Arc<dyn Item>,
    pub(crate) root: Arc<dyn Item>,
    pub(crate) place: Place,
    pub(crate) quality: u8,
    pub(crate) date: Option<i64>,
    pub(crate) duplex: bool,
    /// Transfers, one after the other; more than one on a flatbed only.
    pub(crate) scans: u32,
}

/// Makes a plan: chooses item, format and transfer, writes the properties of this application's own
/// item tree, and checks all that can be checked. Nothing is scanned and no file is made.
///
/// # Errors
///
/// `InvalidArgument` naming the setting or property, its value and what is valid; `NotImplemented`
/// for what this version does not have; `WriteFault` and others for an output that cannot be
/// written.
pub fn plan(device: &Arc<dyn Device>, settings: &Settings) -> Result<Plan> {
    let root = device.root();
    let format = output::format(settings)?;
    let pixel = pixel_of(settings)?;
    let compression = output::compression(settings, format, pixel)?;
    let place = Place::of(&settings.output)?;
    output::check_place(format, &place)?;
    let item = choose_item(&root, settings.source)?;
    let on_flatbed = item.category() != WIA_CATEGORY_FEEDER;
    let scans = match settings.pages {
        Some(n) if on_flatbed => n.max(1),
        _ => 1,
    };
    output::check_page_count(format, &place, on_flatbed, scans, settings.pages)?;
    let transfer = choose_transfer(item.as_ref(), format, compression, &place, scans)?;

    let mut wishes = Wishes::new(item.as_ref());
    wishes.transfer(transfer, compression)?;
    wishes.pixels(settings.mode, pixel)?;
    let resolution = i32::try_from(settings.resolution).unwrap_or(i32::MAX);
    wishes.write(&[
        (WIA_IPS_XRES, resolution.into()),
        (WIA_IPS_YRES, resolution.into()),
    ])?;
    let page_auto = geometry::write(&mut wishes, settings)?;
    if !on_flatbed {
        wishes.feeder(settings)?;
    }
    set::write(&mut wishes, root.as_ref(), &settings.set)?;
    let changes = wishes.changes()?;

    let number = |id: PropertyId| read_i32(item.as_ref(), id);
    let pixel = pixel_from(
        number(WIA_IPA_DATATYPE)?.unwrap_or(WIA_DATA_COLOR),
        number(WIA_IPA_DEPTH)?.unwrap_or(24),
    )?;
    output::check_pixels(format, compression, pixel)?;
    let (width, height) = geometry::extents(item.as_ref())?;
    let unsigned = |v: Option<i32>| v.and_then(|v| u32::try_from(v).ok()).unwrap_or(0);
    let bytes_per_page = pixel.row_bytes(width) as u64 * u64::from(height);
    let pages = if on_flatbed {
        Some(scans)
    } else {
        Some(unsigned(number(WIA_IPS_PAGES)?)).filter(|n| *n > 0)
    };
    let exact = compression == Compression::None && !page_auto;
    Ok(Plan {
        item_name: item.full_name(),
        format,
        compression,
        transfer,
        width,
        height,
        pixel,
        x_dpi: unsigned(number(WIA_IPS_XRES)?),
        y_dpi: unsigned(number(WIA_IPS_YRES)?),
        pages,
        page_auto,
        bytes_per_page,
        document_bytes: pages
            .filter(|_| exact)
            .map(|n| bytes_per_page * u64::from(n)),
        changes,
        place,
        quality: settings.quality,
        date: settings.date,
        duplex: settings.source == Source::Duplex,
        scans,
        item,
        root,
    })
}

/// What the settings ask a pixel to be.
fn pixel_of(settings: &Settings) -> Result<PixelType> {
    Ok(match (settings.mode, settings.depth) {
        (Mode::Color, None | Some(8)) => PixelType::Rgb8,
        (Mode::Color, Some(16)) => PixelType::Rgb16,
        (Mode::Gray, None | Some(8)) => PixelType::Gray8,
        (Mode::Gray, Some(16)) => PixelType::Gray16,
        (Mode::Bw, None | Some(1)) => PixelType::Bw1,
        (Mode::Bw, Some(depth)) => {
            return Err(Error::invalid(format!(
                "depth {depth} is not valid in mode bw; it has 1 bit"
            )));
        }
        (_, Some(depth)) => {
            return Err(Error::invalid(format!(
                "depth {depth} is not valid; valid: 8 16"
            )));
        }
    })
}

/// What the item's properties say a pixel is.
fn pixel_from(datatype: i32, depth: i32) -> Result<PixelType> {
    Ok(match (datatype, depth) {
        (WIA_DATA_THRESHOLD, 1) => PixelType::Bw1,
        (WIA_DATA_GRAYSCALE, 4) => PixelType::Gray4,
        (WIA_DATA_GRAYSCALE, 8) => PixelType::Gray8,
        (WIA_DATA_GRAYSCALE, 16) => PixelType::Gray16,
        (WIA_DATA_COLOR | WIA_DATA_RAW_RGB, 24) => PixelType::Rgb8,
        (WIA_DATA_COLOR | WIA_DATA_RAW_RGB, 48) => PixelType::Rgb16,
        _ => {
            return Err(Error::invalid(format!(
                "WIA_IPA_DATATYPE {datatype} with WIA_IPA_DEPTH {depth} cannot be stored"
            )));
        }
    })
}

fn choose_item(root: &Arc<dyn Item>, source: Source) -> Result<Arc<dyn Item>> {
    let children = root.children();
    let find = |category: Guid| children.iter().find(|i| i.category() == category).cloned();
    let missing = |what: &str| Error::invalid(format!("source {what}: the device has none"));
    match source {
        Source::Flatbed => find(WIA_CATEGORY_FLATBED).ok_or_else(|| missing("flatbed")),
        Source::Feeder => find(WIA_CATEGORY_FEEDER).ok_or_else(|| missing("feeder")),
        Source::Duplex => find(WIA_CATEGORY_FEEDER).ok_or_else(|| missing("duplex")),
        Source::Film => find(WIA_CATEGORY_FILM).ok_or_else(|| missing("film")),
        Source::Auto => {
            let status = read_i32(root.as_ref(), WIA_DPS_DOCUMENT_HANDLING_STATUS)?.unwrap_or(0);
            let loaded = DocumentHandlingStatus::from_bits_retain(status)
                .contains(DocumentHandlingStatus::FEED_READY);
            let (feeder, flatbed) = (find(WIA_CATEGORY_FEEDER), find(WIA_CATEGORY_FLATBED));
            match (feeder, flatbed) {
                (Some(feeder), _) if loaded => Ok(feeder),
                (_, Some(flatbed)) => Ok(flatbed),
                (Some(feeder), None) => Ok(feeder),
                (None, None) => {
                    find(WIA_CATEGORY_FILM).ok_or_else(|| missing("flatbed, feeder or film"))
                }
            }
        }
    }
}

/// A TIFF in a compression that WIA knows is made by the page writer, if the device can; everything
/// else is made here.
fn choose_transfer(
    item: &dyn Item,
    format: DocumentFormat,
    compression: Compression,
    place: &Place,
    scans: u32,
) -> Result<TransferKind> {
    let formats = item.formats()?;
    let offers = |format: Guid, tymed: Tymed| {
        formats
            .iter()
            .any(|f| f.format == format && f.tymed == tymed)
    };
    let known = matches!(
        compression,
        Compression::None | Compression::G4 | Compression::Jpeg
    );
    let one_document = scans == 1 && !matches!(place, Place::Files(_));
    if format == DocumentFormat::Tiff
        && known
        && one_document
        && offers(WIA_IMG_FMT_TIFF, Tymed::MultipageFile)
    {
        return Ok(TransferKind::MultipageTiff);
    }
    if offers(WIA_IMG_FMT_RAW, Tymed::File) {
        return Ok(TransferKind::RawPerPage);
    }
    Err(Error::invalid(
        "WIA_IPA_FORMAT: the device offers neither RAW nor the document's own format",
    ))
}

/// Property writes, remembered to see afterwards what became of them.
struct Wishes<'a> {
    item: &'a dyn Item,
    written: Vec<(PropertyId, PropertyValue)>,
}

impl<'a> Wishes<'a> {
    fn new(item: &'a dyn Item) -> Wishes<'a> {
        Wishes {
            item,
            written: Vec::new(),
        }
    }

    /// Writes values together, all or nothing.
    fn write(&mut self, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        self.item.write(values)?;
        for (id, value) in values {
            self.written.retain(|(old, _)| old != id);
            self.written.push((*id, value.clone()));
        }
        Ok(())
    }

    fn has(&self, id: PropertyId) -> bool {
        self.item.attributes(id).is_some()
    }

    /// Whether `value` is in the list of valid values.
    fn lists(&self, id: PropertyId, value: i32) -> bool {
        match self.item.attributes(id).map(|a| a.valid) {
            Some(ValidValues::List { values, .. }) => {
                values.iter().any(|v| v.as_i32() == Some(value))
            }
            _ => false,
        }
    }

    fn transfer(&mut self, kind: TransferKind, compression: Compression) -> Result<()> {
        let (format, tymed) = match kind {
            TransferKind::MultipageTiff => (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
            TransferKind::RawPerPage => (WIA_IMG_FMT_RAW, Tymed::File),
        };
        self.write(&[
            (WIA_IPA_TYMED, tymed.value().into()),
            (WIA_IPA_FORMAT, format.into()),
        ])?;
        let compression = match (kind, compression) {
            (TransferKind::MultipageTiff, Compression::G4) => WIA_COMPRESSION_G4,
            (TransferKind::MultipageTiff, Compression::Jpeg) => WIA_COMPRESSION_JPEG,
            _ => WIA_COMPRESSION_NONE,
        };
        if compression == WIA_COMPRESSION_NONE && !self.has(WIA_IPA_COMPRESSION) {
            return Ok(());
        }
        // Which compressions are valid may depend on the pixels, which come next: both together.
        self.written.push((WIA_IPA_COMPRESSION, compression.into()));
        Ok(())
    }

    fn pixels(&mut self, mode: Mode, pixel: PixelType) -> Result<()> {
        let datatype = match mode {
            Mode::Bw => WIA_DATA_THRESHOLD,
            Mode::Gray => WIA_DATA_GRAYSCALE,
            // RAW names its channels' order.
            Mode::Color if self.lists(WIA_IPA_DATATYPE, WIA_DATA_RAW_RGB) => WIA_DATA_RAW_RGB,
            Mode::Color => WIA_DATA_COLOR,
        };
        let depth = pixel.bits_per_pixel().cast_signed();
        let mut values = vec![
            (WIA_IPA_DATATYPE, PropertyValue::I4(datatype)),
            (WIA_IPA_DEPTH, PropertyValue::I4(depth)),
        ];
        let compression = self
            .written
            .iter()
            .find(|(id, _)| *id == WIA_IPA_COMPRESSION);
        values.extend(compression.cloned());
        self.write(&values)
    }

    fn feeder(&mut self, settings: &Settings) -> Result<()> {
        let select = match settings.source {
            Source::Duplex => DocumentHandlingSelect::DUPLEX,
            _ => DocumentHandlingSelect::FRONT_ONLY,
        };
        let mut values = Vec::new();
        if self.has(WIA_IPS_DOCUMENT_HANDLING_SELECT) || settings.source == Source::Duplex {
            values.push((
                WIA_IPS_DOCUMENT_HANDLING_SELECT,
                PropertyValue::I4(select.bits()),
            ));
        }
        let pages = i32::try_from(settings.pages.unwrap_or(0))
            .map_err(|_| Error::invalid("too many pages"))?;
        values.push((WIA_IPS_PAGES, PropertyValue::I4(pages)));
        self.write(&values)
    }

    /// The written properties that now have another value.
    fn changes(&self) -> Result<Vec<Change>> {
        let ids: Vec<_> = self.written.iter().map(|(id, _)| *id).collect();
        let used = self.item.read(&ids)?;
        let mut changes = Vec::new();
        for ((id, wanted), used) in self.written.iter().zip(used) {
            let same = match (&used, wanted) {
                (Some(used), wanted) => {
                    used == wanted || (used.as_i32().is_some() && used.as_i32() == wanted.as_i32())
                }
                (None, _) => false,
            };
            if !same {
                changes.push(Change {
                    property: self.item.property_name(*id),
                    wanted: wanted.to_string(),
                    used: used.map_or_else(|| "nothing".to_owned(), |v| v.to_string()),
                });
            }
        }
        Ok(changes)
    }
}

/// An integer property; `None` when the item does not have it.
fn read_i32(item: &dyn Item, id: PropertyId) -> Result<Option<i32>> {
    let values = item.read(&[id])?;
    Ok(values.into_iter().next().flatten().and_then(|v| v.as_i32()))
}
