//! The property context: what a write has changed so far.

use wia::property::{
    WIA_IPA_DATATYPE, WIA_IPA_DEPTH, WIA_IPA_FORMAT, WIA_IPA_NUMBER_OF_LINES,
    WIA_IPA_PIXELS_PER_LINE, WIA_IPA_TYMED, WIA_IPS_CUR_INTENT, WIA_IPS_XEXTENT, WIA_IPS_XPOS,
    WIA_IPS_XRES, WIA_IPS_YEXTENT, WIA_IPS_YPOS, WIA_IPS_YRES,
};
use wia::{Error, PropertyId, PropertyValue, Result};

use crate::app_item::AppItem;
use crate::validation::valid_values::{invalid_value, is_valid, nearest, nominal};

/// The properties that every context holds (documentation page of `wiasCreatePropContext`).
pub const CONTEXT_PROPERTIES: [PropertyId; 13] = [
    WIA_IPA_DATATYPE,
    WIA_IPA_DEPTH,
    WIA_IPS_XRES,
    WIA_IPS_XPOS,
    WIA_IPS_XEXTENT,
    WIA_IPA_PIXELS_PER_LINE,
    WIA_IPS_YRES,
    WIA_IPS_YPOS,
    WIA_IPS_YEXTENT,
    WIA_IPA_NUMBER_OF_LINES,
    WIA_IPS_CUR_INTENT,
    WIA_IPA_TYMED,
    WIA_IPA_FORMAT,
];

/// What an application's write has changed (`WIA_PROPERTY_CONTEXT`): the properties that it wrote
/// itself, and marks on those that changed with them.
#[derive(Clone, Debug)]
pub struct PropContext {
    written: Vec<PropertyId>,
    marks: Vec<(PropertyId, bool)>,
}

impl PropContext {
    /// A context for a write of `changed`. Besides [`CONTEXT_PROPERTIES`] it holds marks for `extra`.
    #[doc(alias = "wiasCreatePropContext")]
    pub fn new(changed: &[PropertyId], extra: &[PropertyId]) -> PropContext {
        let mut marks: Vec<(PropertyId, bool)> = Vec::new();
        for id in CONTEXT_PROPERTIES.iter().chain(extra) {
            if !marks.iter().any(|(known, _)| known == id) {
                marks.push((*id, changed.contains(id)));
            }
        }
        PropContext {
            written: changed.to_vec(),
            marks,
        }
    }

    /// The properties that the application wrote, in its order.
    pub fn written(&self) -> &[PropertyId] {
        &self.written
    }

    /// Whether the application itself wrote the property: then it must not be repaired.
    pub fn was_written(&self, id: PropertyId) -> bool {
        self.written.contains(&id)
    }

    /// Whether a property is marked as changed.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a property that the context does not hold.
    #[doc(alias = "wiasIsPropChanged")]
    pub fn is_prop_changed(&self, id: PropertyId) -> Result<bool> {
        self.marks
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, changed)| *changed)
            .ok_or_else(|| not_held(id))
    }

    /// Sets or clears the mark of a property.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a property that the context does not hold.
    #[doc(alias = "wiasSetPropChanged")]
    pub fn set_prop_changed(&mut self, id: PropertyId, changed: bool) -> Result<()> {
        let mark = self.marks.iter_mut().find(|(known, _)| *known == id);
        mark.ok_or_else(|| not_held(id))?.1 = changed;
        Ok(())
    }

    /// Writes a dependant as the driver, and marks it if that changes it. An item without the
    /// property is left alone.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the value is of another type than the property.
    pub fn update(
        &mut self,
        item: &AppItem,
        id: PropertyId,
        value: impl Into<PropertyValue>,
    ) -> Result<()> {
        let Some(before) = item.read(id) else {
            return Ok(());
        };
        item.write(id, value)?;
        if item.read(id) != Some(before) {
            for (known, changed) in &mut self.marks {
                *changed |= *known == id;
            }
        }
        Ok(())
    }

    /// Makes a property valid: nothing to do when it is or the item does not have it, a refusal when
    /// the application wrote it, else a repair (to the nearest number, or to the recommended value).
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the application wrote a value that is not valid.
    pub fn settle(&mut self, item: &AppItem, id: PropertyId, repair: Repair) -> Result<()> {
        let Some(property) = item.property(id) else {
            return Ok(());
        };
        let valid = &property.info.valid;
        if is_valid(valid, &property.value) {
            return Ok(());
        }
        let repaired = match (repair, property.value.as_i32()) {
            (Repair::Nearest, Some(v)) => nearest(valid, v).map(PropertyValue::I4),
            (Repair::Nearest, None) | (Repair::Nominal, _) => nominal(valid),
        };
        match repaired {
            Some(value) if !self.was_written(id) => self.update(item, id, value),
            _ => Err(invalid_value(item, id, &property.value)),
        }
    }
}

/// How a value is repaired that is not valid any more and that the application did not write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// To the nearest valid number: for sizes and resolutions.
    Nearest,
    /// To the value that the device recommends: for choices.
    Nominal,
}

fn not_held(id: PropertyId) -> Error {
    Error::invalid(format!("{id}: the property context does not hold it"))
}

/// A property before and after a write (`WIAS_CHANGED_VALUE_INFO`).
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedValue<T = PropertyValue> {
    /// Whether the value differs from the one before the write.
    pub changed: bool,
    /// The value before the write.
    pub old: T,
    /// The value now.
    pub current: T,
}

/// How a property changed in the current write (`wiasGetChangedValueLong`, `…Float`, `…Guid`,
/// `…Str`). Unless `no_validation` is set the value must be valid; one that is not, and that the
/// application did not write, is repaired to the nearest valid number or the recommended value.
///
/// # Errors
///
/// `InvalidArgument` when the item has no such property, or the application wrote a value that is
/// not valid.
#[doc(alias(
    "wiasGetChangedValueLong",
    "wiasGetChangedValueFloat",
    "wiasGetChangedValueGuid",
    "wiasGetChangedValueStr"
))]
pub fn changed_value(
    item: &AppItem,
    context: &mut PropContext,
    no_validation: bool,
    id: PropertyId,
) -> Result<ChangedValue> {
    if !no_validation {
        context.settle(item, id, Repair::Nearest)?;
    }
    let Some(property) = item.property(id) else {
        return Err(item.missing(id));
    };
    Ok(ChangedValue {
        changed: property.value != property.previous,
        old: property.previous,
        current: property.value,
    })
}
