//! What the application and the tests have in hand: a directory, streams in memory, and an application that notes.

use std::fs;
use std::io::{Cursor, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quire_devices as devices;
use service::{
    Answer, CreationFlags, Device, Item, NextStream, Stream, TransferCallback, TransferParams,
};
use tempfile::TempDir;
use wia::command::WIA_CMD_SYNCHRONIZE;
use wia::property::*;
use wia::{
    Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyValue, Result, Status, TransferFlags,
    TransferMessage,
};

pub(crate) const FILE: ItemFlags = ItemFlags::FILE.union(ItemFlags::TRANSFER);
pub(crate) const FOLDER: ItemFlags = ItemFlags::FOLDER.union(ItemFlags::STORAGE);
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1A\nrest";
/// No event takes this long.
pub(crate) const LIMIT: Duration = Duration::from_secs(100);

/// A directory as a device, in a folder that has something beside it.
pub(crate) struct Rig {
    pub(crate) scratch: TempDir,
    pub(crate) device: Arc<dyn Device>,
}

impl Rig {
    /// With a picture, a note and a folder with another.
    pub(crate) fn new() -> Rig {
        Rig::of(|dir| {
            fs::create_dir(dir.join("Sub")).unwrap();
            for (name, bytes) in [("a.png", PNG), ("b.TXT", b"words"), ("Sub/c", b"c")] {
                fs::write(dir.join(name), bytes).unwrap();
            }
        })
    }

    pub(crate) fn of(fill: impl FnOnce(&Path)) -> Rig {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("dir");
        fs::create_dir(&dir).unwrap();
        fs::write(scratch.path().join("secret"), "secret").unwrap();
        fill(&dir);
        let device = devices::open(&format!("folder:{}", dir.display())).unwrap();
        Rig { scratch, device }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join("dir").join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    #[track_caller]
    pub(crate) fn item(&self, name: &str) -> Arc<dyn Item> {
        let item = self.device.find_item(&format!("0000\\Root\\Files{name}"));
        item.unwrap_or_else(|| panic!("no item {name}"))
    }

    pub(crate) fn files(&self) -> Arc<dyn Item> {
        self.item("")
    }

    /// Reads the directory again.
    pub(crate) fn synchronize(&self) {
        self.device
            .root()
            .device_command(WIA_CMD_SYNCHRONIZE)
            .unwrap();
    }

    pub(crate) fn new_item(&self, name: &str) -> Result<Arc<dyn Item>> {
        self.files()
            .create_child(FILE, CreationFlags::empty(), name)
    }

    /// Names of everything in the directory, also what is hidden.
    pub(crate) fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("")).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

pub(crate) fn names(item: &Arc<dyn Item>) -> Vec<String> {
    item.children().iter().map(|child| child.name()).collect()
}

pub(crate) fn read(item: &Arc<dyn Item>, id: PropertyId) -> Option<PropertyValue> {
    item.read(&[id]).unwrap().remove(0)
}

pub(crate) fn number(item: &Arc<dyn Item>, id: PropertyId) -> i32 {
    read(item, id).unwrap().as_i32().unwrap()
}

pub(crate) fn format(item: &Arc<dyn Item>) -> Guid {
    read(item, WIA_IPA_FORMAT).unwrap().as_guid().unwrap()
}

/// A stream in memory, which may do something at a call of `Read` or `Write`.
pub(crate) struct Memory {
    pub(crate) bytes: Arc<Mutex<Cursor<Vec<u8>>>>,
    pub(crate) meanwhile: Arc<dyn Fn() + Send + Sync>,
    pub(crate) fault: Fault,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// `Stat` knows nothing.
    NoSize,
    /// `Stat` says more than there is.
    Short,
    Stat,
    Seek,
    Read,
    /// `Read` says more than it was asked for.
    TooMuch,
}

impl Memory {
    pub(crate) fn of(bytes: &[u8], fault: Fault) -> Memory {
        Memory {
            bytes: Arc::new(Mutex::new(Cursor::new(bytes.to_vec()))),
            meanwhile: Arc::new(|| {}),
            fault,
        }
    }

    pub(crate) fn fails(&self, fault: Fault) -> Result<()> {
        match self.fault == fault {
            true => Err(Error::new(ErrorKind::ReadFault, "it fails here")),
            false => Ok(()),
        }
    }
}

impl Stream for Memory {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        (self.meanwhile)();
        self.bytes.lock().unwrap().write_all(data).unwrap();
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.fails(Fault::Seek)?;
        Ok(self.bytes.lock().unwrap().seek(to).unwrap())
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Err(Error::new(ErrorKind::NotImplemented, ""))
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.fails(Fault::Read)?;
        (self.meanwhile)();
        if self.fault == Fault::TooMuch {
            return Ok(buffer.len() + 1);
        }
        Ok(self.bytes.lock().unwrap().read(buffer).unwrap())
    }

    fn size(&mut self) -> Result<u64> {
        self.fails(Fault::Stat)?;
        let size = self.bytes.lock().unwrap().get_ref().len() as u64;
        match self.fault {
            Fault::NoSize => Err(Error::new(ErrorKind::NotImplemented, "")),
            Fault::Short => Ok(size + 1),
            _ => Ok(size),
        }
    }
}

/// Notes how far it is, and cancels at the message of a number.
#[derive(Default)]
pub(crate) struct App {
    pub(crate) percents: Mutex<Vec<i32>>,
    pub(crate) cancel_at: Option<usize>,
    pub(crate) stream: Arc<Mutex<Cursor<Vec<u8>>>>,
    pub(crate) streams: AtomicUsize,
    pub(crate) meanwhile: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl TransferCallback for App {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        if params.message != TransferMessage::Status {
            return Ok(Answer::Continue);
        }
        let mut percents = self.percents.lock().unwrap();
        percents.push(params.percent);
        match self.cancel_at == Some(percents.len()) {
            true => Ok(Answer::Cancel),
            false => Ok(Answer::Continue),
        }
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        self.streams.fetch_add(1, Ordering::Relaxed);
        Ok(NextStream::Stream(Box::new(Memory {
            bytes: Arc::clone(&self.stream),
            meanwhile: self.meanwhile.clone().unwrap_or_else(|| Arc::new(|| {})),
            fault: Fault::None,
        })))
    }
}

pub(crate) fn download(item: &Arc<dyn Item>, app: &Arc<App>) -> Result<Status> {
    let transfer = item.transfer()?;
    transfer.download(TransferFlags::empty(), app.clone())
}

pub(crate) fn upload_with(item: &Arc<dyn Item>, source: Memory, app: &Arc<App>) -> Result<Status> {
    item.transfer()?.upload(Box::new(source), app.clone())
}

pub(crate) fn upload(item: &Arc<dyn Item>, bytes: &[u8]) -> Result<Status> {
    upload_with(item, Memory::of(bytes, Fault::None), &Arc::default())
}

pub(crate) fn kind<T>(result: Result<T>) -> ErrorKind {
    result.err().unwrap().kind()
}
