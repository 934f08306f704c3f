//! `wiasUpdateValidFormat`.

use items::{AppItem, DriverItem};
use transfer::TransferContext;
use wia::format::{
    WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF,
};
use wia::property::*;
use wia::{
    Access, Error, ErrorKind, Guid, PropertyId, PropertyValue, Result, Status, TransferFlags,
    Tymed, ValidValues,
};

use crate::minidriver::service_library::*;
use crate::minidriver::{FormatInfo, Minidriver};
use crate::rig::*;

/// A driver that has nothing but formats; `None` fails.
struct Formats(Option<&'static [(Guid, Tymed)]>);

impl Minidriver for Formats {
    fn initialize(&self, _: &str) -> Result<DriverItem> {
        Err(Error::new(ErrorKind::NotImplemented, ""))
    }
    fn init_item_properties(&self, _: &AppItem) -> Result<()> {
        Ok(())
    }
    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        let mut context = create_prop_context(changed, &[]);
        update_valid_format(item, &mut context, self)
    }
    fn acquire_item_data(
        &self,
        _: &AppItem,
        _: TransferFlags,
        _: &mut TransferContext,
    ) -> Result<Status> {
        Ok(Status::Ok)
    }
    fn wia_format_info(&self, _: &AppItem) -> Result<Vec<FormatInfo>> {
        let formats = self.0.ok_or_else(|| Error::new(ErrorKind::Offline, ""))?;
        let info = |(format, tymed): &(Guid, Tymed)| FormatInfo {
            format: *format,
            tymed: *tymed,
        };
        Ok(formats.iter().map(info).collect())
    }
    fn notify_pnp_event(&self, _: Guid) {}
}

const DRIVER: Formats = Formats(Some(&[
    (WIA_IMG_FMT_BMP, Tymed::File),
    (WIA_IMG_FMT_TIFF, Tymed::File),
    (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
    (WIA_IMG_FMT_MEMORYBMP, Tymed::Callback),
    (WIA_IMG_FMT_RAW, Tymed::Callback),
]));

fn scanner() -> (AppItem, AppItem) {
    let (tree, item) = flatbed();
    item.declare(WIA_IPA_TYMED, Tymed::File.value(), info(Access::RW));
    item.declare(WIA_IPA_FORMAT, WIA_IMG_FMT_BMP, info(Access::RW));
    (tree, item)
}

fn write(item: &AppItem, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
    application_writes(item, values, |i, changed| {
        DRIVER.validate_item_properties(i, changed)
    })
}

fn tymed(tymed: Tymed) -> (PropertyId, PropertyValue) {
    (WIA_IPA_TYMED, tymed.value().into())
}

fn format(format: Guid) -> (PropertyId, PropertyValue) {
    (WIA_IPA_FORMAT, format.into())
}

fn valid_formats(item: &AppItem) -> Vec<Guid> {
    match item.attributes(WIA_IPA_FORMAT).unwrap().valid {
        ValidValues::List { values, .. } => values.iter().map(|v| v.as_guid().unwrap()).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_list_of_formats_is_made_for_the_kind_of_transfer() {
    for (kind, formats) in [
        (Tymed::File, &[WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF][..]),
        (Tymed::MultipageFile, &[WIA_IMG_FMT_TIFF]),
        (Tymed::Callback, &[WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_RAW]),
    ] {
        let (_tree, item) = scanner();
        write(&item, &[tymed(kind)]).unwrap();
        assert_eq!(valid_formats(&item), formats);
    }
}

#[test]
fn the_list_of_kinds_of_transfer_is_that_of_the_formats() {
    let (_tree, item) = scanner();
    write(&item, &[]).unwrap();
    assert_eq!(
        item.attributes(WIA_IPA_TYMED).unwrap().valid,
        ValidValues::List {
            nominal: 2.into(),
            values: vec![2.into(), 256.into(), 128.into()],
        }
    );
}

#[test]
fn a_format_that_is_not_valid_any_more_is_chosen_anew_and_marked() {
    for (preferred, chosen) in [
        (None, WIA_IMG_FMT_MEMORYBMP),
        (Some(WIA_IMG_FMT_RAW), WIA_IMG_FMT_RAW),
        (Some(WIA_IMG_FMT_JPEG), WIA_IMG_FMT_MEMORYBMP),
    ] {
        let (_tree, item) = scanner();
        if let Some(preferred) = preferred {
            item.declare(WIA_IPA_PREFERRED_FORMAT, preferred, info(Access::READ));
        }
        application_writes(&item, &[tymed(Tymed::Callback)], |item, changed| {
            let mut context = create_prop_context(changed, &[]);
            update_valid_format(item, &mut context, &DRIVER)?;
            assert!(is_prop_changed(WIA_IPA_FORMAT, &context).unwrap());
            Ok(())
        })
        .unwrap();
        assert_eq!(item.read_guid(WIA_IPA_FORMAT).unwrap(), chosen);
    }
}

#[test]
fn a_format_that_stays_valid_is_kept() {
    let (_tree, item) = scanner();
    write(&item, &[format(WIA_IMG_FMT_TIFF)]).unwrap();
    application_writes(&item, &[tymed(Tymed::MultipageFile)], |item, changed| {
        let mut context = create_prop_context(changed, &[]);
        update_valid_format(item, &mut context, &DRIVER)?;
        assert!(!is_prop_changed(WIA_IPA_FORMAT, &context).unwrap());
        Ok(())
    })
    .unwrap();
    assert_eq!(item.read_guid(WIA_IPA_FORMAT).unwrap(), WIA_IMG_FMT_TIFF);
}

#[test]
fn a_written_format_that_is_not_valid_is_refused() {
    let (_tree, item) = scanner();
    let before = item.properties();
    for values in [
        &[format(WIA_IMG_FMT_JPEG)][..],
        &[format(WIA_IMG_FMT_MEMORYBMP)],
        &[tymed(Tymed::Callback), format(WIA_IMG_FMT_BMP)],
    ] {
        let message = refused(write(&item, values));
        assert!(message.starts_with("WIA_IPA_FORMAT: "), "{message}");
        assert_eq!(item.properties(), before);
    }
    let both = [tymed(Tymed::Callback), format(WIA_IMG_FMT_RAW)];
    write(&item, &both).unwrap();
}

#[test]
fn a_kind_of_transfer_that_no_format_has_is_refused() {
    let (_tree, item) = scanner();
    let before = item.properties();
    for value in [Tymed::MultipageCallback.value(), 1, 0] {
        let message = refused(write(&item, &[(WIA_IPA_TYMED, value.into())]));
        assert!(message.starts_with("WIA_IPA_TYMED: "), "{message}");
        assert_eq!(item.properties(), before);
    }
}

#[test]
fn a_failure_of_the_driver_is_passed_on() {
    let (_tree, item) = scanner();
    let before = item.properties();
    let mut context = create_prop_context(&[], &[]);
    let e = update_valid_format(&item, &mut context, &Formats(None)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Offline);
    assert_eq!(item.properties(), before);
}

#[test]
fn an_item_without_formats_is_left_alone() {
    let (tree, _) = scanner();
    let before = tree.properties();
    let mut context = create_prop_context(&[], &[]);
    update_valid_format(&tree, &mut context, &DRIVER).unwrap();
    assert_eq!(tree.properties(), before);
}
