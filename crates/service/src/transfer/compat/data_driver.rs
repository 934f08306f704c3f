//! A driver of bands and files for an application that gives streams
//! (`img/mapping-for-a-vista-application-and-legacy-driver.md`).

use std::sync::Arc;

use ::transfer::compat::ToStream;
use ::transfer::{
    DocumentOptions, FileStream, MinidrvTransferCallback as _, NextStream, Session, Stream,
    TransferContext, TransferRecord,
};
use bands::Band;
use items::AppItem;
use minidriver::{FormatInfo, Minidriver};
use wia::category::WIA_CATEGORY_FEEDER;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP};
use wia::property::{
    WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES, WIA_DPS_DOCUMENT_HANDLING_STATUS, WIA_IPA_FORMAT,
    WIA_IPA_TYMED, WIA_IPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_PAGES,
};
use wia::{
    DocumentHandlingCapabilities, DocumentHandlingSelect, DocumentHandlingStatus, Error, ErrorKind,
    Guid, Result, Status, TransferFlags, Tymed,
};

use super::settings::Settings;
use crate::guard::guarded;
use crate::transfer::file::buffer_of;
use crate::transfer::memory::{device_buffer_size, smallest};

/// One item of such a driver. A folder's items are transferred one by one.
pub(super) struct DataDriver<'a> {
    driver: &'a dyn Minidriver,
    item: &'a AppItem,
    session: &'a Arc<Session>,
}

/// How the driver gives an image or document.
#[derive(Clone, Copy)]
struct Way {
    format: Guid,
    tymed: Tymed,
}

impl<'a> DataDriver<'a> {
    pub(super) const fn new(
        driver: &'a dyn Minidriver,
        item: &'a AppItem,
        session: &'a Arc<Session>,
    ) -> DataDriver<'a> {
        DataDriver {
            driver,
            item,
            session,
        }
    }

    /// Transfers what the context of the stream transfer describes. The item's settings are others
    /// meanwhile.
    pub(super) fn acquire(&self, context: &mut TransferContext) -> Result<Status> {
        let options = context.record.take().unwrap_or_default().options;
        let mut settings = Settings::new(self.driver);
        let mut way = Way {
            format: context.format,
            tymed: context.tymed,
        };
        let bitmap = FormatInfo {
            format: WIA_IMG_FMT_MEMORYBMP,
            tymed: Tymed::Callback,
        };
        if (way.format, way.tymed) == (WIA_IMG_FMT_BMP, Tymed::File)
            && guarded(|| self.driver.wia_format_info(self.item))?.contains(&bitmap)
        {
            way = Way {
                format: bitmap.format,
                tymed: bitmap.tymed,
            };
            let values = [
                (WIA_IPA_TYMED, way.tymed.value().into()),
                (WIA_IPA_FORMAT, way.format.into()),
            ];
            settings.set(self.item, &values)?;
        }
        match self.pages_from().filter(|_| !way.tymed.is_multipage()) {
            Some((of, pages)) => {
                settings.set(&of, &[(WIA_IPS_PAGES, 1.into())])?;
                self.feed(way, &options, Some(pages).filter(|n| *n > 0))
            }
            None => match self.next_stream()? {
                Next::Cancelled => Ok(Status::Cancelled),
                Next::Skipped if !self.is_feeder() => Ok(Status::Ok),
                Next::Skipped => self.one(way, &options, None).0,
                Next::Stream(stream) => self.one(way, &options, Some(stream)).0,
            },
        }
    }

    /// A page at a time, until there are so many or the feeder is empty.
    fn feed(&self, way: Way, options: &DocumentOptions, wanted: Option<u32>) -> Result<Status> {
        let (mut done, mut written) = (0_u32, 0_u32);
        loop {
            if done > 0 && self.has_run_empty(done) {
                break;
            }
            let stream = match self.next_stream()? {
                Next::Cancelled => return Ok(Status::Cancelled),
                Next::Skipped => None,
                Next::Stream(stream) => Some(stream),
            };
            let is_wanted = stream.is_some();
            let (result, image) = self.one(way, options, stream);
            match result {
                Ok(Status::Cancelled) => return Ok(Status::Cancelled),
                Ok(_) if image != Image::Data => break,
                Ok(status) => {
                    done += 1;
                    written += u32::from(is_wanted);
                    if wanted == Some(done) {
                        return Ok(Status::Ok);
                    }
                    if status == Status::EndOfMedia {
                        break;
                    }
                }
                // In the middle of a page it is no end, but a page that is not complete.
                Err(e) if e.kind() == ErrorKind::PaperEmpty && done > 0 && image == Image::None => {
                    break;
                }
                Err(e) => return Err(e),
            }
        }
        match wanted {
            Some(_) if written > 0 => Ok(Status::EndOfMedia),
            _ => Ok(Status::Ok),
        }
    }

    /// One transfer of the driver, and what came of an image.
    fn one(
        &self,
        way: Way,
        options: &DocumentOptions,
        stream: Option<Box<dyn Stream>>,
    ) -> (Result<Status>, Image) {
        let mut image = Image::None;
        let result = self.transfer(way, options, stream, &mut image);
        (result, image)
    }

    fn transfer(
        &self,
        way: Way,
        options: &DocumentOptions,
        stream: Option<Box<dyn Stream>>,
        image: &mut Image,
    ) -> Result<Status> {
        // Its pages are complete for the application when they are in the stream.
        let own = DocumentOptions {
            progress: Arc::default(),
            ..options.clone()
        };
        let mut context = minidriver::describe(self.item, way.format, way.tymed, own)?;
        self.place(&mut context)?;
        let to_stream = ToStream::new(Arc::clone(self.session), stream, &mut context)?;
        let result = guarded(|| {
            self.driver.write_item_properties(self.item, &context)?;
            self.driver
                .acquire_item_data(self.item, TransferFlags::empty(), &mut context)
        });
        let open = context
            .record
            .as_ref()
            .is_some_and(TransferRecord::page_open);
        let result = match result {
            Ok(Status::Ok | Status::EndOfMedia) if open => Err(Error::new(
                ErrorKind::InvalidDriverResponse,
                "the driver returned success with an open page",
            )),
            result => result,
        };
        let written = context.file.as_ref().and_then(|f| f.metadata().ok());
        let in_file = written.is_some_and(|m| m.len() > 0);
        let result = match result {
            // The only thing that such a driver writes to.
            Err(e) if context.file.is_some() && e.kind() == ErrorKind::MediumFull => {
                Err(in_temporary(e))
            }
            result => result,
        };
        if let Some(file) = context.file.take() {
            let mut stream = FileStream(file);
            let cut = ::transfer::abandon_page(&mut context, &mut stream);
            context.file = Some(stream.0);
            cut?;
        }
        let result = to_stream.finish(&mut context, &options.progress, result);
        *image = match (in_file || to_stream.has_data(), to_stream.has_begun()) {
            (true, _) => Image::Data,
            (false, true) => Image::Begun,
            (false, false) => Image::None,
        };
        result
    }

    /// The service's buffer or file.
    fn place(&self, context: &mut TransferContext) -> Result<()> {
        let size = if context.tymed.is_file() {
            let file = tempfile::tempfile().map_err(|e| in_temporary(Error::from_write(e)))?;
            context.file = Some(file);
            buffer_of(self.item, context)?
        } else {
            context.memory_transfer = true;
            Some(device_buffer_size(self.item).max(smallest(context)?))
        };
        let Some(size) = size else {
            return Ok(());
        };
        context.service_buffer = true;
        context.number_of_buffers = 1;
        context.active_buffer = 1;
        context.buffer_size =
            i32::try_from(size).map_err(|_| Error::invalid(format!("a buffer of {size} bytes")))?;
        context.transfer_buffer = Band::allocate(1, size)?.into();
        Ok(())
    }

    fn next_stream(&self) -> Result<Next> {
        let answer = self
            .session
            .get_next_stream(self.item.name(), self.item.full_name())?;
        match answer {
            NextStream::Stream(stream) => Ok(Next::Stream(stream)),
            NextStream::SkipItem => Ok(Next::Skipped),
            NextStream::Cancel => Ok(Next::Cancelled),
            NextStream::Missing => Err(Error::new(
                ErrorKind::Pointer,
                "the application gave no stream",
            )),
            NextStream::Other(status, _) => Err(Error::new(
                ErrorKind::Unexpected,
                format!("the application answered {status} when asked for a stream"),
            )),
        }
    }

    fn select(&self) -> DocumentHandlingSelect {
        let id = WIA_IPS_DOCUMENT_HANDLING_SELECT;
        let bits = self.item.opt_i32(id);
        let bits = bits.or_else(|| self.item.root().opt_i32(id));
        DocumentHandlingSelect::from_bits_retain(bits.unwrap_or(0))
    }

    /// The feeder is an item, or what the root is set to.
    fn is_feeder(&self) -> bool {
        self.item.category() == WIA_CATEGORY_FEEDER
            || self.select().contains(DocumentHandlingSelect::FEEDER)
    }

    /// How many pages a feeder is to give, and whose property says it: its own, or in older trees the
    /// root's.
    fn pages_from(&self) -> Option<(AppItem, u32)> {
        if !self.is_feeder() {
            return None;
        }
        let of = [self.item.clone(), self.item.root()];
        let mut pages = of.into_iter().filter_map(|item| {
            let pages = item.opt_i32(WIA_IPS_PAGES)?;
            Some((item, u32::try_from(pages).unwrap_or(0)))
        });
        pages.next()
    }

    /// Whether the device says that there is no paper, so that no stream has to be asked for in vain. With
    /// the back of a sheet to come it may say so too early.
    fn has_run_empty(&self, done: u32) -> bool {
        let root = self.item.root();
        let number = |id| root.opt_i32(id).unwrap_or(0);
        let capabilities = number(WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES);
        let capabilities = DocumentHandlingCapabilities::from_bits_retain(capabilities);
        let half = self.select().contains(DocumentHandlingSelect::DUPLEX) && done % 2 == 1;
        if half || !capabilities.contains(DocumentHandlingCapabilities::DETECT_FEED) {
            return false;
        }
        let id = WIA_DPS_DOCUMENT_HANDLING_STATUS;
        let read = guarded(|| self.driver.read_item_properties(&root, &[id]));
        let status = DocumentHandlingStatus::from_bits_retain(number(id));
        read.is_ok() && !status.contains(DocumentHandlingStatus::FEED_READY)
    }
}

/// Whose disk is full is not to be guessed.
fn in_temporary(e: Error) -> Error {
    let folder = std::env::temp_dir();
    e.context(format!(
        "a temporary file for the driver's image in {}",
        folder.display()
    ))
}

/// What a transfer has given of an image.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Image {
    None,
    /// Progress, but nothing that was kept.
    Begun,
    Data,
}

/// The application's answer to a request for a stream.
enum Next {
    Stream(Box<dyn Stream>),
    Skipped,
    Cancelled,
}
