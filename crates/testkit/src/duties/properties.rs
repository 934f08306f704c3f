//! Items and their properties.

use std::sync::Arc;

use items::{check_flags, required_properties};
use minidriver::{CapabilityKind, Minidriver};
use service::Item;
use wia::category::{
    WIA_CATEGORY_AUTO, WIA_CATEGORY_FEEDER, WIA_CATEGORY_FILM, WIA_CATEGORY_FLATBED,
    WIA_CATEGORY_ROOT,
};
use wia::command::WIA_CMD_SYNCHRONIZE;
use wia::constant::WIA_DATA_THRESHOLD;
use wia::format::WIA_IMG_FMT_RAW;
use wia::property::{
    DeclaredAccess, PropertyDefinition, ValidKinds, WIA_IPA_DATATYPE, WIA_IPA_FORMAT,
    WIA_IPA_RAW_BITS_PER_CHANNEL, WIA_IPS_THRESHOLD, WIA_IPS_XEXTENT, WIA_IPS_XRES,
    WIA_IPS_YEXTENT, WIA_IPS_YRES, definitions,
};
use wia::{Access, ErrorKind, Guid, PropertyId, PropertyInfo, PropertyValue, ValidValues};

use super::{Duty, duty};
use crate::rig::{Bench, Rig, Verdict, all, ensure, fail, not_applicable};

pub(super) fn duties() -> Vec<Duty> {
    vec![
        duty(
            "tree.flags",
            "8.6",
            "each item has the flags of its category",
            flags,
        ),
        duty(
            "tree.order",
            "8.6",
            "the flatbed comes first, and an automatic item has company",
            order,
        ),
        duty(
            "tree.synchronize",
            "8.6",
            "the command WIA_CMD_SYNCHRONIZE is reported",
            synchronize,
        ),
        duty(
            "property.required",
            "8.2",
            "each item has the properties that its category requires",
            required,
        ),
        duty(
            "property.type",
            "8.3",
            "each property has its documented type",
            types,
        ),
        duty(
            "property.access",
            "8.3",
            "each property can be written as documented",
            access,
        ),
        duty(
            "property.kind",
            "8.3",
            "valid values are a range, list or flags as documented",
            kinds,
        ),
        duty(
            "property.value",
            "8.1",
            "each value is one of the valid values",
            values,
        ),
        duty(
            "property.refused",
            "8.1",
            "a value that is not valid is refused, and nothing changes",
            refused,
        ),
        duty(
            "property.resolution",
            "8.1",
            "the extents follow the resolution",
            resolution,
        ),
    ]
}

/// Calls for each property of each item.
fn each(
    bench: &Bench<'_>,
    mut look: impl FnMut(&str, &PropertyDefinition, &PropertyInfo, &PropertyValue) -> Verdict,
) -> Verdict {
    for item in all(&bench.open()?.device.root()) {
        let ids = item.properties();
        for (id, value) in ids.iter().zip(item.read(&ids)?) {
            let (Some(info), Some(value)) = (item.attributes(*id), value) else {
                return fail(format!("{} has no value", item.property_name(*id)));
            };
            if let Some(definition) = definition(&*item, *id) {
                let name = format!("{} of {}", definition.name, item.name());
                look(&name, definition, &info, &value)?;
            }
        }
    }
    Ok(())
}

/// What is published of a property; ids of the root collide with those of other items.
fn definition(item: &dyn Item, id: PropertyId) -> Option<&'static PropertyDefinition> {
    let of_root = item.category() == WIA_CATEGORY_ROOT;
    let fits = |p: &&PropertyDefinition| p.name.starts_with("WIA_D") == of_root;
    definitions(id).find(fits).or(definitions(id).next())
}

fn flags(bench: &Bench<'_>) -> Verdict {
    for item in all(&bench.open()?.device.root()) {
        if let Some(why) = check_flags(item.category(), item.flags()) {
            return fail(format!("{}: {why}", item.full_name()));
        }
    }
    Ok(())
}

fn order(bench: &Bench<'_>) -> Verdict {
    let children = bench.open()?.device.root().children();
    let categories: Vec<Guid> = children.iter().map(|item| item.category()).collect();
    let flatbed = categories.iter().position(|c| *c == WIA_CATEGORY_FLATBED);
    ensure(flatbed.is_none_or(|at| at == 0), || {
        "the flatbed is not the first item".to_owned()
    })?;
    let sources = [WIA_CATEGORY_FLATBED, WIA_CATEGORY_FEEDER, WIA_CATEGORY_FILM];
    let company = categories.iter().any(|c| sources.contains(c));
    ensure(company || !categories.contains(&WIA_CATEGORY_AUTO), || {
        "the automatic item is alone".to_owned()
    })
}

fn synchronize(bench: &Bench<'_>) -> Verdict {
    let commands = bench.open()?.driver.capabilities().into_iter();
    let mut commands = commands.filter(|c| c.kind == CapabilityKind::Command);
    let reported = commands.any(|c| c.id == WIA_CMD_SYNCHRONIZE);
    ensure(reported, || "it is not".to_owned())
}

fn required(bench: &Bench<'_>) -> Verdict {
    fn below(item: &Arc<dyn Item>, parent: Option<Guid>) -> Verdict {
        let category = item.category();
        let mut required = required_properties(category, parent == Some(category));
        let lists = |id, value: PropertyValue| match item.attributes(id).map(|info| info.valid) {
            Some(ValidValues::List { values, .. }) => values.contains(&value),
            _ => false,
        };
        if required.contains(&WIA_IPA_DATATYPE) && lists(WIA_IPA_FORMAT, WIA_IMG_FMT_RAW.into()) {
            required.push(WIA_IPA_RAW_BITS_PER_CHANNEL);
        }
        if lists(WIA_IPA_DATATYPE, WIA_DATA_THRESHOLD.into()) {
            required.push(WIA_IPS_THRESHOLD);
        }
        let there = item.properties();
        if let Some(id) = required.iter().find(|id| !there.contains(id)) {
            return fail(format!("{} lacks {}", item.name(), item.property_name(*id)));
        }
        { item.children().into_iter() }.try_for_each(|child| below(&child, Some(category)))
    }
    below(&bench.open()?.device.root(), None)
}

fn types(bench: &Bench<'_>) -> Verdict {
    each(bench, |name, definition, _, value| {
        let (is, should) = (value.value_type(), definition.value_type);
        ensure(is == should, || format!("{name} is {is:?}, not {should:?}"))
    })
}

fn access(bench: &Bench<'_>) -> Verdict {
    each(bench, |name, definition, info, _| {
        let writable = info.access.contains(Access::WRITE);
        match definition.access {
            DeclaredAccess::ReadOnly if writable => fail(format!("{name} can be written")),
            DeclaredAccess::ReadWrite if !writable => fail(format!("{name} cannot be written")),
            _ => Ok(()),
        }
    })
}

fn kinds(bench: &Bench<'_>) -> Verdict {
    each(bench, |name, definition, info, _| {
        let kind = match &info.valid {
            ValidValues::None => ValidKinds::NONE,
            ValidValues::Range { .. } | ValidValues::RangeFloat { .. } => ValidKinds::RANGE,
            ValidValues::List { .. } => ValidKinds::LIST,
            ValidValues::Flag { .. } => ValidKinds::FLAG,
        };
        let fits = definition.valid.contains(kind);
        ensure(fits, || {
            format!("{name} has {kind:?}, documented is {:?}", definition.valid)
        })
    })
}

fn is_valid(value: &PropertyValue, valid: &ValidValues) -> bool {
    match valid {
        ValidValues::None | ValidValues::RangeFloat { .. } => true,
        ValidValues::Range { min, max, step, .. } => value.as_i32().is_some_and(|v| {
            (min..=max).contains(&&v)
                && (i64::from(v) - i64::from(*min)) % i64::from(*step).max(1) == 0
        }),
        ValidValues::List { values, .. } => values.contains(value),
        ValidValues::Flag { valid_bits, .. } => {
            value.as_i32().is_some_and(|v| v & !valid_bits == 0)
        }
    }
}

fn values(bench: &Bench<'_>) -> Verdict {
    each(bench, |name, _, info, value| {
        ensure(is_valid(value, &info.valid), || {
            format!("{name} is {value}, which is not valid")
        })
    })
}

/// A value that is not valid.
fn wrong(valid: &ValidValues) -> Option<PropertyValue> {
    match valid {
        ValidValues::None | ValidValues::RangeFloat { .. } => None,
        ValidValues::Range { min, max, .. } => {
            let beside = max.checked_add(1).or(min.checked_sub(1));
            beside.map(PropertyValue::I4)
        }
        ValidValues::Flag { valid_bits, .. } => {
            let free = (0..31)
                .rev()
                .map(|bit| 1 << bit)
                .find(|bit| valid_bits & bit == 0);
            free.map(PropertyValue::I4)
        }
        ValidValues::List { values, .. } => match values.first()? {
            PropertyValue::I4(_) => {
                let largest = values.iter().filter_map(PropertyValue::as_i32).max()?;
                largest.checked_add(12_345).map(PropertyValue::I4)
            }
            PropertyValue::Clsid(_) => Some(Guid(0x5E17_0000_0000_0000_0000_0000_0000_0001).into()),
            PropertyValue::Bstr(_) => Some("no such thing".into()),
            _ => None,
        },
    }
}

fn refused(bench: &Bench<'_>) -> Verdict {
    for item in all(&bench.open()?.device.root()) {
        let ids = item.properties();
        for id in &ids {
            let info = item.attributes(*id);
            let info = info.filter(|info| info.access.contains(Access::WRITE));
            let Some(wrong) = info.and_then(|info| wrong(&info.valid)) else {
                continue;
            };
            let name = item.property_name(*id);
            let before = item.read(&ids)?;
            match item.write(&[(*id, wrong.clone())]) {
                Err(e) if e.kind() == ErrorKind::InvalidArgument => {}
                Err(e) => return fail(format!("{name}: {wrong} failed otherwise: {e}")),
                Ok(()) => return fail(format!("{name}: {wrong} was taken")),
            }
            let after = item.read(&ids)?;
            ensure(before == after, || {
                format!("{name}: {wrong} was refused, and something changed")
            })?;
        }
    }
    Ok(())
}

/// Two resolutions of the item.
fn resolutions(rig: &Rig, id: PropertyId) -> Option<(i32, i32)> {
    match rig.item.attributes(id)?.valid {
        ValidValues::Range { min, max, .. } if min < max => Some((min, max)),
        ValidValues::List { values, .. } => {
            let mut numbers = values.iter().filter_map(PropertyValue::as_i32);
            let first = numbers.next()?;
            Some((first, numbers.next()?))
        }
        _ => None,
    }
}

fn resolution(bench: &Bench<'_>) -> Verdict {
    let rig = bench.open()?;
    let mut tried = false;
    for (id, extent) in [
        (WIA_IPS_XRES, WIA_IPS_XEXTENT),
        (WIA_IPS_YRES, WIA_IPS_YEXTENT),
    ] {
        let Some((one, other)) = resolutions(&rig, id) else {
            continue;
        };
        tried = true;
        let name = rig.item.property_name(extent);
        rig.write(id, one)?;
        let before = i64::from(rig.number(extent)?.unwrap_or(0));
        rig.write(id, other)?;
        let after = i64::from(rig.number(extent)?.unwrap_or(0));
        let expected = before * i64::from(other) / i64::from(one.max(1));
        // Half a pixel of the coarser resolution is lost at each end.
        let slack = i64::from(other / one.max(1)) + 2;
        ensure((after - expected).abs() <= slack, || {
            format!("{name} is {before} at {one} dpi and {after} at {other} dpi")
        })?;
    }
    match tried {
        true => Ok(()),
        false => not_applicable("the item has one resolution"),
    }
}
