/* Microdrivers: what a driver of one function, MicroEntry, is asked. Quire loads none; an own minidriver may. */
#ifndef QUIRE_WIAMICRO_H
#define QUIRE_WIAMICRO_H

#include "wiabase.h"

/* MicroEntry's commands. */
#define CMD_INITIALIZE                100
#define CMD_UNINITIALIZE              101
#define CMD_SETXRESOLUTION            102
#define CMD_SETYRESOLUTION            103
#define CMD_SETCONTRAST               104
#define CMD_SETINTENSITY              105
#define CMD_SETDATATYPE               106
#define CMD_SETDITHER                 107
#define CMD_SETMIRROR                 108
#define CMD_SETNEGATIVE               109
#define CMD_SETTONEMAP                110
#define CMD_SETCOLORDITHER            111
#define CMD_SETMATRIX                 112
#define CMD_SETSPEED                  113
#define CMD_SETFILTER                 114
#define CMD_LOAD_ADF                  115
#define CMD_UNLOAD_ADF                116
#define CMD_GETADFAVAILABLE           117
#define CMD_GETADFOPEN                118
#define CMD_GETADFREADY               119
#define CMD_GETADFHASPAPER            120
#define CMD_GETADFSTATUS              121
#define CMD_GETADFUNLOADREADY         122
#define CMD_GETTPAAVAILABLE           123
#define CMD_GETTPAOPENED              124
#define CMD_TPAREADY                  125
#define CMD_SETLAMP                   126
#define CMD_SENDSCSICOMMAND           127
#define CMD_STI_DEVICERESET           128
#define CMD_STI_GETSTATUS             129
#define CMD_STI_DIAGNOSTIC            130
#define CMD_RESETSCANNER              131
#define CMD_GETCAPABILITIES           132
#define CMD_GET_INTERRUPT_EVENT       133
#define CMD_SETGSDNAME                134
#define CMD_SETSCANMODE               135
#define CMD_SETSTIDEVICEHKEY          136
#define CMD_GETSUPPORTEDFILEFORMATS   138
#define CMD_GETSUPPORTEDMEMORYFORMATS 139
#define CMD_SETFORMAT                 140

/* Phases of a scan, and its purpose. */
#define SCAN_FIRST           10
#define SCAN_NEXT            20
#define SCAN_FINISHED        30
#define SCANMODE_FINALSCAN   0
#define SCANMODE_PREVIEWSCAN 1

/* SCANINFO::SupportedDataTypes. */
#define SUPPORT_COLOR     0x1
#define SUPPORT_BW        0x2
#define SUPPORT_GRAYSCALE 0x4

/* Results. */
#define MCRO_ERROR_GENERAL_ERROR     0
#define MCRO_STATUS_OK               1
#define MCRO_ERROR_PAPER_JAM         2
#define MCRO_ERROR_PAPER_PROBLEM     3
#define MCRO_ERROR_PAPER_EMPTY       4
#define MCRO_ERROR_OFFLINE           5
#define MCRO_ERROR_USER_INTERVENTION 6

/* Of the device. */
#define BUS_TYPE_SCSI     200
#define BUS_TYPE_USB      201
#define BUS_TYPE_PARALLEL 202
#define BUS_TYPE_FIREWIRE 203

#define MAX_IO_HANDLES 16
#define MAX_RESERVED   4
#define MAX_ANSI_CHAR  255

typedef struct _RANGEVALUE {
    LONG lMin, lMax, lStep;
} RANGEVALUE, *PRANGEVALUE;

typedef struct _SCANWINDOW {
    LONG xPos, yPos, xExtent, yExtent; /* pixels */
} SCANWINDOW, *PSCANWINDOW;

typedef struct _SCANINFO {
    LONG ADF, TPA, Endorser;
    LONG OpticalXResolution, OpticalYResolution; /* dots per inch */
    LONG BedWidth, BedHeight;                    /* thousandths of an inch */
    RANGEVALUE IntensityRange, ContrastRange;
    LONG SupportedCompressionType;
    LONG SupportedDataTypes;
    LONG WidthPixels, WidthBytes, Lines;
    LONG DataType, PixelBits;
    LONG Intensity, Contrast;
    LONG Xresolution, Yresolution;
    SCANWINDOW Window;
    LONG DitherPattern, Negative, Mirror, AutoBack, ColorDitherPattern, ToneMap;
    LONG Compression, RawDataFormat, RawPixelOrder;
    LONG bNeedDataAlignment;
    LONG DelayBetweenRead, MaxBufferSize;
    HANDLE DeviceIOHandles[MAX_IO_HANDLES];
    LONG lReserved[MAX_RESERVED];
    VOID *pMicroDriverContext;
} SCANINFO, *PSCANINFO;

typedef struct _VAL {
    LONG lVal;
    DOUBLE dblVal;
    GUID *pGuid;
    PSCANINFO pScanInfo;
    HGLOBAL handle;
    WCHAR **ppButtonNames;
    HANDLE *pHandle;
    LONG lReserved;
    CHAR szVal[MAX_ANSI_CHAR];
} VAL, *PVAL;

#endif
