/* Data that are no image files: raw images, and what readers of codes found on a page. All numbers little-endian,
   entries without gaps. */
#ifndef QUIRE_WIADATA_H
#define QUIRE_WIADATA_H

#include "wiabase.h"

/* Before the data of WiaImgFmt_RAW. */
typedef struct _WIA_RAW_HEADER {
    DWORD Tag;        /* "WRAW" */
    DWORD Version;    /* 0x00010000 */
    DWORD HeaderSize; /* valid bytes of this header */
    DWORD XRes, YRes; /* dots per inch */
    DWORD XExtent, YExtent; /* pixels */
    DWORD BytesPerLine;     /* 0 when compressed */
    DWORD BitsPerPixel;
    DWORD ChannelsPerPixel;
    DWORD DataType;          /* WIA_DATA_... */
    BYTE BitsPerChannel[8];
    DWORD Compression;       /* WIA_COMPRESSION_... */
    DWORD PhotometricInterp; /* WIA_PHOTO_... */
    DWORD LineOrder;         /* WIA_LINE_ORDER_... */
    DWORD RawDataOffset, RawDataSize; /* bytes, the offset from the start of this header */
    DWORD PaletteOffset, PaletteSize;
} WIA_RAW_HEADER, *PWIA_RAW_HEADER;

/* WiaImgFmt_RAWBAR. */
typedef struct _WIA_BARCODE_INFO {
    DWORD Size; /* bytes of this entry, text included */
    DWORD Type; /* WIA_BARCODE_... */
    DWORD Page; /* of the job, from 0 */
    DWORD Confidence; /* 0 to 10 */
    DWORD XOffset, YOffset; /* pixels */
    DWORD Rotation; /* degrees, 0 to 359 */
    DWORD Length;   /* UTF-16 units of Text, without the terminator */
    WCHAR Text[1];
} WIA_BARCODE_INFO;

typedef struct _WIA_BARCODES {
    DWORD Tag;     /* "WBAR" */
    DWORD Version; /* 0x00010000 */
    DWORD Size;    /* bytes of header and entries */
    DWORD Count;
    WIA_BARCODE_INFO Barcodes[1];
} WIA_BARCODES;

/* WiaImgFmt_RAWPAT. */
typedef struct _WIA_PATCH_CODE_INFO {
    DWORD Type; /* WIA_PATCH_CODE_... */
} WIA_PATCH_CODE_INFO;

typedef struct _WIA_PATCH_CODES {
    DWORD Tag; /* "WPAT" */
    DWORD Version;
    DWORD Size;
    DWORD Count;
    WIA_PATCH_CODE_INFO PatchCodes[1];
} WIA_PATCH_CODES;

/* WiaImgFmt_RAWMIC. */
typedef struct _WIA_MICR_INFO {
    DWORD Size;
    DWORD Page;
    DWORD Length;
    WCHAR Text[1];
} WIA_MICR_INFO;

typedef struct _WIA_MICR {
    DWORD Tag; /* "WMIC" */
    DWORD Version;
    DWORD Size;
    WORD Placeholder; /* the character for what could not be read */
    WORD Reserved;
    DWORD Count;
    WIA_MICR_INFO Micr[1];
} WIA_MICR;

#endif
