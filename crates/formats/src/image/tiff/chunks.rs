//! Strips and tiles: where they are, and rows of the page made of theirs.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use wia::Result;

use super::super::section::Section;
use super::super::{damaged, file, read_error};
use super::codec::{ChunkRows, Shape};
use super::directory::tag;
use super::{Directory, ImageInfo, Pixels, unsupported};
use crate::Limits;

/// The most tiles, planes included, that are decompressed side by side.
const MOST_ACROSS: u64 = 1024;

/// The strips or tiles of a page.
#[derive(Debug)]
pub(super) struct Chunks {
    shape: Shape,
    tiles: bool,
    across: usize,
    /// Strips or tiles of one plane.
    plane: usize,
    /// Bytes of a row of one strip or tile.
    row_bytes: usize,
    offsets: Vec<u64>,
    /// As many as there are offsets.
    counts: Vec<u64>,
    /// Whether the file says them.
    are_told: bool,
}

/// Strips of a page: their places and lengths, and the rows of all but the last.
pub(super) struct Strips {
    pub(super) places: Vec<(u64, u64)>,
    pub(super) rows: u32,
}

impl Chunks {
    pub(super) fn read(
        source: &mut (impl Read + Seek),
        directory: &Directory,
        pixels: &Pixels,
        info: &ImageInfo,
        limits: &Limits,
    ) -> Result<Chunks> {
        let tiles = directory.number(source, tag::TILE_WIDTH)?.is_some();
        let (width, rows, offsets, counts) = if tiles {
            (
                directory.small(source, tag::TILE_WIDTH, 0)?,
                directory.small(source, tag::TILE_LENGTH, 0)?,
                tag::TILE_OFFSETS,
                tag::TILE_BYTE_COUNTS,
            )
        } else {
            let rows = directory.small(source, tag::ROWS_PER_STRIP, u32::MAX)?;
            let rows = rows.min(info.height);
            (info.width, rows, tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
        };
        if width == 0 || rows == 0 {
            return Err(damaged("strips or tiles of no size"));
        }
        let (samples, planes) = if pixels.planar {
            (1, pixels.samples)
        } else {
            (pixels.samples, 1)
        };
        let shape = Shape {
            pixels: width,
            rows,
            samples,
            bits: pixels.bits,
        };
        let row_bits = u64::from(width) * (samples * pixels.bits) as u64;
        let across = u64::from(info.width.div_ceil(width));
        if across > 1 && !row_bits.is_multiple_of(8) {
            return Err(unsupported(format!("tiles of {width} pixels")));
        }
        let row_bytes = row_bits.div_ceil(8);
        let side_by_side = across * planes as u64;
        if side_by_side > MOST_ACROSS || side_by_side * row_bytes > 2 * limits.row_bytes {
            return Err(unsupported(format!(
                "{side_by_side} tiles of {width} pixels"
            )));
        }
        let plane = across * u64::from(info.height.div_ceil(rows));
        let offsets = directory.numbers(source, offsets)?;
        let mut counts = directory.numbers(source, counts)?;
        let mut are_told = true;
        if counts.is_empty() {
            // Some writers of single strips leave them out: they go on to their directory, or to the end of the
            // file, uncompressed ones as far as their rows do (`tiff::verify` has the same rule).
            let raw = pixels.compression.code == 1;
            let count = |at: &u64| match directory.place().checked_sub(*at) {
                Some(bytes) if !raw && bytes > 0 => bytes,
                _ => u64::MAX,
            };
            counts = offsets.iter().map(count).collect();
            are_told = false;
        }
        let needed = plane * planes as u64;
        let there = offsets.len().min(counts.len());
        if (there as u64) < needed {
            return Err(damaged(format!(
                "{there} strips or tiles where the page has {needed}"
            )));
        }
        // What is really there; strips may share bytes, so each counts.
        let end = source.seek(SeekFrom::End(0)).map_err(read_error)?;
        let places = offsets.iter().zip(&counts).take(needed as usize);
        let stored = places.fold(0_u64, |sum, (at, bytes)| {
            sum.saturating_add(end.saturating_sub(*at).min(*bytes))
        });
        let rows = u64::from(info.height) * across * planes as u64;
        pixels
            .compression
            .check_ratio(rows, row_bytes, stored, limits)?;
        Ok(Chunks {
            shape,
            tiles,
            across: across as usize,
            plane: plane as usize,
            row_bytes: row_bytes as usize,
            offsets,
            counts,
            are_told,
        })
    }

    /// Strips of another format, of `rows` rows but for the last.
    pub(super) fn of(
        pixels: &Pixels,
        rows: u32,
        places: &[(u64, u64)],
        info: &ImageInfo,
        limits: &Limits,
    ) -> Result<Chunks> {
        let row_bits = u64::from(info.width) * (pixels.samples * pixels.bits) as u64;
        let row_bytes = row_bits.div_ceil(8);
        if rows == 0 || places.len() as u64 != u64::from(info.height.div_ceil(rows)) {
            return Err(damaged("strips of no size"));
        }
        let stored = places
            .iter()
            .fold(0, |sum: u64, (_, n)| sum.saturating_add(*n));
        let height = info.height.into();
        pixels
            .compression
            .check_ratio(height, row_bytes, stored, limits)?;
        Ok(Chunks {
            shape: Shape {
                pixels: info.width,
                rows,
                samples: pixels.samples,
                bits: pixels.bits,
            },
            tiles: false,
            across: 1,
            plane: places.len(),
            row_bytes: row_bytes as usize,
            offsets: places.iter().map(|(at, _)| *at).collect(),
            counts: places.iter().map(|(_, bytes)| *bytes).collect(),
            are_told: true,
        })
    }

    /// The strips; `None` for tiles, planes, and strips whose lengths are not told. Uncompressed strips have no more bytes than their rows.
    pub(super) fn strips(&self, info: &ImageInfo, raw: bool) -> Result<Option<Strips>> {
        let strips = || self.offsets.iter().zip(&self.counts).take(self.plane);
        if self.tiles || !self.are_told {
            return Ok(None);
        }
        let rows = self.shape.rows;
        let mut places = Vec::with_capacity(self.plane);
        for (i, (&at, &bytes)) in strips().enumerate() {
            let height = (info.height - i as u32 * rows).min(rows);
            let whole = u64::from(height) * self.row_bytes as u64;
            if bytes == 0 || (raw && bytes < whole) {
                return Err(damaged(format!("strip {} ends early", i + 1)));
            }
            places.push((at, if raw { whole } else { bytes }));
        }
        Ok(Some(Strips { places, rows }))
    }
}

/// The rows of a page.
pub(in super::super) struct Rows {
    file: Arc<File>,
    chunks: Chunks,
    pixels: Pixels,
    next: u32,
    /// The strips or tiles that the next row is made of: of each used plane, from the left.
    open: Vec<ChunkRows>,
    /// Their rows, one after the other.
    stored: Vec<u8>,
    /// The row with the samples of each pixel together.
    packed: Vec<u8>,
}

impl Rows {
    pub(super) fn new(file: &Arc<File>, chunks: Chunks, pixels: Pixels) -> Rows {
        let planes = if pixels.planar { pixels.used } else { 1 };
        let row = chunks.row_bytes * chunks.across;
        Rows {
            file: Arc::clone(file),
            next: 0,
            open: Vec::new(),
            stored: vec![0; row * planes],
            packed: vec![0; if pixels.planar { row * planes } else { 0 }],
            chunks,
            pixels,
        }
    }

    fn open_chunks(&mut self) -> Result<()> {
        let chunks = &self.chunks;
        let down = (self.next / chunks.shape.rows) as usize;
        let planes = if self.pixels.planar {
            self.pixels.used
        } else {
            1
        };
        self.open.clear();
        for plane in 0..planes {
            for x in 0..chunks.across {
                let index = plane * chunks.plane + down * chunks.across + x;
                let (at, bytes) = (chunks.offsets[index], chunks.counts[index]);
                let section = Section::new(&self.file, at, bytes);
                let rows = self.pixels.compression.open(section, chunks.shape)?;
                self.open.push(rows);
            }
        }
        Ok(())
    }

    /// Puts the samples of the planes together.
    fn pack(&mut self) {
        let bytes = self.pixels.bits / 8;
        let planes = self.pixels.used;
        let plane_bytes = self.stored.len() / planes;
        for (plane, samples) in self.stored.chunks_exact(plane_bytes).enumerate() {
            let places = self.packed.chunks_exact_mut(bytes * planes);
            for (sample, place) in samples.chunks_exact(bytes).zip(places) {
                place[plane * bytes..(plane + 1) * bytes].copy_from_slice(sample);
            }
        }
    }
}

impl file::Rows for Rows {
    fn row(&mut self, row: &mut [u8]) -> Result<()> {
        if self.next.is_multiple_of(self.chunks.shape.rows) {
            self.open_chunks()?;
        }
        let same = self.pixels.are_canonical() && row.len() == self.chunks.row_bytes;
        if let ([chunk], true) = (self.open.as_mut_slice(), same) {
            self.next += 1;
            return chunk.row(row);
        }
        let places = self.stored.chunks_exact_mut(self.chunks.row_bytes);
        for (chunk, place) in self.open.iter_mut().zip(places) {
            chunk.row(place)?;
        }
        self.next += 1;
        if self.pixels.planar {
            self.pack();
            self.pixels.convert(&self.packed, self.pixels.used, row);
        } else {
            self.pixels.convert(&self.stored, self.pixels.samples, row);
        }
        Ok(())
    }
}
