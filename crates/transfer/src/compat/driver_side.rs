//! The callback and streams of a driver whose application wants bands or a file.

use std::io::SeekFrom;
use std::sync::Arc;

use wia::{ErrorKind, Result, Status, TransferMessage};

use crate::activity::ActivityClock;
use crate::callback::{Answer, MinidrvTransferCallback, NextStream, TransferParams};
use crate::data::DataSession;
use crate::session::Session;
use crate::stream::Stream;

/// A [`Session`] whose driver's time is measured where the service looks: in the [`DataSession`].
pub(super) struct DriverSide {
    pub(super) session: Arc<Session>,
    pub(super) data: Arc<DataSession>,
}

impl MinidrvTransferCallback for DriverSide {
    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        let _time = self.data.clock().application();
        let answer = self.session.get_next_stream(item_name, full_item_name)?;
        Ok(match answer {
            NextStream::Stream(stream) => NextStream::Stream(Box::new(MeasuredStream {
                stream,
                data: Arc::clone(&self.data),
            })),
            other => other,
        })
    }

    fn send_message(&self, params: &TransferParams) -> Result<Answer> {
        let _time = self.data.clock().application();
        if !is_warming_up(params) {
            return self.session.send_message(params);
        }
        // The one device status that an older application hears of, so that it can cancel.
        self.session.send_message(&TransferParams {
            message: TransferMessage::Status,
            ..params.clone()
        })
    }
}

fn is_warming_up(params: &TransferParams) -> bool {
    params.message == TransferMessage::DeviceStatus
        && match &params.device_status {
            Some(Ok(status)) => *status == Status::WarmingUp,
            Some(Err(e)) => e.kind() == ErrorKind::WarmingUp,
            None => false,
        }
}

/// A stream whose calls are not the driver's time.
struct MeasuredStream {
    stream: Box<dyn Stream>,
    data: Arc<DataSession>,
}

impl MeasuredStream {
    fn with<T>(&mut self, call: impl FnOnce(&mut dyn Stream) -> Result<T>) -> Result<T> {
        let clock: &ActivityClock = self.data.clock();
        let _time = clock.application();
        call(self.stream.as_mut())
    }
}

impl Stream for MeasuredStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.with(|stream| stream.write(data))
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.with(|stream| stream.seek(to))
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.with(|stream| stream.set_size(size))
    }

    fn settle(&mut self) -> Result<()> {
        self.with(|stream| stream.settle())
    }

    fn barrier(&mut self) -> Result<()> {
        self.with(|stream| stream.barrier())
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.with(|stream| stream.read(buffer))
    }

    fn size(&mut self) -> Result<u64> {
        self.with(|stream| stream.size())
    }
}
