/* Image acquisition for applications: everything they need. A driver includes wiamindr.h and stiusd.h too.

   An application asks CoCreateInstance for CLSID_WiaDevMgr2, which makes the root item of a device (IWiaItem2). Of each
   item it asks QueryInterface for IWiaPropertyStorage, to read and write properties, and for IWiaTransfer, to have
   its images. CLSID_WiaDevMgr, IWiaItem and IWiaDataTransfer are the same for the older kinds of transfer.

   Who frees what: a BSTR that a method gives back is the caller's (SysFreeString), an interface too (Release), a
   PROPVARIANT too (PropVariantClear), an array or an LPOLESTR too (CoTaskMemFree). What a caller passes stays its
   own. */
#ifndef QUIRE_WIA_H
#define QUIRE_WIA_H

#include "wiabase.h"
#include "wiadef.h"
#include "wiastream.h"
#include "wia_xp.h"
#include "wia_lh.h"

#endif
