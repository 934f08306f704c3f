//! Memory that changes hands between C and Rust: strings, task memory, values.

#![expect(unsafe_code, reason = "the memory of C is raw pointers")]

mod bstr;
mod task;
mod variant;
mod wide;

pub use bstr::{
    Bstr, sys_alloc_string, sys_alloc_string_byte_len, sys_alloc_string_len, sys_free_string,
    sys_re_alloc_string, sys_re_alloc_string_len, sys_string_byte_len, sys_string_len,
};
pub use task::{TaskArray, task_alloc, task_free, task_realloc, task_string};
pub use variant::{Element, PropVariant, prop_variant_clear, prop_variant_copy};
pub use wide::{read_wide, wide, wide_len};
