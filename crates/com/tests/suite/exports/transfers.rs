//! Image information, writers, events, sampling, the endorser and the log.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::process::Command;
use std::ptr;

use abi::guids::guid;
use abi::memory::{Bstr, task_free, wide};
use abi::results::{E_INVALIDARG, S_OK};
use abi::structs::{
    MINIDRV_TRANSFER_CONTEXT, WIAS_DOWN_SAMPLE_INFO, WIAS_ENDORSER_INFO, WIAS_ENDORSER_VALUE,
};
use wia::event::WIA_EVENT_SCAN_IMAGE;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF};
use wia::property::{WIA_DPS_ENDORSER_STRING, WIA_IPA_NUMBER_OF_LINES, WIA_IPA_PIXELS_PER_LINE};
use wia::{Access, PropertyInfo, Tymed, ValidValues};
use wiaservc::exports::endorser::wiasParseEndorserString;
use wiaservc::exports::events::wiasQueueEvent;
use wiaservc::exports::image::wiasGetImageInformation;
use wiaservc::exports::log::{WiaDebugPrint, wiasCreateLogInstance};
use wiaservc::exports::sampling::wiasDownSampleBuffer;
use wiaservc::exports::streams::WiaCreateStreamOnMemory;
use wiaservc::exports::writers::*;
use windows_core::InRef;

use super::{Tree, no_contexts, refused};

#[test]
fn a_context_of_the_drivers_own_is_filled() {
    let tree = Tree::new();
    let mut c = MINIDRV_TRANSFER_CONTEXT {
        lSize: 7,
        lPage: 3,
        ..Default::default()
    };
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(
            wiasGetImageInformation(tree.context(), 0, &mut c),
            E_INVALIDARG,
            "the size is wrong"
        );
        assert_eq!(wiasGetImageInformation(tree.context(), 1, &mut c), S_OK);
        assert_eq!(
            wiasGetImageInformation(tree.context(), 2, &mut c),
            E_INVALIDARG,
            "no such flag"
        );
        assert_eq!(
            wiasGetImageInformation(tree.context(), 1, ptr::null_mut()),
            E_INVALIDARG
        );
        for context in no_contexts() {
            assert_eq!(wiasGetImageInformation(context, 1, &mut c), E_INVALIDARG);
        }
    }
    let number = |id| tree.flatbed.opt_i32(id).expect("a number");
    assert_eq!((c.lSize, c.lPage), (144, 0));
    assert_eq!(c.guidFormatID, guid(WIA_IMG_FMT_BMP));
    assert_eq!(c.lWidthInPixels, number(WIA_IPA_PIXELS_PER_LINE));
    assert_eq!(c.lLines, number(WIA_IPA_NUMBER_OF_LINES));
    assert_eq!(c.lItemSize, c.lHeaderSize + c.cbWidthInBytes * c.lLines);
    let mut header = vec![0u8; c.lHeaderSize as usize];
    c.pTransferBuffer = header.as_mut_ptr();
    c.lBufferSize = c.lHeaderSize;
    // SAFETY: the buffer is as long as it says.
    assert_eq!(
        unsafe { wiasGetImageInformation(tree.context(), 0, &mut c) },
        S_OK
    );
    assert_eq!(&header[..2], b"BM");
    c.lBufferSize = 10;
    // SAFETY: as before; it is longer than it says.
    assert_eq!(
        unsafe { wiasGetImageInformation(tree.context(), 0, &mut c) },
        E_INVALIDARG
    );
}

/// A page of 16 by 2 pixels of 8 bits.
fn page(pixels: &mut [u8; 32]) -> MINIDRV_TRANSFER_CONTEXT {
    MINIDRV_TRANSFER_CONTEXT {
        lWidthInPixels: 16,
        lLines: 2,
        lDepth: 8,
        lXRes: 100,
        lYRes: 100,
        cbWidthInBytes: 16,
        lItemSize: 32,
        lBufferSize: 32,
        guidFormatID: guid(WIA_IMG_FMT_TIFF),
        tymed: Tymed::MultipageFile.value(),
        pTransferBuffer: pixels.as_mut_ptr(),
        ..Default::default()
    }
}

#[test]
fn bytes_go_to_the_file_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    let file = File::create(&path).expect("a file");
    let mut pixels = [5; 32];
    let mut c = page(&mut pixels);
    let write = |flags, c: &mut MINIDRV_TRANSFER_CONTEXT| {
        // SAFETY: the context is valid, and its buffer is as long as it says.
        unsafe { wiasWriteBufToFile(flags, c) }
    };
    assert_eq!(write(0, &mut c), E_INVALIDARG, "no file");
    c.hFile = file.as_raw_fd() as isize;
    assert_eq!(write(1, &mut c), E_INVALIDARG, "no flags are known");
    assert_eq!(write(0, &mut c), S_OK);
    c.lItemSize = 0;
    assert_eq!(write(0, &mut c), S_OK, "nothing to write");
    for (size, buffer) in [
        (-1, c.pTransferBuffer),
        (33, c.pTransferBuffer),
        (4, ptr::null_mut()),
    ] {
        let mut wrong = MINIDRV_TRANSFER_CONTEXT {
            lItemSize: size,
            pTransferBuffer: buffer,
            ..c
        };
        assert_eq!(write(0, &mut wrong), E_INVALIDARG, "{size}");
    }
    c.hFile = 1 << 20;
    assert_eq!(write(0, &mut c), E_INVALIDARG, "no open file");
    // SAFETY: null is refused.
    assert_eq!(
        unsafe { wiasWriteBufToFile(0, ptr::null_mut()) },
        E_INVALIDARG
    );
    assert_eq!(std::fs::read(&path).expect("the file"), [5; 32]);
}

#[test]
fn pages_are_appended_to_streams_and_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pages.tiff");
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .expect("a file");
    let mut pixels = [5; 32];
    let mut c = page(&mut pixels);
    c.hFile = file.as_raw_fd() as isize;
    let (mut to_stream, mut stream) = (page(&mut pixels), None);
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(WiaCreateStreamOnMemory(&mut stream), S_OK);
        let stream = stream.expect("a stream");
        for pages in 1..=3 {
            assert_eq!(wiasWritePageBufToFile(&mut c), S_OK);
            assert_eq!(
                wiasWritePageBufToStream(&mut to_stream, InRef::from(&stream)),
                S_OK
            );
            assert_eq!((c.lPage, to_stream.lPage), (pages, pages));
            assert_eq!(c.lPrevIfdOffset, to_stream.lPrevIfdOffset);
        }
        refused(&[
            wiasWritePageBufToStream(&mut to_stream, InRef::default()),
            wiasWritePageBufToStream(ptr::null_mut(), InRef::from(&stream)),
            wiasWritePageBufToFile(ptr::null_mut()),
            wiasWritePageBufToFile(&mut to_stream),
        ]);
        let mut stat = Default::default();
        assert_eq!(stream.Stat(&mut stat, 1), S_OK);
        assert_eq!(stat.cbSize, file.metadata().expect("the file").len());
    }
    // libtiff's reader says what it thinks of it.
    let info = Command::new("tiffinfo")
        .arg(&path)
        .output()
        .expect("tiffinfo");
    let (told, complaints) = (
        String::from_utf8_lossy(&info.stdout),
        String::from_utf8_lossy(&info.stderr),
    );
    assert_eq!(
        told.matches("Image Width: 16 Image Length: 2").count(),
        3,
        "{told}"
    );
    assert!(
        info.status.success() && complaints.is_empty(),
        "{complaints}"
    );
}

#[test]
fn a_page_that_ends_is_told_to_nobody_without_a_callback() {
    let tree = Tree::new();
    let mut pixels = [0; 32];
    let mut c = page(&mut pixels);
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(wiasSendEndOfPage(tree.context(), 1, &mut c), S_OK);
        assert_eq!(
            wiasSendEndOfPage(tree.context(), 1, ptr::null_mut()),
            E_INVALIDARG
        );
        assert_eq!(wiasSendEndOfPage(ptr::null(), 1, &mut c), E_INVALIDARG);
    }
}

#[test]
fn an_event_needs_a_device_that_is_open() {
    let (device, event) = (Bstr::new("no device"), guid(WIA_EVENT_SCAN_IMAGE));
    // SAFETY: everything that is not null is valid.
    unsafe {
        refused(&[
            wiasQueueEvent(device.as_raw(), &event, ptr::null_mut()),
            wiasQueueEvent(ptr::null_mut(), &event, ptr::null_mut()),
            wiasQueueEvent(device.as_raw(), ptr::null(), ptr::null_mut()),
        ]);
    }
}

fn samples() -> WIAS_DOWN_SAMPLE_INFO {
    WIAS_DOWN_SAMPLE_INFO {
        ulOriginalWidth: 8,
        ulOriginalHeight: 4,
        ulBitsPerPixel: 8,
        ulXRes: 100,
        ulYRes: 100,
        ulDownSampledWidth: 0,
        ulDownSampledHeight: 0,
        ulActualSize: 0,
        ulDestBufSize: 0,
        ulSrcBufSize: 0,
        pSrcBuffer: ptr::null_mut(),
        pDestBuffer: ptr::null_mut(),
    }
}

#[test]
fn an_image_is_made_smaller_in_memory_of_either_side() {
    let (mut source, mut place) = ([9u8; 32], [0u8; 8]);
    let mut info = samples();
    // SAFETY: the buffers are as long as they say.
    unsafe {
        assert_eq!(wiasDownSampleBuffer(1, &mut info), S_OK);
        assert_eq!(
            (
                info.ulDownSampledWidth,
                info.ulDownSampledHeight,
                info.ulActualSize
            ),
            (4, 2, 8)
        );
        info.pSrcBuffer = source.as_mut_ptr();
        info.ulSrcBufSize = 32;
        assert_eq!(wiasDownSampleBuffer(0, &mut info), S_OK);
        assert_eq!(std::slice::from_raw_parts(info.pDestBuffer, 8), [9; 8]);
        task_free(info.pDestBuffer.cast());
        info.pDestBuffer = place.as_mut_ptr();
        info.ulDestBufSize = 8;
        assert_eq!(wiasDownSampleBuffer(0, &mut info), S_OK);
        assert_eq!(place, [9; 8]);
    }
}

#[test]
fn an_image_is_not_made_smaller_without_what_it_needs() {
    let (mut source, mut place) = ([9u8; 32], [0u8; 8]);
    let good = WIAS_DOWN_SAMPLE_INFO {
        pSrcBuffer: source.as_mut_ptr(),
        pDestBuffer: place.as_mut_ptr(),
        ulDestBufSize: 8,
        ..samples()
    };
    let wrong = [
        WIAS_DOWN_SAMPLE_INFO {
            pSrcBuffer: ptr::null_mut(),
            ..good
        },
        WIAS_DOWN_SAMPLE_INFO {
            ulSrcBufSize: 31,
            ..good
        },
        WIAS_DOWN_SAMPLE_INFO {
            ulDestBufSize: 7,
            ..good
        },
        WIAS_DOWN_SAMPLE_INFO {
            ulBitsPerPixel: 16,
            ..good
        },
        WIAS_DOWN_SAMPLE_INFO {
            ulOriginalHeight: 3,
            ..good
        },
        WIAS_DOWN_SAMPLE_INFO { ulXRes: 0, ..good },
    ];
    for mut info in wrong {
        // SAFETY: what is not null is as long as it says.
        assert_eq!(
            unsafe { wiasDownSampleBuffer(0, &mut info) },
            E_INVALIDARG,
            "{info:?}"
        );
    }
    // SAFETY: null is refused.
    unsafe {
        assert_eq!(wiasDownSampleBuffer(0, ptr::null_mut()), E_INVALIDARG);
        assert_eq!(wiasDownSampleBuffer(2, &mut samples()), E_INVALIDARG);
    }
    assert_eq!(place, [0; 8]);
}

#[test]
fn the_endorsers_text_has_its_tokens_replaced() {
    let tree = Tree::new();
    let (mut token, mut value) = (wide("$NAME$"), wide("Quire"));
    let mut values = [WIAS_ENDORSER_VALUE {
        wszTokenName: token.as_mut_ptr(),
        wszValue: value.as_mut_ptr(),
    }];
    let info = WIAS_ENDORSER_INFO {
        ulPageCount: 7,
        ulNumEndorserValues: 1,
        pEndorserValues: values.as_mut_ptr(),
    };
    let no_values = WIAS_ENDORSER_INFO {
        pEndorserValues: ptr::null_mut(),
        ..info
    };
    let mut text = Bstr::null();
    // SAFETY: everything that is not null is valid, and the buffer has MAX_PATH units.
    unsafe {
        let refused_first = wiasParseEndorserString(tree.context(), 0, &info, text.out());
        assert_eq!(refused_first, E_INVALIDARG, "there is no endorser");
        let attributes = PropertyInfo {
            access: Access::RW,
            valid: ValidValues::None,
        };
        tree.root
            .declare(WIA_DPS_ENDORSER_STRING, "$NAME$ $PAGE_COUNT$", attributes);
        assert_eq!(
            wiasParseEndorserString(tree.context(), 0, &info, text.out()),
            S_OK
        );
        assert_eq!(text.to_string(), "Quire 7");
        assert_eq!(
            wiasParseEndorserString(tree.context(), 0, ptr::null(), text.out()),
            S_OK
        );
        assert_eq!(text.to_string(), "$NAME$ 0");
        let mut buffer = [0u16; 260];
        let mut place = buffer.as_mut_ptr();
        assert_eq!(
            wiasParseEndorserString(tree.context(), 0, &info, &mut place),
            S_OK
        );
        assert_eq!(
            abi::memory::read_wide(buffer.as_ptr()).as_deref(),
            Some("Quire 7")
        );
        refused(&[
            wiasParseEndorserString(tree.context(), 1, &info, text.out()),
            wiasParseEndorserString(tree.context(), 0, &no_values, text.out()),
            wiasParseEndorserString(tree.context(), 0, &info, ptr::null_mut()),
            wiasParseEndorserString(ptr::null(), 0, &info, text.out()),
        ]);
        let long = "x".repeat(260);
        tree.root
            .write(WIA_DPS_ENDORSER_STRING, long.as_str())
            .expect("a write");
        assert_eq!(
            wiasParseEndorserString(tree.context(), 0, &info, text.out()),
            S_OK
        );
        assert_eq!(
            wiasParseEndorserString(tree.context(), 0, &info, &mut place),
            E_INVALIDARG
        );
    }
}

#[test]
fn a_log_takes_everything() {
    let mut log = None;
    let text = Bstr::new("a line");
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(
            wiasCreateLogInstance(ptr::null(), ptr::null_mut()),
            E_INVALIDARG
        );
        assert_eq!(wiasCreateLogInstance(ptr::null(), &mut log), S_OK);
        let log = log.expect("a log");
        assert_eq!(log.InitializeLogEx(ptr::null_mut()), S_OK);
        for (kind, detail) in [(1, 1), (2, 4), (4, 0), (-1, i32::MAX), (0, -1)] {
            assert_eq!(log.Log(kind, 0, detail, text.as_raw()), S_OK);
            assert_eq!(log.LogEx(1, kind, 0, detail, ptr::null_mut()), S_OK);
        }
        assert_eq!(log.hResult(E_INVALIDARG), S_OK);
        assert_eq!(log.hResultEx(1, S_OK), S_OK);
        WiaDebugPrint(1, c"a line".as_ptr());
        WiaDebugPrint(4, ptr::null());
    }
}
