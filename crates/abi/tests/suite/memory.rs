//! Strings, task memory and values.

#![expect(unsafe_code, reason = "the memory of C is raw pointers")]

use proptest::prelude::*;
use quire_abi::memory::*;
use quire_abi::results::{DISP_E_BADVARTYPE, E_INVALIDARG, S_OK};
use quire_abi::structs::{PROPVARIANT, vt};
use windows_core::GUID;

proptest! {
    #[test]
    fn a_text_comes_back_from_a_bstr(text in ".*") {
        let string = Bstr::new(&text);
        prop_assert_eq!(string.to_string(), text.clone());
        prop_assert!(string == *text.as_str());
        let raw = string.as_raw();
        let units = text.encode_utf16().count();
        // SAFETY: the string lives, and has its length before it and a zero behind it.
        unsafe {
            prop_assert_eq!(raw.cast::<u32>().sub(1).read() as usize, units * 2);
            prop_assert_eq!(sys_string_len(raw) as usize, units);
            prop_assert_eq!(raw.add(units).read(), 0);
        }
        prop_assert_eq!(raw as usize % 8, 0);
    }

    #[test]
    fn a_text_comes_back_from_task_memory(text in "[^\\x00]*") {
        let string = task_string(&text);
        // SAFETY: the text ends with a zero; it is freed once.
        unsafe {
            prop_assert_eq!(read_wide(string), Some(text));
            task_free(string.cast());
        }
    }
}

#[test]
fn null_is_the_empty_string() {
    // SAFETY: null is allowed.
    unsafe {
        assert_eq!(sys_string_len(std::ptr::null_mut()), 0);
        assert_eq!(sys_string_byte_len(std::ptr::null_mut()), 0);
        assert!(sys_alloc_string(std::ptr::null()).is_null());
        sys_free_string(std::ptr::null_mut());
        assert_eq!(read_wide(std::ptr::null()), None);
        task_free(std::ptr::null_mut());
    }
    assert_eq!(Bstr::null().to_string(), "");
}

#[test]
fn a_string_of_bytes_may_be_odd() {
    // SAFETY: three bytes are there; the string is freed by its owner.
    let string = unsafe { Bstr::from_raw(sys_alloc_string_byte_len(b"abc".as_ptr(), 3)) };
    // SAFETY: the string lives; its three bytes and the zero after them are there.
    unsafe {
        assert_eq!(sys_string_byte_len(string.as_raw()), 3);
        assert_eq!(sys_string_len(string.as_raw()), 1);
        assert_eq!(
            std::slice::from_raw_parts(string.as_raw().cast::<u8>(), 5),
            b"abc\0\0"
        );
    }
}

#[test]
fn a_string_is_replaced_by_a_part_of_itself() {
    let mut string = Bstr::new("feeder").into_raw();
    // SAFETY: the string is valid, and the source lies in it.
    unsafe {
        assert!(sys_re_alloc_string_len(&mut string, string.add(1), 3));
        assert_eq!(Bstr::from_raw(string).to_string(), "eed");
    }
}

#[test]
fn a_string_too_long_for_its_length_is_refused() {
    // SAFETY: null stands for zeros.
    unsafe { assert!(sys_alloc_string_len(std::ptr::null(), u32::MAX).is_null()) }
}

#[test]
fn task_memory_grows_and_keeps_what_is_in_it() {
    let memory = task_alloc(4).cast::<u8>();
    // SAFETY: the memory is as large as it was asked for.
    unsafe {
        memory.cast::<[u8; 4]>().write(*b"WIA!");
        let larger = task_realloc(memory.cast(), 4096).cast::<u8>();
        assert_eq!(larger.cast::<[u8; 4]>().read(), *b"WIA!");
        assert!(task_realloc(larger.cast(), 0).is_null(), "no bytes: freed");
    }
    // SAFETY: memory of no bytes is memory all the same.
    unsafe { task_free(task_alloc(0)) }
}

/// A value of each type, with strings and GUIDs in and out of vectors.
fn values() -> Vec<PropVariant> {
    let id = GUID::from_u128(7);
    vec![
        PropVariant::EMPTY,
        PropVariant::i4(-5),
        PropVariant::ui4(5),
        PropVariant::r4(0.5),
        PropVariant::bstr("Flatbed"),
        PropVariant::lpwstr("Feeder"),
        PropVariant::clsid(id),
        PropVariant::vector(&[1u8, 2, 3]),
        PropVariant::vector::<i32>(&[]),
        PropVariant::vector(&[id, id]),
        PropVariant::bstr_vector(&["a", "", "c"]),
    ]
}

#[test]
fn a_copy_shares_nothing_with_what_it_was_copied_from() {
    for value in values() {
        let mut copy = PropVariant::EMPTY;
        // SAFETY: both are valid.
        assert_eq!(
            unsafe { prop_variant_copy(copy.out(), value.as_raw()) },
            S_OK
        );
        assert_eq!(copy.vartype(), value.vartype());
        let kind = value.vartype();
        // SAFETY: the members are those of the types.
        unsafe {
            let (a, b) = (&value.as_raw().value, &copy.as_raw().value);
            match kind {
                vt::BSTR => assert_ne!(a.bstrVal, b.bstrVal),
                vt::LPWSTR => assert_eq!(read_wide(a.pwszVal), read_wide(b.pwszVal)),
                vt::CLSID => assert_eq!(*a.puuid, *b.puuid),
                _ if kind & vt::VECTOR != 0 => {
                    assert_eq!(a.ca.cElems, b.ca.cElems);
                    assert_ne!(a.ca.pElems, b.ca.pElems);
                }
                _ => assert_eq!(a.uhVal, b.uhVal),
            }
        }
    }
}

#[test]
fn clearing_empties() {
    for value in values() {
        let mut raw = value.into_raw();
        // SAFETY: the value is valid and owned here; clearing twice does nothing more.
        unsafe {
            assert_eq!(prop_variant_clear(&mut raw), S_OK);
            assert_eq!(raw.vt, vt::EMPTY);
            assert_eq!(prop_variant_clear(&mut raw), S_OK);
        }
    }
    // SAFETY: null is allowed.
    unsafe { assert_eq!(prop_variant_clear(std::ptr::null_mut()), S_OK) }
}

#[test]
fn unknown_types_are_refused_and_left() {
    for kind in [9, 12, 0x4003, 0x2003, vt::VECTOR | vt::UNKNOWN, vt::VECTOR] {
        let mut value: PROPVARIANT = PropVariant::i4(3).into_raw();
        value.vt = kind;
        let mut copy = PropVariant::EMPTY;
        // SAFETY: nothing is read of a value of an unknown type.
        unsafe {
            assert_eq!(
                prop_variant_copy(copy.out(), &value),
                DISP_E_BADVARTYPE,
                "{kind:#x}"
            );
            assert_eq!(
                prop_variant_clear(&mut value),
                DISP_E_BADVARTYPE,
                "{kind:#x}"
            );
        }
        assert_eq!((copy.vartype(), value.vt), (vt::EMPTY, kind));
    }
    // SAFETY: null is refused.
    unsafe {
        assert_eq!(
            prop_variant_copy(std::ptr::null_mut(), std::ptr::null()),
            E_INVALIDARG
        );
    }
}
