//! The virtual scanner with the tree of an older driver: a root and one child, whose source the root chooses
//! (`WIA_DPS_DOCUMENT_HANDLING_SELECT`).
//!
//! For each application there is a newer tree, which holds the settings; the older one shows those of the
//! chosen source.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use items::{AppItem, DriverItem};
use minidriver::{Capability, DriverModel, FormatInfo, Minidriver};
use transfer::{ErrorHandler, TransferContext};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::property::*;
use wia::{
    Access, DocumentHandlingSelect, Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyInfo,
    PropertyValue, Result, Status, TransferFlags, ValidValues,
};

use crate::device::VirtualScanner;

/// The one child, as older drivers call theirs.
const CHILD: &str = "Top";

/// A property of the older root, that of the item, and the category of the item; none for the chosen one.
type Moved = (PropertyId, PropertyId, Option<Guid>);

const MOVED: [Moved; 14] = {
    const FLATBED: Option<Guid> = Some(WIA_CATEGORY_FLATBED);
    const FEEDER: Option<Guid> = Some(WIA_CATEGORY_FEEDER);
    [
        (
            WIA_DPS_HORIZONTAL_BED_SIZE,
            WIA_IPS_MAX_HORIZONTAL_SIZE,
            FLATBED,
        ),
        (
            WIA_DPS_VERTICAL_BED_SIZE,
            WIA_IPS_MAX_VERTICAL_SIZE,
            FLATBED,
        ),
        (
            WIA_DPS_HORIZONTAL_SHEET_FEED_SIZE,
            WIA_IPS_MAX_HORIZONTAL_SIZE,
            FEEDER,
        ),
        (
            WIA_DPS_VERTICAL_SHEET_FEED_SIZE,
            WIA_IPS_MAX_VERTICAL_SIZE,
            FEEDER,
        ),
        (
            WIA_DPS_MIN_HORIZONTAL_SHEET_FEED_SIZE,
            WIA_IPS_MIN_HORIZONTAL_SIZE,
            FEEDER,
        ),
        (
            WIA_DPS_MIN_VERTICAL_SHEET_FEED_SIZE,
            WIA_IPS_MIN_VERTICAL_SIZE,
            FEEDER,
        ),
        (
            WIA_DPS_SHEET_FEEDER_REGISTRATION,
            WIA_IPS_SHEET_FEEDER_REGISTRATION,
            FEEDER,
        ),
        (WIA_DPS_OPTICAL_XRES, WIA_IPS_OPTICAL_XRES, None),
        (WIA_DPS_OPTICAL_YRES, WIA_IPS_OPTICAL_YRES, None),
        (WIA_DPS_PAGES, WIA_IPS_PAGES, FEEDER),
        (WIA_DPS_PAGE_SIZE, WIA_IPS_PAGE_SIZE, FEEDER),
        (WIA_DPS_PAGE_WIDTH, WIA_IPS_PAGE_WIDTH, FEEDER),
        (WIA_DPS_PAGE_HEIGHT, WIA_IPS_PAGE_HEIGHT, FEEDER),
        (WIA_DPS_PREVIEW, WIA_IPS_PREVIEW, None),
    ]
};

/// Whether the older child has a property of the item.
fn is_of_child(id: PropertyId) -> bool {
    const OTHERS: [PropertyId; 3] = [
        WIA_IPA_ITEM_NAME,
        WIA_IPA_FULL_ITEM_NAME,
        WIA_IPA_ITEM_FLAGS,
    ];
    // Older drivers do not know WIA_IPA_ITEM_CATEGORY and WIA_IPS_DESKEW_X, and what follows each.
    let known = matches!(id.0, 4098..=4124 | 6146..=6161);
    known && !OTHERS.contains(&id)
}

/// Such a scanner.
#[derive(Debug)]
pub struct OlderScanner {
    scanner: VirtualScanner,
    tree: DriverItem,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    applications: usize,
    trees: Vec<Arc<Trees>>,
}

/// The trees of an application.
#[derive(Debug)]
struct Trees {
    older: AppItem,
    newer: AppItem,
}

impl Trees {
    fn select(&self) -> DocumentHandlingSelect {
        let bits = self.older.opt_i32(WIA_DPS_DOCUMENT_HANDLING_SELECT);
        DocumentHandlingSelect::from_bits_retain(bits.unwrap_or(0))
    }

    /// The newer item of this category, or the chosen one.
    fn item(&self, category: Option<Guid>) -> Option<AppItem> {
        let chosen = match self.select().contains(DocumentHandlingSelect::FEEDER) {
            true => WIA_CATEGORY_FEEDER,
            false => WIA_CATEGORY_FLATBED,
        };
        let category = category.unwrap_or(chosen);
        let mut items = self.newer.children().into_iter();
        items.find(|item| item.category() == category)
    }

    /// Shows the settings in the older tree.
    fn show(&self) {
        for (older, newer, of) in MOVED {
            copy(self.item(of).as_ref(), newer, &self.older, older);
        }
        for property in self.newer.properties() {
            let root = matches!(property.id.0, 2..=3073)
                || property.id == WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES
                || property.id == WIA_DPS_DOCUMENT_HANDLING_STATUS;
            if root {
                copy(Some(&self.newer), property.id, &self.older, property.id);
            }
        }
        let chosen = self.item(None);
        for child in self.older.children() {
            let ids = chosen.iter().flat_map(AppItem::property_ids);
            for id in ids.filter(|id| is_of_child(*id)) {
                copy(chosen.as_ref(), id, &child, id);
            }
        }
    }

    /// Where a property of the older tree is in the newer one.
    fn place(&self, item: &AppItem, id: PropertyId) -> Option<(AppItem, PropertyId)> {
        if item.category() != WIA_CATEGORY_ROOT {
            return Some((self.item(None)?, id));
        }
        match MOVED.iter().find(|(older, ..)| *older == id) {
            Some((_, newer, of)) => Some((self.item(*of)?, *newer)),
            None => Some((self.newer.clone(), id)),
        }
    }

    /// The source and sides that the root is set to.
    fn choose(&self) -> Result<Option<(AppItem, PropertyId, PropertyValue)>> {
        use DocumentHandlingSelect as Select;
        let select = self.select();
        let sides = select.difference(Select::FEEDER | Select::FLATBED);
        let feeder = select.contains(Select::FEEDER);
        let item = self.item(None);
        let (Some(item), true) = (item, feeder != select.contains(Select::FLATBED)) else {
            return Err(refused(select));
        };
        if !feeder {
            return match sides.is_empty() {
                true => Ok(None),
                false => Err(refused(select)),
            };
        }
        let sides = if sides.is_empty() {
            Select::FRONT_ONLY
        } else {
            sides
        };
        let id = WIA_IPS_DOCUMENT_HANDLING_SELECT;
        Ok(Some((item, id, sides.bits().into())))
    }
}

fn refused(select: DocumentHandlingSelect) -> Error {
    let bits = select.bits();
    Error::invalid(format!(
        "WIA_DPS_DOCUMENT_HANDLING_SELECT: {bits:#x} is not valid; valid: FLATBED 0x2, or FEEDER 0x1 \
         with one of FRONT_ONLY 0x20, BACK_ONLY 0x40, DUPLEX 0x4"
    ))
}

fn copy(from: Option<&AppItem>, id: PropertyId, to: &AppItem, as_id: PropertyId) {
    if let Some(property) = from.and_then(|item| item.property(id)) {
        let same = to
            .property(as_id)
            .is_some_and(|p| p.value == property.value && p.info == property.info);
        if !same {
            to.declare(as_id, property.value, property.info);
        }
    }
}

impl OlderScanner {
    /// Such a view of a scanner.
    ///
    /// # Errors
    ///
    /// Never, as the names are good.
    pub fn new(scanner: VirtualScanner) -> Result<OlderScanner> {
        let tree = DriverItem::new(
            ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE,
            "Root",
            "0000\\Root",
            WIA_CATEGORY_ROOT,
        )?;
        let flags = ItemFlags::IMAGE | ItemFlags::FILE | ItemFlags::TRANSFER | ItemFlags::DEVICE;
        DriverItem::new_child(&tree, flags, CHILD, Guid::NULL, None)?;
        Ok(OlderScanner {
            scanner,
            tree,
            open: Mutex::default(),
        })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, item: &AppItem) -> Option<Arc<Trees>> {
        let root = item.root();
        let open = self.open();
        open.trees.iter().find(|t| t.older == root).cloned()
    }

    fn trees(&self, item: &AppItem) -> Result<Arc<Trees>> {
        self.find(item).ok_or_else(|| {
            let name = item.full_name();
            Error::new(
                ErrorKind::Unexpected,
                format!("{name}: it was never declared"),
            )
        })
    }

    /// A newer tree for an application, and the older root's choice.
    fn begin(&self, root: &AppItem) -> Result<Arc<Trees>> {
        let newer = AppItem::from_driver_tree(self.scanner.root());
        for item in newer.descendants() {
            self.scanner.init_item_properties(&item)?;
        }
        let trees = Arc::new(Trees {
            older: root.clone(),
            newer,
        });
        let mut valid = DocumentHandlingSelect::empty();
        if trees.item(Some(WIA_CATEGORY_FLATBED)).is_some() {
            valid |= DocumentHandlingSelect::FLATBED;
        }
        if let Some(feeder) = trees.item(Some(WIA_CATEGORY_FEEDER)) {
            valid |= DocumentHandlingSelect::FEEDER;
            let info = feeder.attributes(WIA_IPS_DOCUMENT_HANDLING_SELECT);
            if let Some(ValidValues::Flag { valid_bits, .. }) = info.map(|info| info.valid) {
                valid |= DocumentHandlingSelect::from_bits_retain(valid_bits);
            }
        }
        let flatbed = valid & DocumentHandlingSelect::FLATBED;
        let first = match flatbed.is_empty() {
            true => DocumentHandlingSelect::FEEDER | DocumentHandlingSelect::FRONT_ONLY,
            false => flatbed,
        };
        let info = PropertyInfo {
            access: Access::RW,
            valid: ValidValues::Flag {
                nominal: first.bits(),
                valid_bits: valid.bits(),
            },
        };
        root.declare(WIA_DPS_DOCUMENT_HANDLING_SELECT, first.bits(), info);
        self.open().trees.push(Arc::clone(&trees));
        Ok(trees)
    }
}

impl Minidriver for OlderScanner {
    fn model(&self) -> DriverModel {
        self.scanner.model()
    }

    fn headers_are_final(&self) -> bool {
        true
    }

    fn initialize(&self, device_id: &str) -> Result<DriverItem> {
        drop(self.scanner.initialize(device_id)?);
        self.open().applications += 1;
        Ok(self.tree.clone())
    }

    fn un_initialize(&self) {
        let mut open = self.open();
        open.applications = open.applications.saturating_sub(1);
        // Which application went is not said.
        if open.applications == 0 {
            open.trees.clear();
        }
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        let trees = match self.find(item) {
            Some(trees) => trees,
            None => self.begin(&item.root())?,
        };
        trees.show();
        Ok(())
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        let trees = self.trees(item)?;
        let mut writes: Vec<(AppItem, Vec<(PropertyId, PropertyValue)>)> = Vec::new();
        let mut push = |item: AppItem, id, value| match writes.iter_mut().find(|w| w.0 == item) {
            Some((_, values)) => values.push((id, value)),
            None => writes.push((item, vec![(id, value)])),
        };
        for id in changed {
            if *id == WIA_DPS_DOCUMENT_HANDLING_SELECT && item.category() == WIA_CATEGORY_ROOT {
                items::validate_item_properties(item, &[*id])?;
                if let Some((of, id, value)) = trees.choose()? {
                    push(of, id, value);
                }
            } else if let (Some((of, newer)), Some(value)) =
                (trees.place(item, *id), item.read(*id))
            {
                push(of, newer, value);
            }
        }
        for (item, values) in writes {
            items::write_multiple(&item, &values, &mut |item, changed| {
                self.scanner.validate_item_properties(item, changed)
            })?;
        }
        trees.show();
        Ok(())
    }

    fn read_item_properties(&self, item: &AppItem, ids: &[PropertyId]) -> Result<()> {
        let trees = self.trees(item)?;
        self.scanner.read_item_properties(&trees.newer, ids)?;
        trees.show();
        Ok(())
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        let chosen = self.trees(item)?.item(None);
        let chosen = chosen.ok_or_else(|| Error::invalid("the chosen source is not there"))?;
        self.scanner.acquire_item_data(&chosen, flags, context)
    }

    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        let trees = self.trees(item)?;
        let chosen = match item.category() {
            WIA_CATEGORY_ROOT => Some(trees.newer.clone()),
            _ => trees.item(None),
        };
        let chosen = chosen.ok_or_else(|| Error::invalid("the chosen source is not there"))?;
        self.scanner.wia_format_info(&chosen)
    }

    fn lock_device(&self) -> Result<()> {
        self.scanner.lock_device()
    }

    fn device_command(&self, item: &AppItem, command: Guid) -> Result<()> {
        self.scanner.device_command(item, command)
    }

    fn capabilities(&self) -> Vec<Capability> {
        self.scanner.capabilities()
    }

    fn notify_pnp_event(&self, event: Guid) {
        self.scanner.notify_pnp_event(event);
    }

    fn error_handler(&self) -> Option<Arc<dyn ErrorHandler>> {
        self.scanner.error_handler()
    }
}
