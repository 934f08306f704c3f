//! Transfers of a device in a host.

use std::io::Cursor;
use std::sync::{Arc, Mutex};

use service::{Answer, CreationFlags, DocumentOptions, DocumentProgress};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_PAGES};
use wia::{ErrorKind, Guid, ItemFlags, Status, TransferFlags, TransferMessage, Tymed};

use crate::rig::{Application, FEEDER, Source, download, here, item, open, set};

fn kind(format: Guid, tymed: Tymed) -> [(wia::PropertyId, wia::PropertyValue); 2] {
    [
        (WIA_IPA_FORMAT, format.into()),
        (WIA_IPA_TYMED, tymed.value().into()),
    ]
}

#[test]
fn streams_and_messages_are_the_same() {
    for (format, tymed) in [
        (WIA_IMG_FMT_BMP, Tymed::File),
        (WIA_IMG_FMT_RAW, Tymed::File),
        (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
    ] {
        let uri = "virtual:?sheets=3&seed=5";
        let both = [open(uri).unwrap(), here(uri)].map(|device| {
            let feeder = item(&*device, FEEDER);
            set(&*feeder, &kind(format, tymed));
            let application = Arc::new(Application::default());
            assert_eq!(download(&*feeder, &application), Ok(Status::Ok));
            // How often it is told how far it is depends on the time that it takes.
            let mut told = application.told.lock().unwrap().clone();
            told.retain(|message| *message != TransferMessage::Status);
            (application.images(), told)
        });
        let [(far, told), (near, of_near)] = both;
        assert!(!near.is_empty());
        assert_eq!(far.len(), near.len());
        assert!(far == near, "{format}: the bytes differ");
        assert_eq!(told, of_near);
    }
}

#[test]
fn progress_follows_the_document() {
    let device = open("virtual:?sheets=3").unwrap();
    let feeder = item(&*device, FEEDER);
    set(&*feeder, &kind(WIA_IMG_FMT_TIFF, Tymed::MultipageFile));
    let progress = Arc::<DocumentProgress>::default();
    let (seen, looked) = (Arc::new(Mutex::new(Vec::new())), Arc::clone(&progress));
    let noted = Arc::clone(&seen);
    let application = Arc::new(Application {
        each: Some(Box::new(move |params| {
            if params.message == TransferMessage::NewPage {
                noted.lock().unwrap().push(looked.pages());
            }
            Ok(Answer::Continue)
        })),
        ..Application::default()
    });
    let transfer = feeder.transfer().unwrap();
    transfer.set_document(DocumentOptions {
        progress: Arc::clone(&progress),
        ..DocumentOptions::default()
    });
    let status = transfer.download(TransferFlags::empty(), application.clone());
    assert_eq!(status, Ok(Status::Ok));
    assert_eq!(*seen.lock().unwrap(), [1, 2]);
    assert_eq!(progress.pages(), 3);
    assert_eq!(progress.bytes(), application.images()[0].len() as u64);
}

#[test]
fn a_full_disk_ends_the_transfer_with_its_own_words() {
    for write in [1, 2, 7, 40] {
        let device = open("virtual:?sheets=2").unwrap();
        let feeder = item(&*device, FEEDER);
        set(&*feeder, &kind(WIA_IMG_FMT_BMP, Tymed::File));
        let application = Arc::new(Application {
            full_at: Some(write),
            ..Application::default()
        });
        let e = download(&*feeder, &application).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::MediumFull, "{e}");
        assert!(e.to_string().contains("the tests' disk is full"), "{e}");
        assert_eq!(application.count(TransferMessage::EndOfTransfer), 1);
        // The host lives.
        let application = Arc::new(Application::default());
        set(&*feeder, &[(WIA_IPS_PAGES, 1.into())]);
        assert_eq!(download(&*feeder, &application), Ok(Status::Ok));
    }
}

#[test]
fn an_answer_cancels() {
    let device = open("virtual:?sheets=3").unwrap();
    let feeder = item(&*device, FEEDER);
    set(&*feeder, &kind(WIA_IMG_FMT_BMP, Tymed::File));
    let application = Arc::new(Application {
        each: Some(Box::new(|params| {
            Ok(match params.message {
                TransferMessage::Status => Answer::Cancel,
                _ => Answer::Continue,
            })
        })),
        ..Application::default()
    });
    assert_eq!(download(&*feeder, &application), Ok(Status::Cancelled));
    assert_eq!(application.count(TransferMessage::EndOfStream), 1);
    assert_eq!(application.count(TransferMessage::EndOfTransfer), 1);
}

#[test]
fn a_panic_of_the_application_is_a_failure() {
    let device = open("virtual:?sheets=3").unwrap();
    let feeder = item(&*device, FEEDER);
    let application = Arc::new(Application {
        each: Some(Box::new(|params| {
            assert!(params.message != TransferMessage::Status, "no more");
            Ok(Answer::Continue)
        })),
        ..Application::default()
    });
    let e = download(&*feeder, &application).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ExceptionInDriver);
    assert!(e.to_string().contains("no more"), "{e}");
}

#[test]
fn uploads_arrive() {
    let dir = tempfile::tempdir().unwrap();
    let device = open(&format!("folder:{}", dir.path().display())).unwrap();
    let files = item(&*device, "0000\\Root\\Files");
    let file = ItemFlags::FILE | ItemFlags::TRANSFER;
    let new = files
        .create_child(file, CreationFlags::empty(), "a.png")
        .unwrap();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let transfer = new.transfer().unwrap();
    let application = Arc::new(Application::default());
    let source = Box::new(Source(Cursor::new(bytes.clone())));
    assert_eq!(transfer.upload(source, application.clone()), Ok(Status::Ok));
    assert!(std::fs::read(dir.path().join("a.png")).unwrap() == bytes);
    assert_eq!(application.count(TransferMessage::EndOfTransfer), 1);
}
