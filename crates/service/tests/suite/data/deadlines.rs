//! Drivers that do not come back, and whose time is counted: only the driver's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::data::scripted::*;
use minidriver::service_library::{begin_page, end_page, rows, write_page_buf_to_file};
use quire_service::{
    Answer, DataTransferInfo, DeviceOptions, NextStream, Stream, TransferCallback, TransferParams,
};
use raster::{Band, PageLayout, PixelType};
use transfer::{DataStreams, FileStream, MinidrvTransferCallback, TransferContext};
use wia::format::WIA_IMG_FMT_TIFF;
use wia::property::{WIA_IPA_DEPTH, WIA_IPA_FORMAT};
use wia::{DataMessage, ErrorKind, Result, Status, TransferFlags, Tymed};

/// For a driver that has nothing more to do in time.
const SHORT: Duration = Duration::from_millis(200);

/// For a driver that has to do something in time first, however busy the machine is.
const LONG: Duration = Duration::from_secs(2);

fn short_cancel() -> DeviceOptions {
    DeviceOptions {
        cancel_deadline: SHORT,
        ..DeviceOptions::default()
    }
}

fn long_line() -> DeviceOptions {
    DeviceOptions {
        line_deadline: LONG,
        ..DeviceOptions::default()
    }
}

#[track_caller]
fn given_up(result: Result<Status>, why: &str) {
    let e = result.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Deadline);
    assert!(e.to_string().contains(why), "{e}");
    assert!(e.to_string().contains("stays in use"), "{e}");
}

/// Runs the cases at the same time: they only wait.
fn together<T: Send>(cases: impl IntoIterator<Item = T>, case: impl Fn(T) + Sync) {
    let case = &case;
    thread::scope(|scope| {
        for one in cases {
            scope.spawn(move || case(one));
        }
    });
}

/// Waits until the driver that was given up has really ended.
fn until_free(rig: &Rig, transfer: impl Fn(&Rig) -> Result<Status>) {
    loop {
        match transfer(rig) {
            Err(e) if e.kind() == ErrorKind::Busy => thread::yield_now(),
            other => {
                assert_eq!(other.unwrap(), Status::Ok);
                return;
            }
        }
    }
}

#[test]
fn a_silent_driver_is_given_up_and_the_device_is_busy_until_it_returns() {
    together([false, true], |double| {
        let (go_on, dead) = (Signal::new(), Signal::new());
        let (wait, report) = (go_on.clone(), dead.clone());
        let first = AtomicBool::new(true);
        let rig = Driver::new(Tymed::Callback, move |_, context| {
            if !first.swap(false, Ordering::SeqCst) {
                return Ok(Status::Ok);
            }
            let _ = band(context, b"data")?;
            wait.wait();
            assert!(band(context, b"late").is_err());
            assert!(status(context, 1).is_err());
            report.give();
            Ok(Status::Ok)
        })
        .connect_with(long_line());
        let app = App::new();
        let info = DataTransferInfo {
            double_buffer: double,
            ..DataTransferInfo::default()
        };
        given_up(rig.bands_with(info, &app), "said nothing");
        let lines = ["DATA_HEADER 0 bytes, page 0", "DATA 10% 0+4", "TERMINATION"];
        app.log.expect(&lines);
        let busy = rig.bands(&App::new()).unwrap_err();
        assert_eq!(busy.kind(), ErrorKind::Busy);
        go_on.give();
        dead.wait();
        until_free(&rig, |rig| rig.bands(&App::new()));
        app.log.expect(&lines);
        assert_eq!(Arc::strong_count(&app), 1, "the callback is released");
    });
}

#[test]
fn a_silent_driver_of_a_file_is_given_up() {
    together([false, true], |with_callback| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scan.bmp");
        let go_on = Signal::new();
        let wait = go_on.clone();
        let rig = Driver::new(Tymed::File, move |_, _| {
            wait.wait();
            Ok(Status::Ok)
        })
        .connect_with(long_line());
        let app = with_callback.then(App::new);
        given_up(rig.file(&path, Tymed::File, app.as_ref()), "said nothing");
        go_on.give();
        until_free(&rig, |rig| {
            go_on.give();
            rig.file(&path, Tymed::File, None)
        });
    });
}

#[test]
fn a_driver_that_does_nothing_after_a_cancel_is_given_up() {
    let started = Signal::new();
    let start = started.clone();
    let go_on = Signal::new();
    let wait = go_on.clone();
    let rig = Driver::new(Tymed::Callback, move |_, _| {
        start.give();
        wait.wait();
        Ok(Status::Ok)
    })
    .connect_with(short_cancel());
    thread::scope(|scope| {
        let running = scope.spawn(|| rig.bands(&App::new()));
        started.wait();
        rig.transfer.cancel();
        given_up(running.join().unwrap(), "of being told to");
    });
    go_on.give();
}

/// Works a little; what counts is that it takes time.
fn work() {
    take(Duration::from_millis(1));
}

/// Calls until a call fails, which is when the driver was given up.
fn chatter(started: &Signal, call: impl Fn() -> Result<()>) -> Result<Status> {
    let mut told = false;
    loop {
        work();
        call()?;
        if !std::mem::replace(&mut told, true) {
            started.give();
        }
    }
}

#[test]
fn a_driver_that_ignores_a_cancel_but_goes_on_calling_is_given_up() {
    for double in [false, true] {
        let started = Signal::new();
        let start = started.clone();
        let rig = Driver::new(Tymed::Callback, move |_, context| {
            let context = std::cell::RefCell::new(context);
            chatter(&start, || {
                let context = &mut *context.borrow_mut();
                context.offset = 0;
                band(context, b"data").map(drop)
            })
        })
        .connect_with(short_cancel());
        thread::scope(|scope| {
            let running = scope.spawn(|| match double {
                true => rig.two_buffers(&App::new()),
                false => rig.bands(&App::new()),
            });
            started.wait();
            rig.transfer.cancel();
            given_up(running.join().unwrap(), "of being told to");
        });
    }
}

/// What tells a driver to stop without a cancel from outside, and what becomes of its transfer then.
#[test]
fn a_driver_that_ignores_what_it_is_answered_is_given_up() {
    type Told = (DataMessage, Result<Answer>, i32, ErrorKind);
    let told: [Told; 4] = [
        (
            DataMessage::Data,
            Ok(Answer::Cancel),
            4,
            // It calls again after it was answered, which breaks a rule.
            ErrorKind::InvalidDriverResponse,
        ),
        (DataMessage::Data, Err(fail()), 4, ErrorKind::AccessDenied),
        (
            DataMessage::DataHeader,
            Ok(Answer::Cancel),
            4,
            ErrorKind::InvalidDriverResponse,
        ),
        // It breaks another rule before.
        (
            DataMessage::Status,
            Ok(Answer::Cancel),
            BUFFER_SIZE + 1,
            ErrorKind::InvalidDriverResponse,
        ),
    ];
    together(told, |(message, answer, length, kind)| {
        let over = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&over);
        let rig = Driver::new(Tymed::Callback, move |_, context| {
            while !stop.load(Ordering::SeqCst) {
                work();
                drop(send(context, DataMessage::Data, 10, 0, length));
            }
            Ok(Status::Ok)
        })
        .connect_with(short_cancel());
        let e = rig.bands(&App::answering(message, answer)).unwrap_err();
        over.store(true, Ordering::SeqCst);
        assert_eq!(e.kind(), kind, "{e}");
    });
}

#[test]
fn a_driver_that_ignores_a_cancel_but_goes_on_writing_a_file_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    let started = Signal::new();
    let over = Arc::new(AtomicBool::new(false));
    let (start, stop) = (started.clone(), Arc::clone(&over));
    let rig = Driver::new(Tymed::File, move |_, context| {
        let context = std::cell::RefCell::new(context);
        chatter(&start, || {
            // Without a callback it does not learn that it was given up.
            if stop.load(Ordering::SeqCst) {
                return Err(fail());
            }
            write(&mut context.borrow_mut(), b"data")
        })
    })
    .connect_with(short_cancel());
    thread::scope(|scope| {
        let running = scope.spawn(|| rig.file(&path, Tymed::File, None));
        started.wait();
        rig.transfer.cancel();
        given_up(running.join().unwrap(), "of being told to");
    });
    over.store(true, Ordering::SeqCst);
    assert!(!path.exists());
}

/// An application of streams that takes everything.
struct AllStreams;

struct Void;

impl Stream for Void {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        Ok(data.len())
    }

    fn seek(&mut self, _: std::io::SeekFrom) -> Result<u64> {
        Ok(0)
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Ok(())
    }
}

impl TransferCallback for AllStreams {
    fn transfer_callback(&self, _: &TransferParams) -> Result<Answer> {
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        Ok(NextStream::Stream(Box::new(Void)))
    }
}

/// An application of streams that wants no more, once it has given one.
struct NoMore(Result<Answer>);

impl TransferCallback for NoMore {
    fn transfer_callback(&self, _: &TransferParams) -> Result<Answer> {
        self.0.clone()
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        Ok(NextStream::Stream(Box::new(Void)))
    }
}

#[test]
fn a_driver_of_streams_that_ignores_what_it_is_answered_is_given_up() {
    let told = [
        (Ok(Answer::Cancel), ErrorKind::Deadline),
        (Err(fail()), ErrorKind::AccessDenied),
    ];
    together(told, |(answer, kind)| {
        let over = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&over);
        let rig = Driver::new(Tymed::File, move |_, context| {
            let callback = context.callback.clone().unwrap();
            let _stream = callback.get_next_stream("", "")?;
            while !stop.load(Ordering::SeqCst) {
                work();
                drop(callback.send_message(&TransferParams::status(1, 1)));
            }
            Ok(Status::Ok)
        })
        .connect_with(short_cancel());
        let app = Arc::new(NoMore(answer));
        let result = rig.transfer.download(TransferFlags::empty(), app);
        over.store(true, Ordering::SeqCst);
        assert_eq!(result.unwrap_err().kind(), kind);
    });
}

#[test]
fn a_driver_of_streams_that_ignores_a_cancel_but_goes_on_calling_is_given_up() {
    for writes in [false, true] {
        let started = Signal::new();
        let start = started.clone();
        let rig = Driver::new(Tymed::File, move |_, context| {
            let callback = context.callback.clone().unwrap();
            let stream = callback.get_next_stream("", "")?;
            let NextStream::Stream(stream) = stream else {
                return Err(fail());
            };
            let stream = std::cell::RefCell::new(stream);
            chatter(&start, || match writes {
                true => stream.borrow_mut().write(b"data").map(drop),
                false => callback
                    .send_message(&TransferParams::status(1, 1))
                    .map(drop),
            })
        })
        .connect_with(short_cancel());
        thread::scope(|scope| {
            let running = scope.spawn(|| {
                let flags = TransferFlags::empty();
                rig.transfer.download(flags, Arc::new(AllStreams))
            });
            started.wait();
            rig.transfer.cancel();
            given_up(running.join().unwrap(), "of being told to");
        });
    }
}

/// An application that needs more than the deadline for each message, and cancels in the first.
fn slow(rig: &Rig, cancels: bool) -> Arc<App> {
    let transfer = Arc::clone(&rig.transfer);
    let first = AtomicBool::new(cancels);
    App::reacting(move |params| {
        if !matches!(params.message, DataMessage::Status | DataMessage::Data) {
            return None;
        }
        if first.swap(false, Ordering::SeqCst) {
            transfer.cancel();
        }
        take(LONG * 4 / 3);
        None
    })
}

#[test]
fn the_applications_time_does_not_count() {
    let options = DeviceOptions {
        line_deadline: LONG,
        cancel_deadline: LONG,
    };
    let kinds = ["one buffer", "two buffers", "file"];
    let cases = [false, true].map(|cancels| kinds.map(|kind| (kind, cancels)));
    together(cases.into_iter().flatten(), |(kind, cancels)| {
        let tymed = match kind {
            "file" => Tymed::File,
            _ => Tymed::Callback,
        };
        let rig = Driver::new(tymed, move |_, context| {
            let _ = status(context, 1)?;
            done(match tymed {
                Tymed::File => status(context, 2)?,
                _ => band(context, b"data")?,
            })
        })
        .connect_with(options);
        let app = slow(&rig, cancels);
        let folder = tempfile::tempdir().unwrap();
        let result = match kind {
            "file" => rig.file(&folder.path().join("scan.bmp"), tymed, Some(&app)),
            "one buffer" => rig.bands(&app),
            // The driver has returned long before the application has read the band.
            _ => rig.two_buffers(&app),
        };
        assert_eq!(result.unwrap(), Status::Ok, "{kind}");
    });
}

/// A driver that calls for longer than the line deadline, but never keeps still for so long.
fn for_long(mut call: impl FnMut() -> Result<()>) -> Result<()> {
    let began = Instant::now();
    while began.elapsed() < LONG * 4 / 3 {
        take(LONG / 30);
        call()?;
    }
    Ok(())
}

/// Runs a file transfer without a callback, in which nothing but what the driver writes shows that it is
/// alive.
fn writing(
    tymed: Tymed,
    write: impl Fn(&mut TransferContext) -> Result<()> + Send + Sync + 'static,
) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan");
    let rig = Driver::new(tymed, move |_, context| write(context).map(|()| Status::Ok))
        .set(WIA_IPA_FORMAT, WIA_IMG_FMT_TIFF)
        .set(WIA_IPA_DEPTH, 8)
        .connect_with(long_line());
    assert_eq!(rig.file(&path, tymed, None).unwrap(), Status::Ok);
}

#[test]
fn a_driver_that_writes_the_buffer_into_a_file_is_alive() {
    writing(Tymed::File, |context| for_long(|| write(context, b"data")));
}

#[test]
fn a_driver_that_writes_pages_into_a_file_is_alive() {
    writing(Tymed::MultipageFile, |context| {
        for_long(|| {
            *context.transfer_buffer.driver_memory() = vec![1; 6];
            context.item_size = 6;
            write_page_buf_to_file(context)
        })
    });
}

#[test]
fn a_driver_that_writes_a_page_band_by_band_is_alive() {
    writing(Tymed::MultipageFile, |context| {
        let mut file = FileStream(context.file.as_ref().unwrap().try_clone().unwrap());
        let layout = PageLayout {
            width: 8,
            height: None,
            pixel: PixelType::Gray8,
            x_dpi: 300,
            y_dpi: 300,
        };
        begin_page(context, &mut file, &layout)?;
        let line = [7; 8];
        for_long(|| rows(context, &mut file, Band::new(&line, 8, 8).unwrap()))?;
        end_page(context, &mut file).map(drop)
    });
}

#[test]
fn a_driver_that_writes_streams_into_a_file_is_alive() {
    writing(Tymed::MultipageFile, |context| {
        let streams = DataStreams::new(context);
        let written = match streams.get_next_stream("", "")? {
            // As much as makes it write.
            NextStream::Stream(mut stream) => {
                for_long(|| transfer::write_all(stream.as_mut(), &[0; 70_000]))
            }
            other => panic!("{other:?}"),
        };
        let result = streams.finish(context, written.map(|()| Status::Ok));
        result.map(drop)
    });
}
