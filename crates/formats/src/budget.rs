//! Files that have a reader look at the same bytes again and again.

use std::sync::atomic::{AtomicU64, Ordering};

use wia::{Error, ErrorKind, Result};

/// What may be looked at: so many times the bytes of the file, and so many besides.
const TIMES: u64 = 64;
const BESIDES: u64 = 2 << 20;
/// What looking at anything costs.
const LEAST: u64 = 64;

/// Bytes that may still be looked at, before a file is taken for one that would go on for hours.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU64);

impl Budget {
    /// For a file of `len` bytes.
    pub(crate) fn of(len: u64) -> Budget {
        Budget(AtomicU64::new(
            len.saturating_mul(TIMES).saturating_add(BESIDES),
        ))
    }

    /// Without an end.
    pub(crate) fn endless() -> Budget {
        Budget(AtomicU64::new(u64::MAX))
    }

    /// Takes what looking at `bytes` bytes costs.
    ///
    /// # Errors
    ///
    /// `InputUnsupported` when there is too little left.
    pub(crate) fn take(&self, bytes: u64) -> Result<()> {
        let cost = bytes.max(LEAST);
        let left = self.0.load(Ordering::Relaxed);
        if left == u64::MAX {
            return Ok(());
        }
        self.0.store(left.saturating_sub(cost), Ordering::Relaxed);
        if left < cost {
            return Err(Error::new(
                ErrorKind::InputUnsupported,
                "a file whose parts are used again and again: not supported",
            ));
        }
        Ok(())
    }
}
