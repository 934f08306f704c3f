use std::io::Write;

use wia::ErrorKind;

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn with_data(target: &Path) -> PartialFile {
    let partial = PartialFile::create(target).unwrap();
    partial.file().write_all(b"data").unwrap();
    partial
}

#[test]
fn a_committed_file_has_its_name_and_no_partial_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("a.tiff");
    let partial = with_data(&target);
    assert!(!target.exists());
    let committed = partial.commit();
    committed.result.unwrap();
    assert_eq!(committed.file.unwrap(), target);
    assert_eq!(fs::read(&target).unwrap(), b"data");
    assert_eq!(names(dir.path()), ["a.tiff"]);
}

#[test]
fn two_scans_to_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("a.tiff");
    let first = PartialFile::create(&target).unwrap();
    let second = PartialFile::create(&target).unwrap_err();
    assert_eq!(second.kind(), ErrorKind::OutputInUse);
    assert_eq!(
        PartialFile::check(&target).unwrap_err().kind(),
        ErrorKind::OutputInUse
    );
    first.discard();
    PartialFile::check(&target).unwrap();
    PartialFile::create(&target).unwrap().discard();
    assert_eq!(names(dir.path()), [""; 0]);
}

#[test]
fn what_a_crash_left_is_never_overwritten() {
    for content in ["pages", ""] {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a.tiff");
        let left = dir.path().join(".a.tiff.partial");
        fs::write(&left, content).unwrap();
        for e in [
            PartialFile::create(&target).unwrap_err(),
            PartialFile::check(&target).unwrap_err(),
        ] {
            assert_eq!(e.kind().exit_code(), 7);
            assert!(e.to_string().contains("quire recover"), "{e}");
        }
        assert_eq!(fs::read_to_string(&left).unwrap(), content);
    }
}

#[test]
fn a_link_in_the_place_of_the_partial_file_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("a.tiff");
    std::os::unix::fs::symlink("nothing", dir.path().join(".a.tiff.partial")).unwrap();
    let e = PartialFile::create(&target).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::WriteFault);
    assert_eq!(names(dir.path()), [".a.tiff.partial"]);
}

#[test]
fn the_old_documents_permissions_stay() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("a.tiff");
    fs::write(&target, b"old").unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).unwrap();
    with_data(&target).commit().result.unwrap();
    let mode = fs::metadata(&target).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_empty_one_goes_and_one_with_data_stays() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("a.tiff");
    drop(PartialFile::create(&target).unwrap());
    assert_eq!(names(dir.path()), [""; 0]);
    drop(with_data(&target));
    assert_eq!(names(dir.path()), [".a.tiff.partial"]);
}

#[test]
fn a_target_that_became_a_directory_leaves_the_data_where_the_message_says() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("a.tiff");
    let partial = with_data(&target);
    fs::create_dir(&target).unwrap();
    let committed = partial.commit();
    assert_eq!(committed.file, None);
    let e = committed.result.unwrap_err();
    assert_eq!(e.kind().exit_code(), 7);
    let left = dir.path().join(".a.tiff.partial");
    let place = left.canonicalize().unwrap();
    assert!(e.to_string().contains(place.to_str().unwrap()), "{e}");
    assert_eq!(fs::read(&left).unwrap(), b"data");
}

#[test]
fn a_directory_that_was_moved_is_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new) = (dir.path().join("old"), dir.path().join("new"));
    fs::create_dir(&old).unwrap();
    let partial = with_data(&old.join("a.tiff"));
    fs::rename(&old, &new).unwrap();
    let e = partial.commit().result.unwrap_err();
    assert!(e.to_string().contains("new/.a.tiff.partial"), "{e}");
    assert_eq!(fs::read(new.join(".a.tiff.partial")).unwrap(), b"data");
}

#[test]
fn a_directory_that_was_removed_takes_the_file_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let partial = with_data(&inner.join("a.tiff"));
    fs::remove_dir_all(&inner).unwrap();
    let e = partial.commit().result.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::WriteFault);
    assert!(e.to_string().contains("gone"), "{e}");
}

#[test]
fn nobody_elses_partial_file_is_renamed_or_removed() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("a.tiff");
    for discard in [true, false] {
        let partial = with_data(&target);
        fs::remove_file(dir.path().join(".a.tiff.partial")).unwrap();
        let other = with_data(&target);
        if discard {
            partial.discard();
        } else {
            assert_eq!(partial.commit().file, None);
        }
        assert_eq!(names(dir.path()), [".a.tiff.partial"]);
        other.discard();
    }
}

#[test]
fn what_is_left_says_where() {
    let dir = tempfile::tempdir().unwrap();
    let partial = with_data(&dir.path().join("a.tiff"));
    let e = partial.leave(Error::new(ErrorKind::InputDamaged, "strange"));
    assert!(e.to_string().contains(".a.tiff.partial): strange"), "{e}");
    assert_eq!(names(dir.path()), [".a.tiff.partial"]);
}

/// Only a TIFF or a PDF with something in it is worth a try; how to begin is said as a shell takes it.
#[test]
fn what_a_crash_left_is_recommended_only_where_it_can_be_finished() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("a b.tiff");
    let left = dir.path().join(".a b.tiff.partial");
    let finish = format!("finish it with: quire recover '{}'", left.display());
    let contents: [(&[u8], &str); 5] = [
        (b"II*\0\x10\0\0\0", &finish),
        (b"%PDF-1.7\n", &finish),
        (b"\x89PNG\r\n\x1a\n", "neither a TIFF nor a PDF"),
        (b"II", "neither a TIFF nor a PDF"),
        (b"", "it is empty"),
    ];
    for (content, advice) in contents {
        fs::write(&left, content).unwrap();
        let e = PartialFile::create(&target).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::WriteFault);
        assert!(e.to_string().contains(advice), "{e}");
        let removes = e.to_string().ends_with(": remove it");
        assert_eq!(removes, advice != finish, "{e}");
    }
    fs::remove_file(&left).unwrap();
    std::os::unix::fs::symlink("nothing", &left).unwrap();
    let e = PartialFile::create(&target).unwrap_err();
    assert!(e.to_string().contains("symbolic link"), "{e}");
}

#[test]
fn a_link_to_what_a_crash_left_is_not_taken_over() {
    let dir = tempfile::tempdir().unwrap();
    let (real, link) = (
        dir.path().join(".a.tiff.partial"),
        dir.path().join(".b.tiff.partial"),
    );
    fs::write(&real, "pages").unwrap();
    for to in [&real, &dir.path().join("nothing")] {
        std::os::unix::fs::symlink(to, &link).unwrap();
        let e = PartialFile::adopt(&link).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument);
        assert!(e.to_string().contains("symbolic link"), "{e}");
        fs::remove_file(&link).unwrap();
    }
    PartialFile::adopt(&real).unwrap().commit().result.unwrap();
    assert_eq!(names(dir.path()), ["a.tiff"]);
}

#[test]
fn a_copy_that_a_crash_left_is_in_nobodys_way() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("a.tiff");
    let stale = dir.path().join(".a.tiff.partial.copy");
    fs::write(&stale, "stale").unwrap();
    let partial = with_data(&target);
    assert!(!stale.exists());
    // One that comes later is not in the way either.
    fs::write(&stale, "stale").unwrap();
    let taken = partial.take_away(3).map_err(|(_, e)| e).unwrap();
    assert_eq!(names(dir.path()), [".a.tiff.partial"]);
    taken.commit().result.unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"dat");
    assert_eq!(names(dir.path()), ["a.tiff"]);
}

#[test]
fn a_copy_that_is_in_use_stays() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("a.tiff");
    let other = dir.path().join(".a.tiff.partial.copy");
    let file = File::create(&other).unwrap();
    flock(&file, FlockOperation::LockExclusive).unwrap();
    let partial = with_data(&target);
    let (partial, e) = partial.take_away(4).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::OutputInUse);
    partial.commit().result.unwrap();
    assert_eq!(names(dir.path()), [".a.tiff.partial.copy", "a.tiff"]);
}

#[test]
fn a_cancel_ends_the_copy_of_a_document() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("a.tiff");
    fs::write(&target, "document").unwrap();
    let cancel = Cancel::default();
    PartialFile::copy_of(&target, &cancel).unwrap().discard();
    cancel.cancel();
    let e = PartialFile::copy_of(&target, &cancel).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Abort);
    assert_eq!(names(dir.path()), ["a.tiff"]);
}

#[test]
fn names_are_durable_where_the_folder_can_be_synced() {
    let dir = tempfile::tempdir().unwrap();
    assert!(sync_directory(&dir.path().join("a.tiff")).unwrap());
    assert!(sync_directory(&dir.path().join("none/a.tiff")).is_err());
}
