//! A stream of Rust's as C's.

#![expect(unsafe_code, reason = "the methods are given pointers of C")]

use std::ffi::c_void;
use std::io::SeekFrom;
use std::sync::{Mutex, MutexGuard, PoisonError};

use abi::HRESULT;
use abi::interfaces::{ISequentialStream_Impl, IStream, IStream_Impl};
use abi::structs::{STATSTG, STGTY_STREAM, STREAM_SEEK_CUR, STREAM_SEEK_END, STREAM_SEEK_SET};
use transfer::{Stream, write_all};
use wia::{Error, ErrorKind, Result};
use windows_core::{InRef, implement};

use crate::guard::guard;
use crate::pointer::{Out, array};

/// A [`Stream`] as an `IStream`, which drops it with its last reference. `CopyTo` needs a stream that can be read;
/// `Commit` makes durable what was written, where the stream can; regions cannot be locked, nor the stream cloned.
pub fn stream_object(stream: Box<dyn Stream>) -> IStream {
    StreamObject(Mutex::new(stream)).into()
}

#[implement(IStream)]
pub(crate) struct StreamObject(Mutex<Box<dyn Stream>>);

impl StreamObject {
    pub(crate) fn stream(&self) -> MutexGuard<'_, Box<dyn Stream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a call puts a number that C may not want.
///
/// # Safety
///
/// `to` is null, or a `T` can be written there as long as this exists.
unsafe fn wanted<T>(to: *mut T, empty: T) -> Result<Option<Out<T>>> {
    // SAFETY: the caller's promise.
    (!to.is_null())
        .then(|| unsafe { Out::new(to, empty) })
        .transpose()
}

/// The memory that is read into. What is in it before, which may be nothing valid, is overwritten first.
///
/// # Safety
///
/// `buffer` is null, or so many bytes can be written there.
unsafe fn to_fill<'a>(buffer: *mut c_void, count: u32) -> Result<&'a mut [u8]> {
    if count == 0 {
        return Ok(&mut []);
    }
    if buffer.is_null() {
        return Err(Error::new(ErrorKind::Pointer, "a buffer is a null pointer"));
    }
    // SAFETY: so many bytes can be written there, as the caller says, and are bytes then.
    unsafe {
        std::ptr::write_bytes(buffer.cast::<u8>(), 0, count as usize);
        Ok(std::slice::from_raw_parts_mut(
            buffer.cast(),
            count as usize,
        ))
    }
}

impl ISequentialStream_Impl for StreamObject_Impl {
    unsafe fn Read(&self, buffer: *mut c_void, count: u32, done: *mut u32) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives a buffer of so many bytes, and null or a place for the number.
            let (done, buffer) = unsafe { (wanted(done, 0)?, to_fill(buffer, count)?) };
            let mut stream = self.stream();
            // IStream reads as much as there is, a `Stream` may stop in between.
            let mut filled = 0;
            while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
                let read = stream.read(rest)?;
                if read == 0 {
                    break;
                }
                filled += read;
                if let Some(done) = &done {
                    done.set(u32::try_from(filled).unwrap_or(u32::MAX));
                }
            }
            Ok(())
        })
    }

    unsafe fn Write(&self, buffer: *const c_void, count: u32, done: *mut u32) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives a buffer of so many bytes, and null or a place for the number.
            let (done, data) = unsafe {
                (
                    wanted(done, 0)?,
                    array::<u8>(buffer.cast(), count as usize, "the buffer")?,
                )
            };
            let taken = self.stream().write(data)?;
            if let Some(done) = done {
                done.set(u32::try_from(taken).unwrap_or(u32::MAX));
                return Ok(());
            }
            // Who does not ask how much was taken would not hear of the rest.
            match taken == data.len() {
                true => Ok(()),
                false => Err(Error::new(
                    ErrorKind::MediumFull,
                    format!("the stream took {taken} of {count} bytes"),
                )),
            }
        })
    }
}

impl IStream_Impl for StreamObject_Impl {
    unsafe fn Seek(&self, offset: i64, origin: u32, position: *mut u64) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives null or a place for the position.
            let position = unsafe { wanted(position, 0)? };
            let to = match origin {
                STREAM_SEEK_SET => {
                    SeekFrom::Start(u64::try_from(offset).map_err(|_| before(offset))?)
                }
                STREAM_SEEK_CUR => SeekFrom::Current(offset),
                STREAM_SEEK_END => SeekFrom::End(offset),
                other => {
                    return Err(Error::new(
                        ErrorKind::InvalidFunction,
                        format!("dwOrigin is {other}; valid: 0, 1 and 2"),
                    ));
                }
            };
            let at = self.stream().seek(to)?;
            if let Some(position) = position {
                position.set(at);
            }
            Ok(())
        })
    }

    unsafe fn SetSize(&self, size: u64) -> HRESULT {
        guard(|| self.stream().set_size(size))
    }

    unsafe fn CopyTo(
        &self,
        to: InRef<'_, IStream>,
        count: u64,
        read: *mut u64,
        written: *mut u64,
    ) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives null or places for the numbers.
            let (read, written) = unsafe { (wanted(read, 0)?, wanted(written, 0)?) };
            let to = to
                .cloned()
                .ok_or_else(|| Error::new(ErrorKind::Pointer, "pstm is a null pointer"))?;
            let mut to = crate::ComStream::new(to);
            let mut buffer = vec![0; 64 << 10];
            let mut copied = 0;
            while copied < count {
                let most = usize::try_from(count - copied)
                    .unwrap_or(usize::MAX)
                    .min(buffer.len());
                // The lock is not held while the other stream is written, which may be this one.
                let Some(part) = buffer.get_mut(..most) else {
                    break;
                };
                let got = self.stream().read(part)?;
                if got == 0 {
                    break;
                }
                write_all(&mut to, part.get(..got).unwrap_or_default())?;
                copied += got as u64;
                read.iter()
                    .chain(&written)
                    .for_each(|number| number.set(copied));
            }
            Ok(())
        })
    }

    unsafe fn Commit(&self, _flags: u32) -> HRESULT {
        guard(|| {
            let mut stream = self.stream();
            stream.settle()?;
            stream.barrier()
        })
    }

    /// Nothing is kept back that could be taken back.
    unsafe fn Revert(&self) -> HRESULT {
        guard(|| Ok(()))
    }

    unsafe fn LockRegion(&self, _offset: u64, _count: u64, _kind: u32) -> HRESULT {
        guard(|| missing("LockRegion"))
    }

    unsafe fn UnlockRegion(&self, _offset: u64, _count: u64, _kind: u32) -> HRESULT {
        guard(|| missing("UnlockRegion"))
    }

    /// The size alone is told; a stream has no name here.
    unsafe fn Stat(&self, stat: *mut STATSTG, _flags: u32) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives null or a place for it.
            let stat = unsafe { Out::new(stat, STATSTG::default())? };
            stat.set(STATSTG {
                kind: STGTY_STREAM,
                cbSize: self.stream().size()?,
                ..STATSTG::default()
            });
            Ok(())
        })
    }

    unsafe fn Clone(&self, copy: *mut Option<IStream>) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives null or a place for it.
            unsafe { Out::new(copy, None)? };
            missing("Clone")
        })
    }
}

fn missing(method: &str) -> Result<()> {
    Err(Error::new(
        ErrorKind::NotImplemented,
        format!("IStream::{method} is not here"),
    ))
}

fn before(offset: i64) -> Error {
    Error::new(
        ErrorKind::InvalidFunction,
        format!("{offset} is before the start of the stream"),
    )
}
