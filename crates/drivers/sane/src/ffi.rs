//! The C interface of SANE (`sane/sane.h`): the only place that calls C.
//!
//! Enumerations cross the border as plain numbers, and texts and lists are copied at once, so that nothing
//! of a back end's memory is kept and no value of its can be one that Rust forbids.
#![expect(
    unsafe_code,
    reason = "the functions of libsane and the memory that they return can be reached in no other way"
)]

mod abi;
mod copied;

use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr;

use wia::{Error, ErrorKind, Result};

use crate::option::{FrameKind, Kind, Parameters, SaneOption, Value};
use crate::status::SaneStatus;
use abi::{Functions, RawDevice, RawParameters};

/// The library that is loaded, unless `QUIRE_LIBSANE` names another one.
const LIBRARY: &str = "libsane.so.1";
/// The environment variable that names the library: a file, or a name that the dynamic linker finds.
const OVERRIDE: &str = "QUIRE_LIBSANE";
/// A back end that names more devices or options than this has lost its list's end.
const MOST: i32 = 4096;
/// Bytes that stay free behind each value's buffer, for back ends that write a little more than they say.
const SLACK: usize = 64;

/// A found device (`SANE_Device`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundDevice {
    pub(crate) name: String,
    pub(crate) vendor: String,
    pub(crate) model: String,
    pub(crate) kind: String,
}

/// libsane, loaded and initialised. It stays loaded until the process ends: back ends leave threads and
/// exit handlers behind.
pub(crate) struct Library {
    functions: Functions,
    _library: libloading::Library,
}

impl Library {
    /// Loads the library and calls `sane_init`.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` when there is no libsane, `Offline` when there is none of version 1; else what
    /// `sane_init` says.
    pub(crate) fn load() -> Result<&'static Library> {
        let name = std::env::var_os(OVERRIDE).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| LIBRARY.into());
        let missing = |e: libloading::Error| {
            let what = format!("SANE is not installed: {}: {e}", name.to_string_lossy());
            Error::new(ErrorKind::NoDeviceAvailable, what).with_source(e)
        };
        // SAFETY: loading runs the library's constructors; libsane is meant to be loaded by any program.
        let library = unsafe { libloading::Library::new(&name) }.map_err(missing)?;
        let functions = Functions::of(&library).map_err(missing)?;
        let mut version: c_int = 0;
        // SAFETY: `version` lives through the call; no authorisation callback is a documented argument.
        let status = unsafe { (functions.init)(&raw mut version, ptr::null()) };
        check(status).map_err(|status| status.of_device("sane_init"))?;
        let major = (version >> 24) & 0xFF;
        if major != 1 {
            let what = format!("SANE has version {major}; valid: 1");
            return Err(Error::new(ErrorKind::Offline, what));
        }
        Ok(Box::leak(Box::new(Library {
            functions,
            _library: library,
        })))
    }

    /// The devices that are found (`sane_get_devices`); `local` leaves out those of the network. Devices
    /// without a name are left out.
    pub(crate) fn devices(&self, local: bool) -> Result<Vec<FoundDevice>, SaneStatus> {
        let mut list: *const *const RawDevice = ptr::null();
        // SAFETY: `list` lives through the call.
        check(unsafe { (self.functions.get_devices)(&raw mut list, c_int::from(local)) })?;
        // SAFETY: the list ends with a null pointer and stays valid until the next call of
        // `sane_get_devices`, which this thread alone makes.
        Ok(unsafe { copied::devices(list, MOST) })
    }

    /// Opens a device (`sane_open`).
    pub(crate) fn open(&'static self, name: &str) -> Result<Handle, SaneStatus> {
        let name = CString::new(name).map_err(|_| SaneStatus::INVAL)?;
        let mut raw: *mut c_void = ptr::null_mut();
        // SAFETY: the name ends with a NUL; `raw` lives through the call.
        check(unsafe { (self.functions.open)(name.as_ptr(), &raw mut raw) })?;
        Ok(Handle { library: self, raw })
    }
}

/// `Err` for every status but `SANE_STATUS_GOOD`.
fn check(status: c_int) -> Result<(), SaneStatus> {
    match status {
        0 => Ok(()),
        other => Err(SaneStatus(other)),
    }
}

/// What became of an option that was set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Info {
    /// Descriptors and other values may have changed (`SANE_INFO_RELOAD_OPTIONS`).
    pub(crate) reload_options: bool,
}

/// An open device (`SANE_Handle`). It stays on the thread that opened it, and is closed when it is dropped.
pub(crate) struct Handle {
    library: &'static Library,
    raw: *mut c_void,
}

impl Handle {
    /// The option of a number from 1 (`sane_get_option_descriptor`), without its value; `None` where there
    /// is none, or one that contradicts itself.
    pub(crate) fn descriptor(&self, index: i32) -> Option<SaneOption> {
        // SAFETY: the handle is open; any number may be asked for.
        let raw = unsafe { (self.library.functions.get_option_descriptor)(self.raw, index) };
        // SAFETY: null, or a descriptor that is valid until the next call that may change options; it is
        // copied before any other call is made.
        unsafe { copied::descriptor(raw, index) }
    }

    /// How many options there are (the value of option 0), at most 4096.
    pub(crate) fn option_count(&self) -> Result<i32, SaneStatus> {
        let mut count = vec![0; 1 + SLACK / 4];
        self.control(0, Action::Get, count.as_mut_ptr().cast(), &mut 0)?;
        Ok(count[0].clamp(0, MOST))
    }

    /// The value of a readable option.
    pub(crate) fn get(&self, option: &SaneOption) -> Result<Value, SaneStatus> {
        let mut info = 0;
        if option.kind == Kind::Text {
            let mut bytes = vec![0_u8; option.size + SLACK];
            let place = bytes.as_mut_ptr().cast();
            self.control(option.index, Action::Get, place, &mut info)?;
            let end = bytes.iter().position(|b| *b == 0).unwrap_or(option.size);
            let text = match option.latin1 {
                true => copied::latin1(&bytes[..end]),
                false => copied::decoded(&bytes[..end]),
            };
            return Ok(Value::Text(text));
        }
        let count = option.size / 4;
        let mut words = vec![0_i32; count + SLACK / 4];
        let place = words.as_mut_ptr().cast();
        self.control(option.index, Action::Get, place, &mut info)?;
        words.truncate(count);
        Ok(Value::Words(words))
    }

    /// Sets an option; a button is pressed by any value.
    ///
    /// # Errors
    ///
    /// `INVAL` also for a value that has not the option's size.
    pub(crate) fn set(&mut self, option: &SaneOption, value: &Value) -> Result<Info, SaneStatus> {
        let mut info = 0;
        match value {
            Value::Text(text) => {
                let text = option.encoded(text);
                // The text's NUL is part of the size.
                if option.kind != Kind::Text || text.len() >= option.size || text.contains(&0) {
                    return Err(SaneStatus::INVAL);
                }
                let mut bytes = vec![0_u8; option.size + SLACK];
                bytes[..text.len()].copy_from_slice(&text);
                let place = bytes.as_mut_ptr().cast();
                self.control(option.index, Action::Set, place, &mut info)?;
            }
            Value::Words(words) => {
                let fits = option.kind == Kind::Button || words.len() * 4 == option.size;
                if option.kind == Kind::Text || !fits {
                    return Err(SaneStatus::INVAL);
                }
                let mut words = words.clone();
                words.resize(words.len() + SLACK / 4, 0);
                let place = words.as_mut_ptr().cast();
                self.control(option.index, Action::Set, place, &mut info)?;
            }
        }
        Ok(Info {
            reload_options: info & abi::INFO_RELOAD_OPTIONS != 0,
        })
    }

    fn control(
        &self,
        index: i32,
        action: Action,
        value: *mut c_void,
        info: &mut c_int,
    ) -> Result<(), SaneStatus> {
        let call = self.library.functions.control_option;
        // SAFETY: the handle is open; `value` points to at least the bytes that the option's descriptor
        // names and more, aligned for words; `info` lives through the call.
        check(unsafe { call(self.raw, index, action as c_int, value, info) })
    }

    /// What the frames are (`sane_get_parameters`): a guess before `start`, binding after it.
    pub(crate) fn parameters(&self) -> Result<Parameters, SaneStatus> {
        let mut raw = RawParameters::default();
        // SAFETY: the handle is open, and `raw` lives through the call.
        check(unsafe { (self.library.functions.get_parameters)(self.raw, &raw mut raw) })?;
        Ok(Parameters {
            frame: FrameKind::from_number(raw.format),
            last_frame: raw.last_frame != 0,
            bytes_per_line: raw.bytes_per_line,
            pixels_per_line: raw.pixels_per_line,
            lines: raw.lines,
            depth: raw.depth,
        })
    }

    /// Begins a frame (`sane_start`).
    pub(crate) fn start(&mut self) -> Result<(), SaneStatus> {
        // SAFETY: the handle is open, and no other operation of it runs.
        check(unsafe { (self.library.functions.start)(self.raw) })
    }

    /// Reads into `buffer`; gives how many bytes came (`sane_read`).
    ///
    /// # Errors
    ///
    /// `None` for a back end that claims to have written more than there was room for, or less than nothing.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Option<SaneStatus>> {
        let room = c_int::try_from(buffer.len()).unwrap_or(c_int::MAX);
        let mut length: c_int = 0;
        let read = self.library.functions.read;
        // SAFETY: the handle is open, and `buffer` has `room` bytes that live through the call.
        check(unsafe { read(self.raw, buffer.as_mut_ptr(), room, &raw mut length) })?;
        let length = usize::try_from(length).map_err(|_| None)?;
        (length <= buffer.len()).then_some(length).ok_or(None)
    }

    /// Ends or gives up the frames of a page (`sane_cancel`).
    pub(crate) fn cancel(&mut self) {
        self.canceller().cancel();
    }

    /// Lets `read` come back when there is nothing to read yet, if the back end can (`sane_set_io_mode`).
    pub(crate) fn set_non_blocking(&mut self) -> Result<(), SaneStatus> {
        // SAFETY: the handle is open, and a frame has begun.
        check(unsafe { (self.library.functions.set_io_mode)(self.raw, 1) })
    }

    /// The descriptor that becomes readable when there is something to read, where there is one.
    pub(crate) fn select_fd(&mut self) -> Option<i32> {
        let mut fd: c_int = -1;
        // SAFETY: the handle is open, and `fd` lives through the call.
        check(unsafe { (self.library.functions.get_select_fd)(self.raw, &raw mut fd) }).ok()?;
        (fd >= 0).then_some(fd)
    }

    /// What cancels the operation that runs, from any thread.
    pub(crate) fn canceller(&self) -> Canceller {
        Canceller {
            library: self.library,
            raw: self.raw,
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle is open, no operation of it runs, and it is not used any more: whoever
        // has a `Canceller` has dropped it before (`stop::Attached`).
        unsafe { (self.library.functions.close)(self.raw) }
    }
}

/// `sane_cancel` of an open device. It must not be used once the device is closed; [`Stop`](crate::stop::Stop)
/// sees to that.
pub(crate) struct Canceller {
    library: &'static Library,
    raw: *mut c_void,
}

// SAFETY: of all operations `sane_cancel` alone may be called while another one runs (SANE Standard 4.3.11:
// it is safe to call this function asynchronously), and this type does nothing else.
unsafe impl Send for Canceller {}

impl Canceller {
    pub(crate) fn cancel(&self) {
        // SAFETY: the handle is open as long as `Stop` holds this.
        unsafe { (self.library.functions.cancel)(self.raw) }
    }
}

#[derive(Clone, Copy)]
enum Action {
    Get = 0,
    Set = 1,
}

/// Waits until `fd`, which a back end named, or `wake` can be read, or `timeout` has passed.
pub(crate) fn wait_readable(
    fd: Option<i32>,
    wake: &std::os::fd::OwnedFd,
    timeout: std::time::Duration,
) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use std::os::fd::{AsFd, BorrowedFd};
    // SAFETY: the back end keeps the descriptor open while the frame is read, and nothing but `poll` is
    // done with it here, which refuses a descriptor that is not open.
    let fd = fd.map(|fd| unsafe { BorrowedFd::borrow_raw(fd) });
    let mut fds = vec![PollFd::from_borrowed_fd(wake.as_fd(), PollFlags::IN)];
    fds.extend(fd.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
    let timeout = Timespec {
        tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: timeout.subsec_nanos().into(),
    };
    // Whatever comes of it, the read that follows tells.
    let _ = poll(&mut fds, Some(&timeout));
}

/// The longest text that is copied, in bytes: a back end that forgot the NUL is stopped here.
const LONGEST: usize = 1 << 16;

/// A text of a back end; `None` for a null pointer.
///
/// # Safety
///
/// As [`bytes`].
unsafe fn text(text: *const c_char) -> Option<String> {
    // SAFETY: as the caller says.
    unsafe { bytes(text) }.map(|bytes| copied::decoded(&bytes))
}

/// The bytes of a text; `None` for a null pointer.
///
/// # Safety
///
/// `text` is null or points to bytes that end with a NUL, or to at least [`LONGEST`] bytes.
unsafe fn bytes(text: *const c_char) -> Option<Vec<u8>> {
    if text.is_null() {
        return None;
    }
    let mut bytes = Vec::new();
    while bytes.len() < LONGEST {
        // SAFETY: the bytes up to the NUL can be read, and none of those before was one.
        let byte = unsafe { *text.add(bytes.len()) }.cast_unsigned();
        if byte == 0 {
            break;
        }
        bytes.push(byte);
    }
    Some(bytes)
}
