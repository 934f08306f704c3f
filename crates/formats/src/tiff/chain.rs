//! The chain of directories in the sink: header, links, and the turn to BigTIFF.
//!
//! All positions here are offsets from the start of the TIFF unless they are called absolute.

use std::io::SeekFrom;

use wia::{Error, ErrorKind, Result};

use super::directory::{Directory, Form, StripTable};
use super::options::{CLASSIC_LIMIT, Container, Options};
use super::record::Record;
use crate::Sink;

/// What is put together before it is written.
const CHUNK: usize = 64 * 1024;

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
    limit: u64,
    form: Form,
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
}

impl Chain {
    pub(super) fn new(options: &Options) -> Chain {
        let limit = options.classic_limit.min(CLASSIC_LIMIT);
        let growing = options.container == Container::Growing;
        let big = growing && options.expected_bytes.is_some_and(|bytes| bytes > limit);
        let mut chain = Chain {
            container: options.container,
            limit,
            form: if big { Form::Big } else { Form::Classic },
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
            return Ok(());
        }
        self.base = Some(seek(sink, SeekFrom::End(0))?);
        self.end = 0;
        self.keep = 0;
        self.unfinished = true;
        let header = self.header();
        self.write(sink, &header)
    }

    /// Appends `data` and returns its offset. Before that makes sure that the page can be completed
    /// with a directory of `directory(form)` bytes.
    pub(super) fn append(
        &mut self,
        sink: &mut dyn Sink,
        data: &[u8],
        directory: impl Fn(Form) -> u64,
    ) -> Result<u64> {
        let at = self.make_room(sink, data.len() as u64, directory)?;
        self.write(sink, data)?;
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
        let page_end = self
            .form
            .align(end.saturating_add(data).min(u64::MAX / 2))
            .saturating_add(directory(self.form));
        if page_end <= self.limit {
            return Ok(end);
        }
        if self.container == Container::Classic {
            return Err(Error::new(
                ErrorKind::MediumFull,
                "the page does not fit into a classic TIFF any more",
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
        let at = form.align(end);
        let mut out = Chunks::new(self, sink);
        out.put(&[0; 8][..(at - end) as usize])?;
        let copy = directory.write(form, at, strips, &mut |bytes| out.put(bytes))?;
        out.flush()?;

        self.doubt = Some(Doubt::Link);
        self.overwrite(sink, self.link, &form.offset(at))?;
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

    /// Puts right what a failed write may have left half done.
    pub(super) fn mend(&mut self, sink: &mut dyn Sink) -> Result<()> {
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
            let mut record = std::mem::take(&mut self.record);
            let mut out = Chunks::new(self, sink);
            let copied = out
                .put(&[0; 8][..(first - end) as usize])
                .and_then(|()| record.write(first, &mut |bytes| out.put(bytes)))
                .and_then(|last| out.flush().map(|()| last));
            // Needed again if the switch fails.
            self.record = record;
            last = Some(copied?);
        }

        let header = big_header(first);
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
        Ok(())
    }

    fn header(&self) -> Vec<u8> {
        match (self.form, self.container) {
            (Form::Big, _) => big_header(self.first_ifd).to_vec(),
            (Form::Classic, container) => {
                let mut header = b"II\x2A\0".to_vec();
                header.extend_from_slice(&self.form.offset(self.first_ifd));
                if container == Container::Growing {
                    header.resize(16, 0);
                }
                header
            }
        }
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
        Ok(())
    }

    fn overwrite(&self, sink: &mut dyn Sink, at: u64, data: &[u8]) -> Result<()> {
        let absolute = self.base.unwrap_or(0).saturating_add(at);
        seek(sink, SeekFrom::Start(absolute))?;
        sink.write_all(data).map_err(Error::from_write)
    }
}

fn big_header(first_ifd: u64) -> [u8; 16] {
    let mut header = *b"II\x2B\0\x08\0\0\0\0\0\0\0\0\0\0\0";
    header[8..].copy_from_slice(&first_ifd.to_le_bytes());
    header
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
