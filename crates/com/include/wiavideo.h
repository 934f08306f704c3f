/* Video devices. Quire has none. */
#ifndef QUIRE_WIAVIDEO_H
#define QUIRE_WIAVIDEO_H

#include "wiabase.h"

typedef enum _WIAVIDEO_STATE {
    WIAVIDEO_NO_VIDEO = 1,
    WIAVIDEO_CREATING_VIDEO = 2,
    WIAVIDEO_VIDEO_CREATED = 3,
    WIAVIDEO_VIDEO_PLAYING = 4,
    WIAVIDEO_VIDEO_PAUSED = 5,
    WIAVIDEO_DESTROYING_VIDEO = 6
} WIAVIDEO_STATE;

WIA_GUID(CLSID_WiaVideo, 0x3908C3CD, 0x4478, 0x4536, 0xAF, 0x2F, 0x10, 0xC2, 0x5D, 0x4E, 0xF8, 0x9A);

#ifdef __cplusplus

struct IWiaVideo : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE get_PreviewVisible(BOOL *pbPreviewVisible) = 0;
    virtual HRESULT STDMETHODCALLTYPE put_PreviewVisible(BOOL bPreviewVisible) = 0;
    virtual HRESULT STDMETHODCALLTYPE get_ImagesDirectory(BSTR *pbstrImageDirectory) = 0;
    virtual HRESULT STDMETHODCALLTYPE put_ImagesDirectory(BSTR bstrImageDirectory) = 0;
    virtual HRESULT STDMETHODCALLTYPE CreateVideoByWiaDevID(BSTR bstrWiaDeviceID, HWND hwndParent,
                                                            BOOL bStretchToFitParent,
                                                            BOOL bAutoBeginPlayback) = 0;
    virtual HRESULT STDMETHODCALLTYPE CreateVideoByDevNum(UINT uiDeviceNumber, HWND hwndParent,
                                                          BOOL bStretchToFitParent, BOOL bAutoBeginPlayback) = 0;
    virtual HRESULT STDMETHODCALLTYPE CreateVideoByName(BSTR bstrFriendlyName, HWND hwndParent,
                                                        BOOL bStretchToFitParent, BOOL bAutoBeginPlayback) = 0;
    virtual HRESULT STDMETHODCALLTYPE DestroyVideo() = 0;
    virtual HRESULT STDMETHODCALLTYPE Play() = 0;
    virtual HRESULT STDMETHODCALLTYPE Pause() = 0;
    virtual HRESULT STDMETHODCALLTYPE TakePicture(BSTR *pbstrNewImageFilename) = 0;
    virtual HRESULT STDMETHODCALLTYPE ResizeVideo(BOOL bStretchToFitParent) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetCurrentState(WIAVIDEO_STATE *pState) = 0;
};
WIA_IID(IWiaVideo, 0xD52920AA, 0xDB88, 0x41F0, 0x94, 0x6C, 0xE0, 0x0D, 0xC0, 0xA1, 0x9C, 0xFA);

#endif /* __cplusplus */

#endif
