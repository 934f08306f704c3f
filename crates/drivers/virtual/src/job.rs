//! What one transfer is asked for: an item's properties, read once.

use items::{AppItem, no_data};
use minidriver::pages::{PageFormat, page_format, pixel_type};
use raster::Area;
use raster::geometry::thousandths_to_pixels;
use transfer::TransferContext;
use wia::category::{
    WIA_CATEGORY_FEEDER, WIA_CATEGORY_FEEDER_BACK, WIA_CATEGORY_FEEDER_FRONT, WIA_CATEGORY_FLATBED,
};
use wia::constant::{WIA_PAGE_AUTO, WIA_PREVIEW_SCAN};
use wia::property::{
    WIA_IPS_BRIGHTNESS, WIA_IPS_CONTRAST, WIA_IPS_DOCUMENT_HANDLING_SELECT,
    WIA_IPS_MAX_HORIZONTAL_SIZE, WIA_IPS_MAX_VERTICAL_SIZE, WIA_IPS_PAGE_SIZE, WIA_IPS_PAGES,
    WIA_IPS_PREVIEW, WIA_IPS_THRESHOLD, WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_XRES,
    WIA_IPS_YEXTENT, WIA_IPS_YPOS, WIA_IPS_YRES,
};
use wia::{DocumentHandlingSelect, Error, Guid, Result, Tymed};

use crate::sheet::{ScanRequest, Side};

/// Where the paper is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Flatbed,
    Feeder,
}

impl Source {
    /// The source that an item stands for.
    pub(crate) fn of(category: Guid) -> Option<Source> {
        match category {
            WIA_CATEGORY_FLATBED => Some(Source::Flatbed),
            WIA_CATEGORY_FEEDER | WIA_CATEGORY_FEEDER_FRONT | WIA_CATEGORY_FEEDER_BACK => {
                Some(Source::Feeder)
            }
            _ => None,
        }
    }
}

/// Which sides of a sheet are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sides {
    Front,
    Back,
    Both,
}

/// Everything that a transfer needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) source: Source,
    pub(crate) sides: Sides,
    /// Sides to scan; `None` until the feeder is empty.
    pub(crate) pages: Option<u32>,
    pub(crate) format: PageFormat,
    /// Whether each side of a sheet takes a transfer of its own.
    pub(crate) side_by_side: bool,
    /// Whether the next scan of the glass sees the same sheet: after a preview, and after a region.
    pub(crate) sheet_stays: bool,
    /// Without an area where each sheet has its own size.
    area: Option<Area>,
    /// The pixels of the bed, which cuts off what is larger.
    bed: (u32, u32),
    /// The rest of each request.
    request: ScanRequest,
}

impl Job {
    /// Reads the settings of an item and the service's context.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` that names a property which makes no transfer.
    pub(crate) fn new(item: &AppItem, context: &TransferContext) -> Result<Job> {
        let source = Source::of(item.category()).ok_or_else(|| no_data(item))?;
        let pixel = pixel_type(item)?;
        let format = page_format(context, pixel)?;
        let area = match item.opt_i32(WIA_IPS_PAGE_SIZE) {
            Some(WIA_PAGE_AUTO) => None,
            _ => Some(Area::new(
                item.read_u32(WIA_IPS_XPOS)?,
                item.read_u32(WIA_IPS_YPOS)?,
                item.read_u32(WIA_IPS_XEXTENT)?,
                item.read_u32(WIA_IPS_YEXTENT)?,
            )),
        };
        let x_dpi = item.read_u32(WIA_IPS_XRES)?;
        let y_dpi = item.read_u32(WIA_IPS_YRES)?;
        let bed = (
            thousandths_to_pixels(item.read_u32(WIA_IPS_MAX_HORIZONTAL_SIZE)?, x_dpi).max(1),
            thousandths_to_pixels(item.read_u32(WIA_IPS_MAX_VERTICAL_SIZE)?, y_dpi).max(1),
        );
        let threshold = item.opt_i32(WIA_IPS_THRESHOLD).unwrap_or(128);
        let request = ScanRequest {
            x_dpi,
            y_dpi,
            area: area.unwrap_or_default(),
            pixel,
            threshold: u8::try_from(threshold.clamp(0, 255)).unwrap_or(128),
            brightness: item.opt_i32(WIA_IPS_BRIGHTNESS).unwrap_or(0),
            contrast: item.opt_i32(WIA_IPS_CONTRAST).unwrap_or(0),
        };
        let preview = item.opt_i32(WIA_IPS_PREVIEW) == Some(WIA_PREVIEW_SCAN);
        let region = { item.parent() }.is_some_and(|p| p.category() == item.category());
        let (sides, pages) = match source {
            Source::Flatbed => (Sides::Front, Some(1)),
            Source::Feeder => {
                let pages = item.read_u32(WIA_IPS_PAGES)?;
                (sides(item)?, Some(pages).filter(|n| *n > 0))
            }
        };
        Ok(Job {
            source,
            sides,
            pages,
            format,
            side_by_side: false,
            sheet_stays: preview || region,
            area,
            bed,
            request,
        })
    }

    /// The same for a transfer into a file or bands: a file of one image holds one page, so that a
    /// stack takes as many transfers as it has sides.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for more pages than the file can hold.
    pub(crate) fn for_one_file(mut self, context: &TransferContext) -> Result<Job> {
        if context.memory_transfer || context.tymed == Tymed::MultipageFile {
            return Ok(self);
        }
        if let Some(pages) = self.pages.filter(|pages| *pages > 1) {
            return Err(Error::invalid(format!(
                "WIA_IPS_PAGES: {pages} is not valid for a file of one image; valid: 0 1"
            )));
        }
        self.pages = Some(1);
        self.side_by_side = self.sides == Sides::Both;
        Ok(self)
    }

    /// One side of a sheet of which both are scanned, the front first.
    pub(crate) fn take_one_of_both(&mut self) {
        self.pages = Some(1);
        self.sides = Sides::Both;
        self.side_by_side = true;
    }

    /// What is to be seen of a side.
    ///
    /// # Errors
    ///
    /// When the side's image cannot be read.
    pub(crate) fn request(&self, side: &Side) -> Result<ScanRequest> {
        let (x_dpi, y_dpi) = (self.request.x_dpi, self.request.y_dpi);
        let area = match self.area {
            Some(area) => area,
            None => {
                let (width, height) = side.size()?.pixels(x_dpi, y_dpi);
                Area::of_size(width.min(self.bed.0), height.min(self.bed.1))
            }
        };
        Ok(ScanRequest {
            area,
            ..self.request
        })
    }
}

/// Which sides the feeder is asked for.
pub(crate) fn sides(item: &AppItem) -> Result<Sides> {
    let bits = item.opt_i32(WIA_IPS_DOCUMENT_HANDLING_SELECT).unwrap_or(0);
    let select = DocumentHandlingSelect::from_bits_retain(bits);
    let one = DocumentHandlingSelect::FRONT_ONLY | DocumentHandlingSelect::BACK_ONLY;
    match (
        select.contains(DocumentHandlingSelect::DUPLEX),
        select.intersection(one),
    ) {
        (true, alone) if alone.is_empty() => Ok(Sides::Both),
        (false, alone) if alone == DocumentHandlingSelect::BACK_ONLY => Ok(Sides::Back),
        (false, alone) if alone != one => Ok(Sides::Front),
        _ => Err(Error::invalid(format!(
            "WIA_IPS_DOCUMENT_HANDLING_SELECT: {bits:#x} is not valid; valid: one of FRONT_ONLY \
             0x20, BACK_ONLY 0x40, DUPLEX 0x4"
        ))),
    }
}
