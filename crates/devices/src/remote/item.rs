//! An item of a device in a host.

use std::sync::{Arc, Mutex};

use service::{CreationFlags, FormatInfo, ImageFilter, Item, Preview, Transfer};
use wia::{Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyInfo, PropertyValue, Result};

use super::device::{Shared, lock, unexpected};
use super::host::Host;
use super::preview::RemotePreview;
use super::transfer::RemoteTransfer;
use crate::host::message::{OfItem, Reply, Request, ToHost};
use crate::host::wire::{ItemWire, values_wire};

/// An item. A host knows it by a number, the next one by its name.
pub(crate) struct RemoteItem {
    shared: Arc<Shared>,
    name: String,
    full_name: String,
    category: Guid,
    /// Which host's number, and the number.
    number: Mutex<(u64, u32)>,
}

impl RemoteItem {
    pub(crate) fn new(shared: &Arc<Shared>, generation: u64, item: ItemWire) -> RemoteItem {
        RemoteItem {
            shared: Arc::clone(shared),
            name: item.name,
            full_name: item.full_name,
            category: Guid(item.category),
            number: Mutex::new((generation, item.number)),
        }
    }

    pub(crate) const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The host, and the item's number there.
    ///
    /// # Errors
    ///
    /// `ItemDeleted` when a new host does not have it any more; why there is no host.
    pub(crate) fn place(&self) -> Result<(Arc<Host>, u32)> {
        let host = self.shared.host()?;
        let mut number = lock(&self.number);
        if number.0 == host.generation {
            return Ok((host, number.1));
        }
        let request = Request::Find(self.full_name.clone());
        let limit = self.shared.deadlines.line;
        match host.ask(request, None, limit, "find an item")? {
            Reply::Item(Some(item)) => {
                *number = (host.generation, item.number);
                Ok((host, item.number))
            }
            _ => Err(Error::new(
                ErrorKind::ItemDeleted,
                format!("{}: the item is gone", self.full_name),
            )),
        }
    }

    /// Asks for something of the item.
    pub(crate) fn ask(&self, what: OfItem) -> Result<Reply> {
        let limit = self.shared.deadlines.line;
        let (host, item) = self.place()?;
        host.ask(Request::Item { item, what }, None, limit, "answer")
    }

    fn other(&self, generation: u64, item: ItemWire) -> Arc<dyn Item> {
        Arc::new(RemoteItem::new(&self.shared, generation, item))
    }

    fn keep(&self, reply: Reply) -> Result<()> {
        match reply {
            Reply::Bytes(stream) => {
                self.shared.keep_stream(&self.full_name, stream);
                Ok(())
            }
            other => Err(unexpected(&other)),
        }
    }

    fn again(&self) -> Result<RemoteItem> {
        let (host, _) = self.place()?;
        let request = Request::Find(self.full_name.clone());
        match host.ask(request, None, self.shared.deadlines.line, "find an item")? {
            Reply::Item(Some(item)) => Ok(RemoteItem::new(&self.shared, host.generation, item)),
            _ => Err(Error::new(ErrorKind::ItemDeleted, "")),
        }
    }
}

impl Item for RemoteItem {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn full_name(&self) -> String {
        self.full_name.clone()
    }

    fn category(&self) -> Guid {
        self.category
    }

    fn flags(&self) -> ItemFlags {
        match self.ask(OfItem::Flags) {
            Ok(Reply::Number(bits)) => ItemFlags::from_bits_retain(bits.cast_signed()),
            // Nobody can say any more.
            _ => ItemFlags::DISCONNECTED,
        }
    }

    fn children(&self) -> Vec<Arc<dyn Item>> {
        let Ok((host, item)) = self.place() else {
            return Vec::new();
        };
        let request = Request::Item {
            item,
            what: OfItem::Children,
        };
        match host.ask(request, None, self.shared.deadlines.line, "answer") {
            Ok(Reply::Items(items)) => self.others(host.generation, items),
            _ => Vec::new(),
        }
    }

    fn create_child(
        &self,
        flags: ItemFlags,
        creation: CreationFlags,
        name: &str,
    ) -> Result<Arc<dyn Item>> {
        let (host, item) = self.place()?;
        let (flags, creation) = (flags.bits(), creation.bits());
        let what = OfItem::CreateChild {
            flags,
            creation,
            name: name.to_owned(),
        };
        let limit = self.shared.deadlines.line;
        match host.ask(Request::Item { item, what }, None, limit, "make an item")? {
            Reply::Item(Some(child)) => {
                let made = (flags, creation, name);
                self.shared
                    .keep_created(&self.full_name, &child.full_name, made);
                Ok(self.other(host.generation, child))
            }
            other => Err(unexpected(&other)),
        }
    }

    fn delete(&self) -> Result<()> {
        self.ask(OfItem::Delete)?;
        self.shared.forget(&self.full_name);
        Ok(())
    }

    fn device_command(&self, command: Guid) -> Result<()> {
        self.ask(OfItem::Command(command.0)).map(drop)
    }

    fn properties(&self) -> Vec<PropertyId> {
        match self.ask(OfItem::Properties) {
            Ok(Reply::Numbers(ids)) => ids.into_iter().map(PropertyId).collect(),
            _ => Vec::new(),
        }
    }

    fn read(&self, ids: &[PropertyId]) -> Result<Vec<Option<PropertyValue>>> {
        match self.ask(OfItem::Read(ids.iter().map(|id| id.0).collect()))? {
            Reply::Values(values) if values.len() == ids.len() => {
                Ok(values.into_iter().map(|v| v.map(Into::into)).collect())
            }
            other => Err(unexpected(&other)),
        }
    }

    fn write(&self, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        self.keep(self.ask(OfItem::Write(values_wire(values)))?)
    }

    fn attributes(&self, id: PropertyId) -> Option<PropertyInfo> {
        match self.ask(OfItem::Attributes(id.0)) {
            Ok(Reply::Attributes(info)) => info.map(Into::into),
            _ => None,
        }
    }

    fn property_name(&self, id: PropertyId) -> String {
        match self.ask(OfItem::PropertyName(id.0)) {
            Ok(Reply::Text(name)) => name,
            _ => id.to_string(),
        }
    }

    fn property_by_name(&self, name: &str) -> Option<PropertyId> {
        match self.ask(OfItem::PropertyByName(name.to_owned())) {
            Ok(Reply::Id(id)) => id.map(PropertyId),
            _ => None,
        }
    }

    fn property_stream(&self) -> Vec<u8> {
        match self.ask(OfItem::PropertyStream) {
            Ok(Reply::Bytes(bytes)) => bytes,
            _ => Vec::new(),
        }
    }

    fn set_property_stream(&self, bytes: &[u8]) -> Result<()> {
        self.keep(self.ask(OfItem::SetPropertyStream(bytes.to_vec()))?)
    }

    fn formats(&self) -> Result<Vec<FormatInfo>> {
        match self.ask(OfItem::Formats)? {
            Reply::Formats(formats) => formats.into_iter().map(TryInto::try_into).collect(),
            other => Err(unexpected(&other)),
        }
    }

    fn transfer(&self) -> Result<Arc<dyn Transfer>> {
        self.ask(OfItem::Transfer)?;
        Ok(Arc::new(RemoteTransfer::new(self.again()?)))
    }

    fn preview(&self, filter: Option<Arc<dyn ImageFilter>>) -> Result<Arc<dyn Preview>> {
        let transfer = RemoteTransfer::new(self.again()?);
        Ok(Arc::new(RemotePreview::new(transfer, filter)?))
    }
}

impl RemoteItem {
    /// The items of a reply of this host.
    pub(crate) fn others(&self, generation: u64, items: Vec<ItemWire>) -> Vec<Arc<dyn Item>> {
        let items = items.into_iter();
        items.map(|item| self.other(generation, item)).collect()
    }
}

impl Drop for RemoteItem {
    fn drop(&mut self) {
        let (generation, item) = *lock(&self.number);
        if let Some(host) = self.shared.running()
            && host.generation == generation
        {
            let _ = host.send(&ToHost::Release { item }, None);
        }
    }
}
