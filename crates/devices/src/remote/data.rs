//! The application's side of a transfer of the older kinds whose driver is in a host.

use std::sync::Arc;

use bands::Band;
use service::{Answer, DataCallback, DataParams, DocumentProgress, Payload};
use wia::{DataMessage, Error, ErrorKind, Result, TransferStatus};

use super::wait::{Caller, Side, guarded};
use crate::host::message::{Answered, Call, Piece};
use crate::host::wire::{DataWire, unknown};

/// How much longer a band may be than it was asked for: a device can need a header and a line.
const LONGER: usize = 64 << 20;

pub(crate) struct DataSide {
    callback: Option<Arc<dyn DataCallback>>,
    /// Memory of the application's own, in turn.
    own: Vec<Band>,
    turn: usize,
    /// The beginning of a band that is larger than those of the host.
    parts: Vec<u8>,
    /// Bytes of the largest band.
    largest: usize,
    progress: Arc<DocumentProgress>,
    terminated: bool,
}

impl DataSide {
    /// `own` are the bands of the application's section, if it gave one, and `asked` how many bytes it asked for.
    pub(crate) fn new(
        callback: Option<Arc<dyn DataCallback>>,
        own: Vec<Band>,
        asked: u32,
        progress: Arc<DocumentProgress>,
    ) -> DataSide {
        let asked = usize::try_from(asked).unwrap_or(usize::MAX);
        DataSide {
            callback,
            own,
            turn: 0,
            parts: Vec::new(),
            largest: asked.saturating_add(LONGER),
            progress,
            terminated: false,
        }
    }

    fn data(
        &mut self,
        params: DataWire,
        piece: Option<Piece>,
        caller: &Caller<'_>,
    ) -> Result<Answered> {
        let Some(piece) = piece else {
            return self.tell(&params.params(None)?);
        };
        let last = caller.host.piece(piece)?;
        let mut parts = std::mem::take(&mut self.parts);
        let band = if parts.is_empty() {
            last
        } else {
            parts.extend_from_slice(last);
            &parts
        };
        let mut own = std::mem::take(&mut self.own);
        let answer = if own.is_empty() {
            self.tell(&params.params(Some(band))?)
        } else {
            self.turn = (self.turn + 1) % own.len();
            let at = (self.turn + own.len() - 1) % own.len();
            let place = own.get_mut(at).and_then(|own| own.get_mut(..band.len()));
            match place {
                Some(place) => {
                    place.copy_from_slice(band);
                    self.tell(&params.params(Some(place))?)
                }
                None => Err(Error::invalid(format!(
                    "ulBufferSize: a band of {} bytes is too long for the section",
                    band.len()
                ))),
            }
        };
        self.own = own;
        parts.clear();
        self.parts = parts;
        answer
    }

    fn tell(&mut self, params: &DataParams<'_>) -> Result<Answered> {
        self.terminated |= params.message == DataMessage::Termination;
        let Some(callback) = &self.callback else {
            return Ok(Answered::GoOn(true));
        };
        let answer = guarded(|| callback.banded_data_callback(params))?;
        Ok(Answered::GoOn(answer == Answer::Continue))
    }
}

impl Side for DataSide {
    fn call(&mut self, call: Call, caller: &Caller<'_>) -> Result<()> {
        match call {
            Call::Part(piece) => {
                let bytes = caller.host.piece(piece)?;
                if self.parts.len() + bytes.len() > self.largest {
                    return Err(unknown("band of more bytes than", self.largest));
                }
                self.parts.extend_from_slice(bytes);
                caller.credit(piece)
            }
            Call::Data { params, piece } => {
                let answer = self.data(params, piece, caller);
                if let Some(piece) = piece {
                    caller.credit(piece)?;
                }
                caller.answer(answer)
            }
            Call::Progress { pages, bytes, .. } => {
                self.progress.follow(pages, bytes);
                Ok(())
            }
            other => Err(Error::new(
                ErrorKind::InvalidDriverResponse,
                format!("the driver host calls {other:?} in a transfer of bands or a file"),
            )),
        }
    }

    fn died(&mut self) {
        if self.terminated {
            return;
        }
        // Its answer changes nothing.
        drop(self.tell(&DataParams {
            message: DataMessage::Termination,
            status: TransferStatus::empty(),
            percent: 0,
            offset: 0,
            length: 0,
            payload: Payload::None,
        }));
    }
}
