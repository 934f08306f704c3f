//! An application's callback through the border and back.

use std::sync::{Arc, Mutex};

use abi::HRESULT;
use abi::interfaces::{
    IStream, IWiaAppErrorHandler, IWiaTransferCallback, IWiaTransferCallback_Impl,
};
use abi::memory::Bstr;
use abi::results::{E_FAIL, E_INVALIDARG, S_FALSE, S_OK};
use abi::structs::WiaTransferParams;
use quire_bridge::{ComTransferCallback, MemoryStream, stream_object, transfer_callback_object};
use transfer::{
    Answer, AppErrorHandler, DeviceStatus, NextStream, StatusReport, TransferCallback,
    TransferParams,
};
use wia::{Error, ErrorKind, Hresult, Result, Status, TransferMessage};
use windows_core::{InRef, Interface, implement};

/// An application that answers what it was told to.
struct Application {
    answer: Result<Answer>,
    stream: fn() -> Result<NextStream>,
    handler: Option<Handler>,
    heard: Mutex<Vec<TransferParams>>,
}

struct Handler(Result<Status>, Mutex<Option<DeviceStatus>>);

impl AppErrorHandler for Handler {
    fn report_status(&self, report: &StatusReport<'_>) -> Result<Status> {
        *self.1.lock().expect("a report") = Some(report.status.clone());
        self.0.clone()
    }
}

impl TransferCallback for Application {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.heard.lock().expect("a list").push(params.clone());
        self.answer.clone()
    }

    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        assert_eq!(
            (item_name, full_item_name),
            ("Flatbed", "0000\\Root\\Flatbed")
        );
        (self.stream)()
    }

    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        self.handler.as_ref().map(|h| h as &dyn AppErrorHandler)
    }
}

fn application(answer: Result<Answer>, stream: fn() -> Result<NextStream>) -> Arc<Application> {
    Arc::new(Application {
        answer,
        stream,
        handler: None,
        heard: Mutex::default(),
    })
}

fn through(application: &Arc<Application>) -> ComTransferCallback {
    let callback = Arc::clone(application) as Arc<dyn TransferCallback>;
    ComTransferCallback::new(transfer_callback_object(callback), |_| None)
}

fn missing() -> Result<NextStream> {
    Ok(NextStream::Missing)
}

#[test]
fn messages_and_answers_cross() {
    let private = Error::new(ErrorKind::Fail, "").with_code(Hresult(0x8021_7777));
    let messages = [
        TransferParams::status(50, 1 << 40),
        TransferParams::new_page(-1, 7),
        TransferParams::device_status(Ok(Status::WarmingUp), 3, 0),
        TransferParams::device_status(Err(private.clone()), 3, 0),
        TransferParams {
            message: TransferMessage::EndOfTransfer,
            ..TransferParams::status(100, 9)
        },
    ];
    for answer in [Ok(Answer::Continue), Ok(Answer::Cancel), Err(private)] {
        let application = application(answer.clone(), missing);
        for message in &messages {
            let got = through(&application).transfer_callback(message);
            assert_eq!(
                got.map_err(|e| e.hresult()),
                answer.clone().map_err(|e| e.hresult())
            );
        }
        let number =
            |params: &TransferParams| params.device_status.as_ref().map(quire_bridge::hresult);
        for (heard, sent) in application
            .heard
            .lock()
            .expect("a list")
            .iter()
            .zip(&messages)
        {
            assert_eq!((heard.message, heard.percent), (sent.message, sent.percent));
            assert_eq!(heard.transferred_bytes, sent.transferred_bytes);
            assert_eq!(number(heard), number(sent));
        }
    }
}

#[test]
fn every_answer_to_the_next_stream_crosses() {
    type Row = (fn() -> Result<NextStream>, &'static str);
    let rows: [Row; 5] = [
        (
            || Ok(NextStream::Stream(Box::<MemoryStream>::default())),
            "Stream",
        ),
        (missing, "Missing"),
        (|| Ok(NextStream::Cancel), "Cancel"),
        (|| Ok(NextStream::SkipItem), "SkipItem"),
        (
            || Ok(NextStream::Other(Status::EndOfMedia, None)),
            "Other(WIA_STATUS_END_OF_MEDIA (0x00210001), false)",
        ),
    ];
    for (stream, expected) in rows {
        let application = application(Ok(Answer::Continue), stream);
        let next = through(&application).get_next_stream("Flatbed", "0000\\Root\\Flatbed");
        assert_eq!(format!("{:?}", next.expect("an answer")), expected);
    }
    let fails = application(Ok(Answer::Continue), || Err(Error::invalid("no")));
    let next = through(&fails).get_next_stream("Flatbed", "0000\\Root\\Flatbed");
    assert_eq!(
        next.map(|_| ()).map_err(|e| e.kind()),
        Err(ErrorKind::InvalidArgument)
    );
}

/// An object of another library, which answers numbers.
#[implement(IWiaTransferCallback)]
struct Numbers(HRESULT, bool);

impl IWiaTransferCallback_Impl for Numbers_Impl {
    unsafe fn TransferCallback(&self, _flags: i32, _params: *mut WiaTransferParams) -> HRESULT {
        self.0
    }

    unsafe fn GetNextStream(
        &self,
        _flags: i32,
        _item_name: abi::BSTR,
        _full_item_name: abi::BSTR,
        stream: *mut Option<IStream>,
    ) -> HRESULT {
        if self.1 {
            // SAFETY: the caller gives a place.
            unsafe { stream.write(Some(stream_object(Box::<MemoryStream>::default()))) };
        }
        self.0
    }
}

#[test]
fn a_stream_that_comes_with_another_answer_is_let_go() {
    let next = |code, stream| {
        let callback = ComTransferCallback::new(Numbers(HRESULT(code), stream).into(), |_| None);
        format!(
            "{:?}",
            callback.get_next_stream("a", "b").expect("an answer")
        )
    };
    assert_eq!(next(0, true), "Stream");
    assert_eq!(next(1, true), "Cancel");
    assert_eq!(next(0x0021_0009, true), "SkipItem");
    assert!(next(0x77, true).starts_with("Other"));
    let fails = ComTransferCallback::new(Numbers(E_FAIL, true).into(), |_| None);
    assert!(fails.get_next_stream("a", "b").is_err());
}

#[test]
fn an_error_handler_is_there_where_the_application_has_one() {
    let report = |answer: Result<Status>, status: &DeviceStatus| {
        let application = Arc::new(Application {
            answer: Ok(Answer::Continue),
            stream: missing,
            handler: Some(Handler(answer, Mutex::default())),
            heard: Mutex::default(),
        });
        let callback = through(&application);
        let handler = callback.error_handler().expect("a handler");
        assert!(handler.window().is_none());
        let item = "0000\\Root\\Flatbed";
        let answer = handler.report_status(&StatusReport {
            item,
            status,
            percent: 5,
        });
        let heard = application
            .handler
            .as_ref()
            .and_then(|h| h.1.lock().expect("a report").take());
        (answer, heard.expect("a report"))
    };
    let jam: DeviceStatus = Err(Error::new(ErrorKind::PaperJam, "in the feeder"));
    let (answer, heard) = report(Ok(Status::NotHandled), &jam);
    assert_eq!(answer, Ok(Status::NotHandled));
    assert_eq!(heard.map_err(|e| e.kind()), Err(ErrorKind::PaperJam));
    let (answer, _) = report(Err(Error::new(ErrorKind::PaperJam, "")), &jam);
    assert_eq!(
        answer.map_err(|e| e.to_string()),
        Err("in the feeder".to_owned()),
        "the driver's sentence stays"
    );
    let (answer, heard) = report(Ok(Status::Cancelled), &Ok(Status::WarmingUp));
    assert_eq!(
        (answer, heard),
        (Ok(Status::Cancelled), Ok(Status::WarmingUp))
    );
    let without = application(Ok(Answer::Continue), missing);
    assert!(through(&without).error_handler().is_none());
}

#[test]
fn what_c_must_not_send_is_refused() {
    let object = transfer_callback_object(application(Ok(Answer::Cancel), missing));
    assert!(object.cast::<IWiaAppErrorHandler>().is_err());
    let mut params = WiaTransferParams {
        lMessage: 4,
        ..Default::default()
    };
    let name = Bstr::new("Flatbed");
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(
            object.TransferCallback(0, &mut params),
            E_INVALIDARG,
            "no message"
        );
        assert_eq!(
            object.TransferCallback(0, std::ptr::null_mut()),
            E_INVALIDARG
        );
        params.lMessage = 1;
        assert_eq!(object.TransferCallback(0, &mut params), S_FALSE);
        assert!(
            object
                .GetNextStream(0, name.as_raw(), name.as_raw(), std::ptr::null_mut())
                .is_err()
        );
    }
    let with = Arc::new(Application {
        answer: Ok(Answer::Continue),
        stream: missing,
        handler: Some(Handler(Ok(Status::Ok), Mutex::default())),
        heard: Mutex::default(),
    });
    let handler: IWiaAppErrorHandler = transfer_callback_object(with).cast().expect("a handler");
    let mut window = std::ptr::null_mut();
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(
            handler.ReportStatus(0, InRef::default(), HRESULT(0x0021_0002), 1),
            S_OK
        );
        assert_eq!(handler.GetWindow(&mut window), S_OK);
        assert!(handler.GetWindow(std::ptr::null_mut()).is_err());
    }
}
