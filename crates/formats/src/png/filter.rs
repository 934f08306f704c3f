//! The filters of PNG rows and the choice between them.

/// Filters the rows of one image, each by the filter whose result has the smallest sum of absolute
/// values.
#[derive(Debug, Default)]
pub(crate) struct Filters {
    /// Bytes of a whole pixel; 0 for pixels of less than a byte, which are never filtered.
    pixel: usize,
    previous: Vec<u8>,
    trial: Vec<u8>,
    best: Vec<u8>,
}

const NONE: u8 = 0;
const SUB: u8 = 1;
const UP: u8 = 2;
const AVERAGE: u8 = 3;
const PAETH: u8 = 4;

impl Filters {
    /// For rows of `row` bytes and pixels of `bits` bits.
    pub(crate) fn new(row: usize, bits: u32) -> Filters {
        Filters {
            pixel: bits as usize / 8,
            previous: vec![0; row],
            trial: vec![0; row],
            best: vec![0; row],
        }
    }

    /// The filter's number and the filtered bytes of the next row.
    pub(crate) fn filter<'a>(&'a mut self, row: &'a [u8]) -> (u8, &'a [u8]) {
        if self.pixel == 0 {
            return (NONE, row);
        }
        let kind = if row == self.previous {
            // Nothing is less than nothing; blank paper ends here.
            self.best.fill(0);
            UP
        } else {
            let kind = self.choose(row);
            self.previous.copy_from_slice(row);
            kind
        };
        match kind {
            NONE => (NONE, row),
            kind => (kind, &self.best),
        }
    }

    fn choose(&mut self, row: &[u8]) -> u8 {
        let mut kind = NONE;
        let mut least = sum(row);
        for trial in [SUB, UP, AVERAGE, PAETH] {
            apply(trial, self.pixel, row, &self.previous, &mut self.trial);
            let sum = sum(&self.trial);
            if sum < least {
                (kind, least) = (trial, sum);
                std::mem::swap(&mut self.trial, &mut self.best);
            }
        }
        kind
    }
}

/// The sum of the bytes' absolute values, read as signed.
fn sum(row: &[u8]) -> u64 {
    let group = |g: &[u8]| {
        let sum: u32 = g.iter().map(|&b| u32::from((b as i8).unsigned_abs())).sum();
        u64::from(sum)
    };
    row.chunks(1 << 16).map(group).sum()
}

/// Writes the filtered `row` to `to`; all have the same length.
fn apply(kind: u8, pixel: usize, row: &[u8], above: &[u8], to: &mut [u8]) {
    let pixel = pixel.min(row.len());
    let zeros = [0; 8];
    let (first, rest) = to.split_at_mut(pixel);
    // The first pixel has nothing to its left.
    filter(
        kind,
        &row[..pixel],
        &zeros[..pixel],
        &above[..pixel],
        &zeros[..pixel],
        first,
    );
    let left = &row[..row.len() - pixel];
    let above_left = &above[..row.len() - pixel];
    filter(kind, &row[pixel..], left, &above[pixel..], above_left, rest);
}

fn filter(kind: u8, row: &[u8], left: &[u8], above: &[u8], above_left: &[u8], to: &mut [u8]) {
    let pixels = row.iter().zip(left).zip(above.iter().zip(above_left));
    let pairs = to.iter_mut().zip(pixels);
    match kind {
        SUB => pairs.for_each(|(to, ((x, a), _))| *to = x.wrapping_sub(*a)),
        UP => pairs.for_each(|(to, ((x, _), (b, _)))| *to = x.wrapping_sub(*b)),
        AVERAGE => pairs.for_each(|(to, ((x, a), (b, _)))| {
            *to = x.wrapping_sub(((u16::from(*a) + u16::from(*b)) / 2) as u8);
        }),
        PAETH => pairs.for_each(|(to, ((x, a), (b, c)))| {
            *to = x.wrapping_sub(paeth(*a, *b, *c));
        }),
        _ => to.copy_from_slice(row),
    }
}

/// The neighbour (left, above, above left) that is nearest to left + above - above left. Written
/// without branches, so that it can be done for many pixels at once.
fn paeth(left: u8, above: u8, above_left: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(above_left));
    let to_left = (b - c).abs();
    let to_above = (a - c).abs();
    let to_above_left = (a + b - c - c).abs();
    let second = if to_above <= to_above_left {
        above
    } else {
        above_left
    };
    if to_left <= to_above && to_left <= to_above_left {
        left
    } else {
        second
    }
}
