//! Frames of SANE to canonical rows.
//!
//! SANE has 1-bit grey with 1 for black, 1-bit colour with a byte of red, one of green and one of blue for
//! eight pixels and 1 for full intensity, and 16-bit samples in the byte order of the machine (SANE Standard
//! 3.2). Three passes are kept in an unlinked file until the last one is there.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use raster::{PageLayout, PixelType, pack};
use wia::{Error, Result};

use crate::option::{FrameKind, Parameters};
use crate::scan::broken;

/// Rows of three passes that are put together at a time.
const ROWS: usize = 64;

/// How the samples of a frame are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Samples {
    /// As the canonical rows have them, with bytes to spare at the end of a line.
    Plain,
    /// 1-bit grey, black is 1.
    BlackIsOne,
    /// 1-bit colour, eight pixels in three bytes.
    ColourBits,
}

/// What the lines of a page are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Bytes of a line in the frame.
    stride: usize,
    samples: Samples,
    width: u32,
    /// Rows of the page; `None` when the back end does not know.
    pub(crate) height: Option<u32>,
    pub(crate) pixel: PixelType,
}

impl Shape {
    /// Of a page whose first frame begins.
    ///
    /// # Errors
    ///
    /// `InvalidDriverResponse` for parameters that contradict each other or the standard.
    pub(crate) fn new(parameters: &Parameters) -> Result<Shape> {
        let width = u32::try_from(parameters.pixels_per_line).unwrap_or(0);
        if width == 0 {
            let what = format!("lines of {} pixels", parameters.pixels_per_line);
            return Err(broken(&what));
        }
        let colour = parameters.frame != FrameKind::Gray;
        let (samples, pixel) = match (parameters.frame, parameters.depth) {
            (FrameKind::Unknown(_), _) => {
                let what = format!("{}, which is not in SANE 1.0", parameters.frame);
                return Err(broken(&what));
            }
            (FrameKind::Gray, 1) => (Samples::BlackIsOne, PixelType::Bw1),
            (_, 1) => (Samples::ColourBits, PixelType::Rgb8),
            (_, 8) if colour => (Samples::Plain, PixelType::Rgb8),
            (_, 16) if colour => (Samples::Plain, PixelType::Rgb16),
            (_, 8) => (Samples::Plain, PixelType::Gray8),
            (_, 16) => (Samples::Plain, PixelType::Gray16),
            (_, depth) => {
                return Err(broken(&format!("{depth} bits a sample; valid: 1 8 16")));
            }
        };
        let shape = Shape {
            stride: usize::try_from(parameters.bytes_per_line).unwrap_or(0),
            samples,
            width,
            height: u32::try_from(parameters.lines)
                .ok()
                .filter(|lines| *lines > 0),
            pixel,
        };
        let passes = matches!(parameters.frame, FrameKind::Pass(_));
        let needed = match passes {
            true => shape.plane_bytes(),
            false => shape.line_bytes(),
        };
        if shape.stride < needed {
            let what = format!(
                "lines of {width} pixels in {} bytes, which takes {needed}",
                shape.stride
            );
            return Err(broken(&what));
        }
        Ok(shape)
    }

    /// Bytes of a line of all channels, without those to spare.
    fn line_bytes(&self) -> usize {
        match self.samples {
            Samples::ColourBits => self.plane_bytes() * 3,
            Samples::Plain | Samples::BlackIsOne => self.pixel.row_bytes(self.width),
        }
    }

    /// Bytes of a line of one pass.
    fn plane_bytes(&self) -> usize {
        match self.samples {
            Samples::ColourBits | Samples::BlackIsOne => self.width.div_ceil(8) as usize,
            Samples::Plain => self.pixel.row_bytes(self.width) / self.pixel.channels() as usize,
        }
    }

    /// The layout of the page at a resolution.
    pub(crate) fn layout(&self, x_dpi: u32, y_dpi: u32) -> PageLayout {
        PageLayout {
            width: self.width,
            height: self.height,
            pixel: self.pixel,
            x_dpi,
            y_dpi,
        }
    }

    /// Bytes of a canonical row.
    pub(crate) fn row_bytes(&self) -> usize {
        self.pixel.row_bytes(self.width)
    }

    /// Turns lines of a frame into rows, in their place.
    pub(crate) fn rows(&self, mut lines: Vec<u8>) -> Vec<u8> {
        let row = self.row_bytes();
        let count = lines.len() / self.stride;
        match self.samples {
            Samples::ColourBits => {
                let mut rows = Vec::with_capacity(count * row);
                for line in lines.chunks_exact(self.stride) {
                    colour_bits(line, self.width, &mut rows);
                }
                return rows;
            }
            Samples::BlackIsOne => pack::invert(&mut lines),
            Samples::Plain
                if self.pixel.bits_per_channel() == 16 && cfg!(target_endian = "big") =>
            {
                pack::swap_sample_bytes(&mut lines);
            }
            Samples::Plain => {}
        }
        if self.stride != row {
            for i in 1..count {
                lines.copy_within(i * self.stride..i * self.stride + row, i * row);
            }
            lines.truncate(count * row);
        }
        if self.samples == Samples::BlackIsOne {
            for line in lines.chunks_exact_mut(row) {
                pack::clear_unused_bits(self.pixel, line, self.width);
            }
        }
        lines
    }
}

/// Eight pixels in three bytes to eight bits a channel.
fn colour_bits(line: &[u8], width: u32, rows: &mut Vec<u8>) {
    for x in 0..width as usize {
        for channel in 0..3 {
            let byte = line.get(x / 8 * 3 + channel).copied().unwrap_or(0);
            rows.push(if byte & (0x80 >> (x % 8)) == 0 {
                0
            } else {
                255
            });
        }
    }
}

/// A page of three passes under construction.
#[derive(Debug)]
pub(crate) struct Passes {
    shape: Shape,
    file: File,
    /// Where each pass begins in the file, and how many lines it has; red, green, blue.
    planes: [Option<(u64, u64)>; 3],
    now: usize,
    end: u64,
}

impl Passes {
    /// # Errors
    ///
    /// What the file system says.
    pub(crate) fn new(shape: Shape) -> Result<Passes> {
        Ok(Passes {
            shape,
            file: tempfile::tempfile().map_err(Error::from_write)?,
            planes: [None; 3],
            now: 0,
            end: 0,
        })
    }

    /// A pass begins.
    ///
    /// # Errors
    ///
    /// `InvalidDriverResponse` for a pass that was there, or differs from those before.
    pub(crate) fn begin(&mut self, parameters: &Parameters) -> Result<()> {
        let FrameKind::Pass(pass) = parameters.frame else {
            let what = format!("a frame of {} among three passes", parameters.frame);
            return Err(broken(&what));
        };
        if Shape::new(parameters)? != self.shape {
            return Err(broken("the three passes of a page differ in size"));
        }
        if self.planes[pass].is_some() {
            return Err(broken(&format!(
                "two frames of {} in a page",
                parameters.frame
            )));
        }
        self.planes[pass] = Some((self.end, 0));
        self.now = pass;
        Ok(())
    }

    /// Lines of the pass that has begun.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub(crate) fn lines(&mut self, lines: &[u8]) -> Result<()> {
        { self.file.write_all_at(lines, self.end) }.map_err(Error::from_write)?;
        self.end += lines.len() as u64;
        if let Some((_, count)) = &mut self.planes[self.now] {
            *count += (lines.len() / self.shape.stride) as u64;
        }
        Ok(())
    }

    /// The rows of the page, some at a time.
    ///
    /// # Errors
    ///
    /// `InvalidDriverResponse` when a pass is missing; each piece what the file system says.
    pub(crate) fn rows(&self) -> Result<impl Iterator<Item = Result<Vec<u8>>>> {
        let [Some(red), Some(green), Some(blue)] = self.planes else {
            return Err(broken("a page lacks one of its three passes"));
        };
        let planes = [red, green, blue];
        let count = planes.iter().map(|(_, lines)| *lines).min().unwrap_or(0);
        Ok((0..count).step_by(ROWS).map(move |at| {
            let some = (count - at).min(ROWS as u64) as usize;
            self.piece(planes.map(|(begin, _)| begin), at, some)
        }))
    }

    /// `some` rows from row `at` on; the planes begin at `planes` in the file.
    fn piece(&self, planes: [u64; 3], at: u64, some: usize) -> Result<Vec<u8>> {
        let stride = self.shape.stride;
        let sample = match self.shape.samples {
            Samples::Plain => self.shape.pixel.bits_per_channel() as usize / 8,
            Samples::ColourBits | Samples::BlackIsOne => 1,
        };
        let plane = self.shape.plane_bytes();
        let mut lines = [(); 3].map(|()| vec![0; some * stride]);
        for (lines, begin) in lines.iter_mut().zip(planes) {
            { self.file.read_exact_at(lines, begin + at * stride as u64) }
                .map_err(Error::from_read)?;
        }
        let mut rows = Vec::with_capacity(some * plane * 3);
        for i in 0..some {
            let line = lines.each_ref().map(|l| &l[i * stride..i * stride + plane]);
            for x in (0..plane).step_by(sample) {
                for channel in line {
                    rows.extend_from_slice(&channel[x..x + sample]);
                }
            }
        }
        // The channels stand side by side now, without bytes to spare.
        let together = Shape {
            stride: plane * 3,
            ..self.shape
        };
        Ok(together.rows(rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(frame: FrameKind, depth: i32, ppl: i32, bpl: i32) -> Parameters {
        Parameters {
            frame,
            last_frame: true,
            bytes_per_line: bpl,
            pixels_per_line: ppl,
            lines: 2,
            depth,
        }
    }

    #[test]
    fn rows_by_hand() {
        let p = parameters(FrameKind::Gray, 1, 3, 2);
        let shape = Shape::new(&p).unwrap();
        assert_eq!(
            shape.rows(vec![0b1010_0000, 0xFF, 0, 0]),
            [0b0100_0000, 0b1110_0000]
        );

        let p = parameters(FrameKind::Gray, 8, 2, 3);
        assert_eq!(
            Shape::new(&p).unwrap().rows(vec![1, 2, 9, 3, 4, 9]),
            [1, 2, 3, 4]
        );

        let p = parameters(FrameKind::Rgb, 1, 2, 3);
        let rows = Shape::new(&p)
            .unwrap()
            .rows(vec![0b1000_0000, 0b0100_0000, 0b1100_0000]);
        assert_eq!(rows, [255, 0, 255, 0, 255, 255]);

        let p = parameters(FrameKind::Gray, 16, 1, 2);
        let native = 0x1234_u16.to_ne_bytes().to_vec();
        assert_eq!(Shape::new(&p).unwrap().rows(native), [0x34, 0x12]);
    }

    #[test]
    fn three_passes_in_any_order() {
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let first = parameters(FrameKind::Pass(order[0]), 8, 2, 3);
            let mut passes = Passes::new(Shape::new(&first).unwrap()).unwrap();
            for pass in order {
                passes
                    .begin(&parameters(FrameKind::Pass(pass), 8, 2, 3))
                    .unwrap();
                let base = 10 * (pass as u8 + 1);
                passes
                    .lines(&[base, base + 1, 99, base + 2, base + 3, 99])
                    .unwrap();
            }
            let rows = passes.rows().unwrap();
            let all: Vec<u8> = rows.flat_map(Result::unwrap).collect();
            assert_eq!(all, [10, 20, 30, 11, 21, 31, 12, 22, 32, 13, 23, 33]);
        }
    }

    #[test]
    fn parameters_that_cannot_be() {
        for (frame, depth, ppl, bpl) in [
            (FrameKind::Gray, 8, 0, 4),
            (FrameKind::Gray, 8, -1, 4),
            (FrameKind::Gray, 8, 5, 4),
            (FrameKind::Rgb, 8, 2, 5),
            (FrameKind::Gray, 12, 2, 5),
            (FrameKind::Gray, 8, 2, -1),
            (FrameKind::Unknown(11), 8, 2, 5),
            (FrameKind::Rgb, 16, i32::MAX, i32::MAX),
        ] {
            let e = Shape::new(&parameters(frame, depth, ppl, bpl)).unwrap_err();
            assert_eq!(e.kind(), wia::ErrorKind::InvalidDriverResponse, "{e}");
        }
    }

    #[test]
    fn passes_that_cannot_be() {
        let red = parameters(FrameKind::Pass(0), 8, 2, 2);
        let mut passes = Passes::new(Shape::new(&red).unwrap()).unwrap();
        passes.begin(&red).unwrap();
        assert!(passes.begin(&red).is_err());
        assert!(
            passes
                .begin(&parameters(FrameKind::Pass(1), 8, 3, 3))
                .is_err()
        );
        assert!(passes.begin(&parameters(FrameKind::Rgb, 8, 2, 6)).is_err());
        assert!(passes.rows().is_err());
    }
}
