//! Drivers of both generations whose properties are numbers that say where they are from.

use std::sync::{Arc, Mutex};

use items::{AppItem, DriverItem};
use minidriver::{DriverModel, FormatInfo, Minidriver};
use quire_service::{Device, Item, Service};
use transfer::TransferContext;
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP};
use wia::property::*;
use wia::{
    Access, Error, Guid, ItemFlags, PropertyId, PropertyInfo, PropertyValue, Result, Status,
    TransferFlags, Tymed, ValidValues,
};

/// A row of the table of properties.
pub(crate) struct Row {
    pub(crate) section: String,
    pub(crate) name: String,
    pub(crate) older: String,
    pub(crate) older_id: PropertyId,
    pub(crate) newer: String,
    pub(crate) newer_id: PropertyId,
    pub(crate) how: String,
}

pub(crate) fn rows() -> Vec<Row> {
    let text = include_str!("properties.csv");
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), 7, "{line}");
        Row {
            section: cells[0].into(),
            name: cells[1].into(),
            older: cells[2].into(),
            older_id: PropertyId(cells[3].parse().unwrap()),
            newer: cells[4].into(),
            newer_id: PropertyId(cells[5].parse().unwrap()),
            how: cells[6].into(),
        }
    });
    rows.collect()
}

/// What the numbers of an item, or of an older tree in a context, begin with.
pub(crate) const ROOT: i32 = 10_000_000;
pub(crate) const FLATBED: i32 = 20_000_000;
pub(crate) const FEEDER: i32 = 30_000_000;

pub(crate) fn number(base: i32, id: PropertyId) -> i32 {
    base + i32::try_from(id.0).unwrap()
}

pub(crate) const CHILD_FLAGS: ItemFlags = ItemFlags::IMAGE
    .union(ItemFlags::FILE)
    .union(ItemFlags::TRANSFER)
    .union(ItemFlags::DEVICE);

/// A driver of a tree of items, a root's properties, and those of the items.
pub(crate) struct Driver {
    model: DriverModel,
    items: Vec<(&'static str, Guid)>,
    root: Vec<(PropertyId, PropertyValue)>,
    of_items: Vec<(&'static str, PropertyId, PropertyValue)>,
    /// Each call with its item and the root's choice.
    pub(crate) log: Mutex<Vec<String>>,
}

impl Driver {
    /// An older driver with both sources. Its child's numbers follow the choice on the root.
    pub(crate) fn older() -> Driver {
        let mut driver = Driver {
            model: DriverModel::Legacy,
            items: vec![("Top", Guid::NULL)],
            root: Vec::new(),
            of_items: Vec::new(),
            log: Mutex::default(),
        };
        for row in rows() {
            let (base, of) = match row.older.as_str() {
                "root" => (ROOT, ""),
                "child" => (FLATBED, "Top"),
                _ => continue,
            };
            if row.how != "special" {
                driver = driver.with(of, row.older_id, number(base, row.older_id));
            }
        }
        driver
            .with("", WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES, 0x1FFF)
            .with("", WIA_DPS_DOCUMENT_HANDLING_SELECT, 2)
            .with("Top", WIA_IPA_TYMED, 128)
            .with("Top", WIA_IPA_FORMAT, WIA_IMG_FMT_MEMORYBMP)
            .with("Top", WIA_IPA_PREFERRED_FORMAT, WIA_IMG_FMT_MEMORYBMP)
    }

    /// A driver of streams with both sources.
    pub(crate) fn newer() -> Driver {
        let mut driver = Driver {
            model: DriverModel::Stream,
            items: vec![
                ("Flatbed", WIA_CATEGORY_FLATBED),
                ("Feeder", WIA_CATEGORY_FEEDER),
            ],
            root: Vec::new(),
            of_items: Vec::new(),
            log: Mutex::default(),
        };
        for row in rows() {
            if row.how == "special" {
                continue;
            }
            let id = row.newer_id;
            if row.newer == "root" {
                driver = driver.with("", id, number(ROOT, id));
            }
            if ["flatbed", "both"].contains(&row.newer.as_str()) {
                driver = driver.with("Flatbed", id, number(FLATBED, id));
            }
            if ["feeder", "both"].contains(&row.newer.as_str()) {
                driver = driver.with("Feeder", id, number(FEEDER, id));
            }
        }
        for of in ["Flatbed", "Feeder"] {
            driver = driver
                .with(of, WIA_IPA_TYMED, 2)
                .with(of, WIA_IPA_FORMAT, WIA_IMG_FMT_BMP)
                .with(of, WIA_IPA_PREFERRED_FORMAT, WIA_IMG_FMT_BMP);
        }
        driver
            .with("", WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES, 7)
            .with("Feeder", WIA_IPS_DOCUMENT_HANDLING_SELECT, 0x20)
    }

    pub(crate) fn model(mut self, model: DriverModel) -> Driver {
        self.model = model;
        self
    }

    pub(crate) fn items(mut self, items: &[(&'static str, Guid)]) -> Driver {
        self.items = items.to_vec();
        self
    }

    /// `of` is the name of an item, or nothing for the root.
    pub(crate) fn with(
        self,
        of: &'static str,
        id: PropertyId,
        value: impl Into<PropertyValue>,
    ) -> Driver {
        let mut driver = self.without(of, id);
        match of {
            "" => driver.root.push((id, value.into())),
            of => driver.of_items.push((of, id, value.into())),
        }
        driver
    }

    pub(crate) fn without(mut self, of: &'static str, id: PropertyId) -> Driver {
        match of {
            "" => self.root.retain(|p| p.0 != id),
            of => self.of_items.retain(|p| (p.0, p.1) != (of, id)),
        }
        self
    }

    pub(crate) fn service(self) -> (Arc<Driver>, Service) {
        let driver = Arc::new(self);
        let service = Service::new(driver.clone(), "scripted", Default::default());
        (driver, service)
    }

    fn note(&self, what: &str, item: &AppItem) {
        let select = item.root().opt_i32(WIA_DPS_DOCUMENT_HANDLING_SELECT);
        let line = format!("{what} {} {}", item.name(), select.unwrap_or(0));
        self.log.lock().unwrap().push(line);
    }
}

fn info(id: PropertyId, value: &PropertyValue) -> PropertyInfo {
    let numbers = |all: &[i32]| ValidValues::List {
        nominal: value.clone(),
        values: all.iter().map(|v| (*v).into()).collect(),
    };
    let valid = match (id, value) {
        (WIA_IPA_TYMED, PropertyValue::I4(2)) => numbers(&[2, 256]),
        (WIA_IPA_TYMED, _) => numbers(&[2, 128, 256]),
        (WIA_IPA_FORMAT, PropertyValue::Clsid(format)) => ValidValues::List {
            nominal: (*format).into(),
            values: vec![(*format).into(), WIA_IMG_FMT_BMP.into()],
        },
        (WIA_DPS_DOCUMENT_HANDLING_SELECT, PropertyValue::I4(nominal)) => ValidValues::Flag {
            nominal: *nominal,
            valid_bits: if *nominal == 2 { 0x7F } else { 0x7C },
        },
        _ => ValidValues::None,
    };
    let access = Access::RW;
    PropertyInfo { access, valid }
}

impl Minidriver for Driver {
    fn model(&self) -> DriverModel {
        self.model
    }

    fn initialize(&self, _: &str) -> Result<DriverItem> {
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
        let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT)?;
        for (name, category) in &self.items {
            let newer = ItemFlags::PROGRAMMABLE_DATA_SOURCE.difference(ItemFlags::DEVICE);
            let flags = match *category {
                Guid::NULL => CHILD_FLAGS,
                _ => CHILD_FLAGS.difference(ItemFlags::DEVICE) | newer,
            };
            DriverItem::new_child(&root, flags, name, *category, None)?;
        }
        Ok(root)
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        if item.category() == WIA_CATEGORY_ROOT {
            for (id, value) in &self.root {
                item.declare(*id, value.clone(), info(*id, value));
            }
        }
        for (of, id, value) in &self.of_items {
            if *of == item.name() {
                item.declare(*id, value.clone(), info(*id, value));
            }
        }
        Ok(())
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        self.note("validate", item);
        for id in changed {
            if item.opt_i32(*id) == Some(-1) {
                let name = item.property_name(*id);
                return Err(Error::invalid(format!("{name}: -1 is not valid; valid: 0")));
            }
        }
        let select = WIA_DPS_DOCUMENT_HANDLING_SELECT;
        let at_root = item.category() == WIA_CATEGORY_ROOT;
        if self.model == DriverModel::Legacy && at_root && changed.contains(&select) {
            let feeder = item.read_i32(select)? & 1 != 0;
            let base = if feeder { FEEDER } else { FLATBED };
            for child in item.children() {
                for id in child.property_ids() {
                    let old = child.opt_i32(id).unwrap_or(0);
                    if old > ROOT {
                        child.write(id, number(base, id))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn read_item_properties(&self, item: &AppItem, _: &[PropertyId]) -> Result<()> {
        self.note("read", item);
        Ok(())
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        self.note("acquire", item);
        if flags.contains(TransferFlags::DOWNLOAD)
            && let Some(callback) = &context.callback
        {
            let next = callback.get_next_stream(item.name(), item.full_name())?;
            drop(next);
        }
        Ok(Status::Ok)
    }

    fn wia_format_info(&self, _: &AppItem) -> Result<Vec<FormatInfo>> {
        let mut formats = vec![FormatInfo {
            format: WIA_IMG_FMT_BMP,
            tymed: Tymed::File,
        }];
        if self.model == DriverModel::Legacy {
            formats.push(FormatInfo {
                format: WIA_IMG_FMT_MEMORYBMP,
                tymed: Tymed::Callback,
            });
        }
        Ok(formats)
    }

    fn notify_pnp_event(&self, _: Guid) {}
}

/// The value of a property, if the item has it.
pub(crate) fn value(item: &Arc<dyn Item>, id: PropertyId) -> Option<PropertyValue> {
    let value = item.read(&[id]).unwrap().pop().unwrap();
    assert_eq!(value.is_some(), item.attributes(id).is_some(), "{id}");
    assert_eq!(value.is_some(), item.properties().contains(&id), "{id}");
    value
}

pub(crate) fn int(item: &Arc<dyn Item>, id: PropertyId) -> Option<i32> {
    value(item, id)?.as_i32()
}

pub(crate) fn child(device: &Arc<dyn Device>, name: &str) -> Arc<dyn Item> {
    let name = format!("0000\\Root\\{name}");
    let item = device.find_item(&name);
    item.unwrap_or_else(|| panic!("no {name}"))
}
