//! An application's view of an item.

use std::sync::Arc;

use ::transfer::ImageFilter;
use items::{AppItem, CreationFlags};
use minidriver::FormatInfo;
use wia::{Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyInfo, PropertyValue, Result};

use crate::api::{Item, Preview, Transfer};
use crate::application::Application;
use crate::device::Core;
use crate::preview::LocalPreview;
use crate::transfer::LocalTransfer;

/// # Errors
///
/// `Offline` for an item whose device went away.
pub(crate) fn check_connected(item: &AppItem) -> Result<()> {
    if !item.flags().contains(ItemFlags::DISCONNECTED) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Offline,
        format!("{}: its device was disconnected", item.full_name()),
    ))
}

/// An item of an application's tree.
pub(crate) struct LocalItem {
    core: Arc<Core>,
    application: Arc<Application>,
    item: AppItem,
}

impl LocalItem {
    pub(crate) fn shared(
        core: &Arc<Core>,
        application: &Arc<Application>,
        item: AppItem,
    ) -> Arc<dyn Item> {
        Arc::new(LocalItem {
            core: Arc::clone(core),
            application: Arc::clone(application),
            item,
        })
    }

    /// Another item of the same tree.
    fn other(&self, item: AppItem) -> Arc<dyn Item> {
        LocalItem::shared(&self.core, &self.application, item)
    }

    /// Runs a short request of this item in the driver.
    ///
    /// # Errors
    ///
    /// `Offline` for an item whose device went away; `Busy` while a transfer runs.
    fn request<T>(&self, call: impl FnOnce() -> Result<T>) -> Result<T> {
        check_connected(&self.item)?;
        self.core.gate().request(call)
    }

    fn validate(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        self.core.driver().validate_item_properties(item, changed)
    }
}

impl Item for LocalItem {
    fn name(&self) -> String {
        self.item.name().to_owned()
    }

    fn full_name(&self) -> String {
        self.item.full_name().to_owned()
    }

    fn category(&self) -> Guid {
        self.item.category()
    }

    fn flags(&self) -> ItemFlags {
        self.item.flags()
    }

    fn children(&self) -> Vec<Arc<dyn Item>> {
        self.core.follow(&self.application);
        let children = self.item.children().into_iter();
        children.map(|item| self.other(item)).collect()
    }

    fn create_child(
        &self,
        flags: ItemFlags,
        creation: CreationFlags,
        name: &str,
    ) -> Result<Arc<dyn Item>> {
        let driver = self.core.driver();
        self.request(|| {
            let mut declare = |item: &AppItem| driver.init_item_properties(item);
            self.item.create_child(flags, creation, name, &mut declare)
        })
        .map(|item| self.other(item))
    }

    fn delete(&self) -> Result<()> {
        let driver = self.core.driver();
        self.request(|| self.item.delete(&mut |item| driver.delete_item(item)))?;
        self.core.tree_changed();
        Ok(())
    }

    fn device_command(&self, command: Guid) -> Result<()> {
        let result = self.request(|| self.core.driver().device_command(&self.item, command));
        // Also one that failed may have got half-way.
        self.core.tree_changed();
        result
    }

    fn properties(&self) -> Vec<PropertyId> {
        self.item.property_ids()
    }

    fn read(&self, ids: &[PropertyId]) -> Result<Vec<Option<PropertyValue>>> {
        // While a transfer runs the stored values are as good as it gets.
        let gone = self.item.flags().contains(ItemFlags::DISCONNECTED);
        if !gone && !self.core.gate().is_transferring() {
            self.core
                .gate()
                .request(|| self.core.driver().read_item_properties(&self.item, ids))?;
        }
        let view = &self.application.view;
        Ok(ids.iter().map(|id| view.read(&self.item, *id)).collect())
    }

    fn write(&self, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        self.application.view.write(&self.item, values, |values| {
            self.request(|| {
                items::write_multiple(&self.item, values, &mut |item, changed| {
                    self.validate(item, changed)
                })
            })
        })
    }

    fn attributes(&self, id: PropertyId) -> Option<PropertyInfo> {
        self.application.view.attributes(&self.item, id)
    }

    fn property_name(&self, id: PropertyId) -> String {
        self.item.property_name(id)
    }

    fn property_by_name(&self, name: &str) -> Option<PropertyId> {
        self.item.property_by_name(name)
    }

    fn property_stream(&self) -> Vec<u8> {
        let view = &self.application.view;
        items::property_stream_as(&self.item, &|id, value| view.seen(&self.item, id, value))
    }

    fn set_property_stream(&self, bytes: &[u8]) -> Result<()> {
        self.write(&items::saved_values(&self.item, bytes)?)
    }

    fn formats(&self) -> Result<Vec<FormatInfo>> {
        let formats = self.request(|| self.core.driver().wia_format_info(&self.item))?;
        Ok(self.application.view.formats(formats))
    }

    fn preview(&self, filter: Option<Arc<dyn ImageFilter>>) -> Result<Arc<dyn Preview>> {
        check_connected(&self.item)?;
        let (core, application) = (Arc::clone(&self.core), Arc::clone(&self.application));
        let preview = LocalPreview::new(core, application, self.item.clone(), filter)?;
        Ok(Arc::new(preview))
    }

    fn transfer(&self) -> Result<Arc<dyn Transfer>> {
        check_connected(&self.item)?;
        let core = Arc::clone(&self.core);
        let application = Arc::clone(&self.application);
        let transfer = LocalTransfer::new(core, application, self.item.clone())?;
        Ok(Arc::new(transfer))
    }
}
