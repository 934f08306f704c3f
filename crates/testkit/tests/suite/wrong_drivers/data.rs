//! How a wrong driver calls back in the transfers of the older kinds.

use std::sync::Arc;

use transfer::{Answer, MinidrvCallback, TransferContext};
use wia::{DataMessage, Result, Status, TransferStatus};

use crate::wrong_drivers::driver::Shared;

pub(crate) struct WrongData {
    defect: &'static str,
    inner: Arc<dyn MinidrvCallback>,
    shared: Arc<Shared>,
    memory: bool,
}

impl WrongData {
    pub(crate) fn new(
        defect: &'static str,
        inner: Arc<dyn MinidrvCallback>,
        shared: &Arc<Shared>,
        memory: bool,
    ) -> WrongData {
        WrongData {
            defect,
            inner,
            shared: Arc::clone(shared),
            memory,
        }
    }

    /// What becomes of a transfer that the application ends.
    fn heard(&self, answer: Result<Answer>) -> Result<Answer> {
        match (self.defect, &answer, self.memory) {
            ("memory.cancel", Ok(Answer::Cancel), true)
            | ("file.cancel", Ok(Answer::Cancel), false)
            | ("memory.failure", Err(_), true)
            | ("file.failure", Err(_), false) => self.shared.result(Ok(Status::Ok)),
            ("cancel.sooner", Ok(Answer::Cancel), _) => {
                self.shared.result(Ok(Status::Cancelled));
                return Ok(Answer::Continue);
            }
            _ => {}
        }
        answer
    }
}

impl MinidrvCallback for WrongData {
    fn mini_drv_callback(
        &self,
        message: DataMessage,
        status: TransferStatus,
        percent: i32,
        offset: i32,
        length: i32,
        mut context: Option<&mut TransferContext>,
    ) -> Result<Answer> {
        let data = message == DataMessage::Data;
        let mut send = |message, percent, offset, length| {
            let context = context.as_deref_mut();
            let sent = { &self.inner }
                .mini_drv_callback(message, status, percent, offset, length, context);
            self.heard(sent)
        };
        match self.defect {
            "memory.bands" if data => {
                let _ = send(message, percent, offset, 0)?;
            }
            "memory.service-only" if data && offset == 0 => {
                let _ = send(DataMessage::Termination, percent, 0, 0)?;
            }
            "memory.messages" if percent == 100 => return send(message, 101, offset, length),
            "message.silence" => {
                let answer = send(message, percent, offset, length);
                if !matches!(answer, Ok(Answer::Continue)) {
                    drop(send(DataMessage::Status, percent, 0, 0));
                }
                return answer;
            }
            "memory.offsets" if data && offset > 0 => {
                return send(message, percent, offset + 4, length);
            }
            "file.no-data" if !self.memory => {
                let _ = send(DataMessage::Data, percent, 0, 0)?;
            }
            "file.status" if !self.memory => return Ok(Answer::Continue),
            "memory.header" | "memory.lines" if data => {
                let first = length / 2 + 1;
                let _ = send(message, percent, offset, first)?;
                if let Some(context) = context.as_deref_mut() {
                    let (from, to) = (first as usize, length as usize);
                    context.transfer_buffer.copy_within(from..to, 0);
                }
                let (offset, length) = (offset + first, length - first);
                return self
                    .inner
                    .mini_drv_callback(message, status, percent, offset, length, context);
            }
            _ => {}
        }
        send(message, percent, offset, length)
    }

    fn send_end_of_page(&self, page_count: i32) -> Result<Answer> {
        if self.defect == "memory.new-page" {
            return Ok(Answer::Continue);
        }
        self.heard(self.inner.send_end_of_page(page_count))
    }
}
