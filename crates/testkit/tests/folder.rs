//! The folder device does every duty that concerns storage.

use std::fs;
use std::sync::Arc;

use driver_folder::{FolderDevice, Options};
use minidriver::Minidriver;
use quire_testkit::{Faces, Outcome, check};

#[test]
fn a_folder_of_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    fs::create_dir(path.join("Sub")).unwrap();
    // So long that a cancel can come in the middle.
    for name in ["note.txt", "large", "Sub/inner"] {
        fs::write(path.join(name), vec![7; 700_000]).unwrap();
    }
    let open = || -> wia::Result<Arc<dyn Minidriver>> {
        let options = Options::parse(&path.display().to_string())?;
        Ok(Arc::new(FolderDevice::new(&options)?))
    };
    let report = check(&open, Faces::Both).unwrap();
    assert_eq!(report.failed(), 0, "{report}");
    let rows = report.rows().iter();
    let uploads = rows.filter(|row| row.duty.id.starts_with("upload."));
    for row in uploads {
        assert_eq!(row.outcome, Outcome::Pass, "{row}");
    }
    assert!(report.passed() > 40, "{report}");
    // What was uploaded is gone.
    assert_eq!(fs::read_dir(path).unwrap().count(), 3);
}
