//! A device in a host, the same in this process, and an application that notes what it gets.

use std::io::{Cursor, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::{Arc, Mutex};

use devices::Placement;
use service::{
    Answer, Device, DocumentOptions, Item, NextStream, Stream, Transfer, TransferCallback,
    TransferParams,
};
use wia::{
    Error, ErrorKind, PropertyId, PropertyValue, Result, Status, TransferFlags, TransferMessage,
};

pub(crate) const FEEDER: &str = "0000\\Root\\Feeder";
pub(crate) const FLATBED: &str = "0000\\Root\\Flatbed";

/// Opens a device in the host that was built with these tests.
pub(crate) fn open(uri: &str) -> Result<Arc<dyn Device>> {
    devices::set_host_program(env!("CARGO_BIN_EXE_quire-driver-host").into(), Vec::new());
    devices::open_with(uri, Placement::Host)
}

/// The same for an application from before Windows Vista.
pub(crate) fn open_legacy(uri: &str) -> Result<Arc<dyn Device>> {
    devices::set_host_program(env!("CARGO_BIN_EXE_quire-driver-host").into(), Vec::new());
    devices::open_legacy(uri, Placement::Host)
}

pub(crate) fn here(uri: &str) -> Arc<dyn Device> {
    devices::open_with(uri, Placement::InProcess).unwrap()
}

/// An item and all below it.
pub(crate) fn all(item: &Arc<dyn Item>) -> Vec<Arc<dyn Item>> {
    let mut found = vec![Arc::clone(item)];
    for child in item.children() {
        found.extend(all(&child));
    }
    found
}

pub(crate) fn item(device: &dyn Device, name: &str) -> Arc<dyn Item> {
    device.find_item(name).unwrap()
}

pub(crate) fn set(item: &dyn Item, values: &[(PropertyId, PropertyValue)]) {
    item.write(values).unwrap();
}

/// What a message is called, without how far it was.
type Told = TransferMessage;

/// What a stream has taken.
type Bytes = Arc<Mutex<Cursor<Vec<u8>>>>;

type Each = dyn Fn(&TransferParams) -> Result<Answer> + Send + Sync;

/// An application that takes streams into memory.
#[derive(Default)]
pub(crate) struct Application {
    pub(crate) streams: Mutex<Vec<Bytes>>,
    pub(crate) told: Mutex<Vec<Told>>,
    /// The write that fails, from 1.
    pub(crate) full_at: Option<usize>,
    pub(crate) writes: Arc<Mutex<usize>>,
    /// Called with each message.
    pub(crate) each: Option<Box<Each>>,
}

impl Application {
    pub(crate) fn images(&self) -> Vec<Vec<u8>> {
        let streams = self.streams.lock().unwrap();
        let bytes = streams.iter().map(|s| s.lock().unwrap().get_ref().clone());
        bytes.collect()
    }

    pub(crate) fn count(&self, message: TransferMessage) -> usize {
        let told = self.told.lock().unwrap();
        told.iter().filter(|told| **told == message).count()
    }
}

impl TransferCallback for Application {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.told.lock().unwrap().push(params.message);
        match &self.each {
            Some(each) => each(params),
            None => Ok(Answer::Continue),
        }
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        let bytes = Arc::default();
        self.streams.lock().unwrap().push(Arc::clone(&bytes));
        Ok(NextStream::Stream(Box::new(Memory {
            bytes,
            writes: Arc::clone(&self.writes),
            full_at: self.full_at,
        })))
    }
}

struct Memory {
    bytes: Bytes,
    writes: Arc<Mutex<usize>>,
    full_at: Option<usize>,
}

impl Stream for Memory {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let mut writes = self.writes.lock().unwrap();
        *writes += 1;
        if Some(*writes) == self.full_at {
            return Err(Error::new(ErrorKind::MediumFull, "the tests' disk is full"));
        }
        Ok(self.bytes.lock().unwrap().write(data).unwrap())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        Ok(self.bytes.lock().unwrap().seek(to).unwrap())
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        let size = usize::try_from(size).unwrap();
        self.bytes.lock().unwrap().get_mut().resize(size, 0);
        Ok(())
    }
}

/// What is uploaded.
pub(crate) struct Source(pub(crate) Cursor<Vec<u8>>);

impl Stream for Source {
    fn write(&mut self, _: &[u8]) -> Result<usize> {
        Err(Error::new(ErrorKind::AccessDenied, ""))
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        Ok(self.0.seek(to).unwrap())
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Err(Error::new(ErrorKind::AccessDenied, ""))
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        Ok(self.0.read(buffer).unwrap())
    }

    fn size(&mut self) -> Result<u64> {
        Ok(self.0.get_ref().len() as u64)
    }
}

pub(crate) fn download(item: &dyn Item, application: &Arc<Application>) -> Result<Status> {
    run(item.transfer()?.as_ref(), application)
}

pub(crate) fn run(transfer: &dyn Transfer, application: &Arc<Application>) -> Result<Status> {
    transfer.set_document(DocumentOptions::default());
    transfer.download(TransferFlags::empty(), application.clone())
}
