//! A driver from its library: `DllGetClassObject`, `IClassFactory`, `IStiUSD`, `IWiaMiniDrv`.
#![expect(unsafe_code, reason = "a library is loaded and called")]

use std::ffi::c_void;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::{Arc, Mutex};

use abi::guids::{guid, wia_guid};
use abi::interfaces::{IClassFactory, IStiDevice, IStiDeviceControl, IStiUSD, IWiaMiniDrv};
use abi::structs::{STI_USD_CAPS, STI_VERSION_3, STI_VERSION_FLAG_MASK};
use abi::{GUID, HRESULT};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use minidriver::DriverModel;
use wia::{Error, ErrorKind, Guid, Result};
use windows_core::{ComObject, IUnknown, InRef, Interface};

use crate::Options;
use crate::border::{broken, check};
use crate::device_data::Key;
use crate::sti::{Behind, Port, StiDevice};

/// An object of a driver that any thread of the service calls.
#[derive(Clone, Debug)]
pub(crate) struct Shared<T>(T);

// SAFETY: WIA calls a driver from any of its threads, one call at a time but for `drvNotifyPnpEvent` and extensions, which
// may come meanwhile; a driver has to be made for that (its threading model is "Both"). Reference counts of COM are
// atomic.
unsafe impl<T> Send for Shared<T> {}
// SAFETY: as before.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Shared<T> {
    pub(crate) const fn new(object: T) -> Shared<T> {
        Shared(object)
    }

    pub(crate) fn get(&self) -> &T {
        &self.0
    }
}

/// A driver that runs.
pub(crate) struct Loaded {
    pub(crate) driver: Shared<IWiaMiniDrv>,
    pub(crate) usd: Shared<IStiUSD>,
    pub(crate) model: DriverModel,
    /// The device that the driver is given.
    pub(crate) device: Shared<IUnknown>,
    /// What that calls.
    pub(crate) behind: Behind,
    /// The driver may ask for its values at any time.
    _data: Key,
    /// None where the driver's object was there already.
    library: Option<DriverLibrary>,
}

impl Loaded {
    /// Loads the driver and makes it known to its device.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` without a library or a class in it; `InvalidDriverResponse` for one that is no driver; what
    /// `IStiUSD::Initialize` says.
    pub(crate) fn new(options: &Options) -> Result<Loaded> {
        let library = DriverLibrary::load(&options.path)?;
        let class = options
            .class
            .or_else(|| library.class())
            .unwrap_or(Guid::NULL);
        let usd = library.create(class)?;
        let mut loaded = Loaded::of_object(usd, options)?;
        loaded.library = Some(library);
        Ok(loaded)
    }

    /// Makes a driver that is there already known to its device, whose port has the name of the path.
    ///
    /// # Errors
    ///
    /// `InvalidDriverResponse` for an object that is no driver; what `IStiUSD::Initialize` says.
    pub(crate) fn of_object(usd: IStiUSD, options: &Options) -> Result<Loaded> {
        let data = Key::new(options.data.clone());
        let port = Port {
            name: abi::memory::wide(&options.path.to_string_lossy()),
        };
        let port: IStiDeviceControl = port.into();
        // SAFETY: an object, a version, and a key, which lives as long as the driver.
        let begun = unsafe { usd.Initialize((&port).into(), STI_VERSION_3, data.handle()) };
        check(begun).map_err(|e| e.context("IStiUSD::Initialize"))?;
        let mut capabilities = STI_USD_CAPS::default();
        // SAFETY: a valid pointer.
        let told = unsafe { usd.GetCapabilities(&raw mut capabilities) };
        check(told).map_err(|e| e.context("IStiUSD::GetCapabilities"))?;
        let driver = usd.cast::<IWiaMiniDrv>();
        let driver = driver.map_err(|_| broken("the driver has no IWiaMiniDrv"))?;
        let usd = Shared::new(usd);
        let behind: Behind = Arc::new(Mutex::new(Some(usd.clone())));
        let device = StiDevice {
            driver: Arc::clone(&behind),
        };
        let device: IStiDevice = ComObject::new(device).to_interface();
        Ok(Loaded {
            driver: Shared::new(driver),
            usd,
            model: model(capabilities.dwVersion),
            device: Shared::new(device.into()),
            behind,
            _data: data,
            library: None,
        })
    }

    /// An extension of the driver: the driver object's own interface, else an object of another class of the library.
    pub(crate) fn extension<T: Interface>(&self, class: Option<Guid>) -> Option<Shared<T>> {
        let own = self.driver.get().cast::<T>().ok();
        own.or_else(|| self.library.as_ref()?.create::<T>(class?).ok())
            .map(Shared::new)
    }
}

/// `STI_VERSION_3` is a driver of streams, a lower version one of the older kinds.
const fn model(version: u32) -> DriverModel {
    match version & !STI_VERSION_FLAG_MASK < STI_VERSION_3 & !STI_VERSION_FLAG_MASK {
        true => DriverModel::Legacy,
        false => DriverModel::Stream,
    }
}

/// `DllGetClassObject`.
type GetClassObject =
    unsafe extern "system" fn(*const GUID, *const GUID, *mut *mut c_void) -> HRESULT;

struct DriverLibrary {
    /// Never unloaded: threads of it may run.
    library: ManuallyDrop<Library>,
    get_class_object: GetClassObject,
    path: PathBuf,
}

impl DriverLibrary {
    fn load(path: &Path) -> Result<DriverLibrary> {
        let cannot = |e: &dyn std::fmt::Display| {
            Error::new(
                ErrorKind::NoDeviceAvailable,
                format!("no device com:{}: {e}", path.display()),
            )
        };
        // A bare name may be a file here, as a path is.
        let here = path.canonicalize().ok().filter(|path| path.is_file());
        let path = here.unwrap_or_else(|| path.to_owned());
        // SAFETY: to load a driver is to run its code. That is what was asked for, in a process of its own.
        let library = unsafe { Library::open(Some(&path), RTLD_NOW | RTLD_LOCAL) };
        let library = ManuallyDrop::new(library.map_err(|e| cannot(&e))?);
        // SAFETY: the documented signature.
        let symbol = unsafe { library.get::<GetClassObject>(b"DllGetClassObject\0") };
        let get_class_object =
            *symbol.map_err(|_| cannot(&"the library exports no DllGetClassObject"))?;
        Ok(DriverLibrary {
            library,
            get_class_object,
            path,
        })
    }

    /// The library's exported `WiaMinidriverClass`, if there is one.
    fn class(&self) -> Option<Guid> {
        // SAFETY: the address of the symbol is that of a GUID, as its name promises.
        let symbol = unsafe { self.library.get::<*const GUID>(b"WiaMinidriverClass\0") }.ok()?;
        // SAFETY: as before; the library stays loaded.
        let class = unsafe { symbol.as_ref() }?;
        Some(wia_guid(*class))
    }

    /// A new object of a class.
    fn create<T: Interface>(&self, class: Guid) -> Result<T> {
        let failed = |e: Error, what: &str| {
            e.reworded(|why| format!("{}: {what} of class {class}: {why}", self.path.display()))
        };
        let class_id = guid(class);
        let mut factory = ptr::null_mut();
        // SAFETY: three valid pointers.
        let got = unsafe {
            (self.get_class_object)(&raw const class_id, &IClassFactory::IID, &raw mut factory)
        };
        // Whatever else it is, no such class is no such device.
        check(got).map_err(|e| {
            let what = format!("{}: no class {class}: {e}", self.path.display());
            Error::new(ErrorKind::NoDeviceAvailable, what)
        })?;
        if factory.is_null() {
            return Err(broken("DllGetClassObject gave no object, and no failure"));
        }
        // SAFETY: the call gave an object with this interface, which is ours to release.
        let factory = unsafe { IClassFactory::from_raw(factory) };
        let mut object = ptr::null_mut();
        // SAFETY: no outer object, and valid pointers.
        let made = unsafe { factory.CreateInstance(InRef::default(), &T::IID, &raw mut object) };
        check(made).map_err(|e| failed(e, "CreateInstance"))?;
        if object.is_null() {
            return Err(broken(
                "IClassFactory::CreateInstance gave no object, and no failure",
            ));
        }
        // SAFETY: as for the factory.
        Ok(unsafe { T::from_raw(object) })
    }
}
