//! Values of other crates as they cross the border, and back.
//!
//! What comes from a host is not believed: a number without a meaning becomes `InvalidDriverResponse`.

use ::formats::{Metadata, Profile};
use minidriver::service_library::Event;
use minidriver::{Capability, CapabilityKind, FormatInfo};
use serde::{Deserialize, Serialize};
use service::{DataParams, DocumentOptions, DocumentProgress, Item, Payload, TransferParams};
use std::sync::Arc;
use transfer::DataCallbackHeader;
use wia::{
    DataMessage, Error, ErrorKind, Guid, Hresult, Photometric, Result, Status, TransferMessage,
    TransferStatus, Tymed,
};

mod values;
pub(crate) use values::{AttributesWire, PropertyWire, ValueWire, values_wire};

/// An [`Error`] without its cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ErrorWire {
    /// Which of [`ErrorKind::ALL`].
    kind: u16,
    message: String,
    code: Option<u32>,
}

impl From<Error> for ErrorWire {
    fn from(e: Error) -> ErrorWire {
        let kind = ErrorKind::ALL.iter().position(|k| *k == e.kind());
        let own = e.hresult() != e.kind().hresult();
        let code = own.then_some(e.hresult().0);
        let mut message = String::new();
        drop(e.reworded(|text| {
            message = text.to_owned();
            String::new()
        }));
        ErrorWire {
            kind: kind.and_then(|k| u16::try_from(k).ok()).unwrap_or(u16::MAX),
            message,
            code,
        }
    }
}

impl From<ErrorWire> for Error {
    fn from(e: ErrorWire) -> Error {
        let Some(kind) = ErrorKind::ALL.get(usize::from(e.kind)) else {
            return unknown("kind of failure", e.kind);
        };
        let error = Error::new(*kind, e.message);
        match e.code {
            Some(code) => error.with_code(Hresult(code)),
            None => error,
        }
    }
}

/// A number that this version gives no meaning.
pub(crate) fn unknown(what: &str, number: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::InvalidDriverResponse,
        format!("from the driver host: {what} {number}, which is not known"),
    )
}

/// A status that is no failure, from its number.
pub(crate) fn status(number: u32) -> Result<Status> {
    Status::from_hresult(Hresult(number))
}

/// A device that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundWire {
    pub(crate) uri: String,
    pub(crate) vendor: String,
    pub(crate) model: String,
    pub(crate) description: String,
    pub(crate) address: String,
}

/// An item, and the number that the host has given it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ItemWire {
    pub(crate) number: u32,
    pub(crate) name: String,
    pub(crate) full_name: String,
    pub(crate) category: u128,
}

impl ItemWire {
    pub(crate) fn of(number: u32, item: &dyn Item) -> ItemWire {
        ItemWire {
            number,
            name: item.name(),
            full_name: item.full_name(),
            category: item.category().0,
        }
    }
}

/// A [`FormatInfo`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FormatWire {
    format: u128,
    tymed: i32,
}

impl From<FormatInfo> for FormatWire {
    fn from(info: FormatInfo) -> FormatWire {
        FormatWire {
            format: info.format.0,
            tymed: info.tymed.value(),
        }
    }
}

impl TryFrom<FormatWire> for FormatInfo {
    type Error = Error;

    fn try_from(info: FormatWire) -> Result<FormatInfo> {
        Ok(FormatInfo {
            format: Guid(info.format),
            tymed: tymed(info.tymed)?,
        })
    }
}

/// A [`Tymed`] from its number.
pub(crate) fn tymed(number: i32) -> Result<Tymed> {
    Tymed::from_value(number).ok_or_else(|| unknown("tymed", number))
}

/// A [`Capability`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CapabilityWire {
    id: u128,
    event: bool,
    action: bool,
    name: String,
    description: String,
}

impl From<Capability> for CapabilityWire {
    fn from(capability: Capability) -> CapabilityWire {
        let (event, action) = match capability.kind {
            CapabilityKind::Command => (false, false),
            CapabilityKind::Event { action } => (true, action),
        };
        CapabilityWire {
            id: capability.id.0,
            event,
            action,
            name: capability.name.into_owned(),
            description: capability.description.into_owned(),
        }
    }
}

impl From<CapabilityWire> for Capability {
    fn from(capability: CapabilityWire) -> Capability {
        Capability {
            id: Guid(capability.id),
            kind: match capability.event {
                true => CapabilityKind::Event {
                    action: capability.action,
                },
                false => CapabilityKind::Command,
            },
            name: capability.name.into(),
            description: capability.description.into(),
        }
    }
}

/// An [`Event`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventWire {
    event: u128,
    item: Option<String>,
}

impl From<Event> for EventWire {
    fn from(event: Event) -> EventWire {
        EventWire {
            event: event.event.0,
            item: event.full_item_name,
        }
    }
}

impl EventWire {
    /// The event of this device.
    pub(crate) fn of_device(self, device_id: &str) -> Event {
        Event {
            device_id: device_id.to_owned(),
            event: Guid(self.event),
            full_item_name: self.item,
        }
    }
}

/// [`TransferParams`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ParamsWire {
    message: i32,
    percent: i32,
    bytes: u64,
    device_status: Option<Result<u32, ErrorWire>>,
}

impl From<&TransferParams> for ParamsWire {
    fn from(params: &TransferParams) -> ParamsWire {
        ParamsWire {
            message: params.message.value(),
            percent: params.percent,
            bytes: params.transferred_bytes,
            device_status: params.device_status.clone().map(device_status),
        }
    }
}

impl TryFrom<ParamsWire> for TransferParams {
    type Error = Error;

    fn try_from(params: ParamsWire) -> Result<TransferParams> {
        Ok(TransferParams {
            message: TransferMessage::from_value(params.message)
                .ok_or_else(|| unknown("message", params.message))?,
            percent: params.percent,
            transferred_bytes: params.bytes,
            device_status: params.device_status.map(status_of_device),
        })
    }
}

/// What a device reports, as a number or a failure.
pub(crate) fn device_status(status: Result<Status>) -> Result<u32, ErrorWire> {
    status.map(|s| s.hresult().0).map_err(Into::into)
}

/// The same back.
pub(crate) fn status_of_device(wire: Result<u32, ErrorWire>) -> Result<Status> {
    wire.map_err(Error::from).and_then(status)
}

/// [`DataParams`] without the band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DataWire {
    message: i32,
    status: i32,
    percent: i32,
    offset: i32,
    length: i32,
    header: Option<(u128, i32, i32)>,
}

impl From<&DataParams<'_>> for DataWire {
    fn from(params: &DataParams<'_>) -> DataWire {
        DataWire {
            message: params.message.value(),
            status: params.status.bits(),
            percent: params.percent,
            offset: params.offset,
            length: params.length,
            header: match params.payload {
                Payload::Header(h) => Some((h.format.0, h.buffer_size, h.page_count)),
                Payload::None | Payload::Band(_) => None,
            },
        }
    }
}

impl DataWire {
    /// The message, with its band if it has one.
    pub(crate) fn params(self, band: Option<&[u8]>) -> Result<DataParams<'_>> {
        let header = self.header.map(|(format, buffer_size, page_count)| {
            Payload::Header(DataCallbackHeader {
                format: Guid(format),
                buffer_size,
                page_count,
            })
        });
        Ok(DataParams {
            message: DataMessage::from_value(self.message)
                .ok_or_else(|| unknown("message", self.message))?,
            status: TransferStatus::from_bits_retain(self.status),
            percent: self.percent,
            offset: self.offset,
            length: self.length,
            payload: band.map(Payload::Band).or(header).unwrap_or(Payload::None),
        })
    }
}

/// [`DocumentOptions`] without the progress, which goes the other way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DocumentWire {
    quality: u8,
    texts: [String; 5],
    date: Option<i64>,
    profile: Option<Vec<u8>>,
    expected_bytes: Option<u64>,
    records: bool,
    photometric: Option<i32>,
    classic_limit: u64,
}

impl From<&DocumentOptions> for DocumentWire {
    fn from(options: &DocumentOptions) -> DocumentWire {
        let Metadata {
            title,
            author,
            software,
            make,
            model,
            date,
        } = options.metadata.clone();
        DocumentWire {
            quality: options.quality,
            texts: [title, author, software, make, model],
            date,
            profile: options.profile.as_ref().map(|p| p.bytes().to_vec()),
            expected_bytes: options.expected_bytes,
            records: options.records,
            photometric: options.photometric.map(Photometric::value),
            classic_limit: options.classic_limit,
        }
    }
}

impl DocumentWire {
    /// The options, with a progress of this side.
    pub(crate) fn options(self, progress: DocumentProgress) -> Result<DocumentOptions> {
        let [title, author, software, make, model] = self.texts;
        Ok(DocumentOptions {
            quality: self.quality,
            metadata: Metadata {
                title,
                author,
                software,
                make,
                model,
                date: self.date,
            },
            profile: self.profile.map(|p| Profile::parse(&p)).transpose()?,
            expected_bytes: self.expected_bytes,
            records: self.records,
            photometric: self.photometric.and_then(Photometric::from_value),
            classic_limit: self.classic_limit,
            progress: Arc::new(progress),
        })
    }
}
