//! `quire upload`, and what a storage device gets from other commands.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use rustix::fs::{CWD, Mode, mkfifoat};
use rustix::io::ioctl_fionread;
use rustix::process::Signal;

use crate::bad_input::as_somebody_else;
use crate::outputs::with_small_disk;
use crate::scratch::{LIMIT, QUIRE, Running, Scratch, start, start_into};
use crate::unread::{SLOT, fill};

/// A scratch folder with a directory `box` that holds `old`, and a file `new`.
fn scratch() -> Scratch {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("box")).unwrap();
    fs::write(scratch.path("box/old"), "old").unwrap();
    fs::write(scratch.path("new"), "new").unwrap();
    scratch
}

fn names(scratch: &Scratch) -> Vec<String> {
    let entries = fs::read_dir(scratch.path("box")).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn text(scratch: &Scratch, name: &str) -> String {
    fs::read_to_string(scratch.path(name)).unwrap()
}

#[test]
fn a_file_becomes_a_new_item() {
    let scratch = scratch();
    let ended = scratch.quire("upload folder:box letter.txt new");
    assert_eq!(ended.exits(0).stderr, "");
    assert_eq!(text(&scratch, "box/letter.txt"), "new");
    fs::create_dir(scratch.path("box/Sub")).unwrap();
    scratch
        .quire(r"upload folder:box 0000\Root\Files\Sub\letter new")
        .exits(0);
    assert_eq!(text(&scratch, "box/Sub/letter"), "new");
    assert_eq!(names(&scratch), ["Sub", "letter.txt", "old"]);
    let tree = scratch.quire("show folder:box").succeeds().text();
    assert!(tree.contains("letter.txt"), "{tree}");
}

#[test]
fn a_file_that_is_there_is_replaced_when_that_was_asked_for() {
    let scratch = scratch();
    scratch
        .quire("upload folder:box old new")
        .exits(2)
        .says(&["old", "--replace"]);
    assert_eq!(text(&scratch, "box/old"), "old");
    scratch
        .quire("upload --replace folder:box old new")
        .exits(0);
    assert_eq!(text(&scratch, "box/old"), "new");
    // Where there is nothing to be replaced it is a new one.
    scratch.quire("upload --replace folder:box a new").exits(0);
    assert_eq!(names(&scratch), ["a", "old"]);
}

#[test]
fn names_that_are_none_are_refused() {
    let scratch = scratch();
    let long = "x".repeat(10_000);
    for (item, part) in [
        ("../x", "slash"),
        ("/x", "slash"),
        ("a/b", "slash"),
        (".", "dot"),
        ("..", "dot"),
        (".hidden", "dot"),
        (r"0000\Root\Files\..\x", "no folder"),
        (r"0000\Root\x", "no children"),
        (r"0000\Root\Files", "no file"),
        (&long, "255"),
    ] {
        let ended = scratch.quire(&format!("upload folder:box {item} new"));
        ended.exits(2).says(&[part]);
        assert_eq!(names(&scratch), ["old"], "{item}");
        assert_eq!(scratch.names(), ["box", "new"], "{item}");
    }
}

#[test]
fn files_that_cannot_be_sent() {
    let scratch = scratch();
    fs::write(scratch.path("empty"), "").unwrap();
    symlink("nothing", scratch.path("dangling")).unwrap();
    for (file, part) in [
        ("missing", "No such file"),
        ("empty", "empty"),
        ("box", "regular"),
        ("dangling", "No such file"),
        ("/dev/null", "regular"),
    ] {
        let ended = scratch.quire(&format!("upload folder:box a {file}"));
        ended.exits(9).says(&[file, part]);
        assert_eq!(names(&scratch), ["old"], "{file}");
    }
}

#[test]
fn devices_that_cannot_store() {
    let scratch = scratch();
    let upload = |device: &str| scratch.quire(&format!("upload {device} a new"));
    upload("virtual:")
        .exits(2)
        .says(&["virtual:", "folder:DIR"]);
    upload("folder:nowhere").exits(3).says(&["nowhere"]);
    upload("folder:new").exits(3).says(&["new"]);
    upload("folder:").exits(2).says(&["folder:DIR"]);
}

#[test]
fn a_storage_device_has_no_pages_to_scan() {
    let scratch = scratch();
    scratch
        .quire("scan -d folder:box -o a.tiff")
        .exits(2)
        .says(&["folder:box", "quire upload"]);
    assert_eq!(scratch.names(), ["box", "new"]);
}

/// A device without room keeps what it has.
#[test]
fn a_full_device_keeps_the_old_file() {
    let scratch = scratch();
    fs::write(scratch.path("new"), vec![7; 1 << 20]).unwrap();
    let script = format!(
        "cp box/old small/old; {QUIRE} upload --replace folder:small old new; code=$?; \
         cat small/old; ls -A small; exit $code"
    );
    let ended = with_small_disk(&scratch, "256k", &script)
        .exits(7)
        .says(&["small/old", "o space left"]);
    assert_eq!(ended.text(), "oldold\n");
}

/// Where files need a name from the beginning, the next one that opens the device tidies up.
#[test]
fn what_a_killed_upload_left_is_removed() {
    let scratch = scratch();
    for name in ["box/.quire-7-0.partial", "box/.mine.partial"] {
        fs::write(scratch.path(name), "half").unwrap();
    }
    scratch.quire("show folder:box").succeeds();
    assert_eq!(names(&scratch), [".mine.partial", "old"]);
}

/// What lends its owner's rights to whoever runs it must not get another's content.
#[test]
fn a_replaced_file_keeps_the_plain_rights_only() {
    let scratch = scratch();
    let rights = |mode| fs::Permissions::from_mode(mode);
    fs::set_permissions(scratch.path("box/old"), rights(0o6751)).unwrap();
    scratch
        .quire("upload --replace folder:box old new")
        .exits(0);
    let mode = fs::metadata(scratch.path("box/old")).unwrap().mode();
    assert_eq!(mode & 0o7777, 0o751);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let scratch = scratch();
    fs::set_permissions(scratch.path("box"), fs::Permissions::from_mode(0o555)).unwrap();
    let command = as_somebody_else(&scratch, "upload folder:box a new");
    let why = "the folder cannot be written";
    start(command).end().exits(7).says(&["Files", why]);
    assert_eq!(names(&scratch), ["old"]);
}

#[test]
fn what_is_no_item_is_not_replaced() {
    let scratch = scratch();
    symlink("nothing", scratch.path("box/link")).unwrap();
    mkfifoat(CWD, scratch.path("box/pipe"), Mode::from_raw_mode(0o600)).unwrap();
    for (name, what) in [("link", "a link of"), ("pipe", "a pipe of")] {
        let ended = scratch.quire(&format!("upload --replace folder:box {name} new"));
        ended.exits(2).says(&[name, what, "valid is a new name"]);
    }
    assert_eq!(names(&scratch), ["link", "old", "pipe"]);
}

#[test]
fn the_help_names_items_as_they_are() {
    let help = scratch().quire("upload --help").succeeds().text();
    assert!(help.contains(r"0000\Root\Files\Letters\a.pdf"), "{help}");
}

#[test]
fn names_are_shown_as_one_line() {
    let scratch = scratch();
    fs::write(scratch.path("box/a\x1b[2J\nb"), "").unwrap();
    let tree = scratch.quire("show folder:box").succeeds().text();
    assert!(tree.contains(r"0000\Root\Files\a [2J b "), "{tree:?}");
    assert!(!tree.contains('\x1b'), "{tree:?}");
}

/// Whatever ends an upload, the old file stays. The file is large enough to be sent for a while.
#[test]
fn a_stopped_upload_keeps_the_old_file() {
    for (signal, code) in [
        (Signal::INT, Some(130)),
        (Signal::TERM, Some(130)),
        (Signal::KILL, None),
    ] {
        let scratch = scratch();
        let large = fs::File::create(scratch.path("large")).unwrap();
        // Nothing of it is on the disk.
        large.set_len(1 << 33).unwrap();
        let running = scratch.start("upload --replace folder:box old large");
        begun(&running);
        running.send(signal);
        let ended = running.end();
        assert_eq!(ended.code, code, "{ended:?}");
        assert_eq!(text(&scratch, "box/old"), "old");
        assert_eq!(names(&scratch), ["old"]);
        if code.is_some() {
            ended.says(&["cancelled"]);
        }
    }
}

/// Returns when the upload writes.
fn begun(running: &Running) {
    let started = std::time::Instant::now();
    // Memory that two processes share is called so too.
    let is_new = |path: &PathBuf| {
        path.to_string_lossy().ends_with("(deleted)")
            && !path.to_string_lossy().starts_with("/memfd:")
    };
    while !running.open_files().iter().any(is_new) {
        assert!(started.elapsed() < LIMIT, "it does not begin");
        thread::yield_now();
    }
}

/// `quire devices --watch`, and the lines that it prints.
fn watch(scratch: &Scratch, line: &str) -> (Running, Receiver<String>) {
    let (reader, writer) = std::io::pipe().unwrap();
    let running = start_into(scratch.command(line), writer.into());
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(reader).lines() {
            if sender.send(line.unwrap()).is_err() {
                return;
            }
        }
    });
    (running, lines)
}

#[test]
fn a_watch_tells_of_files_until_it_is_stopped() {
    let scratch = scratch();
    let (running, lines) = watch(&scratch, "devices --watch folder:box");
    let next = || lines.recv_timeout(LIMIT).unwrap();
    assert!(next().starts_with("virtual:  "));
    fs::write(scratch.path("box/late"), "").unwrap();
    assert_eq!(
        next(),
        r"folder:box  WIA_EVENT_ITEM_CREATED  0000\Root\Files\late"
    );
    fs::remove_file(scratch.path("box/late")).unwrap();
    assert_eq!(
        next(),
        r"folder:box  WIA_EVENT_ITEM_DELETED  0000\Root\Files\late"
    );
    running.send(Signal::INT);
    assert_eq!(running.end().exits(130).stderr, "");
}

#[test]
fn a_watch_as_json_is_one_value_a_line() {
    let scratch = scratch();
    let (running, lines) = watch(&scratch, "devices --json --watch folder:box virtual:");
    let next = || -> serde_json::Value {
        serde_json::from_str(&lines.recv_timeout(LIMIT).unwrap()).unwrap()
    };
    assert_eq!(next()[0]["uri"], "virtual:");
    fs::write(scratch.path("box/late"), "").unwrap();
    let event = next();
    assert_eq!(event["device"], "folder:box");
    assert_eq!(event["event"], "WIA_EVENT_ITEM_CREATED");
    assert_eq!(event["item"], r"0000\Root\Files\late");
    running.send(Signal::TERM);
    running.end().exits(130);
}

#[test]
fn a_watch_ends_with_its_devices() {
    let scratch = scratch();
    fs::create_dir(scratch.path("other")).unwrap();
    let (running, lines) = watch(&scratch, "devices --watch folder:box folder:other");
    let next = || lines.recv_timeout(LIMIT).unwrap();
    assert!(next().starts_with("virtual:  "));
    fs::remove_dir(scratch.path("other")).unwrap();
    assert!(next().starts_with("folder:other  WIA_EVENT_DEVICE_DISCONNECTED"));
    fs::write(scratch.path("box/late"), "").unwrap();
    assert!(next().ends_with("late"));
    fs::remove_dir_all(scratch.path("box")).unwrap();
    running.end().exits(3).says(&["disconnected"]);
}

/// The line of the event is longer than what the pipe takes, so that the watch is known to be in the middle
/// of it.
#[test]
fn a_watch_that_nobody_reads_can_be_stopped() {
    for signal in [Signal::INT, Signal::TERM] {
        let scratch = scratch();
        let (reader, writer) = std::io::pipe().unwrap();
        let line = format!("devices --watch folder:box{}", "/.".repeat(2000));
        let running = start_into(scratch.command(&line), writer.try_clone().unwrap().into());
        let mut lines = BufReader::new(reader);
        lines.read_line(&mut String::new()).unwrap();
        let mut reader = lines.into_inner();
        fill(&writer);
        let all = ioctl_fionread(&reader).unwrap();
        reader.read_exact(&mut [0; SLOT]).unwrap();
        fs::write(scratch.path("box").join("x".repeat(200)), "").unwrap();
        let started = std::time::Instant::now();
        while ioctl_fionread(&reader).unwrap() < all {
            assert!(started.elapsed() < LIMIT, "nothing is printed");
            thread::yield_now();
        }
        running.send(signal);
        running.end().exits(130);
    }
}

#[test]
fn a_watch_ends_when_nobody_reads() {
    let scratch = scratch();
    let (reader, writer) = std::io::pipe().unwrap();
    let running = start_into(scratch.command("devices --watch"), writer.into());
    let mut reader = BufReader::new(reader);
    reader.read_line(&mut String::new()).unwrap();
    drop(reader);
    running.end().exits(7).says(&["standard output"]);
}

#[test]
fn a_watch_of_a_device_that_is_not_there() {
    let scratch = scratch();
    scratch.quire("devices --watch folder:nowhere").exits(3);
    // Devices are for the watch.
    scratch
        .quire("devices folder:box")
        .exits(2)
        .says(&["--watch"]);
}
