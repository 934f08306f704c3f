//! The transfer context: what service and driver share during one transfer.

use std::fmt;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use formats::tiff;
use formats::{Metadata, Profile};
use wia::{Compression, Guid, Photometric, Tymed};

use crate::activity::ActivityClock;
use crate::buffer::TransferBuffer;
use crate::callback::MinidrvTransferCallback;
use crate::data::MinidrvCallback;

/// The state of one transfer as a driver sees it (`MINIDRV_TRANSFER_CONTEXT`).
///
/// The numbers are the signed 32-bit `LONG`s of the C structure. Who sets what is said with each
/// member; a driver leaves the service's members alone.
///
/// There is one of it, with one file, one buffer and one document: it cannot be duplicated.
///
/// ```
/// let context = quire_transfer::TransferContext::default();
/// let other: quire_transfer::TransferContext = context;
/// ```
///
/// ```compile_fail,E0599
/// let context = quire_transfer::TransferContext::default();
/// let other: quire_transfer::TransferContext = context.clone();
/// ```
///
/// It is the driver's until `acquire_item_data` returns. No borrow of it or its buffer can be kept.
///
/// ```
/// # use quire_transfer::TransferContext;
/// let mut kept = Vec::new();
/// let mut acquire_item_data = |context: &mut TransferContext| {
///     kept.push(context.transfer_buffer.to_vec());
/// };
/// # acquire_item_data(&mut TransferContext::default());
/// ```
///
/// ```compile_fail,E0521
/// # use quire_transfer::TransferContext;
/// let mut kept = Vec::new();
/// let mut acquire_item_data = |context: &mut TransferContext| {
///     kept.push(&mut context.transfer_buffer[..]);
/// };
/// # acquire_item_data(&mut TransferContext::default());
/// ```
pub struct TransferContext {
    /// Pixels of a line (`lWidthInPixels`), from `WIA_IPA_PIXELS_PER_LINE`.
    pub width_in_pixels: i32,
    /// Lines of the image (`lLines`), from `WIA_IPA_NUMBER_OF_LINES`; 0 when unknown.
    pub lines: i32,
    /// Bits of a pixel (`lDepth`), from `WIA_IPA_DEPTH`.
    pub depth: i32,
    /// Horizontal resolution in dpi (`lXRes`).
    pub x_res: i32,
    /// Vertical resolution in dpi (`lYRes`).
    pub y_res: i32,
    /// `lCompression`, from `WIA_IPA_COMPRESSION`.
    pub compression: Compression,
    /// `guidFormatID`, from `WIA_IPA_FORMAT`.
    pub format: Guid,
    /// `tymed`, from `WIA_IPA_TYMED`.
    pub tymed: Tymed,
    /// The open file of a file transfer (`hFile`). Set by the service; a driver should not use it.
    pub file: Option<File>,
    /// Offset of the next band in a memory transfer (`cbOffset`). The driver's.
    pub offset: i32,
    /// Usable bytes of `transfer_buffer` (`lBufferSize`); 0 when nobody said. The service's with
    /// `service_buffer`, else the driver's.
    pub buffer_size: i32,
    /// Which of the buffers `transfer_buffer` is, from 1 (`lActiveBuffer`). The service's.
    pub active_buffer: i32,
    /// 1 or 2 in memory transfers (`lNumBuffers`). The service's.
    pub number_of_buffers: i32,
    /// The buffer of memory and file transfers, and of the one-call page writers
    /// (`pTransferBuffer`). The driver's in stream transfers.
    pub transfer_buffer: TransferBuffer,
    /// A memory transfer: the data goes to the callback (`bTransferDataCB`). The service's.
    pub memory_transfer: bool,
    /// The service allocated the transfer buffer (`bClassDrvAllocBuf`). The service's.
    pub service_buffer: bool,
    /// The way back to application and service in stream transfers (`pIWiaMiniDrvCallBack`, asked for
    /// `IWiaMiniDrvTransferCallback`).
    pub callback: Option<Arc<dyn MinidrvTransferCallback>>,
    /// The same in memory and file transfers (`pIWiaMiniDrvCallBack`). A file transfer may have none.
    pub data_callback: Option<Arc<dyn MinidrvCallback>>,
    /// Bytes of one page without compression (`lImageSize`).
    pub image_size: i32,
    /// Header bytes of one page (`lHeaderSize`); 0 for formats without one.
    pub header_size: i32,
    /// Header and bits, 0 = unknown; also the byte count for
    /// [`write_buf_to_file`](crate::write_buf_to_file) (`lItemSize`).
    pub item_size: i32,
    /// Bytes of a line (`cbWidthInBytes`).
    pub width_in_bytes: i32,
    /// Zero-based page of a multipage TIFF (`lPage`). The page writer's.
    pub page: i32,
    /// Offset of the current page's directory (`lCurIfdOffset`). The page writer's.
    pub current_ifd_offset: i32,
    /// Offset of the previous page's directory (`lPrevIfdOffset`). The page writer's.
    pub previous_ifd_offset: i32,
    /// What the service keeps for this transfer beside the structure. A context that a driver
    /// allocated itself has none.
    pub record: Option<TransferRecord>,
}

impl Default for TransferContext {
    /// A context without a description, buffer, file or record, as a driver may allocate for itself.
    fn default() -> TransferContext {
        TransferContext {
            width_in_pixels: 0,
            lines: 0,
            depth: 0,
            x_res: 0,
            y_res: 0,
            compression: Compression::None,
            format: Guid::NULL,
            tymed: Tymed::File,
            file: None,
            offset: 0,
            buffer_size: 0,
            active_buffer: 0,
            number_of_buffers: 0,
            transfer_buffer: TransferBuffer::default(),
            memory_transfer: false,
            service_buffer: false,
            callback: None,
            data_callback: None,
            image_size: 0,
            header_size: 0,
            item_size: 0,
            width_in_bytes: 0,
            page: 0,
            current_ifd_offset: 0,
            previous_ifd_offset: 0,
            record: None,
        }
    }
}

/// How the document of a transfer is to be made; set before the transfer starts.
#[derive(Clone, Debug)]
pub struct DocumentOptions {
    /// Quality of JPEG data, 1..=100.
    pub quality: u8,
    /// What the document says about itself.
    pub metadata: Metadata,
    /// Colour profile of the pages that it fits.
    pub profile: Option<Profile>,
    /// Bytes that the finished document will have, if that is known: decides between classic TIFF
    /// and BigTIFF from the start.
    pub expected_bytes: Option<u64>,
    /// Leaves a record behind each page, by which it is known after a power loss whether all of it is
    /// there ([`tiff::Options::records`]).
    pub records: bool,
    /// How samples of one channel are to be stored without compression.
    pub photometric: Option<Photometric>,
    /// Size in bytes that a classic TIFF may reach: 4 GiB - 1, or less to try the switch to BigTIFF.
    pub classic_limit: u64,
    /// Where the page writer reports what is complete.
    pub progress: Arc<DocumentProgress>,
}

impl Default for DocumentOptions {
    fn default() -> DocumentOptions {
        DocumentOptions {
            quality: 75,
            metadata: Metadata::default(),
            profile: None,
            expected_bytes: None,
            records: false,
            photometric: None,
            classic_limit: u64::from(u32::MAX),
            progress: Arc::default(),
        }
    }
}

/// What of a document is complete: read by the application while the transfer runs.
///
/// Pages are counted here when their directory is linked, never by messages.
#[derive(Default)]
pub struct DocumentProgress {
    pages: AtomicU32,
    bytes: AtomicU64,
    watcher: Option<Box<Watcher>>,
}

/// What is told of pages and bytes whenever they change.
type Watcher = dyn Fn(u32, u64) + Send + Sync;

impl DocumentProgress {
    /// One that tells `watcher` its pages and bytes with each change, before the next write.
    pub fn watched(watcher: impl Fn(u32, u64) + Send + Sync + 'static) -> DocumentProgress {
        DocumentProgress {
            watcher: Some(Box::new(watcher)),
            ..DocumentProgress::default()
        }
    }

    /// Takes over what the progress of the same document in another process is.
    pub fn follow(&self, pages: u32, bytes: u64) {
        self.bytes.store(bytes, Ordering::Release);
        self.pages.store(pages, Ordering::Release);
        self.tell();
    }

    fn tell(&self) {
        if let Some(watcher) = &self.watcher {
            watcher(self.pages(), self.bytes());
        }
    }

    /// Pages whose directories are linked.
    pub fn pages(&self) -> u32 {
        self.pages.load(Ordering::Acquire)
    }

    /// Where the stream may be cut, in bytes from its start, at any time: it holds those pages up to
    /// here, and nothing before leads to what comes after.
    ///
    /// After each page that is the end of the document. It grows in the middle of a page only when
    /// the directories are written again for BigTIFF, and just before a link is set.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Acquire)
    }

    pub(crate) fn page_linked(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Release);
        self.pages.fetch_add(1, Ordering::AcqRel);
        self.tell();
    }

    /// A link or the header will be changed, and may then lead to anything before `bytes`.
    pub(crate) fn linking(&self, bytes: u64) {
        if self.bytes.fetch_max(bytes, Ordering::AcqRel) < bytes {
            self.tell();
        }
    }

    /// An unfinished page was cut off.
    pub(crate) fn cut(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Release);
        self.tell();
    }
}

impl fmt::Debug for DocumentProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pages, {} bytes", self.pages(), self.bytes())
    }
}

/// The service's own record of a transfer, beside the C structure's members.
///
/// It holds 64-bit offsets and the document under construction. Its memory is bounded: what grows
/// with the pages is spilled to an unlinked temporary file.
#[derive(Default)]
pub struct TransferRecord {
    /// How the document is to be made.
    pub options: DocumentOptions,
    pub(crate) document: Option<RecordedDocument>,
    pub(crate) page_open: bool,
    /// The driver's time in transfers of the older kinds.
    pub(crate) activity: Option<Arc<ActivityClock>>,
}

/// The document of a record, and how it encodes the rows it is fed.
pub(crate) struct RecordedDocument {
    pub(crate) document: tiff::Document,
    pub(crate) compression: Compression,
}

impl TransferRecord {
    /// A record for a transfer that has not begun.
    pub fn new(options: DocumentOptions) -> TransferRecord {
        TransferRecord {
            options,
            ..TransferRecord::default()
        }
    }

    /// Whether a page was begun and neither ended nor abandoned.
    pub const fn page_open(&self) -> bool {
        self.page_open
    }
}
