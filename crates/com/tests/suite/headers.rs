//! The headers, compared with the tables by the compilers.

use std::fmt::Write as _;

use crate::compiler::{check, headers, run};
use crate::tables::{ALL, constants, guid, interfaces, offsets, structures};

#[test]
fn each_header_compiles_alone_and_twice() {
    for header in headers() {
        let source = format!("#include \"{header}\"\n#include \"{header}\"\n");
        check(&source, true);
        check(&source, false);
    }
}

#[test]
fn all_headers_compile_in_any_order() {
    let lines: Vec<String> = headers()
        .iter()
        .map(|header| format!("#include \"{header}\"\n"))
        .collect();
    check(&lines.concat(), true);
    check(&lines.concat(), false);
    let reverse: Vec<String> = lines.into_iter().rev().collect();
    check(&reverse.concat(), true);
    check(&reverse.concat(), false);
}

#[test]
fn constants_are_those_of_the_table() {
    let (mut cpp, mut c) = (ALL.to_owned(), ALL.to_owned());
    cpp.push_str(
        "constexpr bool same(const WCHAR *a, const WCHAR *b) { return *a == *b && (!*a || same(a + 1, b + 1)); }\n",
    );
    for constant in constants() {
        let (name, value) = (&constant.name, constant.value);
        match constant.kind {
            "integer" => {
                writeln!(cpp, "static_assert({name} == {value}u, \"{name}\");").expect("text");
                writeln!(c, "_Static_assert({name} == {value}u, \"{name}\");").expect("text");
            }
            "hresult" => {
                writeln!(
                    cpp,
                    "static_assert({name} == static_cast<HRESULT>({value}), \"{name}\");"
                )
                .expect("text");
                writeln!(c, "_Static_assert({name} == (HRESULT){value}, \"{name}\");")
                    .expect("text");
            }
            "guid" => {
                let value = guid(value);
                writeln!(cpp, "static_assert({name} == GUID{value}, \"{name}\");").expect("text");
                writeln!(c, "static const GUID *const of_{name} = &{name};").expect("text");
            }
            "string" => {
                writeln!(
                    cpp,
                    "static_assert(same({name}, OLESTR(\"{value}\")), \"{name}\");"
                )
                .expect("text");
            }
            other => panic!("{name}: what is a {other}?"),
        }
    }
    check(&cpp, true);
    // The pointers above are used by nothing else.
    let used: Vec<String> = constants()
        .iter()
        .filter(|c| c.kind == "guid")
        .map(|c| format!("of_{}", c.name))
        .collect();
    writeln!(
        c,
        "const void *all[] = {{{}}};",
        used.iter()
            .map(|n| format!("(const void *)&{n}"))
            .collect::<Vec<_>>()
            .join(", ")
    )
    .expect("text");
    check(&c, false);
}

#[test]
fn structures_have_the_documented_layout() {
    let mut cpp = format!("{ALL}#include <cstddef>\n#include <type_traits>\n");
    for (at, structure) in structures().iter().enumerate() {
        writeln!(cpp, "using S{at} = {};", structure.name).expect("text");
        for member in &structure.members {
            writeln!(
                cpp,
                "static_assert(offsetof(S{at}, {member}) < sizeof(S{at}), \"\");"
            )
            .expect("text");
        }
    }
    for (at, (name, size, member, offset)) in offsets().iter().enumerate() {
        writeln!(
            cpp,
            "using O{at} = {name};\nstatic_assert(sizeof(O{at}) == {size}, \"{name}\");\n\
             static_assert(offsetof(O{at}, {member}) == {offset}, \"{name}.{member}\");"
        )
        .expect("text");
    }
    check(&cpp, true);
    // C knows those that have a name.
    let mut c = format!("{ALL}#include <stddef.h>\n");
    for (name, size, member, offset) in offsets()
        .iter()
        .filter(|row| !row.0.starts_with("decltype"))
    {
        writeln!(
            c,
            "_Static_assert(sizeof({name}) == {size} && offsetof({name}, {member}) == {offset}, \"{name}.{member}\");"
        )
        .expect("text");
    }
    check(&c, false);
}

#[test]
fn members_stand_in_the_order_of_the_metadata() {
    let mut cpp = format!("{ALL}#include <cstddef>\n");
    let plain = structures()
        .into_iter()
        .filter(|s| !s.name.starts_with("decltype") && s.name != "PROPVARIANT");
    for structure in plain {
        let name = &structure.name;
        for pair in structure.members.windows(2) {
            let [first, second] = pair else { continue };
            writeln!(cpp, "static_assert(offsetof({name}, {first}) < offsetof({name}, {second}), \"{name}.{second}\");")
                .expect("text");
        }
    }
    check(&cpp, true);
}

#[test]
fn interfaces_have_their_ids_and_bases() {
    let mut cpp = format!("{ALL}#include <type_traits>\n");
    for interface in interfaces() {
        let (name, base) = (interface.name, interface.base);
        writeln!(
            cpp,
            "static_assert(IID_{name} == GUID{}, \"{name}\");\n\
             static_assert(&WiaIid<{name}>::value() == &IID_{name}, \"{name}\");\n\
             static_assert(std::is_base_of<{base}, {name}>::value, \"{name}\");\n\
             static_assert(sizeof({name}) == sizeof(void *), \"{name}\");",
            guid(interface.iid)
        )
        .expect("text");
    }
    check(&cpp, true);
}

/// Where a virtual method stands in its table: what a pointer to it holds (Itanium C++ ABI; on ARM the mark is beside it).
pub(crate) const SLOT: &str = "#include <cstdio>\n#include <cstring>\n\
    template <class M> long slot(M method) {\n\
        long parts[2];\n\
        static_assert(sizeof method == sizeof parts, \"\");\n\
        std::memcpy(parts, &method, sizeof parts);\n\
        return (parts[0] - (parts[0] & 1)) / static_cast<long>(sizeof(void *));\n\
    }\n";

#[test]
fn methods_have_their_slots_and_there_are_no_others() {
    let mut cpp = format!("{ALL}{SLOT}");
    let mut body = String::new();
    let mut expected = String::new();
    for interface in interfaces() {
        let name = interface.name;
        // What is added to an interface comes behind it.
        writeln!(
            cpp,
            "struct After{name} : {name} {{ virtual void after() = 0; }};"
        )
        .expect("text");
        for (slot, method) in &interface.methods {
            writeln!(
                body,
                "std::printf(\"{name} %ld {method}\\n\", slot(&{name}::{method}));"
            )
            .expect("text");
            writeln!(expected, "{name} {slot} {method}").expect("text");
        }
        let last: usize = interface
            .methods
            .last()
            .expect("methods")
            .0
            .parse()
            .expect("a number");
        writeln!(
            body,
            "std::printf(\"{name} %ld\\n\", slot(&After{name}::after));"
        )
        .expect("text");
        writeln!(expected, "{name} {}", last + 1).expect("text");
    }
    writeln!(cpp, "int main() {{\n{body}}}").expect("text");
    for told in run(&cpp) {
        assert_eq!(told, expected);
    }
}
