//! `IWiaPropertyStorage` over anything that has properties.

#![expect(unsafe_code, reason = "the methods are given pointers of C")]

use std::io::SeekFrom;
use std::sync::Arc;

use abi::guids::{guid, wia_guid};
use abi::interfaces::{IEnumSTATPROPSTG, IStream, IWiaPropertyStorage, IWiaPropertyStorage_Impl};
use abi::memory::{PropVariant, task_string};
use abi::structs::{FILETIME, PROPSPEC, PROPVARIANT, STATPROPSETSTG, vt};
use abi::{GUID, HRESULT, LPCWSTR, LPWSTR, PROPID};
use transfer::Stream;
use wia::property::WIA_IPA_PROP_STREAM_COMPAT_ID;
use wia::{Error, ErrorKind, Guid, PropertyId, PropertyInfo, PropertyValue, Result, Status};
use windows_core::{InRef, implement};

use crate::attributes::{access_flags, valid_vector};
use crate::enumerate::{Listed, Properties};
use crate::guard::guard;
use crate::pointer::{Out, array, spec_id};
use crate::stream::ComStream;
use crate::stream_object::stream_object;
use crate::streams::MemoryStream;
use crate::value::{from_variant, to_variant};

/// The longest saved settings that are read, in bytes.
const MAX_STREAM: usize = 64 << 20;

/// What has properties: an item of an application, of a driver, or what is known of a device that is not open.
pub trait PropertySource: Send + Sync {
    /// The ids of all properties, in the order of their declaration.
    fn properties(&self) -> Vec<PropertyId>;

    /// The values; `None` for a property that it does not have.
    ///
    /// # Errors
    ///
    /// When the device must be asked and fails.
    fn read(&self, ids: &[PropertyId]) -> Result<Vec<Option<PropertyValue>>>;

    /// Writes all or nothing.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` naming the property, the value and what is valid; then nothing has changed.
    fn write(&self, values: &[(PropertyId, PropertyValue)]) -> Result<()>;

    /// Access and valid values.
    fn attributes(&self, id: PropertyId) -> Option<PropertyInfo>;

    /// The name of a property.
    fn property_name(&self, id: PropertyId) -> String;

    /// The property of that name.
    fn property_by_name(&self, name: &str) -> Option<PropertyId>;

    /// All that can be written as bytes.
    ///
    /// # Errors
    ///
    /// `NotImplemented` where nothing can be saved.
    fn property_stream(&self) -> Result<Vec<u8>>;

    /// Restores what [`property_stream`](PropertySource::property_stream) gave.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for bytes of another device or damaged ones; then nothing has changed.
    fn set_property_stream(&self, bytes: &[u8]) -> Result<()>;
}

/// A [`PropertySource`] as an `IWiaPropertyStorage`.
///
/// Where none of the properties exists that are asked for, `S_FALSE` is the answer; one that does not exist has no
/// value (`VT_EMPTY`), no name (null) and no access (0). Writes are all or nothing. Properties are the driver's: they
/// can be neither made, named nor deleted (`E_ACCESSDENIED`). Everything is written at once: `Commit` and `Revert` do
/// nothing.
pub fn property_storage_object(source: Arc<dyn PropertySource>) -> IWiaPropertyStorage {
    PropertyStorage(source).into()
}

#[implement(IWiaPropertyStorage)]
struct PropertyStorage(Arc<dyn PropertySource>);

impl PropertyStorage {
    /// Which properties are meant; `None` for a name that there is none of.
    ///
    /// # Safety
    ///
    /// `specs` is null or has `count` valid items.
    unsafe fn ids(&self, count: u32, specs: *const PROPSPEC) -> Result<Vec<Option<PropertyId>>> {
        // SAFETY: the caller's promise.
        let specs = unsafe { array(specs, count as usize, "rgpspec")? };
        // SAFETY: the names in it are texts.
        let id = |spec| unsafe { spec_id(spec, |name| self.0.property_by_name(name)) };
        specs.iter().map(id).collect()
    }

    /// The values of those that exist.
    fn values(&self, ids: &[Option<PropertyId>]) -> Result<Vec<Option<PropertyValue>>> {
        let known: Vec<PropertyId> = ids.iter().copied().flatten().collect();
        let mut values = self.0.read(&known)?.into_iter();
        Ok(ids
            .iter()
            .map(|id| id.and_then(|_| values.next().flatten()))
            .collect())
    }

    fn compatibility(&self) -> Result<Guid> {
        let value = self
            .0
            .read(&[WIA_IPA_PROP_STREAM_COMPAT_ID])?
            .into_iter()
            .next()
            .flatten();
        Ok(value.and_then(|v| v.as_guid()).unwrap_or(Guid::NULL))
    }
}

/// `S_OK` when anything was found, or nothing was asked for.
fn found(any: bool, asked: u32) -> Status {
    match any || asked == 0 {
        true => Status::Ok,
        false => Status::Cancelled,
    }
}

/// Places for `count` results with `empty` in each.
///
/// # Safety
///
/// `to` is null, or has room for so many as long as the result is there.
unsafe fn places<T: Clone>(to: *mut T, count: u32, empty: T) -> Result<Vec<Out<T>>> {
    if to.is_null() && count > 0 {
        return Err(Error::new(
            ErrorKind::Pointer,
            "a pointer for results is null",
        ));
    }
    // SAFETY: the caller's promise.
    (0..count as usize)
        .map(|i| unsafe { Out::new(to.add(i), empty.clone()) })
        .collect()
}

fn drivers() -> Error {
    Error::new(
        ErrorKind::AccessDenied,
        "an item's properties are its driver's to make and to delete",
    )
}

fn missing(method: &str) -> Error {
    Error::new(
        ErrorKind::NotImplemented,
        format!("IWiaPropertyStorage::{method} is not here"),
    )
}

impl IWiaPropertyStorage_Impl for PropertyStorage_Impl {
    unsafe fn ReadMultiple(
        &self,
        count: u32,
        specs: *const PROPSPEC,
        values: *mut PROPVARIANT,
    ) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives so many properties and so many places.
            let (to, ids) = unsafe {
                (
                    places(values, count, PropVariant::EMPTY.into_raw())?,
                    self.ids(count, specs)?,
                )
            };
            let values = self.values(&ids)?;
            let any = values.iter().any(Option::is_some);
            for (to, value) in to.iter().zip(values) {
                if let Some(value) = value {
                    to.set(to_variant(&value).into_raw());
                }
            }
            Ok(found(any, count))
        })
    }

    unsafe fn WriteMultiple(
        &self,
        count: u32,
        specs: *const PROPSPEC,
        values: *const PROPVARIANT,
        _first_name: PROPID,
    ) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives so many properties and so many values.
            let (ids, values) = unsafe {
                (
                    self.ids(count, specs)?,
                    array(values, count as usize, "rgpropvar")?,
                )
            };
            let mut typed = Vec::with_capacity(ids.len());
            for (id, value) in ids.into_iter().zip(values) {
                let id =
                    id.ok_or_else(|| Error::invalid("a property of that name does not exist"))?;
                // SAFETY: the values are what their types say.
                let value = unsafe { from_variant(value) };
                let named = |e: Error| e.context(self.0.property_name(id));
                typed.push((id, value.map_err(named)?));
            }
            self.0.write(&typed)
        })
    }

    unsafe fn DeleteMultiple(&self, _count: u32, _specs: *const PROPSPEC) -> HRESULT {
        guard(|| Err::<(), _>(drivers()))
    }

    unsafe fn ReadPropertyNames(
        &self,
        count: u32,
        ids: *const PROPID,
        names: *mut LPWSTR,
    ) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives so many ids and so many places.
            let (to, ids) = unsafe {
                (
                    places(names, count, std::ptr::null_mut())?,
                    array(ids, count as usize, "rgpropid")?,
                )
            };
            let known = self.0.properties();
            let mut any = false;
            for (to, id) in to.iter().zip(ids) {
                let id = PropertyId(*id);
                if known.contains(&id) {
                    to.set(task_string(&self.0.property_name(id)));
                    any = true;
                }
            }
            Ok(found(any, count))
        })
    }

    unsafe fn WritePropertyNames(
        &self,
        _count: u32,
        _ids: *const PROPID,
        _names: *const LPCWSTR,
    ) -> HRESULT {
        guard(|| Err::<(), _>(drivers()))
    }

    unsafe fn DeletePropertyNames(&self, _count: u32, _ids: *const PROPID) -> HRESULT {
        guard(|| Err::<(), _>(drivers()))
    }

    unsafe fn Commit(&self, _flags: u32) -> HRESULT {
        guard(|| Ok(()))
    }

    unsafe fn Revert(&self) -> HRESULT {
        guard(|| Ok(()))
    }

    unsafe fn Enum(&self, properties: *mut Option<IEnumSTATPROPSTG>) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives null or a place for it.
            let to = unsafe { Out::new(properties, None)? };
            let ids = self.0.properties();
            let values = self.0.read(&ids)?;
            let list = ids.iter().zip(values).map(|(id, value)| Listed {
                id: *id,
                name: self.0.property_name(*id),
                kind: value.map_or(vt::EMPTY, |v| v.value_type().vartype()),
            });
            to.set(Some(Properties::object(list.collect())));
            Ok(())
        })
    }

    unsafe fn SetTimes(
        &self,
        _created: *const FILETIME,
        _accessed: *const FILETIME,
        _modified: *const FILETIME,
    ) -> HRESULT {
        guard(|| Err::<(), _>(missing("SetTimes")))
    }

    unsafe fn SetClass(&self, _class: *const GUID) -> HRESULT {
        guard(|| Err::<(), _>(missing("SetClass")))
    }

    unsafe fn Stat(&self, stat: *mut STATPROPSETSTG) -> HRESULT {
        // SAFETY: the caller gives null or a place for it.
        guard(|| unsafe { Out::new(stat, STATPROPSETSTG::default()) }.map(|_| ()))
    }

    unsafe fn GetPropertyAttributes(
        &self,
        count: u32,
        specs: *const PROPSPEC,
        flags: *mut u32,
        valid: *mut PROPVARIANT,
    ) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives so many properties and twice so many places.
            let (flags, valid, ids) = unsafe {
                (
                    places(flags, count, 0)?,
                    places(valid, count, PropVariant::EMPTY.into_raw())?,
                    self.ids(count, specs)?,
                )
            };
            let mut any = false;
            for ((flags, valid), id) in flags.iter().zip(&valid).zip(ids) {
                if let Some(info) = id.and_then(|id| self.0.attributes(id)) {
                    flags.set(access_flags(&info));
                    valid.set(valid_vector(&info.valid).into_raw());
                    any = true;
                }
            }
            Ok(found(any, count))
        })
    }

    unsafe fn GetCount(&self, count: *mut u32) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives null or a place for it.
            let count = unsafe { Out::new(count, 0)? };
            count.set(u32::try_from(self.0.properties().len()).unwrap_or(u32::MAX));
            Ok(())
        })
    }

    unsafe fn GetPropertyStream(
        &self,
        compatibility: *mut GUID,
        stream: *mut Option<IStream>,
    ) -> HRESULT {
        guard(|| {
            // SAFETY: the caller gives null or a place for it.
            let stream = unsafe { Out::new(stream, None)? };
            if !compatibility.is_null() {
                // SAFETY: it is not null, and a place for it then.
                unsafe { Out::new(compatibility, guid(self.compatibility()?))? };
            }
            let bytes = self.0.property_stream()?;
            stream.set(Some(stream_object(Box::new(MemoryStream::new(bytes)))));
            Ok(())
        })
    }

    unsafe fn SetPropertyStream(
        &self,
        compatibility: *mut GUID,
        stream: InRef<'_, IStream>,
    ) -> HRESULT {
        guard(|| {
            let stream = stream
                .cloned()
                .ok_or_else(|| Error::invalid("pIStream is a null pointer"))?;
            if !compatibility.is_null() {
                // SAFETY: the caller gives null or an identifier.
                let id = wia_guid(
                    unsafe { array(compatibility.cast_const(), 1, "pCompatibilityId")? }[0],
                );
                let own = self.compatibility()?;
                if id != own {
                    return Err(Error::invalid(format!(
                        "the saved settings are of another kind of device ({id}, not {own})"
                    )));
                }
            }
            let mut stream = ComStream::new(stream);
            let mut bytes = rest_of(&mut stream)?;
            // Who has just written it is at its end.
            if bytes.is_empty() {
                stream.seek(SeekFrom::Start(0))?;
                bytes = rest_of(&mut stream)?;
            }
            self.0.set_property_stream(&bytes)
        })
    }
}

/// What there is from the stream's position to its end.
fn rest_of(stream: &mut ComStream) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Ok(bytes);
        }
        bytes.extend_from_slice(buffer.get(..read).unwrap_or_default());
        if bytes.len() > MAX_STREAM {
            return Err(Error::invalid(format!(
                "saved settings of more than {MAX_STREAM} bytes"
            )));
        }
    }
}
