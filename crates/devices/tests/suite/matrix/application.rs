//! The application of a cell.

use std::fs::{self, File};
use std::io::{Cursor, Seek as _, SeekFrom, Write as _};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use formats::tiff;
use service::{
    Answer, DataCallback, DataParams, DataTransferInfo, FileFate, NextStream, Payload,
    StorageMedium, Stream, Transfer, TransferCallback, TransferParams,
};
use wia::{DataMessage, Error, ErrorKind, Result, Status, TransferFlags, TransferMessage};

use crate::matrix::cell::{Cell, without_filter};
use crate::matrix::pixels::{self, Pixels};
use crate::matrix::scanner::{Opened, open};

/// What the file of a transfer held before.
const OLDER: &[u8] = b"an older file";

/// What came of a cell, in the words of the table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) messages: String,
    pub(crate) pages: u32,
    pub(crate) fate: String,
    pub(crate) status: String,
}

#[derive(Default)]
struct Seen {
    messages: String,
    images: Vec<Arc<Mutex<Cursor<Vec<u8>>>>>,
    /// The page under way, from 1.
    page: u32,
    /// Data of the page under way.
    begun: bool,
    acted: bool,
}

impl Seen {
    fn message(&mut self, letter: char) {
        if letter != 'D' || !self.messages.ends_with('D') {
            self.messages.push(letter);
        }
    }

    fn image(&mut self) -> Arc<Mutex<Cursor<Vec<u8>>>> {
        let image = Arc::default();
        self.images.push(Arc::clone(&image));
        image
    }
}

/// Answers as the case wants it, once, in the middle of its page.
struct App {
    cell: Cell,
    seen: Mutex<Seen>,
    transfer: Arc<dyn Transfer>,
    heard: Mutex<Receiver<()>>,
    button: Box<dyn Fn() + Send + Sync>,
}

impl App {
    /// The answer in the middle of a page.
    fn act(&self, seen: &mut Seen) -> Result<Answer> {
        if seen.acted || seen.page != self.cell.page() || !seen.begun {
            return Ok(Answer::Continue);
        }
        seen.acted = true;
        match self.cell.case {
            "answer-cancel" => Ok(Answer::Cancel),
            "answer-failure" => Err(Error::new(ErrorKind::Fail, "as the case wants")),
            "asked-to-cancel" => {
                self.transfer.cancel();
                let limit = Duration::from_secs(60);
                self.heard.lock().unwrap().recv_timeout(limit).unwrap();
                Ok(Answer::Continue)
            }
            "device-button" => {
                (self.button)();
                Ok(Answer::Continue)
            }
            _ => Ok(Answer::Continue),
        }
    }
}

impl DataCallback for App {
    fn banded_data_callback(&self, params: &DataParams<'_>) -> Result<Answer> {
        let seen = &mut *self.seen.lock().unwrap();
        match params.message {
            DataMessage::DataHeader => {
                seen.message('H');
                seen.page = 1;
            }
            DataMessage::NewPage => {
                seen.message('N');
                seen.page += 1;
                seen.begun = false;
            }
            DataMessage::FilePreviewDataHeader => seen.message('P'),
            DataMessage::Termination => seen.message('T'),
            DataMessage::Data => {
                seen.message('D');
                seen.begun = true;
                let Payload::Band(band) = params.payload else {
                    panic!("no band");
                };
                let new = seen.images.is_empty()
                    || (!self.cell.multipage() && seen.images.len() < seen.page as usize);
                if new {
                    seen.image();
                }
                let mut image = seen.images.last().unwrap().lock().unwrap();
                let offset = u64::try_from(params.offset).unwrap();
                image.set_position(offset);
                image.write_all(band).unwrap();
                drop(image);
                return self.act(seen);
            }
            DataMessage::Status if self.cell.kind().starts_with("file") => {
                seen.page = seen.page.max(1);
                seen.begun = (1..100).contains(&params.percent);
                return self.act(seen);
            }
            _ => {}
        }
        Ok(Answer::Continue)
    }
}

impl TransferCallback for App {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let seen = &mut *self.seen.lock().unwrap();
        match params.message {
            TransferMessage::EndOfStream => seen.message('E'),
            TransferMessage::EndOfTransfer => seen.message('T'),
            TransferMessage::NewPage => {
                seen.message('N');
                seen.page += 1;
                seen.begun = false;
            }
            TransferMessage::Status => {
                seen.begun = (1..100).contains(&params.percent);
                return self.act(seen);
            }
            TransferMessage::DeviceStatus => panic!("never for applications"),
        }
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        let seen = &mut *self.seen.lock().unwrap();
        seen.page += 1;
        seen.begun = false;
        let second = self.cell.multipage() || seen.page == self.cell.page();
        let answer = match self.cell.case {
            "stream-refused" if second => NextStream::Cancel,
            "skip" if second => NextStream::SkipItem,
            _ => {
                seen.message('S');
                return Ok(NextStream::Stream(Box::new(Memory(seen.image()))));
            }
        };
        seen.message('-');
        Ok(answer)
    }
}

struct Memory(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Stream for Memory {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        Ok(self.0.lock().unwrap().write(data).unwrap())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        Ok(self.0.lock().unwrap().seek(to).unwrap())
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        let size = usize::try_from(size).unwrap();
        self.0.lock().unwrap().get_mut().resize(size, 0);
        Ok(())
    }
}

/// Runs a cell. `whole` are the images of the transfer of its kind and format that nothing came between.
pub(crate) fn run(cell: &Cell, whole: &[Vec<u8>]) -> Outcome {
    let (mut outcome, images) = transfer(cell);
    outcome.pages = if cell.multipage() {
        let document = images.first().map_or(&[][..], |document| document);
        let pages = pages_of(document);
        let same = pixels::same_pages(document, whole.first().map_or(&[], |whole| whole));
        assert_eq!(pages, same, "other pixels: {}, {}", cell.kind, cell.case);
        pages
    } else {
        // A page that was skipped is missing between the others.
        let is_whole = |image: &&Vec<u8>| whole.contains(image);
        u32::try_from(images.iter().filter(is_whole).count()).unwrap()
    };
    outcome
}

/// The images of a kind and format when nothing comes between, with these pixels.
pub(crate) fn whole(kind: &'static str, format: &'static str, pixels: Pixels) -> Vec<Vec<u8>> {
    let case = "complete";
    let (_, images) = transfer(&Cell { kind, format, case });
    let plain = without_filter(kind);
    if plain != kind {
        let cell = Cell {
            kind: plain,
            format,
            case,
        };
        let (_, scanned) = transfer(&cell);
        pixels.judge(&cell, &scanned, &images);
    }
    images
}

fn pages_of(document: &[u8]) -> u32 {
    if document.is_empty() {
        return 0;
    }
    let mut file: File = tempfile::tempfile().unwrap();
    file.write_all(document).unwrap();
    tiff::verify(&file).map_or(0, |found| found.pages)
}

fn transfer(cell: &Cell) -> (Outcome, Vec<Vec<u8>>) {
    // A driver that says nothing is given up soon, and only where it is to be.
    let line_deadline = match cell.case {
        "stall" => Duration::from_secs(5),
        _ => Duration::from_secs(60),
    };
    let Opened {
        device,
        heard,
        button,
    } = open(cell, line_deadline);
    let feeder = device.find_item("0000\\Root\\Feeder").unwrap();
    if let Err(e) = cell.set_up(feeder.as_ref()) {
        let outcome = Outcome {
            messages: String::new(),
            pages: 0,
            fate: "-".to_owned(),
            status: e.kind().name().to_owned(),
        };
        return (outcome, Vec::new());
    }
    let transfer = feeder.transfer().unwrap();
    let filters = cell.applications_filter().into_iter().collect();
    transfer.set_filters(filters).unwrap();
    let app = Arc::new(App {
        cell: Cell { ..*cell },
        seen: Mutex::default(),
        transfer: Arc::clone(&transfer),
        heard: Mutex::new(heard),
        button,
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, OLDER).unwrap();
    let result = match cell.kind() {
        "banded" | "banded-multi" => transfer.banded_data(DataTransferInfo::default(), app.clone()),
        "file" | "file-multi" => {
            let mut medium = StorageMedium {
                tymed: cell.medium(),
                file_name: Some(path.clone()),
            };
            transfer.file_data(&mut medium, FileFate::Documented, Some(app.clone()))
        }
        _ => transfer.download(TransferFlags::empty(), app.clone()),
    };
    let seen = app.seen.lock().unwrap();
    let is_file = matches!(cell.kind(), "file" | "file-multi");
    let file = fs::read(&path).ok().filter(|_| is_file);
    let fate = match &file {
        _ if !is_file => "-",
        Some(file) if file == OLDER => "untouched",
        Some(_) => "kept",
        None => "deleted",
    };
    let images = match file {
        Some(file) => vec![file],
        None => seen
            .images
            .iter()
            .map(|image| image.lock().unwrap().get_ref().clone())
            .collect(),
    };
    let status = match &result {
        Ok(status @ (Status::Ok | Status::Cancelled | Status::EndOfMedia)) => status.name(),
        Ok(other) => panic!("{other}"),
        Err(e) => e.kind().name(),
    };
    let outcome = Outcome {
        messages: seen.messages.clone(),
        pages: 0,
        fate: fate.to_owned(),
        status: status.to_owned(),
    };
    (outcome, images)
}
