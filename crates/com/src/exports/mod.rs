//! The functions that `libwiaservc.so` exports: the service library (`wias*`, `wiamdef.h`) for drivers, and what a
//! system without COM lacks (`Wia…`, `wiabase.h`, `wiastream.h`).
//!
//! Each is a thin shell: it looks up what its pointers stand for, calls the same function of
//! [`minidriver::service_library`], and puts the results where the caller wants them, which are emptied first. What is
//! null and must not be is `E_INVALIDARG`, and so is a context that is none. Nothing panics out of them.
//!
//! # Safety
//!
//! The promise of all callers is that of the headers: a pointer is null, or valid for what its type says; an array
//! has as many items as the number beside it says; a string is a `BSTR` or ends with a zero; what a call gives out
//! can be written.

#![expect(
    clippy::missing_safety_doc,
    non_snake_case,
    unsafe_code,
    reason = "names and parameters are those of C; the promise of all callers is above"
)]

mod arguments;
pub mod endorser;
pub mod events;
pub mod image;
pub mod items;
pub mod log;
pub mod memory;
pub mod properties;
pub mod property_context;
pub mod sampling;
pub mod streams;
pub mod valid_values;
pub mod writers;
