use std::error::Error as _;
use std::io;

use crate::table::{number, rows};
use quire_wia::{Error, ErrorKind, Hresult};

pub(crate) const TABLE: &str = include_str!("../tables/errors.csv");
pub(crate) const COLUMNS: [&str; 9] = [
    "section", "kind", "hresult", "name", "http", "sane", "exit", "blame", "retry",
];

#[test]
fn every_kind_has_its_row() {
    let table = rows(TABLE, COLUMNS);
    assert_eq!(table.len(), ErrorKind::ALL.len());
    for kind in ErrorKind::ALL {
        let row = table.iter().find(|r| r[1] == format!("{kind:?}"));
        let [_, _, hresult, name, http, sane, exit, blame, retry] = row.unwrap();
        assert_eq!(kind.hresult().0.cast_signed(), number(hresult), "{kind:?}");
        assert!(kind.hresult().is_failure());
        assert_eq!(kind.name(), *name);
        assert_eq!(kind.http_status().to_string(), *http, "{kind:?}");
        assert_eq!(kind.sane_status().to_string(), *sane, "{kind:?}");
        assert_eq!(kind.exit_code().to_string(), *exit, "{kind:?}");
        assert_eq!(format!("{:?}", kind.blame()), *blame, "{kind:?}");
        assert_eq!(format!("{:?}", kind.retry()), *retry, "{kind:?}");
        assert!(!kind.text().is_empty() && !kind.text().ends_with('.'));
    }
}

#[test]
fn only_paper_trouble_keeps_a_multipage_file() {
    let kept: Vec<_> = ErrorKind::ALL
        .iter()
        .filter(|k| k.is_paper_trouble())
        .collect();
    assert_eq!(
        kept,
        [
            &ErrorKind::PaperJam,
            &ErrorKind::PaperEmpty,
            &ErrorKind::PaperProblem
        ]
    );
}

#[test]
fn a_message_says_what_and_in_which_context() {
    let plain = Error::new(ErrorKind::CoverOpen, "");
    assert_eq!(plain.to_string(), "a cover is open");
    assert_eq!(
        plain.context("page 3").to_string(),
        "page 3: a cover is open"
    );
    let named = Error::invalid("0 dpi")
        .context("WIA_IPS_XRES")
        .context("feeder");
    assert_eq!(named.to_string(), "feeder: WIA_IPS_XRES: 0 dpi");
    assert_eq!(named.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_driver_s_own_code_is_kept_and_shown() {
    let own = Error::new(ErrorKind::Fail, "lens").with_code(Hresult(0x8021_0999));
    assert_eq!(own.hresult(), Hresult(0x8021_0999));
    assert_eq!(own.to_string(), "lens (0x80210999)");
    let usual = Error::new(ErrorKind::Fail, "lens").with_code(ErrorKind::Fail.hresult());
    assert_eq!(usual.to_string(), "lens");
}

#[test]
fn an_error_survives_the_way_through_io() {
    let inner = Error::new(ErrorKind::Busy, "scanner").with_code(Hresult(0x8021_0888));
    let outer = Error::from_write(io::Error::from(inner));
    assert_eq!(outer.kind(), ErrorKind::Busy);
    assert_eq!(outer.hresult(), Hresult(0x8021_0888));
    assert_eq!(outer.to_string(), "scanner (0x80210888)");
}

#[test]
fn io_errors_are_sorted_by_kind_and_direction() {
    use ErrorKind as K;
    use io::ErrorKind as Io;
    let written = |kind| Error::from_write(io::Error::from(kind)).kind();
    let read = |kind| Error::from_read(io::Error::from(kind)).kind();
    for full in [Io::StorageFull, Io::QuotaExceeded, Io::FileTooLarge] {
        assert_eq!(written(full), K::MediumFull);
    }
    for denied in [Io::PermissionDenied, Io::ReadOnlyFilesystem] {
        assert_eq!(written(denied), K::AccessDenied);
    }
    assert_eq!(written(Io::BrokenPipe), K::BrokenPipe);
    assert_eq!(written(Io::OutOfMemory), K::OutOfMemory);
    assert_eq!(written(Io::UnexpectedEof), K::WriteFault);
    assert_eq!(written(Io::NotFound), K::WriteFault);
    assert_eq!(read(Io::UnexpectedEof), K::InputDamaged);
    assert_eq!(read(Io::InvalidData), K::InputDamaged);
    assert_eq!(read(Io::NotFound), K::ReadFault);
}

#[test]
fn the_cause_is_kept() {
    let error = Error::from_read(io::Error::other("cable"));
    assert_eq!(error.source().unwrap().to_string(), "cable");
    assert_eq!(error.clone().source().unwrap().to_string(), "cable");
    let wrapped = Error::invalid("x").with_source(error);
    assert_eq!(wrapped.source().unwrap().to_string(), "cable");
    assert!(Error::invalid("x").source().is_none());
}
