//! What bad input gets: an exit code, one line that names what is wrong and what is valid, and no file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::documents;
use crate::scratch::{QUIRE, Scratch, start};
use crate::sheets;

/// Nothing was scanned and no file was made.
#[track_caller]
fn refused(options: &str, code: i32, parts: &[&str]) {
    let scratch = Scratch::new();
    let ended = scratch.quire(&format!("scan {options}"));
    ended.exits(code).says(parts);
    assert_eq!(scratch.names(), [""; 0], "{options}");
}

#[test]
fn a_device_that_is_not_there() {
    refused("-d foo -o a.tiff", 3, &["foo", "virtual:"]);
    refused("-d twain:x -o a.tiff", 3, &["twain:"]);
    refused(
        "-d virtual:nowhere -o a.tiff",
        3,
        &["nowhere", "No such file"],
    );
    refused(
        "-d virtual:nowhere.toml -o a.tiff",
        3,
        &["nowhere.toml", "No such file"],
    );
}

#[test]
fn a_driver_that_is_not_there() {
    refused("-d com:x.so -o a.tiff", 3, &["com:"]);
}

#[test]
fn parameters_of_the_device() {
    refused("-d virtual:?colour=red -o a.tiff", 2, &["colour", "seed"]);
    refused("-d virtual:?sheets=x -o a.tiff", 2, &["sheets", "x"]);
    refused("-d virtual:?jam=first -o a.tiff", 2, &["jam", "first"]);
    refused("-d virtual:?seed=1&seed=2 -o a.tiff", 2, &["seed", "twice"]);
    refused("-d virtual:?seed=%zz -o a.tiff", 2, &["%zz"]);
    refused(
        "-d virtual:?deadline=0 -o a.tiff",
        2,
        &["deadline=0", "3600"],
    );
}

#[test]
fn a_folder_that_cannot_be_read() {
    let scratch = Scratch::new();
    sheets::folder(&scratch.path("closed"), 1);
    fs::set_permissions(scratch.path("closed"), fs::Permissions::from_mode(0o000)).unwrap();
    let line = "scan -d virtual:closed -r 100 -o a.tiff";
    let ended = start(as_somebody_else(&scratch, line)).end();
    ended.exits(3).says(&["closed", "ermission denied"]);
    fs::set_permissions(scratch.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_directory_that_cannot_be_written() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("readonly")).unwrap();
    fs::set_permissions(scratch.path("readonly"), fs::Permissions::from_mode(0o555)).unwrap();
    let line = "scan -d virtual: -s flatbed -r 75 -o readonly/a.tiff";
    let ended = start(as_somebody_else(&scratch, line)).end();
    ended.exits(7).says(&["readonly", "ermission denied"]);
    assert_eq!(fs::read_dir(scratch.path("readonly")).unwrap().count(), 0);
}

/// The program, run by a user who is not root and owns nothing here.
pub(crate) fn as_somebody_else(scratch: &Scratch, line: &str) -> Command {
    let words: Vec<_> = line.split_whitespace().collect();
    if !rustix::process::geteuid().is_root() {
        return scratch.command(line);
    }
    // The built program may be in a folder that others cannot enter.
    let program = scratch.path("quire");
    fs::copy(QUIRE, &program).unwrap();
    fs::set_permissions(scratch.dir(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(program)
        .args(words)
        .current_dir(scratch.dir());
    command
}

/// A folder that may be written and not read cannot be synced. The scan is made, and `-v` says so.
#[test]
fn a_folder_that_may_only_be_written_is_told_of() {
    let scratch = Scratch::new();
    let folder = scratch.path("drop");
    for (mode, told) in [(0o733, true), (0o777, false)] {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        if !rustix::process::geteuid().is_root() {
            // An owner's own rights.
            let mode = mode << 6 & 0o700;
            fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        }
        let line = "scan -v -d virtual: -s flatbed -r 75 -m gray -o drop/out.tiff";
        let ended = start(as_somebody_else(&scratch, line)).end().exits(0);
        let says = ended.stderr.contains("cannot be synced");
        assert_eq!(says, told, "{}", ended.stderr);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(documents::tiff(&scratch.path("drop/out.tiff")).len(), 1);
    }
}

#[test]
fn an_image_that_is_damaged_ends_the_scan_and_keeps_the_pages_before_it() {
    let scratch = Scratch::new();
    sheets::folder(&scratch.path("pages"), 4);
    let damaged = scratch.path("pages/03.png");
    let whole = fs::read(&damaged).unwrap();
    fs::write(&damaged, &whole[..whole.len() / 2]).unwrap();
    let ended = scratch.quire("scan -d virtual:pages -s feeder -r 100 -m gray -o a.tiff");
    ended
        .exits(9)
        .says(&["03.png", "2 complete pages kept in a.tiff"]);
    assert_eq!(documents::tiff(&scratch.path("a.tiff")).len(), 2);
    assert_eq!(scratch.names(), ["a.tiff", "pages"]);
}

#[test]
fn a_first_image_that_is_damaged_leaves_no_document() {
    let scratch = Scratch::new();
    sheets::folder(&scratch.path("pages"), 2);
    fs::write(scratch.path("pages/01.png"), "not a picture").unwrap();
    let ended = scratch.quire("scan -d virtual:pages -s feeder -r 100 -m gray -o a.tiff");
    ended.exits(9).says(&["01.png"]);
    assert_eq!(scratch.names(), ["pages"]);
}

#[test]
fn a_folder_without_images() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("pages")).unwrap();
    fs::write(scratch.path("pages/README.md"), "no image").unwrap();
    let feeder = scratch.quire("scan -d virtual:pages -s feeder -o a.tiff");
    feeder.exits(5).says(&["empty"]);
    let flatbed = scratch.quire("scan -d virtual:pages -s flatbed -o a.tiff");
    flatbed.exits(3).says(&["flatbed", "no image"]);
    assert_eq!(scratch.names(), ["pages"]);
}

#[test]
fn resolutions_that_the_device_does_not_have() {
    refused(
        "-d virtual: -r 0 -o a.tiff",
        2,
        &["WIA_IPS_XRES", "0", "300", "1200"],
    );
    refused(
        "-d virtual: -r 99999 -o a.tiff",
        2,
        &["WIA_IPS_XRES", "99999", "300", "1200"],
    );
    refused(
        "-d virtual: -r 4294967295 -o a.tiff",
        2,
        &["WIA_IPS_XRES", "300"],
    );
}

#[test]
fn an_area_off_the_page() {
    for area in [
        "0,0,1000,10",
        "0,0,10,1000",
        "500,0,10,10",
        "0,500,10,10",
        "210,0,50,5",
    ] {
        refused(
            &format!("-d virtual: -s flatbed -a {area} -o a.tiff"),
            2,
            &["mm"],
        );
    }
}

#[test]
fn an_area_of_no_size() {
    for area in ["0,0,0,10", "0,0,10,0", "5,5,-5,5"] {
        refused(
            &format!("-d virtual: -s flatbed -a {area} -o a.tiff"),
            2,
            &[area, "no size"],
        );
    }
    // Less than a pixel.
    refused(
        "-d virtual: -s flatbed -r 75 -a 5,5,0.001,5 -o a.tiff",
        2,
        &["0.001"],
    );
}

#[test]
fn a_page_larger_than_the_bed() {
    refused("-d virtual: -s flatbed --page a0 -o a.tiff", 2, &["a0"]);
    refused(
        "-d virtual: -s flatbed --page 2000x10 -o a.tiff",
        2,
        &["2000"],
    );
}

#[test]
fn a_format_that_cannot_hold_the_mode() {
    refused("-d virtual: -s flatbed -m bw -o a.jpg", 2, &["JPEG", "bw"]);
    refused(
        "-d virtual: -s flatbed --depth 16 -o a.jpg",
        2,
        &["JPEG", "16"],
    );
    refused("-d virtual: -c g4 -o a.tiff", 2, &["g4", "color"]);
    refused("-d virtual: -m bw -c jpeg -o a.tiff", 2, &["jpeg"]);
}

#[test]
fn many_pages_into_a_format_of_one() {
    for name in ["a.png", "a.jpg", "a.raw"] {
        refused(&format!("-d virtual: -s feeder -o {name}"), 2, &["%d"]);
        refused(
            &format!("-d virtual: -s flatbed -n 2 -o {name}"),
            2,
            &["%d"],
        );
    }
}

#[test]
fn a_source_that_the_device_does_not_have() {
    refused("-d virtual: -s film -o a.tiff", 2, &["film"]);
    let scratch = Scratch::new();
    fs::write(scratch.path("flat.toml"), "[flatbed]\n").unwrap();
    let ended = scratch.quire("scan -d virtual:flat.toml -s duplex -o a.tiff");
    ended.exits(2).says(&["duplex"]);
}

#[test]
fn properties_that_do_not_exist_or_take_other_values() {
    let set = |what: &str| format!("-d virtual: -s flatbed -o a.tiff --set {what}");
    refused(&set("no-such-property=1"), 2, &["no-such-property"]);
    refused(&set("XRES=299"), 2, &["WIA_IPS_XRES", "299", "300"]);
    refused(&set("WIA_IPS_XRES=many"), 2, &["WIA_IPS_XRES", "many"]);
    refused(&set("WIA_IPA_ITEM_NAME=x"), 2, &["WIA_IPA_ITEM_NAME"]);
}

#[test]
fn an_output_directory_that_does_not_exist() {
    refused(
        "-d virtual: -s flatbed -r 75 -o nowhere/a.tiff",
        7,
        &["nowhere", "No such file"],
    );
    refused(
        "-d virtual: -s flatbed -r 75 -o nowhere/%d.png",
        7,
        &["nowhere", "No such file"],
    );
}

#[test]
fn an_output_that_is_a_directory_or_below_a_file() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("dir.tiff")).unwrap();
    fs::write(scratch.path("file"), "x").unwrap();
    let scan = |output| scratch.quire(&format!("scan -d virtual: -s flatbed -r 75 -o {output}"));
    scan("dir.tiff").exits(7).says(&["dir.tiff", "directory"]);
    scan("file/a.tiff")
        .exits(7)
        .says(&["file", "ot a directory"]);
    assert_eq!(scratch.names(), ["dir.tiff", "file"]);
}

#[test]
fn a_model_file_that_is_wrong() {
    let scratch = Scratch::new();
    for (text, part) in [
        ("nonsense = 1\n", "nonsense"),
        ("[flatbed\n", "line 1"),
        ("[feeder]\nresolutions = []\n", "at least one resolution"),
        ("[faults]\njam = \"first\"\n", "jam"),
    ] {
        fs::write(scratch.path("model.toml"), text).unwrap();
        let ended = scratch.quire("scan -d virtual:model.toml -o a.tiff");
        let ended = ended.exits(2).says(&["model.toml", part]);
        assert_eq!(ended.stdout, b"");
    }
    assert_eq!(scratch.names(), ["model.toml"]);
}
