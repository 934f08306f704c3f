//! File transfers (`IWiaDataTransfer::idtGetData`).

use std::fs::{self, File, OpenOptions};
use std::path::PathBuf;
use std::sync::Arc;

use ::transfer::{DataCallback, DataSession, FileStream, StorageMedium, TransferContext};
use bands::Band;
use items::AppItem;
use minidriver::DriverModel;
use wia::property::{WIA_IPA_BUFFER_SIZE, WIA_IPA_FILENAME_EXTENSION, WIA_IPA_ITEM_SIZE};
use wia::{Error, ErrorKind, Result, Status, Tymed};

use super::memory::{buffer_size, device_buffer_size, run, smallest};
use super::{LocalTransfer, compat};
use crate::api::FileFate;

pub(super) fn file_data(
    transfer: &LocalTransfer,
    medium: &mut StorageMedium,
    fate: FileFate,
    callback: Option<Arc<dyn DataCallback>>,
) -> Result<Status> {
    let (tymed, mut path) = (medium.tymed, None);
    let create = || {
        let (file, created) = create(medium, &transfer.item)?;
        // A device that somebody named as the file keeps its name.
        path = file
            .metadata()
            .is_ok_and(|m| m.is_file())
            .then_some(created);
        Ok(file)
    };
    let result = data_into(transfer, tymed, create, callback);
    if let Some(path) = path
        && !fate.keeps(&result, tymed)
    {
        // It may be gone already; there is nobody to tell.
        drop(fs::remove_file(path));
    }
    result
}

/// The same into a file that is there.
pub(super) fn open_file_data(
    transfer: &LocalTransfer,
    tymed: Tymed,
    file: File,
    callback: Option<Arc<dyn DataCallback>>,
) -> Result<Status> {
    let emptied = || {
        if file.metadata().is_ok_and(|m| m.is_file()) {
            file.set_len(0).map_err(Error::from_write)?;
        }
        Ok(file)
    };
    data_into(transfer, tymed, emptied, callback)
}

/// Transfers into the file that `open` gives once everything else is known to be right.
fn data_into(
    transfer: &LocalTransfer,
    tymed: Tymed,
    open: impl FnOnce() -> Result<File>,
    callback: Option<Arc<dyn DataCallback>>,
) -> Result<Status> {
    let token = transfer.core.gate().commit_transfer()?;
    let mut context = transfer.context("file", [Tymed::File, Tymed::MultipageFile])?;
    if tymed != context.tymed {
        return Err(Error::invalid(format!(
            "tymed: {} is not valid; valid: {}, the item's WIA_IPA_TYMED",
            tymed.name(),
            context.tymed.name()
        )));
    }
    let through_layer = transfer.model() == DriverModel::Stream;
    if through_layer {
        compat::check_file(&transfer.item, context.tymed)?;
    }
    let size = match through_layer {
        // Streams are written as they come.
        true => None,
        false => buffer_of(&transfer.item, &context)?,
    };
    let buffers: Vec<Band> = match size {
        Some(size) => vec![Band::allocate(1, size)?],
        None => Vec::new(),
    };
    context.service_buffer = !buffers.is_empty();
    context.number_of_buffers = i32::from(context.service_buffer);
    context.buffer_size = buffer_size(&buffers)?;
    context.file = Some(open()?);
    let buffers = buffers.into_iter().map(Into::into).collect();
    let (session, mut service) = DataSession::new(&mut context, buffers, callback);
    let (result, context) = run(transfer, token, &session, &mut service, context);
    let result = service.finish(result);
    // Closed before it is decided what becomes of it. A driver that was given up has it still.
    let closed = context.map_or(Ok(()), close);
    match (result, closed) {
        (Ok(status), Err(e)) if status != Status::Cancelled => Err(e),
        (result, _) => result,
    }
}

/// The service's buffer: none when `WIA_IPA_ITEM_SIZE` is 0, then the driver allocates
/// (`img/allocating-memory-for-data.md`).
pub(super) fn buffer_of(item: &AppItem, context: &TransferContext) -> Result<Option<usize>> {
    let number = |id| usize::try_from(item.read_i32(id).unwrap_or(0)).unwrap_or(0);
    let all = number(WIA_IPA_ITEM_SIZE);
    if all == 0 {
        return Ok(None);
    }
    let size = match number(WIA_IPA_BUFFER_SIZE) {
        0 => all,
        _ => device_buffer_size(item),
    };
    Ok(Some(size.max(smallest(context)?)))
}

/// The file of the application's choice, made empty, or one of the service's choice.
fn create(medium: &mut StorageMedium, item: &AppItem) -> Result<(File, PathBuf)> {
    if let Some(path) = &medium.file_name {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)
            .map_err(|e| Error::from_write(e).context(path.display()))?;
        return Ok((file, path.clone()));
    }
    let extension = item
        .read_str(WIA_IPA_FILENAME_EXTENSION)
        .unwrap_or_default();
    let (file, path) = new_file(&extension)?;
    medium.file_name = Some(path.clone());
    Ok((file, path))
}

/// A new file of the service's choice, for a transfer whose application names none. It is in the folder of temporary
/// files and stays; `extension` is without its dot, and may be empty.
///
/// # Errors
///
/// What the file system says.
pub fn new_file(extension: &str) -> Result<(File, PathBuf)> {
    let suffix = match extension {
        "" => String::new(),
        extension => format!(".{extension}"),
    };
    let made = tempfile::Builder::new()
        .prefix("quire-")
        .suffix(&suffix)
        .tempfile()
        .map_err(|e| Error::from_write(e).context(std::env::temp_dir().display()))?;
    made.keep()
        .map_err(|e| Error::from_write(e.error).context("a file of the service's choice"))
}

/// Cuts off a page that was not ended, and closes the file.
fn close(mut context: TransferContext) -> Result<()> {
    let Some(file) = context.file.take() else {
        return Err(Error::new(
            ErrorKind::InvalidDriverResponse,
            "the driver took the transfer's file away",
        ));
    };
    ::transfer::abandon_page(&mut context, &mut FileStream(file))
}
