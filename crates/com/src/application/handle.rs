//! An item of an open device, as the COM objects of both generations have it.

use std::sync::Arc;

use items::CreationFlags;
use service::{Capability, CapabilityKind, FormatInfo, Item, Stream, TransferCallback};
use wia::{Error, ErrorKind, Guid, ItemFlags, Result, Status, TransferFlags};

use super::session::Session;

/// What is between the names of a full name (`0000\Root\Flatbed`).
const SEPARATOR: char = '\\';

/// `WIA_DEVICE_COMMANDS` and `WIA_DEVICE_EVENTS`: what `EnumDeviceCapabilities` is asked for.
const COMMANDS: i32 = 1;
const EVENTS: i32 = 2;

/// An item and the device that it belongs to.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) session: Arc<Session>,
    pub(crate) item: Arc<dyn Item>,
}

impl Handle {
    pub(crate) fn root(session: &Arc<Session>) -> Handle {
        Handle {
            session: Arc::clone(session),
            item: session.device().root(),
        }
    }

    /// Another item of the device.
    pub(crate) fn other(&self, item: Arc<dyn Item>) -> Handle {
        Handle {
            session: Arc::clone(&self.session),
            item,
        }
    }

    /// # Errors
    ///
    /// `ItemDeleted` for an item that is gone.
    pub(crate) fn check_alive(&self) -> Result<()> {
        match self.item.flags().contains(ItemFlags::DELETED) {
            false => Ok(()),
            true => Err(Error::new(
                ErrorKind::ItemDeleted,
                format!("{} was deleted", self.item.full_name()),
            )),
        }
    }

    /// The children, those of one category where one is given.
    ///
    /// # Errors
    ///
    /// `ItemDeleted` for an item that is gone.
    pub(crate) fn children(&self, category: Option<Guid>) -> Result<Vec<Handle>> {
        self.check_alive()?;
        let children = self.item.children().into_iter();
        let wanted = children.filter(|item| category.is_none_or(|c| item.category() == c));
        Ok(wanted.map(|item| self.other(item)).collect())
    }

    /// The item above; `None` for the root.
    ///
    /// # Errors
    ///
    /// `ItemDeleted` when either is gone.
    pub(crate) fn parent(&self) -> Result<Option<Handle>> {
        self.check_alive()?;
        let (name, root) = (self.item.full_name(), Handle::root(&self.session));
        let Some((parent, _)) = name.rsplit_once(SEPARATOR) else {
            return Ok(None);
        };
        if name == root.item.full_name() {
            return Ok(None);
        }
        if parent == root.item.full_name() {
            return Ok(Some(root));
        }
        let found = self.session.device().find_item(parent);
        found
            .map(|item| Some(self.other(item)))
            .ok_or_else(|| Error::new(ErrorKind::ItemDeleted, format!("{parent} is gone")))
    }

    /// The item with this full name, if it is this one or below it.
    ///
    /// # Errors
    ///
    /// `ItemDeleted` for an item that is gone; `InvalidArgument` for no name.
    pub(crate) fn find(&self, full_name: &str) -> Result<Option<Handle>> {
        self.check_alive()?;
        if full_name.is_empty() {
            return Err(Error::invalid("bstrFullItemName is empty"));
        }
        let own = self.item.full_name();
        let below = full_name.strip_prefix(&own);
        if !below.is_some_and(|rest| rest.is_empty() || rest.starts_with(SEPARATOR)) {
            return Ok(None);
        }
        let found = self.session.device().find_item(full_name);
        Ok(found.map(|item| self.other(item)))
    }

    /// # Errors
    ///
    /// `InvalidArgument` for flags that do not exist; as [`Item::create_child`].
    pub(crate) fn create_child(&self, flags: i32, creation: i32, name: &str) -> Result<Handle> {
        let unknown = |what: &str, value: i32| {
            Error::invalid(format!("{what} {value:#x}: it has bits that mean nothing"))
        };
        let item_flags = ItemFlags::from_bits(flags).ok_or_else(|| unknown("lItemFlags", flags))?;
        let creation_flags = CreationFlags::from_bits(creation.cast_unsigned())
            .ok_or_else(|| unknown("lCreationFlags", creation))?;
        let child = self.item.create_child(item_flags, creation_flags, name)?;
        Ok(self.other(child))
    }

    /// The commands of the device (1), or its events (2).
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for other flags.
    pub(crate) fn capabilities(&self, flags: i32) -> Result<Vec<Capability>> {
        if flags & (COMMANDS | EVENTS) == 0 || flags & !(COMMANDS | EVENTS) != 0 {
            return Err(Error::invalid(format!(
                "lFlags {flags:#x}; valid are WIA_DEVICE_COMMANDS (1) and WIA_DEVICE_EVENTS (2)"
            )));
        }
        let mut capabilities = self.session.device().capabilities();
        capabilities.retain(|capability| match capability.kind {
            CapabilityKind::Command => flags & COMMANDS != 0,
            CapabilityKind::Event { .. } => flags & EVENTS != 0,
        });
        Ok(capabilities)
    }

    /// The formats for bands and files, or those for streams.
    ///
    /// # Errors
    ///
    /// As [`Item::formats`].
    pub(crate) fn formats(&self, streams: bool) -> Result<Vec<FormatInfo>> {
        self.check_alive()?;
        match streams {
            true => self.item.stream_formats(),
            false => self.item.formats(),
        }
    }

    /// # Errors
    ///
    /// `InvalidArgument` for flags that do not exist; what the transfer says.
    pub(crate) fn download(
        &self,
        flags: i32,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status> {
        let flags = TransferFlags::from_bits(flags).ok_or_else(|| {
            Error::invalid(format!(
                "lFlags {flags:#x}; valid are 0 and WIA_TRANSFER_ACQUIRE_CHILDREN (1)"
            ))
        })?;
        self.check_alive()?;
        let download = |t: &dyn service::Transfer| t.download(flags, callback);
        self.session.transfer(self.item.as_ref(), download)
    }

    /// # Errors
    ///
    /// What the transfer says.
    pub(crate) fn upload(
        &self,
        source: Box<dyn Stream>,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status> {
        self.check_alive()?;
        let upload = |t: &dyn service::Transfer| t.upload(source, callback);
        self.session.transfer(self.item.as_ref(), upload)
    }
}
