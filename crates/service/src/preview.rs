//! The preview component (`IWiaPreview`).

mod keeper;

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use ::transfer::{
    Answer, ImageFilter, NextStream, SegmentationFilter, SegmentedItem, Stream, TransferCallback,
    TransferParams, write_all,
};
use filters::Rectangles;
use items::{AppItem, CreationFlags};
use raster::Area;
use wia::category::{WIA_CATEGORY_FILM, WIA_CATEGORY_FLATBED};
use wia::constant::{WIA_PREVIEW_SCAN, WIA_USE_SEGMENTATION_FILTER};
use wia::property::{
    WIA_IPA_FORMAT, WIA_IPS_PREVIEW, WIA_IPS_SEGMENTATION, WIA_IPS_XEXTENT, WIA_IPS_XPOS,
    WIA_IPS_XRES, WIA_IPS_YEXTENT, WIA_IPS_YPOS, WIA_IPS_YRES,
};
use wia::{
    Error, ErrorKind, ItemFlags, Orientation, PropertyId, PropertyValue, Result, Status,
    TransferFlags, TransferMessage,
};

use crate::api::{Item, Preview, Transfer, UpdateFlags};
use crate::application::Application;
use crate::device::Core;
use crate::guard::guarded;
use crate::item::LocalItem;
use crate::transfer::{LocalTransfer, lock};
use keeper::Keeper;

/// What is copied at once.
const CHUNK: usize = 64 * 1024;
/// What an update must have in common with the preview.
const SAME: [PropertyId; 3] = [WIA_IPA_FORMAT, WIA_IPS_XRES, WIA_IPS_YRES];
/// The rectangle of an item.
const RECTANGLE: [PropertyId; 4] = [WIA_IPS_XPOS, WIA_IPS_YPOS, WIA_IPS_XEXTENT, WIA_IPS_YEXTENT];

/// The preview component of an item of a device in this process.
pub(crate) struct LocalPreview {
    core: Arc<Core>,
    application: Arc<Application>,
    item: AppItem,
    /// For a driver that has no image filter.
    filter: Option<Arc<dyn ImageFilter>>,
    transfer: Arc<LocalTransfer>,
    image: Mutex<Option<Arc<Image>>>,
    /// Held by the call that runs: the filter and the copies have one user at a time.
    running: Mutex<()>,
    /// Full names of the regions that were found last.
    regions: Mutex<Vec<String>>,
}

/// The image of the last preview.
struct Image {
    filter: Arc<dyn ImageFilter>,
    /// As the driver gave it.
    original: File,
    /// As the application got it.
    filtered: File,
    extents: Area,
    same: [Option<PropertyValue>; 3],
    /// The item's settings then.
    settings: Vec<u8>,
}

impl LocalPreview {
    pub(crate) fn new(
        core: Arc<Core>,
        application: Arc<Application>,
        item: AppItem,
        filter: Option<Arc<dyn ImageFilter>>,
    ) -> Result<LocalPreview> {
        let transfer =
            LocalTransfer::new(Arc::clone(&core), Arc::clone(&application), item.clone())?;
        Ok(LocalPreview {
            core,
            application,
            item,
            filter,
            transfer: Arc::new(transfer),
            image: Mutex::default(),
            running: Mutex::default(),
            regions: Mutex::default(),
        })
    }

    /// One call at a time, which an application may also try from inside its callback.
    fn alone(&self) -> Result<MutexGuard<'_, ()>> {
        match self.running.try_lock() {
            Ok(alone) => Ok(alone),
            Err(TryLockError::Poisoned(alone)) => Ok(alone.into_inner()),
            Err(TryLockError::WouldBlock) => {
                Err(Error::new(ErrorKind::Busy, "the preview is being used"))
            }
        }
    }

    fn image(&self) -> Result<Arc<Image>> {
        let image = lock(&self.image).clone();
        image.ok_or_else(|| Error::new(ErrorKind::Unexpected, "there is no preview yet"))
    }

    /// The driver's own filter, else the application's.
    fn new_filter(&self) -> Result<Arc<dyn ImageFilter>> {
        let own = guarded(|| Ok(self.core.driver().image_filter()))?;
        own.or_else(|| self.filter.clone()).ok_or_else(|| {
            Error::new(
                ErrorKind::NotImplemented,
                format!(
                    "{}: no preview, for its driver has no image filter",
                    self.item.full_name()
                ),
            )
        })
    }

    fn write(&self, item: &AppItem, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        let driver = self.core.driver();
        self.core.gate().request(|| {
            items::write_multiple(item, values, &mut |item, changed| {
                driver.validate_item_properties(item, changed)
            })
        })
    }

    /// Runs a call with `WIA_IPS_PREVIEW` of the item, or of the root, at 1.
    fn previewing<T>(&self, item: &AppItem, call: impl FnOnce() -> Result<T>) -> Result<T> {
        let holder = [item.clone(), item.root()];
        let holder = holder.into_iter().find(|i| i.has(WIA_IPS_PREVIEW));
        let before = holder.and_then(|i| Some((i.opt_i32(WIA_IPS_PREVIEW)?, i)));
        let Some((before, holder)) = before.filter(|(now, _)| *now != WIA_PREVIEW_SCAN) else {
            return call();
        };
        self.write(&holder, &[(WIA_IPS_PREVIEW, WIA_PREVIEW_SCAN.into())])?;
        let result = call();
        // A driver that was given up is still in its call and cannot be asked.
        let restored = self
            .write(&holder, &[(WIA_IPS_PREVIEW, before.into())])
            .or_else(|_| holder.write(WIA_IPS_PREVIEW, before));
        result.and_then(|value| restored.map(|()| value))
    }

    /// The item to update: this preview's own, or a child of it.
    fn child(&self, child: &dyn Item) -> Result<AppItem> {
        let name = child.full_name();
        let found = self.application.root.find_by_name(&name);
        let found = found.filter(|c| *c == self.item || c.parent().as_ref() == Some(&self.item));
        found.ok_or_else(|| {
            Error::invalid(format!(
                "{name} is neither {} nor a child of it, of which the preview is",
                self.item.full_name()
            ))
        })
    }

    /// Filters the image again for a child that is allowed to have it.
    fn filter_again(
        &self,
        image: &Image,
        child: &AppItem,
        flags: UpdateFlags,
        callback: &Arc<Ending>,
    ) -> Result<Answer> {
        let below = Arc::clone(callback) as Arc<dyn TransferCallback>;
        image.filter.set_new_callback(Some(below))?;
        let mut original = Reading(image.original.try_clone().map_err(read_error)?);
        original.seek(SeekFrom::Start(0))?;
        if !flags.contains(UpdateFlags::RETURN_ORIGINAL_IMAGE) {
            return image
                .filter
                .filter_preview_image(child, image.extents, &mut original);
        }
        pass_through(image.filter.as_ref(), child, &mut original)
    }

    fn segmentation_filter(&self) -> Result<Option<Arc<dyn SegmentationFilter>>> {
        let none = || {
            Error::new(
                ErrorKind::NotImplemented,
                format!("{}: it has no regions", self.item.full_name()),
            )
        };
        // Only what lies still has regions.
        if ![WIA_CATEGORY_FLATBED, WIA_CATEGORY_FILM].contains(&self.item.category()) {
            return Err(none());
        }
        let own = guarded(|| Ok(self.core.driver().segmentation_filter()))?;
        match self.item.opt_i32(WIA_IPS_SEGMENTATION) {
            Some(WIA_USE_SEGMENTATION_FILTER) => Ok(Some(own.unwrap_or(Arc::new(Rectangles)))),
            // The driver has made the children itself.
            Some(_) => Ok(None),
            None => own.map(Some).ok_or_else(none),
        }
    }

    fn delete_earlier_regions(&self) -> Result<()> {
        let driver = self.core.driver();
        let names = std::mem::take(&mut *lock(&self.regions));
        for child in self.item.children() {
            if names.iter().any(|name| name == child.full_name()) {
                self.core
                    .gate()
                    .request(|| child.delete(&mut |item| driver.delete_item(item)))?;
            }
        }
        Ok(())
    }

    fn restore(&self, settings: &[u8]) -> Result<()> {
        let driver = self.core.driver();
        self.core.gate().request(|| {
            items::set_property_stream(&self.item, settings, &mut |item, changed| {
                driver.validate_item_properties(item, changed)
            })
        })
    }

    fn shown(&self, items: Vec<AppItem>) -> Vec<Arc<dyn Item>> {
        let shown = |item| LocalItem::shared(&self.core, &self.application, item);
        items.into_iter().map(shown).collect()
    }
}

impl Preview for LocalPreview {
    fn transfer(&self) -> Arc<dyn Transfer> {
        Arc::clone(&self.transfer) as Arc<dyn Transfer>
    }

    fn get_new_preview(&self, callback: Arc<dyn TransferCallback>) -> Result<Status> {
        let _alone = self.alone()?;
        self.clear();
        let filter = self.new_filter()?;
        let (original, filtered) = (Keeper::new()?, Keeper::new()?);
        let chain: Vec<Arc<dyn ImageFilter>> =
            vec![original.clone(), Arc::clone(&filter), filtered.clone()];
        let settings = items::property_stream(&self.item);
        let same = SAME.map(|id| self.item.read(id));
        let extents = rectangle(&self.item)?;
        self.transfer.use_only(Some(chain));
        let result = self.previewing(&self.item, || {
            self.transfer.download(TransferFlags::empty(), callback)
        });
        self.transfer.use_only(None);
        let kept = (original.image(), filtered.image());
        if let (Ok(Status::Ok | Status::EndOfMedia), (Some(original), Some(filtered))) =
            (&result, kept)
        {
            *lock(&self.image) = Some(Arc::new(Image {
                filter,
                original,
                filtered,
                extents,
                same,
                settings,
            }));
        }
        result
    }

    fn update_preview(
        &self,
        child: &dyn Item,
        flags: UpdateFlags,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status> {
        let _alone = self.alone()?;
        let image = self.image()?;
        let child = self.child(child)?;
        for (id, then) in SAME.into_iter().zip(&image.same) {
            if child.read(id) != *then {
                return Err(Error::invalid(format!(
                    "{}: {} is not what it was for the preview",
                    child.full_name(),
                    child.property_name(id)
                )));
            }
        }
        let whole = flags.contains(UpdateFlags::RETURN_ORIGINAL_IMAGE);
        if whole && rectangle(&child)? != image.extents {
            return Err(Error::invalid(format!(
                "{}: only an item with the rectangle of the preview can have the whole of it",
                child.full_name()
            )));
        }
        let callback = Arc::new(Ending::new(callback));
        let result = self.previewing(&child, || {
            guarded(|| self.filter_again(&image, &child, flags, &callback))
        });
        let ended = callback.end();
        let released = image.filter.set_new_callback(None);
        let answer = result?;
        ended.and(released)?;
        match answer {
            Answer::Continue => Ok(Status::Ok),
            Answer::Cancel => Ok(Status::Cancelled),
        }
    }

    fn detect_regions(&self) -> Result<Vec<Arc<dyn Item>>> {
        let _alone = self.alone()?;
        let image = self.image()?;
        let Some(filter) = self.segmentation_filter()? else {
            return Ok(self.shown(self.item.children()));
        };
        self.delete_earlier_regions()?;
        self.restore(&image.settings)?;
        let before = self.item.children();
        let mut stream = Reading(image.filtered.try_clone().map_err(read_error)?);
        stream.seek(SeekFrom::Start(0))?;
        let result = guarded(|| filter.detect_regions(&mut stream, self));
        let mut found = self.item.children();
        found.retain(|child| !before.contains(child));
        let names = found.iter().map(|child| child.full_name().to_owned());
        *lock(&self.regions) = names.collect();
        result.map(|()| self.shown(found))
    }

    fn clear(&self) {
        *lock(&self.image) = None;
    }
}

impl SegmentedItem for LocalPreview {
    fn item(&self) -> &AppItem {
        &self.item
    }

    fn turned(&self) -> Orientation {
        let image = lock(&self.image).clone();
        image.map_or(Orientation::Portrait, |image| image.filter.turn())
    }

    fn create_child(
        &self,
        flags: ItemFlags,
        creation: CreationFlags,
        name: &str,
    ) -> Result<AppItem> {
        let driver = self.core.driver();
        self.core.gate().request(|| {
            let mut declare = |item: &AppItem| driver.init_item_properties(item);
            self.item.create_child(flags, creation, name, &mut declare)
        })
    }

    fn write(&self, child: &AppItem, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        LocalPreview::write(self, child, values)
    }
}

/// The rectangle of an item in pixels of the bed.
fn rectangle(item: &AppItem) -> Result<Area> {
    let [x, y, width, height] = RECTANGLE.map(|id| {
        let value = item.read_i32(id)?;
        Ok(u32::try_from(value).unwrap_or(0))
    });
    let read: [Result<u32>; 4] = [x, y, width, height];
    let [x, y, width, height] = read;
    Ok(Area::new(x?, y?, width?, height?))
}

/// The whole image through the filter, as a driver would write it.
fn pass_through(
    filter: &dyn ImageFilter,
    child: &AppItem,
    original: &mut dyn Stream,
) -> Result<Answer> {
    let mut stream = match filter.get_next_stream(child.name(), child.full_name())? {
        NextStream::Stream(stream) => stream,
        NextStream::Cancel => return Ok(Answer::Cancel),
        NextStream::SkipItem => return Ok(Answer::Continue),
        NextStream::Missing | NextStream::Other(..) => {
            return Err(Error::new(
                ErrorKind::Unexpected,
                "no stream for the preview",
            ));
        }
    };
    stream.seek(SeekFrom::End(0))?;
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        let read = original.read(&mut chunk)?;
        let Some(piece) = chunk.get(..read).filter(|piece| !piece.is_empty()) else {
            break;
        };
        write_all(stream.as_mut(), piece)?;
        bytes += read as u64;
    }
    drop(stream);
    let end = TransferParams {
        message: TransferMessage::EndOfStream,
        ..TransferParams::status(100, bytes)
    };
    filter.transfer_callback(&end)
}

/// The application's callback during an update, and what it has still to hear at the end.
struct Ending {
    below: Arc<dyn TransferCallback>,
    state: Mutex<Open>,
}

#[derive(Clone, Copy, Default)]
struct Open {
    /// A stream was given whose end was not told.
    stream: bool,
    percent: i32,
    bytes: u64,
}

impl Ending {
    fn new(below: Arc<dyn TransferCallback>) -> Ending {
        Ending {
            below,
            state: Mutex::default(),
        }
    }

    /// The last messages of every transfer.
    fn end(&self) -> Result<()> {
        let open = *lock(&self.state);
        let send = |message| {
            self.below.transfer_callback(&TransferParams {
                message,
                ..TransferParams::status(open.percent, open.bytes)
            })
        };
        let ended = match open.stream {
            true => send(TransferMessage::EndOfStream).map(drop),
            false => Ok(()),
        };
        // Its answer changes nothing.
        drop(send(TransferMessage::EndOfTransfer));
        ended
    }
}

impl TransferCallback for Ending {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let mut open = lock(&self.state);
        open.percent = params.percent;
        open.bytes = params.transferred_bytes;
        if params.message == TransferMessage::EndOfStream {
            open.stream = false;
        }
        drop(open);
        self.below.transfer_callback(params)
    }

    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        let answer = self.below.get_next_stream(item_name, full_item_name)?;
        lock(&self.state).stream = matches!(answer, NextStream::Stream(_));
        Ok(answer)
    }
}

/// A file that is read.
struct Reading(File);

fn read_error(e: std::io::Error) -> Error {
    Error::from_io(e, ErrorKind::ReadFault).context("the preview that is kept")
}

impl Stream for Reading {
    fn write(&mut self, _: &[u8]) -> Result<usize> {
        Err(Error::new(
            ErrorKind::AccessDenied,
            "the preview is only read",
        ))
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.0.seek(to).map_err(read_error)
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Err(Error::new(
            ErrorKind::AccessDenied,
            "the preview is only read",
        ))
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.0.read(buffer).map_err(read_error)
    }

    fn size(&mut self) -> Result<u64> {
        Ok(self.0.metadata().map_err(read_error)?.len())
    }
}
