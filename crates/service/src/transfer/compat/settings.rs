//! Settings that the layer needs for a transfer, and puts back.

use items::AppItem;
use minidriver::Minidriver;
use wia::{PropertyId, PropertyValue, Result};

use crate::guard::guarded;

/// Other values of items' properties, for as long as this lives.
pub(super) struct Settings<'a> {
    driver: &'a dyn Minidriver,
    before: Vec<Before>,
}

/// An item's settings from before.
struct Before {
    item: AppItem,
    /// All of them.
    stream: Vec<u8>,
    /// Those that were written.
    values: Vec<(PropertyId, PropertyValue)>,
}

impl<'a> Settings<'a> {
    pub(super) const fn new(driver: &'a dyn Minidriver) -> Settings<'a> {
        Settings {
            driver,
            before: Vec::new(),
        }
    }

    /// Writes values as an application does. What the item does not have or has already is left out.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub(super) fn set(
        &mut self,
        item: &AppItem,
        values: &[(PropertyId, PropertyValue)],
    ) -> Result<()> {
        let differs = |(id, value): &&(PropertyId, PropertyValue)| {
            item.read(*id).is_some_and(|v| v != *value)
        };
        let values: Vec<_> = values.iter().filter(differs).cloned().collect();
        if values.is_empty() {
            return Ok(());
        }
        let before = Before {
            item: item.clone(),
            stream: items::property_stream(item),
            values: values
                .iter()
                .filter_map(|(id, _)| Some((*id, item.read(*id)?)))
                .collect(),
        };
        self.write(item, &values)?;
        self.before.push(before);
        Ok(())
    }

    fn write(&self, item: &AppItem, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        guarded(|| {
            items::write_multiple(item, values, &mut |item, changed| {
                self.driver.validate_item_properties(item, changed)
            })
        })
    }
}

impl Drop for Settings<'_> {
    fn drop(&mut self) {
        for before in std::mem::take(&mut self.before).into_iter().rev() {
            let item = &before.item;
            let restored = guarded(|| {
                items::set_property_stream(item, &before.stream, &mut |item, changed| {
                    self.driver.validate_item_properties(item, changed)
                })
            });
            // A driver that refuses its own settings has at least those that were asked for.
            if restored.is_err() && self.write(item, &before.values).is_err() {
                drop(item.write_all(&before.values));
            }
        }
    }
}
