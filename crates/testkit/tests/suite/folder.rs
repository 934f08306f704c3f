//! The folder device does every duty that concerns storage.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use driver_folder::{FolderDevice, Options};
use minidriver::Minidriver;
use quire_testkit::{Faces, Outcome, Report, check};

/// The suite on a folder whose files have this many bytes.
fn checked(size: usize) -> Report {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    fs::create_dir(path.join("Sub")).unwrap();
    for name in ["note.txt", "large", "Sub/inner"] {
        fs::write(path.join(name), vec![7; size]).unwrap();
    }
    let report = check_folder(path);
    assert_eq!(report.failed(), 0, "{report}");
    let rows = report.rows().iter();
    let uploads = rows.filter(|row| row.duty.id.starts_with("upload."));
    for row in uploads {
        assert_eq!(row.outcome, Outcome::Pass, "{row}");
    }
    assert!(report.passed() > 40, "{report}");
    // What was uploaded is gone.
    assert_eq!(fs::read_dir(path).unwrap().count(), 3);
    report
}

/// In the middle of which a cancel can come, and which come at once.
const IN_THE_MIDDLE: [&str; 2] = ["cancel.sooner", "memory.event"];

fn outcomes(report: &Report) -> Vec<&Outcome> {
    let rows = report.rows().iter();
    rows.filter(|row| IN_THE_MIDDLE.contains(&row.duty.id))
        .map(|row| &row.outcome)
        .collect()
}

#[test]
fn a_folder_of_large_files() {
    let report = checked(700_000);
    assert_eq!(outcomes(&report), [&Outcome::Pass, &Outcome::Pass]);
}

#[test]
fn a_folder_of_small_files_whose_transfers_have_no_middle() {
    let report = checked(2_000);
    assert!(
        outcomes(&report)
            .iter()
            .all(|outcome| matches!(outcome, Outcome::NotApplicable(_))),
        "{report}"
    );
}

/// The suite on a directory.
fn check_folder(path: &Path) -> Report {
    let open = || -> wia::Result<Arc<dyn Minidriver>> {
        let options = Options::parse(&path.display().to_string())?;
        Ok(Arc::new(FolderDevice::new(&options)?))
    };
    check(&open, Faces::Both).unwrap()
}

#[test]
fn an_empty_folder_takes_uploads() {
    let directory = tempfile::tempdir().unwrap();
    let report = check_folder(directory.path());
    assert_eq!(report.failed(), 0, "{report}");
    let uploads = report.rows().iter();
    assert!(
        { uploads }
            .filter(|row| row.duty.id.starts_with("upload."))
            .all(|row| row.outcome == Outcome::Pass),
        "{report}"
    );
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_file_of_the_name_that_the_suite_likes_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let mine = directory.path().join("quire-check.txt");
    fs::write(&mine, "mine").unwrap();
    let report = check_folder(directory.path());
    assert_eq!(report.failed(), 0, "{report}");
    assert_eq!(fs::read(&mine).unwrap(), b"mine");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}
