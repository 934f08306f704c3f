//! Transfers into streams, and uploads.

use std::sync::Arc;

use abi::HRESULT;
use abi::interfaces::{IStream, IWiaItem2, IWiaTransfer};
use abi::memory::Bstr;
use abi::results::{E_ABORT, E_INVALIDARG, S_FALSE, S_OK};
use wia::PropertyValue;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF};
use wia::property::{WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_PAGES, WIA_IPS_XRES, WIA_IPS_YRES};
use wiaservc::exports::streams::WiaCreateStreamOnMemory;
use windows_core::Interface;

use super::objects::{clsid, feeder, find, flatbed, i4, last_error, object, open, set};
use super::pictures::{Answers, AnyThread, App, rust_streams};

const STATUS: i32 = 1;
const END_OF_STREAM: i32 = 2;
const END_OF_TRANSFER: i32 = 3;
const NEW_PAGE: i32 = 6;
const SKIP_ITEM: HRESULT = HRESULT(0x0021_0009);
const PAPER_JAM: HRESULT = HRESULT(0x8021_0002_u32.cast_signed());

fn download(item: &IWiaItem2, app: &App) -> HRESULT {
    let transfer: IWiaTransfer = item.cast().unwrap();
    unsafe { transfer.Download(0, (&app.callback()).into()) }
}

/// A feeder whose pages come one a stream.
fn pages(uri: &str) -> IWiaItem2 {
    let item = feeder(uri);
    set(&item, &[(WIA_IPS_XRES, i4(75)), (WIA_IPS_YRES, i4(75))]);
    set(&item, &[(WIA_IPS_PAGES, i4(0))]);
    item
}

#[test]
fn a_picture_is_the_one_that_an_application_in_rust_gets() {
    let item = flatbed("virtual:?seed=3");
    set(&item, &[(WIA_IPA_FORMAT, clsid(WIA_IMG_FMT_BMP))]);
    set(&item, &[(WIA_IPS_XRES, i4(150)), (WIA_IPS_YRES, i4(150))]);
    let app = App::default();
    assert_eq!(download(&item, &app), S_OK);
    let values = [
        (WIA_IPS_XRES, PropertyValue::I4(150)),
        (WIA_IPS_YRES, PropertyValue::I4(150)),
    ];
    let expected = rust_streams("virtual:?seed=3", r"0000\Root\Flatbed", &values);
    let heard = app.heard();
    assert!(expected[0].starts_with(b"BM"));
    assert!(heard.streams == expected, "the pictures differ");
    let name = ("Flatbed".to_owned(), r"0000\Root\Flatbed".to_owned());
    assert_eq!(heard.names, [name]);
    let (last, before) = heard.messages.split_last().unwrap();
    assert_eq!(last.0, END_OF_TRANSFER);
    let (end, before) = before.split_last().unwrap();
    assert_eq!(end.0, END_OF_STREAM);
    assert!(before.iter().all(|(message, _)| *message == STATUS));
    assert_eq!((before[0].1, before[before.len() - 1].1), (0, 100));
}

#[test]
fn all_pages_of_a_feeder_come_in_one_document() {
    let uri = "virtual:?sheets=3&seed=5";
    let item = pages(uri);
    set(
        &item,
        &[
            (WIA_IPA_TYMED, i4(256)),
            (WIA_IPA_FORMAT, clsid(WIA_IMG_FMT_TIFF)),
        ],
    );
    let app = App::default();
    assert_eq!(download(&item, &app), S_OK);
    let heard = app.heard();
    assert_eq!(heard.streams.len(), 1);
    assert_eq!(directories(&heard.streams[0]), 3);
    let new_pages = heard
        .messages
        .iter()
        .filter(|message| message.0 == NEW_PAGE);
    assert_eq!(new_pages.count(), 2);
}

/// How many pages a little-endian TIFF has: directories of 12 bytes an entry, each with the place of the next behind it.
fn directories(tiff: &[u8]) -> usize {
    let number = |at: usize| u32::from_le_bytes(tiff[at..at + 4].try_into().unwrap()) as usize;
    assert!(tiff.starts_with(b"II*\0"));
    let mut next = number(4);
    let mut found = 0;
    while next != 0 {
        let entries = usize::from(u16::from_le_bytes([tiff[next], tiff[next + 1]]));
        next = number(next + 2 + 12 * entries);
        found += 1;
    }
    found
}

#[test]
fn a_stream_object_of_this_library_takes_a_picture_too() {
    // What a C++ application without streams of its own uses.
    let item = flatbed("virtual:");
    let stream = object(|stream| unsafe { WiaCreateStreamOnMemory(stream) }).unwrap();
    let transfer: IWiaTransfer = item.cast().unwrap();
    let callback = super::streams::one(&stream);
    assert_eq!(unsafe { transfer.Download(0, (&callback).into()) }, S_OK);
    let expected = rust_streams("virtual:", r"0000\Root\Flatbed", &[]);
    assert!(
        super::streams::bytes(&stream) == expected[0],
        "the pictures differ"
    );
}

#[test]
fn an_answer_cancels_in_the_middle() {
    let app = App::answering(Answers {
        message: Arc::new(|before, _| if before == 3 { S_FALSE } else { S_OK }),
        ..Answers::default()
    });
    let item = pages("virtual:?sheets=3");
    assert_eq!(download(&item, &app), S_FALSE);
    let heard = app.heard();
    assert_eq!(heard.streams.len(), 1);
    let ends: Vec<_> = heard.messages[4..]
        .iter()
        .map(|(message, _)| *message)
        .collect();
    assert_eq!(ends, [END_OF_STREAM, END_OF_TRANSFER]);
    drop(heard);
    // The device is ready for the next.
    let app = App::default();
    assert_eq!(download(&flatbed("virtual:"), &app), S_OK);
}

#[test]
fn a_call_cancels_in_the_middle() {
    let item = pages("virtual:?sheets=3");
    // Another object of the same item is as good.
    let other: IWiaTransfer = find(&item, r"0000\Root\Feeder").unwrap().cast().unwrap();
    let other = AnyThread::new(other);
    let app = App::answering(Answers {
        message: Arc::new(move |before, _| match before {
            2 => unsafe { other.get().Cancel() },
            _ => S_OK,
        }),
        ..Answers::default()
    });
    assert_eq!(download(&item, &app), S_FALSE);
    assert_eq!(app.heard().streams.len(), 1);
    // Without a transfer there is nothing to cancel.
    let transfer: IWiaTransfer = item.cast().unwrap();
    assert_eq!(unsafe { transfer.Cancel() }, S_OK);
}

#[test]
fn an_item_is_skipped() {
    let app = App::answering(Answers {
        stream: |n| {
            if n == 1 {
                (SKIP_ITEM, false)
            } else {
                (S_OK, true)
            }
        },
        ..Answers::default()
    });
    assert_eq!(download(&pages("virtual:?sheets=3&seed=5"), &app), S_OK);
    let heard = app.heard();
    assert_eq!((heard.names.len(), heard.streams.len()), (3, 2));
    let app = App::default();
    assert_eq!(download(&pages("virtual:?sheets=3&seed=5"), &app), S_OK);
    let all = app.heard();
    assert!(heard.streams[0] == all.streams[0] && heard.streams[1] == all.streams[2]);
}

#[test]
fn strange_answers_to_a_request_for_a_stream_fail() {
    let cases: [fn(usize) -> (HRESULT, bool); 3] = [
        |_| (S_OK, false),
        |_| (HRESULT(0x0004_0000), true),
        |_| (HRESULT(0x0004_0000), false),
    ];
    for stream in cases {
        let app = App::answering(Answers {
            stream,
            ..Answers::default()
        });
        let code = download(&flatbed("virtual:"), &app);
        assert!(code.is_err(), "{code:?}");
        let heard = app.heard();
        assert!(heard.streams.iter().all(Vec::is_empty));
        assert_eq!(heard.messages.last().unwrap().0, END_OF_TRANSFER);
    }
}

#[test]
fn failures_of_a_callback_are_the_result() {
    // One that WIA knows, and one that is the application's own.
    for code in [E_ABORT, HRESULT(0x8BAD_F00D_u32.cast_signed())] {
        let app = App::answering(Answers {
            message: Arc::new(move |before, _| if before == 1 { code } else { S_OK }),
            ..Answers::default()
        });
        assert_eq!(download(&flatbed("virtual:"), &app), code);
    }
    let app = App::answering(Answers {
        stream: |_| (E_ABORT, true),
        ..Answers::default()
    });
    assert_eq!(download(&flatbed("virtual:"), &app), E_ABORT);
}

#[test]
fn an_application_with_a_handler_hears_of_a_jam() {
    let item = pages("virtual:?sheets=2&jam=1");
    let app = App::default();
    assert_eq!(download(&item, &app), PAPER_JAM);
    assert!(app.heard().statuses.is_empty());
    assert!(last_error(&item).contains("jam"), "{}", last_error(&item));

    let item = pages("virtual:?sheets=2&jam=1");
    let transfer: IWiaTransfer = item.cast().unwrap();
    let app = App::answering(Answers {
        status: S_OK,
        ..Answers::default()
    });
    assert_eq!(
        unsafe { transfer.Download(0, (&app.handler()).into()) },
        S_OK
    );
    let heard = app.heard();
    assert_eq!(
        heard.statuses,
        [(PAPER_JAM, r"0000\Root\Feeder".to_owned())]
    );
    assert_eq!(heard.streams.len(), 2);
}

#[test]
fn what_no_download_can_be_made_of_is_refused() {
    let item = flatbed("virtual:");
    let transfer: IWiaTransfer = item.cast().unwrap();
    let app = App::default();
    let callback = app.callback();
    unsafe {
        assert_eq!(transfer.Download(0, None.into()), E_INVALIDARG);
        assert_eq!(transfer.Download(8, (&callback).into()), E_INVALIDARG);
        let root: IWiaTransfer = open("virtual:").cast().unwrap();
        assert_eq!(root.Download(0, (&callback).into()), E_INVALIDARG);
        assert_eq!(
            transfer.Upload(0, None.into(), (&callback).into()),
            E_INVALIDARG
        );
    }
    assert!(app.heard().names.is_empty());
}

#[test]
fn an_upload_becomes_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let root = open(&format!("folder:{}", folder.path().display()));
    let files = find(&root, r"0000\Root\Files").unwrap();
    let name = Bstr::new("letter.txt");
    // WiaItemTypeFile, Transfer.
    let item = object(|item| unsafe { files.CreateChildItem(0x2002, 0, name.as_raw(), item) });
    let transfer: IWiaTransfer = item.unwrap().cast().unwrap();
    let stream: IStream = object(|stream| unsafe { WiaCreateStreamOnMemory(stream) }).unwrap();
    let data = b"Dear Sir or Madam";
    let count = u32::try_from(data.len()).unwrap();
    let app = App::default();
    unsafe {
        let code = stream.Write(data.as_ptr().cast(), count, std::ptr::null_mut());
        assert_eq!(code, S_OK);
        assert_eq!(stream.Seek(0, 0, std::ptr::null_mut()), S_OK);
        let code = transfer.Upload(0, (&stream).into(), (&app.callback()).into());
        assert_eq!(code, S_OK);
    }
    assert_eq!(
        std::fs::read(folder.path().join("letter.txt")).unwrap(),
        data
    );
    // Nobody is asked for a stream.
    assert!(app.heard().names.is_empty());
    assert_eq!(app.heard().messages.last().unwrap().0, END_OF_TRANSFER);
}
