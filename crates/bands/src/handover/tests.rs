use std::thread;
use std::time::Duration;

use super::{Next, Stopped, handover};

const LONG: Duration = Duration::from_secs(60);

#[test]
fn one_band_takes_turns() {
    let (filler, reader) = handover::<_, _, ()>([vec![0u8]]);
    let band = filler.band().unwrap();
    filler.send("first", Some(band)).unwrap();
    let Next::Message("first", band) = reader.next(LONG) else {
        panic!("not the message");
    };
    let waiting = thread::spawn(move || filler.band().unwrap());
    reader.answer(band, None);
    assert_eq!(waiting.join().unwrap(), [0]);
}

#[test]
fn with_two_bands_the_second_is_there_before_the_first_is_answered() {
    let (filler, reader) = handover::<_, _, ()>([1, 2]);
    let first = filler.band().unwrap();
    assert_eq!(first, 1);
    filler.send(10, Some(first)).unwrap();
    let second = filler.band().unwrap();
    assert_eq!(second, 2);
    filler.send(20, Some(second)).unwrap();
    for n in [1, 2] {
        let Next::Message(message, band) = reader.next(LONG) else {
            panic!("no message");
        };
        assert_eq!((message, band), (n * 10, Some(n)));
        reader.answer(band, None);
        // They come back in turn.
        assert_eq!(filler.band(), Ok(n));
    }
}

#[test]
fn a_refusal_is_final_and_everything_unread_is_free_again() {
    let (filler, reader) = handover([1, 2]);
    for n in [1, 2] {
        let band = filler.band().unwrap();
        filler.send(n, Some(band)).unwrap();
    }
    let Next::Message(1, band) = reader.next(LONG) else {
        panic!("not the first");
    };
    reader.answer(band, Some("no more"));
    let refused = Stopped::Refused("no more");
    assert_eq!(filler.band(), Err(refused.clone()));
    assert_eq!(filler.send(3, None), Err((refused.clone(), None)));
    assert_eq!(filler.settle(), Err(refused));
    assert_eq!(reader.next(Duration::ZERO), Next::TimedOut);
    drop(filler);
    assert_eq!(reader.next(LONG), Next::Ended);
}

#[test]
fn what_was_sent_before_the_filler_went_is_read() {
    let (filler, reader) = handover::<u8, _, ()>([]);
    filler.send('a', None).unwrap();
    drop(filler);
    assert_eq!(reader.next(LONG), Next::Message('a', None));
    reader.answer(None, None);
    assert_eq!(reader.next(Duration::MAX), Next::Ended);
}

#[test]
fn a_reader_that_has_gone_is_told() {
    let (filler, reader) = handover::<_, (), ()>([1]);
    drop(reader);
    assert_eq!(filler.band(), Err(Stopped::Gone));
    assert_eq!(filler.send((), Some(5)), Err((Stopped::Gone, Some(5))));
    assert_eq!(filler.settle(), Err(Stopped::Gone));
}

#[test]
fn a_closed_end_sends_no_more_and_the_reader_can_be_woken() {
    let (filler, reader) = handover::<u8, _, ()>([9]);
    filler.send('a', None).unwrap();
    filler.wake_reader();
    // What was sent comes first.
    assert_eq!(reader.next(LONG), Next::Message('a', None));
    reader.answer(None, None);
    assert_eq!(reader.next(LONG), Next::Woken);
    assert_eq!(reader.next(Duration::ZERO), Next::TimedOut);
    filler.close();
    assert_eq!(filler.send('b', None), Err((Stopped::Gone, None)));
    assert_eq!(reader.next(LONG), Next::Ended);
    assert_eq!(filler.free_band(), Some(9));
}

/// A deque that is collected from such an iterator reads past its memory.
#[test]
fn bands_from_an_iterator_that_is_used_up() {
    let mut bands = vec![String::from("first")].into_iter();
    let first = bands.next();
    let (filler, reader) = handover::<_, _, ()>(bands);
    filler.send((), first).unwrap();
    let Next::Message((), band) = reader.next(LONG) else {
        panic!("no message");
    };
    reader.answer(band, None);
    assert_eq!(filler.band().unwrap(), "first");
}
