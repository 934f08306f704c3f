//! Extensions of a driver: its image filter, its segmentation filter, its error handler.
//!
//! Each is an interface of the driver object, or of an object of another class of the library, which the root item names
//! (`WIA_DIP_UI_CLSID`). WIA finds them through the registry, below that class.
#![expect(unsafe_code, reason = "objects of C++ are called")]

use std::io::SeekFrom;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};

use abi::interfaces::{
    IStream, IWiaErrorHandler, IWiaImageFilter, IWiaItem2, IWiaSegmentationFilter,
    IWiaTransferCallback,
};
use abi::memory::Bstr;
use abi::structs::RECT;
use bridge::{
    ComTransferCallback, PropertySource, answer, hresult, property_storage_object, status,
    stream_object, transfer_callback_object,
};
use items::AppItem;
use raster::Area;
use transfer::filter::WriteMultiple;
use transfer::{
    Answer, AppErrorHandler, DeviceStatus, ErrorHandler, ImageFilter, NextStream,
    SegmentationFilter, SegmentedItem, StatusReport, Stream, TransferCallback, TransferParams,
    Window,
};
use wia::{Error, ErrorKind, PropertyId, PropertyInfo, PropertyValue, Result, Status};
use windows_core::InRef;

use crate::border::check;
use crate::item_object::object;
use crate::load::Shared;
use crate::loan::{Loan, lend};

/// A driver's image filter.
pub(crate) struct ComImageFilter {
    filter: Shared<IWiaImageFilter>,
    /// The same object as a callback.
    callback: ComTransferCallback,
    /// What it was given first.
    below: OnceLock<Arc<dyn TransferCallback>>,
}

impl ComImageFilter {
    /// `None` for an object that is no callback as well, which a filter has to be.
    pub(crate) fn new(filter: Shared<IWiaImageFilter>) -> Option<ComImageFilter> {
        let callback = windows_core::Interface::cast::<IWiaTransferCallback>(filter.get()).ok()?;
        Some(ComImageFilter {
            // The application's handler is asked, not one of the filter.
            callback: ComTransferCallback::new(callback, |_| None),
            filter,
            below: OnceLock::new(),
        })
    }
}

impl TransferCallback for ComImageFilter {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.callback.transfer_callback(params)
    }

    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        self.callback.get_next_stream(item_name, full_item_name)
    }

    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        self.below.get()?.error_handler()
    }
}

impl ImageFilter for ComImageFilter {
    fn name(&self) -> &str {
        "the driver's image filter"
    }

    fn initialize_filter(&self, item: &AppItem, callback: Arc<dyn TransferCallback>) -> Result<()> {
        self.below.get_or_init(|| Arc::clone(&callback));
        let (item, callback) = (object(item, None), transfer_callback_object(callback));
        let filter = self.filter.get();
        // SAFETY: objects that live for the call, which keeps them as it wants.
        check(unsafe { filter.InitializeFilter((&item).into(), (&callback).into()) })
    }

    fn set_new_callback(&self, callback: Option<Arc<dyn TransferCallback>>) -> Result<()> {
        let callback = callback.map(transfer_callback_object);
        // SAFETY: an object that lives for the call, or none.
        check(unsafe { self.filter.get().SetNewCallback(InRef::from(&callback)) })
    }

    fn filter_preview_image(
        &self,
        child: &AppItem,
        extents: Area,
        input: &mut dyn Stream,
    ) -> Result<Answer> {
        let edge = |at: u32, length: u32| i32::try_from(i64::from(at) + i64::from(length));
        let wrong = |_| Error::invalid("the extents of a preview of so many pixels");
        let rect = RECT {
            left: edge(extents.x, 0).map_err(wrong)?,
            top: edge(extents.y, 0).map_err(wrong)?,
            right: edge(extents.x, extents.width).map_err(wrong)?,
            bottom: edge(extents.y, extents.height).map_err(wrong)?,
        };
        let child = object(child, None);
        with_stream(input, |input| {
            let filter = self.filter.get();
            // SAFETY: objects that live for the call.
            answer(unsafe { filter.FilterPreviewImage(0, (&child).into(), rect, input.into()) })
        })
    }

    fn apply_properties(&self, write: &mut WriteMultiple<'_>) -> Result<()> {
        let borrowed = NonNull::from(write);
        // SAFETY: only the lifetime is another; `lend` ends the use before the borrow ends.
        let borrowed: NonNull<WriteMultiple<'static>> = unsafe { std::mem::transmute(borrowed) };
        let apply = |loan| {
            let storage = property_storage_object(Arc::new(WriteOnly(loan)));
            // SAFETY: an object that lives for the call.
            check(unsafe { self.filter.get().ApplyProperties((&storage).into()) })
        };
        // SAFETY: it is borrowed exclusively until this returns.
        match unsafe { lend(borrowed, apply) } {
            // A filter need not have anything to write.
            Err(e) if e.kind() == ErrorKind::NotImplemented => Ok(()),
            applied => applied,
        }
    }
}

/// A storage that a filter writes its results to.
struct WriteOnly(Arc<Loan<WriteMultiple<'static>>>);

impl PropertySource for WriteOnly {
    fn properties(&self) -> Vec<PropertyId> {
        Vec::new()
    }

    fn read(&self, ids: &[PropertyId]) -> Result<Vec<Option<PropertyValue>>> {
        Ok(vec![None; ids.len()])
    }

    fn write(&self, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        self.0.with(|write| write(values))
    }

    fn attributes(&self, _id: PropertyId) -> Option<PropertyInfo> {
        None
    }

    fn property_name(&self, id: PropertyId) -> String {
        format!("{id:?}")
    }

    fn property_by_name(&self, _name: &str) -> Option<PropertyId> {
        None
    }

    fn property_stream(&self) -> Result<Vec<u8>> {
        Err(Error::new(
            ErrorKind::NotImplemented,
            "this storage can only be written",
        ))
    }

    fn set_property_stream(&self, _bytes: &[u8]) -> Result<()> {
        Err(Error::new(
            ErrorKind::NotImplemented,
            "this storage is written by WriteMultiple",
        ))
    }
}

/// Calls with a borrowed stream as an object of C.
fn with_stream<T>(stream: &mut dyn Stream, call: impl FnOnce(&IStream) -> Result<T>) -> Result<T> {
    let borrowed = NonNull::from(stream);
    // SAFETY: only the lifetime is another; `lend` ends the use before the borrow ends.
    let borrowed: NonNull<dyn Stream> = unsafe { std::mem::transmute(borrowed) };
    // SAFETY: it is borrowed exclusively until this returns.
    unsafe {
        lend(borrowed, |loan| {
            call(&stream_object(Box::new(LentStream(loan))))
        })
    }
}

/// A stream of somebody else.
struct LentStream(Arc<Loan<dyn Stream>>);

impl Stream for LentStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.0.with(|stream| stream.write(data))
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.0.with(|stream| stream.seek(to))
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.0.with(|stream| stream.set_size(size))
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.0.with(|stream| stream.read(buffer))
    }

    fn size(&mut self) -> Result<u64> {
        self.0.with(Stream::size)
    }
}

/// A driver's segmentation filter.
pub(crate) struct ComSegmentationFilter(pub(crate) Shared<IWiaSegmentationFilter>);

impl SegmentationFilter for ComSegmentationFilter {
    fn detect_regions(&self, preview: &mut dyn Stream, item: &dyn SegmentedItem) -> Result<()> {
        let borrowed = NonNull::from(item);
        // SAFETY: only the lifetime is another; `lend` ends the use before the borrow ends.
        let borrowed: NonNull<dyn SegmentedItem> = unsafe { std::mem::transmute(borrowed) };
        let detect = |editor: Arc<Loan<dyn SegmentedItem>>| {
            let object = object(item.item(), Some(editor));
            with_stream(preview, |preview| {
                // SAFETY: objects that live for the call.
                check(unsafe {
                    self.0
                        .get()
                        .DetectRegions(0, preview.into(), (&object).into())
                })
            })
        };
        // SAFETY: every method of it takes it by shared reference, so that the borrow is enough.
        unsafe { lend(borrowed, detect) }
    }
}

/// A driver's error handler.
pub(crate) struct ComErrorHandler {
    pub(crate) handler: Shared<IWiaErrorHandler>,
    /// The root of the application's tree.
    pub(crate) root: Option<AppItem>,
}

impl ComErrorHandler {
    fn item(&self, full_name: &str) -> Option<IWiaItem2> {
        let item = self.root.as_ref()?.find_by_name(full_name)?;
        Some(object(&item, None))
    }
}

impl ErrorHandler for ComErrorHandler {
    /// A handler in C++ shows what it shows in a window of Windows. There is none here, so it shows nothing and decides
    /// alone.
    fn report_status(
        &self,
        _window: Option<&dyn Window>,
        report: &StatusReport<'_>,
    ) -> Result<Status> {
        let item = self.item(report.item);
        let code = hresult(report.status);
        let handler = self.handler.get();
        // SAFETY: an object that lives for the call, or none.
        let said = unsafe {
            handler.ReportStatus(
                0,
                std::ptr::null_mut(),
                InRef::from(&item),
                code,
                report.percent,
            )
        };
        match (status(said), report.status) {
            // The status itself comes back: with what the driver said of it.
            (Err(e), Err(reported)) if e.hresult() == reported.hresult() => Err(reported.clone()),
            (said, _) => said,
        }
    }

    fn status_description(&self, item: &str, reported: &DeviceStatus) -> Option<String> {
        let item = self.item(item);
        let code = hresult(reported);
        let mut text = Bstr::null();
        let handler = self.handler.get();
        // SAFETY: an object that lives for the call, or none, and a place for a string that is ours then.
        let said = unsafe { handler.GetStatusDescription(0, InRef::from(&item), code, text.out()) };
        (status(said).ok()? == Status::Ok).then(|| text.to_string())
    }
}

#[cfg(test)]
mod tests;
