//! Rectangles in pixels, and lengths between pixels, millimetres and inches.
//!
//! Two rules of rounding, and no third:
//!
//! * A **position or a size that somebody asks for** becomes the *nearest* pixel, halves upwards
//!   ([`inches_to_pixels`] and its kin). An [`Area`] rounds its edges, not its extents, so that areas
//!   that touch on paper touch in pixels too.
//! * What **fits inside a bed or a page** is rounded *down* ([`whole_pixels`]): the last pixel has to
//!   lie on it completely, as `wiasUpdateScanRect` has it (resolution times bed over 1000).
//!
//! Lengths below zero, and what is no number, count as 0; what is too large for a `u32` is its
//! largest value. A resolution of 0 makes every length 0.

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Area {
    /// Columns left of it.
    pub x: u32,
    /// Rows above it.
    pub y: u32,
    /// Columns in it.
    pub width: u32,
    /// Rows in it.
    pub height: u32,
}

impl Area {
    /// A rectangle by its position and its extents.
    pub const fn new(x: u32, y: u32, width: u32, height: u32) -> Area {
        Area {
            x,
            y,
            width,
            height,
        }
    }

    /// The rectangle at the origin.
    pub const fn of_size(width: u32, height: u32) -> Area {
        Area::new(0, 0, width, height)
    }

    /// The pixels nearest to a rectangle in inches: left, top, width and height. Each edge is rounded
    /// by itself.
    pub fn from_inches(x: f64, y: f64, width: f64, height: f64, x_dpi: u32, y_dpi: u32) -> Area {
        let (left, right) = (
            inches_to_pixels(x, x_dpi),
            inches_to_pixels(x + width, x_dpi),
        );
        let (top, bottom) = (
            inches_to_pixels(y, y_dpi),
            inches_to_pixels(y + height, y_dpi),
        );
        Area::new(
            left,
            top,
            right.saturating_sub(left),
            bottom.saturating_sub(top),
        )
    }

    /// The pixels nearest to a rectangle in millimetres, each edge rounded by itself.
    pub fn from_mm(x: f64, y: f64, width: f64, height: f64, x_dpi: u32, y_dpi: u32) -> Area {
        const MM: f64 = 25.4;
        Area::from_inches(x / MM, y / MM, width / MM, height / MM, x_dpi, y_dpi)
    }

    /// The first column right of it.
    pub const fn right(&self) -> u64 {
        self.x as u64 + self.width as u64
    }

    /// The first row below it.
    pub const fn bottom(&self) -> u64 {
        self.y as u64 + self.height as u64
    }

    /// Whether it holds no pixel.
    pub const fn is_empty(&self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// Whether it lies within `width` by `height` pixels at the origin.
    pub const fn fits(&self, width: u32, height: u32) -> bool {
        self.right() <= width as u64 && self.bottom() <= height as u64
    }

    /// What both have in common; empty (of no width and no height) when they do not meet.
    #[must_use]
    pub fn intersection(&self, other: &Area) -> Area {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let width = self.right().min(other.right()).saturating_sub(x.into());
        let height = self.bottom().min(other.bottom()).saturating_sub(y.into());
        if width == 0 || height == 0 {
            return Area::new(x, y, 0, 0);
        }
        // Neither can exceed the smaller of two u32 extents.
        Area::new(x, y, width as u32, height as u32)
    }

    /// The same rectangle on paper at another resolution, edges rounded to the nearest pixel.
    #[must_use]
    pub fn at_resolution(&self, from: (u32, u32), to: (u32, u32)) -> Area {
        let along = |start: u32, end: u64, from: u32, to: u32| {
            let first = rescale(start.into(), to, from);
            (first, rescale(end, to, from).saturating_sub(first))
        };
        let (x, width) = along(self.x, self.right(), from.0, to.0);
        let (y, height) = along(self.y, self.bottom(), from.1, to.1);
        Area::new(x, y, width, height)
    }
}

/// `value * num / den`, nearest, halves upwards, saturating; 0 for a `den` of 0.
fn rescale(value: u64, num: u32, den: u32) -> u32 {
    if den == 0 {
        return 0;
    }
    let twice = u128::from(value) * u128::from(num) * 2 + u128::from(den);
    u32::try_from(twice / (u128::from(den) * 2)).unwrap_or(u32::MAX)
}

/// Inches to the nearest pixel.
pub fn inches_to_pixels(inches: f64, dpi: u32) -> u32 {
    // A float-to-integer cast saturates, and makes 0 of NaN.
    (inches * f64::from(dpi) + 0.5).floor() as u32
}

/// Millimetres to the nearest pixel.
pub fn mm_to_pixels(mm: f64, dpi: u32) -> u32 {
    (mm * f64::from(dpi) / 25.4 + 0.5).floor() as u32
}

/// Thousandths of an inch to the nearest pixel.
pub fn thousandths_to_pixels(thousandths: u32, dpi: u32) -> u32 {
    rescale(thousandths.into(), dpi, 1000)
}

/// The pixels that lie completely within `thousandths` of an inch: rounded down.
pub fn whole_pixels(thousandths: u32, dpi: u32) -> u32 {
    u32::try_from(u64::from(thousandths) * u64::from(dpi) / 1000).unwrap_or(u32::MAX)
}

/// Pixels to the nearest thousandth of an inch.
pub fn pixels_to_thousandths(pixels: u32, dpi: u32) -> u32 {
    rescale(pixels.into(), 1000, dpi)
}

/// Pixels to millimetres.
pub fn pixels_to_mm(pixels: u32, dpi: u32) -> f64 {
    if dpi == 0 {
        return 0.0;
    }
    f64::from(pixels) * 25.4 / f64::from(dpi)
}

/// Millimetres to the nearest thousandth of an inch (A4 is 8268 by 11693).
pub fn mm_to_thousandths(mm: f64) -> u32 {
    (mm * 1000.0 / 25.4 + 0.5).floor() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a4() {
        assert_eq!(
            (mm_to_thousandths(210.0), mm_to_thousandths(297.0)),
            (8268, 11693)
        );
        assert_eq!(
            (mm_to_pixels(210.0, 300), mm_to_pixels(297.0, 300)),
            (2480, 3508)
        );
        assert_eq!(
            (
                thousandths_to_pixels(8268, 300),
                thousandths_to_pixels(11693, 300)
            ),
            (2480, 3508)
        );
        assert_eq!(
            (whole_pixels(8268, 300), whole_pixels(11693, 300)),
            (2480, 3507)
        );
    }

    #[test]
    fn halves_go_up_and_nonsense_is_bounded() {
        assert_eq!(thousandths_to_pixels(5, 100), 1);
        assert_eq!(thousandths_to_pixels(4, 100), 0);
        assert_eq!(inches_to_pixels(-1.0, 300), 0);
        assert_eq!(inches_to_pixels(f64::NAN, 300), 0);
        assert_eq!(inches_to_pixels(f64::INFINITY, 300), u32::MAX);
        assert_eq!(whole_pixels(u32::MAX, u32::MAX), u32::MAX);
        assert_eq!(pixels_to_thousandths(300, 0), 0);
        assert_eq!(pixels_to_mm(300, 0), 0.0);
        assert_eq!(pixels_to_mm(300, 300), 25.4);
        assert_eq!(pixels_to_thousandths(2480, 300), 8267);
    }

    #[test]
    fn areas_that_touch_on_paper_touch_in_pixels() {
        let left = Area::from_mm(0.0, 0.0, 10.3, 20.0, 150, 300);
        let right = Area::from_mm(10.3, 0.0, 10.3, 20.0, 150, 300);
        assert_eq!(left.right(), u64::from(right.x));
        assert_eq!(left, Area::new(0, 0, 61, 236));
        assert_eq!(right, Area::new(61, 0, 61, 236));
    }

    #[test]
    fn intersections() {
        let a = Area::new(10, 10, 10, 10);
        assert_eq!(
            a.intersection(&Area::of_size(15, 100)),
            Area::new(10, 10, 5, 10)
        );
        assert!(a.intersection(&Area::new(20, 0, 5, 100)).is_empty());
        assert!(a.fits(20, 20));
        assert!(!a.fits(20, 19));
        let far = Area::new(u32::MAX, u32::MAX, u32::MAX, u32::MAX);
        assert_eq!(far.intersection(&far), far);
        assert!(!far.fits(u32::MAX, u32::MAX));
        assert_eq!(
            Area::new(300, 600, 300, 150).at_resolution((300, 600), (150, 150)),
            Area::new(150, 150, 150, 38)
        );
    }
}
