//! A device in this process: the service core over one minidriver.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use items::AppItem;
use minidriver::service_library::{Event, EventPort};
use minidriver::{FormatInfo, Minidriver};
use wia::{Guid, ItemFlags, PropertyId, PropertyInfo, PropertyValue, Result};

use crate::api::{Device, Item, Transfer};
use crate::gate::Gate;
use crate::transfer::LocalTransfer;

/// How patient the service is with a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceOptions {
    /// How long a driver at work may go without a call (a line, a message) before it is given up.
    pub line_deadline: Duration,
    /// How long a driver may take to stop after a cancel before it is given up.
    pub cancel_deadline: Duration,
}

impl Default for DeviceOptions {
    fn default() -> DeviceOptions {
        DeviceOptions {
            line_deadline: Duration::from_secs(60),
            cancel_deadline: Duration::from_secs(5),
        }
    }
}

/// The service of one device. Every application connects on its own and gets a tree of its own.
#[derive(Clone)]
pub struct Service {
    core: Arc<Core>,
}

impl Service {
    /// A service over a driver. `id` is the device's identity in events.
    pub fn new(driver: Arc<dyn Minidriver>, id: &str, options: DeviceOptions) -> Service {
        Service {
            core: Arc::new(Core {
                driver,
                id: id.to_owned(),
                options,
                gate: Arc::default(),
            }),
        }
    }

    /// Opens the device for an application: asks the driver for its tree, copies it, and has every
    /// item's properties declared.
    ///
    /// # Errors
    ///
    /// `Busy` while a transfer runs; else what the driver says.
    pub fn connect(&self) -> Result<Arc<dyn Device>> {
        let core = &self.core;
        // From its first moment on the driver can report events.
        let events = EventPort::open(&core.id, &core.driver.capabilities());
        let root = core.gate.request(|| {
            let tree = core.driver.initialize(&core.id)?;
            let root = AppItem::from_driver_tree(&tree);
            let items = std::iter::once(root.clone()).chain(root.descendants());
            let declared = { items }.try_for_each(|item| core.driver.init_item_properties(&item));
            if let Err(e) = declared {
                core.driver.un_initialize();
                return Err(e);
            }
            Ok(root)
        });
        Ok(Arc::new(LocalDevice {
            core: Arc::clone(core),
            root: root?,
            events,
        }))
    }
}

/// What all applications of a device share.
pub(crate) struct Core {
    driver: Arc<dyn Minidriver>,
    id: String,
    options: DeviceOptions,
    gate: Arc<Gate>,
}

impl Core {
    pub(crate) fn driver(&self) -> &Arc<dyn Minidriver> {
        &self.driver
    }

    pub(crate) fn options(&self) -> &DeviceOptions {
        &self.options
    }

    pub(crate) fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }
}

/// One application's view of a device in this process.
struct LocalDevice {
    core: Arc<Core>,
    root: AppItem,
    events: EventPort,
}

impl LocalDevice {
    fn item(&self, item: AppItem) -> Arc<dyn Item> {
        Arc::new(LocalItem {
            core: Arc::clone(&self.core),
            item,
        })
    }
}

impl Device for LocalDevice {
    fn id(&self) -> &str {
        &self.core.id
    }

    fn root(&self) -> Arc<dyn Item> {
        self.item(self.root.clone())
    }

    fn find_item(&self, full_name: &str) -> Option<Arc<dyn Item>> {
        self.root
            .find_by_name(full_name)
            .map(|item| self.item(item))
    }

    fn listen(&self) -> Receiver<Event> {
        self.events.listen()
    }
}

impl Drop for LocalDevice {
    fn drop(&mut self) {
        let driver = &self.core.driver;
        // While a transfer runs, which may be an abandoned one, the driver is left alone.
        let _ = self.core.gate.request(|| {
            driver.un_initialize();
            Ok(())
        });
    }
}

struct LocalItem {
    core: Arc<Core>,
    item: AppItem,
}

impl LocalItem {
    fn validate(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        self.core.driver.validate_item_properties(item, changed)
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
        let wrap = |item| -> Arc<dyn Item> {
            Arc::new(LocalItem {
                core: Arc::clone(&self.core),
                item,
            })
        };
        self.item.children().into_iter().map(wrap).collect()
    }

    fn properties(&self) -> Vec<PropertyId> {
        self.item.property_ids()
    }

    fn read(&self, ids: &[PropertyId]) -> Result<Vec<Option<PropertyValue>>> {
        // While a transfer runs the stored values are as good as it gets.
        if !self.core.gate.is_transferring() {
            self.core
                .gate
                .request(|| self.core.driver.read_item_properties(&self.item, ids))?;
        }
        Ok(ids.iter().map(|id| self.item.read(*id)).collect())
    }

    fn write(&self, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        self.core.gate.request(|| {
            items::write_multiple(&self.item, values, &mut |item, changed| {
                self.validate(item, changed)
            })
        })
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

    fn property_stream(&self) -> Vec<u8> {
        items::property_stream(&self.item)
    }

    fn set_property_stream(&self, bytes: &[u8]) -> Result<()> {
        self.core.gate.request(|| {
            items::set_property_stream(&self.item, bytes, &mut |item, changed| {
                self.validate(item, changed)
            })
        })
    }

    fn formats(&self) -> Result<Vec<FormatInfo>> {
        self.core
            .gate
            .request(|| self.core.driver.wia_format_info(&self.item))
    }

    fn transfer(&self) -> Result<Arc<dyn Transfer>> {
        let core = Arc::clone(&self.core);
        Ok(Arc::new(LocalTransfer::new(core, self.item.clone())?))
    }
}
