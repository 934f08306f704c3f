//! Values of bar code, patch code and magnetic ink reader properties.

constants! {
    /// Bar codes are not looked for.
    WIA_BARCODE_READER_DISABLED = 0;
    /// The device chooses where bar codes are looked for.
    WIA_BARCODE_READER_AUTO = 1;
    /// Look for bar codes on the flatbed.
    WIA_BARCODE_READER_FLATBED = 2;
    /// Look for bar codes on fronts in the feeder.
    WIA_BARCODE_READER_FEEDER_FRONT = 3;
    /// Look for bar codes on backs in the feeder.
    WIA_BARCODE_READER_FEEDER_BACK = 4;
    /// Look for bar codes on both sides in the feeder.
    WIA_BARCODE_READER_FEEDER_DUPLEX = 5;
    /// Search along rows.
    WIA_BARCODE_HORIZONTAL_SEARCH = 0;
    /// Search along columns.
    WIA_BARCODE_VERTICAL_SEARCH = 1;
    /// Search along rows, then columns.
    WIA_BARCODE_HORIZONTAL_VERTICAL_SEARCH = 2;
    /// Search along columns, then rows.
    WIA_BARCODE_VERTICAL_HORIZONTAL_SEARCH = 3;
    /// The device chooses the direction.
    WIA_BARCODE_AUTO_SEARCH = 4;
    /// UPC-A.
    WIA_BARCODE_UPCA = 0;
    /// UPC-E.
    WIA_BARCODE_UPCE = 1;
    /// Codabar.
    WIA_BARCODE_CODABAR = 2;
    /// 2 of 5, not interleaved.
    WIA_BARCODE_NONINTERLEAVED_2OF5 = 3;
    /// 2 of 5, interleaved.
    WIA_BARCODE_INTERLEAVED_2OF5 = 4;
    /// Code 39.
    WIA_BARCODE_CODE39 = 5;
    /// Code 39 with check character.
    WIA_BARCODE_CODE39_MOD43 = 6;
    /// Code 39 with all of ASCII.
    WIA_BARCODE_CODE39_FULLASCII = 7;
    /// Code 93.
    WIA_BARCODE_CODE93 = 8;
    /// Code 128.
    WIA_BARCODE_CODE128 = 9;
    /// Code 128, set A.
    WIA_BARCODE_CODE128A = 10;
    /// Code 128, set B.
    WIA_BARCODE_CODE128B = 11;
    /// Code 128, set C.
    WIA_BARCODE_CODE128C = 12;
    /// GS1-128.
    WIA_BARCODE_GS1128 = 13;
    /// GS1 DataBar.
    WIA_BARCODE_GS1DATABAR = 14;
    /// ITF-14.
    WIA_BARCODE_ITF14 = 15;
    /// EAN-8.
    WIA_BARCODE_EAN8 = 16;
    /// EAN-13.
    WIA_BARCODE_EAN13 = 17;
    /// POSTNET A.
    WIA_BARCODE_POSTNETA = 18;
    /// POSTNET B.
    WIA_BARCODE_POSTNETB = 19;
    /// POSTNET C.
    WIA_BARCODE_POSTNETC = 20;
    /// POSTNET with delivery point.
    WIA_BARCODE_POSTNET_DPBC = 21;
    /// PLANET.
    WIA_BARCODE_PLANET = 22;
    /// Intelligent Mail.
    WIA_BARCODE_INTELLIGENT_MAIL = 23;
    /// PostBar.
    WIA_BARCODE_POSTBAR = 24;
    /// Royal Mail four-state.
    WIA_BARCODE_RM4SCC = 25;
    /// High capacity colour bar code.
    WIA_BARCODE_HIGH_CAPACITY_COLOR = 26;
    /// MaxiCode.
    WIA_BARCODE_MAXICODE = 27;
    /// PDF417.
    WIA_BARCODE_PDF417 = 28;
    /// CPC binary.
    WIA_BARCODE_CPCBINARY = 29;
    /// Facing identification mark.
    WIA_BARCODE_FIM = 30;
    /// Pharmacode.
    WIA_BARCODE_PHARMACODE = 31;
    /// Plessey.
    WIA_BARCODE_PLESSEY = 32;
    /// MSI.
    WIA_BARCODE_MSI = 33;
    /// JAN.
    WIA_BARCODE_JAN = 34;
    /// Telepen.
    WIA_BARCODE_TELEPEN = 35;
    /// Aztec.
    WIA_BARCODE_AZTEC = 36;
    /// Small Aztec.
    WIA_BARCODE_SMALLAZTEC = 37;
    /// Data Matrix.
    WIA_BARCODE_DATAMATRIX = 38;
    /// DataStrip.
    WIA_BARCODE_DATASTRIP = 39;
    /// EZcode.
    WIA_BARCODE_EZCODE = 40;
    /// QR code.
    WIA_BARCODE_QRCODE = 41;
    /// ShotCode.
    WIA_BARCODE_SHOTCODE = 42;
    /// SPARQCode.
    WIA_BARCODE_SPARQCODE = 43;
    /// The first number for a device's own kinds of bar code.
    WIA_BARCODE_CUSTOMBASE = 32768;
    /// Patch codes are not looked for.
    WIA_PATCH_CODE_READER_DISABLED = 0;
    /// The device chooses where patch codes are looked for.
    WIA_PATCH_CODE_READER_AUTO = 1;
    /// Look for patch codes on the flatbed.
    WIA_PATCH_CODE_READER_FLATBED = 2;
    /// Look for patch codes on fronts in the feeder.
    WIA_PATCH_CODE_READER_FEEDER_FRONT = 3;
    /// Look for patch codes on backs in the feeder.
    WIA_PATCH_CODE_READER_FEEDER_BACK = 4;
    /// Look for patch codes on both sides in the feeder.
    WIA_PATCH_CODE_READER_FEEDER_DUPLEX = 5;
    /// A patch code that is not recognised.
    WIA_PATCH_CODE_UNKNOWN = 0;
    /// Patch 1.
    WIA_PATCH_CODE_1 = 1;
    /// Patch 2.
    WIA_PATCH_CODE_2 = 2;
    /// Patch 3.
    WIA_PATCH_CODE_3 = 3;
    /// Patch 4.
    WIA_PATCH_CODE_4 = 4;
    /// Patch T.
    WIA_PATCH_CODE_T = 5;
    /// Patch 6.
    WIA_PATCH_CODE_6 = 6;
    /// Patch 7.
    WIA_PATCH_CODE_7 = 7;
    /// Patch 8.
    WIA_PATCH_CODE_8 = 8;
    /// Patch 9.
    WIA_PATCH_CODE_9 = 9;
    /// Patch 10.
    WIA_PATCH_CODE_10 = 10;
    /// Patch 11.
    WIA_PATCH_CODE_11 = 11;
    /// Patch 12.
    WIA_PATCH_CODE_12 = 12;
    /// Patch 13.
    WIA_PATCH_CODE_13 = 13;
    /// Patch 14.
    WIA_PATCH_CODE_14 = 14;
    /// The first number for a device's own kinds of patch code.
    WIA_PATCH_CODE_CUSTOM_BASE = 32768;
    /// Magnetic ink is not looked for.
    WIA_MICR_READER_DISABLED = 0;
    /// The device chooses where magnetic ink is looked for.
    WIA_MICR_READER_AUTO = 1;
    /// Look for magnetic ink on the flatbed.
    WIA_MICR_READER_FLATBED = 2;
    /// Look for magnetic ink on fronts in the feeder.
    WIA_MICR_READER_FEEDER_FRONT = 3;
    /// Look for magnetic ink on backs in the feeder.
    WIA_MICR_READER_FEEDER_BACK = 4;
    /// Look for magnetic ink on both sides in the feeder.
    WIA_MICR_READER_FEEDER_DUPLEX = 5;
}
