//! The preview component (`IWiaPreview`).

use std::sync::{Arc, Mutex};

use abi::HRESULT;
use abi::interfaces::{IWiaItem2, IWiaPreview, IWiaPreview_Impl, IWiaTransferCallback};
use filters::Filters;
use service::{Preview, UpdateFlags};
use wia::{Error, ErrorKind, Result};
use windows_core::{InRef, Interface, implement};

use super::callback;
use super::handle::Handle;
use super::item2::Item2;
use super::params::{answer, done, given};
use super::session::{Session, lock};

/// The preview of one item at a time: the one that the last `GetNewPreview` was for.
#[implement(IWiaPreview)]
pub(crate) struct PreviewComponent {
    session: Arc<Session>,
    preview: Mutex<Option<Arc<dyn Preview>>>,
}

impl PreviewComponent {
    pub(crate) fn object(session: &Arc<Session>) -> IWiaPreview {
        PreviewComponent {
            session: Arc::clone(session),
            preview: Mutex::default(),
        }
        .into()
    }

    /// An item of the caller's, which must be one of this device.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for null, and for an item of somebody else.
    fn item(&self, item: Option<IWiaItem2>, what: &str) -> Result<Handle> {
        let item = given(item, what)?;
        let ours = item.cast_object_ref::<Item2>().ok();
        let ours = ours.map(|item| item.handle.clone());
        ours.filter(|handle| Arc::ptr_eq(&handle.session, &self.session))
            .ok_or_else(|| Error::invalid(format!("{what} is no item of this device")))
    }

    /// # Errors
    ///
    /// `Unexpected` before there is a preview.
    fn present(&self) -> Result<Arc<dyn Preview>> {
        let preview = lock(&self.preview).clone();
        preview.ok_or_else(|| {
            let message = "there is no preview: IWiaPreview::GetNewPreview comes first";
            Error::new(ErrorKind::Unexpected, message)
        })
    }
}

impl IWiaPreview_Impl for PreviewComponent_Impl {
    unsafe fn GetNewPreview(
        &self,
        _: i32,
        item: InRef<'_, IWiaItem2>,
        callback: InRef<'_, IWiaTransferCallback>,
    ) -> HRESULT {
        answer(&self.session, || {
            let handle = self.item(item.cloned(), "pWiaItem2")?;
            let callback = given(callback.cloned(), "pWiaTransferCallback")?;
            let callback = callback::transfer(&handle, callback);
            // Where the driver has no image filter one of this library cuts out what is looked at.
            let preview = handle
                .item
                .preview(Some(Arc::new(Filters::new(Vec::new()))))?;
            // The one before is dropped, and not while somebody holds the lock.
            let before = lock(&self.preview).replace(Arc::clone(&preview));
            drop(before);
            let transfer = preview.transfer();
            self.session.run(handle.item.as_ref(), &transfer, || {
                preview.get_new_preview(callback)
            })
        })
    }

    unsafe fn UpdatePreview(
        &self,
        flags: i32,
        child: InRef<'_, IWiaItem2>,
        callback: InRef<'_, IWiaTransferCallback>,
    ) -> HRESULT {
        answer(&self.session, || {
            let flags = UpdateFlags::from_bits(flags.cast_unsigned()).ok_or_else(|| {
                Error::invalid(format!(
                    "lFlags {flags:#x}; valid are 0 and WiaPreviewReturnOriginalImage (1)"
                ))
            })?;
            let handle = self.item(child.cloned(), "pChildWiaItem2")?;
            let callback = given(callback.cloned(), "pWiaTransferCallback")?;
            let callback = callback::transfer(&handle, callback);
            let preview = self.present()?;
            preview.update_preview(handle.item.as_ref(), flags, callback)
        })
    }

    /// The regions are children of the item that the preview is of.
    unsafe fn DetectRegions(&self, _: i32) -> HRESULT {
        done(&self.session, || self.present()?.detect_regions().map(drop))
    }

    unsafe fn Clear(&self) -> HRESULT {
        done(&self.session, || {
            let preview = lock(&self.preview).take();
            if let Some(preview) = preview {
                preview.clear();
            }
            Ok(())
        })
    }
}
