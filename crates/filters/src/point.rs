//! Brightness and contrast.

use items::AppItem;
use raster::{Band, PageLayout, PixelType, PointOperation};
use wia::property::{WIA_IPS_BRIGHTNESS, WIA_IPS_CONTRAST};
use wia::{PropertyId, Result};

use crate::rows::{Filter, Page, RowFilter, RowSink};

/// Rows are changed in groups of about so many bytes.
const GROUP: usize = 64 * 1024;

/// Makes pages brighter or darker: -1000..=1000, or what `WIA_IPS_BRIGHTNESS` of the item says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Brightness(pub Option<i32>);

/// Raises or lowers the contrast: -1000..=1000, or what `WIA_IPS_CONTRAST` of the item says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Contrast(pub Option<i32>);

impl Filter for Brightness {
    fn name(&self) -> &str {
        "brightness"
    }

    fn for_item(&self, item: &AppItem) -> Result<Option<Box<dyn RowFilter>>> {
        let value = value(self.0, item, WIA_IPS_BRIGHTNESS);
        Ok(point(value, 0))
    }
}

impl Filter for Contrast {
    fn name(&self) -> &str {
        "contrast"
    }

    fn for_item(&self, item: &AppItem) -> Result<Option<Box<dyn RowFilter>>> {
        let value = value(self.0, item, WIA_IPS_CONTRAST);
        Ok(point(0, value))
    }
}

fn value(explicit: Option<i32>, item: &AppItem, id: PropertyId) -> i32 {
    explicit.or_else(|| item.opt_i32(id)).unwrap_or(0)
}

fn point(brightness: i32, contrast: i32) -> Option<Box<dyn RowFilter>> {
    if brightness == 0 && contrast == 0 {
        return None;
    }
    Some(Box::new(Point {
        brightness,
        contrast,
        change: Change::Nothing,
        rows: Vec::new(),
    }))
}

struct Point {
    brightness: i32,
    contrast: i32,
    change: Change,
    rows: Vec<u8>,
}

enum Change {
    Nothing,
    Samples(PointOperation),
    /// Two 4-bit samples in a byte.
    Pairs(Box<[u8; 256]>),
}

impl Point {
    fn change(&self, pixel: PixelType) -> Change {
        let operation = |pixel| PointOperation::new(self.brightness, self.contrast, pixel);
        match pixel {
            // Black and white were told apart already.
            PixelType::Bw1 => Change::Nothing,
            PixelType::Gray4 => {
                let operation = operation(PixelType::Gray8);
                let half = |sample: u8| {
                    let mut wide = [sample * 17];
                    operation.apply(&mut wide);
                    ((u16::from(wide[0]) + 8) / 17) as u8
                };
                Change::Pairs(Box::new(std::array::from_fn(|pair| {
                    let pair = pair as u8;
                    half(pair >> 4) << 4 | half(pair & 15)
                })))
            }
            _ => Change::Samples(operation(pixel)),
        }
    }
}

impl RowFilter for Point {
    fn changes(&self, layout: &PageLayout) -> bool {
        layout.pixel != PixelType::Bw1
    }

    fn begin(&mut self, page: &Page, out: &mut dyn RowSink) -> Result<()> {
        self.change = self.change(page.layout.pixel);
        out.begin(page)
    }

    fn rows(&mut self, band: Band<'_>, out: &mut dyn RowSink) -> Result<()> {
        let row = band.row_bytes();
        let group = (GROUP / row.max(1)).max(1);
        for from in (0..band.rows()).step_by(group) {
            self.rows.clear();
            for line in band.slice(from, from + group).iter() {
                self.rows.extend_from_slice(line);
            }
            match &self.change {
                Change::Nothing => {}
                Change::Samples(operation) => operation.apply(&mut self.rows),
                Change::Pairs(table) => {
                    for pair in &mut self.rows {
                        *pair = table[usize::from(*pair)];
                    }
                }
            }
            if let Some(band) = Band::new(&self.rows, row, row) {
                out.rows(band)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn RowSink) -> Result<()> {
        out.end()
    }
}
