//! Task memory (`CoTaskMemAlloc`): what one side allocates and the other frees.

use std::ffi::c_void;

use crate::LPWSTR;
use crate::memory::wide::wide;

/// `CoTaskMemAlloc`: memory of `size` bytes, aligned for everything; null when there is none left. Memory of no bytes
/// is not null.
pub fn task_alloc(size: usize) -> *mut c_void {
    // SAFETY: `malloc` takes every size.
    unsafe { libc::malloc(size.max(1)) }
}

/// `CoTaskMemRealloc`: more or less of the same memory; null when there is none left, and the old memory stays. A
/// size of 0 frees it.
///
/// # Safety
///
/// `memory` is null or came from [`task_alloc`] or this, and was not freed.
pub unsafe fn task_realloc(memory: *mut c_void, size: usize) -> *mut c_void {
    if size == 0 {
        // SAFETY: the caller's promise is the same.
        unsafe { task_free(memory) };
        return std::ptr::null_mut();
    }
    // SAFETY: the memory is `malloc`'s.
    unsafe { libc::realloc(memory, size) }
}

/// `CoTaskMemFree`.
///
/// # Safety
///
/// `memory` is null or came from [`task_alloc`] or [`task_realloc`], and was not freed.
pub unsafe fn task_free(memory: *mut c_void) {
    // SAFETY: the memory is `malloc`'s.
    unsafe { libc::free(memory) }
}

/// A text in task memory, with a zero at its end. The receiver frees it.
pub fn task_string(text: &str) -> LPWSTR {
    TaskArray::from_slice(&wide(text)).into_raw()
}

/// An array in task memory, which is freed with it.
#[derive(Debug)]
pub struct TaskArray<T: Copy> {
    items: *mut T,
    len: usize,
}

impl<T: Copy> TaskArray<T> {
    /// A copy of `items`. Aborts without memory, as `Vec` does.
    pub fn from_slice(items: &[T]) -> TaskArray<T> {
        let copy = task_alloc(size_of_val(items)).cast::<T>();
        if copy.is_null() {
            std::alloc::handle_alloc_error(std::alloc::Layout::for_value(items));
        }
        // SAFETY: the new memory is as large as `items`, apart from it, and aligned for everything.
        unsafe { std::ptr::copy_nonoverlapping(items.as_ptr(), copy, items.len()) };
        TaskArray {
            items: copy,
            len: items.len(),
        }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Gives the memory away; the receiver frees it ([`task_free`]).
    pub fn into_raw(self) -> *mut T {
        std::mem::ManuallyDrop::new(self).items
    }
}

impl<T: Copy> Drop for TaskArray<T> {
    fn drop(&mut self) {
        // SAFETY: the memory came from `task_alloc`, and nobody else has it.
        unsafe { task_free(self.items.cast()) }
    }
}
