//! One page: from the connection into the application's stream, while it arrives.

use crc32fast::Hasher;
use formats::image::{ArrivingImage, ImageInfo, RowReader};
use formats::{DocumentWriter, Limits};
use minidriver::pages::{Halt, Interrupted, Reporter};
use raster::{Band, Converter, PageLayout};
use transfer::Stream;
use ureq::http::header::{CONTENT_LENGTH, CONTENT_LOCATION};
use wia::{Error, ErrorKind, Result};

use crate::arrival::Arrival;
use crate::client::Reply;
use crate::feed::Feed;
use crate::job::Request;
use crate::jpeg_end::JpegEnd;
use crate::resolution;

/// Bytes of rows that go on at once.
const BAND: usize = 64 << 10;
/// How much larger than asked for an image may be: scanners have their own ideas of sizes.
const LARGER: u64 = 4;
/// Bytes of a page in several scans, or interlaced, that are held until its end: one of A4 in colour at 300 dpi as a
/// progressive JPEG. Scanners send such pages hardly ever.
const HELD: u64 = 64 << 20;
/// The least that has to come within the time of a line where lines are not looked at.
const LEAST: usize = 1024;
/// What is read at most of a page that nobody wants: more than any page has.
const DROPPED: u64 = 1 << 30;

/// Why a page did not come whole.
enum Short {
    /// The connection broke: the page can be asked for again.
    Broken(Error),
    /// What came cannot be used.
    Unusable(Error),
    Halt(Halt),
}

impl From<Halt> for Short {
    fn from(halt: Halt) -> Short {
        Short::Halt(halt)
    }
}

impl From<Interrupted> for Short {
    fn from(interrupted: Interrupted) -> Short {
        Short::Halt(interrupted.into())
    }
}

/// Takes attempts at the page until one comes whole.
fn attempts(
    feed: &mut Feed<'_>,
    first: Reply,
    mut attempt: impl FnMut(&mut Feed<'_>, Reply) -> Result<(), Short>,
) -> Result<(), Halt> {
    let mut reply = first;
    let mut before: Option<String> = None;
    loop {
        // Good scanners name each page.
        let name = reply.header(&CONTENT_LOCATION).map(str::to_owned);
        let other = before
            .as_ref()
            .zip(name.as_ref())
            .is_some_and(|(before, now)| before != now);
        before = name.or(before);
        let attempted = match other {
            true => Err(Short::Unusable(another(&reply.url))),
            false => attempt(feed, reply),
        };
        match attempted {
            Ok(()) => return Ok(()),
            Err(Short::Halt(halt)) => return Err(halt),
            Err(Short::Broken(e)) => feed.broken(e),
            Err(Short::Unusable(e)) => feed.fail(e),
        }
        reply = feed.next()?.ok_or_else(|| {
            let what = "the job ended in the middle of a page";
            Halt::Device(Error::new(ErrorKind::DeviceCommunication, what))
        })?;
    }
}

/// Writes the page as rows, up to its end.
pub(crate) fn write_rows(
    feed: &mut Feed<'_>,
    first: Reply,
    request: &Request,
    writer: &mut dyn DocumentWriter,
    reporter: &mut Reporter<'_>,
) -> Result<(), Halt> {
    let mut begun = Begun::default();
    attempts(feed, first, |feed, reply| {
        let arrival = Arrival::new(reply);
        let limits = limits(request);
        let image = ArrivingImage::begin(Box::new(arrival.source()), &limits);
        let mut image = image.map_err(|e| short(&arrival, e))?;
        let layout = layout(image.info(), request);
        begun.begin(&layout, &arrival, writer)?;
        let (from, info) = (image.info().row_bytes(), *image.info());
        let to = layout.row_bytes();
        let converter = Converter::new(info.pixel, layout.pixel, layout.width, request.threshold);
        let at_once = (BAND / to.max(1)).max(1);
        let (mut source, mut band) = (vec![0; from], vec![0; at_once * to]);
        let mut rows = 0;
        let mut again = Hasher::new();
        while rows < info.height {
            let mut filled = 0;
            for row in band.chunks_exact_mut(to) {
                let more = image
                    .next_row(&mut source)
                    .map_err(|e| short(&arrival, e))?;
                if !more {
                    break;
                }
                converter.convert_row(&source, row);
                filled += 1;
            }
            if filled == 0 {
                break;
            }
            feed.line()?;
            let end = rows + filled;
            let had = begun.rows.saturating_sub(rows).min(filled) as usize * to;
            let (old, new) = band[..filled as usize * to].split_at(had);
            again.update(old);
            if had > 0 && end >= begun.rows {
                begun.check(&again, &arrival)?;
            }
            rows = end;
            if let Some(new) = Band::new(new, to, to).filter(|band| band.rows() > 0) {
                writer.rows(new).map_err(Halt::Stream)?;
                begun.crc.update(new.packed().unwrap_or_default());
                begun.rows = end;
                reporter.part(end.into(), Some(info.height.into()))?;
                // The time of the application is not the scanner's.
                feed.wire.came();
            }
        }
        image.finish().map_err(|e| short(&arrival, e))?;
        arrival.drain().map_err(|e| short(&arrival, e))
    })?;
    writer.end_page().map_err(Halt::Stream)?;
    Ok(())
}

/// Copies the page as it comes, which must be JPEG.
pub(crate) fn copy_jpeg(
    feed: &mut Feed<'_>,
    first: Reply,
    request: &Request,
    stream: &mut dyn Stream,
    reporter: &mut Reporter<'_>,
) -> Result<(), Halt> {
    let (width, height) = request.size;
    // Data that are hardly compressed at all, and what is said besides.
    let most = u64::from(width) * u64::from(height) * 6 * LARGER + (16 << 20);
    let usual = u64::from(width) * u64::from(height) / 4;
    let (mut crc, mut done) = (Hasher::new(), 0_u64);
    attempts(feed, first, |feed, reply| {
        let length = reply.header(&CONTENT_LENGTH);
        let length = length
            .and_then(|length| length.parse().ok())
            .unwrap_or(usual);
        let arrival = Arrival::new(reply);
        let mut buffer = vec![0; BAND];
        let (mut at, mut again, mut end) = (0, Hasher::new(), JpegEnd::default());
        loop {
            let read = fill(&arrival, &mut buffer, LEAST);
            let read = read.map_err(|e| short(&arrival, e))?;
            let piece = &buffer[..read];
            if at == 0 && !piece.starts_with(&[0xFF, 0xD8, 0xFF]) {
                return Err(Short::Unusable(no_image(&arrival, piece)));
            }
            if read == 0 {
                break;
            }
            feed.line()?;
            end.update(piece);
            let had = usize::try_from(done.saturating_sub(at).min(read as u64)).unwrap_or(read);
            again.update(&piece[..had]);
            at += read as u64;
            if had > 0 && at >= done && again.clone().finalize() != crc.clone().finalize() {
                return Err(Short::Unusable(another(&arrival.url())));
            }
            if at > most {
                let what = format!("{}: more than {most} bytes of JPEG", arrival.url());
                return Err(Short::Unusable(Error::new(
                    ErrorKind::DeviceCommunication,
                    what,
                )));
            }
            let new = &piece[had..];
            if !new.is_empty() {
                transfer::write_all(stream, new).map_err(Halt::Stream)?;
                crc.update(new);
                done = at;
                reporter.part(at, Some(length))?;
                feed.wire.came();
            }
        }
        // What came is shorter than what is written of it.
        if at < done {
            return Err(Short::Unusable(another(&arrival.url())));
        }
        match end.is_there() {
            true => Ok(()),
            false => {
                let what = format!("{}: the JPEG data end early", arrival.url());
                Err(Short::Unusable(Error::new(
                    ErrorKind::DeviceCommunication,
                    what,
                )))
            }
        }
    })
}

/// Reads the page up to its end, and drops it.
pub(crate) fn discard(feed: &mut Feed<'_>, first: Reply) -> Result<(), Halt> {
    attempts(feed, first, |feed, reply| {
        let arrival = Arrival::new(reply);
        let mut buffer = vec![0; BAND];
        let mut dropped = 0;
        loop {
            let read = fill(&arrival, &mut buffer, LEAST).map_err(|e| short(&arrival, e))?;
            if read == 0 {
                return Ok(());
            }
            feed.line()?;
            dropped += read as u64;
            if dropped > DROPPED {
                let what = format!("{}: a page of more than {DROPPED} bytes", arrival.url());
                let e = Error::new(ErrorKind::DeviceCommunication, what);
                return Err(Short::Unusable(e));
            }
        }
    })
}

/// What was written of a page before its connection broke.
#[derive(Default)]
struct Begun {
    layout: Option<PageLayout>,
    rows: u32,
    crc: Hasher,
}

impl Begun {
    /// Begins the page, or finds that it is the one that was begun.
    fn begin(
        &mut self,
        layout: &PageLayout,
        arrival: &Arrival,
        writer: &mut dyn DocumentWriter,
    ) -> Result<(), Short> {
        match &self.layout {
            None => {
                writer.begin_page(layout).map_err(Halt::Stream)?;
                self.layout = Some(*layout);
                Ok(())
            }
            Some(before) if before == layout => Ok(()),
            Some(_) => Err(Short::Unusable(another(&arrival.url()))),
        }
    }

    /// Whether the rows that came again are those that are written.
    fn check(&self, again: &Hasher, arrival: &Arrival) -> Result<(), Short> {
        match again.clone().finalize() == self.crc.clone().finalize() {
            true => Ok(()),
            false => Err(Short::Unusable(another(&arrival.url()))),
        }
    }
}

/// After a broken connection another page came: the one before is lost.
fn another(url: &str) -> Error {
    let what = format!(
        "{url}: the connection broke, and another page came when the same was asked for again"
    );
    Error::new(ErrorKind::DeviceCommunication, what)
}

fn no_image(arrival: &Arrival, start: &[u8]) -> Error {
    let text: String = String::from_utf8_lossy(start).chars().take(60).collect();
    let what = match start {
        [] => "an empty answer".to_owned(),
        _ => format!("{text:?}"),
    };
    let what = format!("{}: {what} where a page is expected", arrival.url());
    Error::new(ErrorKind::DeviceCommunication, what)
}

/// Whether it was the connection that broke off, or what came is not what it should be.
fn short(arrival: &Arrival, e: Error) -> Short {
    match arrival.failure() {
        Some(broken) => Short::Broken(broken),
        None => {
            let e = e.context(arrival.url());
            Short::Unusable(
                Error::new(ErrorKind::DeviceCommunication, e.to_string()).with_source(e),
            )
        }
    }
}

/// Reads until there are `least` bytes, or no more.
fn fill(arrival: &Arrival, buffer: &mut [u8], least: usize) -> Result<usize> {
    let mut filled = 0;
    while filled < least {
        match arrival
            .read(&mut buffer[filled..])
            .map_err(Error::from_read)?
        {
            0 => break,
            n => filled += n,
        }
    }
    Ok(filled)
}

/// Bounds on an image, from what was asked for.
fn limits(request: &Request) -> Limits {
    let (width, height) = request.size;
    let pixels = u64::from(width) * u64::from(height);
    Limits {
        pixels: pixels * LARGER + (1 << 20),
        row_bytes: (u64::from(width) * 8 * LARGER + (64 << 10)).min(Limits::DEFAULT.row_bytes),
        held_bytes: HELD,
        ..Limits::DEFAULT
    }
}

/// The page, with the resolution that it really has.
fn layout(info: &ImageInfo, request: &Request) -> PageLayout {
    let asked = resolution::Asked {
        size: request.size,
        dpi: request.dpi,
        listed: &request.listed,
    };
    let (x_dpi, y_dpi) = resolution::of(info, &asked);
    if (x_dpi, y_dpi) != request.dpi {
        tracing::warn!(
            x_dpi,
            y_dpi,
            "the page has another resolution than was asked for"
        );
    }
    PageLayout {
        width: info.width,
        height: Some(info.height),
        pixel: request.pixel,
        x_dpi,
        y_dpi,
    }
}
