//! An item of a tree that is not the driver's: each property is one of an item of the driver's, perhaps
//! under another id, or the layer's own.

use std::sync::Arc;

use wia::{
    Access, Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyInfo, PropertyValue, Result,
    ValidValues,
};

use super::change::Change;
use crate::api::{Item, Transfer};
use crate::{CreationFlags, FormatInfo};

/// Where a property comes from.
#[derive(Clone)]
pub(super) enum Origin {
    /// A property of the driver's item.
    Real(Arc<dyn Item>, PropertyId, Change),
    /// A value of the layer.
    Own(PropertyValue, PropertyInfo),
}

impl Origin {
    /// A constant.
    pub(super) fn fixed(value: impl Into<PropertyValue>) -> Origin {
        let info = PropertyInfo {
            access: Access::READ,
            valid: ValidValues::None,
        };
        Origin::Own(value.into(), info)
    }
}

/// The properties of such an item, in order.
pub(super) type Properties = Vec<(PropertyId, Origin)>;

/// What is special about an item of such a tree.
pub(super) trait Face: Send + Sync {
    fn name(&self) -> String;
    fn full_name(&self) -> String;
    fn category(&self) -> Guid;
    fn flags(&self) -> ItemFlags;
    fn children(&self) -> Vec<Arc<dyn Item>>;
    /// The driver's item that takes what is no property.
    fn real(&self) -> Arc<dyn Item>;
    fn properties(&self) -> Properties;

    /// Other items that get what is written to the real one.
    fn mirrors(&self) -> Vec<Arc<dyn Item>> {
        Vec::new()
    }

    /// Takes what the layer itself keeps out of a write, and stands for the rest.
    fn write(&self, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        write(self, values)
    }

    fn formats(&self) -> Result<Vec<FormatInfo>> {
        self.real().formats()
    }

    fn transfer(&self) -> Result<Arc<dyn Transfer>>;
}

/// Such an item as an application sees it.
pub(super) struct Translated<F>(pub(super) F);

impl<F: Face> Item for Translated<F> {
    fn name(&self) -> String {
        self.0.name()
    }

    fn full_name(&self) -> String {
        self.0.full_name()
    }

    fn category(&self) -> Guid {
        self.0.category()
    }

    fn flags(&self) -> ItemFlags {
        self.0.flags()
    }

    fn children(&self) -> Vec<Arc<dyn Item>> {
        self.0.children()
    }

    fn create_child(&self, _: ItemFlags, _: CreationFlags, _: &str) -> Result<Arc<dyn Item>> {
        Err(Error::invalid(format!(
            "{}: a translated tree has no other items",
            self.0.full_name()
        )))
    }

    fn delete(&self) -> Result<()> {
        Err(Error::new(
            ErrorKind::AccessDenied,
            format!("{}: the item may not be deleted", self.0.full_name()),
        ))
    }

    fn device_command(&self, command: Guid) -> Result<()> {
        self.0.real().device_command(command)
    }

    fn properties(&self) -> Vec<PropertyId> {
        let properties = self.0.properties().into_iter();
        properties.map(|(id, _)| id).collect()
    }

    fn read(&self, ids: &[PropertyId]) -> Result<Vec<Option<PropertyValue>>> {
        let properties = self.0.properties();
        let mut values = vec![None; ids.len()];
        let mut asked: Vec<Asked<'_>> = Vec::new();
        for (at, value) in values.iter_mut().enumerate() {
            let origin = ids.get(at).and_then(|id| find(&properties, *id));
            match origin {
                None => {}
                Some(Origin::Own(own, _)) => *value = Some(own.clone()),
                Some(Origin::Real(item, id, change)) => {
                    let entry = (at, *id, change);
                    match asked.iter_mut().find(|(known, _)| same(known, item)) {
                        Some((_, wanted)) => wanted.push(entry),
                        None => asked.push((item, vec![entry])),
                    }
                }
            }
        }
        for (item, wanted) in asked {
            let real: Vec<PropertyId> = wanted.iter().map(|(_, id, _)| *id).collect();
            let read = item.read(&real)?;
            for ((at, _, change), real) in wanted.into_iter().zip(read) {
                if let Some(value) = values.get_mut(at) {
                    *value = real.map(|real| change.show(real));
                }
            }
        }
        Ok(values)
    }

    fn write(&self, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        self.0.write(values)
    }

    fn attributes(&self, id: PropertyId) -> Option<PropertyInfo> {
        match find(&self.0.properties(), id)? {
            Origin::Own(_, info) => Some(info.clone()),
            Origin::Real(item, id, change) => Some(change.info(item.attributes(*id)?)),
        }
    }

    fn property_name(&self, id: PropertyId) -> String {
        name(&self.0, &self.0.properties(), id)
    }

    fn property_by_name(&self, asked: &str) -> Option<PropertyId> {
        let properties = self.0.properties();
        let mut ids = properties.iter().map(|(id, _)| *id);
        let number = match asked.strip_prefix("0x").or(asked.strip_prefix("0X")) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => asked.parse().ok(),
        };
        ids.find(|id| {
            let name = name(&self.0, &properties, *id);
            number == Some(id.0) || items::is_called(&name, asked)
        })
    }

    fn property_stream(&self) -> Vec<u8> {
        self.0.real().property_stream()
    }

    fn set_property_stream(&self, bytes: &[u8]) -> Result<()> {
        self.0.real().set_property_stream(bytes)?;
        let others = self.0.mirrors();
        { others.iter() }.try_for_each(|other| other.set_property_stream(bytes))
    }

    fn formats(&self) -> Result<Vec<FormatInfo>> {
        self.0.formats()
    }

    fn transfer(&self) -> Result<Arc<dyn Transfer>> {
        self.0.transfer()
    }
}

/// Properties of one of the driver's items, and their places in the answer.
type Asked<'a> = (&'a Arc<dyn Item>, Vec<(usize, PropertyId, &'a Change)>);

/// What is written to one of the driver's items.
type Written = (Arc<dyn Item>, Vec<(PropertyId, PropertyValue)>);

pub(super) fn find(properties: &Properties, id: PropertyId) -> Option<&Origin> {
    let mut found = properties.iter().filter(|(known, _)| *known == id);
    found.next().map(|(_, origin)| origin)
}

fn same(a: &Arc<dyn Item>, b: &Arc<dyn Item>) -> bool {
    Arc::as_ptr(a).cast::<()>() == Arc::as_ptr(b).cast::<()>()
}

/// The name of a property as the application knows it: an id alone does not say it.
fn name<F: Face + ?Sized>(face: &F, properties: &Properties, id: PropertyId) -> String {
    if let Some(name) = items::wia_name(id, face.category()) {
        return name.to_owned();
    }
    match find(properties, id) {
        Some(Origin::Real(item, id, _)) => item.property_name(*id),
        _ => id.to_string(),
    }
}

/// Writes all or nothing, each value to the item that has it.
pub(super) fn write<F: Face + ?Sized>(
    face: &F,
    values: &[(PropertyId, PropertyValue)],
) -> Result<()> {
    let properties = face.properties();
    let shown = |id| name(face, &properties, id);
    let mut writes: Vec<Written> = Vec::new();
    for (id, value) in values {
        let (item, value) = match find(&properties, *id) {
            None => {
                return Err(Error::invalid(format!(
                    "{}: item {:?} has no such property",
                    shown(*id),
                    face.full_name()
                )));
            }
            Some(Origin::Own(own, _)) => {
                return Err(Error::invalid(format!(
                    "{}: the property is read-only (its value is {own})",
                    shown(*id)
                )));
            }
            Some(Origin::Real(item, real, change)) => {
                let told = change.tell(value).map_err(|valid| {
                    let shown = shown(*id);
                    Error::invalid(format!("{shown}: {value} is not valid; valid: {valid}"))
                })?;
                (item, (*real, told))
            }
        };
        match writes.iter_mut().find(|(known, _)| same(known, item)) {
            Some((_, values)) => values.push(value),
            None => writes.push((Arc::clone(item), vec![value])),
        }
    }
    let real = face.real();
    for mirror in face.mirrors() {
        let of_real = writes.iter().find(|(item, _)| same(item, &real));
        if let Some((_, values)) = of_real {
            let values = values.clone();
            writes.push((mirror, values));
        }
    }
    let mut done: Vec<(Arc<dyn Item>, Vec<u8>)> = Vec::new();
    for (item, values) in writes {
        let before = item.property_stream();
        if let Err(e) = item.write(&values) {
            for (item, before) in done.into_iter().rev() {
                // It had these settings a moment ago.
                drop(item.set_property_stream(&before));
            }
            return Err(e.reworded(|message| in_its_words(face, &properties, &item, message)));
        }
        done.push((item, before));
    }
    Ok(())
}

/// A sentence of an item of the driver's, in the names of the application's.
fn in_its_words<F: Face + ?Sized>(
    face: &F,
    properties: &Properties,
    of: &Arc<dyn Item>,
    message: &str,
) -> String {
    let mut text = String::with_capacity(message.len());
    for word in message.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
        let end = word.len() - word.chars().last().map_or(0, char::len_utf8);
        let last = word.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let (stem, rest) = word.split_at(if last { word.len() } else { end });
        let shown = properties.iter().find_map(|(id, origin)| match origin {
            Origin::Real(item, real, _) if same(item, of) => (stem.starts_with("WIA_")
                && item.property_name(*real) == stem)
                .then(|| name(face, properties, *id)),
            _ => None,
        });
        text.push_str(shown.as_deref().unwrap_or(stem));
        text.push_str(rest);
    }
    text.replace(&of.full_name(), &face.full_name())
}
