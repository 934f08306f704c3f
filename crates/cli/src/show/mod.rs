//! `quire show`: the items of a device, and the properties of one.

mod meaning;
mod properties;
mod tree;

use std::sync::Arc;

use service::{Device, Item};
use wia::{Error, ErrorKind};

use crate::failure::Failure;
use crate::lowargs::ShowArgs;
use crate::{configured, stdout};

pub(crate) fn run(args: &ShowArgs) -> Result<u8, Failure> {
    let device = args.place.open(&configured::device(&args.device)?)?;
    let Some(name) = &args.item else {
        match args.json {
            true => stdout::write_json(&tree::device_json(&*device)?)?,
            false => stdout::write(&tree::device_text(&*device)?)?,
        }
        return Ok(0);
    };
    let item = find(&*device, name)?;
    match args.json {
        true => stdout::write_json(&properties::json(&*item)?)?,
        false => stdout::write(&properties::text(&*item)?)?,
    }
    Ok(0)
}

/// The item of a full name, or the only one of a name.
fn find(device: &dyn Device, name: &str) -> Result<Arc<dyn Item>, Failure> {
    if let Some(item) = device.find_item(name) {
        return Ok(item);
    }
    let items = tree::all(&device.root());
    let named: Vec<_> = items
        .iter()
        .filter(|i| i.name().eq_ignore_ascii_case(name))
        .collect();
    match named.as_slice() {
        [item] => Ok(Arc::clone(item)),
        [] => Err(none_of(name, "the device has no item", &items)),
        several => Err(none_of(
            name,
            "more than one item is called",
            several.iter().copied(),
        )),
    }
}

fn none_of<'a>(
    name: &str,
    why: &str,
    items: impl IntoIterator<Item = &'a Arc<dyn Item>>,
) -> Failure {
    let names: Vec<_> = items.into_iter().map(|i| i.full_name()).collect();
    Failure::from(Error::new(
        ErrorKind::InvalidArgument,
        format!("{why} {name:?}; valid are {}", names.join(", ")),
    ))
}
