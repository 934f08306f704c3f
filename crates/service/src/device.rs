//! A device in this process: the service core over one minidriver.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use items::AppItem;
use minidriver::service_library::{Event, EventPort};
use minidriver::{Capability, Minidriver};
use wia::event::{WIA_EVENT_DEVICE_CONNECTED, WIA_EVENT_DEVICE_DISCONNECTED};
use wia::{Guid, Result};

use crate::api::{Device, Item};
use crate::application::Application;
use crate::compat;
use crate::gate::Gate;
use crate::guard::guarded;
use crate::item::LocalItem;
use crate::legacy_view::LegacyView;

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
                capabilities: driver.capabilities(),
                driver,
                id: id.to_owned(),
                options,
                gate: Arc::default(),
                applications: Mutex::default(),
                running: Mutex::default(),
            }),
        }
    }

    /// Opens the device for an application of streams (`IWiaDevMgr2::CreateDevice`): asks the driver for
    /// its tree, copies it, and has every item's properties declared. The root and one child of an older
    /// driver become a root and an item for each source.
    ///
    /// # Errors
    ///
    /// `Busy` while a transfer runs; `InvalidDriverResponse` for an older driver whose tree is half a newer
    /// one or lacks what an older one must have; else what the driver says.
    pub fn connect(&self) -> Result<Arc<dyn Device>> {
        let model = self.core.driver.model();
        compat::for_newer_application(model, self.connect_untranslated()?, || {
            self.connect_untranslated()
        })
    }

    /// Opens the device for an application from before Windows Vista (`IWiaDevMgr::CreateDevice`), whose
    /// tree is a root and one child: `WIA_DPS_DOCUMENT_HANDLING_SELECT` on the root says whether the child
    /// is the flatbed or the feeder. The tree of an older driver is as it is, and so is one that has
    /// neither a flatbed nor a feeder at its base.
    ///
    /// # Errors
    ///
    /// `Busy` while a transfer runs; else what the driver says.
    pub fn connect_legacy(&self) -> Result<Arc<dyn Device>> {
        Ok(compat::for_older_application(self.connect_untranslated()?))
    }

    /// Opens the device with the driver's own tree.
    fn connect_untranslated(&self) -> Result<Arc<dyn Device>> {
        let core = &self.core;
        // From its first moment on the driver can report events.
        let events = EventPort::open(&core.id, &core.capabilities);
        let root = core.gate.request(|| {
            let tree = core.driver.initialize(&core.id)?;
            let root = AppItem::from_driver_tree(&tree);
            let mut items = root.descendants().into_iter();
            let declared = items.try_for_each(|item| core.driver.init_item_properties(&item));
            if let Err(e) = declared {
                core.driver.un_initialize();
                return Err(e);
            }
            Ok(root)
        });
        let view = LegacyView::new(core.driver.as_ref());
        let application = Arc::new(Application::new(root?, events, view));
        let weak = Arc::downgrade(&application);
        application.events.when_reported(move |event| {
            let Some(application) = weak.upgrade() else {
                return;
            };
            if event == WIA_EVENT_DEVICE_DISCONNECTED {
                application.disconnect();
            }
            if Application::is_of_the_tree(event) {
                application.fall_behind();
            }
        });
        lock(&core.applications).push(Arc::clone(&application));
        // What changed since the tree was copied was told to nobody.
        application.fall_behind();
        Ok(Arc::new(LocalDevice {
            core: Arc::clone(core),
            application,
        }))
    }

    /// The device was unplugged: the driver is told (`drvNotifyPnpEvent`), the items of every
    /// application become disconnected, and those that listen hear of it
    /// (`WIA_EVENT_DEVICE_DISCONNECTED`). A transfer that runs has the time of a cancel to fail.
    ///
    /// Nothing is waited for: the driver may have to find out first.
    pub fn disconnected(&self) {
        // First: a driver that returns at once is judged by it.
        self.core.disconnect();
        self.core.tell(WIA_EVENT_DEVICE_DISCONNECTED);
        if let Some(hurry) = lock(&self.core.running).as_ref() {
            hurry();
        }
    }

    /// The device is there again: the driver is told, and those that listen
    /// (`WIA_EVENT_DEVICE_CONNECTED`). Applications connect anew.
    pub fn connected(&self) {
        self.core.tell(WIA_EVENT_DEVICE_CONNECTED);
        for application in lock(&self.core.applications).iter() {
            application.events.report(WIA_EVENT_DEVICE_CONNECTED);
        }
    }
}

/// What all applications of a device share.
pub(crate) struct Core {
    driver: Arc<dyn Minidriver>,
    id: String,
    options: DeviceOptions,
    gate: Arc<Gate>,
    /// What the driver says that the device can do and report.
    capabilities: Vec<Capability>,
    applications: Mutex<Vec<Arc<Application>>>,
    /// Shortens the patience with the transfer that runs.
    running: Mutex<Option<Hurry>>,
}

/// Shortens the patience with a transfer.
pub(crate) type Hurry = Arc<dyn Fn() + Send + Sync>;

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

    /// A transfer begins, and how to hurry it.
    pub(crate) fn begin(&self, hurry: &Hurry) {
        *lock(&self.running) = Some(Arc::clone(hurry));
    }

    /// It has ended. The device was free before, and the next transfer may run already.
    pub(crate) fn end(&self, hurry: &Hurry) {
        lock(&self.running).take_if(|now| Arc::ptr_eq(now, hurry));
    }

    /// Lets an application's tree follow the driver's, if it has changed. While a transfer runs the
    /// tree stays as it is.
    pub(crate) fn follow(&self, application: &Application) {
        if application.is_behind() {
            // What is in the way is in the way of the next look as well, or is gone by then.
            drop(
                self.gate
                    .request(|| application.follow(self.driver.as_ref())),
            );
        }
    }

    /// The driver's tree may have changed.
    pub(crate) fn tree_changed(&self) {
        for application in lock(&self.applications).iter() {
            application.fall_behind();
        }
    }

    /// The device went away: nobody's items are of use any more.
    pub(crate) fn disconnect(&self) {
        // A copy: whoever hears of it may connect or go.
        let applications = lock(&self.applications).clone();
        for application in applications {
            if application.disconnect() {
                application.events.report(WIA_EVENT_DEVICE_DISCONNECTED);
            }
        }
    }

    /// Tells the driver of an event that is no part of a transfer, on a thread of its own.
    fn tell(&self, event: Guid) {
        let driver = Arc::clone(&self.driver);
        let tell = move || {
            // There is no transfer that could fail by a crash here.
            drop(guarded(|| {
                driver.notify_pnp_event(event);
                Ok(())
            }));
        };
        // Without a thread it is better not told than waited for: it finds out by itself.
        drop(thread::Builder::new().name("notify".into()).spawn(tell));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One application's view of a device in this process.
struct LocalDevice {
    core: Arc<Core>,
    application: Arc<Application>,
}

impl LocalDevice {
    fn item(&self, item: AppItem) -> Arc<dyn Item> {
        LocalItem::shared(&self.core, &self.application, item)
    }
}

impl Device for LocalDevice {
    fn id(&self) -> &str {
        &self.core.id
    }

    fn root(&self) -> Arc<dyn Item> {
        self.item(self.application.root.clone())
    }

    fn find_item(&self, full_name: &str) -> Option<Arc<dyn Item>> {
        self.core.follow(&self.application);
        let root = &self.application.root;
        root.find_by_name(full_name).map(|item| self.item(item))
    }

    fn capabilities(&self) -> Vec<Capability> {
        self.core.capabilities.clone()
    }

    fn layers(&self) -> Vec<String> {
        self.core.driver.layers()
    }

    fn listen(&self) -> Receiver<Event> {
        self.application.events.listen()
    }
}

impl Drop for LocalDevice {
    fn drop(&mut self) {
        let driver = &self.core.driver;
        lock(&self.core.applications).retain(|a| !Arc::ptr_eq(a, &self.application));
        // While a transfer runs, which may be an abandoned one, the driver is left alone.
        let _ = self.core.gate.request(|| {
            driver.un_initialize();
            Ok(())
        });
    }
}
