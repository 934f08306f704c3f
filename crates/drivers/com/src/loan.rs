//! Something that is borrowed, for an object of C that may outlive the borrow.
#![expect(
    unsafe_code,
    reason = "a borrow is used by an object that does not end with it"
)]

use std::ptr::NonNull;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread::{self, ThreadId};

use wia::{Error, ErrorKind, Result};

/// A borrow that ends before the object which uses it. It is used on the thread that has lent it alone.
pub(crate) struct Loan<T: ?Sized> {
    /// `None` when it has ended.
    thing: Mutex<Option<NonNull<T>>>,
    thread: ThreadId,
}

// SAFETY: the pointer is used on the thread that it was lent on alone, under the lock, before the borrow ends.
unsafe impl<T: ?Sized> Send for Loan<T> {}
// SAFETY: as before.
unsafe impl<T: ?Sized> Sync for Loan<T> {}

impl<T: ?Sized> Loan<T> {
    /// Uses it.
    ///
    /// # Errors
    ///
    /// `Unexpected` when it has ended, on another thread, and in the middle of another use.
    pub(crate) fn with<R>(&self, call: impl FnOnce(&mut T) -> Result<R>) -> Result<R> {
        let refused = |why: &str| Error::new(ErrorKind::Unexpected, why);
        if thread::current().id() != self.thread {
            return Err(refused("called from another thread than the filter was"));
        }
        let mut thing = match self.thing.try_lock() {
            Ok(thing) => thing,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(refused("called while it was at work")),
        };
        let thing = thing
            .as_mut()
            .ok_or_else(|| refused("called after it has ended"))?;
        // SAFETY: the borrow has not ended, for `lend` ends it under this lock, and nobody else uses it meanwhile.
        call(unsafe { thing.as_mut() })
    }
}

/// Lends `thing` for as long as `call` runs.
///
/// # Safety
///
/// `thing` is borrowed exclusively for that time. Its type may say that it lives for longer.
pub(crate) unsafe fn lend<T: ?Sized, R>(
    thing: NonNull<T>,
    call: impl FnOnce(Arc<Loan<T>>) -> R,
) -> R {
    /// Ends it, also when the call panics.
    struct Ends<T: ?Sized>(Arc<Loan<T>>);
    impl<T: ?Sized> Drop for Ends<T> {
        fn drop(&mut self) {
            *self.0.thing.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
    let loan = Ends(Arc::new(Loan {
        thing: Mutex::new(Some(thing)),
        thread: thread::current().id(),
    }));
    call(Arc::clone(&loan.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_with_the_borrow_and_stays_on_its_thread() {
        let mut number = 1;
        // SAFETY: the number is borrowed by nobody else.
        let kept = unsafe {
            lend(NonNull::from(&mut number), |loan| {
                loan.with(|number| {
                    *number += 1;
                    assert!(loan.with(|_| Ok(())).is_err());
                    Ok(())
                })
                .unwrap();
                let other = Arc::clone(&loan);
                let elsewhere = thread::spawn(move || other.with(|_| Ok(())).is_err());
                assert!(elsewhere.join().unwrap());
                loan
            })
        };
        assert!(kept.with(|_| Ok(())).is_err());
        assert_eq!(number, 2);
    }
}
