//! A cancelled transfer does less than a completed one: what is counted is what a device still does
//! after the cancel, with each way to cancel, through the service.

use std::fs;
use std::io::{Cursor, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;

use quire_devices as devices;
use service::{Answer, Device, NextStream, Stream, Transfer, TransferCallback, TransferParams};
use wia::format::{WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{WIA_IPA_DATATYPE, WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_XRES, WIA_IPS_YRES};
use wia::{DataType, Result, Status, TransferFlags, TransferMessage, Tymed};

const SHEETS: usize = 5;

/// How an application cancels. All but the last do it 40 % into the second page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// `S_FALSE` from `TransferCallback`.
    Message,
    /// `IWiaTransfer::Cancel` from inside of a callback.
    Inside,
    /// `IWiaTransfer::Cancel` from another thread.
    Thread,
    /// `S_FALSE` from `GetNextStream`, instead of the stream of this number from 0.
    NextStream(usize),
}

#[derive(Default)]
struct Seen {
    written: usize,
    /// What was written when the transfer was cancelled.
    at_cancel: Option<usize>,
    /// What the driver made the application hear since.
    since_cancel: Vec<TransferMessage>,
    streams: usize,
    pages: usize,
}

struct App {
    way: Option<Way>,
    seen: Arc<Mutex<Seen>>,
    transfer: Arc<dyn Transfer>,
    /// To the other thread and back.
    please: Sender<()>,
    done: Mutex<Receiver<()>>,
}

impl TransferCallback for App {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let mut seen = self.seen.lock().unwrap();
        if seen.at_cancel.is_some() {
            seen.since_cancel.push(params.message);
            return Ok(Answer::Continue);
        }
        if params.message != TransferMessage::Status {
            return Ok(Answer::Continue);
        }
        seen.pages += usize::from(params.percent == 100);
        if seen.pages != 1 || !(40..100).contains(&params.percent) {
            return Ok(Answer::Continue);
        }
        let now = seen.written;
        match self.way {
            None | Some(Way::NextStream(_)) => return Ok(Answer::Continue),
            Some(Way::Message) => {
                seen.at_cancel = Some(now);
                return Ok(Answer::Cancel);
            }
            Some(Way::Inside) => self.transfer.cancel(),
            Some(Way::Thread) => {
                self.please.send(()).unwrap();
                self.done.lock().unwrap().recv().unwrap();
            }
        }
        seen.at_cancel = Some(now);
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        let mut seen = self.seen.lock().unwrap();
        assert_eq!(seen.at_cancel, None, "a stream is wanted after the cancel");
        if self.way == Some(Way::NextStream(seen.streams)) {
            seen.at_cancel = Some(seen.written);
            return Ok(NextStream::Cancel);
        }
        seen.streams += 1;
        let seen = Arc::clone(&self.seen);
        let memory = Cursor::default();
        Ok(NextStream::Stream(Box::new(Counted { memory, seen })))
    }
}

struct Counted {
    memory: Cursor<Vec<u8>>,
    seen: Arc<Mutex<Seen>>,
}

impl Stream for Counted {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.seen.lock().unwrap().written += data.len();
        Ok(self.memory.write(data).unwrap())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        Ok(self.memory.seek(to).unwrap())
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.memory.get_mut().resize(size.try_into().unwrap(), 0);
        Ok(())
    }
}

fn download(device: &dyn Device, way: Option<Way>) -> (Status, Seen) {
    let feeder = device.find_item("0000\\Root\\Feeder").unwrap();
    let transfer = feeder.transfer().unwrap();
    let (please, asked) = mpsc::channel();
    let (done, cancelled) = mpsc::channel();
    let seen = Arc::default();
    let app = App {
        way,
        seen: Arc::clone(&seen),
        transfer: Arc::clone(&transfer),
        please,
        done: Mutex::new(cancelled),
    };
    let canceller = Arc::clone(&transfer);
    let other = thread::spawn(move || {
        for () in asked {
            canceller.cancel();
            done.send(()).unwrap();
        }
    });
    let status = transfer.download(TransferFlags::empty(), Arc::new(app));
    other.join().unwrap();
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    (status.unwrap(), seen)
}

/// A scanner with a full feeder; `hears` a cancel, or finds out at its next callback only.
fn scanner(case: &str, hears: bool, multipage: bool) -> Arc<dyn Device> {
    let model = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{case}.toml"));
    let text = format!(
        "[sheets]\ncount = {SHEETS}\n[quirks]\nignores-cancel = {}\n",
        !hears
    );
    fs::write(&model, text).unwrap();
    let device = devices::open(&format!("virtual:{}", model.display())).unwrap();
    let feeder = device.find_item("0000\\Root\\Feeder").unwrap();
    let (format, tymed) = match multipage {
        true => (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
        false => (WIA_IMG_FMT_RAW, Tymed::File),
    };
    let settings = [
        (WIA_IPA_FORMAT, format.into()),
        (WIA_IPA_TYMED, tymed.value().into()),
        (WIA_IPA_DATATYPE, DataType::Grayscale.value().into()),
        (WIA_IPS_XRES, 75.into()),
        (WIA_IPS_YRES, 75.into()),
    ];
    feeder.write(&settings).unwrap();
    device
}

/// Cancels in this way; so many sheets are used up by it.
fn cancelled(way: Way, multipage: bool, sheets_used: usize) {
    for hears in [true, false] {
        let case = format!("{way:?}, multipage {multipage}, hears {hears}");
        let device = scanner(&case, hears, multipage);
        let (status, whole) = download(&*device, None);
        assert_eq!((status, whole.pages), (Status::Ok, SHEETS), "{case}");
        let page = whole.written / SHEETS;

        let device = scanner(&case, hears, multipage);
        let (status, part) = download(&*device, Some(way));
        assert_eq!(status, Status::Cancelled, "{case}");
        assert!(part.written < sheets_used * page, "{case}");
        let after = part.written - part.at_cancel.unwrap();
        // The service's own messages are heard, and none of the driver's.
        let ends = [TransferMessage::EndOfStream, TransferMessage::EndOfTransfer];
        match way {
            Way::Message => assert_eq!((after, &part.since_cancel[..]), (0, &ends[..]), "{case}"),
            Way::NextStream(_) => {
                assert_eq!((after, &part.since_cancel[..]), (0, &ends[1..]), "{case}");
            }
            Way::Inside | Way::Thread => {
                // No more than the lines between two messages.
                assert!(after <= page / 10, "{case}: {after} of {page} bytes");
                assert_eq!(part.since_cancel, ends, "{case}");
            }
        }
        // The device is idle, and has fed no other sheet.
        let (status, rest) = download(&*device, None);
        assert_eq!(status, Status::Ok, "{case}");
        assert_eq!(rest.pages, SHEETS - sheets_used, "{case}");
    }
}

#[test]
fn a_transfer_cancelled_by_a_message_does_less_than_a_completed_one() {
    cancelled(Way::Message, false, 2);
    cancelled(Way::Message, true, 2);
}

#[test]
fn a_transfer_cancelled_by_get_next_stream_does_less_than_a_completed_one() {
    cancelled(Way::NextStream(0), false, 1);
    cancelled(Way::NextStream(2), false, 3);
    cancelled(Way::NextStream(0), true, 1);
}

#[test]
fn a_transfer_cancelled_inside_of_a_callback_does_less_than_a_completed_one() {
    cancelled(Way::Inside, false, 2);
    cancelled(Way::Inside, true, 2);
}

#[test]
fn a_transfer_cancelled_from_another_thread_does_less_than_a_completed_one() {
    cancelled(Way::Thread, false, 2);
    cancelled(Way::Thread, true, 2);
}
