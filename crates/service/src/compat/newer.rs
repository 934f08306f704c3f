//! An older tree as an application of streams knows it: an item for each source. Each has a copy of the
//! older tree of its own, whose root is in the context of that source for good.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_RAW};
use wia::property::*;
use wia::{
    DocumentHandlingCapabilities, DocumentHandlingSelect, Error, ErrorKind, Guid, ItemFlags,
    PropertyId, PropertyValue, Result, Tymed, ValidValues,
};

use super::change::{Change, capabilities};
use super::table::{
    MOVED, Moved, OF_THE_FEEDER, REQUIRED_OF_CHILD, Source, is_of_both, required_of_root,
    stays_on_root,
};
use super::transfer::Renamed;
use super::translated::{self, Face, Origin, Properties, Translated};
use crate::api::{Device, Item, Transfer};
use crate::legacy_view::USUAL_BUFFER;
use crate::{Capability, Event, FormatInfo};

/// Such a view of a device whose tree is a root and one child.
///
/// # Errors
///
/// `InvalidDriverResponse` naming what the older tree lacks; what the driver says to its settings.
pub(super) fn device(
    first: Arc<dyn Device>,
    again: impl FnOnce() -> Result<Arc<dyn Device>>,
) -> Result<Arc<dyn Device>> {
    let sources = sources(&first.root());
    let mut places = Vec::new();
    let mut again = Some(again);
    for source in sources {
        let device = match (places.is_empty(), again.take()) {
            (false, Some(again)) => again()?,
            (_, kept) => {
                again = kept;
                Arc::clone(&first)
            }
        };
        places.push(Place::new(device, source)?);
    }
    Ok(Arc::new(Newer(Arc::new(Trees { first, places }))))
}

fn number(item: &Arc<dyn Item>, id: PropertyId) -> Option<i32> {
    let value = item.read(&[id]).ok()?.pop().flatten()?;
    value.as_i32()
}

/// The sources that the root speaks of; a flatbed if it says nothing.
fn sources(root: &Arc<dyn Item>) -> Vec<Source> {
    use DocumentHandlingCapabilities as Has;
    let bits = number(root, WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES).unwrap_or(0);
    let has = Has::from_bits_retain(bits);
    let select = number(root, WIA_DPS_DOCUMENT_HANDLING_SELECT).is_some();
    match (has.contains(Has::FEED) && select, has.contains(Has::FLAT)) {
        (true, true) => vec![Source::Flatbed, Source::Feeder],
        (true, false) => vec![Source::Feeder],
        (false, _) => vec![Source::Flatbed],
    }
}

/// The older tree of one source.
struct Place {
    source: Source,
    root: Arc<dyn Item>,
    child: Arc<dyn Item>,
    /// The sides that the root knows a word for.
    sides: DocumentHandlingSelect,
    /// It holds the tree.
    _device: Arc<dyn Device>,
}

impl Place {
    fn new(device: Arc<dyn Device>, source: Source) -> Result<Place> {
        let root = device.root();
        let child = root.children().into_iter().next();
        let child = child.ok_or_else(|| lacks("a child", &root))?;
        let select = WIA_DPS_DOCUMENT_HANDLING_SELECT;
        let known = match root.attributes(select).map(|info| info.valid) {
            Some(ValidValues::Flag { valid_bits, .. }) => {
                DocumentHandlingSelect::from_bits_retain(valid_bits)
            }
            Some(_) => DocumentHandlingSelect::all(),
            None => DocumentHandlingSelect::empty(),
        };
        let place = Place {
            source,
            sides: known & OF_THE_FEEDER,
            root,
            child,
            _device: device,
        };
        place.enter(known)?;
        place.check()?;
        place.choose_files()?;
        Ok(place)
    }

    /// Puts the root into the context of the source.
    fn enter(&self, known: DocumentHandlingSelect) -> Result<()> {
        let context = match self.source {
            Source::Flatbed => DocumentHandlingSelect::FLATBED,
            Source::Feeder => {
                let front = self.sides & DocumentHandlingSelect::FRONT_ONLY;
                DocumentHandlingSelect::FEEDER | front
            }
        };
        let context_known = known.contains(context & !DocumentHandlingSelect::FRONT_ONLY);
        let now = number(&self.root, WIA_DPS_DOCUMENT_HANDLING_SELECT);
        if !context_known || now == Some(context.bits()) {
            return Ok(());
        }
        let value = (WIA_DPS_DOCUMENT_HANDLING_SELECT, context.bits().into());
        self.root.write(&[value])
    }

    /// # Errors
    ///
    /// `InvalidDriverResponse` naming what is missing, or is no number.
    fn check(&self) -> Result<()> {
        let of_root = required_of_root(self.source).iter();
        let of_root = of_root.map(|id| (&self.root, *id));
        let of_child = REQUIRED_OF_CHILD.iter().map(|id| (&self.child, *id));
        for (item, id) in of_root.chain(of_child) {
            if item.attributes(id).is_none() {
                return Err(lacks(&item.property_name(id), item));
            }
            if number(item, id).is_none() {
                return Err(Error::new(
                    ErrorKind::InvalidDriverResponse,
                    format!(
                        "{}: {} is no integer",
                        item.full_name(),
                        item.property_name(id)
                    ),
                ));
            }
        }
        match self.format() {
            Some(_) => Ok(()),
            None => Err(lacks("WIA_IPA_FORMAT", &self.child)),
        }
    }

    fn format(&self) -> Option<Guid> {
        let value = self.child.read(&[WIA_IPA_FORMAT]).ok()?.pop().flatten()?;
        value.as_guid()
    }

    /// Applications of streams know nothing of bands.
    fn choose_files(&self) -> Result<()> {
        let file = Tymed::File.value();
        if number(&self.child, WIA_IPA_TYMED) != Some(file) {
            self.child.write(&[(WIA_IPA_TYMED, file.into())])?;
        }
        let valid = self.child.attributes(WIA_IPA_FORMAT).map(|info| info.valid);
        let bitmap = match valid {
            Some(ValidValues::List { values, .. }) => values.contains(&WIA_IMG_FMT_BMP.into()),
            _ => false,
        };
        if bitmap && self.format() != Some(WIA_IMG_FMT_BMP) {
            let value = (WIA_IPA_FORMAT, WIA_IMG_FMT_BMP.into());
            self.child.write(&[value])?;
        }
        Ok(())
    }

    /// The bits of each channel, where the RAW format is offered: older trees have no property for them.
    fn raw_bits(&self) -> Option<Vec<u8>> {
        let raw = WIA_IMG_FMT_RAW;
        let listed = match self.child.attributes(WIA_IPA_FORMAT)?.valid {
            ValidValues::List { values, .. } => values.contains(&raw.into()),
            _ => false,
        };
        if !listed && self.format() != Some(raw) {
            return None;
        }
        let bits = number(&self.child, WIA_IPA_BITS_PER_CHANNEL)?;
        let channels = number(&self.child, WIA_IPA_CHANNELS_PER_PIXEL)?;
        // A header has room for eight.
        let channels = usize::try_from(channels).unwrap_or(0).min(8);
        Some(vec![u8::try_from(bits).unwrap_or(u8::MAX); channels])
    }

    /// The older root's or child's property that is the row's one of the item.
    fn origin_of(&self, row: &Moved) -> Option<Origin> {
        if self.root.attributes(row.root).is_some() {
            return Some(Origin::Real(Arc::clone(&self.root), row.root, Change::None));
        }
        let on_child = row.on_child && self.child.attributes(row.item).is_some();
        on_child.then(|| Origin::Real(Arc::clone(&self.child), row.item, Change::None))
    }
}

fn lacks(what: &str, item: &Arc<dyn Item>) -> Error {
    Error::new(
        ErrorKind::InvalidDriverResponse,
        format!("{}: the older driver's tree lacks {what}", item.full_name()),
    )
}

/// The older trees of a device.
struct Trees {
    first: Arc<dyn Device>,
    places: Vec<Place>,
}

impl Trees {
    fn root(&self) -> Arc<dyn Item> {
        self.first.root()
    }
}

struct Newer(Arc<Trees>);

impl Device for Newer {
    fn id(&self) -> &str {
        self.0.first.id()
    }

    fn root(&self) -> Arc<dyn Item> {
        Arc::new(Translated(Root(Arc::clone(&self.0))))
    }

    fn find_item(&self, full_name: &str) -> Option<Arc<dyn Item>> {
        let root = self.root();
        if root.full_name() == full_name {
            return Some(root);
        }
        let mut children = root.children().into_iter();
        children.find(|item| item.full_name() == full_name)
    }

    fn capabilities(&self) -> Vec<Capability> {
        self.0.first.capabilities()
    }

    fn layers(&self) -> Vec<String> {
        self.0.first.layers()
    }

    fn listen(&self) -> Receiver<Event> {
        self.0.first.listen()
    }
}

struct Root(Arc<Trees>);

impl Face for Root {
    fn name(&self) -> String {
        self.0.root().name()
    }

    fn full_name(&self) -> String {
        self.0.root().full_name()
    }

    fn category(&self) -> Guid {
        WIA_CATEGORY_ROOT
    }

    fn flags(&self) -> ItemFlags {
        self.0.root().flags()
    }

    fn children(&self) -> Vec<Arc<dyn Item>> {
        let all = 0..self.0.places.len();
        all.map(|at| -> Arc<dyn Item> {
            let trees = Arc::clone(&self.0);
            Arc::new(Translated(SourceItem { trees, at }))
        })
        .collect()
    }

    fn real(&self) -> Arc<dyn Item> {
        match self.0.places.first() {
            Some(place) => Arc::clone(&place.root),
            None => self.0.root(),
        }
    }

    fn mirrors(&self) -> Vec<Arc<dyn Item>> {
        let others = self.0.places.iter().skip(1);
        others.map(|place| Arc::clone(&place.root)).collect()
    }

    fn properties(&self) -> Properties {
        let root = self.real();
        let mut all = Properties::new();
        for id in root.properties() {
            let change = match id {
                WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES => Change::Capabilities,
                id if stays_on_root(id) => Change::None,
                _ => continue,
            };
            all.push((id, Origin::Real(Arc::clone(&root), id, change)));
        }
        all.push((WIA_IPA_ITEM_CATEGORY, Origin::fixed(WIA_CATEGORY_ROOT)));
        if translated::find(&all, WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES).is_none() {
            let has = DocumentHandlingCapabilities::FLAT;
            let origin = Origin::fixed(capabilities(has.bits()).bits());
            all.push((WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES, origin));
        }
        all
    }

    fn transfer(&self) -> Result<Arc<dyn Transfer>> {
        self.real().transfer()
    }
}

/// The item of one source.
struct SourceItem {
    trees: Arc<Trees>,
    /// Which place. The places of a device stay as they are.
    at: usize,
}

impl SourceItem {
    fn place(&self) -> Option<&Place> {
        self.trees.places.get(self.at)
    }

    fn is_feeder(&self) -> bool {
        self.place().is_some_and(|p| p.source == Source::Feeder)
    }
}

impl Face for SourceItem {
    fn name(&self) -> String {
        let name = if self.is_feeder() {
            "FEEDER"
        } else {
            "FLATBED"
        };
        name.to_owned()
    }

    fn full_name(&self) -> String {
        format!("{}\\{}", self.trees.root().full_name(), self.name())
    }

    fn category(&self) -> Guid {
        match self.is_feeder() {
            true => WIA_CATEGORY_FEEDER,
            false => WIA_CATEGORY_FLATBED,
        }
    }

    fn flags(&self) -> ItemFlags {
        let of_device = ItemFlags::DEVICE | ItemFlags::FOLDER;
        self.real().flags().difference(of_device)
            | ItemFlags::IMAGE
            | ItemFlags::FILE
            | ItemFlags::TRANSFER
            | ItemFlags::PROGRAMMABLE_DATA_SOURCE
    }

    fn children(&self) -> Vec<Arc<dyn Item>> {
        Vec::new()
    }

    fn real(&self) -> Arc<dyn Item> {
        match self.place() {
            Some(place) => Arc::clone(&place.child),
            None => self.trees.root(),
        }
    }

    fn properties(&self) -> Properties {
        let Some(place) = self.place() else {
            return Properties::new();
        };
        let mut all: Properties = vec![
            (
                WIA_IPA_ITEM_NAME,
                Origin::fixed(PropertyValue::Bstr(self.name())),
            ),
            (
                WIA_IPA_FULL_ITEM_NAME,
                Origin::fixed(PropertyValue::Bstr(self.full_name())),
            ),
            (WIA_IPA_ITEM_FLAGS, Origin::fixed(self.flags().bits())),
            (WIA_IPA_ITEM_CATEGORY, Origin::fixed(self.category())),
        ];
        for id in place.child.properties() {
            let change = match id {
                WIA_IPA_TYMED => Change::Files,
                WIA_IPA_FORMAT | WIA_IPA_PREFERRED_FORMAT => Change::FileFormat,
                id if is_of_both(id) => Change::None,
                _ => continue,
            };
            if translated::find(&all, id).is_none() {
                all.push((id, Origin::Real(Arc::clone(&place.child), id, change)));
            }
        }
        for row in MOVED.iter().filter(|row| row.of.is(place.source)) {
            if let Some(origin) = place.origin_of(row) {
                all.push((row.item, origin));
            }
        }
        if place.source == Source::Feeder {
            let id = WIA_DPS_DOCUMENT_HANDLING_SELECT;
            let change = Change::Sides(place.sides);
            let origin = Origin::Real(Arc::clone(&place.root), id, change);
            all.push((WIA_IPS_DOCUMENT_HANDLING_SELECT, origin));
        }
        let mut add = |id: PropertyId, value: PropertyValue| {
            if translated::find(&all, id).is_none() {
                all.push((id, Origin::fixed(value)));
            }
        };
        add(WIA_IPS_MIN_HORIZONTAL_SIZE, 1.into());
        add(WIA_IPS_MIN_VERTICAL_SIZE, 1.into());
        add(WIA_IPA_PREFERRED_FORMAT, WIA_IMG_FMT_BMP.into());
        add(WIA_IPA_BUFFER_SIZE, USUAL_BUFFER.into());
        if let Some(bits) = place.raw_bits() {
            add(WIA_IPA_RAW_BITS_PER_CHANNEL, PropertyValue::UI1Vector(bits));
        }
        all
    }

    fn formats(&self) -> Result<Vec<FormatInfo>> {
        self.real().stream_formats()
    }

    fn transfer(&self) -> Result<Arc<dyn Transfer>> {
        Ok(Arc::new(Renamed {
            real: self.real().transfer()?,
            name: self.name(),
            full_name: self.full_name(),
        }))
    }
}
