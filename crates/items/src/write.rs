//! What an application writes: all of it or nothing.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use wia::{Access, Error, ErrorKind, PropertyId, PropertyValue, Result};

use crate::app_item::AppItem;
use crate::lock::lock;
use crate::store::PropertyStore;

/// Longest string or vector that an application may write, in bytes.
pub const MAX_VALUE_BYTES: usize = 1 << 20;

/// Writes properties for an application (`IWiaPropertyStorage::WriteMultiple`).
///
/// The values are checked for access and type and stored; then `validate` (the driver's
/// `validate_item_properties`) looks at them, with the ids that were written in order and each
/// once, and updates what depends on them. The values from before stay readable as
/// [`AppItem::previous`]. When a property comes twice, the later value counts. One write runs at a
/// time in each application's tree; others wait.
///
/// # Errors
///
/// `InvalidArgument`, naming the property, for one that the item does not have, that is read-only,
/// or whose type does not hold the value; else what `validate` says. Then every value and every set
/// of valid values of the whole tree is as it was. `Unexpected` when `validate` itself calls this.
pub fn write_multiple(
    item: &AppItem,
    values: &[(PropertyId, PropertyValue)],
    validate: &mut dyn FnMut(&AppItem, &[PropertyId]) -> Result<()>,
) -> Result<()> {
    let _turn = item.gate().enter()?;
    let mut changed: Vec<PropertyId> = Vec::with_capacity(values.len());
    let mut typed = Vec::with_capacity(values.len());
    for (id, value) in values {
        typed.push((*id, check(item, *id, value)?));
        if !changed.contains(id) {
            changed.push(*id);
        }
    }
    let undo = Undo::begin(item);
    item.with_store_mut(|s| {
        s.remember();
        for (id, value) in typed {
            if let Some(p) = s.get_mut(id) {
                p.value = value;
            }
        }
    });
    validate(item, &changed)?;
    undo.keep();
    Ok(())
}

fn check(item: &AppItem, id: PropertyId, value: &PropertyValue) -> Result<PropertyValue> {
    let Some(property) = item.property(id) else {
        return Err(item.missing(id));
    };
    if !property.info.access.contains(Access::WRITE) {
        return Err(Error::invalid(format!(
            "{}: the property is read-only (its value is {})",
            item.property_name(id),
            property.value
        )));
    }
    if value_bytes(value) > MAX_VALUE_BYTES {
        return Err(Error::invalid(format!(
            "{}: the value is longer than {MAX_VALUE_BYTES} bytes",
            item.property_name(id)
        )));
    }
    item.typed(id, property.value.value_type(), value.clone())
}

fn value_bytes(value: &PropertyValue) -> usize {
    match value {
        PropertyValue::Bstr(s) => s.len(),
        PropertyValue::UI1Vector(v) => v.len(),
        PropertyValue::UI2Vector(v) => v.len().saturating_mul(2),
        PropertyValue::I4Vector(v) => v.len().saturating_mul(4),
        PropertyValue::I4(_)
        | PropertyValue::UI4(_)
        | PropertyValue::R4(_)
        | PropertyValue::Clsid(_) => 0,
    }
}

/// The properties of the whole tree from before a write: a driver that validates one item may adapt
/// others. They come back when this is dropped without [`Undo::keep`], also when the driver panics.
struct Undo {
    before: Vec<(AppItem, Arc<PropertyStore>)>,
}

impl Undo {
    fn begin(item: &AppItem) -> Undo {
        let mut before: Vec<_> = item
            .root()
            .descendants()
            .into_iter()
            .map(|i| (i.clone(), i.snapshot()))
            .collect();
        // An item that is just being created is not in the tree yet.
        if !before.iter().any(|(i, _)| i == item) {
            before.push((item.clone(), item.snapshot()));
        }
        Undo { before }
    }

    fn keep(mut self) {
        self.before.clear();
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        for (item, store) in self.before.drain(..) {
            item.restore(store);
        }
    }
}

/// Lets one application write at a time into a tree. Unlike a mutex it answers a second entry of the
/// same thread (a driver that writes as an application while it validates) with an error.
#[derive(Debug, Default)]
pub(crate) struct WriteGate {
    holder: Mutex<Option<ThreadId>>,
    free: Condvar,
}

pub(crate) struct Turn<'a>(&'a WriteGate);

impl WriteGate {
    fn enter(&self) -> Result<Turn<'_>> {
        let me = thread::current().id();
        let mut holder = lock(&self.holder);
        while let Some(other) = *holder {
            if other == me {
                return Err(Error::new(
                    ErrorKind::Unexpected,
                    "an application's write was asked for while one is validated",
                ));
            }
            holder = self
                .free
                .wait(holder)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *holder = Some(me);
        Ok(Turn(self))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *lock(&self.0.holder) = None;
        self.0.free.notify_one();
    }
}
