//! Validation of what applications write, in parts that every driver can use.

mod context;
mod data_type;
mod image_size;
mod page_size;
mod rules;
mod scan_rect;
mod scanner;
mod valid_format;
mod valid_values;

pub use context::{CONTEXT_PROPERTIES, ChangedValue, PropContext, Repair, changed_value};
pub use data_type::{update_datatype_depth, update_intent};
pub use image_size::{
    update_buffer_size, update_compression, update_format_extension, update_item_size,
};
pub use page_size::{is_page_size_auto, update_page_size};
pub use rules::{
    DataTypeRule, FeederRules, FormatRule, IntentResolutions, Registration, Resolutions,
    ScannerRules, channels,
};
pub use scan_rect::update_scan_rect;
pub use scanner::{update_sides, validate_scanner_item};
pub use valid_format::update_valid_format;
pub use valid_values::{
    describe, invalid_value, is_valid, nearest, no_data, nominal, refusal, suits,
    validate_item_properties,
};
