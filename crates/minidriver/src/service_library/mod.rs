//! The functions that the service offers to drivers (`wias*`), under their snake-case names.
//!
//! They work on an [`AppItem`](::items::AppItem), which stands for the opaque application-item
//! context of the C form, and on the [`TransferContext`](transfer::TransferContext). Out-parameters are
//! results: where the C form returns `S_FALSE` for something that is missing, there is a `None`.
//! Pointers that must not be NULL are references.
//!
//! | C | here |
//! |---|---|
//! | `wiasCreateDrvItem` | [`create_drv_item`] |
//! | `wiasCreateChildAppItem` | [`create_child_app_item`] |
//! | `wiasGetItemType` | [`get_item_type`] |
//! | `wiasGetDrvItem` | [`get_drv_item`] |
//! | `wiasGetRootItem` | [`get_root_item`] |
//! | `wiasGetContextFromName` | [`get_context_from_name`] |
//! | `wiasGetChildrenContexts` | [`get_children_contexts`] |
//! | `wiasGetAppItemParent` (samples) | [`AppItem::parent`](::items::AppItem::parent) |
//! | `wiasGetDriverItemPrivateContext` (samples) | [`DriverItem::context_as`](::items::DriverItem::context_as) |
//! | `wiasReadMultiple` | [`read_multiple`] |
//! | `wiasReadPropLong` | [`read_prop_long`] |
//! | `wiasReadPropFloat` | [`read_prop_float`] |
//! | `wiasReadPropGuid` | [`read_prop_guid`] |
//! | `wiasReadPropStr` | [`read_prop_str`] |
//! | `wiasReadPropBin` | [`read_prop_bin`] |
//! | `wiasWriteMultiple` | [`write_multiple`] |
//! | `wiasWritePropLong` | [`write_prop_long`] |
//! | `wiasWritePropFloat` | [`write_prop_float`] |
//! | `wiasWritePropGuid` | [`write_prop_guid`] |
//! | `wiasWritePropStr` | [`write_prop_str`] |
//! | `wiasWritePropBin` | [`write_prop_bin`] |
//! | `wiasSetItemPropNames` | [`set_item_prop_names`] |
//! | `wiasSetItemPropAttribs` | [`set_item_prop_attribs`] |
//! | `wiasSetPropertyAttributes` | [`set_property_attributes`] |
//! | `wiasGetPropertyAttributes` | [`get_property_attributes`] |
//! | `wiasSetValidFlag` | [`set_valid_flag`] |
//! | `wiasSetValidRangeLong` | [`set_valid_range_long`] |
//! | `wiasSetValidRangeFloat` | [`set_valid_range_float`] |
//! | `wiasSetValidListLong` | [`set_valid_list_long`] |
//! | `wiasSetValidListFloat` | [`set_valid_list_float`] |
//! | `wiasSetValidListGuid` | [`set_valid_list_guid`] |
//! | `wiasSetValidListStr` | [`set_valid_list_str`] |
//! | `wiasValidateItemProperties` | [`validate_item_properties`] |
//! | `wiasCreatePropContext` | [`create_prop_context`] |
//! | `wiasFreePropContext` | dropping the [`PropContext`](::items::PropContext) |
//! | `wiasIsPropChanged` | [`is_prop_changed`] |
//! | `wiasSetPropChanged` | [`set_prop_changed`] |
//! | `wiasGetChangedValueLong` | [`get_changed_value_long`] |
//! | `wiasGetChangedValueFloat` | [`get_changed_value_float`] |
//! | `wiasGetChangedValueGuid` | [`get_changed_value_guid`] |
//! | `wiasGetChangedValueStr` | [`get_changed_value_str`] |
//! | `wiasUpdateScanRect` | [`update_scan_rect`] |
//! | `wiasUpdateValidFormat` | [`update_valid_format`] |
//! | `wiasGetImageInformation` | [`get_image_information`] |
//! | `wiasWriteBufToFile` | [`write_buf_to_file`] |
//! | `wiasWritePageBufToFile` | [`write_page_buf_to_file`] |
//! | `wiasWritePageBufToStream` | [`write_page_buf_to_stream`], or band by band: [`begin_page`] [`rows`] [`end_page`] [`abandon_page`] |
//! | `wiasSendEndOfPage` | [`send_end_of_page`] |
//! | `wiasQueueEvent` | [`queue_event`] |
//! | `wiasDownSampleBuffer` | [`down_sample_buffer`] [`down_sample_to_vec`] [`down_sampled_size`] |
//! | `wiasParseEndorserString` | [`parse_endorser_string`] [`parse_endorser_string_now`] [`expand_endorser_text`] |
//! | `wiasFormatArgs` | [`format!`], [`format_args!`] |
//! | `wiasCreateLogInstance` | [`create_log_instance`] |
//! | `wiasDebugTrace` | [`tracing::debug!`] |
//! | `wiasDebugError` | [`tracing::error!`] |
//! | `wiasPrintDebugHResult` | [`LogInstance::hresult`] |

mod endorser;
mod events;
mod formats;
mod image;
mod items;
mod log;
mod pages;
mod properties;
mod property_context;
mod sampling;
mod scan_rect;
mod valid_values;

pub use endorser::{
    EndorserInfo, EndorserTime, MAX_ENDORSER_TEXT, expand_endorser_text, parse_endorser_string,
    parse_endorser_string_now,
};
pub use events::{Event, EventPort, WAITING_EVENTS, events_are_listened_to, queue_event};
pub use formats::update_valid_format;
pub use image::{ImageInformationFlags, get_image_information};
pub use items::{
    MAX_PRIVATE_CONTEXT, PrivateContext, create_child_app_item, create_drv_item,
    get_children_contexts, get_context_from_name, get_drv_item, get_item_type, get_root_item,
};
pub use log::{LogDetail, LogInstance, LogKind, create_log_instance};
pub use pages::send_end_of_page;
pub use properties::{
    Reading, get_property_attributes, read_multiple, read_prop_bin, read_prop_float,
    read_prop_guid, read_prop_long, read_prop_str, set_item_prop_attribs, set_item_prop_names,
    set_property_attributes, write_multiple, write_prop_bin, write_prop_float, write_prop_guid,
    write_prop_long, write_prop_str,
};
pub use property_context::{
    create_prop_context, get_changed_value_float, get_changed_value_guid, get_changed_value_long,
    get_changed_value_str, is_prop_changed, set_prop_changed,
};
pub use sampling::{
    DownSampleInfo, DownSampledSize, down_sample_buffer, down_sample_to_vec, down_sampled_size,
};
pub use scan_rect::update_scan_rect;
#[doc(alias = "wiasWriteBufToFile")]
pub use transfer::write_buf_to_file;
#[doc(alias = "wiasWritePageBufToFile")]
pub use transfer::write_page_buf_to_file;
#[doc(alias = "wiasWritePageBufToStream")]
pub use transfer::write_page_buf_to_stream;
pub use transfer::{ImageInformation, image_information};
pub use transfer::{PageBuffer, write_page_buf_to_stream_as};
pub use transfer::{abandon_page, begin_page, end_page, rows};
pub use valid_values::{
    set_valid_flag, set_valid_list_float, set_valid_list_guid, set_valid_list_long,
    set_valid_list_str, set_valid_range_float, set_valid_range_long, validate_item_properties,
};
