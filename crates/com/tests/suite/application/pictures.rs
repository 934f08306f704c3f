//! An application's callbacks and streams, which note what they hear.

use std::ffi::c_void;
use std::sync::{Arc, Mutex, MutexGuard};

use abi::interfaces::{
    ISequentialStream_Impl, IStream, IStream_Impl, IWiaAppErrorHandler, IWiaAppErrorHandler_Impl,
    IWiaDataCallback, IWiaDataCallback_Impl, IWiaItem2, IWiaTransferCallback,
    IWiaTransferCallback_Impl,
};
use abi::results::{E_NOTIMPL, S_OK};
use abi::structs::{STATSTG, WIA_DATA_CALLBACK_HEADER, WiaTransferParams};
use abi::{BSTR, HRESULT, HWND};
use windows_core::{InRef, Interface, implement};

/// What all parts of an application's callback share.
#[derive(Default)]
pub(super) struct Heard {
    /// Messages of streams: message, percent.
    pub(super) messages: Vec<(i32, i32)>,
    /// The bytes of each stream.
    pub(super) streams: Vec<Vec<u8>>,
    /// Names that a stream was asked for.
    pub(super) names: Vec<(String, String)>,
    /// Messages of bands: message, offset, length.
    pub(super) bands: Vec<(i32, i32, i32)>,
    /// The image of the bands, each at its place.
    pub(super) image: Vec<u8>,
    pub(super) header: Option<WIA_DATA_CALLBACK_HEADER>,
    /// Statuses of the device, with the full name of the item.
    pub(super) statuses: Vec<(HRESULT, String)>,
}

type Message = dyn Fn(usize, i32) -> HRESULT + Send + Sync;

/// What it answers.
#[derive(Clone)]
pub(super) struct Answers {
    /// To the nth request for a stream, from 0: a code, and whether there is a stream.
    pub(super) stream: fn(usize) -> (HRESULT, bool),
    /// To a message, of which so many were heard before.
    pub(super) message: Arc<Message>,
    /// To a status.
    pub(super) status: HRESULT,
}

impl Default for Answers {
    fn default() -> Answers {
        Answers {
            stream: |_| (S_OK, true),
            message: Arc::new(|_, _| S_OK),
            status: HRESULT(0x0021_000A),
        }
    }
}

/// An application.
#[derive(Clone, Default)]
pub(super) struct App {
    heard: Arc<Mutex<Heard>>,
    answers: Answers,
}

impl App {
    pub(super) fn answering(answers: Answers) -> App {
        App {
            answers,
            ..App::default()
        }
    }

    pub(super) fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap()
    }

    /// Its callback, without an error handler.
    pub(super) fn callback(&self) -> IWiaTransferCallback {
        Callback(self.clone()).into()
    }

    /// Its callback, which handles statuses too.
    pub(super) fn handler(&self) -> IWiaTransferCallback {
        Handler(self.clone()).into()
    }

    pub(super) fn data_callback(&self) -> IWiaDataCallback {
        DataCallback(self.clone()).into()
    }

    fn message(&self, params: *mut WiaTransferParams) -> HRESULT {
        // SAFETY: the callback's contract.
        let params = unsafe { *params };
        let mut heard = self.heard();
        let before = heard.messages.len();
        heard
            .messages
            .push((params.lMessage, params.lPercentComplete));
        drop(heard);
        (self.answers.message)(before, params.lMessage)
    }

    fn next_stream(&self, name: BSTR, full_name: BSTR, stream: *mut Option<IStream>) -> HRESULT {
        // SAFETY: the callback's contract.
        let read = |text| unsafe { abi::memory::read_wide(text) }.unwrap();
        let mut heard = self.heard();
        let (code, given) = (self.answers.stream)(heard.names.len());
        heard.names.push((read(name), read(full_name)));
        if given {
            let number = heard.streams.len();
            heard.streams.push(Vec::new());
            let memory = Memory {
                heard: Arc::clone(&self.heard),
                number,
                at: Mutex::new(0),
            };
            // SAFETY: the callback's contract.
            unsafe { stream.write(Some(memory.into())) };
        }
        code
    }
}

#[implement(IWiaTransferCallback)]
struct Callback(App);

impl IWiaTransferCallback_Impl for Callback_Impl {
    unsafe fn TransferCallback(&self, flags: i32, params: *mut WiaTransferParams) -> HRESULT {
        assert_eq!(flags, 0);
        self.0.message(params)
    }

    unsafe fn GetNextStream(
        &self,
        flags: i32,
        name: BSTR,
        full_name: BSTR,
        stream: *mut Option<IStream>,
    ) -> HRESULT {
        assert_eq!(flags, 0);
        self.0.next_stream(name, full_name, stream)
    }
}

#[implement(IWiaTransferCallback, IWiaAppErrorHandler)]
struct Handler(App);

impl IWiaTransferCallback_Impl for Handler_Impl {
    unsafe fn TransferCallback(&self, _: i32, params: *mut WiaTransferParams) -> HRESULT {
        self.0.message(params)
    }

    unsafe fn GetNextStream(
        &self,
        _: i32,
        name: BSTR,
        full_name: BSTR,
        stream: *mut Option<IStream>,
    ) -> HRESULT {
        self.0.next_stream(name, full_name, stream)
    }
}

impl IWiaAppErrorHandler_Impl for Handler_Impl {
    unsafe fn GetWindow(&self, window: *mut HWND) -> HRESULT {
        // SAFETY: the contract.
        unsafe { window.write(std::ptr::null_mut()) };
        S_OK
    }

    unsafe fn ReportStatus(
        &self,
        _: i32,
        item: InRef<'_, IWiaItem2>,
        status: HRESULT,
        _: i32,
    ) -> HRESULT {
        let name = item
            .as_ref()
            .map(|item| super::objects::text(item, wia::property::WIA_IPA_FULL_ITEM_NAME));
        let mut heard = self.0.heard();
        heard.statuses.push((status, name.unwrap_or_default()));
        self.0.answers.status
    }
}

#[implement(IWiaDataCallback)]
struct DataCallback(App);

impl IWiaDataCallback_Impl for DataCallback_Impl {
    unsafe fn BandedDataCallback(
        &self,
        message: i32,
        _: i32,
        _: i32,
        offset: i32,
        length: i32,
        reserved: i32,
        reserved_length: i32,
        buffer: *mut u8,
    ) -> HRESULT {
        assert_eq!((reserved, reserved_length), (0, 0));
        let mut heard = self.0.heard();
        let before = heard.bands.len();
        heard.bands.push((message, offset, length));
        match message {
            // IT_MSG_DATA_HEADER
            // SAFETY: the message's contract.
            1 => heard.header = Some(unsafe { buffer.cast::<WIA_DATA_CALLBACK_HEADER>().read() }),
            // IT_MSG_DATA
            2 => {
                let (at, len) = (
                    usize::try_from(offset).unwrap(),
                    usize::try_from(length).unwrap(),
                );
                // SAFETY: the message's contract.
                let band = unsafe { std::slice::from_raw_parts(buffer, len) };
                let end = (at + len).max(heard.image.len());
                heard.image.resize(end, 0);
                heard.image[at..at + len].copy_from_slice(band);
            }
            _ => {}
        }
        drop(heard);
        (self.0.answers.message)(before, message)
    }
}

/// A stream over one of the application's buffers. It can do what a download needs.
#[implement(IStream)]
struct Memory {
    heard: Arc<Mutex<Heard>>,
    number: usize,
    at: Mutex<usize>,
}

impl ISequentialStream_Impl for Memory_Impl {
    unsafe fn Read(&self, _: *mut c_void, _: u32, _: *mut u32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn Write(&self, data: *const c_void, count: u32, done: *mut u32) -> HRESULT {
        let len = usize::try_from(count).unwrap();
        // SAFETY: the method's contract.
        let data = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), len) };
        let mut heard = self.heard.lock().unwrap();
        let bytes = &mut heard.streams[self.number];
        let mut at = self.at.lock().unwrap();
        if bytes.len() < *at + len {
            bytes.resize(*at + len, 0);
        }
        bytes[*at..*at + len].copy_from_slice(data);
        *at += len;
        if !done.is_null() {
            // SAFETY: the method's contract.
            unsafe { done.write(count) };
        }
        S_OK
    }
}

impl IStream_Impl for Memory_Impl {
    unsafe fn Seek(&self, offset: i64, origin: u32, position: *mut u64) -> HRESULT {
        let mut at = self.at.lock().unwrap();
        let from = match origin {
            0 => 0,
            1 => *at,
            _ => self.heard.lock().unwrap().streams[self.number].len(),
        };
        *at = usize::try_from(i64::try_from(from).unwrap() + offset).unwrap();
        if !position.is_null() {
            // SAFETY: the method's contract.
            unsafe { position.write(*at as u64) };
        }
        S_OK
    }

    unsafe fn SetSize(&self, size: u64) -> HRESULT {
        let size = usize::try_from(size).unwrap();
        self.heard.lock().unwrap().streams[self.number].resize(size, 0);
        S_OK
    }

    unsafe fn CopyTo(&self, _: InRef<'_, IStream>, _: u64, _: *mut u64, _: *mut u64) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn Commit(&self, _: u32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn Revert(&self) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn LockRegion(&self, _: u64, _: u64, _: u32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn UnlockRegion(&self, _: u64, _: u64, _: u32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn Stat(&self, _: *mut STATSTG, _: u32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn Clone(&self, _: *mut Option<IStream>) -> HRESULT {
        E_NOTIMPL
    }
}

/// The pages of a device as the service gives them to an application in Rust, one stream each: what the same transfer
/// through the interfaces must give.
pub(super) fn rust_streams(
    uri: &str,
    item: &str,
    values: &[(wia::PropertyId, wia::PropertyValue)],
) -> Vec<Vec<u8>> {
    struct Collect(Mutex<Vec<Arc<Mutex<Vec<u8>>>>>);
    struct Into(Arc<Mutex<Vec<u8>>>, usize);

    impl transfer::TransferCallback for Collect {
        fn transfer_callback(&self, _: &transfer::TransferParams) -> wia::Result<transfer::Answer> {
            Ok(transfer::Answer::Continue)
        }

        fn get_next_stream(&self, _: &str, _: &str) -> wia::Result<transfer::NextStream> {
            let bytes = Arc::<Mutex<Vec<u8>>>::default();
            self.0.lock().unwrap().push(Arc::clone(&bytes));
            Ok(transfer::NextStream::Stream(Box::new(Into(bytes, 0))))
        }
    }

    impl transfer::Stream for Into {
        fn write(&mut self, data: &[u8]) -> wia::Result<usize> {
            let mut bytes = self.0.lock().unwrap();
            let end = self.1 + data.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[self.1..end].copy_from_slice(data);
            self.1 = end;
            Ok(data.len())
        }

        fn seek(&mut self, to: std::io::SeekFrom) -> wia::Result<u64> {
            let len = self.0.lock().unwrap().len();
            let (from, offset) = match to {
                std::io::SeekFrom::Start(at) => (0, i64::try_from(at).unwrap()),
                std::io::SeekFrom::End(offset) => (len, offset),
                std::io::SeekFrom::Current(offset) => (self.1, offset),
            };
            self.1 = usize::try_from(i64::try_from(from).unwrap() + offset).unwrap();
            Ok(self.1 as u64)
        }

        fn set_size(&mut self, size: u64) -> wia::Result<()> {
            let size = usize::try_from(size).unwrap();
            self.0.lock().unwrap().resize(size, 0);
            Ok(())
        }
    }

    let device = devices::open(uri).unwrap();
    let item = device.find_item(item).unwrap();
    item.write(values).unwrap();
    let collect = Arc::new(Collect(Mutex::default()));
    let callback = Arc::clone(&collect) as Arc<dyn transfer::TransferCallback>;
    let flags = wia::TransferFlags::empty();
    let status = item.transfer().unwrap().download(flags, callback);
    assert_eq!(status.unwrap(), wia::Status::Ok);
    let streams = collect.0.lock().unwrap();
    streams.iter().map(|s| s.lock().unwrap().clone()).collect()
}

/// Whether two pointers are to the same object.
pub(super) fn same(a: &impl Interface, b: &impl Interface) -> bool {
    let unknown = |i: windows_core::IUnknown| i.as_raw();
    unknown(a.cast().unwrap()) == unknown(b.cast().unwrap())
}

/// An object that is called on a thread of this library.
pub(super) struct AnyThread<T>(T);

// SAFETY: the objects of this library can be called from everywhere.
unsafe impl<T> Send for AnyThread<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for AnyThread<T> {}

impl<T> AnyThread<T> {
    pub(super) fn new(object: T) -> AnyThread<T> {
        AnyThread(object)
    }

    pub(super) fn get(&self) -> &T {
        &self.0
    }
}
