//! A page from its file into a document.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use formats::{
    Chunk, ChunkSource, Coding, DocumentWriter, FaxGroup, PageDone, PageOptions, StoredPage,
};
use raster::Band;
use wia::{Blame, Error, ErrorKind, Result};

use super::of_input;
use super::plan::{Page, Plan};
use crate::cancel::Cancel;
use crate::settings::Compression;

/// Bytes of a band, or one row when that is longer.
const BAND: usize = 256 * 1024;
/// Bands under way between reader and writer.
const BANDS: usize = 4;
/// The same where one row is longer than a band.
const LONG_BANDS: usize = 2;

/// Writes a page: as it is stored, or row by row. After an error some of it may be there.
///
/// # Errors
///
/// `Abort` after a cancel; the input's, with its name; the writer's.
pub(super) fn page(
    writer: &mut dyn DocumentWriter,
    plan: &Plan,
    page: &Page<'_>,
    cancel: &Cancel,
) -> Result<PageDone> {
    if let Some(done) = as_stored(writer, plan, page, cancel)? {
        return Ok(done);
    }
    writer.set_page_options(&PageOptions {
        compression: plan.compression_of(page.info.pixel),
        profile: page.profile()?,
        orientation: page.info.orientation,
    });
    by_rows(writer, page, cancel)
}

/// The compressed data as they are; `None` where that cannot be.
fn as_stored(
    writer: &mut dyn DocumentWriter,
    plan: &Plan,
    page: &Page<'_>,
    cancel: &Cancel,
) -> Result<Option<PageDone>> {
    let stored = page.input.stored(page.index);
    let Some((stored, mut chunks)) = stored.map_err(|e| of_input(e, page))? else {
        return Ok(None);
    };
    if !is_wanted(plan, &stored) {
        return Ok(None);
    }
    check_decodes(page, &stored.coding, cancel)?;
    let mut watched = Watched {
        chunks: chunks.as_mut(),
        left: stored.chunks,
        page,
        cancel,
        failed: false,
    };
    match writer.stored_page(&stored, &mut watched) {
        Ok(done) => Ok(Some(done)),
        Err(e) if watched.failed || e.kind().blame() == Blame::Input => Err(of_input(e, page)),
        Err(e) if e.kind() == ErrorKind::NotImplemented => Ok(None),
        Err(e) => Err(e),
    }
}

/// Whether the page is compressed as was asked for.
fn is_wanted(plan: &Plan, stored: &StoredPage) -> bool {
    let coding = match &stored.coding {
        Coding::Raw => Compression::None,
        Coding::PackBits => Compression::PackBits,
        Coding::Lzw { .. } => Compression::Lzw,
        Coding::Deflate { .. } => Compression::Deflate,
        Coding::Fax { group, .. } => match group {
            FaxGroup::G3 { options } if options & 1 != 0 => Compression::G3TwoDimensional,
            FaxGroup::G3 { .. } => Compression::G3,
            FaxGroup::G4 => Compression::G4,
        },
        Coding::Jpeg { .. } => Compression::Jpeg,
    };
    let requantized = coding == Compression::Jpeg && plan.new_quality;
    !requantized && plan.compression.is_none_or(|wanted| wanted == coding)
}

/// Decodes a page to see whether it can be: damage is not copied. Of JPEG data only the markers
/// are looked at, by those who copy them, for decoding them would cost more than all the rest.
fn check_decodes(page: &Page<'_>, coding: &Coding, cancel: &Cancel) -> Result<()> {
    if matches!(coding, Coding::Raw | Coding::Jpeg { .. }) {
        return Ok(());
    }
    let mut row = vec![0; page.info.row_bytes()];
    let mut decode = || {
        let mut reader = page.input.rows(page.index)?;
        while reader.next_row(&mut row)? {
            cancel.check()?;
        }
        Ok(())
    };
    decode().map_err(|e| of_input(e, page))
}

/// The chunks of an input: knows whether a failure is theirs.
struct Watched<'a> {
    chunks: &'a mut dyn ChunkSource,
    left: u64,
    page: &'a Page<'a>,
    cancel: &'a Cancel,
    failed: bool,
}

impl ChunkSource for Watched<'_> {
    fn next(&mut self) -> Result<Option<Chunk<'_>>> {
        self.cancel.check()?;
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            // What was copied before is of the same file then.
            let unchanged = self.page.input.check_unchanged();
            self.failed = unchanged.is_err();
            unchanged?;
        }
        let chunk = self.chunks.next().and_then(whole);
        self.failed = chunk.is_err();
        chunk
    }
}

/// Where a file ends is for its reader to notice: what is copied must be there.
fn whole(chunk: Option<Chunk<'_>>) -> Result<Option<Chunk<'_>>> {
    if let Some(Chunk::InFile { file, at, bytes }) = chunk {
        let there = file.metadata().map_err(Error::from_read)?.len();
        if at.checked_add(bytes).is_none_or(|end| end > there) {
            let why = "the data end early";
            return Err(Error::new(ErrorKind::InputDamaged, why));
        }
    }
    Ok(chunk)
}

/// Decodes the page on a thread of its own.
fn by_rows(writer: &mut dyn DocumentWriter, page: &Page<'_>, cancel: &Cancel) -> Result<PageDone> {
    let row_bytes = page.info.row_bytes();
    thread::scope(|scope| {
        let count = if row_bytes > BAND { LONG_BANDS } else { BANDS };
        let (full, bands) = sync_channel(count);
        let (back, free) = channel();
        for _ in 0..count {
            // Its other end is here.
            let _ = back.send(Vec::new());
        }
        thread::Builder::new()
            .name("reader".into())
            .spawn_scoped(scope, move || {
                if let Err(e) = read(page, &free, &full) {
                    // Whoever does not want it any more has an error of its own.
                    let _ = full.send(Err(e));
                }
            })
            .map_err(|e| Error::from_io(e, ErrorKind::OutOfMemory).context("starting a thread"))?;
        writer.begin_page(&page.layout())?;
        for band in bands {
            cancel.check()?;
            let rows = band.map_err(|e| of_input(e, page))?;
            if let Some(band) = Band::new(&rows, row_bytes, row_bytes) {
                writer.rows(band)?;
            }
            let _ = back.send(rows);
        }
        let unchanged = page.input.check_unchanged();
        unchanged.map_err(|e| of_input(e, page))?;
        writer.end_page()
    })
}

/// Fills bands with rows until there are no more, or nobody takes them.
fn read(
    page: &Page<'_>,
    free: &Receiver<Vec<u8>>,
    full: &SyncSender<Result<Vec<u8>>>,
) -> Result<()> {
    let row_bytes = page.info.row_bytes();
    let rows = (BAND / row_bytes).max(1);
    let mut left = page.info.height as usize;
    let mut reader = page.input.rows(page.index)?;
    while left > 0 {
        let Ok(mut band) = free.recv() else {
            return Ok(());
        };
        let rows = rows.min(left);
        band.resize(rows * row_bytes, 0);
        for row in band.chunks_exact_mut(row_bytes) {
            if !reader.next_row(row)? {
                let why = "the data end early";
                return Err(Error::new(ErrorKind::InputDamaged, why));
            }
        }
        left -= rows;
        if full.send(Ok(band)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}
