//! Filters of rows, and how they follow each other.

use items::AppItem;
use raster::{Band, PageLayout};
use wia::{Orientation, Result};

/// A page of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its shape.
    pub layout: PageLayout,
    /// Whether the first row is the bottom of the page, as in bitmaps.
    pub bottom_up: bool,
}

/// Where rows go: `begin`, `rows` any number of times, `end`.
pub trait RowSink {
    /// A page begins.
    ///
    /// # Errors
    ///
    /// When it cannot be taken.
    fn begin(&mut self, page: &Page) -> Result<()>;

    /// Rows of it, in their order.
    ///
    /// # Errors
    ///
    /// When they cannot be taken.
    fn rows(&mut self, band: Band<'_>) -> Result<()>;

    /// The page is complete.
    ///
    /// # Errors
    ///
    /// When it is not, or cannot be taken.
    fn end(&mut self) -> Result<()>;
}

/// One step of image processing: canonical rows in, canonical rows out. It works on one page after the
/// other; one that is not ended is forgotten when the next begins.
pub trait RowFilter: Send {
    /// Whether it changes anything on pages of this layout.
    fn changes(&self, layout: &PageLayout) -> bool {
        let _ = layout;
        true
    }

    /// Whether it holds a page that has gone to a file.
    fn holds_file(&self) -> bool {
        false
    }

    /// A page begins. Its height may become another, if the layout tells one at all.
    ///
    /// # Errors
    ///
    /// What `out` says.
    fn begin(&mut self, page: &Page, out: &mut dyn RowSink) -> Result<()>;

    /// Rows of it.
    ///
    /// # Errors
    ///
    /// What `out` says.
    fn rows(&mut self, band: Band<'_>, out: &mut dyn RowSink) -> Result<()>;

    /// The page is complete.
    ///
    /// # Errors
    ///
    /// What `out` says.
    fn end(&mut self, out: &mut dyn RowSink) -> Result<()>;
}

/// What makes a [`RowFilter`] for a transfer.
pub trait Filter: Send + Sync {
    /// Its name.
    fn name(&self) -> &str;

    /// The quarter turns that it makes whatever the item's `WIA_IPS_ROTATION` says.
    fn turn(&self) -> Orientation {
        Orientation::Portrait
    }

    /// The filter for the item that is transferred; `None` when there is nothing to do.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a property that makes no sense.
    fn for_item(&self, item: &AppItem) -> Result<Option<Box<dyn RowFilter>>>;
}

/// Filters one after the other, and where their rows go in the end.
pub(crate) struct Rest<'a> {
    pub(crate) filters: &'a mut [Box<dyn RowFilter>],
    pub(crate) last: &'a mut dyn RowSink,
}

impl Rest<'_> {
    /// Calls the next filter, or the last sink.
    fn next(
        &mut self,
        filter: impl FnOnce(&mut dyn RowFilter, &mut dyn RowSink) -> Result<()>,
        sink: impl FnOnce(&mut dyn RowSink) -> Result<()>,
    ) -> Result<()> {
        let last = &mut *self.last;
        match self.filters.split_first_mut() {
            Some((first, filters)) => filter(first.as_mut(), &mut Rest { filters, last }),
            None => sink(last),
        }
    }
}

impl RowSink for Rest<'_> {
    fn begin(&mut self, page: &Page) -> Result<()> {
        self.next(|filter, out| filter.begin(page, out), |out| out.begin(page))
    }

    fn rows(&mut self, band: Band<'_>) -> Result<()> {
        self.next(|filter, out| filter.rows(band, out), |out| out.rows(band))
    }

    fn end(&mut self) -> Result<()> {
        self.next(|filter, out| filter.end(out), |out| out.end())
    }
}
