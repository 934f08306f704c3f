//! Numbers of results that `wia` has no kind or status for, and the most usual of the others.

use windows_core::HRESULT;

macro_rules! results {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        $($(#[$doc])* pub const $name: HRESULT = HRESULT($value as u32 as i32);)*

        /// All of this module by name.
        pub const ALL: &[(&str, HRESULT)] = &[$((stringify!($name), $name),)*];
    };
}

results! {
    /// Done.
    S_OK = 0;
    /// Done, but with the answer "no"; of a transfer: cancelled.
    S_FALSE = 1;
    /// Not implemented.
    E_NOTIMPL = 0x8000_4001;
    /// The object does not have this interface.
    E_NOINTERFACE = 0x8000_4002;
    /// A pointer is null that must not be.
    E_POINTER = 0x8000_4003;
    /// Stopped.
    E_ABORT = 0x8000_4004;
    /// Failed.
    E_FAIL = 0x8000_4005;
    /// Something that cannot be happened.
    E_UNEXPECTED = 0x8000_FFFF;
    /// Not allowed.
    E_ACCESSDENIED = 0x8007_0005;
    /// No memory is left.
    E_OUTOFMEMORY = 0x8007_000E;
    /// An argument is not valid.
    E_INVALIDARG = 0x8007_0057;
    /// The class cannot be part of an aggregate.
    CLASS_E_NOAGGREGATION = 0x8004_0110;
    /// The library does not have this class.
    CLASS_E_CLASSNOTAVAILABLE = 0x8004_0111;
    /// The class is not known.
    REGDB_E_CLASSNOTREG = 0x8004_0154;
    /// A value has another type than it must have.
    DISP_E_TYPEMISMATCH = 0x8002_0005;
    /// A `VARTYPE` is not known.
    DISP_E_BADVARTYPE = 0x8002_0008;
    /// The stream does not do this.
    STG_E_INVALIDFUNCTION = 0x8003_0001;
    /// Not allowed on this stream.
    STG_E_ACCESSDENIED = 0x8003_0005;
    /// A pointer is not valid.
    STG_E_INVALIDPOINTER = 0x8003_0009;
    /// A seek before the beginning.
    STG_E_SEEKERROR = 0x8003_0019;
    /// Writing failed.
    STG_E_WRITEFAULT = 0x8003_001D;
    /// Reading failed.
    STG_E_READFAULT = 0x8003_001E;
    /// No space is left.
    STG_E_MEDIUMFULL = 0x8003_0070;
    /// A property has another type than it must have.
    STG_E_PROPSETMISMATCHED = 0x8003_00F0;
    /// A flag is not known.
    STG_E_INVALIDFLAG = 0x8003_00FF;
    /// The stream was taken away.
    STG_E_REVERTED = 0x8003_0102;
    /// There are no more events.
    STIERR_NOEVENTS = 0x8007_0103;
    /// The device is not there.
    STIERR_DEVICE_NOTREADY = 0x8007_0015;
    /// Another has the device.
    STIERR_DEVICE_LOCKED = 0x8007_0021;
    /// It has to be locked first.
    STIERR_NEEDS_LOCK = 0x8007_009E;
    /// It was initialised before.
    STIERR_ALREADY_INITIALIZED = 0x8007_04DF;
    /// The library is no driver.
    STIERR_BADDRIVER = 0x8007_0077;
    /// The version is too old.
    STIERR_OLD_VERSION = 0x8007_047E;
    /// There is no such thing.
    STIERR_OBJECTNOTFOUND = 0x8007_0002;
}
