//! What the two sides of a driver host say to each other.
//!
//! The application's process asks for something ([`Request`]) and gets one reply. A transfer is a request
//! too: until its reply comes the host calls back ([`Call`]), and each call but the one-way ones is
//! answered, one at a time for each transfer. Bytes of images lie in bands of shared memory; a message
//! names them, and the band is the host's again with its [`ToHost::Credit`].

use serde::{Deserialize, Serialize};

use super::list::list;
use super::wire::{
    AttributesWire, DataWire, DocumentWire, ErrorWire, EventWire, FormatWire, FoundWire, ItemWire,
    ParamsWire, PropertyWire, ValueWire,
};

/// What a host hears.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum ToHost {
    /// Asks for something. The number comes back with the reply; of a transfer it is the name.
    Request { id: u64, request: Request },
    /// The answer to the last call of a transfer.
    Answer {
        transfer: u64,
        answer: Result<Answered, ErrorWire>,
    },
    /// A band has been read.
    Credit { band: u8 },
    /// What was written last could not be: the stream fails from here until the host has heard of it.
    Failed {
        transfer: u64,
        epoch: u32,
        error: ErrorWire,
    },
    /// Cancels a transfer that runs.
    Cancel { transfer: u64 },
    /// The application has let go of an item.
    Release { item: u32 },
}

/// What a host says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum FromHost {
    /// The reply to a request.
    Reply {
        id: u64,
        reply: Result<Reply, ErrorWire>,
    },
    /// A transfer calls the application.
    Call { transfer: u64, call: Call },
    /// The driver reports something.
    Event(EventWire),
}

/// What can be asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Opens the device of this URI, with the tree of an application from before Windows Vista or a newer
    /// one; once, before all else. The descriptor of the shared bands comes with it.
    Open { uri: String, legacy: bool },
    /// Looks for the devices of this scheme, in the place of opening one, for so many milliseconds.
    Discover { scheme: String, millis: u32 },
    /// Releases the device. The host ends after its reply.
    Close,
    /// The item with this full name.
    Find(String),
    /// Something of an item.
    Item { item: u32, what: OfItem },
    /// Something of a preview.
    Preview { preview: u32, what: OfPreview },
}

/// What an item can be asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum OfItem {
    Flags,
    Children,
    CreateChild {
        flags: i32,
        creation: u32,
        name: String,
    },
    Delete,
    Command(u128),
    Properties,
    Read(Vec<u32>),
    Write(Vec<(u32, ValueWire)>),
    Attributes(u32),
    PropertyName(u32),
    PropertyByName(String),
    PropertyStream,
    SetPropertyStream(Vec<u8>),
    Formats,
    /// Whether there can be a transfer of it.
    Transfer,
    ExtendedTransferInfo,
    /// The whole tree with all values, for image filters.
    Tree,
    Download {
        flags: i32,
        document: DocumentWire,
        heard: Heard,
    },
    Upload {
        document: DocumentWire,
        heard: Heard,
    },
    Bands {
        document: DocumentWire,
        buffer_size: u32,
        double_buffer: bool,
    },
    /// Into the file whose descriptor comes with it.
    File {
        document: DocumentWire,
        tymed: i32,
    },
    /// A preview component of it.
    Preview,
}

/// What a preview can be asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum OfPreview {
    New {
        document: DocumentWire,
        heard: Heard,
    },
    Update {
        /// The full name of the item.
        child: String,
        flags: u32,
        document: DocumentWire,
        heard: Heard,
    },
    Regions,
    Clear,
    Release,
}

/// Which handlers of a device's status the application has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Heard {
    pub(crate) handler: bool,
    pub(crate) window: bool,
}

/// The good reply to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Reply {
    Done,
    /// The device is open: its root, its capabilities, its layers, and what the host is kept from.
    Opened {
        root: ItemWire,
        #[serde(deserialize_with = "list")]
        capabilities: Vec<super::wire::CapabilityWire>,
        #[serde(deserialize_with = "list")]
        layers: Vec<String>,
        /// The driver has an image filter of its own.
        own_filter: bool,
        #[serde(deserialize_with = "list")]
        sandbox: Vec<String>,
    },
    Found(#[serde(deserialize_with = "list")] Vec<FoundWire>),
    Item(Option<ItemWire>),
    Items(#[serde(deserialize_with = "list")] Vec<ItemWire>),
    Number(u32),
    Numbers(#[serde(deserialize_with = "list")] Vec<u32>),
    Values(#[serde(deserialize_with = "list")] Vec<Option<ValueWire>>),
    Attributes(Option<AttributesWire>),
    Text(String),
    Id(Option<u32>),
    Bytes(Vec<u8>),
    Formats(#[serde(deserialize_with = "list")] Vec<FormatWire>),
    Sizes([u32; 3]),
    Tree {
        #[serde(deserialize_with = "list")]
        items: Vec<TreeItem>,
        headers_are_final: bool,
    },
    /// A transfer has ended.
    Ended {
        status: u32,
    },
}

/// An item with its values, parents before their children.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct TreeItem {
    pub(crate) name: String,
    pub(crate) full_name: String,
    pub(crate) flags: i32,
    pub(crate) category: u128,
    /// How many of the items before it, counted from 0, is its parent; none for the root.
    pub(crate) parent: Option<u32>,
    #[serde(deserialize_with = "list")]
    pub(crate) properties: Vec<PropertyWire>,
}

/// A call of a transfer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Call {
    NextStream {
        item: String,
        full_item: String,
    },
    Message(ParamsWire),
    /// Bytes for the stream, in a band. One-way.
    Write(Piece),
    Seek {
        to: Place,
        epoch: u32,
    },
    SetSize {
        size: u64,
        epoch: u32,
    },
    Settle {
        epoch: u32,
    },
    Barrier {
        epoch: u32,
    },
    /// The stream is released. One-way.
    EndStream,
    /// What of the document is complete. One-way.
    Progress {
        pages: u32,
        bytes: u64,
        epoch: u32,
    },
    /// Bytes of a band of the application's, of which more come. One-way.
    Part(Piece),
    /// A message of the older kinds; with data the last bytes of its band are in a piece.
    Data {
        params: DataWire,
        piece: Option<Piece>,
    },
    /// The device's status, for the application's handler.
    Report {
        item: String,
        status: Result<u32, ErrorWire>,
        percent: i32,
    },
    Ask(String),
    Show {
        text: String,
        percent: i32,
    },
    Clear,
    /// Reads what is uploaded.
    Read(u32),
    /// The size of what is uploaded.
    Size,
}

/// Bytes in a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Piece {
    /// From 1.
    pub(crate) band: u8,
    pub(crate) len: u32,
    /// How many failures the host had heard of when it wrote them.
    pub(crate) epoch: u32,
}

/// Where a stream is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    Start(u64),
    End(i64),
    Current(i64),
}

/// The good answer to a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Answered {
    Done,
    Number(u64),
    /// `false` stops the transfer.
    GoOn(bool),
    Stream,
    NoStream,
    SkipItem,
    Cancel,
    /// Another success in the place of a stream, or what a handler said.
    Status(u32),
    /// What a person said: 0 go on, 1 stop, 2 cancel.
    Said(u8),
    Bytes(Vec<u8>),
}

#[cfg(test)]
mod tests;
