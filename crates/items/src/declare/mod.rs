//! Declaration of the properties that items of a category need, with their access, valid values and
//! values at the start.

mod device;
mod scanner;
mod storage;

pub use device::{DeviceInfo, RootInfo, declare_device_info, declare_root};
pub use scanner::{declare_auto, declare_scanner_item};
pub use storage::{FileInfo, declare_file, declare_folder};

use wia::{Access, PropertyId, PropertyInfo, PropertyValue, ValidValues};

use crate::app_item::AppItem;

/// Declares properties of one item in short form.
struct Declare<'a>(&'a AppItem);

impl Declare<'_> {
    fn with(
        &self,
        id: PropertyId,
        value: impl Into<PropertyValue>,
        access: Access,
        valid: ValidValues,
    ) {
        self.0.declare(id, value, PropertyInfo { access, valid });
    }

    /// Read-only, any value.
    fn fixed(&self, id: PropertyId, value: impl Into<PropertyValue>) {
        self.with(id, value, Access::READ, ValidValues::None);
    }

    /// One of a list; the first is the value at the start and the recommended one.
    fn choice<T: Into<PropertyValue> + Clone>(&self, id: PropertyId, access: Access, values: &[T]) {
        let values: Vec<PropertyValue> = values.iter().cloned().map(Into::into).collect();
        if let Some(first) = values.first().cloned() {
            let valid = ValidValues::List {
                nominal: first.clone(),
                values,
            };
            self.with(id, first, access, valid);
        }
    }

    /// A number of a range in steps of 1; `nominal` is the value at the start.
    fn range(&self, id: PropertyId, min: i32, nominal: i32, max: i32) {
        let valid = ValidValues::Range {
            min,
            nominal,
            max,
            step: 1,
        };
        self.with(id, nominal, Access::RW, valid);
    }

    /// A set of bits; `nominal` is the value at the start.
    fn flags(&self, id: PropertyId, access: Access, nominal: i32, valid_bits: i32) {
        self.with(
            id,
            nominal,
            access,
            ValidValues::Flag {
                nominal,
                valid_bits,
            },
        );
    }
}
