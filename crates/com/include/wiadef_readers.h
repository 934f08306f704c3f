/* Printers and endorsers, readers of barcodes, patch codes and MICR: values of their properties. */
#ifndef QUIRE_WIADEF_READERS_H
#define QUIRE_WIADEF_READERS_H

#include "wiabase.h"

/* Tokens in the text of an endorser (wiasParseEndorserString). */
#define WIA_ENDORSER_TOK_DATE       OLESTR("$DATE$")
#define WIA_ENDORSER_TOK_DAY        OLESTR("$DAY$")
#define WIA_ENDORSER_TOK_MONTH      OLESTR("$MONTH$")
#define WIA_ENDORSER_TOK_PAGE_COUNT OLESTR("$PAGE_COUNT$")
#define WIA_ENDORSER_TOK_TIME       OLESTR("$TIME$")
#define WIA_ENDORSER_TOK_YEAR       OLESTR("$YEAR$")

/* Printers and endorsers. */
#define WIA_PRINTER_ENDORSER_AFTER_SCAN              1
#define WIA_PRINTER_ENDORSER_AUTO                    1
#define WIA_PRINTER_ENDORSER_BEFORE_SCAN             0
#define WIA_PRINTER_ENDORSER_DIGITAL                 6
#define WIA_PRINTER_ENDORSER_DISABLED                0
#define WIA_PRINTER_ENDORSER_FEEDER_BACK             4
#define WIA_PRINTER_ENDORSER_FEEDER_DUPLEX           5
#define WIA_PRINTER_ENDORSER_FEEDER_FRONT            3
#define WIA_PRINTER_ENDORSER_FLATBED                 2
#define WIA_PRINTER_ENDORSER_GRAPHICS_BACKGROUND     8
#define WIA_PRINTER_ENDORSER_GRAPHICS_BOTTOM         3
#define WIA_PRINTER_ENDORSER_GRAPHICS_BOTTOM_LEFT    6
#define WIA_PRINTER_ENDORSER_GRAPHICS_BOTTOM_RIGHT   7
#define WIA_PRINTER_ENDORSER_GRAPHICS_DEVICE_DEFAULT 9
#define WIA_PRINTER_ENDORSER_GRAPHICS_LEFT           0
#define WIA_PRINTER_ENDORSER_GRAPHICS_RIGHT          1
#define WIA_PRINTER_ENDORSER_GRAPHICS_TOP            2
#define WIA_PRINTER_ENDORSER_GRAPHICS_TOP_LEFT       4
#define WIA_PRINTER_ENDORSER_GRAPHICS_TOP_RIGHT      5

/* WIA_IPS_PRINTER_ENDORSER_VALID_FORMAT_SPECIFIERS, and padding of numbers. */
#define WIA_PRINT_AM_PM          9
#define WIA_PRINT_DATE           0
#define WIA_PRINT_DAY            3
#define WIA_PRINT_HOUR_12H       8
#define WIA_PRINT_HOUR_24H       7
#define WIA_PRINT_IMAGE          13
#define WIA_PRINT_MILLISECOND    14
#define WIA_PRINT_MINUTE         10
#define WIA_PRINT_MONTH          2
#define WIA_PRINT_MONTH_NAME     15
#define WIA_PRINT_MONTH_SHORT    16
#define WIA_PRINT_PADDING_BLANK  2
#define WIA_PRINT_PADDING_NONE   0
#define WIA_PRINT_PADDING_ZERO   1
#define WIA_PRINT_PAGE_COUNT     12
#define WIA_PRINT_SECOND         11
#define WIA_PRINT_TIME_12H       6
#define WIA_PRINT_TIME_24H       5
#define WIA_PRINT_WEEK_DAY       4
#define WIA_PRINT_WEEK_DAY_SHORT 17
#define WIA_PRINT_YEAR           1

/* WIA_IPS_PRINTER_ENDORSER_FONT_TYPE. */
#define WIA_PRINT_FONT_NORMAL                  0
#define WIA_PRINT_FONT_BOLD                    1
#define WIA_PRINT_FONT_EXTRA_BOLD              2
#define WIA_PRINT_FONT_ITALIC_BOLD             3
#define WIA_PRINT_FONT_ITALIC_EXTRA_BOLD       4
#define WIA_PRINT_FONT_ITALIC                  5
#define WIA_PRINT_FONT_SMALL                   6
#define WIA_PRINT_FONT_SMALL_BOLD              7
#define WIA_PRINT_FONT_SMALL_EXTRA_BOLD        8
#define WIA_PRINT_FONT_SMALL_ITALIC_BOLD       9
#define WIA_PRINT_FONT_SMALL_ITALIC_EXTRA_BOLD 10
#define WIA_PRINT_FONT_SMALL_ITALIC            11
#define WIA_PRINT_FONT_LARGE                   12
#define WIA_PRINT_FONT_LARGE_BOLD              13
#define WIA_PRINT_FONT_LARGE_EXTRA_BOLD        14
#define WIA_PRINT_FONT_LARGE_ITALIC_BOLD       15
#define WIA_PRINT_FONT_LARGE_ITALIC_EXTRA_BOLD 16
#define WIA_PRINT_FONT_LARGE_ITALIC            17

/* Barcodes. */
#define WIA_BARCODE_HORIZONTAL_SEARCH          0
#define WIA_BARCODE_READER_DISABLED            0
#define WIA_BARCODE_READER_AUTO                1
#define WIA_BARCODE_VERTICAL_SEARCH            1
#define WIA_BARCODE_HORIZONTAL_VERTICAL_SEARCH 2
#define WIA_BARCODE_READER_FLATBED             2
#define WIA_BARCODE_READER_FEEDER_FRONT        3
#define WIA_BARCODE_VERTICAL_HORIZONTAL_SEARCH 3
#define WIA_BARCODE_AUTO_SEARCH                4
#define WIA_BARCODE_READER_FEEDER_BACK         4
#define WIA_BARCODE_READER_FEEDER_DUPLEX       5

/* Types of barcodes. */
#define WIA_BARCODE_UPCA                0
#define WIA_BARCODE_UPCE                1
#define WIA_BARCODE_CODABAR             2
#define WIA_BARCODE_NONINTERLEAVED_2OF5 3
#define WIA_BARCODE_INTERLEAVED_2OF5    4
#define WIA_BARCODE_CODE39              5
#define WIA_BARCODE_CODE39_MOD43        6
#define WIA_BARCODE_CODE39_FULLASCII    7
#define WIA_BARCODE_CODE93              8
#define WIA_BARCODE_CODE128             9
#define WIA_BARCODE_CODE128A            10
#define WIA_BARCODE_CODE128B            11
#define WIA_BARCODE_CODE128C            12
#define WIA_BARCODE_GS1128              13
#define WIA_BARCODE_GS1DATABAR          14
#define WIA_BARCODE_ITF14               15
#define WIA_BARCODE_EAN8                16
#define WIA_BARCODE_EAN13               17
#define WIA_BARCODE_POSTNETA            18
#define WIA_BARCODE_POSTNETB            19
#define WIA_BARCODE_POSTNETC            20
#define WIA_BARCODE_POSTNET_DPBC        21
#define WIA_BARCODE_PLANET              22
#define WIA_BARCODE_INTELLIGENT_MAIL    23
#define WIA_BARCODE_POSTBAR             24
#define WIA_BARCODE_RM4SCC              25
#define WIA_BARCODE_HIGH_CAPACITY_COLOR 26
#define WIA_BARCODE_MAXICODE            27
#define WIA_BARCODE_PDF417              28
#define WIA_BARCODE_CPCBINARY           29
#define WIA_BARCODE_FIM                 30
#define WIA_BARCODE_PHARMACODE          31
#define WIA_BARCODE_PLESSEY             32
#define WIA_BARCODE_MSI                 33
#define WIA_BARCODE_JAN                 34
#define WIA_BARCODE_TELEPEN             35
#define WIA_BARCODE_AZTEC               36
#define WIA_BARCODE_SMALLAZTEC          37
#define WIA_BARCODE_DATAMATRIX          38
#define WIA_BARCODE_DATASTRIP           39
#define WIA_BARCODE_EZCODE              40
#define WIA_BARCODE_QRCODE              41
#define WIA_BARCODE_SHOTCODE            42
#define WIA_BARCODE_SPARQCODE           43
#define WIA_BARCODE_CUSTOMBASE          0x8000

/* Patch codes. */
#define WIA_PATCH_CODE_READER_DISABLED      0
#define WIA_PATCH_CODE_READER_AUTO          1
#define WIA_PATCH_CODE_READER_FLATBED       2
#define WIA_PATCH_CODE_READER_FEEDER_FRONT  3
#define WIA_PATCH_CODE_READER_FEEDER_BACK   4
#define WIA_PATCH_CODE_READER_FEEDER_DUPLEX 5

/* Types of patch codes. */
#define WIA_PATCH_CODE_UNKNOWN     0
#define WIA_PATCH_CODE_1           1
#define WIA_PATCH_CODE_2           2
#define WIA_PATCH_CODE_3           3
#define WIA_PATCH_CODE_4           4
#define WIA_PATCH_CODE_T           5
#define WIA_PATCH_CODE_6           6
#define WIA_PATCH_CODE_7           7
#define WIA_PATCH_CODE_8           8
#define WIA_PATCH_CODE_9           9
#define WIA_PATCH_CODE_10          10
#define WIA_PATCH_CODE_11          11
#define WIA_PATCH_CODE_12          12
#define WIA_PATCH_CODE_13          13
#define WIA_PATCH_CODE_14          14
#define WIA_PATCH_CODE_CUSTOM_BASE 0x8000

/* MICR. */
#define WIA_MICR_READER_DISABLED      0
#define WIA_MICR_READER_AUTO          1
#define WIA_MICR_READER_FLATBED       2
#define WIA_MICR_READER_FEEDER_FRONT  3
#define WIA_MICR_READER_FEEDER_BACK   4
#define WIA_MICR_READER_FEEDER_DUPLEX 5

#endif
