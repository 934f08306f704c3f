//! Reading and writing an item's properties, as the driver and the service do it.
//!
//! What an application writes goes through [`write_multiple`](crate::write_multiple) instead.

use wia::{
    Access, Error, Guid, PropertyId, PropertyInfo, PropertyValue, Result, ValidValues, ValueType,
    property,
};

use crate::app_item::AppItem;
use crate::store::{Property, coerce, wia_name};

impl AppItem {
    /// Declares a property with its first value. A property of this id that exists already is
    /// replaced and keeps its place.
    #[doc(alias("wiasSetItemPropNames", "wiasSetItemPropAttribs"))]
    pub fn declare(&self, id: PropertyId, value: impl Into<PropertyValue>, info: PropertyInfo) {
        let value = value.into();
        self.with_store_mut(|s| s.declare(id, value, info));
    }

    /// Takes a property away; says whether the item had it.
    pub fn remove_property(&self, id: PropertyId) -> bool {
        self.has(id) && self.with_store_mut(|s| s.remove(id))
    }

    /// Whether the item has the property.
    pub fn has(&self, id: PropertyId) -> bool {
        self.with_store(|s| s.get(id).is_some())
    }

    /// The ids of all properties in the order of their declaration.
    pub fn property_ids(&self) -> Vec<PropertyId> {
        self.with_store(|s| s.properties().iter().map(|p| p.id).collect())
    }

    /// All properties in the order of their declaration, as they are at this moment.
    pub fn properties(&self) -> Vec<Property> {
        self.with_store(|s| s.properties().to_vec())
    }

    /// One property, as it is at this moment.
    pub fn property(&self, id: PropertyId) -> Option<Property> {
        self.with_store(|s| s.get(id).cloned())
    }

    /// The value of a property; `None` when the item does not have it.
    #[doc(alias = "wiasReadMultiple")]
    pub fn read(&self, id: PropertyId) -> Option<PropertyValue> {
        self.with_store(|s| s.get(id).map(|p| p.value.clone()))
    }

    /// The value that the property had before the last write of an application.
    pub fn previous(&self, id: PropertyId) -> Option<PropertyValue> {
        self.with_store(|s| s.get(id).map(|p| p.previous.clone()))
    }

    /// The number that the property had before the last write of an application.
    pub fn previous_i32(&self, id: PropertyId) -> Option<i32> {
        self.with_store(|s| s.get(id)?.previous.as_i32())
    }

    /// The number of an integer property; `None` when there is none.
    pub fn opt_i32(&self, id: PropertyId) -> Option<i32> {
        self.with_store(|s| s.get(id)?.value.as_i32())
    }

    /// The number of an integer property.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the item has no such property or it is no integer that fits.
    #[doc(alias = "wiasReadPropLong")]
    pub fn read_i32(&self, id: PropertyId) -> Result<i32> {
        self.required(id, "an integer", self.opt_i32(id))
    }

    /// The number of an integer property that is never negative, such as a size.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` as [`AppItem::read_i32`], and for a number below 0.
    pub fn read_u32(&self, id: PropertyId) -> Result<u32> {
        let value = self.read_i32(id)?;
        u32::try_from(value).map_err(|_| {
            let name = self.property_name(id);
            Error::invalid(format!("{name}: {value} is not valid; valid: 0 and more"))
        })
    }

    /// The value of a floating point property; `None` when there is none.
    pub fn opt_f32(&self, id: PropertyId) -> Option<f32> {
        match self.read(id) {
            Some(PropertyValue::R4(v)) => Some(v),
            _ => None,
        }
    }

    /// The value of a floating point property.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the item has no such property or it is no floating point number.
    #[doc(alias = "wiasReadPropFloat")]
    pub fn read_f32(&self, id: PropertyId) -> Result<f32> {
        self.required(id, "a floating point number", self.opt_f32(id))
    }

    /// The GUID of a property; `None` when there is none.
    pub fn opt_guid(&self, id: PropertyId) -> Option<Guid> {
        self.with_store(|s| s.get(id)?.value.as_guid())
    }

    /// The GUID of a property.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the item has no such property or it is no GUID.
    #[doc(alias = "wiasReadPropGuid")]
    pub fn read_guid(&self, id: PropertyId) -> Result<Guid> {
        self.required(id, "a GUID", self.opt_guid(id))
    }

    /// The text of a property; `None` when there is none.
    pub fn opt_str(&self, id: PropertyId) -> Option<String> {
        self.with_store(|s| s.get(id)?.value.as_str().map(str::to_owned))
    }

    /// The text of a property.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the item has no such property or it is no string.
    #[doc(alias = "wiasReadPropStr")]
    pub fn read_str(&self, id: PropertyId) -> Result<String> {
        self.required(id, "a string", self.opt_str(id))
    }

    /// The bytes of a property; `None` when there is none.
    pub fn opt_bytes(&self, id: PropertyId) -> Option<Vec<u8>> {
        match self.read(id) {
            Some(PropertyValue::UI1Vector(v)) => Some(v),
            _ => None,
        }
    }

    /// The bytes of a property.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the item has no such property or it holds no bytes.
    #[doc(alias = "wiasReadPropBin")]
    pub fn read_bytes(&self, id: PropertyId) -> Result<Vec<u8>> {
        self.required(id, "a row of bytes", self.opt_bytes(id))
    }

    fn required<T>(&self, id: PropertyId, what: &str, value: Option<T>) -> Result<T> {
        match value {
            Some(value) => Ok(value),
            None if self.has(id) => Err(Error::invalid(format!(
                "{}: the property is not {what}",
                self.property_name(id)
            ))),
            None => Err(self.missing(id)),
        }
    }

    /// The refusal for a property that the item does not have.
    pub fn missing(&self, id: PropertyId) -> Error {
        Error::invalid(format!(
            "{}: item {:?} has no such property",
            self.property_name(id),
            self.full_name()
        ))
    }

    /// Writes a value as the driver: read-only properties too, and without validation. Signed and
    /// unsigned integers stand for each other where the number fits.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the item has no such property or it is of another type.
    pub fn write(&self, id: PropertyId, value: impl Into<PropertyValue>) -> Result<()> {
        let value = value.into();
        let Some(property) = self.property(id) else {
            return Err(self.missing(id));
        };
        if property.value == value {
            return Ok(());
        }
        let value = self.typed(id, property.value.value_type(), value)?;
        self.with_store_mut(|s| {
            if let Some(p) = s.get_mut(id) {
                p.value = value;
            }
        });
        Ok(())
    }

    /// Writes the value as the driver if the item has the property; else does nothing.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the property is of another type.
    pub fn write_if_present(&self, id: PropertyId, value: impl Into<PropertyValue>) -> Result<()> {
        if self.has(id) {
            return self.write(id, value);
        }
        Ok(())
    }

    /// Writes values as the driver, all or none. Unlike [`write`](AppItem::write) it takes properties
    /// that only have a name so far ([`set_item_prop_names`](AppItem::set_item_prop_names)): they begin
    /// to exist, with the type of their value and read-only for applications.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a property that the item neither has nor names, and for one of another
    /// type; then nothing is written.
    #[doc(alias = "wiasWriteMultiple")]
    pub fn write_all(&self, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        let mut typed: Vec<(PropertyId, PropertyValue)> = Vec::with_capacity(values.len());
        for (id, value) in values {
            let known = self.read(*id);
            let earlier = || typed.iter().find(|(i, _)| i == id).map(|(_, v)| v);
            let declared = match known.as_ref().or_else(earlier) {
                Some(v) => v.value_type(),
                None if self.with_store(|s| s.own_name(*id).is_some()) => value.value_type(),
                None => return Err(self.missing(*id)),
            };
            let value = self.typed(*id, declared, value.clone())?;
            typed.push((*id, value));
        }
        self.with_store_mut(|s| {
            for (id, value) in typed {
                match s.get_mut(id) {
                    Some(p) => p.value = value,
                    None => s.declare(
                        id,
                        value,
                        PropertyInfo {
                            access: Access::READ,
                            valid: ValidValues::None,
                        },
                    ),
                }
            }
        });
        Ok(())
    }

    pub(crate) fn typed(
        &self,
        id: PropertyId,
        declared: ValueType,
        value: PropertyValue,
    ) -> Result<PropertyValue> {
        let shown = format!("{}: {value}", self.property_name(id));
        coerce(value, declared).ok_or_else(|| {
            Error::invalid(format!(
                "{shown} is not valid; valid: {}",
                type_text(declared)
            ))
        })
    }

    /// Access and valid values; `None` when the item has no such property.
    #[doc(alias = "wiasGetPropertyAttributes")]
    pub fn attributes(&self, id: PropertyId) -> Option<PropertyInfo> {
        self.with_store(|s| s.get(id).map(|p| p.info.clone()))
    }

    fn change_info(&self, id: PropertyId, change: impl FnOnce(&mut PropertyInfo)) -> Result<()> {
        if !self.has(id) {
            return Err(self.missing(id));
        }
        self.with_store_mut(|s| {
            if let Some(p) = s.get_mut(id) {
                change(&mut p.info);
            }
        });
        Ok(())
    }

    /// Sets access and valid values.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the item has no such property.
    #[doc(alias("wiasSetPropertyAttributes", "wiasSetItemPropAttribs"))]
    pub fn set_attributes(&self, id: PropertyId, info: PropertyInfo) -> Result<()> {
        self.change_info(id, |i| *i = info)
    }

    /// Sets what applications may do with the property.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the item has no such property.
    pub fn set_access(&self, id: PropertyId, access: Access) -> Result<()> {
        self.change_info(id, |i| i.access = access)
    }

    /// Sets the valid values.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the item has no such property.
    pub fn set_valid(&self, id: PropertyId, valid: ValidValues) -> Result<()> {
        if self.attributes(id).is_some_and(|i| i.valid == valid) {
            return Ok(());
        }
        self.change_info(id, |i| i.valid = valid)
    }

    /// Makes any combination of `valid_bits` valid.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the item has no such property.
    #[doc(alias = "wiasSetValidFlag")]
    pub fn set_valid_flag(&self, id: PropertyId, nominal: i32, valid_bits: i32) -> Result<()> {
        self.set_valid(
            id,
            ValidValues::Flag {
                nominal,
                valid_bits,
            },
        )
    }

    /// Makes `min`, `min + step`, … up to `max` valid.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the item has no such property.
    #[doc(alias = "wiasSetValidRangeLong")]
    pub fn set_valid_range(
        &self,
        id: PropertyId,
        min: i32,
        nominal: i32,
        max: i32,
        step: i32,
    ) -> Result<()> {
        self.set_valid(
            id,
            ValidValues::Range {
                min,
                nominal,
                max,
                step,
            },
        )
    }

    /// Makes the values of a list valid: numbers, GUIDs or strings.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the item has no such property.
    #[doc(alias("wiasSetValidListLong", "wiasSetValidListGuid", "wiasSetValidListStr"))]
    pub fn set_valid_list<T>(&self, id: PropertyId, nominal: T, values: &[T]) -> Result<()>
    where
        T: Into<PropertyValue> + Clone,
    {
        let values = values.iter().cloned().map(Into::into).collect();
        self.set_valid(
            id,
            ValidValues::List {
                nominal: nominal.into(),
                values,
            },
        )
    }

    /// Gives properties the driver's own names, as its private ones need them.
    #[doc(alias = "wiasSetItemPropNames")]
    pub fn set_item_prop_names(&self, names: &[(PropertyId, &str)]) {
        self.with_store_mut(|s| {
            for (id, name) in names {
                s.set_name(*id, name);
            }
        });
    }

    /// The name of a property: the driver's own, else WIA's, else its number.
    pub fn property_name(&self, id: PropertyId) -> String {
        let category = self.category();
        self.with_store(|s| s.name(id, category))
    }

    /// The property of this item that is called so: the driver's own name, WIA's name with or
    /// without `WIA_`, `WIA_IPA_`, `WIA_IPS_` and the like (in any case of letters), or its number.
    pub fn property_by_name(&self, name: &str) -> Option<PropertyId> {
        let category = self.category();
        let ids = self.property_ids();
        let own = |id: &PropertyId| self.with_store(|s| s.own_name(*id) == Some(name));
        if let Some(id) = ids.iter().copied().find(own) {
            return Some(id);
        }
        let number = match name.strip_prefix("0x").or(name.strip_prefix("0X")) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => name.parse().ok(),
        };
        if let Some(id) = number.map(PropertyId) {
            return ids.contains(&id).then_some(id);
        }
        let called = |id: &PropertyId| {
            let here = wia_name(*id, category);
            let all = property::definitions(*id).map(|d| d.name);
            here.into_iter()
                .chain(all)
                .any(|full| is_called(full, name))
        };
        ids.iter().copied().find(called)
    }

    /// Takes over what can be read and written from `parent`, with its valid values, and the
    /// read-only properties of this item that describe those values.
    pub(crate) fn copy_parent_values(&self, parent: &AppItem) {
        for p in parent.properties() {
            let setting =
                p.info.access.contains(Access::RW) && p.id != property::WIA_IPA_ACCESS_RIGHTS;
            if setting || (DESCRIPTION.contains(&p.id) && self.has(p.id)) {
                self.declare(p.id, p.value, p.info);
            }
        }
    }
}

/// Read-only properties that follow from writable ones.
const DESCRIPTION: [PropertyId; 10] = [
    property::WIA_IPA_CHANNELS_PER_PIXEL,
    property::WIA_IPA_BITS_PER_CHANNEL,
    property::WIA_IPA_RAW_BITS_PER_CHANNEL,
    property::WIA_IPA_PIXELS_PER_LINE,
    property::WIA_IPA_NUMBER_OF_LINES,
    property::WIA_IPA_BYTES_PER_LINE,
    property::WIA_IPA_FILENAME_EXTENSION,
    property::WIA_IPA_ITEM_SIZE,
    property::WIA_IPS_PAGE_WIDTH,
    property::WIA_IPS_PAGE_HEIGHT,
];

/// Whether `asked` is `full` or `full` without its prefix, in any case of letters.
pub fn is_called(full: &str, asked: &str) -> bool {
    let prefixes = [
        "WIA_", "WIA_IPA_", "WIA_IPS_", "WIA_IPC_", "WIA_DPS_", "WIA_DPA_", "WIA_DPC_", "WIA_DIP_",
    ];
    full.eq_ignore_ascii_case(asked)
        || prefixes
            .iter()
            .filter_map(|prefix| full.strip_prefix(prefix))
            .any(|short| short.eq_ignore_ascii_case(asked))
}

fn type_text(declared: ValueType) -> &'static str {
    match declared {
        ValueType::I4 => "an integer from -2147483648 to 2147483647",
        ValueType::UI4 => "an integer from 0 to 4294967295",
        ValueType::R4 => "a floating point number",
        ValueType::Bstr => "a string",
        ValueType::Clsid => "a GUID",
        ValueType::UI1Vector => "a row of bytes",
        ValueType::UI2Vector => "a row of 16-bit numbers",
        ValueType::I4Vector => "a row of 32-bit numbers",
    }
}
