//! The streams of this library.

use std::ffi::CString;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;

use abi::HRESULT;
use abi::interfaces::{IStream, IWiaTransferCallback, IWiaTransferCallback_Impl};
use abi::results::{E_INVALIDARG, S_OK};
use abi::structs::{STATSTG, WiaTransferParams};
use wia::ErrorKind;
use wiaservc::exports::streams::{
    WiaCreateStreamOnDescriptor, WiaCreateStreamOnFile, WiaCreateStreamOnMemory,
};
use windows_core::implement;

use super::objects::object;

/// A callback that gives one stream.
pub(super) fn one(stream: &IStream) -> IWiaTransferCallback {
    One(stream.clone()).into()
}

#[implement(IWiaTransferCallback)]
struct One(IStream);

impl IWiaTransferCallback_Impl for One_Impl {
    unsafe fn TransferCallback(&self, _: i32, _: *mut WiaTransferParams) -> HRESULT {
        S_OK
    }

    unsafe fn GetNextStream(
        &self,
        _: i32,
        _: abi::BSTR,
        _: abi::BSTR,
        stream: *mut Option<IStream>,
    ) -> HRESULT {
        // SAFETY: the contract.
        unsafe { stream.write(Some(self.0.clone())) };
        S_OK
    }
}

/// Everything in a stream.
pub(super) fn bytes(stream: &IStream) -> Vec<u8> {
    let mut stat = STATSTG::default();
    let mut read = 0;
    // SAFETY: the places are valid, and the buffer is as long as is said.
    unsafe {
        assert_eq!(stream.Stat(&mut stat, 1), S_OK);
        assert_eq!(stream.Seek(0, 0, std::ptr::null_mut()), S_OK);
        let mut bytes = vec![0; usize::try_from(stat.cbSize).unwrap()];
        let count = u32::try_from(bytes.len()).unwrap();
        assert_eq!(
            stream.Read(bytes.as_mut_ptr().cast(), count, &mut read),
            S_OK
        );
        assert_eq!(read, count);
        bytes
    }
}

fn write(stream: &IStream, data: &[u8]) {
    let count = u32::try_from(data.len()).unwrap();
    let mut written = 0;
    // SAFETY: the buffer is as long as is said.
    let code = unsafe { stream.Write(data.as_ptr().cast(), count, &mut written) };
    assert_eq!((code, written), (S_OK, count));
}

#[test]
fn a_stream_on_a_file_reads_and_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page");
    let name = CString::new(path.as_os_str().as_bytes()).unwrap();
    let open = |mode| object(|s| unsafe { WiaCreateStreamOnFile(name.as_ptr(), mode, s) });
    assert_eq!(open(0).unwrap_err().0.cast_unsigned(), 0x8007_0002);
    let nowhere = CString::new("/no such folder/page").unwrap();
    let made = object(|s| unsafe { WiaCreateStreamOnFile(nowhere.as_ptr(), 0x1002, s) });
    assert_eq!(made.unwrap_err().0.cast_unsigned(), 0x8007_0002);
    // STGM_CREATE | STGM_READWRITE
    write(&open(0x1002).unwrap(), b"first");
    assert_eq!(std::fs::read(&path).unwrap(), b"first");
    // STGM_READWRITE: what is there stays.
    let stream = open(2).unwrap();
    write(&stream, b"F");
    assert_eq!(bytes(&stream), b"First");
    drop(stream);
    assert_eq!(bytes(&open(0).unwrap()), b"First");
    write(&open(0x1001).unwrap(), b"");
    assert_eq!(std::fs::read(&path).unwrap(), b"");
    assert_eq!(open(0x1000).unwrap_err(), E_INVALIDARG);
    let null = unsafe { WiaCreateStreamOnFile(std::ptr::null(), 0, &mut None) };
    assert_eq!(null, E_INVALIDARG);
}

#[test]
fn a_stream_on_a_descriptor_keeps_one_of_its_own() {
    let file = tempfile::tempfile().unwrap();
    let fd = file.as_raw_fd();
    let stream = object(|s| unsafe { WiaCreateStreamOnDescriptor(fd, s) }).unwrap();
    drop(file);
    write(&stream, b"page");
    assert_eq!(bytes(&stream), b"page");
    for none in [-1, i32::MAX] {
        let code = unsafe { WiaCreateStreamOnDescriptor(none, &mut None) };
        assert_eq!(code, E_INVALIDARG, "{none}");
    }
}

#[test]
fn a_pipe_goes_forward_only() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let writer = OwnedFd::from(writer);
    let fd = writer.as_raw_fd();
    let stream = object(|s| unsafe { WiaCreateStreamOnDescriptor(fd, s) }).unwrap();
    drop(writer);
    write(&stream, b"page");
    let back = unsafe { stream.Seek(0, 0, std::ptr::null_mut()) };
    assert_eq!(
        back.0.cast_unsigned(),
        ErrorKind::InvalidFunction.hresult().0
    );
    drop(stream);
    let mut read = String::new();
    std::io::Read::read_to_string(&mut reader, &mut read).unwrap();
    assert_eq!(read, "page");
}

#[test]
fn a_stream_on_memory_begins_empty() {
    let stream = object(|stream| unsafe { WiaCreateStreamOnMemory(stream) }).unwrap();
    assert_eq!(bytes(&stream), b"");
    write(&stream, b"page");
    assert_eq!(bytes(&stream), b"page");
    let nowhere = unsafe { WiaCreateStreamOnMemory(std::ptr::null_mut()) };
    assert_eq!(nowhere, E_INVALIDARG);
}
