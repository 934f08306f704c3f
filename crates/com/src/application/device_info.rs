//! What is known of a device that is not open (`IEnumWIA_DEV_INFO`).

use std::sync::Arc;

use abi::interfaces::IWiaPropertyStorage;
use bridge::{PropertySource, property_storage_object};
use devices::DeviceInfo;
use items::wia_name;
use wia::category::WIA_CATEGORY_ROOT;
use wia::constant::{WIA_DEVICE_CONNECTED, WIA_DEVICE_NOT_CONNECTED};
use wia::property::{
    WIA_DIP_DEV_DESC, WIA_DIP_DEV_ID, WIA_DIP_DEV_NAME, WIA_DIP_DEV_TYPE, WIA_DIP_PORT_NAME,
    WIA_DIP_REMOTE_DEV_ID, WIA_DIP_SERVER_NAME, WIA_DIP_VEND_DESC, WIA_DIP_WIA_VERSION,
    WIA_DPA_CONNECT_STATUS,
};
use wia::{Access, Error, ErrorKind, PropertyId, PropertyInfo, PropertyValue, Result, ValidValues};

/// `WIA_DIP_DEV_TYPE` of a scanner: the type in the upper half (`StiDeviceTypeScanner`).
const SCANNER: i32 = 1 << 16;

/// `WIA_DIP_WIA_VERSION`.
const VERSION: &str = "2.0";

/// The properties of a device that was found.
pub(crate) fn object(device: &DeviceInfo) -> IWiaPropertyStorage {
    property_storage_object(Arc::new(Found(properties(device))))
}

fn properties(device: &DeviceInfo) -> Vec<(PropertyId, PropertyValue)> {
    let model = match device.model.as_str() {
        "" => device.description.as_str(),
        model => model,
    };
    let name = device.name.as_deref().unwrap_or(model);
    let port = match device.address.as_str() {
        "" => device.uri.as_str(),
        address => address,
    };
    let connected = match device.away {
        false => WIA_DEVICE_CONNECTED,
        true => WIA_DEVICE_NOT_CONNECTED,
    };
    vec![
        (WIA_DIP_DEV_ID, device.uri.as_str().into()),
        (WIA_DIP_VEND_DESC, device.vendor.as_str().into()),
        (WIA_DIP_DEV_DESC, model.into()),
        (WIA_DIP_DEV_TYPE, SCANNER.into()),
        (WIA_DIP_PORT_NAME, port.into()),
        (WIA_DIP_DEV_NAME, name.into()),
        (WIA_DIP_SERVER_NAME, "local".into()),
        (WIA_DIP_REMOTE_DEV_ID, "".into()),
        (WIA_DIP_WIA_VERSION, VERSION.into()),
        (WIA_DPA_CONNECT_STATUS, connected.into()),
    ]
}

struct Found(Vec<(PropertyId, PropertyValue)>);

impl PropertySource for Found {
    fn properties(&self) -> Vec<PropertyId> {
        self.0.iter().map(|(id, _)| *id).collect()
    }

    fn read(&self, ids: &[PropertyId]) -> Result<Vec<Option<PropertyValue>>> {
        let value = |id: &PropertyId| {
            let found = self.0.iter().find(|(of, _)| of == id)?;
            Some(found.1.clone())
        };
        Ok(ids.iter().map(value).collect())
    }

    fn write(&self, _: &[(PropertyId, PropertyValue)]) -> Result<()> {
        Err(Error::new(
            ErrorKind::AccessDenied,
            "what was found out about a device cannot be written",
        ))
    }

    fn attributes(&self, id: PropertyId) -> Option<PropertyInfo> {
        self.0.iter().find(|(of, _)| *of == id)?;
        Some(PropertyInfo {
            access: Access::READ,
            valid: ValidValues::None,
        })
    }

    fn property_name(&self, id: PropertyId) -> String {
        wia_name(id, WIA_CATEGORY_ROOT).map_or_else(|| id.to_string(), str::to_owned)
    }

    fn property_by_name(&self, name: &str) -> Option<PropertyId> {
        let mut ids = self.0.iter().map(|(id, _)| *id);
        ids.find(|id| items::is_called(&self.property_name(*id), name))
    }

    fn property_stream(&self) -> Result<Vec<u8>> {
        Err(Error::new(
            ErrorKind::NotImplemented,
            "nothing of a device that is not open can be saved",
        ))
    }

    fn set_property_stream(&self, _: &[u8]) -> Result<()> {
        self.write(&[])
    }
}
