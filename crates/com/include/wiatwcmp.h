/* IWiaItemExtras::Escape: TWAIN capabilities through WIA. Quire passes them to no driver. */
#ifndef QUIRE_WIATWCMP_H
#define QUIRE_WIATWCMP_H

#include "wiabase.h"

#define ESC_TWAIN_CAPABILITY             2001
#define ESC_TWAIN_PRIVATE_SUPPORTED_CAPS 2002

typedef struct _TWAIN_CAPABILITY {
    LONG lSize; /* of this structure and the data */
    LONG lMSG, lCapID, lConType, lRC, lCC;
    LONG lDataSize; /* bytes of Data */
    BYTE Data[1];
} TWAIN_CAPABILITY, *PTWAIN_CAPABILITY;

#endif
