//! The sums of the area sampler: down the rows first, then across the columns.

use std::ops::Range;

use crate::{Area, PixelType, Scale};

/// What an output pixel takes of the row of sums. Weights are in parts of a source pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// The first source column, counted from the first that any span needs.
    start: u32,
    /// Source columns that lie in the source; 0 when the pixel is beyond it.
    count: u32,
    first: u32,
    /// For every column between the first and the last.
    between: u32,
    last: u32,
    /// For what lies beyond the source.
    uncovered: u32,
}

/// The source columns that `area` covers, and a span for each of its columns.
pub(super) fn spans(width: u32, scale: Scale, area: Area) -> (Range<usize>, Vec<Span>) {
    let (size, parts) = (u64::from(scale.source()), u64::from(scale.target()));
    let width = u64::from(width);
    let column = |edge: u64| (edge / parts).min(width);
    let begin = column(u64::from(area.x) * size);
    let end = column(area.right() * size + parts - 1);
    let span = |x: u64| {
        let (left, right) = (x * size, (x + 1) * size);
        let (first, end) = (column(left), column(right + parts - 1));
        let inside = right.min(width * parts).saturating_sub(left);
        let first_part = inside.min(((first + 1) * parts).saturating_sub(left));
        let last_part = match end.saturating_sub(first) {
            0 | 1 => 0,
            _ => right.min(width * parts) - (end - 1) * parts,
        };
        // All of these are at most 65535 or, for columns, within a u32 width.
        Span {
            start: (first - begin) as u32,
            count: end.saturating_sub(first) as u32,
            first: first_part as u32,
            between: parts as u32,
            last: last_part as u32,
            uncovered: (size - inside) as u32,
        }
    };
    let all = (u64::from(area.x)..area.right()).map(span).collect();
    (begin as usize..end as usize, all)
}

/// Division by a fixed number, rounded to the nearest, halves upwards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Divider {
    divisor: u64,
    /// `floor(2^63 / divisor) + 1`, when multiplying by it gives the exact quotient of every sum.
    reciprocal: Option<u64>,
}

impl Divider {
    /// For sums of up to 65535 times the divisor.
    pub(super) fn new(divisor: u64) -> Divider {
        let divisor = divisor.max(1);
        // The reciprocal is too large by at most divisor / 2^63; times a sum below 2^16 * divisor that
        // stays below 1 / divisor while divisor^2 * 2^16 < 2^63.
        let exact = divisor < 1 << 23;
        Divider {
            divisor,
            reciprocal: exact.then(|| (1 << 63) / divisor + 1),
        }
    }

    #[inline]
    fn divide(self, sum: u64) -> u64 {
        let sum = sum + self.divisor / 2;
        match self.reciprocal {
            Some(r) => ((u128::from(sum) * u128::from(r)) >> 63) as u64,
            None => sum / self.divisor,
        }
    }
}

/// The loops for one pixel type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kernel {
    wide: bool,
    colour: bool,
}

impl Kernel {
    pub(super) fn new(pixel: PixelType) -> Kernel {
        Kernel {
            wide: pixel.bits_per_channel() == 16,
            colour: pixel.channels() == 3,
        }
    }

    /// The value of white.
    pub(super) const fn white(self) -> u64 {
        if self.wide { 65535 } else { 255 }
    }

    /// Adds the samples of a row, times `weight`. A sum is at most 65535 * 65535.
    pub(super) fn add(self, sums: &mut [u32], row: &[u8], weight: u16) {
        if self.wide {
            for (sum, pair) in sums.iter_mut().zip(row.as_chunks::<2>().0) {
                *sum += u32::from(u16::from_le_bytes(*pair)) * u32::from(weight);
            }
        } else {
            for (sum, v) in sums.iter_mut().zip(row) {
                *sum += u32::from(*v) * u32::from(weight);
            }
        }
    }

    /// Adds white, times `weight`, to every sum.
    pub(super) fn add_white(self, sums: &mut [u32], weight: u32) {
        if weight == 0 {
            return;
        }
        let white = self.white() as u32 * weight;
        for sum in sums {
            *sum += white;
        }
    }

    /// Makes a row of samples from the sums of a row.
    pub(super) fn across(
        self,
        sums: &[u32],
        spans: &[Span],
        white: u64,
        divider: Divider,
        output: &mut [u8],
    ) {
        match (self.colour, self.wide) {
            (false, false) => across::<1, 1>(sums, spans, white, divider, output),
            (false, true) => across::<1, 2>(sums, spans, white, divider, output),
            (true, false) => across::<3, 1>(sums, spans, white, divider, output),
            (true, true) => across::<3, 2>(sums, spans, white, divider, output),
        }
    }
}

fn across<const CHANNELS: usize, const BYTES: usize>(
    sums: &[u32],
    spans: &[Span],
    white: u64,
    divider: Divider,
    output: &mut [u8],
) {
    let pixels = sums.as_chunks::<CHANNELS>().0;
    let samples = output.as_chunks_mut::<BYTES>().0;
    for (span, dst) in spans.iter().zip(samples.chunks_exact_mut(CHANNELS)) {
        let start = span.start as usize;
        let under = pixels
            .get(start..start + span.count as usize)
            .unwrap_or_default();
        let mut total = [white * u64::from(span.uncovered); CHANNELS];
        let mut add = |pixel: &[u32; CHANNELS], weight: u32| {
            for (t, v) in total.iter_mut().zip(pixel) {
                *t += u64::from(*v) * u64::from(weight);
            }
        };
        match under {
            [] => {}
            [only] => add(only, span.first),
            [first, between @ .., last] => {
                add(first, span.first);
                for pixel in between {
                    add(pixel, span.between);
                }
                add(last, span.last);
            }
        }
        for (d, t) in dst.iter_mut().zip(total) {
            let value = divider.divide(t) as u16;
            d.copy_from_slice(&value.to_le_bytes()[..BYTES]);
        }
    }
}
