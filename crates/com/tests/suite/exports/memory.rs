//! Strings, memory, values and streams for C.

use std::ffi::CString;
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::ptr;

use abi::interfaces::IStream;
use abi::memory::{PropVariant, read_wide, wide};
use abi::results::{E_INVALIDARG, S_OK, STG_E_INVALIDFUNCTION};
use abi::structs::{
    PROPVARIANT, STATFLAG_NONAME, STATSTG, STGTY_STREAM, STREAM_SEEK_END, STREAM_SEEK_SET, vt,
};
use wia::{ErrorKind, Hresult};
use wiaservc::exports::memory::*;
use wiaservc::exports::streams::*;

#[test]
fn strings_are_made_changed_and_freed() {
    let text = wide("Flatbed");
    // SAFETY: the texts end with a zero, and each string is freed once.
    unsafe {
        let mut string = WiaSysAllocString(text.as_ptr());
        assert_eq!(
            (WiaSysStringLen(string), WiaSysStringByteLen(string)),
            (7, 14)
        );
        assert_eq!(WiaSysReAllocStringLen(&mut string, text.as_ptr(), 4), 1);
        assert_eq!(read_wide(string).as_deref(), Some("Flat"));
        assert_eq!(WiaSysReAllocString(&mut string, text.as_ptr()), 1);
        WiaSysFreeString(string);
        let odd = WiaSysAllocStringByteLen(b"odd".as_ptr(), 3);
        assert_eq!(WiaSysStringByteLen(odd), 3);
        WiaSysFreeString(odd);
        let zeros = WiaSysAllocStringLen(ptr::null(), 2);
        assert_eq!(zeros.cast::<[u16; 3]>().read(), [0; 3]);
        WiaSysFreeString(zeros);
        assert!(WiaSysAllocString(ptr::null()).is_null());
        assert_eq!(WiaSysReAllocString(ptr::null_mut(), text.as_ptr()), 0);
        assert_eq!(WiaSysReAllocStringLen(ptr::null_mut(), text.as_ptr(), 1), 0);
        WiaSysFreeString(ptr::null_mut());
    }
}

#[test]
fn memory_is_made_grown_and_freed() {
    let memory = WiaCoTaskMemAlloc(1);
    // SAFETY: it is freed once.
    unsafe {
        let memory = WiaCoTaskMemRealloc(memory, 1000);
        assert!(!memory.is_null());
        WiaCoTaskMemFree(memory);
        WiaCoTaskMemFree(ptr::null_mut());
    }
}

#[test]
fn values_are_copied_and_cleared() {
    let value = PropVariant::bstr("text");
    let mut odd = PropVariant::i4(1).into_raw();
    odd.vt = 0x2003;
    let mut copies: [PROPVARIANT; 2] = [PropVariant::EMPTY.into_raw(), odd];
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(WiaPropVariantCopy(&mut copies[0], value.as_raw()), S_OK);
        assert_eq!(copies[0].vt, vt::BSTR);
        assert_ne!(
            WiaFreePropVariantArray(2, copies.as_mut_ptr()),
            S_OK,
            "one of them is of no type"
        );
        assert_eq!(copies.map(|value| value.vt), [vt::EMPTY; 2]);
        assert_eq!(WiaPropVariantClear(&mut copies[0]), S_OK);
        assert_eq!(WiaPropVariantClear(ptr::null_mut()), S_OK);
        assert_eq!(
            WiaPropVariantCopy(ptr::null_mut(), value.as_raw()),
            E_INVALIDARG
        );
        assert_eq!(WiaFreePropVariantArray(1, ptr::null_mut()), E_INVALIDARG);
    }
}

fn write(stream: &IStream, bytes: &[u8]) {
    let mut done = 0;
    // SAFETY: there are so many bytes.
    unsafe {
        assert_eq!(
            stream.Write(bytes.as_ptr().cast(), bytes.len() as u32, &mut done),
            S_OK
        );
    }
    assert_eq!(done as usize, bytes.len());
}

#[test]
fn a_stream_over_memory_does_what_streams_do() {
    let mut stream = None;
    // SAFETY: everything is valid.
    unsafe {
        assert_eq!(WiaCreateStreamOnMemory(&mut stream), S_OK);
        assert_eq!(WiaCreateStreamOnMemory(ptr::null_mut()), E_INVALIDARG);
    }
    let stream = stream.expect("a stream");
    write(&stream, b"0123456789");
    let (mut position, mut stat, mut done, mut buffer) = (0, STATSTG::default(), 0, [0u8; 8]);
    // SAFETY: everything is valid, and the buffer has eight bytes.
    unsafe {
        assert_eq!(stream.Seek(-4, STREAM_SEEK_END, &mut position), S_OK);
        assert_eq!(position, 6);
        assert_eq!(stream.Read(buffer.as_mut_ptr().cast(), 8, &mut done), S_OK);
        assert_eq!((done, &buffer[..4]), (4, b"6789".as_slice()));
        assert_eq!(stream.SetSize(3), S_OK);
        assert_eq!(stream.Stat(&mut stat, STATFLAG_NONAME), S_OK);
        assert_eq!((stat.kind, stat.cbSize), (STGTY_STREAM, 3));
        assert_eq!(
            stream.Seek(-1, STREAM_SEEK_SET, ptr::null_mut()),
            STG_E_INVALIDFUNCTION
        );
        assert_eq!(stream.Seek(0, 3, ptr::null_mut()), STG_E_INVALIDFUNCTION);
        assert_eq!(
            stream.SetSize(u64::MAX).0.cast_unsigned(),
            ErrorKind::MediumFull.hresult().0
        );
    }
}

#[test]
fn a_stream_over_a_file_is_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    let name = CString::new(path.as_os_str().as_bytes()).expect("a name");
    let open = |mode| {
        let mut stream = None;
        // SAFETY: everything is valid.
        let result = unsafe { WiaCreateStreamOnFile(name.as_ptr(), mode, &mut stream) };
        (result, stream)
    };
    assert!(open(0).0.is_err(), "there is nothing to be read yet");
    let (_, stream) = open(1);
    write(&stream.expect("a stream"), b"some bytes");
    assert_eq!(std::fs::read(&path).expect("the file"), b"some bytes");
    let (_, stream) = open(0x1002);
    write(&stream.expect("a stream"), b"new");
    assert_eq!(
        std::fs::read(&path).expect("the file"),
        b"new",
        "cut off first"
    );
    for mode in [3, 0x1000, 0x40] {
        assert_eq!(open(mode).0, E_INVALIDARG, "{mode:#x}");
    }
    let mut stream = None;
    // SAFETY: the name is null.
    assert_eq!(
        unsafe { WiaCreateStreamOnFile(ptr::null(), 0, &mut stream) },
        E_INVALIDARG
    );
}

#[test]
fn a_pipe_is_written_from_front_to_end() {
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let mut stream = None;
    // SAFETY: everything is valid; a descriptor that is none is refused.
    unsafe {
        assert_eq!(WiaCreateStreamOnDescriptor(-1, &mut stream), E_INVALIDARG);
        assert_eq!(
            WiaCreateStreamOnDescriptor(1 << 30, &mut stream),
            E_INVALIDARG
        );
        assert_eq!(
            WiaCreateStreamOnDescriptor(writer.as_raw_fd(), &mut stream),
            S_OK
        );
    }
    drop(writer);
    let stream = stream.expect("a stream");
    write(&stream, b"page");
    let mut position = 0;
    // SAFETY: everything is valid.
    unsafe {
        assert_eq!(
            stream.Seek(0, STREAM_SEEK_END, &mut position),
            S_OK,
            "where it is already"
        );
        assert_eq!(position, 4);
        let back = stream.Seek(0, STREAM_SEEK_SET, &mut position);
        assert_eq!(
            Hresult(back.0.cast_unsigned()),
            ErrorKind::InvalidFunction.hresult()
        );
    }
    drop(stream);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).expect("the pipe's end");
    assert_eq!(bytes, b"page");
}
