//! From settings to a plan: all that can be checked before paper moves.

pub(crate) mod append;
mod geometry;
pub(crate) mod output;
mod set;
mod wishes;

use std::sync::Arc;

use formats::DocumentFormat;
use raster::PixelType;
use service::{Device, Item, Preview};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FILM, WIA_CATEGORY_FLATBED};
use wia::constant::{
    WIA_DATA_COLOR, WIA_DATA_GRAYSCALE, WIA_DATA_RAW_RGB, WIA_DATA_THRESHOLD, WIA_PAGE_AUTO,
};
use wia::format::{
    WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_PNG, WIA_IMG_FMT_RAW,
    WIA_IMG_FMT_TIFF,
};
use wia::property::{
    WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES, WIA_DPS_DOCUMENT_HANDLING_STATUS, WIA_IPA_DATATYPE,
    WIA_IPA_DEPTH, WIA_IPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_PAGE_SIZE, WIA_IPS_PAGES,
    WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{
    DocumentHandlingCapabilities, DocumentHandlingSelect, DocumentHandlingStatus, Error, Guid,
    PropertyId, Result, Tymed,
};

use crate::filtering::{self, FilterSetting};
use crate::in_order::stdout_keeps_nothing;
use crate::naming::Place;
use crate::report::Sides;
use crate::settings::{Compression, Mode, Settings, Source, TransferMode};
pub(crate) use geometry::bed_mm;
use wishes::Wishes;

/// How the pages travel from the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferKind {
    /// One stream that is the document (`TYMED_MULTIPAGE_FILE`, TIFF): the page writer makes it.
    MultipageTiff,
    /// One RAW stream a page (`TYMED_FILE`): the document is made here.
    RawPerPage,
    /// One stream a page (`TYMED_FILE`) in this format: JPEG that goes into the document as it is, or an
    /// image that is read here, of a device without RAW.
    EncodedPerPage(Guid),
}

impl TransferKind {
    /// The `WIA_IPA_TYMED` of this kind.
    pub(crate) const fn tymed(self, mode: TransferMode) -> Tymed {
        match (self, mode) {
            (TransferKind::MultipageTiff, TransferMode::Memory) => Tymed::MultipageCallback,
            (TransferKind::MultipageTiff, _) => Tymed::MultipageFile,
            (_, TransferMode::Memory) => Tymed::Callback,
            (_, _) => Tymed::File,
        }
    }
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
    /// How the data comes from the device.
    pub mode: TransferMode,
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
    /// Pages of the document that is there, to which these are added; `None` for a new document.
    pub before: Option<u32>,
    /// Whether the name of a file under construction can be made durable, as its pages are. It cannot in a
    /// folder that may be written and not read, and on some file systems.
    pub name_is_durable: bool,
    /// Image filters, in order.
    pub filters: Vec<FilterSetting>,
    /// What the device makes of values that it does not take as they are.
    pub changes: Vec<Change>,
    pub(crate) item: Arc<dyn Item>,
    pub(crate) root: Arc<dyn Item>,
    pub(crate) place: Place,
    pub(crate) quality: u8,
    pub(crate) date: Option<i64>,
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) sides: Sides,
    /// Transfers, one after the other; more than one on a flatbed only.
    pub(crate) scans: u32,
    /// A transfer for each side of the feeder's sheets, for a file holds one image.
    pub(crate) side_by_side: bool,
    /// What scans in the place of a transfer of the item's own.
    pub(crate) preview: Option<Arc<dyn Preview>>,
}

impl Plan {
    /// The preview component of a plan that was made by [`plan_preview`](crate::plan_preview).
    pub fn preview(&self) -> Option<Arc<dyn Preview>> {
        self.preview.clone()
    }
}

/// Makes a plan: chooses item, format and transfer, writes the properties of this application's own
/// item tree, and checks all that can be checked. Nothing is scanned and no file is made.
///
/// # Errors
///
/// `InvalidArgument` naming the setting or property, its value and what is valid; `NotImplemented`
/// for what this version does not have; `OutputInUse`, `WriteFault` and others for an output that
/// cannot be written.
pub fn plan(device: &Arc<dyn Device>, settings: &Settings) -> Result<Plan> {
    plan_of(device, settings, true)
}

/// The same; what JPEG data `passes` needs no other look.
pub(crate) fn plan_of(device: &Arc<dyn Device>, settings: &Settings, passes: bool) -> Result<Plan> {
    let root = device.root();
    output::check_quality(settings.quality)?;
    let place = Place::of(&settings.output)?;
    let existing = append::existing(settings.append, settings.format, &place)?;
    let format = match existing {
        Some((format, _)) => format,
        None => output::format(settings.format, &settings.output)?,
    };
    append::check_format(settings.append, format)?;
    let pixel = pixel_of(settings)?;
    let compression = output::compression(settings, format, pixel)?;
    let item = choose_item(&root, settings.source)?;
    let on_flatbed = item.category() != WIA_CATEGORY_FEEDER;
    let scans = match settings.pages {
        Some(n) if on_flatbed => n.max(1),
        _ => 1,
    };
    let mode = settings.transfer;
    let whole = scans == 1 && settings.filters.is_empty() && existing.is_none();
    // Strips of a TIFF have their colour in full, which devices do not do.
    let passes = passes && settings.filters.is_empty() && format != DocumentFormat::Tiff;
    let document = (format, compression);
    let transfer = choose_transfer(item.as_ref(), mode, document, &place, whole, passes)?;

    let mut wishes = Wishes::new(item.as_ref(), root.as_ref());
    wishes.transfer(transfer, mode, compression)?;
    wishes.pixels(settings.mode, pixel)?;
    let resolution = i32::try_from(settings.resolution).unwrap_or(i32::MAX);
    wishes.write(&[
        (WIA_IPS_XRES, resolution.into()),
        (WIA_IPS_YRES, resolution.into()),
    ])?;
    geometry::write(&mut wishes, settings)?;
    if !on_flatbed {
        wishes.feeder(settings)?;
    }
    set::write(&mut wishes, root.as_ref(), &settings.set)?;
    wishes.check_needed()?;
    let changes = wishes.changes()?;
    let filters = filtering::take_values(&settings.filters, item.as_ref())?;

    let number = |id: PropertyId| read_i32(item.as_ref(), id);
    let pixel = pixel_from(
        number(WIA_IPA_DATATYPE)?.unwrap_or(WIA_DATA_COLOR),
        number(WIA_IPA_DEPTH)?.unwrap_or(24),
    )?;
    output::check_pixels(format, compression, pixel)?;
    filtering::check(&filters, pixel)?;
    let (mut width, mut height) = geometry::extents(item.as_ref())?;
    let unsigned = |v: Option<i32>| v.and_then(|v| u32::try_from(v).ok()).unwrap_or(0);
    let mut x_dpi = unsigned(number(WIA_IPS_XRES)?);
    let mut y_dpi = unsigned(number(WIA_IPS_YRES)?);
    if filtering::swap_sides(&filters) {
        (width, height) = (height, width);
        (x_dpi, y_dpi) = (y_dpi, x_dpi);
    }
    output::check_size(format, compression, pixel, width, height)?;
    let bytes_per_page = (pixel.row_bytes(width) as u64).saturating_mul(height.into());
    // A property that was set by name has had the last word.
    let page_auto = number(WIA_IPS_PAGE_SIZE)? == Some(WIA_PAGE_AUTO);
    let sides = match number(WIA_IPS_DOCUMENT_HANDLING_SELECT)? {
        Some(bits) if !on_flatbed => Sides::of(DocumentHandlingSelect::from_bits_retain(bits)),
        _ => Sides::Front,
    };
    let pages = if on_flatbed {
        Some(scans)
    } else {
        Some(unsigned(number(WIA_IPS_PAGES)?)).filter(|n| *n > 0)
    };
    let side_by_side =
        mode == TransferMode::File && transfer != TransferKind::MultipageTiff && !on_flatbed;
    if side_by_side {
        item.write(&[(WIA_IPS_PAGES, 1.into())])?;
    }
    output::check_page_count(format, &place, pages)?;
    output::check_free(&place, pages)?;
    let exact = compression == Compression::None && !page_auto;
    Ok(Plan {
        item_name: item.full_name(),
        format,
        compression,
        transfer,
        mode,
        width,
        height,
        pixel,
        x_dpi,
        y_dpi,
        pages,
        page_auto,
        bytes_per_page,
        document_bytes: pages
            .filter(|_| exact)
            .and_then(|n| bytes_per_page.checked_mul(u64::from(n))),
        before: existing.map(|(_, pages)| pages),
        name_is_durable: output::name_is_durable(&place),
        filters,
        changes,
        place,
        quality: settings.quality,
        date: settings.date,
        title: settings.title.clone(),
        author: settings.author.clone(),
        sides,
        scans,
        side_by_side,
        preview: None,
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

pub(crate) fn choose_item(root: &Arc<dyn Item>, source: Source) -> Result<Arc<dyn Item>> {
    let children = root.children();
    let find = |category: Guid| children.iter().find(|i| i.category() == category).cloned();
    let missing = |what: &str| Error::invalid(format!("source {what}: the device has none"));
    match source {
        Source::Flatbed => find(WIA_CATEGORY_FLATBED).ok_or_else(|| missing("flatbed")),
        Source::Feeder => find(WIA_CATEGORY_FEEDER).ok_or_else(|| missing("feeder")),
        Source::Duplex => find(WIA_CATEGORY_FEEDER).ok_or_else(|| missing("duplex")),
        Source::Film => find(WIA_CATEGORY_FILM).ok_or_else(|| missing("film")),
        Source::Auto => {
            let number = |id| Ok(read_i32(root.as_ref(), id)?.unwrap_or(0));
            let status = number(WIA_DPS_DOCUMENT_HANDLING_STATUS)?;
            let capabilities = number(WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES)?;
            // Without a sensor it is ready as long as nobody knows better.
            let loaded = DocumentHandlingStatus::from_bits_retain(status)
                .contains(DocumentHandlingStatus::FEED_READY)
                && DocumentHandlingCapabilities::from_bits_retain(capabilities)
                    .contains(DocumentHandlingCapabilities::DETECT_FEED);
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

/// A TIFF in a compression that WIA knows is made by the page writer, if the device can and the `whole`
/// document comes from one transfer as it is; everything else is made here: of JPEG where it `passes` and the
/// device has it, else of RAW, else of whatever can be read.
fn choose_transfer(
    item: &dyn Item,
    mode: TransferMode,
    (format, compression): (DocumentFormat, Compression),
    place: &Place,
    whole: bool,
    passes: bool,
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
    // The page writer goes back in what it has written.
    let seeks = match place {
        Place::File(_) | Place::Null(_) => true,
        Place::Stdout => stdout_keeps_nothing(),
        Place::Files(_) | Place::Pipe(_) => false,
    };
    let one_document = whole && seeks;
    if format == DocumentFormat::Tiff
        && known
        && one_document
        && offers(WIA_IMG_FMT_TIFF, TransferKind::MultipageTiff.tymed(mode))
    {
        return Ok(TransferKind::MultipageTiff);
    }
    let tymed = TransferKind::RawPerPage.tymed(mode);
    if compression == Compression::Jpeg && passes && offers(WIA_IMG_FMT_JPEG, tymed) {
        return Ok(TransferKind::EncodedPerPage(WIA_IMG_FMT_JPEG));
    }
    if offers(WIA_IMG_FMT_RAW, tymed) {
        return Ok(TransferKind::RawPerPage);
    }
    // Only bands are given the file header that these lack.
    let bare = (mode == TransferMode::Memory).then_some(WIA_IMG_FMT_MEMORYBMP);
    [
        WIA_IMG_FMT_TIFF,
        WIA_IMG_FMT_BMP,
        WIA_IMG_FMT_PNG,
        WIA_IMG_FMT_JPEG,
    ]
    .into_iter()
    .chain(bare)
    .find(|format| offers(*format, tymed))
    .map(TransferKind::EncodedPerPage)
    .ok_or_else(|| {
        Error::invalid(format!(
            "WIA_IPA_FORMAT: the device offers neither RAW, TIFF, BMP, PNG nor JPEG with {}",
            tymed.name()
        ))
    })
}

/// An integer property; `None` when the item does not have it.
pub(crate) fn read_i32(item: &dyn Item, id: PropertyId) -> Result<Option<i32>> {
    let values = item.read(&[id])?;
    Ok(values.into_iter().next().flatten().and_then(|v| v.as_i32()))
}
