//! Formats of transferred data (`WIA_IPA_FORMAT`).

use crate::guid::Guid;

/// Declares a constant for each format and the table of all of them.
macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident = $value:literal, $header:literal, $extension:expr;)*) => {
        $($(#[$doc])* #[doc(alias = $header)] pub const $name: Guid = Guid($value);)*

        const TABLE: &[Row] = &[$(Row { id: $name, name: $header, extension: $extension },)*];
    };
}

struct Row {
    id: Guid,
    name: &'static str,
    extension: Option<&'static str>,
}

formats! {
    /// Windows bitmap with a file header (`BITMAPFILEHEADER`). Every device can give it.
    WIA_IMG_FMT_BMP = 0xB96B3CAB_0728_11D3_9D7B_0000F81EF32E, "WiaImgFmt_BMP", Some("bmp");
    /// Bitmap without a file header, for transfers into memory.
    WIA_IMG_FMT_MEMORYBMP = 0xB96B3CAA_0728_11D3_9D7B_0000F81EF32E, "WiaImgFmt_MEMORYBMP", None;
    /// TIFF; the one format that holds several pages in a legacy transfer.
    WIA_IMG_FMT_TIFF = 0xB96B3CB1_0728_11D3_9D7B_0000F81EF32E, "WiaImgFmt_TIFF", Some("tif");
    /// JPEG.
    WIA_IMG_FMT_JPEG = 0xB96B3CAE_0728_11D3_9D7B_0000F81EF32E, "WiaImgFmt_JPEG", Some("jpg");
    /// PNG.
    WIA_IMG_FMT_PNG = 0xB96B3CAF_0728_11D3_9D7B_0000F81EF32E, "WiaImgFmt_PNG", Some("png");
    /// GIF.
    WIA_IMG_FMT_GIF = 0xB96B3CB0_0728_11D3_9D7B_0000F81EF32E, "WiaImgFmt_GIF", Some("gif");
    /// JPEG 2000.
    WIA_IMG_FMT_JPEG2K = 0x344EE2B2_39DB_4DDE_8173_C4B75F8F1E49, "WiaImgFmt_JPEG2K", Some("jp2");
    /// JPEG 2000 with extensions (JPX).
    WIA_IMG_FMT_JPEG2KX = 0x43E14614_C80A_4850_BAF3_4B152DC8DA27, "WiaImgFmt_JPEG2KX", Some("jpx");
    /// JBIG.
    WIA_IMG_FMT_JBIG = 0x41E8DD92_2F0A_43D4_8636_F1614BA11E46, "WiaImgFmt_JBIG", Some("jbg");
    /// JBIG2.
    WIA_IMG_FMT_JBIG2 = 0xBB8E7E67_283C_4235_9E59_0B9BF94CA687, "WiaImgFmt_JBIG2", Some("jb2");
    /// JPEG with Exif data.
    WIA_IMG_FMT_EXIF = 0xB96B3CB2_0728_11D3_9D7B_0000F81EF32E, "WiaImgFmt_EXIF", Some("jpg");
    /// FlashPix.
    WIA_IMG_FMT_FLASHPIX = 0xB96B3CB4_0728_11D3_9D7B_0000F81EF32E, "WiaImgFmt_FLASHPIX", Some("fpx");
    /// Camera image file format.
    WIA_IMG_FMT_CIFF = 0x9821A8AB_3A7E_4215_94E0_D27A460C03B2, "WiaImgFmt_CIFF", Some("crw");
    /// Photo CD.
    WIA_IMG_FMT_PHOTOCD = 0xB96B3CB3_0728_11D3_9D7B_0000F81EF32E, "WiaImgFmt_PHOTOCD", Some("pcd");
    /// Macintosh picture.
    WIA_IMG_FMT_PICT = 0xA6BC85D8_6B3E_40EE_A95C_25D482E41ADC, "WiaImgFmt_PICT", Some("pct");
    /// Windows icon.
    WIA_IMG_FMT_ICO = 0xB96B3CB5_0728_11D3_9D7B_0000F81EF32E, "WiaImgFmt_ICO", Some("ico");
    /// Enhanced metafile.
    WIA_IMG_FMT_EMF = 0xB96B3CAC_0728_11D3_9D7B_0000F81EF32E, "WiaImgFmt_EMF", Some("emf");
    /// Windows metafile.
    WIA_IMG_FMT_WMF = 0xB96B3CAD_0728_11D3_9D7B_0000F81EF32E, "WiaImgFmt_WMF", Some("wmf");
    /// Raw pixels after a `WIA_RAW_HEADER`; its file name extension is empty.
    WIA_IMG_FMT_RAW = 0x6F120719_F1A8_4E07_9ADE_9B64C63A3DCC, "WiaImgFmt_RAW", Some("");
    /// Raw red, green and blue values without a header.
    WIA_IMG_FMT_RAWRGB = 0xBCA48B55_F272_4371_B0F1_4A150D057BB4, "WiaImgFmt_RAWRGB", Some("");
    /// Raw bar code values after a `WIA_BARCODES` header.
    WIA_IMG_FMT_RAWBAR = 0xDA63F833_D26E_451E_90D2_EA55A1365D62, "WiaImgFmt_RAWBAR", Some("");
    /// Raw patch code values after a `WIA_PATCH_CODES` header.
    WIA_IMG_FMT_RAWPAT = 0x7760507C_5064_400C_9A17_575624D8824B, "WiaImgFmt_RAWPAT", Some("");
    /// Raw magnetic ink characters after a `WIA_MICR` header.
    WIA_IMG_FMT_RAWMIC = 0x22C4F058_0D88_409C_AC1C_EEC12B0EA680, "WiaImgFmt_RAWMIC", Some("");
    /// Bar code values as XML.
    WIA_IMG_FMT_XMLBAR = 0x6235701C_3A98_484C_B2A8_FDFFD87E6B16, "WiaImgFmt_XMLBAR", Some("xml");
    /// Patch code values as XML.
    WIA_IMG_FMT_XMLPAT = 0xF8986F55_F052_460D_9523_3A7DFEDBB33C, "WiaImgFmt_XMLPAT", Some("xml");
    /// Magnetic ink characters as XML.
    WIA_IMG_FMT_XMLMIC = 0x2D164C61_B9AE_4B23_8973_C7067E1FBD31, "WiaImgFmt_XMLMIC", Some("xml");
    /// PDF/A.
    WIA_IMG_FMT_PDFA = 0x9980BD5B_3463_43C7_BDCA_3CAA146F229F, "WiaImgFmt_PDFA", Some("pdf");
    /// XML paper specification.
    WIA_IMG_FMT_XPS = 0x700B4A0F_2011_411C_B430_D1E0B2E10B28, "WiaImgFmt_XPS", Some("xps");
    /// Open XML paper specification.
    WIA_IMG_FMT_OXPS = 0x2C7B1240_C14D_4109_9755_04B89025153A, "WiaImgFmt_OXPS", Some("oxps");
    /// Rich text.
    WIA_IMG_FMT_RTF = 0x573DD6A3_4834_432D_A9B5_E198DD9E890D, "WiaImgFmt_RTF", Some("rtf");
    /// XML.
    WIA_IMG_FMT_XML = 0xB9171457_DAC8_4884_B393_15B471D5F07E, "WiaImgFmt_XML", Some("xml");
    /// HTML.
    WIA_IMG_FMT_HTML = 0xC99A4E62_99DE_4A94_ACCA_71956AC2977D, "WiaImgFmt_HTML", Some("htm");
    /// Plain text, 8 bits a character.
    WIA_IMG_FMT_TXT = 0xFAFD4D82_723F_421F_9318_30501AC44B59, "WiaImgFmt_TXT", Some("txt");
    /// Plain text, UTF-16.
    WIA_IMG_FMT_UNICODE16 = 0x1B7639B6_6357_47D1_9A07_12452DC073E9, "WiaImgFmt_UNICODE16", Some("txt");
    /// Comma separated values.
    WIA_IMG_FMT_CSV = 0x355BDA24_5A9F_4494_80DC_BE752CECBC8C, "WiaImgFmt_CSV", Some("csv");
    /// MPEG video.
    WIA_IMG_FMT_MPG = 0xECD757E4_D2EC_4F57_955D_BCF8A97C4E52, "WiaImgFmt_MPG", Some("mpg");
    /// AVI video.
    WIA_IMG_FMT_AVI = 0x32F8CA14_087C_4908_B7C4_6757FE7E90AB, "WiaImgFmt_AVI", Some("avi");
    /// Advanced systems format, video.
    WIA_IMG_FMT_ASF = 0x8D948EE9_D0AA_4A12_9D9A_9CC5DE36199B, "WiaImgFmt_ASF", Some("asf");
    /// A script for the device.
    WIA_IMG_FMT_SCRIPT = 0xFE7D6C53_2DAC_446A_B0BD_D73E21E924C9, "WiaImgFmt_SCRIPT", None;
    /// A program for the device.
    WIA_IMG_FMT_EXEC = 0x485DA097_141E_4AA5_BB3B_A5618D95D02B, "WiaImgFmt_EXEC", Some("exe");
    /// Digital print order.
    WIA_IMG_FMT_DPOF = 0x369EEEAB_A0E8_45CA_86A6_A83CE5697E28, "WiaImgFmt_DPOF", Some("mrk");
    /// No known format.
    WIA_IMG_FMT_UNDEFINED = 0xB96B3CA9_0728_11D3_9D7B_0000F81EF32E, "WiaImgFmt_UNDEFINED", None;
    /// Wave sound.
    WIA_AUD_FMT_WAV = 0xF818E146_07AF_40FF_AE55_BE8F2C065DBE, "WiaAudFmt_WAV", Some("wav");
    /// MPEG layer 3 sound.
    WIA_AUD_FMT_MP3 = 0x0FBC71FB_43BF_49F2_9190_E6FECFF37E54, "WiaAudFmt_MP3", Some("mp3");
    /// Audio interchange file format.
    WIA_AUD_FMT_AIFF = 0x66E2BF4F_B6FC_443F_94C8_2F33C8A65AAF, "WiaAudFmt_AIFF", Some("aif");
    /// Windows media sound.
    WIA_AUD_FMT_WMA = 0xD61D6413_8BC2_438F_93AD_21BD484DB6A1, "WiaAudFmt_WMA", Some("wma");
}

fn row(id: Guid) -> Option<&'static Row> {
    TABLE.iter().find(|r| r.id == id)
}

/// Every format with its header name.
pub fn all() -> impl Iterator<Item = (&'static str, Guid)> {
    TABLE.iter().map(|r| (r.name, r.id))
}

/// The header name of a format, such as `"WiaImgFmt_BMP"`.
pub fn name(id: Guid) -> Option<&'static str> {
    row(id).map(|r| r.name)
}

/// The format of a name: `"WiaImgFmt_BMP"` or `"BMP"`, in any case of letters.
pub fn by_name(name: &str) -> Option<Guid> {
    TABLE
        .iter()
        .find(|r| {
            r.name.eq_ignore_ascii_case(name)
                || r.name
                    .split_once('_')
                    .is_some_and(|(_, short)| short.eq_ignore_ascii_case(name))
        })
        .map(|r| r.id)
}

/// The usual file name extension without the dot (`WIA_IPA_FILENAME_EXTENSION`).
///
/// It is the empty string for the raw formats, as the documentation of `WiaImgFmt_RAW` wants it, and
/// `None` for a format that is unknown or never a file ([`WIA_IMG_FMT_MEMORYBMP`],
/// [`WIA_IMG_FMT_UNDEFINED`], [`WIA_IMG_FMT_SCRIPT`]).
pub fn filename_extension(id: Guid) -> Option<&'static str> {
    row(id).and_then(|r| r.extension)
}
