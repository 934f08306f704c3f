//! Ids and slots against the tables of the metadata.

use std::mem::offset_of;

use quire_abi::interfaces::*;
use windows_core::Interface;

use crate::table;

/// An interface as it is here: its id, the size of its table in slots, and the slot of each method.
struct Actual {
    name: &'static str,
    iid: String,
    slots: usize,
    methods: Vec<(&'static str, usize)>,
}

macro_rules! interfaces {
    ($($name:ident { $($method:ident)* })*) => {
        vec![$(Actual {
            name: stringify!($name),
            iid: quire_abi::guids::wia_guid($name::IID).to_string(),
            slots: size_of::<<$name as Interface>::Vtable>() / size_of::<usize>(),
            methods: vec![$((
                stringify!($method),
                offset_of!(<$name as Interface>::Vtable, $method) / size_of::<usize>(),
            )),*],
        }),*]
    };
}

#[rustfmt::skip]
fn actual() -> Vec<Actual> {
    interfaces! {
    IEnumWIA_DEV_CAPS { Next Skip Reset Clone GetCount }
    IEnumWIA_DEV_INFO { Next Skip Reset Clone GetCount }
    IEnumWIA_FORMAT_INFO { Next Skip Reset Clone GetCount }
    IEnumWiaItem { Next Skip Reset Clone GetCount }
    IEnumWiaItem2 { Next Skip Reset Clone GetCount }
    IWiaAppErrorHandler { GetWindow ReportStatus }
    IWiaDataCallback { BandedDataCallback }
    IWiaDataTransfer { idtGetData idtGetBandedData idtQueryGetData idtEnumWIA_FORMAT_INFO idtGetExtendedTransferInfo }
    IWiaDevMgr { EnumDeviceInfo CreateDevice SelectDeviceDlg SelectDeviceDlgID GetImageDlg RegisterEventCallbackProgram RegisterEventCallbackInterface RegisterEventCallbackCLSID AddDeviceDlg }
    IWiaDevMgr2 { EnumDeviceInfo CreateDevice SelectDeviceDlg SelectDeviceDlgID RegisterEventCallbackInterface RegisterEventCallbackProgram RegisterEventCallbackCLSID GetImageDlg }
    IWiaDrvItem { GetItemFlags GetDeviceSpecContext GetFullItemName GetItemName AddItemToFolder UnlinkItemTree RemoveItemFromFolder FindItemByName FindChildItemByName GetParentItem GetFirstChildItem GetNextSiblingItem DumpItemData }
    IWiaErrorHandler { ReportStatus GetStatusDescription }
    IWiaEventCallback { ImageEventCallback }
    IWiaImageFilter { InitializeFilter SetNewCallback FilterPreviewImage ApplyProperties }
    IWiaItem { GetItemType AnalyzeItem EnumChildItems DeleteItem CreateChildItem EnumRegisterEventInfo FindItemByName DeviceDlg DeviceCommand GetRootItem EnumDeviceCapabilities DumpItemData DumpDrvItemData DumpTreeItemData Diagnostic }
    IWiaItem2 { CreateChildItem DeleteItem EnumChildItems FindItemByName GetItemCategory GetItemType DeviceDlg DeviceCommand EnumDeviceCapabilities CheckExtension GetExtension GetParentItem GetRootItem GetPreviewComponent EnumRegisterEventInfo Diagnostic }
    IWiaItemExtras { GetExtendedErrorInfo Escape CancelPendingIO }
    IWiaLog { InitializeLog hResult Log }
    IWiaLogEx { InitializeLogEx hResult Log hResultEx LogEx }
    IWiaMiniDrv { drvInitializeWia drvAcquireItemData drvInitItemProperties drvValidateItemProperties drvWriteItemProperties drvReadItemProperties drvLockWiaDevice drvUnLockWiaDevice drvAnalyzeItem drvGetDeviceErrorStr drvDeviceCommand drvGetCapabilities drvDeleteItem drvFreeDrvItemContext drvGetWiaFormatInfo drvNotifyPnpEvent drvUnInitializeWia }
    IWiaMiniDrvCallBack { MiniDrvCallback }
    IWiaMiniDrvTransferCallback { GetNextStream SendMessage }
    IWiaNotifyDevMgr { NewDeviceArrival }
    IWiaPreview { GetNewPreview UpdatePreview DetectRegions Clear }
    IWiaPropertyStorage { ReadMultiple WriteMultiple DeleteMultiple ReadPropertyNames WritePropertyNames DeletePropertyNames Commit Revert Enum SetTimes SetClass Stat GetPropertyAttributes GetCount GetPropertyStream SetPropertyStream }
    IWiaSegmentationFilter { DetectRegions }
    IWiaTransfer { Download Upload Cancel EnumWIA_FORMAT_INFO }
    IWiaTransferCallback { TransferCallback GetNextStream }
    IWiaUIExtension { DeviceDialog GetDeviceIcon GetDeviceBitmapLogo }
    IWiaUIExtension2 { DeviceDialog GetDeviceIcon }
    IWiaVideo { PreviewVisible SetPreviewVisible ImagesDirectory SetImagesDirectory CreateVideoByWiaDevID CreateVideoByDevNum CreateVideoByName DestroyVideo Play Pause TakePicture ResizeVideo GetCurrentState }
    ISequentialStream { Read Write }
    IStream { Seek SetSize CopyTo Commit Revert LockRegion UnlockRegion Stat Clone }
    IClassFactory { CreateInstance LockServer }
    IEnumSTATPROPSTG { Next Skip Reset Clone }
    IStiUSD { Initialize GetCapabilities GetStatus DeviceReset Diagnostic Escape GetLastError LockDevice UnLockDevice RawReadData RawWriteData RawReadCommand RawWriteCommand SetNotificationHandle GetNotificationData GetLastErrorInfo }
    IStiDevice { Initialize GetCapabilities GetStatus DeviceReset Diagnostic Escape GetLastError LockDevice UnLockDevice RawReadData RawWriteData RawReadCommand RawWriteCommand Subscribe GetLastNotificationData UnSubscribe GetLastErrorInfo }
    IStiDeviceControl { Initialize RawReadData RawWriteData RawReadCommand RawWriteCommand RawDeviceControl GetLastError GetMyDevicePortName GetMyDeviceHandle GetMyDeviceOpenMode WriteToErrorLog }
    }
}

#[test]
fn every_method_has_the_slot_of_the_metadata() {
    let actual = actual();
    let mut rows = 0;
    for table in [
        include_str!("../fixtures/interfaces.csv"),
        include_str!("../fixtures/more-interfaces.csv"),
    ] {
        for row in table::rows(table) {
            let [name, iid, _base, slot, method] = row[..] else {
                panic!("a row of five: {row:?}");
            };
            let interface = actual.iter().find(|a| a.name == name).expect(name);
            assert_eq!(interface.iid, iid, "{name}");
            let (_, is) = interface
                .methods
                .iter()
                .find(|(m, _)| *m == method)
                .expect(method);
            assert_eq!(is.to_string(), slot, "{name}::{method}");
            rows += 1;
        }
    }
    assert_eq!(
        rows,
        actual.iter().map(|a| a.methods.len()).sum::<usize>(),
        "every method has a row"
    );
}

#[test]
fn the_tables_end_with_the_last_method() {
    for interface in actual() {
        let last = interface.methods.iter().map(|(_, slot)| *slot).max();
        assert_eq!(Some(interface.slots - 1), last, "{}", interface.name);
    }
}
