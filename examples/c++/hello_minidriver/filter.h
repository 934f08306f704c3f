// The driver's image filter: brightness and contrast of bitmaps, on their way into the application's streams.
#pragma once

#include "hello.h"

class HelloFilter final : public WiaObject<IWiaImageFilter, IWiaTransferCallback> {
public:
    HRESULT STDMETHODCALLTYPE InitializeFilter(IWiaItem2 *item, IWiaTransferCallback *callback) override;
    HRESULT STDMETHODCALLTYPE SetNewCallback(IWiaTransferCallback *callback) override;
    HRESULT STDMETHODCALLTYPE FilterPreviewImage(LONG flags, IWiaItem2 *child, RECT extents,
                                                 IStream *input) override;
    HRESULT STDMETHODCALLTYPE ApplyProperties(IWiaPropertyStorage *) override { return S_OK; }

    HRESULT STDMETHODCALLTYPE TransferCallback(LONG flags, WiaTransferParams *params) override;
    HRESULT STDMETHODCALLTYPE GetNextStream(LONG flags, BSTR name, BSTR full_name, IStream **stream) override;

private:
    WiaPtr<IWiaItem2> item_;
    WiaPtr<IWiaTransferCallback> callback_;
};
