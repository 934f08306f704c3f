//! Device URIs and model files: what they make, and what is said about bad ones.

use std::fs;
use std::time::Duration;

use crate::rig::{Mode, Rig, images, options};
use minidriver::DriverModel;
use quire_virtual::{FaultKind, Options, Sheets};
use wia::format::WIA_IMG_FMT_RAW;
use wia::{ErrorKind, Status, Tymed};

fn refused(path: &str, query: &str) -> String {
    let e = options(path, query).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{e}");
    e.to_string()
}

#[test]
fn nothing_said_is_the_built_in_scanner() {
    let o = options("", "").unwrap();
    assert_eq!(o, Options::default());
    assert_eq!(o.sheets, Sheets::BuiltIn(5));
    assert!(o.flatbed.is_some() && o.feeder.is_some_and(|f| f.duplex));
    assert_eq!((o.seed, o.ppm, o.warm_up), (0, None, Duration::ZERO));
    assert!(o.faults.is_empty());
}

#[test]
fn every_parameter_is_heard() {
    let o = options(
        "",
        "sheets=9&seed=18446744073709551615&ppm=60&lateheight=1&jam=3&double=4:5&cover=6&out=8\
         &disconnect=7&stall=2:1",
    )
    .unwrap();
    assert_eq!(o.sheets, Sheets::BuiltIn(9));
    assert_eq!((o.seed, o.ppm), (u64::MAX, Some(60)));
    assert!(o.quirks.late_height);
    let kinds: Vec<_> = (1..=8)
        .map(|s| o.faults.at(s).map(|f| (f.kind, f.line)))
        .collect();
    assert_eq!(
        kinds,
        [
            None,
            Some((FaultKind::Stall, Some(1))),
            Some((FaultKind::Jam, None)),
            Some((FaultKind::Double, Some(5))),
            None,
            Some((FaultKind::Cover, None)),
            Some((FaultKind::Disconnect, None)),
            None,
        ]
    );
    assert_eq!(o.faults.sheets_before_end(9), 7);
    assert!(!options("", "lateheight=0").unwrap().quirks.late_height);
    assert_eq!(options("", "").unwrap().model, DriverModel::Both);
    assert_eq!(
        options("", "model=stream").unwrap().model,
        DriverModel::Stream
    );
    assert_eq!(
        options("", "model=legacy").unwrap().model,
        DriverModel::Legacy
    );
}

#[test]
fn an_older_tree_is_an_older_driver_s() {
    let both = options("", "tree=legacy&model=legacy").unwrap();
    assert!(both.older_tree);
    assert!(!options("", "tree=items").unwrap().older_tree);
    for model in ["", "&model=stream", "&model=both"] {
        let refused = refused("", &format!("tree=legacy{model}"));
        assert_eq!(refused, "tree=legacy: valid only with model=legacy");
    }
    assert_eq!(refused("", "tree=oak"), "tree=oak: valid are items, legacy");
}

#[test]
fn the_list_of_parameters_is_complete() {
    for name in Options::PARAMETERS {
        assert!(refused("", &format!("{name}=?")).starts_with(&format!("{name}=?: ")));
    }
    for kind in FaultKind::ALL {
        assert!(Options::PARAMETERS.contains(&kind.name()));
    }
}

#[test]
fn bad_parameters_are_named_with_what_is_valid() {
    assert_eq!(
        refused("", "sheets=x"),
        "sheets=x: valid is a number from 0 to 1000000"
    );
    assert_eq!(
        refused("", "sheets=-1"),
        "sheets=-1: valid is a number from 0 to 1000000"
    );
    assert_eq!(
        refused("", "ppm=0"),
        "ppm=0: valid is a number from 1 to 60000"
    );
    assert!(refused("", "seed=18446744073709551616").starts_with("seed=18446744073709551616: "));
    assert_eq!(
        refused("", "lateheight=yes"),
        "lateheight=yes: valid is a number from 0 to 1"
    );
    assert_eq!(
        refused("", "model=new"),
        "model=new: valid are stream, legacy, both"
    );
    assert!(refused("", "jam=first").starts_with("jam=first: valid is a list of sheets"));
    assert_eq!(
        refused("", "speed=3"),
        "the virtual scanner has no parameter speed; valid are sheets, seed, ppm, lateheight, model, tree, jam, \
         double, cover, out, disconnect, stall"
    );
    assert_eq!(refused("", "ppm=3&ppm=3"), "ppm is given twice");
}

#[test]
fn a_file_that_is_no_model_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let image = dir.path().join("a.png");
    fs::write(&image, "x").unwrap();
    assert!(refused(image.to_str().unwrap(), "").contains(".toml"));
    let binary = dir.path().join("a.toml");
    fs::write(&binary, [0xFF, 0xFE, 0]).unwrap();
    assert!(refused(binary.to_str().unwrap(), "").contains("not TOML text"));
    fs::write(&binary, vec![b'#'; 2 << 20]).unwrap();
    assert!(refused(binary.to_str().unwrap(), "").contains("not TOML text"));
    let e = options(dir.path().join("none.toml").to_str().unwrap(), "").unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NoDeviceAvailable);
}

#[test]
fn what_is_neither_folder_nor_regular_file_is_no_device() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("fifo.toml");
    images::fifo(&fifo);
    let socket = dir.path().join("socket.toml");
    let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let device = dir.path().join("device.toml");
    std::os::unix::fs::symlink("/dev/zero", &device).unwrap();
    let model = dir.path().join("folder.toml");
    fs::write(&model, "[sheets]\nfolder = \"fifo.toml\"\n").unwrap();
    for path in [fifo, socket, device, model] {
        let e = options(path.to_str().unwrap(), "").unwrap_err();
        assert_eq!(e.kind(), ErrorKind::NoDeviceAvailable, "{e}");
        assert!(e.to_string().contains(".toml"), "{e}");
    }
    // Without the ending it is not even looked into.
    let bare = dir.path().join("fifo");
    images::fifo(&bare);
    assert!(refused(bare.to_str().unwrap(), "").contains(".toml"));
}

#[test]
fn a_folder_stays_one_whatever_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("pages.toml");
    fs::create_dir(&folder).unwrap();
    let path = folder.to_str().unwrap();
    let sheets = options(path, "").unwrap().sheets;
    assert_eq!(
        sheets,
        Sheets::Folder {
            path: folder,
            limit: None
        }
    );
}

#[test]
fn a_model_file_is_a_scanner_and_parameters_go_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("office.toml");
    let text = "name = \"Office 60\"\n[feeder]\nresolutions = [150]\nduplex = false\n\
                [sheets]\ncount = 7\nseed = 3\n[timing]\nppm = 600\n\
                [faults]\njam = \"2\"\ncover = \"4\"\n[quirks]\nlate-height = true\n";
    fs::write(&file, text).unwrap();
    let o = options(file.to_str().unwrap(), "").unwrap();
    assert_eq!(o.name, "Office 60");
    assert!(o.flatbed.is_none());
    assert_eq!(o.feeder.as_ref().unwrap().resolutions, [150]);
    assert_eq!(
        (&o.sheets, o.seed, o.ppm),
        (&Sheets::BuiltIn(7), 3, Some(600))
    );
    let o = options(
        file.to_str().unwrap(),
        "sheets=2&jam=&lateheight=0&ppm=6000",
    )
    .unwrap();
    assert_eq!((&o.sheets, o.ppm), (&Sheets::BuiltIn(2), Some(6000)));
    assert!(!o.quirks.late_height);
    assert_eq!(o.faults.at(2), None);
    assert_eq!(o.faults.at(4).unwrap().kind, FaultKind::Cover);

    let rig = Rig::new(o);
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 150, Mode::Bw);
    let (result, streams) = rig.download(&item);
    assert_eq!((result.unwrap(), streams.len()), (Status::Ok, 2));
}

#[test]
fn a_bad_model_file_is_named_with_the_line() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bad.toml");
    let path = file.to_str().unwrap().to_owned();
    fs::write(&file, "[timing]\nppm = 0\n").unwrap();
    let text = refused(&path, "");
    assert_eq!(
        text,
        format!("{path}: line 2: valid is 1 to 60000 pages a minute")
    );
    fs::write(&file, "[faults]\njam = \"x\"\n").unwrap();
    assert!(refused(&path, "").starts_with(&format!("{path}: jam=x: ")));
    fs::write(&file, "[sheets]\nfolder = \"nowhere\"\n").unwrap();
    let e = options(&path, "").unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NoDeviceAvailable);
    assert!(e.to_string().contains("nowhere"), "{e}");
}

#[test]
fn a_models_folder_is_relative_to_the_file() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("pages")).unwrap();
    for name in ["a.png", "b.png", "c.png"] {
        images::write(
            &dir.path().join("pages").join(name),
            &[images::flat(50, 40, 30, 100)],
        );
    }
    let file = dir.path().join("m.toml");
    fs::write(&file, "[sheets]\nfolder = \"pages\"\ncount = 2\n").unwrap();
    let rig = Rig::open(file.to_str().unwrap(), "");
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 100, Mode::Gray);
    assert_eq!(rig.download(&item).1.len(), 2);
    // The first so many of the folder, also by the parameter.
    let rig = Rig::open(file.to_str().unwrap(), "sheets=3");
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 100, Mode::Gray);
    assert_eq!(rig.download(&item).1.len(), 3);
}
