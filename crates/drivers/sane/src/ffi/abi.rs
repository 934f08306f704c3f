//! The layouts and functions of `sane/sane.h`. Enumerations are numbers here.

use std::ffi::{c_char, c_int, c_void};

use libloading::Library;

/// `SANE_INFO_RELOAD_OPTIONS`.
pub(super) const INFO_RELOAD_OPTIONS: c_int = 2;

/// `SANE_Device`.
#[repr(C)]
pub(super) struct RawDevice {
    pub(super) name: *const c_char,
    pub(super) vendor: *const c_char,
    pub(super) model: *const c_char,
    pub(super) kind: *const c_char,
}

/// `SANE_Option_Descriptor`.
#[repr(C)]
pub(super) struct RawDescriptor {
    pub(super) name: *const c_char,
    pub(super) title: *const c_char,
    pub(super) desc: *const c_char,
    pub(super) kind: c_int,
    pub(super) unit: c_int,
    pub(super) size: c_int,
    pub(super) cap: c_int,
    pub(super) constraint_type: c_int,
    /// A string list, a word list or a range.
    pub(super) constraint: *const c_void,
}

/// `SANE_Range`.
#[repr(C)]
pub(super) struct RawRange {
    pub(super) min: c_int,
    pub(super) max: c_int,
    pub(super) quant: c_int,
}

/// `SANE_Parameters`.
#[repr(C)]
#[derive(Default)]
pub(super) struct RawParameters {
    pub(super) format: c_int,
    pub(super) last_frame: c_int,
    pub(super) bytes_per_line: c_int,
    pub(super) pixels_per_line: c_int,
    pub(super) lines: c_int,
    pub(super) depth: c_int,
}

macro_rules! functions {
    ($($name:ident: $symbol:literal, fn($($argument:ty),*) $(-> $result:ty)?;)*) => {
        /// The functions of the library.
        pub(super) struct Functions {
            $(pub(super) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
        }

        impl Functions {
            /// # Errors
            ///
            /// Which function is missing.
            pub(super) fn of(library: &Library) -> Result<Functions, libloading::Error> {
                Ok(Functions {
                    // SAFETY: the types are those of `sane.h`, whose interface is frozen since 1.0. The
                    // library stays loaded as long as the pointers are used (`super::Library`).
                    $($name: *unsafe { library.get($symbol) }?,)*
                })
            }
        }
    };
}

functions! {
    init: b"sane_init\0", fn(*mut c_int, *const c_void) -> c_int;
    get_devices: b"sane_get_devices\0", fn(*mut *const *const RawDevice, c_int) -> c_int;
    open: b"sane_open\0", fn(*const c_char, *mut *mut c_void) -> c_int;
    close: b"sane_close\0", fn(*mut c_void);
    get_option_descriptor: b"sane_get_option_descriptor\0", fn(*mut c_void, c_int) -> *const RawDescriptor;
    control_option: b"sane_control_option\0", fn(*mut c_void, c_int, c_int, *mut c_void, *mut c_int) -> c_int;
    get_parameters: b"sane_get_parameters\0", fn(*mut c_void, *mut RawParameters) -> c_int;
    start: b"sane_start\0", fn(*mut c_void) -> c_int;
    read: b"sane_read\0", fn(*mut c_void, *mut u8, c_int, *mut c_int) -> c_int;
    cancel: b"sane_cancel\0", fn(*mut c_void);
    set_io_mode: b"sane_set_io_mode\0", fn(*mut c_void, c_int) -> c_int;
    get_select_fd: b"sane_get_select_fd\0", fn(*mut c_void, *mut c_int) -> c_int;
}
