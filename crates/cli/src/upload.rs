//! `quire upload`: a file to a storage device.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use service::{
    Answer, CreationFlags, Device, Item, NextStream, Stream, TransferCallback, TransferParams,
};
use signal_hook::consts::SIGHUP;
use signal_hook::low_level;
use wia::command::WIA_CMD_SYNCHRONIZE;
use wia::property::WIA_IPA_UPLOAD_ITEM_SIZE;
use wia::{Error, ErrorKind, ItemFlags, Result, Status, TransferMessage};

use crate::failure::Failure;
use crate::lowargs::UploadArgs;
use crate::{configured, signals, storage};

pub(crate) fn run(args: &UploadArgs) -> std::result::Result<u8, Failure> {
    let source = Source::open(&args.file)?;
    let device = args.place.open(&configured::device(&args.device)?)?;
    let item = item(&*device, args)?;
    if let Ok(size) = i32::try_from(source.size) {
        // An announcement; a device need not want it.
        let _ = item.write(&[(WIA_IPA_UPLOAD_ITEM_SIZE, size.into())]);
    }
    let transfer = item.transfer()?;
    let progress = Arc::new(Progress::new(args.quiet));
    let (told, cancelled) = (Arc::clone(&progress), Arc::clone(&transfer));
    signals::on_signals(move |signal| {
        // A person who insists does not want to wait for a device.
        if told.cancelled.swap(true, Ordering::AcqRel) && signal != SIGHUP {
            low_level::exit(i32::from(ErrorKind::Abort.exit_code()));
        }
        cancelled.cancel();
    })?;
    let result = transfer.upload(Box::new(source), progress.clone());
    progress.bar.finish_and_clear();
    if result? == Status::Cancelled {
        let what = format!("cancelled; {} was not stored", args.item);
        return Err(Failure::new(ErrorKind::Abort, &what));
    }
    let capabilities = device.capabilities();
    if capabilities.iter().any(|c| c.id == WIA_CMD_SYNCHRONIZE) {
        // Drivers may wait for it before they show the item; the file is stored either way.
        let _ = device.root().device_command(WIA_CMD_SYNCHRONIZE);
    }
    Ok(0)
}

/// The item that is there, or a new one.
fn item(device: &dyn Device, args: &UploadArgs) -> std::result::Result<Arc<dyn Item>, Failure> {
    let storage = storage::folder(device).ok_or_else(|| {
        let why = "it stores no files; valid is a storage device such as folder:DIR";
        Failure::invalid(&format!("device {}: {why}", args.device))
    })?;
    let full_name = match args.item.contains('\\') {
        true => args.item.clone(),
        false => format!("{}\\{}", storage.full_name(), args.item),
    };
    let Some(item) = device.find_item(&full_name) else {
        let (folder, name) = full_name.rsplit_once('\\').unwrap_or(("", &full_name));
        let folder = device.find_item(folder).ok_or_else(|| {
            let name = storage.full_name();
            let valid = format!("valid is a name, or a full name below {name}");
            Failure::invalid(&format!("the device has no folder {folder:?}; {valid}"))
        })?;
        let file = ItemFlags::FILE | ItemFlags::TRANSFER;
        return Ok(folder.create_child(file, CreationFlags::empty(), name)?);
    };
    if !item.flags().contains(ItemFlags::TRANSFER) {
        let what = format!("{full_name} is no file; valid is the name of a new one");
        return Err(Failure::invalid(&what));
    }
    match args.replace {
        true => Ok(item),
        false => Err(Failure::invalid(&format!(
            "{full_name} is there already; give it another name, or --replace"
        ))),
    }
}

/// The file that is sent.
struct Source {
    file: File,
    size: u64,
    shown: String,
}

impl Source {
    /// # Errors
    ///
    /// `ReadFault` for what cannot be opened, `InputUnsupported` for what is no regular file, and
    /// `InputDamaged` for an empty one.
    fn open(path: &Path) -> Result<Source> {
        let shown = path.display().to_string();
        let failed = |kind, why: String| Error::new(kind, format!("{shown}: {why}"));
        let unread = |e: std::io::Error| failed(ErrorKind::ReadFault, e.to_string());
        let is_file = std::fs::metadata(path).map_err(unread)?.is_file();
        if !is_file {
            let why = "only a regular file can be sent".to_owned();
            return Err(failed(ErrorKind::InputUnsupported, why));
        }
        let file = File::open(path).map_err(unread)?;
        let size = file.metadata().map_err(unread)?.len();
        if size == 0 {
            let why = "there is nothing to send: the file is empty".to_owned();
            return Err(failed(ErrorKind::InputDamaged, why));
        }
        Ok(Source { file, size, shown })
    }

    fn failed(&self, e: std::io::Error) -> Error {
        Error::from_read(e).context(&self.shown)
    }
}

impl Stream for Source {
    fn write(&mut self, _: &[u8]) -> Result<usize> {
        Err(not_a_target())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.file.seek(to).map_err(|e| self.failed(e))
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Err(not_a_target())
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            match self.file.read(buffer) {
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                read => return read.map_err(|e| self.failed(e)),
            }
        }
    }

    fn size(&mut self) -> Result<u64> {
        Ok(self.size)
    }
}

fn not_a_target() -> Error {
    Error::new(ErrorKind::NotImplemented, "the source can only be read")
}

/// A bar on a terminal, and a cancel.
struct Progress {
    bar: ProgressBar,
    cancelled: AtomicBool,
}

impl Progress {
    fn new(quiet: bool) -> Progress {
        let target = match quiet {
            true => ProgressDrawTarget::hidden(),
            // Which is hidden where there is no terminal.
            false => ProgressDrawTarget::stderr(),
        };
        let bar = ProgressBar::with_draw_target(Some(100), target);
        if let Ok(style) =
            ProgressStyle::with_template("[{bar:30}] {percent:>3}%  {msg}  {elapsed}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        Progress {
            bar,
            cancelled: AtomicBool::new(false),
        }
    }
}

impl TransferCallback for Progress {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        if params.message == TransferMessage::Status {
            self.bar
                .set_position(u64::try_from(params.percent).unwrap_or(0));
            let bytes = indicatif::DecimalBytes(params.transferred_bytes);
            self.bar.set_message(bytes.to_string());
        }
        // The service does not hear of a cancel before its transfer has begun.
        match self.cancelled.load(Ordering::Acquire) {
            true => Ok(Answer::Cancel),
            false => Ok(Answer::Continue),
        }
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        Ok(NextStream::Missing)
    }
}
