//! Calls of the driver that may crash.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use wia::{Error, ErrorKind, Result};

/// Calls the driver; a crash of it is a failure like others.
pub(crate) fn guarded<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        Err(Error::new(
            ErrorKind::ExceptionInDriver,
            format!("the driver crashed: {}", panic_text(panic.as_ref())),
        ))
    })
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
