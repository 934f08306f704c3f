//! Pages that were not all on the disk when the power went: `quire recover` counts none of them, whichever
//! way they came and however they are packed.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::documents::{self, tool};
use crate::scratch::{Scratch, start};

/// Mode and compression.
const PACKINGS: [&str; 11] = [
    "-m gray -c none",
    "-m color -c none",
    "-m gray -c packbits",
    "-m color -c lzw",
    "-m color -c deflate",
    "-m color -c jpeg",
    "-m bw -c none",
    "-m bw -c g3",
    "-m bw -c g3-2d",
    "-m bw -c g4",
    "-m color --depth 16 -c none",
];

/// Device and transfer: the virtual scanner has drivers of both generations.
const WAYS: [&str; 6] = [
    "-d virtual:?sheets=3 -t stream",
    "-d virtual:?sheets=3 -t file",
    "-d virtual:?sheets=3 -t memory",
    "-d virtual:?sheets=3&model=stream -t file",
    "-d virtual:?sheets=3&model=legacy -t stream",
    "-d virtual:?sheets=3&model=legacy -t file",
];

/// Offset and length of a strip in the middle of each page.
fn strips(document: &Path) -> Vec<(u64, usize)> {
    let told = tool("tiffinfo", &["-s"], &[document]).text();
    let mut pages: Vec<Vec<(u64, usize)>> = Vec::new();
    for line in told.lines() {
        if line.starts_with("TIFF Directory at") {
            pages.push(Vec::new());
        }
        let place = line
            .split_once(": [")
            .and_then(|(_, rest)| rest.strip_suffix(']')?.split_once(','))
            .and_then(|(at, len)| Some((at.trim().parse().ok()?, len.trim().parse().ok()?)));
        if let (Some(page), Some(place)) = (pages.last_mut(), place) {
            page.push(place);
        }
    }
    pages
        .iter()
        .map(|strips| strips[strips.len() / 2])
        .collect()
}

/// Zeroes a strip of each page in turn, in a copy that looks like a crash has left it.
fn tear(scratch: &Scratch, name: &str, first: usize, what: &str) {
    let whole = fs::read(scratch.path(name)).unwrap();
    let strips = strips(&scratch.path(name));
    let partial = scratch.path(".torn.tiff.partial");
    for (page, (at, len)) in strips.iter().enumerate().skip(first) {
        fs::write(&partial, &whole).unwrap();
        let file = fs::OpenOptions::new().write(true).open(&partial).unwrap();
        file.write_all_at(&vec![0; *len], *at).unwrap();
        let ended = scratch.quire("recover .torn.tiff.partial");
        if page == 0 {
            ended
                .exits(9)
                .says(&[".torn.tiff.partial", "no page in it is complete"]);
            fs::remove_file(&partial).unwrap();
            continue;
        }
        let line = ended.succeeds().text();
        assert!(line.contains("cut off behind"), "{what}: {line}");
        let pages = documents::pages(&scratch.path("torn.tiff"));
        assert_eq!(pages, page, "{what}");
        fs::remove_file(scratch.path("torn.tiff")).unwrap();
    }
    // And as it is, it is whole.
    fs::write(&partial, &whole).unwrap();
    let line = scratch
        .quire("recover .torn.tiff.partial")
        .succeeds()
        .text();
    assert!(!line.contains("cut off"), "{what}: {line}");
    assert!(
        fs::read(scratch.path("torn.tiff")).unwrap() == whole,
        "{what}"
    );
}

#[test]
fn a_torn_page_is_never_counted_whichever_way_it_came() {
    for way in WAYS {
        let scratch = Scratch::new();
        for packing in PACKINGS {
            let what = format!("{way} {packing}");
            let line = format!("scan {way} -s feeder -r 75 --page a5 {packing} -o out.tiff");
            scratch.quire(&line).succeeds();
            tear(&scratch, "out.tiff", 0, &what);
        }
    }
}

#[test]
fn a_torn_page_that_was_added_is_never_counted() {
    let scratch = Scratch::new();
    let scan = "scan -d virtual:?sheets=2 -s feeder -r 75 --page a5 -m gray";
    for packing in ["-c none", "-c deflate", "-c jpeg"] {
        for foreign in [false, true] {
            scratch
                .quire(&format!("{scan} {packing} -o out.tiff"))
                .succeeds();
            if foreign {
                let ours = scratch.path("ours.tiff");
                fs::rename(scratch.path("out.tiff"), &ours).unwrap();
                tool(
                    "tiffcp",
                    &["-c", "lzw"],
                    &[&ours, &scratch.path("out.tiff")],
                );
            }
            scratch
                .quire(&format!("{scan} {packing} --append -o out.tiff"))
                .succeeds();
            // What another program wrote has no record, and was durable before.
            let first = if foreign { 2 } else { 0 };
            tear(&scratch, "out.tiff", first, &format!("{packing} {foreign}"));
        }
    }
}

#[test]
fn one_file_a_page_has_records_too() {
    let scratch = Scratch::new();
    for packing in ["-m gray -c none", "-m bw -c g4", "-m color -c deflate"] {
        let line = format!("scan -d virtual: -s feeder -n 2 -r 75 --page a5 {packing} -o p%d.tiff");
        scratch.quire(&line).succeeds();
        tear(&scratch, "p2.tiff", 0, packing);
    }
}

/// The advice fits the shell.
#[test]
fn what_a_killed_scan_recommends_works_as_it_is_printed() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("sp ace")).unwrap();
    scratch
        .quire("scan -d virtual: -s feeder -n 1 -r 75 -m gray -o whole.tiff")
        .succeeds();
    let partial = scratch.path("sp ace/.it's a.tiff.partial");
    fs::rename(scratch.path("whole.tiff"), &partial).unwrap();
    let mut command = scratch.command("scan -d virtual: -s feeder -n 1 -r 75 -m gray -o");
    command.arg("sp ace/it's a.tiff");
    let told = start(command).end().exits(7).stderr;
    let advice = told.split_once("finish it with: quire ").unwrap().1;
    let advice = advice.strip_suffix(" (or rename or remove it)").unwrap();
    let mut command = std::process::Command::new("bash");
    command.args(["-c", &format!("{} {advice}", crate::scratch::QUIRE)]);
    command.current_dir(scratch.dir());
    start(command).end().succeeds();
    assert_eq!(
        documents::tiff(&scratch.path("sp ace/it's a.tiff")).len(),
        1
    );
}

#[test]
fn what_cannot_be_finished_is_not_recommended() {
    let scratch = Scratch::new();
    for (name, content) in [("z.png", &b"\x89PNG\r\n\x1a\n"[..]), ("e.tif", b"")] {
        let partial = format!(".{name}.partial");
        fs::write(scratch.path(&partial), content).unwrap();
        let line = format!("scan -d virtual: -s flatbed -r 75 -m gray -o {name}");
        let told = scratch.quire(&line).exits(7);
        assert!(!told.stderr.contains("finish it"), "{}", told.stderr);
        told.says(&[&partial, "remove it"]);
        let recovered = scratch.quire(&format!("recover {partial}")).exits(9);
        recovered.says(&[&partial, "remove it"]);
        assert_eq!(fs::read(scratch.path(&partial)).unwrap(), content);
    }
}

#[test]
fn a_link_is_not_recovered() {
    let scratch = Scratch::new();
    fs::write(scratch.path(".a.tiff.partial"), "pages").unwrap();
    std::os::unix::fs::symlink(".a.tiff.partial", scratch.path(".b.tiff.partial")).unwrap();
    let ended = scratch.quire("recover .b.tiff.partial").exits(2);
    ended.says(&[".b.tiff.partial", "symbolic link"]);
}
