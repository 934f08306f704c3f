//! The writing side: pages from the drawing thread into the application's streams.

use formats::DocumentWriter;
use minidriver::pages::{Halt, PageFormat, Pages, Reporter};
use raster::Band;
use wia::{Error, ErrorKind};

use crate::feed::Feed;
use crate::pool::{Failure, Page, Step};

/// How a page goes on whose sheet had to be fed again. Before a person is asked for help the stream
/// must be as it may be left: nothing may touch it any more when there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refed {
    /// The page is taken back, and written anew.
    Anew,
    /// It goes on behind the rows that it has: the same sheet gives the same rows.
    Behind,
}

/// The pages of one transfer.
pub(crate) struct Sheets<'a> {
    pub(crate) feed: Feed<'a>,
    /// Whether the height of a page is not told before its end.
    pub(crate) late_height: bool,
}

impl Pages for Sheets<'_> {
    type Page = Page;
    type Failure = Failure;

    /// The same bytes each time, whatever happens to the page.
    fn encoders(&self) -> usize {
        1
    }

    fn next(&mut self) -> Result<Option<Page>, Halt<Failure>> {
        loop {
            match self.feed.next()? {
                Step::Page(page) => {
                    // From here on the sheet is through, whatever becomes of its page.
                    self.feed.paper.feed(self.feed.job, page.sheet);
                    return Ok(Some(page));
                }
                Step::End => return Ok(None),
                Step::Failed(failure) => self.feed.recover(failure)?,
                Step::Band(_) | Step::PageEnd | Step::Again | Step::WarmingUp(_) => {
                    return Err(out_of_order());
                }
            }
        }
    }

    fn write(
        &mut self,
        page: Page,
        writer: &mut dyn DocumentWriter,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), Halt<Failure>> {
        let (feed, format) = (&self.feed, self.feed.job.format);
        let refed = match format {
            PageFormat::Tiff => Refed::Anew,
            _ => Refed::Behind,
        };
        let mut layout = page.layout;
        // The lines of a bitmap come bottom-up, so it cannot begin without the height.
        if self.late_height && !matches!(format, PageFormat::Bmp | PageFormat::MemoryBmp) {
            layout.height = None;
        }
        writer.begin_page(&layout).map_err(Halt::Stream)?;
        let row_bytes = layout.row_bytes();
        // Rows of the page, and rows that came since its sheet was fed.
        let (mut done, mut came) = (0, 0);
        loop {
            match feed.next()? {
                Step::Band(rows) => {
                    let had = (done - came).min(rows.len() / row_bytes.max(1));
                    let new = rows.get(had * row_bytes..).unwrap_or_default();
                    came += had;
                    if !new.is_empty() {
                        let band = Band::new(new, row_bytes, row_bytes).ok_or_else(out_of_order)?;
                        writer.rows(band).map_err(Halt::Stream)?;
                        done += band.rows();
                        came += band.rows();
                    }
                    feed.give_back(rows);
                    reporter.part(done as u64, Some(page.height.into()))?;
                }
                Step::PageEnd => break,
                Step::Failed(failure) => {
                    if refed == Refed::Anew {
                        // The finished pages are valid even when their stream cannot be cut.
                        drop(writer.abandon_page());
                    }
                    feed.recover(failure)?;
                }
                Step::Again => {
                    came = 0;
                    if refed == Refed::Anew {
                        done = 0;
                        writer.begin_page(&layout).map_err(Halt::Stream)?;
                    }
                }
                Step::Page(_) | Step::End | Step::WarmingUp(_) => return Err(out_of_order()),
            }
        }
        writer.end_page().map_err(Halt::Stream)?;
        Ok(())
    }

    fn discard(&mut self, _: Page) -> Result<(), Halt<Failure>> {
        loop {
            match self.feed.next()? {
                Step::Band(rows) => self.feed.give_back(rows),
                Step::PageEnd => return Ok(()),
                Step::Failed(failure) => self.feed.recover(failure)?,
                Step::Again => {}
                Step::Page(_) | Step::End | Step::WarmingUp(_) => return Err(out_of_order()),
            }
        }
    }
}

/// The drawing thread broke the order of its steps.
fn out_of_order() -> Halt<Failure> {
    Halt::Stream(Error::new(
        ErrorKind::Unexpected,
        "the bands of a page came in the wrong order",
    ))
}
