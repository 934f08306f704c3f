//! Options of `scan`: part of the page, number of pages, properties, a look ahead, dates.

use std::fs;

use crate::documents::{Pixels, tiff, tiff_pixels};
use crate::scratch::{Ended, Scratch, start};
use crate::sheets::{DPI, folder, gray};

#[test]
fn n_sides_are_scanned_and_no_more() {
    let scratch = Scratch::new();
    for (source, n) in [("feeder", 1), ("feeder", 3), ("duplex", 1), ("duplex", 3)] {
        let line = format!("scan -d virtual: -s {source} -n {n} -r 75 -m gray -o out.tiff");
        scratch.quire(&line).succeeds();
        assert_eq!(tiff(&scratch.path("out.tiff")).len(), n, "{source} -n {n}");
    }
    scratch
        .quire("scan -d virtual:?sheets=4 -s feeder -n 0 -r 75 -m gray -o out.tiff")
        .succeeds();
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 4);
}

#[test]
fn a_flatbed_scans_once_and_n_times_one_after_the_other() {
    let scratch = Scratch::new();
    for (n, pages) in [("", 1), ("-n 0", 1), ("-n 3", 3)] {
        let line = format!("scan -d virtual: -s flatbed {n} -r 75 -m gray -o out.tiff");
        scratch.quire(&line).succeeds();
        assert_eq!(tiff(&scratch.path("out.tiff")).len(), pages, "{n}");
    }
    scratch
        .quire("scan -d virtual: -s flatbed -n 2 -r 75 -o p%d.jpg")
        .succeeds();
    assert_eq!(scratch.names(), ["out.tiff", "p1.jpg", "p2.jpg"]);
}

#[test]
fn auto_takes_the_feeder_if_it_holds_paper() {
    let scratch = Scratch::new();
    scratch
        .quire("scan -d virtual:?sheets=2 -r 75 -m gray -o out.tiff")
        .succeeds();
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 2);
    let ended = scratch
        .quire("scan --json -d virtual:?sheets=0 -r 75 -m gray -o out.tiff")
        .exits(0);
    assert!(
        ended.events()[0]["item"]
            .as_str()
            .unwrap()
            .ends_with("Flatbed")
    );
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 1);
}

#[test]
fn an_area_is_cut_out_of_the_page() {
    let scratch = Scratch::new();
    folder(&scratch.path("pages"), 1);
    // 25.4 mm are 100 pixels at 100 dpi.
    for compression in ["none", "deflate"] {
        let line = format!(
            "scan -d virtual:pages -s flatbed -r {DPI} -m gray -a 12.7,25.4,25.4,38.1 -c {compression} -o out.tiff"
        );
        scratch.quire(&line).succeeds();
        let found = tiff_pixels(&scratch.path("out.tiff"), 0);
        let expected = Pixels {
            kind: "P5".to_owned(),
            width: 100,
            height: 150,
            bytes: (100..250)
                .flat_map(|y| (50..150).map(move |x| gray(1, x, y)))
                .collect(),
        };
        assert_eq!(found, expected);
    }
}

#[test]
fn a_page_size_is_a_name_or_millimetres() {
    let scratch = Scratch::new();
    for (page, width, height) in [
        ("a4", 620, 876),
        ("a5", 437, 620),
        ("letter", 637, 825),
        ("50.8x25.4", 150, 75),
    ] {
        let line = format!("scan -d virtual: -s flatbed --page {page} -r 75 -m gray -o out.tiff");
        let ended = scratch.quire(&line).exits(0);
        let pages = tiff(&scratch.path("out.tiff"));
        let found = (pages[0].width, pages[0].height);
        // A size is a whole number of thousandths of an inch, and of pixels.
        let near = found.0.abs_diff(width) <= 1 && found.1.abs_diff(height) <= 1;
        assert!(near, "{page}: {found:?}; {}", ended.stderr);
    }
}

#[test]
fn any_property_can_be_set_by_name_or_number() {
    let scratch = Scratch::new();
    for set in [
        "WIA_IPS_XRES=150",
        "XRES=150",
        "6147=150",
        "wia_ips_xres=150",
    ] {
        let line = format!(
            "scan -d virtual: -s flatbed -r 75 -m gray --set {set} --set WIA_IPS_YRES=150 -o out.tiff"
        );
        scratch.quire(&line).exits(0);
        assert_eq!(
            tiff(&scratch.path("out.tiff"))[0].dpi,
            (150.0, 150.0),
            "{set}"
        );
    }
}

#[test]
fn a_check_tells_what_would_be_scanned_and_makes_no_file() {
    let scratch = Scratch::new();
    let line = "scan -d virtual: -s flatbed -r 300 --page a4 -m gray -c none --check -o out.tiff";
    let text = scratch.quire(line).succeeds().text();
    for part in [
        "virtual:",
        "Flatbed",
        "300 dpi",
        "mm",
        "gray, 8 bits",
        "TIFF, none",
        "bytes",
        "out.tiff",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    assert_eq!(scratch.names(), [""; 0]);

    let line =
        "scan -d virtual: -s flatbed -r 300 --page a4 -m gray -c none --check --json -o out.tiff";
    let ended = scratch.quire(line).exits(0);
    let plan = ended.json();
    let (width, height) = (
        plan["width"].as_u64().unwrap(),
        plan["height"].as_u64().unwrap(),
    );
    assert_eq!(plan["bytes_per_page"], width * height);
    assert_eq!(plan["pages"], 1);
    assert_eq!(ended.events().last().unwrap()["code"], 0);
    assert_eq!(scratch.names(), [""; 0]);

    // What was announced is what comes.
    scratch
        .quire("scan -d virtual: -s flatbed --page a4 -r 300 -m gray -c none -o out.tiff")
        .succeeds();
    let page = &tiff(&scratch.path("out.tiff"))[0];
    assert_eq!(
        (u64::from(page.width), u64::from(page.height)),
        (width, height)
    );
}

#[test]
fn a_check_tells_the_document_that_pages_are_added_to() {
    let scratch = Scratch::new();
    let check = "scan -d virtual:?sheets=2 -s feeder -r 75 -m gray --append --check";
    for name in ["out.tiff", "out.pdf"] {
        let new = scratch.quire(&format!("{check} -o {name}")).succeeds();
        assert!(!new.text().contains("appended"), "{}", new.text());
        let json = scratch.quire(&format!("{check} --json -o {name}"));
        assert!(json.exits(0).json()["pages_before"].is_null());
        scratch
            .quire(&format!(
                "scan -d virtual:?sheets=3 -s feeder -r 75 -o {name}"
            ))
            .succeeds();
        let before = fs::read(scratch.path(name)).unwrap();
        let text = scratch
            .quire(&format!("{check} -o {name}"))
            .succeeds()
            .text();
        assert!(
            text.contains("appended  to the 3 pages that it has\n"),
            "{text}"
        );
        let json = scratch.quire(&format!("{check} --json -o {name}"));
        assert_eq!(json.exits(0).json()["pages_before"], 3);
        assert!(fs::read(scratch.path(name)).unwrap() == before);
    }
    assert_eq!(scratch.names(), ["out.pdf", "out.tiff"]);
}

#[test]
fn a_check_finds_what_a_scan_would_refuse() {
    let scratch = Scratch::new();
    scratch
        .quire("scan -d virtual: --check -r 99999 -o a.tiff")
        .exits(2)
        .says(&["99999"]);
    scratch
        .quire("scan -d virtual: --check -s flatbed -m bw -o a.jpg")
        .exits(2)
        .says(&["JPEG"]);
}

fn dated(scratch: &Scratch, output: &str) -> Ended {
    let mut command = scratch.command(&format!(
        "scan -d virtual:?seed=7&sheets=2 -s duplex -r 75 -o {output}"
    ));
    command.env("SOURCE_DATE_EPOCH", "1700000000");
    start(command).end()
}

#[test]
fn the_same_seed_and_date_give_the_same_bytes() {
    let scratch = Scratch::new();
    for name in ["one.tiff", "two.tiff"] {
        dated(&scratch, name).succeeds();
    }
    let bytes = |name: &str| std::fs::read(scratch.path(name)).unwrap();
    assert!(bytes("one.tiff") == bytes("two.tiff"));
    let page = &tiff(&scratch.path("one.tiff"))[0];
    assert!(
        page.text.contains("DateTime: 2023:11:14 22:13:20"),
        "{}",
        page.text
    );

    scratch
        .quire("scan -d virtual:?seed=8&sheets=2 -s duplex -r 75 -o three.tiff")
        .succeeds();
    assert_ne!(
        tiff_pixels(&scratch.path("one.tiff"), 0).bytes,
        tiff_pixels(&scratch.path("three.tiff"), 0).bytes
    );
}

#[test]
fn documents_say_what_made_them() {
    let scratch = Scratch::new();
    for compression in ["none", "deflate"] {
        let line = format!("scan -d virtual: -s flatbed -r 75 -c {compression} -o out.tiff");
        scratch.quire(&line).succeeds();
        let text = tiff(&scratch.path("out.tiff")).remove(0).text;
        for part in [
            "Software: Quire",
            "Make: Quire",
            "Model: Virtual Scanner",
            "DateTime: 20",
        ] {
            assert!(text.contains(part), "no {part:?} in {text}");
        }
    }
}

#[test]
fn verbose_tells_the_plan_and_the_pages_and_quiet_nothing() {
    let scratch = Scratch::new();
    let line = "scan -d virtual:?sheets=2 -s feeder -r 75 -m gray -o out.tiff";
    let told = scratch.quire(&format!("{line} -v")).exits(0).stderr;
    for part in [
        "Feeder",
        "75 dpi",
        "page 1 (sheet 1, front)",
        "page 2 (sheet 2, front)",
        "2 pages in out.tiff",
    ] {
        assert!(told.contains(part), "no {part:?} in {told}");
    }
    scratch.quire(&format!("{line} --quiet")).succeeds();
    let jam = "scan -d virtual:?jam=2 -s feeder -r 75 -m gray --quiet -o out.tiff";
    scratch.quire(jam).exits(4).says(&["jam"]);
}
