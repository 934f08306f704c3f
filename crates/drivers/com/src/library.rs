//! `libwiaservc.so`: the one core that a driver in C or C++ and the service of its process share.
//!
//! A driver calls the `wias*` functions of the library. They must be of the same core that called the driver, so a program
//! that is to hold such a driver does nothing but load the library and enter it: everything else then happens in there.
//! Only in a process that has entered the library, or in an application that is linked with it, a `com:` device
//! opens.
#![expect(
    unsafe_code,
    reason = "a library is loaded, and its entry points are called"
)]

use std::env;
use std::ffi::{CStr, CString, OsStr, OsString, c_char, c_int, c_void};
use std::mem::ManuallyDrop;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
use wia::{Error, ErrorKind, Result};

/// Names the library.
pub const VARIABLE: &str = "QUIRE_WIASERVC";

/// What it is called.
pub const NAME: &str = "libwiaservc.so";

/// Says to a program in whose process a device is that it has to enter the library.
pub const ARGUMENT: &str = "--wiaservc";

/// Whether this copy of the core is the library's.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Why the library could not be entered.
static MISSING: OnceLock<Error> = OnceLock::new();

/// Says that this copy of the core is the library's: from now on `com:` devices open. Called by the library's entry
/// points.
pub fn enter() {
    ENTERED.store(true, Ordering::Relaxed);
}

/// Whether a `com:` device can be opened in this process.
///
/// # Errors
///
/// `NotImplemented` in a process that has not entered the library; why that failed, when it was tried.
pub fn check_entered() -> Result<()> {
    if ENTERED.load(Ordering::Relaxed) {
        return Ok(());
    }
    Err(MISSING.get().cloned().unwrap_or_else(|| {
        Error::new(
            ErrorKind::NotImplemented,
            format!(
                "a com: device is always in a process of its own, which {NAME} belongs to; it cannot be in this one"
            ),
        )
    }))
}

/// The library, loaded for good.
#[derive(Debug)]
pub struct Core {
    /// Never unloaded: threads of it may run.
    library: ManuallyDrop<Library>,
    path: PathBuf,
}

/// Loads the library: the one that `QUIRE_WIASERVC` names; the one that this code is in; the one beside this program, or
/// in `../lib` of it (`../../lib` of `libexec/quire`); the system's.
///
/// # Errors
///
/// `NoDeviceAvailable` when there is none that can be loaded. Whoever asks for a `com:` device in this process later
/// is told the same.
pub fn core() -> Result<Core> {
    load().inspect_err(|e| {
        // The first reason counts.
        let _ = MISSING.set(e.clone());
    })
}

fn load() -> Result<Core> {
    let path = find();
    // SAFETY: the library is this project's; what runs when it is loaded is the start of Rust's runtime and of the C
    // libraries that are linked to it. Its symbols are for the driver that is loaded next.
    let loaded = unsafe { Library::open(Some(&path), RTLD_NOW | RTLD_GLOBAL) };
    match loaded {
        Ok(library) => Ok(Core {
            library: ManuallyDrop::new(library),
            path,
        }),
        Err(e) => Err(Error::new(
            ErrorKind::NoDeviceAvailable,
            format!(
                "com: devices need {NAME}, which cannot be loaded ({VARIABLE} can name it): {e}"
            ),
        )),
    }
}

/// Where the library is; its plain name where the system is to look for it.
fn find() -> PathBuf {
    if let Some(named) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return PathBuf::from(named);
    }
    let exe = env::current_exe().ok();
    let here = exe.as_deref().and_then(Path::parent);
    own_path()
        .into_iter()
        .chain(here.into_iter().flat_map(beside))
        .find(|path| path.is_file())
        .unwrap_or_else(|| NAME.into())
}

/// Where the library is to be found from the folder of a program: a host is in `libexec/quire`, others are in `bin`.
fn beside(folder: &Path) -> [PathBuf; 2] {
    let lib = match folder.ends_with("libexec/quire") {
        true => "../../lib",
        false => "../lib",
    };
    [folder.join(NAME), folder.join(lib).join(NAME)]
}

/// The library's file, if this code is in it.
pub fn own_path() -> Option<PathBuf> {
    let here: fn() -> Option<PathBuf> = own_path;
    // SAFETY: zeros are a `Dl_info`, whose members are pointers.
    let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
    // SAFETY: any address can be asked for; `info` is written.
    let found = unsafe { libc::dladdr(here as *const c_void, &raw mut info) };
    if found == 0 || info.dli_fname.is_null() {
        return None;
    }
    // SAFETY: the name is a C string that lives as long as its object is loaded, which this code is part of.
    let name = unsafe { CStr::from_ptr(info.dli_fname) };
    let path = Path::new(OsStr::from_bytes(name.to_bytes()));
    let is_library = path.file_name()?.as_bytes().starts_with(NAME.as_bytes());
    is_library.then(|| path.canonicalize().ok()).flatten()
}

impl Core {
    /// Serves as a driver host, in the library's own core (`WiaServeDriverHost`): the socket is the standard input.
    /// The exit code.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` for a library of another version.
    pub fn serve_driver_host(&self) -> Result<i32> {
        type Serve = unsafe extern "C" fn() -> c_int;
        // SAFETY: it has this signature in every version of the library.
        let serve = unsafe { self.library.get::<Serve>(b"WiaServeDriverHost\0") };
        let serve = serve.map_err(|e| self.other_version(&e))?;
        // SAFETY: the process is its own from here on.
        Ok(unsafe { serve() })
    }

    /// Does the duties of `quire check`, in the library's own core (`WiaServeCheck`). The exit code.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` for a library of another version; `InvalidArgument` for an argument with a zero in it.
    pub fn serve_check(&self, args: &[OsString]) -> Result<i32> {
        type Serve = unsafe extern "C" fn(c_int, *const *const c_char) -> c_int;
        let strings = args.iter().map(|arg| CString::new(arg.clone().into_vec()));
        let strings = strings.collect::<Result<Vec<_>, _>>();
        let strings = strings.map_err(|e| Error::invalid(e.to_string()))?;
        let mut pointers: Vec<_> = strings.iter().map(|text| text.as_ptr()).collect();
        let count = c_int::try_from(pointers.len());
        let count = count.map_err(|e| Error::invalid(e.to_string()))?;
        pointers.push(std::ptr::null());
        // SAFETY: it has this signature in every version of the library.
        let serve = unsafe { self.library.get::<Serve>(b"WiaServeCheck\0") };
        let serve = serve.map_err(|e| self.other_version(&e))?;
        // SAFETY: `count` strings, and a null after them, which live until it returns.
        Ok(unsafe { serve(count, pointers.as_ptr()) })
    }

    fn other_version(&self, e: &libloading::Error) -> Error {
        Error::new(
            ErrorKind::NoDeviceAvailable,
            format!(
                "{}: not the library of this version: {e}",
                self.path.display()
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_found_from_every_program_of_an_installation() {
        for (folder, lib) in [("/opt/bin", ".."), ("/opt/libexec/quire", "../..")] {
            let [_, library] = beside(Path::new(folder));
            assert_eq!(library, Path::new(folder).join(lib).join("lib").join(NAME));
        }
    }
}
