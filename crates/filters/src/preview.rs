//! A preview that is kept, cut and filtered (`IWiaImageFilter::FilterPreviewImage`).

use std::io::SeekFrom;

use items::AppItem;
use raster::{Area, Band, pack};
use transfer::{Answer, NextStream, Stream, TransferParams};
use wia::property::{WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_YEXTENT, WIA_IPS_YPOS};
use wia::{Error, ErrorKind, ItemFlags, PropertyId, Result};

use crate::document::Below;
use crate::image_filter::{Filters, is_stored, kind};
use crate::rows::{Page, RowFilter, RowSink};
use crate::stream::Job;

/// What the image is read in.
const CHUNK: usize = 64 * 1024;

pub(crate) fn filter(
    filters: &Filters,
    child: &AppItem,
    extents: Area,
    input: &mut dyn Stream,
) -> Result<Answer> {
    let callback = filters.callback()?;
    let name = child.full_name();
    // A flatbed with regions has FOLDER, too.
    if child.flags().contains(ItemFlags::ROOT) || is_stored(child) {
        return Err(Error::invalid(format!("{name}: no item of a preview")));
    }
    let area = area(child, extents)?;
    let stream = match callback.get_next_stream(child.name(), name)? {
        NextStream::Stream(stream) => stream,
        NextStream::Cancel => return Ok(Answer::Cancel),
        NextStream::SkipItem => return Ok(Answer::Continue),
        NextStream::Missing | NextStream::Other(..) => {
            return Err(Error::new(
                ErrorKind::Unexpected,
                "no stream for the preview",
            ));
        }
    };
    let Some(kind) = kind(child) else {
        return Err(unsupported(name));
    };
    let mut steps: Vec<Box<dyn RowFilter>> = vec![Box::new(Cut {
        area,
        from: 0,
        row: 0,
        page: None,
        piece: Vec::new(),
    })];
    steps.extend(filters.for_item(child)?);
    let mut job = Job::new(steps, kind, child, Below::new(stream)?, false)?;
    let size = input.size().unwrap_or(0);
    input.seek(SeekFrom::Start(0))?;
    let mut chunk = vec![0; CHUNK];
    let mut at = 0_u64;
    loop {
        let percent = at
            .saturating_mul(100)
            .checked_div(size)
            .unwrap_or(0)
            .min(99);
        let status = TransferParams::status(percent as i32, job.bytes());
        if callback.transfer_callback(&status)? == Answer::Cancel {
            return Ok(Answer::Cancel);
        }
        let read = input.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        job.write(at, bytes)?;
        at += read as u64;
    }
    job.finish()?;
    if job.is_untouched() {
        return Err(unsupported(name));
    }
    let bytes = job.bytes();
    job.release();
    callback.transfer_callback(&TransferParams::status(100, bytes))
}

fn unsupported(name: &str) -> Error {
    Error::new(
        ErrorKind::InputUnsupported,
        format!("{name}: its preview cannot be cut in this format"),
    )
}

/// The child's rectangle in the image that shows `extents`.
fn area(child: &AppItem, extents: Area) -> Result<Area> {
    let read = |id: PropertyId| Ok::<u32, Error>(u32::try_from(child.read_i32(id)?).unwrap_or(0));
    let (x, y) = (read(WIA_IPS_XPOS)?, read(WIA_IPS_YPOS)?);
    let (width, height) = (read(WIA_IPS_XEXTENT)?, read(WIA_IPS_YEXTENT)?);
    let inside = |from: u32, size: u32, first: u32, total: u32| {
        let from = from.checked_sub(first)?;
        (size > 0 && from.checked_add(size)? <= total).then_some(from)
    };
    let x = inside(x, width, extents.x, extents.width);
    let y = inside(y, height, extents.y, extents.height);
    match (x, y) {
        (Some(x), Some(y)) => Ok(Area::new(x, y, width, height)),
        _ => Err(Error::invalid(format!(
            "{}: its rectangle does not lie in the preview of {} x {} pixels",
            child.full_name(),
            extents.width,
            extents.height
        ))),
    }
}

/// Cuts a rectangle out of a page.
struct Cut {
    area: Area,
    /// The first row that is kept, in the page's own order.
    from: u32,
    row: u32,
    page: Option<Page>,
    piece: Vec<u8>,
}

impl RowFilter for Cut {
    fn begin(&mut self, page: &Page, out: &mut dyn RowSink) -> Result<()> {
        let old = page.layout;
        let (right, bottom) = (
            self.area.x + self.area.width,
            self.area.y + self.area.height,
        );
        let height = old.height.unwrap_or(0);
        if right > old.width || bottom > height {
            return Err(Error::invalid(format!(
                "the rectangle does not lie in the image of {} x {height} pixels",
                old.width
            )));
        }
        self.from = match page.bottom_up {
            true => height - bottom,
            false => self.area.y,
        };
        self.row = 0;
        let mut page = *page;
        page.layout.width = self.area.width;
        page.layout.height = Some(self.area.height);
        self.page = Some(page);
        out.begin(&page)
    }

    fn rows(&mut self, band: Band<'_>, out: &mut dyn RowSink) -> Result<()> {
        let Some(page) = self.page else {
            return Ok(());
        };
        let layout = page.layout;
        for row in band.iter() {
            let kept = (self.from..self.from + self.area.height).contains(&self.row);
            self.row += 1;
            if !kept {
                continue;
            }
            self.piece.clear();
            self.piece.resize(layout.row_bytes(), 0);
            pack::crop_row(
                layout.pixel,
                row,
                self.area.x as usize,
                &mut self.piece,
                layout.width,
            );
            let row = layout.row_bytes();
            if let Some(band) = Band::new(&self.piece, row, row) {
                out.rows(band)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn RowSink) -> Result<()> {
        out.end()
    }
}
