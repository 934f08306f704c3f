//! A stream through the border and back, with an object of another library in between.

use std::ffi::c_void;
use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use abi::HRESULT;
use abi::interfaces::{ISequentialStream_Impl, IStream, IStream_Impl};
use abi::results::{E_NOTIMPL, S_OK, STG_E_MEDIUMFULL};
use abi::structs::STATSTG;
use quire_bridge::{ComStream, MemoryStream, stream_object};
use transfer::Stream;
use wia::{Error, ErrorKind, Result};
use windows_core::{InRef, implement};

/// An object that [`ComStream`] does not know: it passes everything on.
#[implement(IStream)]
struct Foreign {
    inner: IStream,
    /// What `Stat` and `Commit` answer.
    others: HRESULT,
    /// How many bytes it claims to have taken more than it has.
    lies: u32,
}

fn foreign(inner: IStream) -> ComStream {
    with(inner, S_OK, 0)
}

fn with(inner: IStream, others: HRESULT, lies: u32) -> ComStream {
    ComStream::new(
        Foreign {
            inner,
            others,
            lies,
        }
        .into(),
    )
}

// SAFETY, of all of them: the arguments go on as they are.
impl ISequentialStream_Impl for Foreign_Impl {
    unsafe fn Read(&self, buffer: *mut c_void, count: u32, done: *mut u32) -> HRESULT {
        unsafe {
            let result = self.inner.Read(buffer, count, done);
            *done += self.lies;
            result
        }
    }

    unsafe fn Write(&self, buffer: *const c_void, count: u32, done: *mut u32) -> HRESULT {
        unsafe {
            let result = self.inner.Write(buffer, count, done);
            *done += self.lies;
            result
        }
    }
}

impl IStream_Impl for Foreign_Impl {
    unsafe fn Seek(&self, offset: i64, origin: u32, position: *mut u64) -> HRESULT {
        unsafe { self.inner.Seek(offset, origin, position) }
    }

    unsafe fn SetSize(&self, size: u64) -> HRESULT {
        unsafe { self.inner.SetSize(size) }
    }

    unsafe fn CopyTo(
        &self,
        to: InRef<'_, IStream>,
        count: u64,
        read: *mut u64,
        written: *mut u64,
    ) -> HRESULT {
        unsafe { self.inner.CopyTo(to, count, read, written) }
    }

    unsafe fn Commit(&self, flags: u32) -> HRESULT {
        match self.others {
            S_OK => unsafe { self.inner.Commit(flags) },
            other => other,
        }
    }

    unsafe fn Revert(&self) -> HRESULT {
        unsafe { self.inner.Revert() }
    }

    unsafe fn LockRegion(&self, offset: u64, count: u64, kind: u32) -> HRESULT {
        unsafe { self.inner.LockRegion(offset, count, kind) }
    }

    unsafe fn UnlockRegion(&self, offset: u64, count: u64, kind: u32) -> HRESULT {
        unsafe { self.inner.UnlockRegion(offset, count, kind) }
    }

    unsafe fn Stat(&self, stat: *mut STATSTG, flags: u32) -> HRESULT {
        match self.others {
            S_OK => unsafe { self.inner.Stat(stat, flags) },
            other => other,
        }
    }

    unsafe fn Clone(&self, copy: *mut Option<IStream>) -> HRESULT {
        unsafe { self.inner.Clone(copy) }
    }
}

fn memory(bytes: &[u8]) -> IStream {
    stream_object(Box::new(MemoryStream::new(bytes.to_vec())))
}

#[test]
fn a_stream_is_the_same_through_the_border() {
    for mut stream in [foreign(memory(b"")), ComStream::new(memory(b""))] {
        assert_eq!(stream.write(b"0123456789"), Ok(10));
        assert_eq!(stream.seek(SeekFrom::End(-6)), Ok(4));
        assert_eq!(stream.seek(SeekFrom::Current(1)), Ok(5));
        let mut buffer = [0; 20];
        assert_eq!(stream.read(&mut buffer), Ok(5));
        assert_eq!(&buffer[..5], b"56789");
        assert_eq!(stream.read(&mut buffer), Ok(0), "the end");
        assert_eq!(stream.seek(SeekFrom::Start(12)), Ok(12));
        assert_eq!(stream.write(b"x"), Ok(1));
        assert_eq!(stream.size(), Ok(13));
        assert_eq!(stream.set_size(3), Ok(()));
        assert_eq!(stream.size(), Ok(3));
        assert_eq!(stream.barrier(), Ok(()));
        assert_eq!(stream.settle(), Ok(()));
        let before = stream.seek(SeekFrom::Current(-100)).map_err(|e| e.kind());
        assert_eq!(before, Err(ErrorKind::InvalidFunction));
    }
}

#[test]
fn a_stream_need_not_have_stat_and_commit() {
    let mut stream = with(memory(b"four"), E_NOTIMPL, 0);
    stream.seek(SeekFrom::Start(1)).expect("a place");
    assert_eq!(stream.size(), Ok(4));
    assert_eq!(
        stream.seek(SeekFrom::Current(0)),
        Ok(1),
        "it is where it was"
    );
    assert_eq!(stream.barrier(), Ok(()));
    let mut fails = with(memory(b""), STG_E_MEDIUMFULL, 0);
    assert_eq!(
        fails.barrier().map_err(|e| e.kind()),
        Err(ErrorKind::MediumFull)
    );
    assert_eq!(
        fails.size().map_err(|e| e.kind()),
        Err(ErrorKind::MediumFull)
    );
}

#[test]
fn a_stream_that_claims_too_much_is_not_believed() {
    let mut stream = with(memory(b"four"), S_OK, 5);
    assert_eq!(
        stream.read(&mut [0; 4]).map_err(|e| e.kind()),
        Err(ErrorKind::Unexpected)
    );
    assert_eq!(
        stream.write(b"four").map_err(|e| e.kind()),
        Err(ErrorKind::Unexpected)
    );
}

/// What was asked of a stream, which takes three bytes at once.
#[derive(Default)]
struct Overheard(Arc<Mutex<Vec<&'static str>>>);

impl Drop for Overheard {
    fn drop(&mut self) {
        self.0.lock().expect("a list").push("drop");
    }
}

impl Stream for Overheard {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        Ok(data.len().min(3))
    }

    fn seek(&mut self, _to: SeekFrom) -> Result<u64> {
        unreachable!("a panic of the test")
    }

    fn set_size(&mut self, _size: u64) -> Result<()> {
        Err(Error::new(ErrorKind::Reverted, "closed"))
    }

    fn settle(&mut self) -> Result<()> {
        self.0.lock().expect("a list").push("settle");
        Ok(())
    }

    fn barrier(&mut self) -> Result<()> {
        self.0.lock().expect("a list").push("barrier");
        Ok(())
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let part = buffer.len().min(3);
        buffer[..part].fill(7);
        Ok(part)
    }
}

#[test]
fn an_object_passes_everything_on_and_ends_with_its_last_reference() {
    let list = Arc::new(Mutex::new(Vec::new()));
    let object = stream_object(Box::new(Overheard(Arc::clone(&list))));
    let (mut done, mut buffer) = (9, [0u8; 8]);
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(object.Write(buffer.as_ptr().cast(), 8, &mut done), S_OK);
        assert_eq!(done, 3, "who asks how much was taken is told");
        let all = object.Write(buffer.as_ptr().cast(), 8, std::ptr::null_mut());
        assert_eq!(all, STG_E_MEDIUMFULL, "who does not ask expects all of it");
        assert_eq!(object.Read(buffer.as_mut_ptr().cast(), 8, &mut done), S_OK);
        assert_eq!((done, buffer), (8, [7; 8]), "as much as there is");
        assert!(object.Read(std::ptr::null_mut(), 8, &mut done).is_err());
        assert!(object.Write(std::ptr::null(), 8, &mut done).is_err());
        assert_eq!(done, 0);
        assert_eq!(
            object.Seek(0, 0, std::ptr::null_mut()),
            abi::results::E_UNEXPECTED,
            "a panic"
        );
        assert_eq!(object.SetSize(1), abi::results::STG_E_REVERTED);
        assert_eq!(object.Commit(0), S_OK);
        assert_eq!(object.LockRegion(0, 1, 1), E_NOTIMPL);
        let mut copy = None;
        assert_eq!(object.Clone(&mut copy), E_NOTIMPL);
        assert!(copy.is_none());
    }
    let seen_through = ComStream::new(object.clone()).settle();
    assert_eq!(seen_through, Ok(()));
    drop(object);
    assert_eq!(
        *list.lock().expect("a list"),
        ["settle", "barrier", "settle", "drop"]
    );
}

#[test]
fn a_stream_is_copied_into_another_one() {
    let (from, to) = (memory(b"0123456789"), memory(b""));
    let (mut read, mut written) = (0, 0);
    // SAFETY: everything is valid.
    unsafe {
        assert_eq!(from.Seek(2, 0, std::ptr::null_mut()), S_OK);
        assert_eq!(
            from.CopyTo(InRef::from(&to), 5, &mut read, &mut written),
            S_OK
        );
        assert_eq!((read, written), (5, 5));
        assert_eq!(
            from.CopyTo(InRef::from(&to), u64::MAX, &mut read, &mut written),
            S_OK
        );
        assert_eq!((read, written), (3, 3));
        assert!(
            from.CopyTo(InRef::default(), 1, &mut read, &mut written)
                .is_err()
        );
    }
    let mut stream = ComStream::new(to);
    let mut buffer = [0; 10];
    stream.seek(SeekFrom::Start(0)).expect("the start");
    assert_eq!(stream.read(&mut buffer), Ok(8));
    assert_eq!(&buffer[..8], b"23456789");
}
