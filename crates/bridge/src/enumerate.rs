//! `IEnumSTATPROPSTG`: the properties of a storage, one after the other.

#![expect(unsafe_code, reason = "the methods are given pointers of C")]

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use abi::interfaces::{IEnumSTATPROPSTG, IEnumSTATPROPSTG_Impl};
use abi::memory::task_string;
use abi::structs::STATPROPSTG;
use abi::{HRESULT, VARTYPE};
use wia::{Error, PropertyId, Status};
use windows_core::implement;

use crate::guard::guard;
use crate::pointer::Out;

/// A property of the list.
pub(crate) struct Listed {
    pub(crate) id: PropertyId,
    pub(crate) name: String,
    pub(crate) kind: VARTYPE,
}

#[implement(IEnumSTATPROPSTG)]
pub(crate) struct Properties {
    list: Arc<[Listed]>,
    next: Mutex<usize>,
}

impl Properties {
    pub(crate) fn object(list: Vec<Listed>) -> IEnumSTATPROPSTG {
        Properties {
            list: list.into(),
            next: Mutex::new(0),
        }
        .into()
    }

    fn next(&self) -> MutexGuard<'_, usize> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `S_OK` when there were as many as asked for.
fn all(done: usize, wanted: usize) -> Status {
    match done == wanted {
        true => Status::Ok,
        false => Status::Cancelled,
    }
}

impl IEnumSTATPROPSTG_Impl for Properties_Impl {
    unsafe fn Next(&self, count: u32, properties: *mut STATPROPSTG, fetched: *mut u32) -> HRESULT {
        guard(|| {
            let wanted = count as usize;
            if fetched.is_null() && count != 1 {
                return Err(Error::invalid(
                    "pceltFetched is null, which only one element can be asked for with",
                ));
            }
            if properties.is_null() && count > 0 {
                return Err(Error::invalid("rgelt is a null pointer"));
            }
            let mut next = self.next();
            let left = self.list.get(*next..).unwrap_or_default();
            let taken = left.len().min(wanted);
            for (i, property) in left.iter().take(taken).enumerate() {
                let stat = STATPROPSTG {
                    lpwstrName: task_string(&property.name),
                    propid: property.id.0,
                    vt: property.kind,
                };
                // SAFETY: the caller has places for as many as it asks for.
                unsafe { Out::new(properties.add(i), stat)? };
            }
            *next += taken;
            if !fetched.is_null() {
                // SAFETY: the caller has a place for the number.
                unsafe { Out::new(fetched, taken as u32)? };
            }
            Ok(all(taken, wanted))
        })
    }

    unsafe fn Skip(&self, count: u32) -> HRESULT {
        guard(|| {
            let mut next = self.next();
            let skipped = (self.list.len() - *next).min(count as usize);
            *next += skipped;
            Ok(all(skipped, count as usize))
        })
    }

    unsafe fn Reset(&self) -> HRESULT {
        guard(|| {
            *self.next() = 0;
            Ok(())
        })
    }

    unsafe fn Clone(&self, copy: *mut Option<IEnumSTATPROPSTG>) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives null or a place for it.
            let copy = unsafe { Out::new(copy, None)? };
            let same = Properties {
                list: Arc::clone(&self.list),
                next: Mutex::new(*self.next()),
            };
            copy.set(Some(same.into()));
            Ok(())
        })
    }
}
