//! Values that are not the same for both generations.

use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP};
use wia::{
    DocumentHandlingCapabilities, DocumentHandlingSelect, PropertyInfo, PropertyValue, Tymed,
    ValidValues,
};

use super::table::{OF_THE_FEEDER, OLDER_CAPABILITIES};

/// How a value of the driver's item is another one for the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It is not.
    None,
    /// The sides of a feeder item out of the source and sides of an older root; which of the sides'
    /// bits the older driver knows.
    Sides(DocumentHandlingSelect),
    /// Only what older drivers say of themselves.
    Capabilities,
    /// Only kinds of transfer that are files.
    Files,
    /// A bitmap has its file header.
    FileFormat,
}

impl Change {
    /// The driver's value as the application sees it.
    pub(super) fn show(self, value: PropertyValue) -> PropertyValue {
        match (self, value.as_i32(), value.as_guid()) {
            (Change::Sides(_), Some(bits), _) => sides(bits).bits().into(),
            (Change::Capabilities, Some(bits), _) => capabilities(bits).bits().into(),
            (Change::FileFormat, _, Some(WIA_IMG_FMT_MEMORYBMP)) => WIA_IMG_FMT_BMP.into(),
            _ => value,
        }
    }

    /// The application's value as the driver knows it.
    ///
    /// # Errors
    ///
    /// What is valid.
    pub(super) fn tell(self, value: &PropertyValue) -> Result<PropertyValue, String> {
        match (self, value.as_i32()) {
            (Change::Sides(known), Some(bits)) => {
                let bits = DocumentHandlingSelect::from_bits_retain(bits);
                let valid = valid_sides(known);
                if !valid.contains(bits) {
                    return Err(format!("bits of {:#x}", valid.bits()));
                }
                let told = (bits & known) | DocumentHandlingSelect::FEEDER;
                Ok(told.bits().into())
            }
            (Change::Files, Some(tymed))
                if Tymed::from_value(tymed).is_none_or(|tymed| !tymed.is_file()) =>
            {
                Err("2 (TYMED_FILE) 256 (TYMED_MULTIPAGE_FILE)".to_owned())
            }
            _ => Ok(value.clone()),
        }
    }

    /// Access and valid values as the application sees them.
    pub(super) fn info(self, mut info: PropertyInfo) -> PropertyInfo {
        match (self, &mut info.valid) {
            (Change::Sides(known), valid) => {
                *valid = ValidValues::Flag {
                    nominal: DocumentHandlingSelect::FRONT_ONLY.bits(),
                    valid_bits: valid_sides(known).bits(),
                };
            }
            (Change::Files, ValidValues::List { nominal, values }) => {
                values.retain(is_file);
                if !is_file(nominal) {
                    *nominal = Tymed::File.value().into();
                }
            }
            (Change::FileFormat, ValidValues::List { nominal, values }) => {
                for value in values.iter_mut().chain([nominal]) {
                    *value = self.show(value.clone());
                }
            }
            _ => {}
        }
        info
    }
}

fn is_file(value: &PropertyValue) -> bool {
    let tymed = value.as_i32().and_then(Tymed::from_value);
    tymed.is_some_and(Tymed::is_file)
}

/// The sides in an older root's choice; the front alone if it says nothing.
fn sides(bits: i32) -> DocumentHandlingSelect {
    let sides = DocumentHandlingSelect::from_bits_retain(bits) & OF_THE_FEEDER;
    match sides.is_empty() {
        true => DocumentHandlingSelect::FRONT_ONLY,
        false => sides,
    }
}

/// The front alone is what a feeder gives that has no word for it.
fn valid_sides(known: DocumentHandlingSelect) -> DocumentHandlingSelect {
    (known & OF_THE_FEEDER) | DocumentHandlingSelect::FRONT_ONLY
}

/// What an application of streams sees of an older driver's capabilities.
pub(super) fn capabilities(bits: i32) -> DocumentHandlingCapabilities {
    DocumentHandlingCapabilities::from_bits_retain(bits) & OLDER_CAPABILITIES
}
