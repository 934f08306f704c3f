//! An open stream of the driver: what passes, what is put right on the way, and what at the page's end.

use std::io::SeekFrom;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use transfer::{Stream, write_all, write_at};
use wia::{Error, ErrorKind, Result};

use crate::below::Below;
use crate::layer::{Layer, Resolution, said};
use crate::rescale::Rescale;
use crate::resolution::Wanted;
use crate::watch::{Came, Kind, Told, Watch};

/// Four bytes, and their place in the document.
type Words = Vec<(u64, [u8; 4])>;

/// What is to be done with the pages of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) kind: Kind,
    pub(crate) true_height: bool,
    pub(crate) resolution: Option<(Wanted, Resolution)>,
}

/// A stream that the driver has.
pub(crate) struct Open {
    rules: Rules,
    below: Below,
    watch: Watch,
    way: Way,
    /// The position as the driver knows it.
    at: Option<u64>,
    /// The position of the document's first byte.
    base: Option<u64>,
    /// The header told a height that was passed, and tells none now.
    lifted: bool,
    ended: bool,
}

/// How bytes reach the stream below.
enum Way {
    /// That depends on the header, of which this much has come.
    Undecided(Vec<u8>),
    AsTheyAre,
    /// With these words in the header.
    Patched(Words),
    Rescaled(Box<Rescale>),
}

impl Open {
    pub(crate) fn new(rules: Rules, stream: Box<dyn Stream>) -> Open {
        Open {
            watch: Watch::new(rules.kind),
            way: Open::first_way(&rules),
            rules,
            below: Below::new(stream),
            at: None,
            base: None,
            lifted: false,
            ended: false,
        }
    }

    fn first_way(rules: &Rules) -> Way {
        match rules.resolution.is_some() && rules.kind.has_lines() {
            true => Way::Undecided(Vec::new()),
            false => Way::AsTheyAre,
        }
    }

    /// What came.
    pub(crate) const fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Bytes of the document below, where they are not those that the driver wrote.
    pub(crate) fn bytes_below(&self) -> Option<u64> {
        match (&self.way, self.base) {
            (Way::Rescaled(_), Some(base)) => {
                let end = self.below.call(|stream| stream.seek(SeekFrom::Current(0)));
                Some(end.ok()?.saturating_sub(base))
            }
            _ => None,
        }
    }

    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.check_open()?;
        let at = match self.at {
            Some(at) => at,
            None => self
                .below
                .call(|stream| stream.seek(SeekFrom::Current(0)))?,
        };
        let base = *self.base.get_or_insert(at);
        let Some(place) = at.checked_sub(base) else {
            // Before the document: nothing is known of that.
            self.watch.failed();
            self.settle_way()?;
            let taken = self.below.call(|stream| stream.write(data))?;
            self.at = Some(at + taken as u64);
            return Ok(taken);
        };
        self.at = Some(at);
        self.watch.written(place, data);
        let taken = self
            .pass(place, data)
            .inspect_err(|_| self.watch.failed())?;
        if taken < data.len() {
            self.watch.failed();
        }
        self.at = Some(at + taken as u64);
        Ok(taken)
    }

    /// Passes bytes on, once it is clear how.
    fn pass(&mut self, place: u64, data: &[u8]) -> Result<usize> {
        if let Way::Undecided(head) = &mut self.way {
            let whole = if head.is_empty() && place == 0 {
                None
            } else if place == head.len() as u64 {
                head.extend_from_slice(data);
                Some(std::mem::take(head))
            } else {
                self.settle_way()?;
                return self.put(place, data);
            };
            return match (self.decided(whole.as_deref().unwrap_or(data)), whole) {
                (Some(way), None) => {
                    self.way = way;
                    self.put(place, data)
                }
                (Some(way), Some(head)) => {
                    self.way = way;
                    self.put(0, &head)?;
                    Ok(data.len())
                }
                (None, whole) => {
                    self.way = Way::Undecided(whole.unwrap_or_else(|| data.to_vec()));
                    Ok(data.len())
                }
            };
        }
        self.put(place, data)
    }

    /// How a page with this header goes on; `None` when it is not complete.
    fn decided(&self, head: &[u8]) -> Option<Way> {
        let Some(told) = self.watch.told() else {
            let header = self.rules.kind.header_len(head)?;
            return (head.len() >= header).then_some(Way::AsTheyAre);
        };
        let found = { self.rules.resolution.as_ref() }
            .and_then(|(wanted, how)| Some((wanted.compare(&told)?, how)));
        if let Some((found, _)) = &found {
            let what = format!(
                "the page came at {:?} dpi, not {:?}",
                found.dpi, found.wanted
            );
            said(Layer::TrueResolution, &what);
        }
        Some(match found {
            Some((found, Resolution::Rescale)) => {
                let below = self.below.clone();
                Way::Rescaled(Box::new(Rescale::new(self.rules.kind, found, below)))
            }
            Some((found, Resolution::Say)) if told.dpi != found.dpi => {
                Way::Patched(told.with_dpi(self.rules.kind, found.dpi))
            }
            _ => Way::AsTheyAre,
        })
    }

    /// Nothing more is waited for: what is kept goes below as it is.
    fn settle_way(&mut self) -> Result<()> {
        if let Way::Undecided(head) = &mut self.way {
            let head = std::mem::take(head);
            self.way = Way::AsTheyAre;
            if !head.is_empty() {
                self.below.call(|stream| write_all(stream, &head))?;
            }
        }
        Ok(())
    }

    /// Passes bytes on, of which there may be more than the header told.
    fn put(&mut self, place: u64, data: &[u8]) -> Result<usize> {
        let end = place + data.len() as u64;
        let told = self.watch.told().filter(|told| {
            self.rules.true_height && !self.lifted && told.height > 0 && end > told.end(told.height)
        });
        let Some(told) = told else {
            return self.give(place, data);
        };
        self.lifted = true;
        let words = told.with_open_height(self.rules.kind);
        if place > 0 {
            self.correct(&words)?;
            return self.give(place, data);
        }
        // The header is a part of it.
        let mut data = data.to_vec();
        patch(&mut data, 0, &words);
        self.give(0, &data)
    }

    fn give(&mut self, place: u64, data: &[u8]) -> Result<usize> {
        match &mut self.way {
            Way::Rescaled(rescale) => {
                rescale.write_at(place, data)?;
                Ok(data.len())
            }
            Way::Patched(words) if words.iter().any(|(at, _)| place < at + 4) => {
                let mut data = data.to_vec();
                patch(&mut data, place, words);
                self.below.call(|stream| stream.write(&data))
            }
            _ => self.below.call(|stream| stream.write(data)),
        }
    }

    /// Writes words of the header again.
    fn correct(&mut self, words: &Words) -> Result<()> {
        if let Way::Rescaled(rescale) = &mut self.way {
            return words
                .iter()
                .try_for_each(|(at, word)| rescale.write_at(*at, word));
        }
        let (Some(base), Some(back)) = (self.base, self.at) else {
            return Ok(());
        };
        self.below.call(|stream| {
            for (at, word) in words {
                write_at(stream, base + at, word)?;
            }
            stream.seek(SeekFrom::Start(back)).map(drop)
        })
    }

    /// The driver will write no more. With `good` the page is complete as far as the driver says.
    ///
    /// # Errors
    ///
    /// When the page is not complete, or something of it did not arrive.
    pub(crate) fn end(&mut self, good: bool) -> Result<()> {
        if self.ended {
            return Ok(());
        }
        self.ended = true;
        let result = match good {
            true => self.complete(),
            false => Ok(()),
        };
        self.below.release();
        result
    }

    fn complete(&mut self) -> Result<()> {
        self.settle_way()?;
        if let (true, Some(told), Came::Lines(lines)) =
            (self.rules.true_height, self.watch.told(), self.watch.came())
            && self.is_wrong(&told, lines)
            && let Some(words) = told.with_height(lines)
        {
            let what = format!("the header told {} lines, {lines} came", told.height);
            said(Layer::TrueHeight, &what);
            self.correct(&words)?;
        }
        match std::mem::replace(&mut self.way, Way::AsTheyAre) {
            Way::Rescaled(rescale) if self.watch.end() > 0 => rescale.end(),
            _ => Ok(()),
        }
    }

    /// Whether the header does not tell these lines.
    fn is_wrong(&self, told: &Told, lines: u32) -> bool {
        let bytes = told.end(lines) - told.end(0);
        let size = match self.rules.kind {
            Kind::Raw => u64::from(told.size) != bytes,
            // Nobody needs it of a bitmap.
            _ => false,
        };
        self.lifted || told.height != lines || size
    }

    /// Takes the page back, as if nothing had been written.
    ///
    /// # Errors
    ///
    /// What the stream says.
    pub(crate) fn take_back(&mut self) -> Result<()> {
        match self.base {
            Some(base) if self.watch.end() > 0 => {
                self.set_size(base)?;
                self.seek(SeekFrom::Start(base)).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Writes another page into a stream that was taken back.
    pub(crate) fn fill(&mut self, write: impl FnOnce(&mut dyn Stream) -> Result<()>) -> Result<()> {
        self.below.call(|stream| write(stream))
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.check_open()?;
        if let (Way::Rescaled(_), Some(base), Some(at)) = (&self.way, self.base, self.at) {
            let to = match to {
                SeekFrom::Start(to) => Some(to),
                SeekFrom::End(by) => (base + self.watch.end()).checked_add_signed(by),
                SeekFrom::Current(by) => at.checked_add_signed(by),
            };
            let to = to.ok_or_else(|| {
                let what = "a place before the start of the stream";
                Error::new(ErrorKind::InvalidFunction, what)
            })?;
            self.at = Some(to);
            return Ok(to);
        }
        if matches!(&self.way, Way::Undecided(head) if !head.is_empty()) {
            self.settle_way()?;
        }
        let to = self.below.call(|stream| stream.seek(to))?;
        self.at = Some(to);
        Ok(to)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.check_open()?;
        let place = self.base.and_then(|base| size.checked_sub(base));
        if place.is_none_or(|place| place == 0) {
            self.below.call(|stream| stream.set_size(size))?;
            self.watch.cut(0);
            self.way = Open::first_way(&self.rules);
            self.lifted = false;
            if self.base.is_some_and(|base| size < base) {
                self.base = None;
            }
            return Ok(());
        }
        match &self.way {
            Way::Rescaled(_) if place == Some(self.watch.end()) => return Ok(()),
            Way::Rescaled(_) => {
                let what = "a page that is rescaled can only be taken back whole";
                return Err(Error::new(ErrorKind::InvalidFunction, what));
            }
            _ => {}
        }
        self.settle_way()?;
        self.below.call(|stream| stream.set_size(size))?;
        self.watch.cut(place.unwrap_or(0));
        Ok(())
    }

    fn check_open(&self) -> Result<()> {
        match self.ended {
            false => Ok(()),
            true => Err(Error::new(ErrorKind::Reverted, "the stream has ended")),
        }
    }
}

/// Puts words into bytes that begin at a place of the document.
fn patch(data: &mut [u8], place: u64, words: &Words) {
    for (at, word) in words {
        for (at, byte) in (*at..).zip(word) {
            let at = at
                .checked_sub(place)
                .and_then(|at| usize::try_from(at).ok());
            if let Some(old) = at.and_then(|at| data.get_mut(at)) {
                *old = *byte;
            }
        }
    }
}

/// The driver's handle of an [`Open`].
pub(crate) struct LayerStream(pub(crate) Arc<Mutex<Open>>);

pub(crate) fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stream for LayerStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        lock(&self.0).write(data)
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        lock(&self.0).seek(to)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        lock(&self.0).set_size(size)
    }

    fn settle(&mut self) -> Result<()> {
        lock(&self.0).below.call(|stream| stream.settle())
    }

    fn barrier(&mut self) -> Result<()> {
        lock(&self.0).below.call(|stream| stream.barrier())
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        lock(&self.0).below.call(|stream| stream.read(buffer))
    }

    fn size(&mut self) -> Result<u64> {
        lock(&self.0).below.call(|stream| stream.size())
    }
}
