//! What back ends leave in memory, checked and copied.

use std::ffi::c_char;

use super::abi::{RawDescriptor, RawDevice, RawRange};
use super::{FoundDevice, bytes, text};
use crate::option::{Constraint, Kind, SaneOption, Unit};

/// The largest value of an option, in bytes; what claims more cannot be used.
const LARGEST: i32 = 1 << 20;
/// The longest list of valid values.
const LONGEST_LIST: usize = 1 << 16;

/// A text in UTF-8, or else in Latin-1, SANE's own character set.
pub(super) fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => latin1(bytes),
    }
}

pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// # Safety
///
/// `list` is null, or points to pointers of which each is valid, and one of the first `most` is null.
pub(super) unsafe fn devices(list: *const *const RawDevice, most: i32) -> Vec<FoundDevice> {
    let mut found = Vec::new();
    if list.is_null() {
        return found;
    }
    for i in 0..usize::try_from(most).unwrap_or(0) {
        // SAFETY: no pointer before was null, so that this one is still part of the list.
        let device = unsafe { *list.add(i) };
        if device.is_null() {
            break;
        }
        // SAFETY: the entries are valid, and their texts end with a NUL.
        let part = |field: *const c_char| unsafe { text(field) };
        // SAFETY: as above.
        let device = unsafe { &*device };
        if let Some(name) = part(device.name).filter(|name| !name.is_empty()) {
            found.push(FoundDevice {
                name,
                vendor: part(device.vendor).unwrap_or_default(),
                model: part(device.model).unwrap_or_default(),
                kind: part(device.kind).unwrap_or_default(),
            });
        }
    }
    found
}

/// # Safety
///
/// `raw` is null, or a descriptor as the SANE Standard 4.2.9 has it.
pub(super) unsafe fn descriptor(raw: *const RawDescriptor, index: i32) -> Option<SaneOption> {
    if raw.is_null() {
        return None;
    }
    // SAFETY: it is a descriptor.
    let raw = unsafe { &*raw };
    let kind = match raw.kind {
        0 => Kind::Bool,
        1 => Kind::Int,
        2 => Kind::Fixed,
        3 => Kind::Text,
        4 => Kind::Button,
        5 => Kind::Group,
        _ => return None,
    };
    let has_value = !matches!(kind, Kind::Button | Kind::Group);
    let words = kind != Kind::Text;
    let size = if has_value { raw.size } else { 0 };
    if has_value && !(1..=LARGEST).contains(&size) || words && size % 4 != 0 {
        return None;
    }
    if kind == Kind::Bool && size != 4 {
        return None;
    }
    // SAFETY: null or a text that ends with a NUL.
    let name = unsafe { text(raw.name) }.unwrap_or_default();
    // Without a name it can neither be shown nor asked for.
    if name.is_empty() && kind != Kind::Group {
        return None;
    }
    // SAFETY: the type says what the pointer leads to.
    let (constraint, latin1) = unsafe { constraint(raw, kind) };
    Some(SaneOption {
        index,
        name,
        kind,
        unit: match raw.unit {
            1 => Unit::Pixels,
            3 => Unit::Millimetres,
            _ => Unit::Other,
        },
        size: usize::try_from(size).ok()?,
        caps: raw.cap,
        constraint,
        latin1,
        value: None,
    })
}

/// The constraint, and whether its texts are in Latin-1. One that contradicts itself or its option is none: the
/// back end refuses what it does not take.
///
/// # Safety
///
/// As [`descriptor`].
unsafe fn constraint(raw: &RawDescriptor, kind: Kind) -> (Constraint, bool) {
    let none = (Constraint::None, false);
    let number = matches!(kind, Kind::Int | Kind::Fixed);
    if raw.constraint.is_null() {
        return none;
    }
    match raw.constraint_type {
        1 if number => {
            // SAFETY: the type says that it is a range.
            let range = unsafe { &*raw.constraint.cast::<RawRange>() };
            if range.min > range.max {
                return none;
            }
            let range = Constraint::Range {
                min: range.min,
                max: range.max,
                quant: range.quant.max(0),
            };
            (range, false)
        }
        2 if number => {
            let list = raw.constraint.cast::<i32>();
            // SAFETY: the type says that it is a list of words, the first of which is its length.
            let count = usize::try_from(unsafe { *list }).unwrap_or(0);
            if count == 0 || count > LONGEST_LIST {
                return none;
            }
            // SAFETY: as many words follow.
            let words = (1..=count).map(|i| unsafe { *list.add(i) });
            (Constraint::Words(words.collect()), false)
        }
        3 if kind == Kind::Text => {
            let list = raw.constraint.cast::<*const c_char>();
            let mut texts = Vec::new();
            while texts.len() < LONGEST_LIST {
                // SAFETY: the list ends with a null pointer, and none of those before was one.
                match unsafe { bytes(*list.add(texts.len())) } {
                    Some(text) => texts.push(text),
                    None => break,
                }
            }
            if texts.is_empty() {
                return none;
            }
            // One character set for all of them.
            let is_latin1 = texts.iter().any(|text| std::str::from_utf8(text).is_err());
            let decoded = |text: &Vec<u8>| match is_latin1 {
                true => latin1(text),
                false => decoded(text),
            };
            (
                Constraint::Texts(texts.iter().map(decoded).collect()),
                is_latin1,
            )
        }
        _ => none,
    }
}
