//! `wiasSendEndOfPage`.

use std::sync::{Arc, Mutex};

use transfer::{Answer, MinidrvCallback, TransferContext};
use wia::{DataMessage, Error, ErrorKind, Result, TransferStatus, Tymed};

use crate::minidriver::service_library::send_end_of_page;

struct Application {
    pages: Mutex<Vec<i32>>,
    answer: Result<Answer>,
}

impl MinidrvCallback for Application {
    fn mini_drv_callback(
        &self,
        message: DataMessage,
        _: TransferStatus,
        _: i32,
        _: i32,
        _: i32,
        _: Option<&mut TransferContext>,
    ) -> Result<Answer> {
        panic!("{message:?} is not asked for")
    }
    fn send_end_of_page(&self, page_count: i32) -> Result<Answer> {
        self.pages.lock().unwrap().push(page_count);
        self.answer.clone()
    }
}

fn context(tymed: Tymed, answer: Result<Answer>) -> (TransferContext, Arc<Application>) {
    let application = Arc::new(Application {
        pages: Mutex::default(),
        answer,
    });
    let context = TransferContext {
        tymed,
        data_callback: Some(application.clone()),
        ..TransferContext::default()
    };
    (context, application)
}

#[test]
fn the_callback_gets_the_running_page_count() {
    for tymed in Tymed::ALL {
        let (context, application) = context(*tymed, Ok(Answer::Continue));
        for page in 1..=3 {
            let answer = send_end_of_page(page, &context).unwrap();
            assert_eq!(answer, Answer::Continue);
        }
        assert_eq!(*application.pages.lock().unwrap(), [1, 2, 3]);
    }
}

#[test]
fn the_answer_of_the_callback_is_given_back() {
    let (context, _) = context(Tymed::Callback, Ok(Answer::Cancel));
    assert_eq!(send_end_of_page(1, &context).unwrap(), Answer::Cancel);
}

#[test]
fn a_failure_of_the_callback_is_given_back() {
    let failure = Error::new(ErrorKind::MediumFull, "no room for another page");
    let (context, _) = context(Tymed::MultipageCallback, Err(failure));
    let e = send_end_of_page(1, &context).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::MediumFull);
}

#[test]
fn without_a_callback_the_answer_is_to_go_on() {
    let context = TransferContext::default();
    let answer = send_end_of_page(1, &context).unwrap();
    assert_eq!(answer, Answer::Continue);
}
