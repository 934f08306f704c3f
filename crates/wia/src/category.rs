//! Categories of items (`WIA_IPA_ITEM_CATEGORY`) and the item flags that each of them needs.

use crate::flags::ItemFlags;
use crate::guid::Guid;
use crate::identifiers::identifiers;

identifiers! {
    "WIA_CATEGORY_",
    /// The device itself, top of the tree.
    WIA_CATEGORY_ROOT = 0xF193526F_59B8_4A26_9888_E16E4F97CE10;
    /// The glass, or one region on it.
    WIA_CATEGORY_FLATBED = 0xFB607B1F_43F3_488B_855B_FB703EC342A6;
    /// A sheet feeder.
    WIA_CATEGORY_FEEDER = 0xFE131934_F84C_42AD_8DA4_6129CDDD7288;
    /// The front side in a feeder whose sides have settings of their own.
    WIA_CATEGORY_FEEDER_FRONT = 0x4823175C_3B28_487B_A7E6_EEBC17614FD1;
    /// The back side in a feeder whose sides have settings of their own.
    WIA_CATEGORY_FEEDER_BACK = 0x61CA74D4_39DB_42AA_89B1_8C19C9CD4C23;
    /// A film unit, or one frame of film.
    WIA_CATEGORY_FILM = 0xFCF65BE7_3CE3_4473_AF85_F5D37D21B68A;
    /// A folder in the device's storage.
    WIA_CATEGORY_FOLDER = 0xC692A446_6F5A_481D_85BB_92E2E86FD30A;
    /// A file in the device's storage.
    WIA_CATEGORY_FINISHED_FILE = 0xFF2B77CA_CF84_432B_A735_3A130DDE2A88;
    /// The device chooses the source.
    WIA_CATEGORY_AUTO = 0xDEFE5FD8_6C97_4DDE_B11E_CB509B270E11;
    /// A printer that marks sheets after the scan.
    WIA_CATEGORY_ENDORSER = 0x47102CC3_127F_4771_ADFC_991AB8EE1E97;
    /// A printer that marks sheets before the scan.
    WIA_CATEGORY_IMPRINTER = 0xFC65016D_9202_43DD_91A7_64C2954CFB8B;
    /// A bar code reader.
    WIA_CATEGORY_BARCODE_READER = 0x36E178A0_473F_494B_AF8F_6C3F6D7486FC;
    /// A patch code reader.
    WIA_CATEGORY_PATCH_CODE_READER = 0x8FAA1A6D_9C8A_42CD_98B3_EE9700CBC74F;
    /// A reader of magnetic ink characters.
    WIA_CATEGORY_MICR_READER = 0x3B86C1EC_71BC_4645_B4D5_1B19DA2BE978;
}

/// The item flags of a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlagRules {
    /// Flags that every item of the category has.
    pub required: ItemFlags,
    /// Flags that it may have besides.
    pub optional: ItemFlags,
}

impl FlagRules {
    /// Whether an item with these flags obeys: all that are required, none that is not allowed.
    pub const fn allow(&self, flags: ItemFlags) -> bool {
        flags.contains(self.required) && self.required.union(self.optional).contains(flags)
    }
}

/// A programmable source of images.
const SOURCE: ItemFlags = ItemFlags::PROGRAMMABLE_DATA_SOURCE
    .union(ItemFlags::TRANSFER)
    .union(ItemFlags::IMAGE)
    .union(ItemFlags::FILE);

/// The flags that items of a category must and may have (documentation page
/// `WIA_IPA_ITEM_CATEGORY`); `None` for a category that is not in this module.
///
/// FOLDER is optional for a flatbed, a feeder and a film unit because only the base item has it:
/// regions, sides and frames do not. TRANSFER is optional for the sides of a feeder, since the data
/// comes off the feeder item.
pub const fn flag_rules(category: Guid) -> Option<FlagRules> {
    use ItemFlags as F;
    let (required, optional) = match category {
        WIA_CATEGORY_ROOT => (F::ROOT.union(F::FOLDER), F::DEVICE.union(F::DISCONNECTED)),
        WIA_CATEGORY_FLATBED | WIA_CATEGORY_FEEDER | WIA_CATEGORY_FILM => (SOURCE, F::FOLDER),
        WIA_CATEGORY_FEEDER_FRONT | WIA_CATEGORY_FEEDER_BACK => {
            (SOURCE.difference(F::TRANSFER), F::TRANSFER)
        }
        WIA_CATEGORY_AUTO => (SOURCE, F::empty()),
        WIA_CATEGORY_FOLDER => (F::STORAGE.union(F::FOLDER), F::DELETED),
        WIA_CATEGORY_FINISHED_FILE => (
            F::FILE.union(F::TRANSFER),
            F::IMAGE.union(F::AUDIO).union(F::DELETED),
        ),
        WIA_CATEGORY_ENDORSER | WIA_CATEGORY_IMPRINTER => (
            F::PROGRAMMABLE_DATA_SOURCE.union(F::IMAGE),
            F::TRANSFER.union(F::FILE),
        ),
        WIA_CATEGORY_BARCODE_READER | WIA_CATEGORY_PATCH_CODE_READER | WIA_CATEGORY_MICR_READER => {
            (
                F::PROGRAMMABLE_DATA_SOURCE
                    .union(F::TRANSFER)
                    .union(F::FILE),
                F::empty(),
            )
        }
        _ => return None,
    };
    Some(FlagRules { required, optional })
}
