//! Cancelling, and drivers that do not listen.

use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use quire_acquire::{
    Cancel, Compression, Event, FilterSetting, Settings, Source, TransferMode, plan,
};
use service::{Device, DeviceOptions};
use wia::event::WIA_EVENT_CANCEL_IO;
use wia::{ErrorKind, Orientation, Status};

use crate::documents::gray_tiff;
use crate::rig::{LIMIT, Scratch, Watcher, refused, run, scan, settings};
use crate::scripted::{Call, HEIGHT, Scripted, Stop, Told, WIDTH, page, raw_header, raw_page};

/// Both ways in which pages travel.
const WAYS: [Compression; 2] = [Compression::None, Compression::Deflate];

fn packed(scratch: &Scratch, compression: Compression) -> Settings {
    Settings {
        compression: Some(compression),
        ..settings(scratch.path("out.tiff"))
    }
}

/// A gate that a test opens and a driver waits at.
struct Gate(Mutex<Receiver<()>>);

impl Gate {
    fn new() -> (Sender<()>, Arc<Gate>) {
        let (open, wait) = mpsc::channel();
        (open, Arc::new(Gate(Mutex::new(wait))))
    }

    /// Waits for the gate to be opened, or to be gone.
    fn wait(&self) {
        let _ = self.0.lock().unwrap().recv_timeout(LIMIT);
    }
}

#[test]
fn a_scan_that_is_cancelled_before_it_begins_moves_no_paper() {
    for compression in WAYS {
        let scratch = Scratch::new();
        let cancel = Cancel::default();
        cancel.cancel();
        let scanner = Scripted::new(|_| panic!("the driver is called"));
        let watcher = Watcher::new();
        let plan = plan(&scanner.device(), &packed(&scratch, compression)).unwrap();
        let outcome = run(plan, &watcher, &cancel);
        assert_eq!((outcome.exit_code(), outcome.pages), (130, 0));
        assert_eq!(watcher.events(), []);
        assert_eq!(scratch.names(), [""; 0]);
    }
}

/// Sends pages until somebody says stop, and half of one more.
fn endless(call: &mut Call<'_>) -> Told {
    if call.context.tymed == wia::Tymed::File {
        for number in 1..=1000 {
            let mut stream = call.stream()?;
            let bytes = raw_page(number);
            stream.write(&bytes[..500])?;
            call.status(50)?;
            stream.write(&bytes[500..])?;
        }
    } else {
        let mut stream = call.tiff_pages(1)?;
        for number in 2..=1000 {
            call.new_page()?;
            call.status(50)?;
            call.tiff_rows(stream.as_mut(), number, HEIGHT)?;
        }
    }
    Ok(Status::Ok)
}

#[test]
fn a_cancel_at_any_message_keeps_the_complete_pages() {
    for compression in WAYS {
        for message in 1..=6 {
            let scratch = Scratch::new();
            let cancel = Cancel::default();
            let (stop, left) = (cancel.clone(), Mutex::new(message));
            let watcher = Watcher::hooked(move |event| {
                if let Event::Progress { .. } | Event::Page { .. } = event {
                    let mut left = left.lock().unwrap();
                    *left -= 1;
                    if *left == 0 {
                        stop.cancel();
                    }
                }
            });
            let device = Scripted::new(endless).device();
            let plan = plan(&device, &packed(&scratch, compression)).unwrap();
            let outcome = run(plan, &watcher, &cancel);
            assert_eq!(outcome.exit_code(), 130, "{:?}", outcome.result);
            assert!(!outcome.abandoned);
            assert_eq!(watcher.page_count(), outcome.pages);
            if outcome.pages == 0 {
                assert_eq!(scratch.names(), [""; 0]);
                continue;
            }
            assert_eq!(scratch.names(), ["out.tiff"]);
            let wanted: Vec<_> = (1..=outcome.pages).map(page).collect();
            assert_eq!(gray_tiff(&scratch.path("out.tiff")), wanted);
        }
    }
}

#[test]
fn a_cancel_between_two_pages() {
    let scratch = Scratch::new();
    let cancel = Cancel::default();
    let (open, gate) = Gate::new();
    let stop = cancel.clone();
    // The driver goes on when the cancel has been said.
    let watcher = Watcher::hooked(move |event| {
        if let Event::Page { page: 2, .. } = event {
            stop.cancel();
            open.send(()).unwrap();
        }
    });
    let scanner = Scripted::new(move |call| {
        call.raw_page(1)?;
        call.raw_page(2)?;
        // Asking for the next ends the second page; what it gets is the answer to that.
        drop(call.stream());
        gate.wait();
        match call.stream() {
            Err(Stop::Cancelled) => Ok(Status::Cancelled),
            _ => panic!("it is told to go on"),
        }
    });
    let plan = plan(&scanner.device(), &packed(&scratch, Compression::Lzw)).unwrap();
    let outcome = run(plan, &watcher, &cancel);
    assert_eq!((outcome.exit_code(), outcome.pages), (130, 2));
    assert_eq!(gray_tiff(&scratch.path("out.tiff")), [page(1), page(2)]);
}

#[test]
fn a_driver_hears_of_the_cancel_while_it_waits_for_its_device() {
    let scratch = Scratch::new();
    let cancel = Cancel::default();
    let (open, gate) = Gate::new();
    let stop = cancel.clone();
    let watcher = Watcher::hooked(move |event| {
        if let Event::Page { page: 1, .. } = event {
            stop.cancel();
        }
    });
    let scanner = Scripted::new(move |call| {
        let _stream = call.tiff_pages(1)?;
        gate.wait();
        Ok(Status::Cancelled)
    })
    .on_event(move |event| {
        if event == WIA_EVENT_CANCEL_IO {
            // Told until the transfer ends.
            let _ = open.send(());
        }
    });
    let plan = plan(&scanner.device(), &packed(&scratch, Compression::None)).unwrap();
    let outcome = run(plan, &watcher, &cancel);
    assert_eq!((outcome.exit_code(), outcome.pages), (130, 1));
}

/// A scanner that hangs behind its second page until the gate opens, and then goes on as if nothing
/// had happened; and what comes of that.
struct Hanging {
    device: Arc<dyn Device>,
    /// Told when it hangs.
    hangs: Receiver<()>,
    open: Sender<()>,
    heard: Receiver<bool>,
}

fn hangs(options: DeviceOptions) -> Hanging {
    let (open, gate) = Gate::new();
    let (told, heard) = mpsc::channel();
    let told = Mutex::new(told);
    let (here, hangs) = mpsc::channel();
    let wait = move || {
        // Not everybody wants to know.
        let _ = here.send(());
        gate.wait();
    };
    let mut scanner = Scripted::new(move |call| {
        let refused = if call.context.tymed == wia::Tymed::File {
            call.raw_page(1)?;
            call.raw_page(2)?;
            let mut stream = call.stream()?;
            stream.write(&raw_page(3)[..700])?;
            wait();
            stream.write(&raw_page(3)[700..]).is_err() && call.stream().is_err()
        } else {
            let mut stream = call.tiff_pages(2)?;
            call.tiff_rows(stream.as_mut(), 3, 7)?;
            wait();
            stream.write(&[0x55; 5000]).is_err() && stream.set_size(0).is_err()
        };
        let _ = told.lock().unwrap().send(refused);
        Ok(Status::Ok)
    });
    scanner.options = options;
    let device = scanner.device();
    Hanging {
        device,
        hangs,
        open,
        heard,
    }
}

#[test]
fn a_driver_that_ignores_the_cancel_is_given_up() {
    for compression in WAYS {
        let scratch = Scratch::new();
        let Hanging {
            device,
            hangs,
            open,
            heard,
        } = hangs(DeviceOptions {
            cancel_deadline: Duration::from_millis(100),
            ..DeviceOptions::default()
        });
        let cancel = Cancel::default();
        let stop = cancel.clone();
        let watcher = Arc::<Watcher>::default();
        let plan = plan(&device, &packed(&scratch, compression)).unwrap();
        let outcome = thread::scope(|scope| {
            scope.spawn(move || {
                hangs.recv_timeout(LIMIT).unwrap();
                stop.cancel();
            });
            run(plan, &watcher, &cancel)
        });
        assert_eq!((outcome.exit_code(), outcome.pages), (130, 2));
        assert!(outcome.abandoned);
        let wanted = [page(1), page(2)];
        assert_eq!(gray_tiff(&scratch.path("out.tiff")), wanted);
        // Nobody else gets the device meanwhile.
        let other = Settings {
            output: quire_acquire::Output::Path(scratch.path("other.tiff")),
            ..packed(&scratch, compression)
        };
        assert_eq!(refused(&device, &other).kind(), ErrorKind::Busy);
        // What it does when it wakes up harms nobody.
        open.send(()).unwrap();
        assert!(heard.recv_timeout(LIMIT).unwrap(), "its calls are refused");
        assert_eq!(gray_tiff(&scratch.path("out.tiff")), wanted);
        assert_eq!(scratch.names(), ["out.tiff"]);
    }
}

#[test]
fn a_driver_that_hangs_is_given_up_at_its_deadline() {
    for compression in WAYS {
        let scratch = Scratch::new();
        let Hanging {
            device,
            open,
            heard,
            ..
        } = hangs(DeviceOptions {
            line_deadline: Duration::from_secs(2),
            ..DeviceOptions::default()
        });
        let outcome = scan(&device, &packed(&scratch, compression));
        assert_eq!(outcome.error().unwrap().kind(), ErrorKind::Deadline);
        assert_eq!((outcome.exit_code(), outcome.pages), (8, 2));
        assert!(outcome.abandoned);
        assert_eq!(gray_tiff(&scratch.path("out.tiff")), [page(1), page(2)]);
        drop(open);
        heard.recv_timeout(LIMIT).unwrap();
    }
}

/// A driver that was given up has the file of its transfer still.
#[test]
fn what_a_driver_writes_after_it_was_given_up_changes_no_document() {
    let scratch = Scratch::new();
    let (open, gate) = Gate::new();
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let mut scanner = Scripted::new(|_| Ok(Status::Ok)).in_files(move |context| {
        let pixels = page(1).pixels;
        context.width_in_pixels = WIDTH.cast_signed();
        context.lines = HEIGHT.cast_signed();
        context.width_in_bytes = WIDTH.cast_signed();
        context.depth = 8;
        context.buffer_size = WIDTH.cast_signed() * HEIGHT.cast_signed();
        context.transfer_buffer = pixels.into();
        transfer::write_page_buf_to_file(context)?;
        gate.wait();
        let file = context.file.as_ref().unwrap();
        let written = file.write_all_at(&[0x55; 4000], 0);
        tell.lock().unwrap().send(written.is_ok()).unwrap();
        Ok(Status::Ok)
    });
    scanner.options.line_deadline = Duration::from_millis(300);
    let settings = Settings {
        transfer: TransferMode::File,
        ..packed(&scratch, Compression::None)
    };
    let outcome = scan(&scanner.device(), &settings);
    assert_eq!(outcome.error().unwrap().kind(), ErrorKind::Deadline);
    assert_eq!((outcome.exit_code(), outcome.pages), (8, 1));
    assert_eq!(gray_tiff(&scratch.path("out.tiff")), [page(1)]);
    open.send(()).unwrap();
    assert!(told.recv_timeout(LIMIT).unwrap());
    assert_eq!(gray_tiff(&scratch.path("out.tiff")), [page(1)]);
    assert_eq!(scratch.names(), ["out.tiff"]);
}

#[test]
fn a_driver_that_hangs_in_its_event_is_given_up_too() {
    let scratch = Scratch::new();
    let (open, gate) = Gate::new();
    let held = Arc::clone(&gate);
    let cancel = Cancel::default();
    let stop = cancel.clone();
    let watcher = Watcher::hooked(move |event| {
        if let Event::Page { page: 1, .. } = event {
            stop.cancel();
        }
    });
    let mut scanner = Scripted::new(move |call| {
        // It hears of the cancel with its page, and does not return before the event.
        let pages = call.tiff_pages(1);
        gate.wait();
        pages.map(|_| Status::Ok)
    })
    .on_event(move |_| held.wait());
    scanner.options.cancel_deadline = Duration::from_millis(100);
    let plan = plan(&scanner.device(), &packed(&scratch, Compression::None)).unwrap();
    let outcome = run(plan, &watcher, &cancel);
    assert_eq!((outcome.exit_code(), outcome.pages), (130, 1));
    assert!(outcome.abandoned);
    assert_eq!(gray_tiff(&scratch.path("out.tiff")), [page(1)]);
    drop(open);
}

#[test]
fn an_application_that_crashes_is_no_hang_and_no_success() {
    type Which = fn(&Event) -> bool;
    let events: [Which; 2] = [
        |event| matches!(event, Event::Progress { page: 3, .. }),
        |event| matches!(event, Event::Page { page: 3, .. }),
    ];
    for compression in WAYS {
        for which in events {
            let scratch = Scratch::new();
            let watcher = Watcher::hooked(move |event| {
                assert!(!which(event), "an application that crashes");
            });
            let device = Scripted::new(endless).device();
            let plan = plan(&device, &packed(&scratch, compression)).unwrap();
            let outcome = run(plan, &watcher, &Cancel::default());
            assert_ne!(outcome.exit_code(), 0, "{:?}", outcome.result);
            // The pages are where the message says, or under their name.
            let names = scratch.names();
            assert_eq!(names.len(), 1, "{names:?}");
            let pages = gray_tiff(&scratch.path(&names[0]));
            assert!(pages.len() >= 2);
        }
    }
}

/// Four scans of a flatbed.
fn four(scratch: &Scratch) -> Settings {
    Settings {
        source: Source::Flatbed,
        pages: Some(4),
        ..packed(scratch, Compression::Deflate)
    }
}

#[test]
fn a_person_ends_the_scans_of_a_flatbed() {
    let scratch = Scratch::new();
    let scanner = Scripted::new(|call| call.raw_page(1).map(|()| Status::Ok));
    let watcher = Watcher::answering(&[true, false]);
    let plan = plan(&scanner.device(), &four(&scratch)).unwrap();
    let outcome = run(plan, &watcher, &Cancel::default());
    assert_eq!((outcome.exit_code(), outcome.pages), (5, 2));
    assert_eq!(*watcher.asked.lock().unwrap(), [1, 2]);
    assert_eq!(watcher.page_count(), 2);
    assert_eq!(gray_tiff(&scratch.path("out.tiff")), [page(1), page(1)]);
}

#[test]
fn a_cancel_while_a_person_is_asked_is_a_cancel() {
    for answer in [true, false] {
        let scratch = Scratch::new();
        let scanner = Scripted::new(|call| call.raw_page(1).map(|()| Status::Ok));
        let cancel = Cancel::default();
        let watcher = Watcher::asked(cancel.clone(), answer);
        let plan = plan(&scanner.device(), &four(&scratch)).unwrap();
        let outcome = run(plan, &watcher, &cancel);
        assert_eq!((outcome.exit_code(), outcome.pages), (130, 1), "{answer}");
        assert_eq!(gray_tiff(&scratch.path("out.tiff")), [page(1)]);
    }
}

#[test]
fn a_cancel_after_the_last_page_changes_nothing() {
    for compression in WAYS {
        let scratch = Scratch::new();
        let cancel = Cancel::default();
        let stop = cancel.clone();
        let ended = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&ended);
        let watcher = Watcher::hooked(move |event| {
            if matches!(event, Event::Page { page: 2, .. }) && seen.load(Ordering::Acquire) {
                stop.cancel();
            }
        });
        let scanner = Scripted::new(move |call| {
            if call.context.tymed == wia::Tymed::File {
                call.raw_page(1)?;
                let mut stream = call.stream()?;
                stream.write(&raw_page(2))?;
            } else {
                call.tiff_pages(2)?;
            }
            ended.store(true, Ordering::Release);
            Ok(Status::Ok)
        });
        let plan = plan(&scanner.device(), &packed(&scratch, compression)).unwrap();
        let outcome = run(plan, &watcher, &cancel);
        // The cancel may come in time for the last message, and never costs a page.
        assert!(
            [0, 130].contains(&outcome.exit_code()),
            "{:?}",
            outcome.result
        );
        assert_eq!(outcome.pages, 2);
        assert_eq!(gray_tiff(&scratch.path("out.tiff")), [page(1), page(2)]);
    }
}

#[test]
fn a_device_that_cancels_drops_what_a_filter_holds_of_its_page() {
    for mode in [
        TransferMode::Stream,
        TransferMode::Memory,
        TransferMode::File,
    ] {
        let scratch = Scratch::new();
        // As many rows as came would be a page.
        let scanner = Scripted::new(|call| {
            let mut stream = call.stream()?;
            stream.write(&raw_header(None).encode())?;
            stream.write(&[0; 10 * WIDTH as usize])?;
            Ok(Status::Cancelled)
        });
        let settings = Settings {
            transfer: mode,
            filters: vec![FilterSetting::Rotation(Some(Orientation::Rot180))],
            ..settings(scratch.path("out.tiff"))
        };
        let outcome = scan(&scanner.device(), &settings);
        assert_eq!(outcome.exit_code(), 130, "{mode:?} {:?}", outcome.result);
        assert_eq!(outcome.pages, 0, "{mode:?}");
        assert_eq!(scratch.names(), [""; 0]);
    }
}
