//! Every `wias*` name has a function here, or a reason why not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::minidriver::service_library;

struct Row {
    name: &'static str,
    here: &'static str,
    reason: &'static str,
}

fn rows() -> Vec<Row> {
    let mut rows = include_str!("fixtures/wias.csv").lines();
    assert_eq!(rows.next(), Some("section,name,here,reason"));
    rows.map(|row| match row.split(',').collect::<Vec<_>>()[..] {
        [_, name, here, reason] => Row { name, here, reason },
        _ => panic!("not four cells: {row}"),
    })
    .collect()
}

/// Names of functions that exist, or else this does not compile.
macro_rules! functions {
    ($($name:ident)*) => {
        fn functions() -> BTreeSet<&'static str> {
            $(let _ = service_library::$name;)*
            BTreeSet::from([$(stringify!($name),)*])
        }
    };
}

functions! {
    create_drv_item create_child_app_item get_item_type get_drv_item get_root_item
    get_context_from_name get_children_contexts
    read_multiple read_prop_long read_prop_float read_prop_guid read_prop_str read_prop_bin
    write_multiple write_prop_long write_prop_float write_prop_guid write_prop_str write_prop_bin
    set_item_prop_names set_item_prop_attribs set_property_attributes get_property_attributes
    set_valid_flag set_valid_range_long set_valid_range_float
    set_valid_list_long set_valid_list_float set_valid_list_guid set_valid_list_str
    create_prop_context is_prop_changed set_prop_changed
    get_changed_value_long get_changed_value_float get_changed_value_guid get_changed_value_str
    validate_item_properties update_scan_rect update_valid_format
    get_image_information
    write_buf_to_file write_page_buf_to_file write_page_buf_to_stream send_end_of_page
    queue_event down_sample_buffer parse_endorser_string create_log_instance
}

#[test]
fn every_name_has_a_function_or_a_reason() {
    for row in rows() {
        assert!(row.here.is_empty() != row.reason.is_empty(), "{}", row.name);
    }
    let rows = rows();
    let named: BTreeSet<&str> = rows
        .iter()
        .map(|row| row.here)
        .filter(|here| !here.is_empty())
        .collect();
    assert_eq!(named, functions());
}

/// All of the library's source.
fn source() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/service_library");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect()
}

/// The names in `doc(alias = …)` and `doc(alias(…))`.
fn aliases(source: &str) -> BTreeSet<&str> {
    source
        .split("#[doc(alias")
        .skip(1)
        .filter_map(|rest| rest.split(']').next())
        .flat_map(|inside| inside.split('"').skip(1).step_by(2))
        .filter(|name| name.starts_with("wias"))
        .collect()
}

#[test]
fn every_function_is_found_under_its_c_name() {
    let source = source();
    let aliases = aliases(&source);
    let rows = rows();
    for row in &rows {
        if !row.here.is_empty() {
            assert!(aliases.contains(row.name), "{} is no alias", row.name);
        }
    }
    for alias in aliases {
        assert!(rows.iter().any(|row| row.name == alias), "{alias}");
    }
}

#[test]
fn the_documentation_has_a_table_of_all() {
    let table = include_str!("../../src/service_library/mod.rs");
    for row in rows() {
        assert!(table.contains(&format!("`{}`", row.name)), "{}", row.name);
        if !row.here.is_empty() {
            assert!(table.contains(&format!("[`{}`]", row.here)), "{}", row.here);
        }
    }
}
