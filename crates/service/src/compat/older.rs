//! A newer tree as an older application knows it: the root chooses the source, and one child stands for the
//! item of that source.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use wia::category::WIA_CATEGORY_ROOT;
use wia::format::WIA_IMG_FMT_BMP;
use wia::property::*;
use wia::{
    Access, DocumentHandlingCapabilities, DocumentHandlingSelect, Error, Guid, ItemFlags,
    PropertyId, PropertyInfo, PropertyValue, Result, ValidValues,
};

use super::change::Change;
use super::table::{MOVED, OF_THE_FEEDER, Of, Source, is_of_both, stays_on_root};
use super::transfer::Chosen;
use super::translated::{self, Face, Origin, Properties, Translated};
use crate::api::{Device, Item, Transfer};
use crate::legacy_view::USUAL_BUFFER;
use crate::{Capability, Event, FormatInfo};

/// The child's name. Older drivers call theirs so.
const NAME: &str = "Top";

/// Such a view of a device with at least one of these items.
pub(super) fn device(
    real: Arc<dyn Device>,
    flatbed: Option<Arc<dyn Item>>,
    feeder: Option<Arc<dyn Item>>,
) -> Arc<dyn Device> {
    let source = match flatbed {
        Some(_) => Source::Flatbed,
        None => Source::Feeder,
    };
    Arc::new(Older(Arc::new(Tree {
        root: real.root(),
        real,
        flatbed,
        feeder,
        source: Mutex::new(source),
    })))
}

/// The tree, and which source its root has chosen.
pub(super) struct Tree {
    real: Arc<dyn Device>,
    root: Arc<dyn Item>,
    flatbed: Option<Arc<dyn Item>>,
    feeder: Option<Arc<dyn Item>>,
    source: Mutex<Source>,
}

impl Tree {
    pub(super) fn source(&self) -> Source {
        *self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn choose(&self, source: Source) {
        *self.source.lock().unwrap_or_else(PoisonError::into_inner) = source;
    }

    pub(super) fn item_of(&self, source: Source) -> Option<&Arc<dyn Item>> {
        match source {
            Source::Flatbed => self.flatbed.as_ref(),
            Source::Feeder => self.feeder.as_ref(),
        }
    }

    /// The item that the child stands for.
    fn chosen(&self) -> &Arc<dyn Item> {
        self.item_of(self.source()).unwrap_or(&self.root)
    }

    /// The item whose property one of the root's is.
    fn owner(&self, of: Of) -> Option<&Arc<dyn Item>> {
        match of {
            Of::Flatbed => self.flatbed.as_ref(),
            Of::Feeder => self.feeder.as_ref(),
            Of::Both => Some(self.chosen()),
        }
    }

    fn number(item: &Arc<dyn Item>, id: PropertyId) -> Option<i32> {
        let value = item.read(&[id]).ok()?.pop().flatten()?;
        value.as_i32()
    }

    /// The sides that the feeder knows.
    fn sides(&self) -> DocumentHandlingSelect {
        let id = WIA_IPS_DOCUMENT_HANDLING_SELECT;
        let info = self.feeder.as_ref().and_then(|item| item.attributes(id));
        match info.map(|info| info.valid) {
            Some(ValidValues::Flag { valid_bits, .. }) => {
                DocumentHandlingSelect::from_bits_retain(valid_bits) & OF_THE_FEEDER
            }
            _ => DocumentHandlingSelect::empty(),
        }
    }

    /// `WIA_DPS_DOCUMENT_HANDLING_SELECT`: the source, and the feeder's sides.
    fn select(&self) -> DocumentHandlingSelect {
        let Some(feeder) = self
            .feeder
            .as_ref()
            .filter(|_| self.source() == Source::Feeder)
        else {
            return DocumentHandlingSelect::FLATBED;
        };
        let bits = Tree::number(feeder, WIA_IPS_DOCUMENT_HANDLING_SELECT).unwrap_or(0);
        let sides = DocumentHandlingSelect::from_bits_retain(bits) & OF_THE_FEEDER;
        DocumentHandlingSelect::FEEDER | sides
    }

    fn select_info(&self) -> PropertyInfo {
        let mut valid = self.sides();
        valid.set(DocumentHandlingSelect::FLATBED, self.flatbed.is_some());
        valid.set(DocumentHandlingSelect::FEEDER, self.feeder.is_some());
        let nominal = match self.flatbed {
            Some(_) => DocumentHandlingSelect::FLATBED,
            None => DocumentHandlingSelect::FEEDER,
        };
        PropertyInfo {
            access: Access::RW,
            valid: ValidValues::Flag {
                nominal: nominal.bits(),
                valid_bits: valid.bits(),
            },
        }
    }

    /// The source and the feeder's sides in a value of `WIA_DPS_DOCUMENT_HANDLING_SELECT`.
    fn choice(&self, value: &PropertyValue) -> Result<(Source, DocumentHandlingSelect)> {
        const NAME: &str = "WIA_DPS_DOCUMENT_HANDLING_SELECT";
        let refuse = |valid: &str| {
            Err(Error::invalid(format!(
                "{NAME}: {value} is not valid; valid: {valid}"
            )))
        };
        let Some(bits) = value.as_i32() else {
            return refuse("an integer");
        };
        let bits = DocumentHandlingSelect::from_bits_retain(bits);
        let known = self.select_info().valid;
        let ValidValues::Flag { valid_bits, .. } = known else {
            return refuse("nothing");
        };
        if bits.bits() & !valid_bits != 0 {
            return refuse(&format!("bits of {valid_bits:#x}"));
        }
        let sides = bits & OF_THE_FEEDER;
        match (
            bits.contains(DocumentHandlingSelect::FLATBED),
            bits.contains(DocumentHandlingSelect::FEEDER),
        ) {
            (true, false) if sides.is_empty() => Ok((Source::Flatbed, sides)),
            (false, true) => Ok((Source::Feeder, sides)),
            _ => refuse("FLATBED 0x2 alone, or FEEDER 0x1 with the sides"),
        }
    }

    fn capabilities(&self) -> DocumentHandlingCapabilities {
        use DocumentHandlingCapabilities as Has;
        let mut has = Has::empty();
        has.set(Has::FLAT, self.flatbed.is_some());
        has.set(Has::FEED, self.feeder.is_some());
        let duplex = self.sides().contains(DocumentHandlingSelect::DUPLEX);
        has.set(Has::DUP, duplex);
        has
    }

    fn child_name(&self) -> String {
        format!("{}\\{NAME}", self.root.full_name())
    }
}

struct Older(Arc<Tree>);

impl Older {
    fn child(tree: &Arc<Tree>) -> Arc<dyn Item> {
        Arc::new(Translated(Child(Arc::clone(tree))))
    }
}

impl Device for Older {
    fn id(&self) -> &str {
        self.0.real.id()
    }

    fn root(&self) -> Arc<dyn Item> {
        Arc::new(Translated(Root(Arc::clone(&self.0))))
    }

    fn find_item(&self, full_name: &str) -> Option<Arc<dyn Item>> {
        if full_name == self.0.root.full_name() {
            return Some(self.root());
        }
        (full_name == self.0.child_name()).then(|| Older::child(&self.0))
    }

    fn capabilities(&self) -> Vec<Capability> {
        self.0.real.capabilities()
    }

    fn layers(&self) -> Vec<String> {
        self.0.real.layers()
    }

    fn listen(&self) -> Receiver<Event> {
        self.0.real.listen()
    }
}

struct Root(Arc<Tree>);

impl Face for Root {
    fn name(&self) -> String {
        self.0.root.name()
    }

    fn full_name(&self) -> String {
        self.0.root.full_name()
    }

    fn category(&self) -> Guid {
        WIA_CATEGORY_ROOT
    }

    fn flags(&self) -> ItemFlags {
        self.0.root.flags()
    }

    fn children(&self) -> Vec<Arc<dyn Item>> {
        vec![Older::child(&self.0)]
    }

    fn real(&self) -> Arc<dyn Item> {
        Arc::clone(&self.0.root)
    }

    fn properties(&self) -> Properties {
        let tree = &self.0;
        let own = tree.root.properties().into_iter();
        let mut all: Properties = own
            .filter(|id| stays_on_root(*id))
            .map(|id| (id, Origin::Real(Arc::clone(&tree.root), id, Change::None)))
            .collect();
        for row in MOVED {
            let Some(item) = tree.owner(row.of) else {
                continue;
            };
            if item.attributes(row.item).is_some() {
                let origin = Origin::Real(Arc::clone(item), row.item, Change::None);
                all.push((row.root, origin));
            }
        }
        let select = tree.select().bits().into();
        let select = Origin::Own(select, tree.select_info());
        all.push((WIA_DPS_DOCUMENT_HANDLING_SELECT, select));
        let capabilities = WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES;
        if translated::find(&all, capabilities).is_none() {
            all.push((capabilities, Origin::fixed(tree.capabilities().bits())));
        }
        all
    }

    /// A change of the source counts for the values beside it as well.
    fn write(&self, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        let tree = &self.0;
        let id = WIA_DPS_DOCUMENT_HANDLING_SELECT;
        let Some((_, value)) = values.iter().rev().find(|(known, _)| *known == id) else {
            return translated::write(self, values);
        };
        let (source, sides) = tree.choice(value)?;
        let before = tree.source();
        tree.choose(source);
        let written = self.with_sides(values, source, sides);
        if written.is_err() {
            tree.choose(before);
        }
        written
    }

    fn transfer(&self) -> Result<Arc<dyn Transfer>> {
        self.0.root.transfer()
    }
}

impl Root {
    /// Writes the feeder's sides and the values beside the choice.
    fn with_sides(
        &self,
        values: &[(PropertyId, PropertyValue)],
        source: Source,
        sides: DocumentHandlingSelect,
    ) -> Result<()> {
        let id = WIA_DPS_DOCUMENT_HANDLING_SELECT;
        let rest: Vec<_> = values.iter().filter(|v| v.0 != id).cloned().collect();
        let feeder = self.0.feeder.as_ref().filter(|feeder| {
            source == Source::Feeder
                && feeder
                    .attributes(WIA_IPS_DOCUMENT_HANDLING_SELECT)
                    .is_some()
        });
        let Some(feeder) = feeder else {
            return translated::write(self, &rest);
        };
        let sides = match sides.is_empty() {
            true => DocumentHandlingSelect::FRONT_ONLY,
            false => sides,
        };
        let before = feeder.property_stream();
        let value = [(WIA_IPS_DOCUMENT_HANDLING_SELECT, sides.bits().into())];
        feeder.write(&value).map_err(|e| {
            e.reworded(|message| {
                let (newer, older) = ("WIA_IPS_DOCUMENT_H", "WIA_DPS_DOCUMENT_H");
                message.replace(newer, older)
            })
        })?;
        translated::write(self, &rest).inspect_err(|_| {
            // It had these settings a moment ago.
            drop(feeder.set_property_stream(&before));
        })
    }
}

struct Child(Arc<Tree>);

impl Face for Child {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn full_name(&self) -> String {
        self.0.child_name()
    }

    fn category(&self) -> Guid {
        Guid::NULL
    }

    fn flags(&self) -> ItemFlags {
        let newer = ItemFlags::PROGRAMMABLE_DATA_SOURCE | ItemFlags::FOLDER;
        self.0.chosen().flags().difference(newer) | ItemFlags::DEVICE
    }

    fn children(&self) -> Vec<Arc<dyn Item>> {
        Vec::new()
    }

    fn real(&self) -> Arc<dyn Item> {
        Arc::clone(self.0.chosen())
    }

    fn properties(&self) -> Properties {
        let item = self.0.chosen();
        let source = self.0.source();
        let page = |id: PropertyId| {
            let mut rows = MOVED.iter();
            rows.any(|row| row.on_child && row.item == id && row.of.is(source))
        };
        let mut all = Properties::new();
        for id in item.properties() {
            let origin = match id {
                WIA_IPA_ITEM_NAME => Origin::fixed(PropertyValue::Bstr(self.name())),
                WIA_IPA_FULL_ITEM_NAME => Origin::fixed(PropertyValue::Bstr(self.full_name())),
                WIA_IPA_ITEM_FLAGS => Origin::fixed(self.flags().bits()),
                id if is_of_both(id) || page(id) => {
                    Origin::Real(Arc::clone(item), id, Change::None)
                }
                _ => continue,
            };
            all.push((id, origin));
        }
        let mut add = |id: PropertyId, value: PropertyValue| {
            if translated::find(&all, id).is_none() {
                all.push((id, Origin::fixed(value)));
            }
        };
        for (id, value) in sizes(item) {
            add(id, value.into());
        }
        add(WIA_IPA_PREFERRED_FORMAT, WIA_IMG_FMT_BMP.into());
        add(WIA_IPA_BUFFER_SIZE, USUAL_BUFFER.into());
        all
    }

    fn formats(&self) -> Result<Vec<FormatInfo>> {
        self.0.chosen().formats()
    }

    fn transfer(&self) -> Result<Arc<dyn Transfer>> {
        Ok(Arc::new(Chosen::new(&self.0)?))
    }
}

/// What newer drivers may leave out, as the selection lets expect it.
fn sizes(item: &Arc<dyn Item>) -> Vec<(PropertyId, i32)> {
    let of = |id| Tree::number(item, id);
    let mut sizes = Vec::new();
    if let Some(width) = of(WIA_IPS_XEXTENT) {
        sizes.push((WIA_IPA_PIXELS_PER_LINE, width));
        if let Some(depth) = of(WIA_IPA_DEPTH).filter(|depth| *depth > 0) {
            let bits = i64::from(width) * i64::from(depth);
            // Lines of bitmaps end at 4 bytes.
            let bytes = (bits + 31) / 32 * 4;
            sizes.push((
                WIA_IPA_BYTES_PER_LINE,
                i32::try_from(bytes).unwrap_or(i32::MAX),
            ));
        }
    }
    if let Some(height) = of(WIA_IPS_YEXTENT) {
        sizes.push((WIA_IPA_NUMBER_OF_LINES, height));
    }
    sizes
}
