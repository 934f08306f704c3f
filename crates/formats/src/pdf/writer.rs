//! The writer of documents.

use std::fs::File;

use raster::{Band, PageLayout, PixelType};
use wia::{Error, Result};

use super::body::Body;
use super::ending::{self, Base, TABLE_LIMIT};
use super::image::Image;
use super::page::{NO_IDENTIFIER, Objects, Pages, identifier};
use super::record::Record;
use super::{Conformance, Options, existing, prologue};
use crate::one_page::{check_height, row_total};
use crate::output::Output;
use crate::stored::{ChunkSource, StoredPage};
use crate::{
    DocumentFormat, DocumentWriter, Limits, Orientation, PageDone, PageOptions, Profile, Sink,
};

/// A PDF document on its way to a sink.
#[derive(Debug)]
pub struct Writer<S> {
    pub(super) body: Body<S>,
    pub(super) options: Options,
    /// Which way up the next pages are.
    orientation: Orientation,
    pub(super) state: State,
    /// `None` before the document has begun.
    pub(super) document: Option<Document>,
    /// Where the document ended before the page that is being written, or would be.
    mark: u64,
    table_limit: u64,
}

/// A document that has begun.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) base: Base,
    pub(super) pages: Pages,
    /// The last profile that a page had, and the number of its object.
    pub(super) profile: Option<(Profile, u32)>,
}

#[derive(Debug)]
pub(super) enum State {
    Idle,
    Open(Box<Page>),
    /// Something went wrong inside a page.
    Failed,
    Finished,
}

/// The page that is being written.
#[derive(Debug)]
pub(super) struct Page {
    layout: PageLayout,
    orientation: Orientation,
    rows: u32,
    image: Image,
    head: Head,
}

/// The objects of a page, whose image has begun.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) objects: Objects,
    /// The number of the image.
    pub(super) image: u32,
    /// Where the page and the image's data begin.
    start: u64,
    pub(super) data: u64,
    pub(super) profile: Option<(Profile, u32)>,
}

impl<S: Sink> Writer<S> {
    /// A document that will start at the end of `sink`, or where a sink stands that cannot seek. Nothing
    /// is written before the first page.
    pub fn new(sink: S, options: Options) -> Writer<S> {
        Writer {
            body: Body::new(Output::new(sink)),
            options,
            orientation: Orientation::TopLeft,
            state: State::Idle,
            document: None,
            mark: 0,
            table_limit: TABLE_LIMIT,
        }
    }

    /// Adds pages to the PDF that `file` holds from its first byte to its last; `sink` writes to the same
    /// file. Also says how many pages there are. The bytes that are there stay: with the first page a
    /// new version of the document begins behind them, and until [`DocumentWriter::finish`] has
    /// written its end, readers see the old one or, where they want the end of the file to be in
    /// order, none. What the document says about itself stays as well. Whether it is PDF/A is for it to say,
    /// not for the options ([`Writer::conformance`]).
    ///
    /// # Errors
    ///
    /// `InputDamaged` for what is no PDF or has no table of objects, `InputUnsupported` for one that is
    /// encrypted or signed against changes; `ReadFault` and the like.
    pub fn append(sink: S, file: &File, options: Options) -> Result<(Writer<S>, u32)> {
        let len = file.metadata().map_err(Error::from_read)?.len();
        let old = existing::read(file, len, Limits::DEFAULT)?;
        let pages = old.pages;
        let conformance = match old.archival {
            true => Conformance::A2b,
            false => Conformance::Pdf17,
        };
        let options = Options {
            conformance,
            ..options
        };
        let document = Document {
            pages: Pages::new(old.size + 1, NO_IDENTIFIER, 0),
            base: Base::addition(old),
            profile: None,
        };
        Ok((Writer::resume(sink, len, options, document), pages))
    }

    /// Goes on with a document that is there already.
    pub(super) fn resume(sink: S, len: u64, options: Options, document: Document) -> Writer<S> {
        Writer {
            body: Body::new(Output::at(sink, len)),
            options,
            orientation: Orientation::TopLeft,
            state: State::Idle,
            document: Some(document),
            mark: len,
            table_limit: TABLE_LIMIT,
        }
    }

    /// The rules that the document keeps. Of PDF/A no part but its existence is looked at.
    pub fn conformance(&self) -> Conformance {
        self.options.conformance
    }

    /// The finished pages that were written.
    pub fn pages(&self) -> u32 {
        self.document.as_ref().map_or(0, |d| d.pages.count())
    }

    /// Bytes of the document so far.
    pub(super) fn len(&self) -> u64 {
        self.body.at()
    }

    /// Prepares for a page: the document has begun, the output stands where the page goes.
    pub(super) fn open(&mut self) -> Result<()> {
        match self.state {
            State::Idle => {}
            State::Open(_) => return Err(Error::invalid("the page before has not ended")),
            State::Failed => return Err(failed_already()),
            State::Finished => return Err(Error::invalid("the document is finished")),
        }
        self.body.usable()?;
        if self.document.is_none() {
            self.body.begin()?;
        }
        self.mark = self.body.at();
        self.state = State::Failed;
        match &mut self.document {
            None => self.prologue(),
            Some(Document { base, pages, .. }) if pages.count() == 0 => match &base.old {
                None => Ok(()),
                Some(old) => {
                    // Somebody else's last line may have no end.
                    self.body.push("\n")?;
                    let at = self.body.at();
                    let id = identifier(NO_IDENTIFIER, &[old.table, at]);
                    self.body.push(Record::Addition { id }.line(at))?;
                    *pages = Pages::new(base.first + base.fixed.len() as u32, id, at);
                    self.body.checksum().map(|_| ())
                }
            },
            Some(_) => Ok(()),
        }
    }

    fn prologue(&mut self) -> Result<()> {
        let offsets = prologue::write(&mut self.body, &self.options)?;
        let sum = self.body.checksum()?;
        let at = self.body.at();
        let id = identifier(NO_IDENTIFIER, &[sum.into(), at]);
        let record = Record::Document {
            id,
            offsets: offsets.clone(),
        };
        self.body.push(record.line(at))?;
        self.body.checksum()?;
        let base = Base {
            first: 1,
            fixed: offsets,
            old: None,
        };
        self.document = Some(Document {
            pages: Pages::new(base.first + base.fixed.len() as u32, id, at),
            base,
            profile: None,
        });
        Ok(())
    }

    fn document(&mut self) -> Result<&mut Document> {
        let document = self.document.as_mut();
        document.ok_or_else(|| Error::invalid("the document has not begun"))
    }

    /// Begins the objects of a page: its profile, then its image with the entries `entries` of its
    /// dictionary, up to its data.
    pub(super) fn head(
        &mut self,
        profile: Option<&Profile>,
        entries: impl FnOnce(Option<u32>) -> String,
        layout: &PageLayout,
    ) -> Result<Head> {
        let start = self.body.at();
        let document = self.document()?;
        let mut objects = document.pages.begin()?;
        let mut known = document.profile.clone();
        if let Some(profile) = profile
            && known.as_ref().is_none_or(|(last, _)| last != profile)
        {
            known = Some((profile.clone(), objects.next()));
            objects.begin(&mut self.body)?;
            prologue::profile(&mut self.body, profile)?;
        }
        let color = profile.and(known.as_ref()).map(|(_, number)| *number);
        let image = objects.next();
        objects.begin(&mut self.body)?;
        let (width, bits) = (layout.width, layout.pixel.bits_per_channel());
        let height = match layout.height {
            Some(height) => height.to_string(),
            None => format!("{} 0 R", image + 2),
        };
        let (entries, length) = (entries(color), image + 1);
        self.body.push(format!(
            "<</Type/XObject/Subtype/Image/Width {width}/Height {height}\
             /BitsPerComponent {bits}{entries}/Length {length} 0 R>>\nstream\n"
        ))?;
        Ok(Head {
            objects,
            image,
            start,
            data: self.body.at(),
            profile: known,
        })
    }

    /// Writes the rest of a page behind its image's data; the page is then part of the document.
    pub(super) fn tail(
        &mut self,
        head: Head,
        layout: &PageLayout,
        height: u32,
        orientation: Orientation,
    ) -> Result<PageDone> {
        let Some(document) = &mut self.document else {
            return Err(Error::invalid("the document has not begun"));
        };
        let body = &mut self.body;
        let mut objects = head.objects;
        let length = body.at() - head.data;
        body.push("\nendstream\nendobj\n")?;
        objects.begin(body)?;
        body.push(format!("{length}\nendobj\n"))?;
        if layout.height.is_none() {
            objects.begin(body)?;
            body.push(format!("{height}\nendobj\n"))?;
        }
        let node = document.pages.node();
        objects.page(body, layout, height, orientation, head.image, node)?;
        let sum = body.checksum()?;
        let at = body.at();
        let record = document.pages.record(&objects, head.start, at, sum);
        body.push(Record::Page(record.clone()).line(at))?;
        body.checksum()?;
        body.reserve(document.pages.ending_room())?;
        document.pages.add(&record, at)?;
        document.profile = head.profile;
        Ok(PageDone {
            height,
            document_bytes: self.body.at(),
        })
    }

    /// Leaves the page marked as failed unless `work` goes well.
    fn guarded<T>(
        &mut self,
        work: impl FnOnce(&mut Self, Box<Page>) -> Result<(State, T)>,
    ) -> Result<T> {
        match std::mem::replace(&mut self.state, State::Failed) {
            State::Open(page) => {
                let (state, value) = work(self, page)?;
                self.state = state;
                Ok(value)
            }
            State::Failed => Err(failed_already()),
            other => {
                self.state = other;
                Err(Error::invalid("no page has begun"))
            }
        }
    }
}

impl<S: Sink> DocumentWriter for Writer<S> {
    fn set_page_options(&mut self, options: &PageOptions) {
        self.options.compression = options.compression;
        self.options.profile.clone_from(&options.profile);
        self.orientation = options.orientation;
    }

    fn begin_page(&mut self, layout: &PageLayout) -> Result<()> {
        let format = match self.options.conformance {
            Conformance::Pdf17 => DocumentFormat::Pdf,
            Conformance::A2b => DocumentFormat::Pdfa,
        };
        format.check_layout(layout, self.body.can_cut())?;
        let image = Image::new(&self.options, layout)?;
        self.open()?;
        let profile = self.options.profile.clone();
        let profile = profile.filter(|profile| profile.fits(layout.pixel));
        let entries = |color| color_space(layout.pixel, color) + &image.filter(layout);
        let head = self.head(profile.as_ref(), entries, layout)?;
        self.state = State::Open(Box::new(Page {
            layout: *layout,
            orientation: self.orientation,
            rows: 0,
            image,
            head,
        }));
        Ok(())
    }

    fn rows(&mut self, band: Band<'_>) -> Result<()> {
        self.guarded(|this, mut page| {
            page.rows = row_total(&page.layout, page.rows, &band)?;
            page.image.rows(band, &mut this.body)?;
            Ok((State::Open(page), ()))
        })
    }

    fn end_page(&mut self) -> Result<PageDone> {
        self.guarded(|this, page| {
            let page = *page;
            check_height(&page.layout, page.rows)?;
            page.image.finish(&mut this.body)?;
            let done = this.tail(page.head, &page.layout, page.rows, page.orientation)?;
            Ok((State::Idle, done))
        })
    }

    fn stored_page(&mut self, page: &StoredPage, chunks: &mut dyn ChunkSource) -> Result<PageDone> {
        self.copy(page, chunks)
    }

    fn abandon_page(&mut self) -> Result<()> {
        if !matches!(self.state, State::Open(_) | State::Failed) {
            return Ok(());
        }
        self.state = State::Failed;
        self.body.cut(self.mark)?;
        self.state = State::Idle;
        match &mut self.document {
            Some(document) if document.pages.count() > 0 => {
                // Where there is no room the ending will tell.
                let _ = self.body.reserve(document.pages.ending_room());
            }
            Some(document) if document.base.old.is_none() && self.body.can_cut() => {
                self.document = None;
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        match self.state {
            State::Idle => {}
            State::Finished => return Ok(()),
            _ => return Err(Error::invalid("the last page has not ended")),
        }
        self.body.usable()?;
        let Some(document) = &mut self.document else {
            return Ok(());
        };
        if document.pages.count() == 0 {
            if document.base.old.is_none() {
                return Err(Error::invalid("the document has no page"));
            }
            return Ok(());
        }
        let end = self.body.at();
        let (base, pages) = (&document.base, &mut document.pages);
        if let Err(error) = ending::write(&mut self.body, base, pages, self.table_limit) {
            // The first failure is the one to tell.
            let _ = self.body.cut(end);
            return Err(error);
        }
        self.state = State::Finished;
        self.body.release()
    }
}

/// The entry of an image's colours: by the profile in the object `profile`, or as the device has them.
pub(super) fn color_space(pixel: PixelType, profile: Option<u32>) -> String {
    match profile {
        Some(number) => format!("/ColorSpace[/ICCBased {number} 0 R]"),
        None if pixel.channels() == 3 => "/ColorSpace/DeviceRGB".to_owned(),
        None => "/ColorSpace/DeviceGray".to_owned(),
    }
}

fn failed_already() -> Error {
    Error::invalid("the page has failed already")
}
