//! The properties of an item (`IWiaPropertyStorage`), as part of its object.

use std::sync::Arc;

use abi::interfaces::IWiaPropertyStorage;
use bridge::{PropertySource, property_storage_object};
use wia::{PropertyId, PropertyInfo, PropertyValue, Result};

use super::handle::Handle;

/// The storage of an item.
pub(crate) fn object(handle: &Handle) -> IWiaPropertyStorage {
    property_storage_object(Arc::new(handle.clone()))
}

impl PropertySource for Handle {
    fn properties(&self) -> Vec<PropertyId> {
        self.item.properties()
    }

    fn read(&self, ids: &[PropertyId]) -> Result<Vec<Option<PropertyValue>>> {
        self.session.note(self.item.read(ids))
    }

    fn write(&self, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        let alive = self.check_alive();
        self.session
            .note(alive.and_then(|()| self.item.write(values)))
    }

    fn attributes(&self, id: PropertyId) -> Option<PropertyInfo> {
        self.item.attributes(id)
    }

    fn property_name(&self, id: PropertyId) -> String {
        self.item.property_name(id)
    }

    fn property_by_name(&self, name: &str) -> Option<PropertyId> {
        self.item.property_by_name(name)
    }

    fn property_stream(&self) -> Result<Vec<u8>> {
        Ok(self.item.property_stream())
    }

    fn set_property_stream(&self, bytes: &[u8]) -> Result<()> {
        let alive = self.check_alive();
        self.session
            .note(alive.and_then(|()| self.item.set_property_stream(bytes)))
    }
}

/// Gives an object, which has a `storage`, the interface of that storage: an application that asks one of its
/// interfaces for another always meets the same object.
macro_rules! implement_storage {
    ($object:ident) => {
        // SAFETY, of all of them: the caller's pointers go on as they are, to an object with the same rules.
        impl IWiaPropertyStorage_Impl for $object {
            unsafe fn ReadMultiple(
                &self,
                count: u32,
                specs: *const PROPSPEC,
                values: *mut PROPVARIANT,
            ) -> HRESULT {
                unsafe { self.storage.ReadMultiple(count, specs, values) }
            }

            unsafe fn WriteMultiple(
                &self,
                count: u32,
                specs: *const PROPSPEC,
                values: *const PROPVARIANT,
                first_name: PROPID,
            ) -> HRESULT {
                unsafe { self.storage.WriteMultiple(count, specs, values, first_name) }
            }

            unsafe fn DeleteMultiple(&self, count: u32, specs: *const PROPSPEC) -> HRESULT {
                unsafe { self.storage.DeleteMultiple(count, specs) }
            }

            unsafe fn ReadPropertyNames(
                &self,
                count: u32,
                ids: *const PROPID,
                names: *mut LPWSTR,
            ) -> HRESULT {
                unsafe { self.storage.ReadPropertyNames(count, ids, names) }
            }

            unsafe fn WritePropertyNames(
                &self,
                count: u32,
                ids: *const PROPID,
                names: *const LPCWSTR,
            ) -> HRESULT {
                unsafe { self.storage.WritePropertyNames(count, ids, names) }
            }

            unsafe fn DeletePropertyNames(&self, count: u32, ids: *const PROPID) -> HRESULT {
                unsafe { self.storage.DeletePropertyNames(count, ids) }
            }

            unsafe fn Commit(&self, flags: u32) -> HRESULT {
                unsafe { self.storage.Commit(flags) }
            }

            unsafe fn Revert(&self) -> HRESULT {
                unsafe { self.storage.Revert() }
            }

            unsafe fn Enum(&self, properties: *mut Option<IEnumSTATPROPSTG>) -> HRESULT {
                unsafe { self.storage.Enum(properties) }
            }

            unsafe fn SetTimes(
                &self,
                created: *const FILETIME,
                accessed: *const FILETIME,
                modified: *const FILETIME,
            ) -> HRESULT {
                unsafe { self.storage.SetTimes(created, accessed, modified) }
            }

            unsafe fn SetClass(&self, class: *const GUID) -> HRESULT {
                unsafe { self.storage.SetClass(class) }
            }

            unsafe fn Stat(&self, stat: *mut STATPROPSETSTG) -> HRESULT {
                unsafe { self.storage.Stat(stat) }
            }

            unsafe fn GetPropertyAttributes(
                &self,
                count: u32,
                specs: *const PROPSPEC,
                flags: *mut u32,
                valid: *mut PROPVARIANT,
            ) -> HRESULT {
                unsafe {
                    self.storage
                        .GetPropertyAttributes(count, specs, flags, valid)
                }
            }

            unsafe fn GetCount(&self, count: *mut u32) -> HRESULT {
                unsafe { self.storage.GetCount(count) }
            }

            unsafe fn GetPropertyStream(
                &self,
                compatibility: *mut GUID,
                stream: *mut Option<IStream>,
            ) -> HRESULT {
                unsafe { self.storage.GetPropertyStream(compatibility, stream) }
            }

            unsafe fn SetPropertyStream(
                &self,
                compatibility: *mut GUID,
                stream: InRef<'_, IStream>,
            ) -> HRESULT {
                unsafe { self.storage.SetPropertyStream(compatibility, stream) }
            }
        }
    };
}

pub(crate) use implement_storage;
