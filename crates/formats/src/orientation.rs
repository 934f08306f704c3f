//! Which way up a page is.

/// Where the first row and the first column of a page's pixels belong, as TIFF and Exif say it. A page
/// that is not [`Orientation::TopLeft`] is to be shown turned or mirrored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Orientation {
    /// The first row is the top, the first column the left side: as the pixels are.
    #[default]
    TopLeft = 1,
    /// The first row is the top, the first column the right side: mirrored.
    TopRight = 2,
    /// The first row is the bottom, the first column the right side: by a half turn.
    BottomRight = 3,
    /// The first row is the bottom, the first column the left side: upside down in a mirror.
    BottomLeft = 4,
    /// The first row is the left side, the first column the top.
    LeftTop = 5,
    /// The first row is the right side, the first column the top: by a quarter turn clockwise.
    RightTop = 6,
    /// The first row is the right side, the first column the bottom.
    RightBottom = 7,
    /// The first row is the left side, the first column the bottom: by a quarter turn anticlockwise.
    LeftBottom = 8,
}

impl Orientation {
    /// All of them, by their numbers from 1 on.
    pub const ALL: [Orientation; 8] = [
        Orientation::TopLeft,
        Orientation::TopRight,
        Orientation::BottomRight,
        Orientation::BottomLeft,
        Orientation::LeftTop,
        Orientation::RightTop,
        Orientation::RightBottom,
        Orientation::LeftBottom,
    ];

    /// The one with this number, from 1 to 8; others say nothing.
    pub fn from_number(number: u64) -> Option<Orientation> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        Orientation::ALL.get(index).copied()
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Whether rows are shown as columns, so that width and height change places.
    pub const fn swaps_sides(self) -> bool {
        self.number() >= 5
    }
}
