//! Results and panics.

use abi::HRESULT;
use abi::results::{E_UNEXPECTED, S_FALSE, S_OK};
use quire_bridge::{answer, from_answer, guard, hresult, status};
use transfer::Answer;
use wia::{Error, ErrorKind, Hresult, Status};

#[test]
fn every_number_survives_both_ways() {
    let private = [0x8021_7777, 0xC000_0001, 0x0021_7777, 2, 0x7FFF_FFFF];
    let kinds = ErrorKind::ALL.iter().map(|kind| kind.hresult().0);
    let named = Status::NAMED.iter().map(|status| status.hresult().0);
    for number in private.into_iter().chain(kinds).chain(named) {
        let code = HRESULT(number.cast_signed());
        assert_eq!(hresult(&status(code)), code);
        assert_eq!(status(code).is_err(), number >= 0x8000_0000);
    }
}

#[test]
fn a_panic_does_not_get_out() {
    assert_eq!(
        guard(|| -> wia::Result<()> { unreachable!("a panic of the test") }),
        E_UNEXPECTED
    );
    let private = Hresult(0x8021_7777);
    let fails = || Err::<Status, _>(Error::new(ErrorKind::Fail, "").with_code(private));
    assert_eq!(guard(fails), HRESULT(private.0.cast_signed()));
    assert_eq!(guard(|| Ok(())), S_OK);
    assert_eq!(guard(|| Ok(Status::Cancelled)), S_FALSE);
}

#[test]
fn only_s_false_cancels() {
    for (code, expected) in [
        (0, Answer::Continue),
        (1, Answer::Cancel),
        (2, Answer::Continue),
        (0x0021_0009, Answer::Continue),
    ] {
        assert_eq!(answer(HRESULT(code)).ok(), Some(expected), "{code:#x}");
    }
    assert!(answer(E_UNEXPECTED).is_err());
    assert_eq!(from_answer(Answer::Cancel), Status::Cancelled);
}
