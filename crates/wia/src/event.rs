//! Events that a device, the service or a driver reports.
//!
//! Action events start an application; notification events reach those that listen.

use crate::guid::Guid;
use crate::identifiers::identifiers;

identifiers! {
    "WIA_EVENT_",
    /// The device came.
    WIA_EVENT_DEVICE_CONNECTED = 0xA28BBADE_64B6_11D2_A231_00C04FA31809;
    /// The device went away.
    WIA_EVENT_DEVICE_DISCONNECTED = 0x143E4E83_6497_11D2_A231_00C04FA31809;
    /// An item was added to the tree; carries its full name.
    WIA_EVENT_ITEM_CREATED = 0x4C8F4EF5_E14F_11D2_B326_00C04F68CE61;
    /// An item was taken out of the tree; carries its full name.
    WIA_EVENT_ITEM_DELETED = 0x1D22A559_E14F_11D2_B326_00C04F68CE61;
    /// The tree changed: enumerate it again.
    WIA_EVENT_TREE_UPDATED = 0xC9859B91_4AB2_4CD6_A1FC_582EEC55E585;
    /// A storage medium was inserted.
    WIA_EVENT_STORAGE_CREATED = 0x353308B2_FE73_46C8_895E_FA4551CCC85A;
    /// A storage medium was taken out.
    WIA_EVENT_STORAGE_DELETED = 0x5E41E75E_9390_44C5_9A51_E47019E390CF;
    /// A volume with images was mounted.
    WIA_EVENT_VOLUME_INSERT = 0x9638BBFD_D1BD_11D2_B31F_00C04F68CE61;
    /// The scan button.
    WIA_EVENT_SCAN_IMAGE = 0xA6C5A715_8C6E_11D2_977A_0000F87A926F;
    /// The copy (scan and print) button.
    WIA_EVENT_SCAN_PRINT_IMAGE = 0xB441F425_8C6E_11D2_977A_0000F87A926F;
    /// The fax button.
    WIA_EVENT_SCAN_FAX_IMAGE = 0xC00EB793_8C6E_11D2_977A_0000F87A926F;
    /// The e-mail button.
    WIA_EVENT_SCAN_EMAIL_IMAGE = 0xC686DCEE_54F2_419E_9A27_2FC7F2E98F9E;
    /// The scan film button.
    WIA_EVENT_SCAN_FILM_IMAGE = 0x9B2B662C_6185_438C_B68B_E39EE25E71CB;
    /// The scan to text button.
    WIA_EVENT_SCAN_OCR_IMAGE = 0x9D095B89_37D6_4877_AFED_62A297DC6DBE;
    /// The second scan button.
    WIA_EVENT_SCAN_IMAGE2 = 0xFC4767C1_C8B3_48A2_9CFA_2E90CB3D3590;
    /// The third scan button.
    WIA_EVENT_SCAN_IMAGE3 = 0x154E27BE_B617_4653_ACC5_0FD7BD4C65CE;
    /// The fourth scan button.
    WIA_EVENT_SCAN_IMAGE4 = 0xA65B704A_7F3C_4447_A75D_8A26DFCA1FDF;
    /// Paper was put into the feeder.
    WIA_EVENT_FEEDER_LOADED = 0xCC8D701E_9ABA_481D_BF74_78F763DC342A;
    /// The feeder became empty.
    WIA_EVENT_FEEDER_EMPTIED = 0xE70B4B82_6DDA_46BB_8FF9_53CEB1A03E35;
    /// The flatbed's lid was opened.
    WIA_EVENT_FLATBED_LID_OPEN = 0xBA0A0623_437D_4F03_A97D_7793B123113C;
    /// The flatbed's lid was closed.
    WIA_EVENT_FLATBED_LID_CLOSED = 0xF879AF0F_9B29_4283_AD95_D412164D39A9;
    /// A cover was opened.
    WIA_EVENT_COVER_OPEN = 0x19A12136_FA1C_4F66_900F_8F914EC74EC9;
    /// A cover was closed.
    WIA_EVENT_COVER_CLOSED = 0x6714A1E6_E285_468C_9B8C_DA7DC4CBAA05;
    /// The device is ready again.
    WIA_EVENT_DEVICE_READY = 0x7523EC6C_988B_419E_9A0A_425AC31B37DC;
    /// The device cannot scan now.
    WIA_EVENT_DEVICE_NOT_READY = 0xD8962D7E_E4DC_4B4D_BA29_668A87F42E6F;
    /// From the service to the driver: give up what is pending.
    WIA_EVENT_CANCEL_IO = 0xC860F7B8_9CCD_41EA_BBBF_4DD09C5B1795;
    /// From the service to the driver: the machine goes to sleep.
    WIA_EVENT_POWER_SUSPEND = 0xA0922FF9_C3B4_411C_9E29_03A66993D2BE;
    /// From the service to the driver: the machine woke; wait for notifications again.
    WIA_EVENT_POWER_RESUME = 0x618F153E_F686_4350_9634_4115A304830C;
    /// Stands for an event of the older still image interface.
    WIA_EVENT_STI_PROXY = 0xD711F81F_1F0D_422D_8641_927D1B93E5E5;
    /// Handler choice: do nothing.
    WIA_EVENT_HANDLER_NO_ACTION = 0xE0372B7D_E115_4525_BC55_B629E68C745A;
    /// Handler choice: ask the user.
    WIA_EVENT_HANDLER_PROMPT = 0x5F4BAAD0_4D59_4FCD_B213_783CE7A92F22;
}
