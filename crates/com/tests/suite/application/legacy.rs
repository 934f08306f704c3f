//! Transfers in bands and into files, as applications from before Windows Vista make them.

use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::sync::Arc;

use abi::guids::guid;
use abi::interfaces::{IWiaDataTransfer, IWiaItem, IWiaItemExtras};
use abi::memory::{Bstr, read_wide, task_free, wide};
use abi::results::{E_INVALIDARG, E_NOTIMPL, E_POINTER, S_FALSE, S_OK};
use abi::structs::{
    STGMEDIUM, WIA_DATA_TRANSFER_INFO, WIA_EXTENDED_TRANSFER_INFO, WIA_FORMAT_INFO,
};
use abi::{GUID, HRESULT};
use bands::Section;
use wia::PropertyValue;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_DPS_DOCUMENT_HANDLING_SELECT, WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_PAGES, WIA_IPS_XRES,
    WIA_IPS_YRES,
};
use windows_core::Interface;

use super::objects::{child, clsid, i4, last_error, manager, open_legacy, set};
use super::pictures::{Answers, AnyThread, App, rust_streams};

const DATA_HEADER: i32 = 1;
const DATA: i32 = 2;
const TERMINATION: i32 = 4;
const NEW_PAGE: i32 = 5;

/// The child of a device at 75 dpi, to be transferred in bands.
fn banded(uri: &str) -> IWiaItem {
    let item = child(&open_legacy(uri));
    set(&item, &[(WIA_IPS_XRES, i4(75)), (WIA_IPS_YRES, i4(75))]);
    set(
        &item,
        &[
            (WIA_IPA_TYMED, i4(128)),
            (WIA_IPA_FORMAT, clsid(WIA_IMG_FMT_MEMORYBMP)),
        ],
    );
    item
}

/// The same, to be transferred into a file.
fn filed(uri: &str) -> IWiaItem {
    let item = child(&open_legacy(uri));
    set(&item, &[(WIA_IPS_XRES, i4(75)), (WIA_IPS_YRES, i4(75))]);
    set(
        &item,
        &[
            (WIA_IPA_TYMED, i4(2)),
            (WIA_IPA_FORMAT, clsid(WIA_IMG_FMT_BMP)),
        ],
    );
    item
}

/// The bitmap of the flatbed.
fn expected(uri: &str) -> Vec<u8> {
    let values = [
        (WIA_IPS_XRES, PropertyValue::I4(75)),
        (WIA_IPS_YRES, PropertyValue::I4(75)),
        (WIA_IPA_FORMAT, PropertyValue::Clsid(WIA_IMG_FMT_BMP)),
    ];
    rust_streams(uri, r"0000\Root\Flatbed", &values).remove(0)
}

fn info() -> WIA_DATA_TRANSFER_INFO {
    WIA_DATA_TRANSFER_INFO {
        ulSize: 28,
        ..WIA_DATA_TRANSFER_INFO::default()
    }
}

fn get_bands(item: &IWiaItem, mut info: WIA_DATA_TRANSFER_INFO, app: &App) -> HRESULT {
    let transfer: IWiaDataTransfer = item.cast().unwrap();
    unsafe { transfer.idtGetBandedData(&mut info, (&app.data_callback()).into()) }
}

/// Into a file of this name, or one of the service's choice; gives the code and the name.
fn get_file(
    item: &IWiaItem,
    tymed: u32,
    path: Option<&Path>,
    app: Option<&App>,
) -> (HRESULT, String) {
    let transfer: IWiaDataTransfer = item.cast().unwrap();
    let mut name = path.map(|path| wide(path.to_str().unwrap()));
    let given = name.as_mut().map_or(std::ptr::null_mut(), Vec::as_mut_ptr);
    let mut medium = STGMEDIUM {
        tymed,
        lpszFileName: given,
        ..STGMEDIUM::default()
    };
    let callback = app.map(App::data_callback);
    let code = unsafe { transfer.idtGetData(&mut medium, (&callback).into()) };
    // SAFETY: what the service gives is task memory, and ends with a zero.
    let made = unsafe { read_wide(medium.lpszFileName) }.unwrap_or_default();
    if given.is_null() {
        unsafe { task_free(medium.lpszFileName.cast()) };
    } else {
        assert_eq!(medium.lpszFileName, given);
    }
    (code, made)
}

#[test]
fn a_picture_comes_in_bands_without_its_file_header() {
    let uri = "virtual:?seed=4";
    let expected = expected(uri);
    for double in [0, 1] {
        let app = App::default();
        let info = WIA_DATA_TRANSFER_INFO {
            ulBufferSize: 100_000,
            bDoubleBuffer: double,
            ..info()
        };
        assert_eq!(get_bands(&banded(uri), info, &app), S_OK);
        let heard = app.heard();
        assert!(
            heard.image == expected[14..],
            "the pictures differ, {double}"
        );
        let header = heard.header.unwrap();
        assert_eq!(
            (header.lSize, header.guidFormatID),
            (28, guid(WIA_IMG_FMT_MEMORYBMP))
        );
        let kinds: Vec<_> = heard.bands.iter().map(|(message, ..)| *message).collect();
        let first_data = kinds.iter().position(|kind| *kind == DATA).unwrap();
        assert!(kinds[..first_data].contains(&DATA_HEADER));
        assert_eq!(kinds.last(), Some(&TERMINATION));
        let longest = heard.bands.iter().map(|band| band.2).max().unwrap();
        assert!(longest > 0 && longest <= 100_000, "{longest}");
    }
}

#[test]
fn bands_can_be_memory_of_the_application() {
    let uri = "virtual:?seed=4";
    let section = Section::create(1 << 20).unwrap();
    let info = WIA_DATA_TRANSFER_INFO {
        ulSection: u32::try_from(section.as_fd().as_raw_fd()).unwrap(),
        ulBufferSize: 1 << 20,
        ..info()
    };
    let app = App::default();
    assert_eq!(get_bands(&banded(uri), info, &app), S_OK);
    assert!(
        app.heard().image == expected(uri)[14..],
        "the pictures differ"
    );
    // What is no memory is refused.
    for section in [0x7FFF_FFFF, u32::MAX] {
        let info = WIA_DATA_TRANSFER_INFO {
            ulSection: section,
            ulBufferSize: 1 << 20,
            ..info
        };
        assert_eq!(get_bands(&banded(uri), info, &App::default()), E_INVALIDARG);
    }
}

#[test]
fn pages_of_a_feeder_are_told_apart() {
    let root = open_legacy("virtual:?sheets=2");
    set(&root, &[(WIA_DPS_DOCUMENT_HANDLING_SELECT, i4(1))]);
    let item = child(&root);
    set(&item, &[(WIA_IPS_XRES, i4(75)), (WIA_IPS_YRES, i4(75))]);
    set(
        &item,
        &[
            (WIA_IPA_TYMED, i4(128)),
            (WIA_IPA_FORMAT, clsid(WIA_IMG_FMT_MEMORYBMP)),
        ],
    );
    set(&root, &[(WIA_IPS_PAGES, i4(0))]);
    let app = App::default();
    assert_eq!(get_bands(&item, info(), &app), S_OK);
    let heard = app.heard();
    assert_eq!(
        heard.bands.iter().filter(|band| band.0 == NEW_PAGE).count(),
        1
    );
    let starts = heard
        .bands
        .iter()
        .filter(|band| band.0 == DATA && band.1 == 0);
    assert!(starts.count() >= 2);
}

#[test]
fn an_answer_cancels_in_the_middle() {
    let app = App::answering(Answers {
        message: Arc::new(|before, _| if before == 3 { S_FALSE } else { S_OK }),
        ..Answers::default()
    });
    let item = banded("virtual:");
    assert_eq!(get_bands(&item, info(), &app), S_FALSE);
    assert_eq!(app.heard().bands.last().unwrap().0, TERMINATION);
    let app = App::default();
    assert_eq!(get_bands(&item, info(), &app), S_OK);
}

#[test]
fn pending_io_is_cancelled_by_a_call() {
    let item = banded("virtual:?sheets=2");
    let extras: IWiaItemExtras = item.cast().unwrap();
    let extras = AnyThread::new(extras);
    // The two ways are not connected, so the answer says it too.
    let app = App::answering(Answers {
        message: Arc::new(move |before, _| match before {
            3 => unsafe {
                assert_eq!(extras.get().CancelPendingIO(), S_OK);
                S_FALSE
            },
            _ => S_OK,
        }),
        ..Answers::default()
    });
    assert_eq!(get_bands(&item, info(), &app), S_FALSE);
}

#[test]
fn a_picture_goes_into_a_file() {
    let uri = "virtual:?seed=4";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.bmp");
    std::fs::write(&path, "what is there is replaced").unwrap();
    let app = App::default();
    let (code, _) = get_file(&filed(uri), 2, Some(&path), Some(&app));
    assert_eq!(code, S_OK);
    assert!(
        std::fs::read(&path).unwrap() == expected(uri),
        "the pictures differ"
    );
    assert_eq!(app.heard().bands.last().unwrap().0, TERMINATION);
    // Nobody has to listen.
    let (code, _) = get_file(&filed(uri), 2, Some(&path), None);
    assert_eq!(code, S_OK);
}

#[test]
fn the_service_names_a_file_that_has_no_name() {
    let uri = "virtual:?seed=4";
    let (code, name) = get_file(&filed(uri), 2, None, None);
    assert_eq!(code, S_OK);
    let made = std::fs::read(&name).unwrap();
    std::fs::remove_file(&name).unwrap();
    assert!(made == expected(uri), "the pictures differ");
    assert!(name.ends_with(".bmp"), "{name}");
}

#[test]
fn a_file_that_cannot_be_is_refused() {
    let item = filed("virtual:");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.bmp");
    // Another kind than the item's, none at all, one of bands.
    for tymed in [256, 0, 128, 4, u32::MAX] {
        let (code, _) = get_file(&item, tymed, Some(&path), None);
        assert_eq!(code, E_INVALIDARG, "{tymed}");
    }
    assert!(!path.exists());
    let transfer: IWiaDataTransfer = item.cast().unwrap();
    let mut empty = [0_u16];
    let mut medium = STGMEDIUM {
        tymed: 2,
        lpszFileName: empty.as_mut_ptr(),
        ..STGMEDIUM::default()
    };
    unsafe {
        assert_eq!(transfer.idtGetData(&mut medium, None.into()), E_INVALIDARG);
        assert_eq!(
            transfer.idtGetData(std::ptr::null_mut(), None.into()),
            E_POINTER
        );
    }
    let nowhere = folder.path().join("nowhere/page.bmp");
    let (code, _) = get_file(&item, 2, Some(&nowhere), None);
    assert!(code.is_err());
    assert!(
        last_error(&item).contains("nowhere"),
        "{}",
        last_error(&item)
    );
}

#[test]
fn structures_of_another_size_are_refused() {
    let item = banded("virtual:");
    let app = App::default();
    let wrong = [
        WIA_DATA_TRANSFER_INFO {
            ulSize: 27,
            ..info()
        },
        WIA_DATA_TRANSFER_INFO {
            ulSize: 0,
            ..info()
        },
        WIA_DATA_TRANSFER_INFO {
            ulReserved1: 1,
            ..info()
        },
        WIA_DATA_TRANSFER_INFO {
            ulReserved2: 1,
            ..info()
        },
        WIA_DATA_TRANSFER_INFO {
            ulReserved3: 1,
            ..info()
        },
    ];
    for info in wrong {
        assert_eq!(get_bands(&item, info, &app), E_INVALIDARG, "{info:?}");
    }
    let transfer: IWiaDataTransfer = item.cast().unwrap();
    unsafe {
        let callback = app.data_callback();
        let code = transfer.idtGetBandedData(std::ptr::null_mut(), (&callback).into());
        assert_eq!(code, E_POINTER);
        assert_eq!(
            transfer.idtGetBandedData(&mut info(), None.into()),
            E_INVALIDARG
        );
        let mut sizes = WIA_EXTENDED_TRANSFER_INFO::default();
        assert_eq!(
            transfer.idtGetExtendedTransferInfo(&mut sizes),
            E_INVALIDARG
        );
        assert_eq!(
            transfer.idtGetExtendedTransferInfo(std::ptr::null_mut()),
            E_POINTER
        );
        sizes.ulSize = 20;
        assert_eq!(transfer.idtGetExtendedTransferInfo(&mut sizes), S_OK);
        assert!(sizes.ulMinBufferSize > 0 && sizes.ulMinBufferSize <= sizes.ulMaxBufferSize);
    }
    assert!(app.heard().bands.is_empty());
}

#[test]
fn formats_can_be_asked_for() {
    let transfer: IWiaDataTransfer = child(&open_legacy("virtual:")).cast().unwrap();
    let query = |format, tymed| {
        let mut pair = WIA_FORMAT_INFO {
            guidFormatID: guid(format),
            lTymed: tymed,
        };
        unsafe { transfer.idtQueryGetData(&mut pair) }
    };
    assert_eq!(query(WIA_IMG_FMT_BMP, 2), S_OK);
    assert_eq!(query(WIA_IMG_FMT_MEMORYBMP, 128), S_OK);
    assert_eq!(query(WIA_IMG_FMT_TIFF, 256), S_OK);
    assert_eq!(query(WIA_IMG_FMT_MEMORYBMP, 2), E_INVALIDARG);
    assert_eq!(query(wia::Guid(1), 2), E_INVALIDARG);
    assert_eq!(query(WIA_IMG_FMT_BMP, 4), E_INVALIDARG);
    assert_eq!(
        unsafe { transfer.idtQueryGetData(std::ptr::null_mut()) },
        E_POINTER
    );
}

#[test]
fn without_a_dialog_an_image_goes_into_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.bmp");
    let file = Bstr::new(path.to_str().unwrap());
    let root = open_legacy("virtual:");
    let window = std::ptr::null_mut();
    let mut format = GUID::zeroed();
    let code = unsafe {
        manager().GetImageDlg(window, 0, 0, 0, (&root).into(), file.as_raw(), &mut format)
    };
    assert_eq!((code, format), (S_OK, guid(WIA_IMG_FMT_BMP)));
    assert!(std::fs::read(&path).unwrap().starts_with(b"BM"));
    let (mut count, mut items) = (0, std::ptr::null_mut());
    unsafe {
        assert_eq!(root.DeviceDlg(window, 0, 0, &mut count, &mut items), S_OK);
        assert_eq!(count, 1);
        drop(items.read());
        task_free(items.cast());
        assert_eq!(manager().AddDeviceDlg(window, 0), E_NOTIMPL);
    }
}
