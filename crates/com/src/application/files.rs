//! Pages that become files of a folder: what `IWiaItem2::DeviceDlg` and `IWiaDevMgr2::GetImageDlg` do when the
//! dialog is over.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind as IoErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use service::{Answer, FileFate, Item, NextStream, TransferCallback, TransferParams};
use transfer::FileStream;
use wia::property::{WIA_IPA_FILENAME_EXTENSION, WIA_IPA_TYMED};
use wia::{Error, ItemFlags, PropertyValue, Result, Status, TransferFlags, TransferMessage, Tymed};

use super::session::{Session, lock};

/// Downloads an item into files of `folder`: `NAME.EXTENSION`, then `NAME (2).EXTENSION` and so on. No file
/// that is there is replaced. After a failure or a cancel the pages before it stay.
///
/// # Errors
///
/// `InvalidArgument` for an empty name; what the transfer or the file system says.
pub(crate) fn download(
    session: &Session,
    item: &dyn Item,
    folder: &Path,
    name: &str,
) -> Result<(Status, Vec<PathBuf>)> {
    let name = file_name(name);
    if name.is_empty() {
        return Err(Error::invalid(
            "the files need a name: bstrFilename is empty",
        ));
    }
    let values = item.read(&[WIA_IPA_FILENAME_EXTENSION, WIA_IPA_TYMED])?;
    let extension = match values.first() {
        Some(Some(PropertyValue::Bstr(extension))) => file_name(extension),
        _ => String::new(),
    };
    let tymed = number(values.get(1)).and_then(Tymed::from_value);
    let files = Arc::new(Files {
        folder: folder.to_owned(),
        name,
        extension,
        state: Mutex::default(),
    });
    let callback = Arc::clone(&files) as Arc<dyn TransferCallback>;
    let result = session.transfer(item, |transfer| {
        transfer.download(TransferFlags::empty(), callback)
    });
    let paths = files.finish(&result, tymed.unwrap_or(Tymed::File))?;
    Ok((result?, paths))
}

/// The item that is transferred where a dialog would let a person choose: the item itself, else its first
/// child that has data.
///
/// # Errors
///
/// `InvalidArgument` when there is none.
pub(crate) fn chosen(item: &Arc<dyn Item>) -> Result<Arc<dyn Item>> {
    let has_data = |item: &Arc<dyn Item>| item.flags().contains(ItemFlags::TRANSFER);
    if has_data(item) {
        return Ok(Arc::clone(item));
    }
    let name = item.full_name();
    let children = item.children().into_iter();
    let first = { children }.find(has_data);
    first.ok_or_else(|| Error::invalid(format!("{name}: no item here has data to transfer")))
}

fn number(value: Option<&Option<PropertyValue>>) -> Option<i32> {
    value?.as_ref()?.as_i32()
}

/// A text as part of a file's name: separators of paths become underscores.
fn file_name(text: &str) -> String {
    text.replace(['/', '\\', '\0'], "_")
}

/// The callback of the download.
struct Files {
    folder: PathBuf,
    name: String,
    /// Without a dot; may be empty.
    extension: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The file of the present stream.
    last: Option<(File, PathBuf)>,
    /// How much of it there is, as the driver says.
    percent: i32,
    /// The files before.
    complete: Vec<PathBuf>,
}

impl Files {
    /// A new file with the first name that is free.
    fn create(&self) -> Result<(File, PathBuf)> {
        for number in 1_u32.. {
            let mut name = self.name.clone();
            if number > 1 {
                name += &format!(" ({number})");
            }
            if !self.extension.is_empty() {
                name += &format!(".{}", self.extension);
            }
            let path = self.folder.join(name);
            let mut options = OpenOptions::new();
            match options.read(true).write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((file, path)),
                Err(e) if e.kind() == IoErrorKind::AlreadyExists => {}
                Err(e) => return Err(Error::from_write(e).context(path.display())),
            }
        }
        Err(Error::invalid(format!(
            "{}: every name is taken",
            self.folder.join(&self.name).display()
        )))
    }

    /// The files that are whole, each of them on the disk; the last one is deleted when it is not.
    fn finish(&self, result: &Result<Status>, tymed: Tymed) -> Result<Vec<PathBuf>> {
        let mut state = lock(&self.state);
        if let Some((file, path)) = state.last.take() {
            let whole = state.percent >= 100 || FileFate::DeleteCancelled.keeps(result, tymed);
            if whole {
                sync(&file, &path)?;
                state.complete.push(path);
            } else {
                drop(std::fs::remove_file(&path));
            }
        }
        Ok(std::mem::take(&mut state.complete))
    }
}

fn sync(file: &File, path: &Path) -> Result<()> {
    file.sync_all()
        .map_err(|e| Error::from_write(e).context(path.display()))
}

impl TransferCallback for Files {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        if params.message == TransferMessage::Status {
            lock(&self.state).percent = params.percent;
        }
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        let mut state = lock(&self.state);
        if let Some((file, path)) = state.last.take() {
            sync(&file, &path)?;
            state.complete.push(path);
        }
        let (file, path) = self.create()?;
        let stream = file
            .try_clone()
            .map_err(|e| Error::from_write(e).context(path.display()))?;
        state.last = Some((file, path));
        state.percent = 0;
        Ok(NextStream::Stream(Box::new(FileStream(stream))))
    }
}
