use crate::table::{number, rows};
use quire_wia::{ErrorKind, Hresult, Status};

pub(crate) const TABLE: &str = include_str!("../tables/statuses.csv");
pub(crate) const COLUMNS: [&str; 5] = ["section", "value", "name", "result", "variant"];

/// `ok` and the status, or `error` and the kind.
fn sorted(code: Hresult) -> (&'static str, String) {
    match Status::from_hresult(code) {
        Ok(status) => ("ok", format!("{status:?}")),
        Err(error) => ("error", format!("{:?}", error.kind())),
    }
}

#[test]
fn every_code_is_sorted_into_a_status_or_an_error() {
    for [_, value, name, result, variant] in rows(TABLE, COLUMNS) {
        let code = Hresult(number(value).cast_unsigned());
        assert_eq!(sorted(code), (result, variant.to_owned()), "{name}");
        assert_eq!(code.name(), Some(name));
        assert_eq!(code.is_failure(), result == "error", "{name}");
        assert_eq!(code.to_string(), value);
        let back = match Status::from_hresult(code) {
            Ok(status) => status.hresult(),
            Err(error) => error.hresult(),
        };
        assert_eq!(back, code);
    }
}

#[test]
fn every_named_status_is_in_the_table() {
    let table = rows(TABLE, COLUMNS);
    for status in Status::NAMED {
        let row = table.iter().find(|r| r[4] == format!("{status:?}"));
        let [_, value, name, result, _] = row.unwrap();
        assert_eq!(*result, "ok");
        assert_eq!(status.name(), *name);
        assert_eq!(status.to_string(), format!("{name} ({value})"));
    }
}

#[test]
fn unnamed_successes_keep_their_number() {
    for code in [2, 0x0021_0000, 0x0021_0004, 0x0021_000C, 0x7FFF_FFFF].map(Hresult) {
        assert_eq!(Status::from_hresult(code).unwrap(), Status::Other(code));
        assert_eq!(Status::Other(code).hresult(), code);
        assert_eq!(code.name(), None);
    }
    assert_eq!(
        Status::Other(Hresult(2)).to_string(),
        "unnamed success (0x00000002)"
    );
}

#[test]
fn unnamed_failures_keep_their_number() {
    for code in [0x8021_0000, 0x8021_0016, 0x8000_0000, u32::MAX].map(Hresult) {
        let error = Status::from_hresult(code).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Fail);
        assert_eq!(error.hresult(), code);
        assert_eq!(error.to_string(), format!("failed ({code})"));
        assert_eq!(code.name(), None);
    }
}

#[test]
fn win32_codes_become_failures_except_zero() {
    assert_eq!(Hresult::from_win32(0), Hresult(0));
    assert_eq!(Hresult::from_win32(5), ErrorKind::AccessDenied.hresult());
    assert_eq!(
        Hresult::from_win32(0x570),
        ErrorKind::InputDamaged.hresult()
    );
    assert_eq!(Hresult::from_win32(u16::MAX), Hresult(0x8007_FFFF));
}
