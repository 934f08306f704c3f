//! Sizes and offsets, on machines with pointers of 64 bits, against the types of the metadata and the documented numbers.

use std::collections::HashMap;
use std::mem::offset_of;

use quire_abi::structs::*;

use crate::table;

/// A structure as it is here: bytes, alignment, and the offset of each member.
struct Actual {
    name: &'static str,
    in_table: &'static str,
    size: usize,
    align: usize,
    members: Vec<(&'static str, usize)>,
}

macro_rules! layouts {
    ($($name:ident as $in_table:literal { $($member:ident)* })*) => {
        vec![$(Actual {
            name: stringify!($name),
            in_table: $in_table,
            size: size_of::<$name>(),
            align: align_of::<$name>(),
            members: vec![$((stringify!($member), offset_of!($name, $member))),*],
        }),*]
    };
}

#[rustfmt::skip]
fn of_the_metadata() -> Vec<Actual> {
    layouts! {
        DEVICEDIALOGDATA as "DEVICEDIALOGDATA" { cbSize hwndParent pIWiaItemRoot dwFlags lIntent lItemCount ppWiaItems }
        DEVICEDIALOGDATA2 as "DEVICEDIALOGDATA2" { cbSize pIWiaItemRoot dwFlags hwndParent bstrFolderName bstrFilename lNumFiles pbstrFilePaths pWiaItem }
        MINIDRV_TRANSFER_CONTEXT as "MINIDRV_TRANSFER_CONTEXT" { lSize lWidthInPixels lLines lDepth lXRes lYRes lCompression guidFormatID tymed hFile cbOffset lBufferSize lActiveBuffer lNumBuffers pBaseBuffer pTransferBuffer bTransferDataCB bClassDrvAllocBuf lClientAddress pIWiaMiniDrvCallBack lImageSize lHeaderSize lItemSize cbWidthInBytes lPage lCurIfdOffset lPrevIfdOffset }
        RANGEVALUE as "RANGEVALUE" { lMin lMax lStep }
        SCANINFO as "SCANINFO" { ADF TPA Endorser OpticalXResolution OpticalYResolution BedWidth BedHeight IntensityRange ContrastRange SupportedCompressionType SupportedDataTypes WidthPixels WidthBytes Lines DataType PixelBits Intensity Contrast Xresolution Yresolution Window DitherPattern Negative Mirror AutoBack ColorDitherPattern ToneMap Compression RawDataFormat RawPixelOrder bNeedDataAlignment DelayBetweenRead MaxBufferSize DeviceIOHandles lReserved pMicroDriverContext }
        SCANWINDOW as "SCANWINDOW" { xPos yPos xExtent yExtent }
        TWAIN_CAPABILITY as "TWAIN_CAPABILITY" { lSize lMSG lCapID lConType lRC lCC lDataSize Data }
        VAL as "VAL" { lVal dblVal pGuid pScanInfo handle ppButtonNames pHandle lReserved szVal }
        WIAS_CHANGED_VALUE_INFO as "WIAS_CHANGED_VALUE_INFO" { bChanged vt Old Current }
        WIAS_CHANGED_VALUE as "WIAS_CHANGED_VALUE_INFO_1" { lVal fltVal bstrVal guidVal }
        WIAS_CHANGED_VALUE as "WIAS_CHANGED_VALUE_INFO_0" { lVal fltVal bstrVal guidVal }
        WIAS_DOWN_SAMPLE_INFO as "WIAS_DOWN_SAMPLE_INFO" { ulOriginalWidth ulOriginalHeight ulBitsPerPixel ulXRes ulYRes ulDownSampledWidth ulDownSampledHeight ulActualSize ulDestBufSize ulSrcBufSize pSrcBuffer pDestBuffer }
        WIAS_ENDORSER_INFO as "WIAS_ENDORSER_INFO" { ulPageCount ulNumEndorserValues pEndorserValues }
        WIAS_ENDORSER_VALUE as "WIAS_ENDORSER_VALUE" { wszTokenName wszValue }
        WIA_BARCODES as "WIA_BARCODES" { Tag Version Size Count Barcodes }
        WIA_BARCODE_INFO as "WIA_BARCODE_INFO" { Size Type Page Confidence XOffset YOffset Rotation Length Text }
        WIA_DATA_CALLBACK_HEADER as "WIA_DATA_CALLBACK_HEADER" { lSize guidFormatID lBufferSize lPageCount }
        WIA_DATA_TRANSFER_INFO as "WIA_DATA_TRANSFER_INFO" { ulSize ulSection ulBufferSize bDoubleBuffer ulReserved1 ulReserved2 ulReserved3 }
        WIA_DEV_CAP as "WIA_DEV_CAP" { guid ulFlags bstrName bstrDescription bstrIcon bstrCommandline }
        WIA_DEV_CAP_DRV as "WIA_DEV_CAP_DRV" { guid ulFlags wszName wszDescription wszIcon }
        WIA_DITHER_PATTERN_DATA as "WIA_DITHER_PATTERN_DATA" { lSize bstrPatternName lPatternWidth lPatternLength cbPattern pbPattern }
        WIA_EXTENDED_TRANSFER_INFO as "WIA_EXTENDED_TRANSFER_INFO" { ulSize ulMinBufferSize ulOptimalBufferSize ulMaxBufferSize ulNumBuffers }
        WIA_FORMAT_INFO as "WIA_FORMAT_INFO" { guidFormatID lTymed }
        WIA_MICR as "WIA_MICR" { Tag Version Size Placeholder Reserved Count Micr }
        WIA_MICR_INFO as "WIA_MICR_INFO" { Size Page Length Text }
        WIA_PATCH_CODES as "WIA_PATCH_CODES" { Tag Version Size Count PatchCodes }
        WIA_PATCH_CODE_INFO as "WIA_PATCH_CODE_INFO" { Type }
        WIA_PROPERTY_CONTEXT as "WIA_PROPERTY_CONTEXT" { cProps pProps pChanged }
        WIA_PROPERTY_INFO as "WIA_PROPERTY_INFO" { lAccessFlags vt ValidVal }
        WIA_PROPERTY_INFO_VALID as "WIA_PROPERTY_INFO_0" { Range RangeFloat List ListFloat ListGuid ListBStr Flag None }
        WIA_FLAG_LONG as "WIA_PROPERTY_INFO_0_6" { Nom ValidBits }
        WIA_LIST_BSTR as "WIA_PROPERTY_INFO_0_5" { cNumList Nom pList }
        WIA_LIST_FLOAT as "WIA_PROPERTY_INFO_0_3" { cNumList Nom pList }
        WIA_LIST_GUID as "WIA_PROPERTY_INFO_0_4" { cNumList Nom pList }
        WIA_LIST_LONG as "WIA_PROPERTY_INFO_0_2" { cNumList Nom pList }
        WIA_NONE_LONG as "WIA_PROPERTY_INFO_0_7" { Dummy }
        WIA_RANGE_FLOAT as "WIA_PROPERTY_INFO_0_1" { Min Nom Max Inc }
        WIA_RANGE_LONG as "WIA_PROPERTY_INFO_0_0" { Min Nom Max Inc }
        WIA_PROPID_TO_NAME as "WIA_PROPID_TO_NAME" { propid pszName }
        WIA_RAW_HEADER as "WIA_RAW_HEADER" { Tag Version HeaderSize XRes YRes XExtent YExtent BytesPerLine BitsPerPixel ChannelsPerPixel DataType BitsPerChannel Compression PhotometricInterp LineOrder RawDataOffset RawDataSize PaletteOffset PaletteSize }
        WiaTransferParams as "WiaTransferParams" { lMessage lPercentComplete ulTransferredBytes hrErrorStatus }
    }
}

#[rustfmt::skip]
fn of_other_headers() -> Vec<Actual> {
    layouts! {
        STGMEDIUM as "STGMEDIUM" { tymed lpszFileName pUnkForRelease }
        PROPSPEC as "PROPSPEC" { ulKind value }
        PROPVARIANT as "PROPVARIANT" { vt wReserved1 wReserved2 wReserved3 value }
        PROPVARIANT_VECTOR as "PROPVARIANT_VECTOR" { cElems pElems }
        FILETIME as "FILETIME" { dwLowDateTime dwHighDateTime }
        RECT as "RECT" { left top right bottom }
        STATSTG as "STATSTG" { pwcsName kind cbSize mtime ctime atime grfMode grfLocksSupported clsid grfStateBits reserved }
        STATPROPSTG as "STATPROPSTG" { lpwstrName propid vt }
        STATPROPSETSTG as "STATPROPSETSTG" { fmtid clsid grfFlags mtime ctime atime dwOSVersion }
        STI_USD_CAPS as "STI_USD_CAPS" { dwVersion dwGenericCaps }
        STI_DEV_CAPS as "STI_DEV_CAPS" { dwGeneric }
        STI_DEVICE_STATUS as "STI_DEVICE_STATUS" { dwSize StatusMask dwOnlineState dwHardwareStatusCode dwEventHandlingState dwPollingInterval }
        STI_ERROR_INFO as "STI_ERROR_INFO" { dwSize dwGenericError dwVendorError szExtendedErrorText }
        STI_DIAG as "STI_DIAG" { dwSize dwBasicDiagCode dwVendorDiagCode dwStatusMask sErrorInfo }
        STINOTIFY as "STINOTIFY" { dwSize guidNotificationCode abNotificationData }
        STISUBSCRIBE as "STISUBSCRIBE" { dwSize dwFlags dwFilter hWndNotify hEvent uiNotificationMessage }
    }
}

/// A structure or union of the table with its members and their types, in order.
struct Declared<'a> {
    union: bool,
    members: Vec<(&'a str, &'a str)>,
}

fn declared() -> HashMap<&'static str, Declared<'static>> {
    let mut all = HashMap::new();
    for row in table::rows(include_str!("../fixtures/structs.csv")) {
        let [name, kind, _index, member, kind_of_member] = row[..] else {
            panic!("a row of five: {row:?}");
        };
        let structure = all.entry(name).or_insert(Declared {
            union: kind == "union",
            members: Vec::new(),
        });
        structure.members.push((member, kind_of_member));
    }
    all
}

/// Bytes and alignment of a type of the table, by the rules of C.
fn size_and_align(kind: &str, all: &HashMap<&str, Declared<'_>>) -> (usize, usize) {
    if let Some(array) = kind.strip_prefix('[') {
        let (element, count) = array
            .trim_end_matches(']')
            .split_once("; ")
            .expect("an array");
        let (size, align) = size_and_align(element, all);
        return (size * count.parse::<usize>().expect("a count"), align);
    }
    let kind = kind
        .strip_prefix("core::mem::ManuallyDrop<")
        .map_or(kind, |k| &k[..k.len() - 1]);
    let last = kind.rsplit("::").next().expect("a name");
    match last {
        _ if kind.starts_with('*') || kind.starts_with("Option<") => (8, 8),
        "PWSTR" | "BSTR" | "HWND" | "HANDLE" | "HGLOBAL" | "isize" => (8, 8),
        "u64" | "i64" | "f64" => (8, 8),
        "u32" | "i32" | "f32" | "BOOL" | "HRESULT" => (4, 4),
        "u16" | "VARENUM" => (2, 2),
        "u8" | "i8" => (1, 1),
        "GUID" => (16, 4),
        _ => {
            let (size, align, _) = layout(&all[last], all);
            (size, align)
        }
    }
}

/// Bytes, alignment and offsets of a declared structure, by the rules of C.
fn layout<'a>(
    of: &Declared<'a>,
    all: &HashMap<&str, Declared<'_>>,
) -> (usize, usize, Vec<(&'a str, usize)>) {
    let (mut end, mut align, mut offsets) = (0usize, 1, Vec::new());
    for (member, kind) in &of.members {
        let (its_size, its_align) = size_and_align(kind, all);
        let offset = if of.union {
            0
        } else {
            end.next_multiple_of(its_align)
        };
        offsets.push((*member, offset));
        end = end.max(offset + its_size);
        align = align.max(its_align);
    }
    (end.next_multiple_of(align), align, offsets)
}

#[test]
fn every_structure_of_the_metadata_has_its_layout() {
    let all = declared();
    let actual = of_the_metadata();
    for structure in &actual {
        let (size, align, offsets) = layout(&all[structure.in_table], &all);
        let name = structure.name;
        assert_eq!((structure.size, structure.align), (size, align), "{name}");
        assert_eq!(structure.members, offsets, "{name}");
    }
    let mut names: Vec<&str> = actual.iter().map(|a| a.in_table).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(
        names.len(),
        all.len(),
        "every structure of the table is looked at"
    );
}

#[test]
fn the_documented_numbers_are_met() {
    let mut actual = of_the_metadata();
    actual.extend(of_other_headers());
    for row in table::rows(include_str!("../fixtures/offsets.csv")) {
        let [name, size, member, offset] = row[..] else {
            panic!("a row of four: {row:?}");
        };
        let structure = actual.iter().find(|a| a.name == name).expect(name);
        assert_eq!(structure.size.to_string(), size, "{name}");
        let (_, is) = structure
            .members
            .iter()
            .find(|(m, _)| *m == member)
            .expect(member);
        assert_eq!(is.to_string(), offset, "{name}::{member}");
    }
}

#[test]
fn the_unions_of_values_are_as_large_as_in_c() {
    assert_eq!(size_of::<PROPVARIANT_VALUE>(), 16);
    assert_eq!(size_of::<PROPSPEC_VALUE>(), 8);
}
