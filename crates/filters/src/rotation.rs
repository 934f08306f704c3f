//! Quarter turns.
//!
//! They need the whole page: up to one of A4 in colour at 300 dpi is held in memory, larger ones go to
//! a temporary file.

mod held;

use items::AppItem;
use raster::{Band, PageLayout};
use wia::property::WIA_IPS_ROTATION;
use wia::{Error, Orientation, Result};

use crate::rows::{Filter, Page, RowFilter, RowSink};
use held::Held;

/// Turned rows are made in groups of about so many bytes.
const GROUP: usize = 1 << 20;
/// The same for a page that is held in a file: each group reads a piece of every row.
const GROUP_OF_FILE: usize = 8 << 20;

/// Turns pages counter-clockwise by quarters, or as `WIA_IPS_ROTATION` of the item says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rotation(pub Option<Orientation>);

impl Filter for Rotation {
    fn name(&self) -> &str {
        "rotation"
    }

    fn turn(&self) -> Orientation {
        self.0.unwrap_or(Orientation::Portrait)
    }

    fn for_item(&self, item: &AppItem) -> Result<Option<Box<dyn RowFilter>>> {
        let turn = match (self.0, item.opt_i32(WIA_IPS_ROTATION)) {
            (Some(turn), _) => turn,
            (None, None) => Orientation::Portrait,
            (None, Some(value)) => Orientation::from_value(value).ok_or_else(|| {
                Error::invalid(format!(
                    "WIA_IPS_ROTATION: {value} is not valid; valid: 0 1 2 3"
                ))
            })?,
        };
        if turn == Orientation::Portrait {
            return Ok(None);
        }
        Ok(Some(Box::new(Turn { turn, held: None })))
    }
}

struct Turn {
    turn: Orientation,
    held: Option<(Page, Held)>,
}

impl RowFilter for Turn {
    fn holds_file(&self) -> bool {
        self.held.as_ref().is_some_and(|(_, held)| held.is_file())
    }

    fn begin(&mut self, page: &Page, _: &mut dyn RowSink) -> Result<()> {
        let held = Held::new(page.layout.row_bytes(), page.layout.height);
        self.held = Some((*page, held));
        Ok(())
    }

    fn rows(&mut self, band: Band<'_>, _: &mut dyn RowSink) -> Result<()> {
        match &mut self.held {
            Some((_, held)) => held.append(band),
            None => Ok(()),
        }
    }

    fn end(&mut self, out: &mut dyn RowSink) -> Result<()> {
        let Some((page, held)) = self.held.take() else {
            return Ok(());
        };
        let height = u32::try_from(held.rows()).unwrap_or(u32::MAX);
        let old = PageLayout {
            height: Some(height),
            ..page.layout
        };
        // Seen from the bottom up, left and right turns change places.
        let turn = match (self.turn, page.bottom_up) {
            (Orientation::Landscape, true) => Orientation::Rot270,
            (Orientation::Rot270, true) => Orientation::Landscape,
            (turn, _) => turn,
        };
        let new = match turn.swaps_sides() {
            false => old,
            true => PageLayout {
                width: height,
                height: Some(old.width),
                x_dpi: old.y_dpi,
                y_dpi: old.x_dpi,
                ..old
            },
        };
        out.begin(&Page {
            layout: new,
            ..page
        })?;
        let row = new.row_bytes();
        let total = new.height.unwrap_or(0) as usize;
        let group = match held.is_file() {
            true => GROUP_OF_FILE,
            false => GROUP,
        };
        let group = (group / row.max(1)).clamp(1, total.max(1));
        let mut rows = vec![0; row.saturating_mul(group)];
        let mut line = vec![0; old.row_bytes()];
        for from in (0..total).step_by(group) {
            let to = (from + group).min(total);
            let Some(part) = rows.get_mut(..(to - from) * row) else {
                break;
            };
            part.fill(0);
            match turn {
                Orientation::Portrait | Orientation::Rot180 => {
                    half_turn(&old, &held, &mut line, from, part)?;
                }
                _ => quarter_turn(turn, &old, &held, &mut line, from..to, part)?,
            }
            if let Some(band) = Band::new(part, row, row) {
                out.rows(band)?;
            }
        }
        out.end()
    }
}

/// Makes rows from `from` on of a page on its head.
fn half_turn(
    old: &PageLayout,
    held: &Held,
    line: &mut [u8],
    from: usize,
    rows: &mut [u8],
) -> Result<()> {
    let bits = old.pixel.bits_per_pixel() as usize;
    let width = old.width as usize;
    for (at, row) in rows.chunks_exact_mut(line.len()).enumerate() {
        held.read(held.rows() - 1 - from - at, 0, line)?;
        for x in 0..width {
            put(bits, line, x, row, width - 1 - x);
        }
    }
    Ok(())
}

/// Makes rows `range` of a page that is turned by a quarter: its rows are the columns of the old one.
fn quarter_turn(
    turn: Orientation,
    old: &PageLayout,
    held: &Held,
    line: &mut [u8],
    range: std::ops::Range<usize>,
    rows: &mut [u8],
) -> Result<()> {
    let bits = old.pixel.bits_per_pixel() as usize;
    let (width, height) = (old.width as usize, held.rows());
    let stride = rows.len() / range.len().max(1);
    let left = turn == Orientation::Landscape;
    // The columns that are needed, and the bytes that hold them.
    let columns = match left {
        true => width - range.end..width - range.start,
        false => range.clone(),
    };
    let first = columns.start * bits / 8;
    let last = (columns.end * bits).div_ceil(8);
    let Some(piece) = line.get_mut(..last - first) else {
        return Ok(());
    };
    for y in 0..height {
        held.read(y, first, piece)?;
        let new_x = if left { y } else { height - 1 - y };
        for x in columns.clone() {
            let new_y = if left { width - 1 - x } else { x } - range.start;
            let Some(row) = rows.get_mut(new_y * stride..(new_y + 1) * stride) else {
                continue;
            };
            put(bits, piece, x - first * 8 / bits, row, new_x);
        }
    }
    Ok(())
}

/// Copies a pixel; those of fewer than 8 bits go into zeros.
fn put(bits: usize, from: &[u8], at: usize, to: &mut [u8], place: usize) {
    if bits >= 8 {
        let bytes = bits / 8;
        let source = from.get(at * bytes..(at + 1) * bytes);
        let target = to.get_mut(place * bytes..(place + 1) * bytes);
        if let (Some(source), Some(target)) = (source, target) {
            target.copy_from_slice(source);
        }
        return;
    }
    let mask = (1_u8 << bits) - 1;
    let shift = |pixel: usize| 8 - bits - pixel * bits % 8;
    if let (Some(source), Some(target)) = (from.get(at * bits / 8), to.get_mut(place * bits / 8)) {
        *target |= (source >> shift(at) & mask) << shift(place);
    }
}
