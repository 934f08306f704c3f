//! Property storage as C sees it. What `wias*` and it have in common is tested there.

use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use abi::GUID;
use abi::guids::guid;
use abi::interfaces::IWiaPropertyStorage;
use abi::memory::{PropVariant, read_wide, task_free, wide};
use abi::results::{E_ACCESSDENIED, E_INVALIDARG, E_NOTIMPL, E_POINTER, S_FALSE, S_OK};
use abi::structs::{PROPSPEC, STATPROPSTG, vt};
use quire_bridge::{
    ComStream, MemoryStream, PropertySource, from_variant, property_storage_object, stream_object,
};
use transfer::Stream;
use wia::property::WIA_IPA_PROP_STREAM_COMPAT_ID;
use wia::{Access, Error, Guid, PropertyId, PropertyInfo, PropertyValue, Result, ValidValues};
use windows_core::InRef;

const A: PropertyId = PropertyId(10);
const B: PropertyId = PropertyId(11);
const NONE: PropertyId = PropertyId(12);
const COMPATIBILITY: Guid = Guid(7);

#[derive(Default)]
struct Source {
    written: Mutex<Vec<(PropertyId, PropertyValue)>>,
    saved: Mutex<Vec<u8>>,
}

impl PropertySource for Source {
    fn properties(&self) -> Vec<PropertyId> {
        vec![A, B, WIA_IPA_PROP_STREAM_COMPAT_ID]
    }

    fn read(&self, ids: &[PropertyId]) -> Result<Vec<Option<PropertyValue>>> {
        let value = |id: &PropertyId| match *id {
            A => Some(1.into()),
            B => Some("b".into()),
            WIA_IPA_PROP_STREAM_COMPAT_ID => Some(COMPATIBILITY.into()),
            _ => None,
        };
        Ok(ids.iter().map(value).collect())
    }

    fn write(&self, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        if values.iter().any(|(id, _)| *id == NONE) {
            return Err(Error::invalid("no such property"));
        }
        self.written
            .lock()
            .expect("a list")
            .extend_from_slice(values);
        Ok(())
    }

    fn attributes(&self, id: PropertyId) -> Option<PropertyInfo> {
        let valid = ValidValues::Flag {
            nominal: 1,
            valid_bits: 3,
        };
        (id == A).then_some(PropertyInfo {
            access: Access::RW,
            valid,
        })
    }

    fn property_name(&self, id: PropertyId) -> String {
        format!("property {}", id.0)
    }

    fn property_by_name(&self, name: &str) -> Option<PropertyId> {
        (name == "a").then_some(A)
    }

    fn property_stream(&self) -> Result<Vec<u8>> {
        Ok(b"settings".to_vec())
    }

    fn set_property_stream(&self, bytes: &[u8]) -> Result<()> {
        *self.saved.lock().expect("bytes") = bytes.to_vec();
        Ok(())
    }
}

fn storage() -> (Arc<Source>, IWiaPropertyStorage) {
    let source = Arc::new(Source::default());
    let object = property_storage_object(Arc::clone(&source) as Arc<dyn PropertySource>);
    (source, object)
}

fn spec(id: PropertyId) -> PROPSPEC {
    PROPSPEC::numbered(id.0)
}

#[test]
fn values_are_read_by_number_and_name() {
    let (_, storage) = storage();
    let (mut name, mut other) = (wide("a"), wide("z"));
    let specs = [
        spec(B),
        PROPSPEC::named(name.as_mut_ptr()),
        spec(NONE),
        PROPSPEC::named(other.as_mut_ptr()),
    ];
    let mut values: [PropVariant; 4] = Default::default();
    // SAFETY: everything that is not null is valid, and a `PropVariant` is one of C's.
    unsafe {
        assert_eq!(
            storage.ReadMultiple(4, specs.as_ptr(), values.as_mut_ptr().cast()),
            S_OK
        );
        assert_eq!(from_variant(values[0].as_raw()), Ok("b".into()));
        assert_eq!(from_variant(values[1].as_raw()), Ok(1.into()));
        assert_eq!(
            (values[2].vartype(), values[3].vartype()),
            (vt::EMPTY, vt::EMPTY)
        );
        assert_eq!(
            storage.ReadMultiple(2, &specs[2], values[2].out()),
            S_FALSE,
            "none exists"
        );
        assert_eq!(
            storage.ReadMultiple(0, std::ptr::null(), std::ptr::null_mut()),
            S_OK
        );
        assert_eq!(
            storage.ReadMultiple(1, std::ptr::null(), values[2].out()),
            E_INVALIDARG
        );
        assert_eq!(
            storage.ReadMultiple(1, specs.as_ptr(), std::ptr::null_mut()),
            E_POINTER
        );
    }
}

#[test]
fn values_are_written_all_or_none() {
    let (source, storage) = storage();
    let (specs, values) = (
        [spec(A), spec(B)],
        [PropVariant::ui4(2), PropVariant::lpwstr("c")],
    );
    let mut other = wide("z");
    let unknown = PROPSPEC::named(other.as_mut_ptr());
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(
            storage.WriteMultiple(2, specs.as_ptr(), values.as_ptr().cast(), 2),
            S_OK
        );
        assert_eq!(
            storage.WriteMultiple(1, &spec(NONE), values[0].as_raw(), 2),
            E_INVALIDARG
        );
        assert_eq!(
            storage.WriteMultiple(1, &unknown, values[0].as_raw(), 2),
            E_INVALIDARG
        );
        assert_eq!(
            storage.WriteMultiple(1, specs.as_ptr(), PropVariant::EMPTY.as_raw(), 2),
            E_INVALIDARG
        );
        assert_eq!(
            storage.WriteMultiple(1, specs.as_ptr(), std::ptr::null(), 2),
            E_INVALIDARG
        );
    }
    let expected = [(A, PropertyValue::UI4(2)), (B, "c".into())];
    assert_eq!(*source.written.lock().expect("a list"), expected);
}

#[test]
fn names_attributes_and_the_number_are_told() {
    let (_, storage) = storage();
    let (mut names, mut flags, mut valid, mut number) = (
        [std::ptr::null_mut(); 2],
        [7, 7],
        [PropVariant::EMPTY, PropVariant::EMPTY],
        0,
    );
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(
            storage.ReadPropertyNames(2, [A.0, NONE.0].as_ptr(), names.as_mut_ptr()),
            S_OK
        );
        assert_eq!(read_wide(names[0]).as_deref(), Some("property 10"));
        assert!(names[1].is_null());
        task_free(names[0].cast());
        assert_eq!(
            storage.ReadPropertyNames(1, &NONE.0, names.as_mut_ptr()),
            S_FALSE
        );
        let specs = [spec(A), spec(NONE)];
        let result = storage.GetPropertyAttributes(
            2,
            specs.as_ptr(),
            flags.as_mut_ptr(),
            valid.as_mut_ptr().cast(),
        );
        assert_eq!((result, flags), (S_OK, [0x43, 0]));
        assert_eq!(
            (valid[0].vartype(), valid[1].vartype()),
            (vt::VECTOR | vt::I4, vt::EMPTY)
        );
        assert_eq!(storage.GetCount(&mut number), S_OK);
        assert_eq!(number, 3);
        assert_eq!(storage.GetCount(std::ptr::null_mut()), E_POINTER);
    }
}

#[test]
fn properties_are_listed() {
    let (_, storage) = storage();
    let (mut list, mut copy, mut fetched) = (None, None, 0);
    let empty = STATPROPSTG {
        lpwstrName: std::ptr::null_mut(),
        propid: 0,
        vt: 0,
    };
    let mut stats = [empty; 4];
    let free = |stats: &[STATPROPSTG]| {
        for stat in stats {
            // SAFETY: each name is task memory.
            unsafe { task_free(stat.lpwstrName.cast()) };
        }
    };
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(storage.Enum(&mut list), S_OK);
        let list = list.expect("a list");
        assert_eq!(list.Next(1, stats.as_mut_ptr(), std::ptr::null_mut()), S_OK);
        assert_eq!((stats[0].propid, stats[0].vt), (A.0, vt::I4));
        assert_eq!(
            read_wide(stats[0].lpwstrName).as_deref(),
            Some("property 10")
        );
        free(&stats[..1]);
        assert_eq!(
            list.Next(2, stats.as_mut_ptr(), std::ptr::null_mut()),
            E_INVALIDARG
        );
        assert_eq!(list.Clone(&mut copy), S_OK);
        assert_eq!(list.Skip(1), S_OK);
        assert_eq!(list.Next(4, stats.as_mut_ptr(), &mut fetched), S_FALSE);
        assert_eq!((fetched, stats[0].vt), (1, vt::CLSID));
        free(&stats[..1]);
        assert_eq!(list.Skip(1), S_FALSE);
        assert_eq!(list.Reset(), S_OK);
        let copy = copy.expect("a copy");
        assert_eq!(
            copy.Next(2, stats.as_mut_ptr(), &mut fetched),
            S_OK,
            "it is where the other one was"
        );
        assert_eq!((fetched, stats[0].propid), (2, B.0));
        free(&stats[..2]);
    }
}

#[test]
fn settings_are_saved_and_restored() {
    let (source, storage) = storage();
    let (mut compatibility, mut stream) = (GUID::zeroed(), None);
    let mut other = guid(Guid(8));
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(
            storage.GetPropertyStream(&mut compatibility, &mut stream),
            S_OK
        );
        assert_eq!(compatibility, guid(COMPATIBILITY));
        let stream = stream.expect("a stream");
        assert_eq!(
            storage.SetPropertyStream(&mut compatibility, InRef::from(&stream)),
            S_OK
        );
        assert_eq!(*source.saved.lock().expect("bytes"), b"settings");
        assert_eq!(
            storage.SetPropertyStream(&mut other, InRef::from(&stream)),
            E_INVALIDARG
        );
        assert_eq!(
            storage.SetPropertyStream(&mut compatibility, InRef::default()),
            E_INVALIDARG
        );
        let mut written = MemoryStream::new(b"others".to_vec());
        written.seek(SeekFrom::End(0)).expect("the end");
        let written = stream_object(Box::new(written));
        assert_eq!(
            storage.SetPropertyStream(std::ptr::null_mut(), InRef::from(&written)),
            S_OK
        );
        assert_eq!(
            *source.saved.lock().expect("bytes"),
            b"others",
            "from the end it is rewound"
        );
        let mut again = None;
        assert_eq!(
            storage.GetPropertyStream(std::ptr::null_mut(), &mut again),
            S_OK
        );
        let mut buffer = [0; 20];
        assert_eq!(
            ComStream::new(again.expect("a stream")).read(&mut buffer),
            Ok(8)
        );
        assert_eq!(
            storage.GetPropertyStream(&mut compatibility, std::ptr::null_mut()),
            E_POINTER
        );
    }
}

#[test]
fn what_is_the_drivers_is_not_changed() {
    let (_, storage) = storage();
    let name = wide("name");
    let mut stat = Default::default();
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(storage.DeleteMultiple(1, &spec(A)), E_ACCESSDENIED);
        assert_eq!(
            storage.WritePropertyNames(1, &A.0, &name.as_ptr()),
            E_ACCESSDENIED
        );
        assert_eq!(storage.DeletePropertyNames(1, &A.0), E_ACCESSDENIED);
        assert_eq!(storage.SetClass(&GUID::zeroed()), E_NOTIMPL);
        assert_eq!(
            storage.SetTimes(std::ptr::null(), std::ptr::null(), std::ptr::null()),
            E_NOTIMPL
        );
        assert_eq!((storage.Commit(0), storage.Revert()), (S_OK, S_OK));
        assert_eq!(storage.Stat(&mut stat), S_OK);
        assert_eq!(storage.Stat(std::ptr::null_mut()), E_POINTER);
    }
}
