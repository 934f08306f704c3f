//! The segmentation filter of this house.

mod picture;

use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use items::{AppItem, CreationFlags};
use raster::{Area, Band, Converter, PixelType};
use transfer::{REGION_FLAGS, SegmentationFilter, SegmentedItem, Stream};
use wia::property::{
    WIA_IPS_ROTATION, WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_YEXTENT, WIA_IPS_YPOS,
};
use wia::{Error, ErrorKind, Orientation, PropertyId, Result};

use crate::document::Below;
use crate::image_filter::kind;
use crate::rows::{Page, RowFilter, RowSink};
use crate::stream::{Job, lock};
use picture::Picture;

/// What the image is read in.
const CHUNK: usize = 64 * 1024;

/// Finds rectangles that are darker or lighter than the bed: photographs, cards, sheets that lie apart.
///
/// What is nearer than some 4 mm belongs together. What is smaller than 5 mm both ways is dust, and what is
/// thinner than 1 mm a line. Positions are as exact as the preview's pixels, up to 1024 of them across. Reads RAW, BMP, TIFF, JPEG and PNG.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rectangles;

impl SegmentationFilter for Rectangles {
    fn detect_regions(&self, preview: &mut dyn Stream, item: &dyn SegmentedItem) -> Result<()> {
        let parent = item.item();
        let picture = read(preview, parent)?;
        let read = |id: PropertyId| parent.read_i32(id).map(|v| u32::try_from(v).unwrap_or(0));
        let (x, y) = (read(WIA_IPS_XPOS)?, read(WIA_IPS_YPOS)?);
        let bed = Area::new(0, 0, read(WIA_IPS_XEXTENT)?, read(WIA_IPS_YEXTENT)?);
        let rotation = parent.opt_i32(WIA_IPS_ROTATION);
        let rotation = rotation.and_then(Orientation::from_value);
        let turned = rotation.map_or(item.turned(), |turn| turn.then(item.turned()));
        let regions = picture.regions().into_iter();
        let regions = regions
            .map(|region| turned_back(region, picture.size(), turned))
            .map(|region| region.intersection(&bed))
            .filter(|region| !region.is_empty());
        for region in regions {
            let name = free_name(parent);
            let copy = CreationFlags::COPY_PARENT_PROPERTY_VALUES;
            let child = item.create_child(REGION_FLAGS, copy, &name)?;
            let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
            item.write(
                &child,
                &[
                    (WIA_IPS_XPOS, number(x.saturating_add(region.x)).into()),
                    (WIA_IPS_YPOS, number(y.saturating_add(region.y)).into()),
                    (WIA_IPS_XEXTENT, number(region.width).into()),
                    (WIA_IPS_YEXTENT, number(region.height).into()),
                ],
            )?;
        }
        Ok(())
    }
}

/// The first of Region1, Region2, … that no child is called.
fn free_name(parent: &AppItem) -> String {
    let children = parent.children();
    let taken = |name: &str| children.iter().any(|child| child.name() == name);
    let mut number = 1_u32;
    loop {
        let name = format!("Region{number}");
        if !taken(&name) {
            return name;
        }
        number += 1;
    }
}

/// Where the region of an image that was turned lies in the image as the bed has it. `size` is that of
/// the turned image.
fn turned_back(region: Area, size: (u32, u32), turned: Orientation) -> Area {
    let Area {
        x,
        y,
        width,
        height,
    } = region;
    let (from_right, from_bottom) = (size.0 - x - width, size.1 - y - height);
    match turned {
        Orientation::Portrait => region,
        Orientation::Landscape => Area::new(from_bottom, x, height, width),
        Orientation::Rot180 => Area::new(from_right, from_bottom, width, height),
        Orientation::Rot270 => Area::new(y, from_right, height, width),
    }
}

/// Looks at the first image of a document.
fn read(preview: &mut dyn Stream, item: &AppItem) -> Result<Picture> {
    let unsupported = || {
        Error::new(
            ErrorKind::InputUnsupported,
            format!(
                "{}: no regions can be found in this format",
                item.full_name()
            ),
        )
    };
    let kind = kind(item).ok_or_else(unsupported)?;
    let picture = Arc::new(Mutex::new(None));
    let look = Look {
        picture: Arc::clone(&picture),
        convert: None,
        bottom_up: false,
        grey: Vec::new(),
    };
    let below = Below::new(Box::new(Nowhere))?;
    let mut job = Job::new(vec![Box::new(look)], kind, item, below, false)?;
    preview.seek(SeekFrom::Start(0))?;
    let mut chunk = vec![0; CHUNK];
    let mut at = 0_u64;
    loop {
        let read = preview.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        job.write(at, bytes)?;
        at += read as u64;
    }
    job.finish()?;
    let picture = lock(&picture).take();
    picture.ok_or_else(unsupported)
}

/// Takes a look at rows and passes none on.
struct Look {
    picture: Arc<Mutex<Option<Picture>>>,
    convert: Option<Converter>,
    bottom_up: bool,
    grey: Vec<u8>,
}

impl RowFilter for Look {
    fn begin(&mut self, page: &Page, _: &mut dyn RowSink) -> Result<()> {
        let mut picture = lock(&self.picture);
        self.convert = None;
        if picture.is_none() {
            let layout = &page.layout;
            let pixel = layout.pixel;
            self.convert = Some(Converter::new(pixel, PixelType::Gray8, layout.width, 128));
            self.grey = vec![0; PixelType::Gray8.row_bytes(layout.width)];
            self.bottom_up = page.bottom_up;
            *picture = Some(Picture::new(layout));
        }
        Ok(())
    }

    fn rows(&mut self, band: Band<'_>, _: &mut dyn RowSink) -> Result<()> {
        if let (Some(convert), Some(picture)) = (&self.convert, lock(&self.picture).as_mut()) {
            for row in band.iter() {
                convert.convert_row(row, &mut self.grey);
                picture.row(&self.grey);
            }
        }
        Ok(())
    }

    fn end(&mut self, _: &mut dyn RowSink) -> Result<()> {
        if let (Some(_), Some(picture)) = (self.convert.take(), lock(&self.picture).as_mut()) {
            picture.end(self.bottom_up);
        }
        Ok(())
    }
}

/// A stream for what nobody wants.
struct Nowhere;

impl Stream for Nowhere {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        Ok(data.len())
    }

    fn seek(&mut self, _: SeekFrom) -> Result<u64> {
        Ok(0)
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Ok(())
    }
}
