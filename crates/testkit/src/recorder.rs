//! The driver under test, overheard: each call that it makes is written down.

use std::io::SeekFrom;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use items::{AppItem, DriverItem};
use minidriver::{Capability, DriverModel, FormatInfo, Minidriver};
use transfer::{
    Answer, ErrorHandler, MinidrvCallback, MinidrvTransferCallback, NextStream, Stream,
    TransferContext, TransferParams,
};
use wia::{DataMessage, Guid, PropertyId, Result, Status, TransferFlags, TransferStatus};

/// What the driver was told by a call of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Go on; for a request, here is the stream.
    GoOn,
    /// No stream, but nothing is over: skipped, missing, an undefined success.
    NoStream,
    /// `S_FALSE`.
    Cancel,
    /// A failure.
    Failure,
}

impl Told {
    /// Whether the driver may call nothing any more.
    pub(crate) fn ends(self) -> bool {
        matches!(self, Told::Cancel | Told::Failure)
    }

    pub(crate) fn answer(answer: &Result<Answer>) -> Told {
        match answer {
            Ok(Answer::Continue) => Told::GoOn,
            Ok(Answer::Cancel) => Told::Cancel,
            Err(_) => Told::Failure,
        }
    }

    fn next(answer: &Result<NextStream>) -> Told {
        match answer {
            Ok(NextStream::Stream(_)) => Told::GoOn,
            Ok(NextStream::Cancel) => Told::Cancel,
            Ok(_) => Told::NoStream,
            Err(_) => Told::Failure,
        }
    }
}

/// A call of the driver.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    /// It asked for a stream under these names.
    NextStream {
        names: [String; 2],
        told: Told,
    },
    Message {
        params: TransferParams,
        told: Told,
    },
    /// Bytes that were taken, and where the stream stands after them.
    Write {
        bytes: u64,
        end: u64,
    },
    Seek,
    SetSize(u64),
    /// A method that is none of a download.
    Foreign(&'static str),
    /// It dropped a stream.
    Released,
    /// A callback of the older kinds, with the usable bytes of the buffer.
    Data {
        message: DataMessage,
        status: TransferStatus,
        percent: i32,
        length: i32,
        buffer: i32,
        told: Told,
    },
    /// It returned; `buffer` is what it left of a buffer of its own.
    Returned {
        result: Result<Status>,
        buffer: usize,
    },
}

/// Calls in their order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Call>>>);

impl Log {
    fn calls(&self) -> MutexGuard<'_, Vec<Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note(&self, call: Call) {
        self.calls().push(call);
    }

    /// The calls since this was asked last.
    pub(crate) fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls())
    }

    /// Notes a request for a stream, and listens to the stream.
    pub(crate) fn next_stream(
        &self,
        names: [&str; 2],
        answer: Result<NextStream>,
    ) -> Result<NextStream> {
        self.note(Call::NextStream {
            names: names.map(str::to_owned),
            told: Told::next(&answer),
        });
        Ok(match answer? {
            NextStream::Stream(inner) => NextStream::Stream(Box::new(HeardStream {
                inner,
                log: self.clone(),
                position: 0,
            })),
            other => other,
        })
    }
}

/// A driver around the one under test.
pub(crate) struct Recorder {
    inner: Arc<dyn Minidriver>,
    log: Log,
}

impl Recorder {
    pub(crate) fn new(inner: Arc<dyn Minidriver>) -> Recorder {
        Recorder {
            inner,
            log: Log::default(),
        }
    }

    /// The calls since this was asked last.
    pub(crate) fn take(&self) -> Vec<Call> {
        self.log.take()
    }
}

impl Minidriver for Recorder {
    fn model(&self) -> DriverModel {
        self.inner.model()
    }

    fn error_handler(&self) -> Option<Arc<dyn ErrorHandler>> {
        self.inner.error_handler()
    }

    fn initialize(&self, device_id: &str) -> Result<DriverItem> {
        self.inner.initialize(device_id)
    }

    fn un_initialize(&self) {
        self.inner.un_initialize();
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        self.inner.init_item_properties(item)
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        self.inner.validate_item_properties(item, changed)
    }

    fn read_item_properties(&self, item: &AppItem, ids: &[PropertyId]) -> Result<()> {
        self.inner.read_item_properties(item, ids)
    }

    fn write_item_properties(&self, item: &AppItem, context: &TransferContext) -> Result<()> {
        self.inner.write_item_properties(item, context)
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        let (streams, data) = (context.callback.clone(), context.data_callback.clone());
        context.callback = streams
            .clone()
            .map(|inner| -> Arc<dyn MinidrvTransferCallback> {
                Arc::new(Heard {
                    inner,
                    log: self.log.clone(),
                })
            });
        context.data_callback = data.clone().map(|inner| -> Arc<dyn MinidrvCallback> {
            Arc::new(HeardData {
                inner,
                log: self.log.clone(),
            })
        });
        // The service looks whether it gets its own callbacks back, also from a driver that crashed.
        let result = catch_unwind(AssertUnwindSafe(|| {
            self.inner.acquire_item_data(item, flags, context)
        }));
        (context.callback, context.data_callback) = (streams, data);
        let result = result.unwrap_or_else(|crash| resume_unwind(crash));
        let left = match context.service_buffer {
            true => 0,
            false => context.transfer_buffer.len(),
        };
        self.log.note(Call::Returned {
            result: result.clone(),
            buffer: left,
        });
        result
    }

    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        self.inner.wia_format_info(item)
    }

    fn lock_device(&self) -> Result<()> {
        self.inner.lock_device()
    }

    fn unlock_device(&self) {
        self.inner.unlock_device();
    }

    fn device_command(&self, item: &AppItem, command: Guid) -> Result<()> {
        self.inner.device_command(item, command)
    }

    fn capabilities(&self) -> Vec<Capability> {
        self.inner.capabilities()
    }

    fn delete_item(&self, item: &AppItem) -> Result<()> {
        self.inner.delete_item(item)
    }

    fn notify_pnp_event(&self, event: Guid) {
        self.inner.notify_pnp_event(event);
    }

    fn device_error_string(&self, code: i32) -> Option<String> {
        self.inner.device_error_string(code)
    }
}

struct Heard {
    inner: Arc<dyn MinidrvTransferCallback>,
    log: Log,
}

impl MinidrvTransferCallback for Heard {
    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        let answer = self.inner.get_next_stream(item_name, full_item_name);
        self.log.next_stream([item_name, full_item_name], answer)
    }

    fn send_message(&self, params: &TransferParams) -> Result<Answer> {
        let answer = self.inner.send_message(params);
        self.log.note(Call::Message {
            params: params.clone(),
            told: Told::answer(&answer),
        });
        answer
    }
}

struct HeardStream {
    inner: Box<dyn Stream>,
    log: Log,
    position: u64,
}

impl Stream for HeardStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let taken = self.inner.write(data);
        let bytes = *taken.as_ref().unwrap_or(&0) as u64;
        self.position += bytes;
        self.log.note(Call::Write {
            bytes,
            end: self.position,
        });
        taken
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.log.note(Call::Seek);
        self.position = self.inner.seek(to)?;
        Ok(self.position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.log.note(Call::SetSize(size));
        self.inner.set_size(size)
    }

    fn settle(&mut self) -> Result<()> {
        self.inner.settle()
    }

    fn barrier(&mut self) -> Result<()> {
        self.inner.barrier()
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.log.note(Call::Foreign("Read"));
        self.inner.read(buffer)
    }

    fn size(&mut self) -> Result<u64> {
        self.log.note(Call::Foreign("Stat"));
        self.inner.size()
    }
}

impl Drop for HeardStream {
    fn drop(&mut self) {
        self.log.note(Call::Released);
    }
}

struct HeardData {
    inner: Arc<dyn MinidrvCallback>,
    log: Log,
}

impl MinidrvCallback for HeardData {
    fn mini_drv_callback(
        &self,
        message: DataMessage,
        status: TransferStatus,
        percent: i32,
        offset: i32,
        length: i32,
        mut context: Option<&mut TransferContext>,
    ) -> Result<Answer> {
        let buffer = context.as_ref().map_or(0, |c| c.buffer_size);
        // The service is to see its own callback in the context.
        let own = Some(Arc::clone(&self.inner));
        let overheard = context
            .as_deref_mut()
            .map(|c| std::mem::replace(&mut c.data_callback, own));
        let answer = self.inner.mini_drv_callback(
            message,
            status,
            percent,
            offset,
            length,
            context.as_deref_mut(),
        );
        if let (Some(context), Some(overheard)) = (context, overheard) {
            context.data_callback = overheard;
        }
        self.log.note(Call::Data {
            message,
            status,
            percent,
            length,
            buffer,
            told: Told::answer(&answer),
        });
        answer
    }

    fn send_end_of_page(&self, page_count: i32) -> Result<Answer> {
        let answer = self.inner.send_end_of_page(page_count);
        self.log.note(Call::Data {
            message: DataMessage::NewPage,
            status: TransferStatus::empty(),
            percent: 0,
            length: 0,
            buffer: 0,
            told: Told::answer(&answer),
        });
        answer
    }
}
