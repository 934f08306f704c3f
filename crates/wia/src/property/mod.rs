//! Property ids, and what is published about each property: type, valid values, access, unit.
//!
//! Ids collide: 3104 is `WIA_IPS_FILM_SCAN_MODE` on a film item and
//! `WIA_DPS_MIN_HORIZONTAL_SHEET_FEED_SIZE` on the root item. [`name`] answers with the item's name,
//! [`definitions`] with all of them.
//!
//! `WIA_IPS_DITHER_SELECT` has a documentation page but no number anywhere, so it is not here.

mod camera;
mod device;
mod endorser;
mod feeder;
mod item;
mod reader;
mod root;
mod scanner;
mod table;
pub mod wsd;

pub use camera::*;
pub use device::*;
pub use endorser::*;
pub use feeder::*;
pub use item::*;
pub use reader::*;
pub use root::*;
pub use scanner::*;
pub use table::{DeclaredAccess, PropertyDefinition, Unit, ValidKinds};

use crate::value::PropertyId;

/// The first id that a driver may use for device properties of its own.
pub const WIA_PRIVATE_DEVPROP: PropertyId = PropertyId(38914);

/// The first id that a driver may use for item properties of its own.
pub const WIA_PRIVATE_ITEMPROP: PropertyId = PropertyId(71682);

/// Item properties come before those of the root item, so that the first match of a search is the
/// item's.
const TABLES: [&[PropertyDefinition]; 8] = [
    item::TABLE,
    scanner::TABLE,
    feeder::TABLE,
    reader::TABLE,
    endorser::TABLE,
    root::TABLE,
    device::TABLE,
    camera::TABLE,
];

const COUNT: usize = {
    let mut count = 0;
    let mut i = 0;
    while i < TABLES.len() {
        count += TABLES[i].len();
        i += 1;
    }
    count
};

static JOINED: [PropertyDefinition; COUNT] = {
    let mut joined = [item::TABLE[0]; COUNT];
    let (mut at, mut i) = (0, 0);
    while i < TABLES.len() {
        let mut k = 0;
        while k < TABLES[i].len() {
            joined[at] = TABLES[i][k];
            at += 1;
            k += 1;
        }
        i += 1;
    }
    joined
};

/// Every property: first those of items, then those of the root item, then those of cameras.
pub static PROPERTIES: &[PropertyDefinition] = &JOINED;

/// The header name of an id. Where several properties share the id the item's name
/// (`WIA_IPA_…`, `WIA_IPS_…`) is given rather than the root item's (`WIA_DPS_…`), and
/// `WIA_IPA_BUFFER_SIZE` rather than `WIA_IPA_MIN_BUFFER_SIZE`.
pub fn name(id: PropertyId) -> Option<&'static str> {
    definitions(id).next().map(|p| p.name)
}

/// Every property that has this id, the one that [`name`] names first.
pub fn definitions(id: PropertyId) -> impl Iterator<Item = &'static PropertyDefinition> {
    PROPERTIES.iter().filter(move |p| p.id == id)
}

/// The property of a header name, with or without `WIA_`, in any case of letters.
pub fn by_name(name: &str) -> Option<&'static PropertyDefinition> {
    PROPERTIES
        .iter()
        .find(|p| crate::identifiers::is_called(p.name, "WIA_", name))
}
