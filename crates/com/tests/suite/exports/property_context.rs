//! Property contexts, and what validation does with them.

use std::ptr;

use ::items::CONTEXT_PROPERTIES;
use abi::GUID;
use abi::guids::guid;
use abi::memory::{Bstr, wide};
use abi::results::{E_FAIL, E_INVALIDARG, S_OK};
use abi::structs::{
    PROPSPEC, WIA_FORMAT_INFO, WIA_PROPERTY_CONTEXT, WIAS_CHANGED_VALUE, WIAS_CHANGED_VALUE_INFO,
    vt,
};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_RAW};
use wia::property::{
    WIA_IPA_FORMAT, WIA_IPA_ITEM_NAME, WIA_IPA_TYMED, WIA_IPS_BRIGHTNESS, WIA_IPS_XEXTENT,
    WIA_IPS_XRES,
};
use wia::{ErrorKind, PropertyId, Tymed};
use wiaservc::exports::property_context::*;
use windows_core::InRef;

use super::{Driver, NONE, Tree, refused, spec};

/// A context for a write of `written`, which also holds `extra`.
fn create(written: &[PropertyId], extra: &[PropertyId]) -> WIA_PROPERTY_CONTEXT {
    let specs: Vec<PROPSPEC> = written.iter().map(|id| spec(*id)).collect();
    let extra: Vec<u32> = extra.iter().map(|id| id.0).collect();
    let mut context = empty();
    // SAFETY: there are as many as is said.
    let result = unsafe {
        wiasCreatePropContext(
            specs.len() as u32,
            specs.as_ptr(),
            extra.len() as u32,
            extra.as_ptr(),
            &mut context,
        )
    };
    assert_eq!(result, S_OK);
    context
}

fn empty() -> WIA_PROPERTY_CONTEXT {
    WIA_PROPERTY_CONTEXT {
        cProps: 0,
        pProps: ptr::null_mut(),
        pChanged: ptr::null_mut(),
    }
}

fn free(mut context: WIA_PROPERTY_CONTEXT) {
    // SAFETY: it was made by `create`.
    assert_eq!(unsafe { wiasFreePropContext(&mut context) }, S_OK);
    assert_eq!(context, empty());
}

fn changed(id: PropertyId, context: &WIA_PROPERTY_CONTEXT) -> Option<bool> {
    let mut mark = 7;
    // SAFETY: everything is valid.
    let result = unsafe { wiasIsPropChanged(id.0, context, &mut mark) };
    assert!(result == S_OK || result == E_INVALIDARG);
    (result == S_OK).then_some(mark == 1)
}

fn no_value() -> WIAS_CHANGED_VALUE_INFO {
    let none = WIAS_CHANGED_VALUE {
        guidVal: GUID::zeroed(),
    };
    WIAS_CHANGED_VALUE_INFO {
        bChanged: 7,
        vt: 0,
        Old: none,
        Current: none,
    }
}

#[test]
fn a_context_holds_the_properties_of_scanners_and_those_that_are_asked_for() {
    let context = create(
        &[WIA_IPS_XRES, WIA_IPS_BRIGHTNESS],
        &[WIA_IPS_BRIGHTNESS, WIA_IPA_FORMAT],
    );
    assert_eq!(context.cProps as usize, CONTEXT_PROPERTIES.len() + 1);
    for id in CONTEXT_PROPERTIES {
        assert_eq!(changed(id, &context), Some(id == WIA_IPS_XRES), "{id}");
    }
    assert_eq!(changed(WIA_IPS_BRIGHTNESS, &context), Some(true));
    assert_eq!(changed(NONE, &context), None);
    // SAFETY: the context is valid.
    unsafe {
        assert_eq!(
            wiasSetPropChanged(WIA_IPA_FORMAT.0, (&raw const context).cast_mut(), 5),
            S_OK
        );
        assert_eq!(
            wiasSetPropChanged(NONE.0, (&raw const context).cast_mut(), 1),
            E_INVALIDARG
        );
    }
    assert_eq!(changed(WIA_IPA_FORMAT, &context), Some(true));
    free(context);
}

#[test]
fn what_is_null_or_was_freed_is_refused() {
    let context = create(&[], &[]);
    let mut copy = context;
    // One that a driver has put together by itself.
    let (mut ids, mut marks) = ([WIA_IPS_XRES.0], [0]);
    let mut own = WIA_PROPERTY_CONTEXT {
        cProps: 1,
        pProps: ids.as_mut_ptr(),
        pChanged: marks.as_mut_ptr(),
    };
    let (mut mark, mut name, number) = (0, wide("WIA_IPS_XRES"), spec(WIA_IPS_XRES));
    let named = PROPSPEC::named(name.as_mut_ptr());
    // SAFETY: what is not null is valid; of what is freed nothing is read.
    unsafe {
        assert_eq!(wiasFreePropContext(&mut copy), S_OK);
        refused(&[
            wiasFreePropContext(&mut own),
            wiasFreePropContext(ptr::null_mut()),
            wiasIsPropChanged(WIA_IPS_XRES.0, ptr::null(), &mut mark),
            wiasIsPropChanged(WIA_IPS_XRES.0, &copy, &mut mark),
            wiasIsPropChanged(WIA_IPS_XRES.0, &copy, ptr::null_mut()),
            wiasSetPropChanged(WIA_IPS_XRES.0, ptr::null_mut(), 1),
            wiasCreatePropContext(1, &number, 0, ptr::null(), ptr::null_mut()),
            wiasCreatePropContext(1, ptr::null(), 0, ptr::null(), &mut copy),
            wiasCreatePropContext(0, ptr::null(), 1, ptr::null(), &mut copy),
            wiasCreatePropContext(1, &named, 0, ptr::null(), &mut copy),
        ]);
        assert_eq!(
            wiasFreePropContext(&mut copy),
            S_OK,
            "an empty one has nothing to free"
        );
    }
}

#[test]
fn each_type_of_a_changed_value_is_told() {
    let tree = Tree::new();
    let context = create(&[WIA_IPS_XRES], &[]);
    let before = tree.flatbed.opt_i32(WIA_IPS_XRES);
    let value = (WIA_IPS_XRES, 150.into());
    ::items::write_multiple(&tree.flatbed, &[value], &mut |item, _| {
        let of = driver_com::context::of(item);
        let mut info = no_value();
        // SAFETY: everything is valid, and the members are those of the types.
        unsafe {
            let c = (&raw const context).cast_mut();
            assert_eq!(
                wiasGetChangedValueLong(of, c, 0, WIA_IPS_XRES.0, &mut info),
                S_OK
            );
            assert_eq!((info.bChanged, info.vt), (1, vt::I4.into()));
            assert_eq!((Some(info.Old.lVal), info.Current.lVal), (before, 150));
            assert_eq!(
                wiasGetChangedValueGuid(of, c, 0, WIA_IPA_FORMAT.0, &mut info),
                S_OK
            );
            assert_eq!((info.bChanged, info.vt), (0, vt::CLSID.into()));
            assert_eq!(info.Current.guidVal, guid(WIA_IMG_FMT_BMP));
            assert_eq!(
                wiasGetChangedValueStr(of, c, 1, WIA_IPA_ITEM_NAME.0, &mut info),
                S_OK
            );
            let texts = [info.Old, info.Current].map(|v| Bstr::from_raw(v.bstrVal));
            assert_eq!(texts[1].to_string(), "Flatbed");
            refused(&[
                wiasGetChangedValueFloat(of, c, 0, WIA_IPS_XRES.0, &mut info),
                wiasGetChangedValueLong(of, c, 0, NONE.0, &mut info),
                wiasGetChangedValueLong(of, c, 0, WIA_IPS_XRES.0, ptr::null_mut()),
                wiasGetChangedValueLong(of, ptr::null_mut(), 0, WIA_IPS_XRES.0, &mut info),
                wiasGetChangedValueLong(ptr::null(), c, 0, WIA_IPS_XRES.0, &mut info),
            ]);
        }
        Ok(())
    })
    .expect("a write");
    free(context);
}

#[test]
fn what_an_application_wrote_is_not_repaired() {
    let tree = Tree::new();
    let context = create(&[WIA_IPS_XRES], &[]);
    let value = (WIA_IPS_XRES, 7.into());
    let refusal = ::items::write_multiple(&tree.flatbed, &[value], &mut |item, _| {
        let of = driver_com::context::of(item);
        let mut info = no_value();
        let c = (&raw const context).cast_mut();
        // SAFETY: everything is valid.
        unsafe {
            // The mark alone does not make it the driver's.
            assert_eq!(wiasSetPropChanged(WIA_IPS_XRES.0, c, 0), S_OK);
            bridge::status(wiasGetChangedValueLong(of, c, 0, WIA_IPS_XRES.0, &mut info)).map(|_| ())
        }
    });
    assert_eq!(
        refusal.map_err(|e| e.kind()),
        Err(ErrorKind::InvalidArgument)
    );
    free(context);
}

#[test]
fn the_scan_rectangle_follows_the_resolution() {
    let tree = Tree::new();
    let context = create(&[WIA_IPS_XRES], &[]);
    let (dpi, extent) = (
        tree.flatbed.opt_i32(WIA_IPS_XRES),
        tree.flatbed.opt_i32(WIA_IPS_XEXTENT),
    );
    let twice = dpi.expect("a resolution") * 2;
    ::items::write_multiple(
        &tree.flatbed,
        &[(WIA_IPS_XRES, twice.into())],
        &mut |item, _| {
            let (of, c) = (
                driver_com::context::of(item),
                (&raw const context).cast_mut(),
            );
            // SAFETY: everything is valid.
            unsafe {
                refused(&[
                    wiasUpdateScanRect(of, ptr::null_mut(), 8500, 11700),
                    wiasUpdateScanRect(ptr::null(), c, 8500, 11700),
                ]);
                assert_eq!(wiasUpdateScanRect(of, c, 8500, 11700), S_OK);
            }
            Ok(())
        },
    )
    .expect("a write");
    assert_eq!(tree.flatbed.opt_i32(WIA_IPS_XEXTENT), extent.map(|e| e * 2));
    assert_eq!(
        changed(WIA_IPS_XEXTENT, &context),
        Some(true),
        "the mark is set"
    );
    free(context);
}

#[test]
fn the_valid_formats_are_the_drivers() {
    let tree = Tree::new();
    let context = create(&[WIA_IPA_TYMED], &[]);
    let of = tree.context();
    let file = Tymed::File.value();
    let info = |id, tymed| WIA_FORMAT_INFO {
        guidFormatID: guid(id),
        lTymed: tymed,
    };
    let driver = Driver::object(vec![info(WIA_IMG_FMT_RAW, file), info(WIA_IMG_FMT_BMP, 99)]);
    let broken = |number, result| {
        Driver {
            formats: Vec::new(),
            number: Some(number),
            result,
        }
        .into()
    };
    let c = (&raw const context).cast_mut();
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(wiasUpdateValidFormat(of, c, InRef::from(&driver)), S_OK);
        refused(&[
            wiasUpdateValidFormat(of, c, InRef::default()),
            wiasUpdateValidFormat(of, ptr::null_mut(), InRef::from(&driver)),
            wiasUpdateValidFormat(ptr::null(), c, InRef::from(&driver)),
        ]);
        let fails: abi::interfaces::IWiaMiniDrv = broken(0, E_FAIL);
        assert_eq!(wiasUpdateValidFormat(of, c, InRef::from(&fails)), E_FAIL);
        for number in [-1, 3] {
            let lies: abi::interfaces::IWiaMiniDrv = broken(number, S_OK);
            let result = bridge::status(wiasUpdateValidFormat(of, c, InRef::from(&lies)));
            assert_eq!(
                result.map_err(|e| e.kind()),
                Err(ErrorKind::InvalidDriverResponse)
            );
        }
    }
    assert_eq!(tree.flatbed.opt_guid(WIA_IPA_FORMAT), Some(WIA_IMG_FMT_RAW));
    free(context);
}
