//! The chain of directories in the sink: header, links, and the turn to BigTIFF.
//!
//! All positions here are offsets from the start of the TIFF unless they are called absolute.

use std::fs::File;
use std::io::SeekFrom;
use std::os::unix::fs::FileExt;

use wia::{Error, ErrorKind, Result};

use super::directory::{Directory, Form, Order, StripTable};
use super::options::{CLASSIC_LIMIT, Container, Options};
use super::page_record::{MARK, MARK_ROOM, PageRecord, marked_place};
use super::record::Record;
use super::verify::Verified;
use crate::Sink;

/// What is put together before it is written.
const CHUNK: usize = 64 * 1024;
/// What is copied from another file at once.
const COPIED: usize = 256 * 1024;

/// What a failed write may have left half done in the finished part of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    /// The link to a directory whose page failed.
    Link,
    /// The header, while it was switched to BigTIFF.
    Header,
}

#[derive(Debug)]
pub(super) struct Chain {
    container: Container,
    /// A document that was there before, and has no room for the header of a BigTIFF.
    found: bool,
    limit: u64,
    form: Form,
    order: Order,
    /// Absolute start of the TIFF, from the first page on.
    base: Option<u64>,
    /// Where the sink ended when it was last looked at.
    end: u64,
    /// Where an unfinished page is cut off, and whether there is one, or bytes of one.
    keep: u64,
    unfinished: bool,
    pages: u32,
    first_ifd: u64,
    last_ifd: u64,
    /// The field that links to the next directory.
    link: u64,
    record: Record,
    doubt: Option<Doubt>,
    /// The sum of what is written from an offset on, when pages get records.
    sum: Option<(u64, crc32fast::Hasher)>,
}

impl Chain {
    pub(super) fn new(options: &Options) -> Chain {
        let limit = options.classic_limit.min(CLASSIC_LIMIT);
        let growing = options.container == Container::Growing;
        let big = growing && options.expected_bytes.is_some_and(|bytes| bytes > limit);
        let mut chain = Chain {
            container: options.container,
            found: false,
            limit,
            form: if big { Form::Big } else { Form::Classic },
            order: Order::Little,
            base: None,
            end: 0,
            keep: 0,
            unfinished: false,
            pages: 0,
            first_ifd: 0,
            last_ifd: 0,
            link: 0,
            record: Record::default(),
            doubt: None,
            sum: options.records.then(Default::default),
        };
        chain.link = chain.header_link();
        chain
    }

    /// A classic chain of `pages` directories from the start of the sink, of which the last is at
    /// `last_ifd` and has `fields` fields.
    pub(super) fn resume(options: &Options, pages: u32, last_ifd: u64, fields: u64) -> Chain {
        Chain {
            base: Some(0),
            pages,
            last_ifd,
            link: last_ifd + Form::Classic.next_field(fields),
            ..Chain::new(&Options {
                container: Container::Classic,
                ..options.clone()
            })
        }
    }

    /// A chain that goes on with a document from the start of the sink, which has been looked through. With
    /// its directories in BigTIFF's form it can become one.
    pub(super) fn append(options: &Options, found: &Verified, record: Option<Record>) -> Chain {
        let growing = Chain::new(&Options {
            container: Container::Growing,
            expected_bytes: None,
            ..options.clone()
        });
        Chain {
            found: record.is_none(),
            record: record.unwrap_or_default(),
            form: if found.big { Form::Big } else { Form::Classic },
            order: if found.big_endian {
                Order::Big
            } else {
                Order::Little
            },
            base: Some(0),
            pages: found.pages,
            first_ifd: found.first_directory(),
            last_ifd: found.last_directory(),
            link: found.link(),
            ..growing
        }
    }

    pub(super) fn order(&self) -> Order {
        self.order
    }

    pub(super) fn base(&self) -> Option<u64> {
        self.base
    }

    pub(super) fn pages(&self) -> u32 {
        self.pages
    }

    pub(super) fn last_ifd(&self) -> u64 {
        self.last_ifd
    }

    pub(super) fn is_big(&self) -> bool {
        self.form == Form::Big
    }

    /// Gets ready for a page: mends what a failure left, finds the end, writes the header if this
    /// is the first page.
    pub(super) fn open_page(&mut self, sink: &mut dyn Sink) -> Result<()> {
        self.mend(sink)?;
        if self.base.is_some() {
            let end = self.seek_end(sink)?;
            if !self.unfinished {
                self.keep = end;
            }
            self.unfinished = true;
            self.start_sum();
            return Ok(());
        }
        self.base = Some(seek(sink, SeekFrom::End(0))?);
        self.end = 0;
        self.keep = 0;
        self.unfinished = true;
        let header = self.header();
        self.write(sink, &header)?;
        self.start_sum();
        Ok(())
    }

    /// Begins the sum of a page where the document ends.
    fn start_sum(&mut self) {
        if let Some(sum) = &mut self.sum {
            *sum = (self.end, crc32fast::Hasher::new());
        }
    }

    /// Appends `data` and returns its offset. Before that makes sure that the page can be completed
    /// with a directory of `directory(form)` bytes.
    pub(super) fn append_data(
        &mut self,
        sink: &mut dyn Sink,
        data: &[u8],
        directory: impl Fn(Form) -> u64,
    ) -> Result<u64> {
        let at = self.make_room(sink, data.len() as u64, directory)?;
        self.write(sink, data)?;
        Ok(at)
    }

    /// [`Chain::append_data`] of `bytes` bytes at `from` of `file`.
    pub(super) fn append_from(
        &mut self,
        sink: &mut dyn Sink,
        file: &File,
        from: u64,
        bytes: u64,
        directory: impl Fn(Form) -> u64,
    ) -> Result<u64> {
        let at = self.make_room(sink, bytes, directory)?;
        if self.sum.is_none() {
            sink.copy_from(file, from, bytes)
                .map_err(|e| match e.kind() {
                    std::io::ErrorKind::UnexpectedEof => cut_off(),
                    _ => Error::from_write(e),
                })?;
            self.end += bytes;
            return Ok(at);
        }
        let mut piece = vec![0; usize::try_from(bytes).map_or(COPIED, |bytes| bytes.min(COPIED))];
        let mut done = 0;
        while done < bytes {
            let left = usize::try_from(bytes - done).unwrap_or(COPIED);
            let part = left.min(piece.len());
            file.read_exact_at(&mut piece[..part], from + done)
                .map_err(|e| match e.kind() {
                    std::io::ErrorKind::UnexpectedEof => cut_off(),
                    _ => Error::from_read(e),
                })?;
            self.write(sink, &piece[..part])?;
            done += part as u64;
        }
        Ok(at)
    }

    /// Moves to the end and returns it. When a page with `data` more bytes and a directory of
    /// `directory(form)` bytes would pass the limit of classic TIFF, the document is turned into
    /// BigTIFF first.
    pub(super) fn make_room(
        &mut self,
        sink: &mut dyn Sink,
        data: u64,
        directory: impl Fn(Form) -> u64,
    ) -> Result<u64> {
        let end = self.seek_end(sink)?;
        if self.form == Form::Big {
            return Ok(end);
        }
        let marked = self.sum.as_ref().map_or(0, |_| MARK_ROOM);
        let page_end = self
            .form
            .align(end.saturating_add(data).min(u64::MAX / 2))
            .saturating_add(directory(self.form).saturating_add(marked));
        if page_end <= self.limit {
            return Ok(end);
        }
        if self.container == Container::Classic {
            return Err(Error::new(
                ErrorKind::MediumFull,
                "the page does not fit into a classic TIFF any more",
            ));
        }
        if self.found {
            return Err(Error::invalid(
                "the TIFF would grow beyond 4 GiB, which its form does not allow: `quire convert` makes \
                 a new one of it that can",
            ));
        }
        self.become_big(sink)?;
        self.seek_end(sink)
    }

    /// Appends the directory of a page whose strips are written, and links it. Returns the size of
    /// the document.
    pub(super) fn add_directory(
        &mut self,
        sink: &mut dyn Sink,
        directory: &Directory,
        strips: &mut StripTable,
    ) -> Result<u64> {
        let count = strips.len();
        let end = self.make_room(sink, 0, |form| directory.size(form, count))?;
        let form = self.form;
        let mut before = vec![0; (form.align(end) - end) as usize];
        let mut at = form.align(end);
        if self.sum.is_some() {
            let base = self.base.unwrap_or(0);
            at = marked_place(base + at) - base;
            before.resize((at - end) as usize - MARK.len(), 0);
            before.extend_from_slice(MARK);
        }
        let mut out = Chunks::new(self, sink);
        out.put(&before)?;
        let order = out.chain.order;
        let copy = directory.write(form, order, at, 0, strips, &mut |bytes| out.put(bytes))?;
        out.flush()?;
        self.add_record(sink, self.pages.saturating_add(1), at)?;

        self.doubt = Some(Doubt::Link);
        let link = order.number(at, form.offset_bytes() as usize);
        self.overwrite(sink, self.link, &link)?;
        self.seek_end(sink)?;
        self.doubt = None;

        self.pages += 1;
        self.last_ifd = at;
        if self.first_ifd == 0 {
            self.first_ifd = at;
        }
        self.link = at + form.next_field(directory.len());
        self.unfinished = false;
        if form == Form::Classic && self.container == Container::Growing {
            self.record.add(&copy);
        }
        Ok(self.end)
    }

    /// Writes the record of a page whose directory is at `directory`, where records are wanted.
    fn add_record(&mut self, sink: &mut dyn Sink, page: u32, directory: u64) -> Result<()> {
        if self.sum.is_none() {
            return Ok(());
        }
        let pad = self.form.align(self.end) - self.end;
        self.write(sink, &[0; 8][..pad as usize])?;
        if let Some((start, sum)) = self.sum.take() {
            let record = PageRecord {
                page,
                directory,
                start,
                sum: sum.finalize(),
            };
            // So that the next page has one too, whatever comes of this.
            self.sum = Some(Default::default());
            self.write(sink, &record.bytes())?;
        }
        Ok(())
    }

    /// Cuts off what an unfinished page has written, if there is one.
    pub(super) fn drop_page(&mut self, sink: &mut dyn Sink) -> Result<()> {
        self.mend(sink)?;
        let (Some(base), true) = (self.base, self.unfinished) else {
            return Ok(());
        };
        sink.set_len(base.saturating_add(self.keep))
            .map_err(Error::from_write)?;
        self.unfinished = false;
        self.end = self.keep;
        if self.keep == 0 {
            // Not even the header is left.
            self.base = None;
        }
        seek(sink, SeekFrom::End(0)).map(|_| ())
    }

    /// Ends the document: puts right what a failure left. A document without a page is made empty again;
    /// bytes behind a page harm no reader.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Result<()> {
        match self.pages {
            0 => self.drop_page(sink),
            _ => self.mend(sink),
        }
    }

    /// Puts right what a failed write may have left half done.
    fn mend(&mut self, sink: &mut dyn Sink) -> Result<()> {
        match self.doubt {
            None => return Ok(()),
            Some(Doubt::Link) => self.overwrite(sink, self.link, &self.form.offset(0))?,
            Some(Doubt::Header) => {
                let header = self.header();
                self.overwrite(sink, 0, &header)?;
            }
        }
        self.doubt = None;
        Ok(())
    }

    fn become_big(&mut self, sink: &mut dyn Sink) -> Result<()> {
        let end = self.seek_end(sink)?;
        let mut first = 0;
        let mut last = None;
        if self.pages > 0 {
            first = Form::Big.align(end);
            self.start_sum();
            let mut record = std::mem::take(&mut self.record);
            let mut out = Chunks::new(self, sink);
            let copied = out
                .put(&[0; 8][..(first - end) as usize])
                .and_then(|()| record.write(first, &mut |bytes| out.put(bytes)))
                .and_then(|last| out.flush().map(|()| last));
            // Needed again if the switch fails.
            self.record = record;
            let (at, fields) = copied?;
            last = Some((at, fields));
            self.add_record(sink, self.pages, at)?;
        }

        // Else the header could reach the disk before what it leads to.
        sink.barrier().map_err(Error::from_write)?;
        let header = Form::Big.header(first);
        self.doubt = Some(Doubt::Header);
        self.overwrite(sink, 0, &header)?;
        self.doubt = None;

        self.form = Form::Big;
        self.record = Record::default();
        self.first_ifd = first;
        self.link = self.header_link();
        if let Some((at, fields)) = last {
            self.last_ifd = at;
            self.link = at + Form::Big.next_field(fields);
            // From here on the directories are part of what must stay.
            self.keep = self.end;
        }
        // The link of the last of them changes when the page is complete; it is durable as it is.
        self.start_sum();
        Ok(())
    }

    fn header(&self) -> Vec<u8> {
        let mut header = self.form.header(self.first_ifd);
        if self.container == Container::Growing {
            header.resize(16, 0);
        }
        header
    }

    /// The header's first-IFD field.
    fn header_link(&self) -> u64 {
        match self.form {
            Form::Classic => 4,
            Form::Big => 8,
        }
    }

    fn seek_end(&mut self, sink: &mut dyn Sink) -> Result<u64> {
        let absolute = seek(sink, SeekFrom::End(0))?;
        match absolute.checked_sub(self.base.unwrap_or(0)) {
            Some(end) if end >= self.end => {
                self.end = end;
                Ok(end)
            }
            _ => Err(Error::new(
                ErrorKind::WriteFault,
                "the stream has become shorter than the TIFF written to it",
            )),
        }
    }

    /// Writes at the end, where the position is.
    fn write(&mut self, sink: &mut dyn Sink, data: &[u8]) -> Result<()> {
        sink.write_all(data).map_err(Error::from_write)?;
        self.end += data.len() as u64;
        if let Some((_, sum)) = &mut self.sum {
            sum.update(data);
        }
        Ok(())
    }

    fn overwrite(&self, sink: &mut dyn Sink, at: u64, data: &[u8]) -> Result<()> {
        let absolute = self.base.unwrap_or(0).saturating_add(at);
        seek(sink, SeekFrom::Start(absolute))?;
        sink.write_all(data).map_err(Error::from_write)
    }
}

fn cut_off() -> Error {
    Error::new(
        ErrorKind::InputDamaged,
        "the file that a page is taken from has become shorter",
    )
}

fn seek(sink: &mut dyn Sink, to: SeekFrom) -> Result<u64> {
    sink.seek(to).map_err(Error::from_write)
}

/// Small pieces, appended in larger writes.
struct Chunks<'a> {
    chain: &'a mut Chain,
    sink: &'a mut dyn Sink,
    buffer: Vec<u8>,
}

impl<'a> Chunks<'a> {
    fn new(chain: &'a mut Chain, sink: &'a mut dyn Sink) -> Chunks<'a> {
        let buffer = Vec::new();
        Chunks {
            chain,
            sink,
            buffer,
        }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if !self.buffer.is_empty() {
            self.chain.write(self.sink, &self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}
