//! The order of calls of a document that holds one image, kept in one place for all such formats.

use raster::{Band, PageLayout};
use wia::{Error, ErrorKind, Result};

use crate::output::Output;
use crate::{
    ChunkSource, DocumentFormat, DocumentWriter, Orientation, PageDone, PageOptions, Sink,
    StoredPage,
};

/// What turns the rows of one page into the bytes of a format. The rows it gets are checked: of
/// the page's width, never more than the stated height, never none at the end.
pub trait PageEncoder {
    /// The format, whose abilities decide which pages are taken.
    const FORMAT: DocumentFormat;

    /// Which way up the page is to be shown, for formats that can say so.
    fn set_orientation(&mut self, _orientation: Orientation) {}

    /// Writes what comes before the rows.
    fn begin<S: Sink>(&mut self, layout: &PageLayout, out: &mut Output<S>) -> Result<()>;

    /// Writes rows, of which the first is number `first` of the page.
    fn rows<S: Sink>(
        &mut self,
        layout: &PageLayout,
        first: u32,
        band: Band<'_>,
        out: &mut Output<S>,
    ) -> Result<()>;

    /// Writes what comes after the rows and corrects what was written before their number was
    /// known.
    fn end<S: Sink>(&mut self, layout: &PageLayout, height: u32, out: &mut Output<S>)
    -> Result<()>;

    /// Writes the page as another document stores it.
    ///
    /// # Errors
    ///
    /// `NotImplemented`, with nothing written, where the format does not take it so.
    fn stored<S: Sink>(
        &mut self,
        _page: &StoredPage,
        _chunks: &mut dyn ChunkSource,
        _out: &mut Output<S>,
    ) -> Result<()> {
        Err(Error::new(
            ErrorKind::NotImplemented,
            "the format takes no stored pages",
        ))
    }
}

#[derive(Debug)]
enum State {
    /// No page yet, or it was taken back.
    Empty,
    Open {
        layout: PageLayout,
        rows: u32,
    },
    /// Something went wrong inside the page.
    Failed,
    Done,
}

/// A [`DocumentWriter`] of a format that holds one image. Made by the format's own `new`.
///
/// The document starts at the end of a sink that can seek, else where the sink stands.
#[derive(Debug)]
pub struct OnePage<S, E> {
    out: Output<S>,
    encoder: E,
    state: State,
}

impl<S: Sink, E: PageEncoder> OnePage<S, E> {
    pub(crate) fn with_encoder(sink: S, encoder: E) -> OnePage<S, E> {
        OnePage {
            out: Output::new(sink),
            encoder,
            state: State::Empty,
        }
    }

    /// Leaves the page marked as failed unless `work` goes well.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<(State, T)>) -> Result<T> {
        self.state = State::Failed;
        let (state, value) = work(self)?;
        self.state = state;
        Ok(value)
    }

    fn may_begin(&self, layout: &PageLayout) -> Result<()> {
        match self.state {
            State::Empty => {}
            State::Open { .. } => return Err(Error::invalid("the page before is not ended")),
            State::Failed => return self.not_open(),
            State::Done => {
                let name = E::FORMAT.name();
                return Err(Error::invalid(format!("a {name} document holds one page")));
            }
        }
        E::FORMAT.check_layout(layout, self.out.can_seek())
    }

    fn not_open<T>(&self) -> Result<T> {
        Err(Error::invalid(match self.state {
            State::Failed => "the page has failed already",
            _ => "no page has been begun",
        }))
    }
}

impl<S: Sink, E: PageEncoder> DocumentWriter for OnePage<S, E> {
    fn set_page_options(&mut self, options: &PageOptions) {
        self.encoder.set_orientation(options.orientation);
    }

    fn begin_page(&mut self, layout: &PageLayout) -> Result<()> {
        self.may_begin(layout)?;
        self.out.begin()?;
        let layout = *layout;
        self.guarded(|this| {
            this.encoder.begin(&layout, &mut this.out)?;
            Ok((State::Open { layout, rows: 0 }, ()))
        })
    }

    fn rows(&mut self, band: Band<'_>) -> Result<()> {
        let State::Open { layout, rows } = self.state else {
            return self.not_open();
        };
        self.guarded(|this| {
            let total = row_total(&layout, rows, &band)?;
            if band.rows() > 0 {
                this.out.resume()?;
                this.encoder.rows(&layout, rows, band, &mut this.out)?;
            }
            let rows = total;
            Ok((State::Open { layout, rows }, ()))
        })
    }

    fn end_page(&mut self) -> Result<PageDone> {
        let State::Open { layout, rows } = self.state else {
            return self.not_open();
        };
        self.guarded(|this| {
            check_height(&layout, rows)?;
            this.out.resume()?;
            this.encoder.end(&layout, rows, &mut this.out)?;
            let done = PageDone {
                height: rows,
                document_bytes: this.out.len(),
            };
            Ok((State::Done, done))
        })
    }

    fn stored_page(&mut self, page: &StoredPage, chunks: &mut dyn ChunkSource) -> Result<PageDone> {
        self.may_begin(&page.layout)?;
        self.out.begin()?;
        let before = self.out.len();
        let written = self.encoder.stored(page, chunks, &mut self.out);
        self.state = match &written {
            Ok(()) => State::Done,
            Err(e) if e.kind() == ErrorKind::NotImplemented && self.out.len() == before => {
                State::Empty
            }
            Err(_) => State::Failed,
        };
        written?;
        Ok(PageDone {
            height: page.layout.height.unwrap_or(0),
            document_bytes: self.out.len(),
        })
    }

    fn abandon_page(&mut self) -> Result<()> {
        match self.state {
            State::Empty | State::Done => Ok(()),
            State::Open { .. } | State::Failed => self.guarded(|this| {
                this.out.take_back()?;
                Ok((State::Empty, ()))
            }),
        }
    }

    fn finish(&mut self) -> Result<()> {
        match self.state {
            State::Done => Ok(()),
            State::Empty => Err(Error::invalid("the document has no page")),
            State::Open { .. } | State::Failed => {
                Err(Error::invalid("the document's page is not complete"))
            }
        }
    }
}

/// The number of rows after `band`, when the page can take it.
pub(crate) fn row_total(layout: &PageLayout, rows: u32, band: &Band<'_>) -> Result<u32> {
    if band.row_bytes() != layout.row_bytes() {
        return Err(Error::invalid(format!(
            "rows of {} bytes on a page whose rows have {}",
            band.row_bytes(),
            layout.row_bytes()
        )));
    }
    let most = layout.height.unwrap_or(u32::MAX);
    let total = rows as u64 + band.rows() as u64;
    match u32::try_from(total) {
        Ok(total) if total <= most => Ok(total),
        _ => Err(Error::invalid(format!(
            "{total} rows for a page of {most} rows"
        ))),
    }
}

pub(crate) fn check_height(layout: &PageLayout, rows: u32) -> Result<()> {
    match layout.height {
        _ if rows == 0 => Err(Error::invalid("a page without a row")),
        Some(height) if height != rows => Err(Error::invalid(format!(
            "the page ended after {rows} of {height} rows"
        ))),
        _ => Ok(()),
    }
}
