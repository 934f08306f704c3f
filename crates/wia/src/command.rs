//! Commands for a device (`IWiaItem2::DeviceCommand`, `IWiaMiniDrv::drvDeviceCommand`).

use crate::guid::Guid;
use crate::identifiers::identifiers;

identifiers! {
    "WIA_CMD_",
    /// Build the tree of items anew. Every driver supports it.
    WIA_CMD_SYNCHRONIZE = 0x9B26B7B2_ACAD_11D2_A093_00C04F72DC3C;
    /// Take a picture.
    WIA_CMD_TAKE_PICTURE = 0xAF933CAC_ACAD_11D2_A093_00C04F72DC3C;
    /// Delete everything that can be deleted.
    WIA_CMD_DELETE_ALL_ITEMS = 0xE208C170_ACAD_11D2_A093_00C04F72DC3C;
    /// Eject the sheet and load the next one.
    WIA_CMD_CHANGE_DOCUMENT = 0x04E725B0_ACAE_11D2_A093_00C04F72DC3C;
    /// Eject the sheet.
    WIA_CMD_UNLOAD_DOCUMENT = 0x1F3B3D8E_ACAE_11D2_A093_00C04F72DC3C;
    /// Run the device's self test.
    WIA_CMD_DIAGNOSTIC = 0x10FF52F5_DE04_4CF0_A5AD_691F8DCE0141;
    /// Format the device's storage.
    WIA_CMD_FORMAT = 0xC3A693AA_F788_4D34_A5B0_BE7190759A24;
    /// For debugging: delete the tree of items.
    WIA_CMD_DELETE_DEVICE_TREE = 0x73815942_DBEA_11D2_8416_00C04FA36145;
    /// For debugging: build the tree of items.
    WIA_CMD_BUILD_DEVICE_TREE = 0x9CBA5CE0_DBEA_11D2_8416_00C04FA36145;
    /// Start the feeder (manual feeder control).
    WIA_CMD_START_FEEDER = 0x5A9DF6C9_5F2D_4A39_9D6C_00456D047F00;
    /// Stop the feeder (manual feeder control).
    WIA_CMD_STOP_FEEDER = 0xD847B06D_3905_459C_9509_9B29CDB691E7;
    /// Pause the feeder (manual feeder control).
    WIA_CMD_PAUSE_FEEDER = 0x50985E4D_A5B2_4B71_9C95_6D7D7C469A43;
}
