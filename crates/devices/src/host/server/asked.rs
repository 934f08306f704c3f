//! What a host is asked of its items and previews, and what it answers.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use filters::Filters;
use service::{CreationFlags, DataTransferInfo, DocumentProgress, Item, Transfer, UpdateFlags};
use wia::{Error, ErrorKind, Guid, ItemFlags, PropertyId, Result, Status, TransferFlags};

use super::Server;
use crate::host::link::{FarCallback, FarData, FarSource, Link};
use crate::host::message::{OfItem, OfPreview, Reply, TreeItem};
use crate::host::wire::{self, PropertyWire, ValueWire};

impl Server {
    /// Something of an item.
    pub(super) fn of_item(
        self: &Arc<Server>,
        id: u64,
        item: &Arc<dyn Item>,
        what: OfItem,
        fd: Option<OwnedFd>,
    ) -> Result<Reply> {
        Ok(match what {
            OfItem::Flags => Reply::Number(item.flags().bits().cast_unsigned()),
            OfItem::Children => {
                let children = item.children();
                Reply::Items(children.iter().map(|child| self.number(child)).collect())
            }
            OfItem::CreateChild {
                flags,
                creation,
                name,
            } => {
                let flags = ItemFlags::from_bits_retain(flags);
                let creation = CreationFlags::from_bits_retain(creation);
                let child = item.create_child(flags, creation, &name)?;
                Reply::Item(Some(self.number(&child)))
            }
            OfItem::Delete => item.delete().map(|()| Reply::Done)?,
            OfItem::Command(command) => item.device_command(Guid(command)).map(|()| Reply::Done)?,
            OfItem::Properties => {
                Reply::Numbers(item.properties().into_iter().map(|id| id.0).collect())
            }
            OfItem::Read(ids) => {
                let ids: Vec<_> = ids.into_iter().map(PropertyId).collect();
                let values = item.read(&ids)?.into_iter();
                Reply::Values(values.map(|v| v.map(ValueWire::from)).collect())
            }
            OfItem::Write(values) => {
                let values: Vec<_> = values
                    .into_iter()
                    .map(|(id, value)| (PropertyId(id), value.into()))
                    .collect();
                item.write(&values)?;
                Reply::Bytes(item.property_stream())
            }
            OfItem::Attributes(id) => {
                Reply::Attributes(item.attributes(PropertyId(id)).map(Into::into))
            }
            OfItem::PropertyName(id) => Reply::Text(item.property_name(PropertyId(id))),
            OfItem::PropertyByName(name) => Reply::Id(item.property_by_name(&name).map(|id| id.0)),
            OfItem::PropertyStream => Reply::Bytes(item.property_stream()),
            OfItem::SetPropertyStream(bytes) => {
                item.set_property_stream(&bytes)?;
                Reply::Bytes(item.property_stream())
            }
            OfItem::Formats => {
                Reply::Formats(item.formats()?.into_iter().map(Into::into).collect())
            }
            OfItem::Transfer => item.transfer().map(|_| Reply::Done)?,
            OfItem::Preview => {
                // The application's own filter is at its side. This one cuts rectangles out.
                let cut = Arc::new(Filters::new(Vec::new()));
                let preview = item.preview(Some(cut))?;
                let mut state = self.lock();
                state.last = state.last.wrapping_add(1);
                let number = state.last;
                state.previews.insert(number, preview);
                Reply::Number(number)
            }
            OfItem::ExtendedTransferInfo => {
                let info = item.transfer()?.extended_transfer_info();
                Reply::Sizes([
                    info.min_buffer_size,
                    info.optimal_buffer_size,
                    info.max_buffer_size,
                ])
            }
            OfItem::Tree => self.tree()?,
            OfItem::Download {
                flags,
                document,
                heard,
            } => {
                let (link, transfer) = self.transfer(id, item, document)?;
                let callback = Arc::new(FarCallback::new(link, heard));
                ended(transfer.download(TransferFlags::from_bits_retain(flags), callback)?)
            }
            OfItem::Upload { document, heard } => {
                let (link, transfer) = self.transfer(id, item, document)?;
                let callback = Arc::new(FarCallback::new(Arc::clone(&link), heard));
                ended(transfer.upload(Box::new(FarSource(link)), callback)?)
            }
            OfItem::Bands {
                document,
                buffer_size,
                double_buffer,
            } => {
                let (link, transfer) = self.transfer(id, item, document)?;
                let info = DataTransferInfo {
                    section: None,
                    buffer_size,
                    double_buffer,
                };
                ended(transfer.banded_data(info, Arc::new(FarData(link)))?)
            }
            OfItem::File { document, tymed } => {
                let (link, transfer) = self.transfer(id, item, document)?;
                let file = fd.ok_or_else(|| Error::new(ErrorKind::Unexpected, "no file"))?;
                let callback = Some(Arc::new(FarData(link)) as _);
                ended(transfer.open_file_data(wire::tymed(tymed)?, File::from(file), callback)?)
            }
        })
    }

    /// Something of a preview.
    pub(super) fn of_preview(
        self: &Arc<Server>,
        id: u64,
        number: u32,
        what: OfPreview,
    ) -> Result<Reply> {
        let preview = self.lock().previews.get(&number).cloned();
        let preview =
            preview.ok_or_else(|| Error::new(ErrorKind::Unexpected, "there is no preview yet"))?;
        Ok(match what {
            OfPreview::New { document, heard } => {
                let link = self.prepared(id, &preview.transfer(), document)?;
                ended(preview.get_new_preview(Arc::new(FarCallback::new(link, heard)))?)
            }
            OfPreview::Update {
                child,
                flags,
                document,
                heard,
            } => {
                let link = self.prepared(id, &preview.transfer(), document)?;
                let callback = Arc::new(FarCallback::new(link, heard));
                let found = self.device()?.find_item(&child);
                let child = found.ok_or_else(|| {
                    Error::new(ErrorKind::ItemDeleted, format!("{child}: the item is gone"))
                })?;
                let flags = UpdateFlags::from_bits_retain(flags);
                ended(preview.update_preview(child.as_ref(), flags, callback)?)
            }
            OfPreview::Regions => {
                let regions = preview.detect_regions()?;
                Reply::Items(regions.iter().map(|item| self.number(item)).collect())
            }
            OfPreview::Clear => {
                preview.clear();
                Reply::Done
            }
            OfPreview::Release => {
                self.lock().previews.remove(&number);
                Reply::Done
            }
        })
    }

    /// A transfer of the item, which a cancel finds from now on.
    fn transfer(
        &self,
        id: u64,
        item: &Arc<dyn Item>,
        document: wire::DocumentWire,
    ) -> Result<(Arc<Link>, Arc<dyn Transfer>)> {
        let transfer = item.transfer()?;
        let link = self.prepared(id, &transfer, document)?;
        Ok((link, transfer))
    }

    /// Makes a transfer ready to run, and to be found by a cancel.
    fn prepared(
        &self,
        id: u64,
        transfer: &Arc<dyn Transfer>,
        document: wire::DocumentWire,
    ) -> Result<Arc<Link>> {
        let mut state = self.lock();
        let running = state.running.get_mut(&id);
        let running =
            running.ok_or_else(|| Error::new(ErrorKind::Unexpected, "the device is not open"))?;
        running.transfer = Some(Arc::clone(transfer));
        let link = Arc::clone(&running.link);
        drop(state);
        let told = Arc::clone(&link);
        let progress = DocumentProgress::watched(move |pages, bytes| told.progress(pages, bytes));
        transfer.set_document(document.options(progress)?);
        Ok(link)
    }

    /// The whole tree with all values.
    fn tree(&self) -> Result<Reply> {
        let mut items: Vec<TreeItem> = Vec::new();
        let mut rest = vec![(None, self.device()?.root())];
        while let Some((parent, item)) = rest.pop() {
            let ids = item.properties();
            let values = ids.iter().copied().zip(item.read(&ids)?);
            let properties = values.filter_map(|(id, value)| {
                Some(PropertyWire {
                    id: id.0,
                    value: value?.into(),
                    attributes: item.attributes(id)?.into(),
                })
            });
            let number = u32::try_from(items.len()).unwrap_or(u32::MAX);
            items.push(TreeItem {
                name: item.name(),
                full_name: item.full_name(),
                flags: item.flags().bits(),
                category: item.category().0,
                parent,
                properties: properties.collect(),
            });
            // The last one comes first from the end.
            let below = item.children().into_iter().rev();
            rest.extend(below.map(|child| (Some(number), child)));
        }
        let driver = self.lock().driver.clone();
        Ok(Reply::Tree {
            items,
            headers_are_final: driver.is_some_and(|d| d.headers_are_final()),
        })
    }
}

fn ended(status: Status) -> Reply {
    Reply::Ended {
        status: status.hresult().0,
    }
}
