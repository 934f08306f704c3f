//! An application that writes down what it gets, and a driver on a thread of its own.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use bands::Band;
use wia::format::WIA_IMG_FMT_MEMORYBMP;
use wia::{DataMessage, Result, Status, TransferStatus, Tymed};

use crate::transfer::{
    Answer, DataCallback, DataParams, DataSession, Heard, MinidrvCallback, Payload, TransferBuffer,
    TransferContext,
};

/// No test waits longer.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// What the application saw, in short.
pub(crate) type Seen = (DataMessage, i32, i32, Vec<u8>);

#[derive(Default)]
pub(crate) struct Application {
    pub(crate) seen: Mutex<Vec<Seen>>,
    /// What each message said: status flags and percent.
    pub(crate) said: Mutex<Vec<(TransferStatus, i32)>>,
    /// Answers to come; then it goes on.
    pub(crate) answers: Mutex<VecDeque<Result<Answer>>>,
}

impl Application {
    pub(crate) fn answering(answers: impl IntoIterator<Item = Result<Answer>>) -> Arc<Application> {
        Arc::new(Application {
            answers: Mutex::new(answers.into_iter().collect()),
            ..Application::default()
        })
    }

    pub(crate) fn messages(&self) -> Vec<DataMessage> {
        self.seen.lock().unwrap().iter().map(|s| s.0).collect()
    }
}

impl DataCallback for Application {
    fn banded_data_callback(&self, params: &DataParams<'_>) -> Result<Answer> {
        let said = (params.status, params.percent);
        self.said.lock().unwrap().push(said);
        let (offset, bytes) = match params.payload {
            Payload::None => (params.offset, Vec::new()),
            Payload::Band(band) => (params.offset, band.to_vec()),
            // What the header says stands in for offset and length.
            Payload::Header(header) => {
                assert_eq!(header.format, WIA_IMG_FMT_MEMORYBMP);
                let seen = (
                    params.message,
                    header.buffer_size,
                    header.page_count,
                    vec![],
                );
                self.seen.lock().unwrap().push(seen);
                return self.answer();
            }
        };
        let seen = (params.message, offset, params.length, bytes);
        self.seen.lock().unwrap().push(seen);
        self.answer()
    }
}

impl Application {
    fn answer(&self) -> Result<Answer> {
        let answer = self.answers.lock().unwrap().pop_front();
        answer.unwrap_or(Ok(Answer::Continue))
    }
}

pub(crate) const GO: Result<Answer> = Ok(Answer::Continue);

/// The service's side of a context before the driver is called.
pub(crate) fn context(memory: bool) -> TransferContext {
    TransferContext {
        format: WIA_IMG_FMT_MEMORYBMP,
        tymed: if memory { Tymed::Callback } else { Tymed::File },
        memory_transfer: memory,
        item_size: 1000,
        ..TransferContext::default()
    }
}

/// Runs a driver in a memory transfer with so many buffers of 16 bytes.
pub(crate) fn memory(
    buffers: usize,
    application: &Arc<Application>,
    driver: impl FnOnce(&dyn MinidrvCallback, &mut TransferContext) -> Result<Status> + Send + 'static,
) -> Result<Status> {
    let mut context = context(true);
    context.service_buffer = true;
    context.number_of_buffers = buffers as i32;
    context.buffer_size = 16;
    run(context, buffers, application, driver)
}

/// Runs a driver in a file transfer with a callback.
pub(crate) fn file(
    application: &Arc<Application>,
    driver: impl FnOnce(&dyn MinidrvCallback, &mut TransferContext) -> Result<Status> + Send + 'static,
) -> Result<Status> {
    run(context(false), 0, application, driver)
}

fn run(
    mut context: TransferContext,
    buffers: usize,
    application: &Arc<Application>,
    driver: impl FnOnce(&dyn MinidrvCallback, &mut TransferContext) -> Result<Status> + Send + 'static,
) -> Result<Status> {
    let buffers = (1..=buffers).map(|n| TransferBuffer::from(Band::allocate(n, 16).unwrap()));
    let callback: Arc<dyn DataCallback> = application.clone();
    let (session, mut service) = DataSession::new(&mut context, buffers.collect(), Some(callback));
    let driving = thread::spawn(move || {
        let callback = context.data_callback.clone().unwrap();
        let result = driver(callback.as_ref(), &mut context);
        session.check_returned(&context);
        session.close();
        result
    });
    loop {
        match service.serve(LIMIT) {
            // A broken rule makes the service look up.
            Heard::Message | Heard::Woken => {}
            Heard::Returned => break,
            other => panic!("{other:?}"),
        }
    }
    service.finish(driving.join().unwrap())
}

/// Sends the first bytes of the transfer buffer as a band and moves on.
pub(crate) fn data(
    callback: &dyn MinidrvCallback,
    context: &mut TransferContext,
    length: i32,
) -> Result<Answer> {
    let offset = context.offset;
    let to_client = TransferStatus::TRANSFER_TO_CLIENT;
    let answer = callback.mini_drv_callback(
        DataMessage::Data,
        to_client,
        5,
        offset,
        length,
        Some(context),
    )?;
    context.offset += length;
    Ok(answer)
}

pub(crate) fn plain(
    callback: &dyn MinidrvCallback,
    message: DataMessage,
    context: Option<&mut TransferContext>,
) -> Result<Answer> {
    callback.mini_drv_callback(message, TransferStatus::empty(), 0, 0, 0, context)
}
