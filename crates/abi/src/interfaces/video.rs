//! Video cameras (`wiavideo.h`), for the order of methods alone: nothing here implements it.

use windows_core::{HRESULT, IUnknown, interface};

use crate::{BOOL, BSTR, HWND};

/// A video camera. `state` is a number from 1 (no video) to 6.
#[interface("D52920AA-DB88-41F0-946C-E00DC0A19CFA")]
pub unsafe trait IWiaVideo: IUnknown {
    pub unsafe fn PreviewVisible(&self, visible: *mut BOOL) -> HRESULT;
    pub unsafe fn SetPreviewVisible(&self, visible: BOOL) -> HRESULT;
    pub unsafe fn ImagesDirectory(&self, directory: *mut BSTR) -> HRESULT;
    pub unsafe fn SetImagesDirectory(&self, directory: BSTR) -> HRESULT;
    pub unsafe fn CreateVideoByWiaDevID(
        &self,
        device_id: BSTR,
        parent: HWND,
        stretch: BOOL,
        play: BOOL,
    ) -> HRESULT;
    pub unsafe fn CreateVideoByDevNum(
        &self,
        device: u32,
        parent: HWND,
        stretch: BOOL,
        play: BOOL,
    ) -> HRESULT;
    pub unsafe fn CreateVideoByName(
        &self,
        name: BSTR,
        parent: HWND,
        stretch: BOOL,
        play: BOOL,
    ) -> HRESULT;
    pub unsafe fn DestroyVideo(&self) -> HRESULT;
    pub unsafe fn Play(&self) -> HRESULT;
    pub unsafe fn Pause(&self) -> HRESULT;
    pub unsafe fn TakePicture(&self, file: *mut BSTR) -> HRESULT;
    pub unsafe fn ResizeVideo(&self, stretch: BOOL) -> HRESULT;
    pub unsafe fn GetCurrentState(&self, state: *mut i32) -> HRESULT;
}
