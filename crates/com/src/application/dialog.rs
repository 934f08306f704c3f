//! What `IWiaItem2::DeviceDlg` and `IWiaDevMgr2::GetImageDlg` do without a dialog.

use std::path::Path;

use abi::BSTR;
use abi::interfaces::IWiaItem2;
use abi::memory::{Bstr, TaskArray};
use bridge::{Out, text};
use wia::{Error, Result, Status};

use super::files;
use super::handle::Handle;
use super::item2::Item2;
use super::params::object;

/// Downloads the item, or its first child with data, into files of a folder ([`files::download`]), and gives their
/// paths in task memory, and the item if it is asked for. A cancel (`S_FALSE`) has the whole pages before it.
///
/// # Safety
///
/// Strings are null or BSTRs; there is room for the results.
///
/// # Errors
///
/// `Pointer` without a place for the files; `InvalidArgument` without a folder or name; what the transfer or the
/// file system says.
pub(crate) unsafe fn download(
    handle: &Handle,
    folder: BSTR,
    file: BSTR,
    count: *mut i32,
    paths: *mut *mut BSTR,
    item: *mut Option<IWiaItem2>,
) -> Result<Status> {
    // SAFETY: the caller's promise.
    let (count, paths, folder, file) = unsafe {
        let paths = Out::new(paths, std::ptr::null_mut())?;
        (Out::new(count, 0)?, paths, text(folder), text(file))
    };
    let item = match item.is_null() {
        true => None,
        // SAFETY: the caller's promise.
        false => Some(unsafe { object(item) }?),
    };
    if folder.is_empty() {
        return Err(Error::invalid("bstrFolderName is empty"));
    }
    let chosen = handle.other(files::chosen(&handle.item)?);
    let session = &handle.session;
    let (status, made) = files::download(session, chosen.item.as_ref(), Path::new(&folder), &file)?;
    let strings: Vec<BSTR> = made
        .iter()
        .map(|path| Bstr::new(&path.to_string_lossy()).into_raw())
        .collect();
    count.set(i32::try_from(strings.len()).unwrap_or(i32::MAX));
    if !strings.is_empty() {
        paths.set(TaskArray::from_slice(&strings).into_raw());
    }
    if let Some(item) = item {
        item.set(Some(Item2::object(&chosen)));
    }
    Ok(status)
}
