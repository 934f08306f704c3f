//! The binary interface as a text (`abi.txt`), so that a change of it is a change that somebody sees.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::compiler::{headers, include, run};
use crate::headers::SLOT;
use crate::tables::{ALL, constants, interfaces, structures};

/// Writes the text again, instead of comparing it.
const UPDATE: &str = "QUIRE_UPDATE_ABI";

#[test]
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn the_binary_interface_is_the_one_that_is_written_down() {
    let now = format!("{}\n{}", functions(), layouts());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("abi.txt");
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&file, &now).expect("abi.txt");
    }
    let written = fs::read_to_string(&file).expect("abi.txt");
    let changed = { written.lines().zip(now.lines()) }.find(|(before, after)| before != after);
    assert!(
        written == now,
        "the binary interface has changed: {changed:?}. Programs that were built before it may not work any more; if \
         that is meant, run this test with {UPDATE}=1, and look at what it does to abi.txt"
    );
}

/// What programs of this project find by its name, and no header declares.
const ENTRIES: [&str; 2] = ["WiaServeCheck", "WiaServeDriverHost"];

#[test]
fn what_is_exported_is_declared_and_the_other_way_round() {
    let declared = functions();
    let declared = declared
        .lines()
        .skip(1)
        .filter_map(|line| line.split('(').next()?.rsplit([' ', '*']).next());
    let declared: BTreeSet<&str> = declared
        .filter(|name| !name.is_empty())
        .chain(ENTRIES)
        .collect();
    let exported: BTreeSet<&str> = include_str!("../../exports.txt").lines().collect();
    assert_eq!(declared, exported);
}

/// The functions that the headers declare, a line each.
fn functions() -> String {
    let mut found = Vec::new();
    for header in headers() {
        let text = fs::read_to_string(include().join(&header)).expect("a header");
        // The mapped names are what is exported.
        let text = mapped(&text);
        for (at, mark) in text
            .match_indices("WIA_API ")
            .chain(text.match_indices("WIAS_API "))
        {
            let rest = &text[at + mark.len()..];
            let is_declaration = text[..at].ends_with('\n') && rest.contains(';');
            let declaration = rest.split(';').next().unwrap_or_default();
            if is_declaration && declaration.contains('(') && !declaration.contains('#') {
                let returns = if mark.starts_with("WIAS") {
                    "HRESULT "
                } else {
                    ""
                };
                let words: Vec<&str> = declaration.split_whitespace().collect();
                found.push(format!("{returns}{}", words.join(" ")));
            }
        }
    }
    found.sort_unstable_by_key(|line| {
        line.split('(')
            .next()
            .map(|l| l.rsplit([' ', '*']).next().map(str::to_owned))
    });
    format!("functions\n{}\n", found.join("\n"))
}

/// Replaces the names that `#define NAME WiaNAME` maps.
fn mapped(text: &str) -> String {
    let mut out = text.to_owned();
    for line in text.lines() {
        if let ["#define", name, to] = line.split_whitespace().collect::<Vec<_>>()[..]
            && to.strip_prefix("Wia") == Some(name)
        {
            out = out.replace(&format!(" {name}("), &format!(" {to}("));
        }
    }
    out
}

/// Sizes, offsets, slots and numbers, as a compiled program has them.
fn layouts() -> String {
    let mut cpp = format!("{ALL}{SLOT}#include <cstddef>\n");
    let mut body = String::from("std::puts(\"structures: size, members with offsets\");\n");
    for (at, structure) in structures().iter().enumerate() {
        writeln!(cpp, "using S{at} = {};", structure.name).expect("text");
        writeln!(
            body,
            "std::printf(\"{} %zu:\", sizeof(S{at}));",
            structure.name
        )
        .expect("text");
        for member in &structure.members {
            writeln!(
                body,
                "std::printf(\" {member} %zu\", offsetof(S{at}, {member}));"
            )
            .expect("text");
        }
        body.push_str("std::putchar('\\n');\n");
    }
    body.push_str("std::puts(\"\\ninterfaces: id, slots\");\n");
    for interface in interfaces() {
        writeln!(
            body,
            "std::printf(\"{} {}:\");",
            interface.name, interface.iid
        )
        .expect("text");
        for (_, method) in &interface.methods {
            writeln!(
                body,
                "std::printf(\" %ld {method}\", slot(&{}::{method}));",
                interface.name
            )
            .expect("text");
        }
        body.push_str("std::putchar('\\n');\n");
    }
    body.push_str("std::puts(\"\\nconstants\");\n");
    for constant in constants() {
        let name = &constant.name;
        match constant.kind {
            "guid" => writeln!(
                body,
                "std::printf(\"{name} %08X-%04X-%04X-\", {name}.Data1, {name}.Data2, {name}.Data3);\n\
                 for (unsigned byte : {name}.Data4) std::printf(\"%02X\", byte);\nstd::putchar('\\n');"
            ),
            "string" => writeln!(
                body,
                "std::printf(\"{name} \");\nfor (const WCHAR *c = {name}; *c; c++) std::putchar(*c);\nstd::putchar('\\n');"
            ),
            _ => writeln!(body, "std::printf(\"{name} 0x%X\\n\", static_cast<unsigned>({name}));"),
        }
        .expect("text");
    }
    writeln!(cpp, "int main() {{\n{body}}}").expect("text");
    run(&cpp).swap_remove(0)
}
