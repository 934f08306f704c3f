//! The service library as a driver in C calls it, and what a system without COM lacks.
#![expect(unsafe_code, reason = "functions of C are called")]

mod items;
mod memory;
mod properties;
mod property_context;
mod transfers;
mod valid_values;

use std::ptr;

use ::items::{AppItem, DriverItem, Resolutions, ScannerRules, declare_scanner_item};
use abi::interfaces::{IWiaDrvItem, IWiaMiniDrv, IWiaMiniDrv_Impl};
use abi::results::{E_INVALIDARG, E_NOTIMPL, S_OK};
use abi::structs::{MINIDRV_TRANSFER_CONTEXT, PROPSPEC, WIA_DEV_CAP_DRV, WIA_FORMAT_INFO};
use abi::{BSTR, GUID, HRESULT, LPWSTR};
use driver_com::context;
use wia::category::{WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::{Access, ItemFlags, PropertyId, PropertyInfo, PropertyValue, ValidValues};
use windows_core::{IUnknown, InRef, implement};

/// A property of a driver's own.
pub(crate) const OWN: PropertyId = PropertyId(0x1_0000);
/// One that no item has.
pub(crate) const NONE: PropertyId = PropertyId(0x1_0001);

/// A scanner's tree, as an application has it.
pub(crate) struct Tree {
    pub(crate) root: AppItem,
    pub(crate) flatbed: AppItem,
}

impl Tree {
    pub(crate) fn new() -> Tree {
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER;
        let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT).expect("a root");
        let flags = ItemFlags::FILE | ItemFlags::FOLDER | ItemFlags::TRANSFER;
        DriverItem::new_child(&root, flags, "Flatbed", WIA_CATEGORY_FLATBED, None)
            .expect("a flatbed");
        let root = AppItem::from_driver_tree(&root);
        let flatbed = root.children().remove(0);
        let rules = ScannerRules {
            resolutions: Resolutions::List(vec![150, 300, 600]),
            optical: (600, 600),
            ..ScannerRules::new((8500, 11700))
        };
        declare_scanner_item(&flatbed, &rules).expect("its properties");
        Tree { root, flatbed }
    }

    /// The context of the flatbed.
    pub(crate) fn context(&self) -> *mut u8 {
        context::of(&self.flatbed)
    }

    /// Gives the flatbed a property of any type, which can be read.
    pub(crate) fn declare(&self, id: PropertyId, value: impl Into<PropertyValue>) {
        let info = PropertyInfo {
            access: Access::READ,
            valid: ValidValues::None,
        };
        self.flatbed.declare(id, value, info);
    }
}

/// What is no context: null, a number, an address.
pub(crate) fn no_contexts() -> [*mut u8; 3] {
    static SOMETHING: u64 = 0;
    [
        ptr::null_mut(),
        ptr::without_provenance_mut(7),
        (&raw const SOMETHING).cast_mut().cast(),
    ]
}

pub(crate) fn spec(id: PropertyId) -> PROPSPEC {
    PROPSPEC::numbered(id.0)
}

/// Each call has to be refused, and the place it writes to, if it has any, is the caller's.
#[track_caller]
pub(crate) fn refused(results: &[HRESULT]) {
    for (i, result) in results.iter().enumerate() {
        assert_eq!(*result, E_INVALIDARG, "call {i}");
    }
}

/// A driver that tells its formats and nothing else.
#[implement(IWiaMiniDrv)]
pub(crate) struct Driver {
    pub(crate) formats: Vec<WIA_FORMAT_INFO>,
    /// What it says instead of their number.
    pub(crate) number: Option<i32>,
    pub(crate) result: HRESULT,
}

impl Driver {
    pub(crate) fn object(formats: Vec<WIA_FORMAT_INFO>) -> IWiaMiniDrv {
        Driver {
            formats,
            number: None,
            result: S_OK,
        }
        .into()
    }
}

impl IWiaMiniDrv_Impl for Driver_Impl {
    unsafe fn drvInitializeWia(
        &self,
        _context: *mut u8,
        _flags: i32,
        _device_id: BSTR,
        _root_full_name: BSTR,
        _sti_device: InRef<'_, IUnknown>,
        _outer: InRef<'_, IUnknown>,
        _root: *mut Option<IWiaDrvItem>,
        _inner: *mut Option<IUnknown>,
        _error: *mut i32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvAcquireItemData(
        &self,
        _context: *mut u8,
        _flags: i32,
        _transfer: *mut MINIDRV_TRANSFER_CONTEXT,
        _error: *mut i32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvInitItemProperties(
        &self,
        _context: *mut u8,
        _flags: i32,
        _error: *mut i32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvValidateItemProperties(
        &self,
        _context: *mut u8,
        _flags: i32,
        _count: u32,
        _specs: *const PROPSPEC,
        _error: *mut i32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvWriteItemProperties(
        &self,
        _context: *mut u8,
        _flags: i32,
        _transfer: *mut MINIDRV_TRANSFER_CONTEXT,
        _error: *mut i32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvReadItemProperties(
        &self,
        _context: *mut u8,
        _flags: i32,
        _count: u32,
        _specs: *const PROPSPEC,
        _error: *mut i32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvLockWiaDevice(&self, _context: *mut u8, _flags: i32, _error: *mut i32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvUnLockWiaDevice(
        &self,
        _context: *mut u8,
        _flags: i32,
        _error: *mut i32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvAnalyzeItem(&self, _context: *mut u8, _flags: i32, _error: *mut i32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvGetDeviceErrorStr(
        &self,
        _flags: i32,
        _code: i32,
        _text: *mut LPWSTR,
        _error: *mut i32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvDeviceCommand(
        &self,
        _context: *mut u8,
        _flags: i32,
        _command: *const GUID,
        _item: *mut Option<IWiaDrvItem>,
        _error: *mut i32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvGetCapabilities(
        &self,
        _context: *mut u8,
        _flags: i32,
        _count: *mut i32,
        _capabilities: *mut *mut WIA_DEV_CAP_DRV,
        _error: *mut i32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvDeleteItem(&self, _context: *mut u8, _flags: i32, _error: *mut i32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvFreeDrvItemContext(
        &self,
        _flags: i32,
        _private: *mut u8,
        _error: *mut i32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvGetWiaFormatInfo(
        &self,
        _context: *mut u8,
        _flags: i32,
        count: *mut i32,
        formats: *mut *mut WIA_FORMAT_INFO,
        _error: *mut i32,
    ) -> HRESULT {
        // SAFETY: the service gives places for both.
        unsafe {
            count.write(self.number.unwrap_or(self.formats.len() as i32));
            let none = self.formats.is_empty();
            formats.write(if none {
                ptr::null_mut()
            } else {
                self.formats.as_ptr().cast_mut()
            });
        }
        self.result
    }

    unsafe fn drvNotifyPnpEvent(
        &self,
        _event: *const GUID,
        _device_id: BSTR,
        _reserved: u32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvUnInitializeWia(&self, _context: *mut u8) -> HRESULT {
        E_NOTIMPL
    }
}
