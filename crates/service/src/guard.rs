//! Calls of the driver that may crash.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wia::{Error, Result};

/// Calls the driver; a crash of it is a failure like others.
pub(crate) fn guarded<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(call))
        .unwrap_or_else(|panic| Err(Error::crashed("the driver", panic.as_ref())))
}
