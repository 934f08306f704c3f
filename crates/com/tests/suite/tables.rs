//! The tables of the documentation and of the published metadata, as C++ asks for what is in them.

const CONSTANTS: &str = include_str!("../../../wia/tests/tables/constants.csv");
const STRUCTS: &str = include_str!("../../../abi/tests/fixtures/structs.csv");
const OFFSETS: &str = include_str!("../../../abi/tests/fixtures/offsets.csv");
const INTERFACES: &str = include_str!("../../../abi/tests/fixtures/interfaces.csv");
const MORE_INTERFACES: &str = include_str!("../../../abi/tests/fixtures/more-interfaces.csv");

/// Headers that together have everything.
pub(crate) const ALL: &str = "#include <wia.h>\n#include <wiamdef.h>\n#include <stiusd.h>\n#include <wiadevd.h>\n\
                              #include <wiamicro.h>\n#include <wiatwcmp.h>\n#include <wiavideo.h>\n";

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split(',').collect())
}

/// A value of the documentation: its name in C, what kind it is, and the value as the table has it.
pub(crate) struct Constant {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) value: &'static str,
}

/// All constants that are the headers'. Classes are called `CLSID_…` in C; two names are of the sources of another library.
pub(crate) fn constants() -> Vec<Constant> {
    let constants =
        rows(CONSTANTS).filter(|row| row[0] != "g_dwDebugFlags" && row[0] != "WIAU_DEBUG_TSTR");
    constants
        .map(|row| Constant {
            name: match row[0] {
                class @ ("WiaDevMgr" | "WiaDevMgr2" | "WiaLog" | "WiaVideo") => {
                    format!("CLSID_{class}")
                }
                other => other.to_owned(),
            },
            kind: row[1],
            value: row[2],
        })
        .collect()
}

/// A GUID of a table as an initialiser in C.
pub(crate) fn guid(text: &str) -> String {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let bytes: Vec<String> = (16..32)
        .step_by(2)
        .map(|at| format!("0x{}", &digits[at..at + 2]))
        .collect();
    let (a, b, c) = (&digits[..8], &digits[8..12], &digits[12..16]);
    format!("{{0x{a}, 0x{b}, 0x{c}, {{{}}}}}", bytes.join(", "))
}

/// A structure and its members, as C names them.
pub(crate) struct Structure {
    pub(crate) name: String,
    pub(crate) members: Vec<String>,
}

/// What C calls a structure of the metadata; nothing for those that have no name of their own.
fn c_name(name: &str) -> Option<String> {
    let member = match name {
        "WIA_PROPERTY_INFO_0_0" => "Range",
        "WIA_PROPERTY_INFO_0_1" => "RangeFloat",
        "WIA_PROPERTY_INFO_0_2" | "WIA_LIST_LONG" => "List",
        "WIA_PROPERTY_INFO_0_3" | "WIA_LIST_FLOAT" => "ListFloat",
        "WIA_PROPERTY_INFO_0_4" | "WIA_LIST_GUID" => "ListGuid",
        "WIA_PROPERTY_INFO_0_5" | "WIA_LIST_BSTR" => "ListBStr",
        "WIA_PROPERTY_INFO_0_6" => "Flag",
        "WIA_PROPERTY_INFO_0_7" => "None",
        "PROPVARIANT_VECTOR" => return Some("CAL".to_owned()),
        "WIA_PROPERTY_INFO_0" => return Some("decltype(WIA_PROPERTY_INFO::ValidVal)".to_owned()),
        "WIAS_CHANGED_VALUE_INFO_0" => {
            return Some("decltype(WIAS_CHANGED_VALUE_INFO::Old)".to_owned());
        }
        "WIAS_CHANGED_VALUE_INFO_1" => {
            return Some("decltype(WIAS_CHANGED_VALUE_INFO::Current)".to_owned());
        }
        other => return Some(other.to_owned()),
    };
    Some(format!("decltype(WIA_PROPERTY_INFO().ValidVal.{member})"))
}

/// What C calls a member.
fn c_member(structure: &str, member: &'static str) -> &'static str {
    match (structure, member) {
        ("PROPSPEC", "value") => "propid",
        ("PROPVARIANT", "value") => "lVal",
        ("STATSTG", "kind") => "type",
        _ => member,
    }
}

/// The structures of the metadata, with all their members in order.
pub(crate) fn structures() -> Vec<Structure> {
    let mut all: Vec<(&str, Structure)> = Vec::new();
    let described = rows(STRUCTS).map(|row| (row[0], row[3]));
    let more = rows(OFFSETS).map(|row| (row[0], row[2]));
    for (name, member) in described.chain(more) {
        let member = c_member(name, member).to_owned();
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, structure)) if structure.members.contains(&member) => {}
            Some((_, structure)) => structure.members.push(member),
            None => {
                let Some(c_name) = c_name(name) else { continue };
                let members = vec![member];
                all.push((
                    name,
                    Structure {
                        name: c_name,
                        members,
                    },
                ));
            }
        }
    }
    all.into_iter().map(|(_, structure)| structure).collect()
}

/// A documented size and offset: structure, its size, member, its offset.
pub(crate) fn offsets() -> Vec<(String, &'static str, &'static str, &'static str)> {
    rows(OFFSETS)
        .filter_map(|row| Some((c_name(row[0])?, row[1], c_member(row[0], row[2]), row[3])))
        .collect()
}

/// An interface: its id, its base, and its own methods with their slots.
pub(crate) struct Interface {
    pub(crate) name: &'static str,
    pub(crate) iid: &'static str,
    pub(crate) base: &'static str,
    pub(crate) methods: Vec<(&'static str, String)>,
}

/// All interfaces of the tables.
pub(crate) fn interfaces() -> Vec<Interface> {
    let mut all: Vec<Interface> = Vec::new();
    for row in rows(INTERFACES).chain(rows(MORE_INTERFACES)) {
        let (name, method) = (row[0], row[4]);
        // A property of a COM object, which C reads and writes by methods of two names.
        let method = match (name, method) {
            ("IWiaVideo", "PreviewVisible" | "ImagesDirectory") => format!("get_{method}"),
            ("IWiaVideo", "SetPreviewVisible") => "put_PreviewVisible".to_owned(),
            ("IWiaVideo", "SetImagesDirectory") => "put_ImagesDirectory".to_owned(),
            _ => method.to_owned(),
        };
        match all.iter_mut().find(|known| known.name == name) {
            Some(known) => known.methods.push((row[3], method)),
            None => all.push(Interface {
                name,
                iid: row[1],
                base: row[2],
                methods: vec![(row[3], method)],
            }),
        }
    }
    all
}
