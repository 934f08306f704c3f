//! Bands, a file, streams: the three kinds of transfer carry the same images, through the service.

use std::fs;
use std::io::{Cursor, Seek as _, SeekFrom, Write as _};
use std::sync::{Arc, Mutex};

use quire_devices as devices;
use service::{
    Answer, DataCallback, DataParams, DataTransferInfo, Device, FileFate, FormatInfo, Item,
    NextStream, Payload, StorageMedium, Stream, TransferCallback, TransferParams,
};
use wia::format::{
    WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF,
};
use wia::property::{
    WIA_IPA_COMPRESSION, WIA_IPA_DATATYPE, WIA_IPA_DEPTH, WIA_IPA_FORMAT, WIA_IPA_TYMED,
    WIA_IPS_PAGES, WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{Compression, DataMessage, DataType, Guid, Result, Status, TransferFlags, Tymed};

const FEEDER: &str = "0000\\Root\\Feeder";
const SHEETS: usize = 3;

/// The images that a transfer gave.
type Images = Vec<Vec<u8>>;

/// One way to ask for the images.
#[derive(Clone, Copy, Debug)]
struct Case {
    format: Guid,
    data_type: DataType,
    depth: i32,
    compression: Compression,
    multipage: bool,
    parameters: &'static str,
}

impl Case {
    fn new(format: Guid, data_type: DataType, depth: i32) -> Case {
        Case {
            format,
            data_type,
            depth,
            compression: Compression::None,
            multipage: false,
            parameters: "",
        }
    }

    /// A scanner with a full feeder, set up.
    fn feeder(&self, format: Guid, tymed: Tymed) -> (Arc<dyn Device>, Arc<dyn Item>) {
        let uri = format!("virtual:?sheets={SHEETS}{}", self.parameters);
        let device = devices::open(&uri).unwrap();
        let feeder = device.find_item(FEEDER).unwrap();
        // The RAW format has a name of its own for colour.
        let data_type = match (self.data_type, format) {
            (DataType::Color, WIA_IMG_FMT_RAW) => DataType::RawRgb,
            (other, _) => other,
        };
        let settings = [
            (WIA_IPA_TYMED, tymed.value().into()),
            (WIA_IPA_FORMAT, format.into()),
            (WIA_IPA_DATATYPE, data_type.value().into()),
            (WIA_IPA_DEPTH, self.depth.into()),
            (WIA_IPA_COMPRESSION, self.compression.value().into()),
            (WIA_IPS_XRES, 75.into()),
            (WIA_IPS_YRES, 75.into()),
        ];
        feeder.write(&settings).unwrap();
        (device, feeder)
    }

    fn streams(&self, format: Guid) -> Images {
        let tymed = match self.multipage {
            true => Tymed::MultipageFile,
            false => Tymed::File,
        };
        let (_device, feeder) = self.feeder(format, tymed);
        let streams = Arc::new(Streams::default());
        let transfer = feeder.transfer().unwrap();
        let status = transfer.download(TransferFlags::empty(), streams.clone());
        assert_eq!(status.unwrap(), Status::Ok, "{self:?}");
        let streams = streams.0.lock().unwrap();
        streams
            .iter()
            .map(|s| s.lock().unwrap().get_ref().clone())
            .collect()
    }

    fn bands(&self, info: DataTransferInfo) -> Bands {
        let tymed = match self.multipage {
            true => Tymed::MultipageCallback,
            false => Tymed::Callback,
        };
        let (_device, feeder) = self.feeder(self.format, tymed);
        let bands = Arc::new(Application::default());
        bands.0.lock().unwrap().one_document = self.multipage;
        let transfer = feeder.transfer().unwrap();
        let status = transfer.banded_data(info, bands.clone());
        assert_eq!(status.unwrap(), Status::Ok, "{self:?}");
        let bands = std::mem::take(&mut *bands.0.lock().unwrap());
        assert_eq!(bands.messages.first(), Some(&DataMessage::Status));
        assert_eq!(bands.messages.last(), Some(&DataMessage::Termination));
        bands
    }

    /// As many transfers as there are images.
    fn files(&self, format: Guid) -> Images {
        let tymed = match self.multipage {
            true => Tymed::MultipageFile,
            false => Tymed::File,
        };
        let folder = tempfile::tempdir().unwrap();
        let (_device, feeder) = self.feeder(format, tymed);
        let scans = if self.multipage { 1 } else { SHEETS };
        let scan = |n: usize| {
            let path = folder.path().join(n.to_string());
            fs::write(&path, "an older file, longer than nothing").unwrap();
            let mut medium = StorageMedium {
                tymed,
                file_name: Some(path.clone()),
            };
            let transfer = feeder.transfer().unwrap();
            let status = transfer.file_data(&mut medium, FileFate::Documented, None);
            assert_eq!(status.unwrap(), Status::Ok, "{self:?}");
            fs::read(path).unwrap()
        };
        (0..scans).map(scan).collect()
    }
}

#[derive(Default)]
struct Streams(Mutex<Vec<Shared>>);

/// What a stream holds, also for whoever looks at it afterwards.
type Shared = Arc<Mutex<Cursor<Vec<u8>>>>;

struct Memory(Shared);

impl Stream for Memory {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        Ok(self.0.lock().unwrap().write(data).unwrap())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        Ok(self.0.lock().unwrap().seek(to).unwrap())
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        let size = usize::try_from(size).unwrap();
        self.0.lock().unwrap().get_mut().resize(size, 0);
        Ok(())
    }
}

impl TransferCallback for Streams {
    fn transfer_callback(&self, _: &TransferParams) -> Result<Answer> {
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        let memory = Arc::default();
        self.0.lock().unwrap().push(Arc::clone(&memory));
        Ok(NextStream::Stream(Box::new(Memory(memory))))
    }
}

#[derive(Default)]
struct Bands {
    /// The offsets go on through all pages.
    one_document: bool,
    images: Images,
    pages: usize,
    messages: Vec<DataMessage>,
    largest: usize,
    /// Lengths of the bands of the first image, with their offsets.
    of_first: Vec<(usize, usize)>,
}

#[derive(Default)]
struct Application(Mutex<Bands>);

impl DataCallback for Application {
    fn banded_data_callback(&self, params: &DataParams<'_>) -> Result<Answer> {
        let mut bands = self.0.lock().unwrap();
        let bands = &mut *bands;
        bands.messages.push(params.message);
        match params.message {
            DataMessage::DataHeader | DataMessage::NewPage => {
                let Payload::Header(header) = params.payload else {
                    panic!("no header");
                };
                bands.pages += usize::from(params.message == DataMessage::NewPage);
                assert_eq!(usize::try_from(header.page_count).unwrap(), bands.pages);
            }
            DataMessage::Data => {
                let Payload::Band(band) = params.payload else {
                    panic!("no band");
                };
                let offset = usize::try_from(params.offset).unwrap();
                bands.largest = bands.largest.max(band.len());
                let image = if bands.one_document { 0 } else { bands.pages };
                if image == 0 {
                    bands.of_first.push((offset, band.len()));
                }
                if bands.images.len() <= image {
                    bands.images.resize(image + 1, Vec::new());
                }
                let bytes = &mut bands.images[image];
                bytes.resize(bytes.len().max(offset + band.len()), 0);
                bytes[offset..offset + band.len()].copy_from_slice(band);
            }
            _ => {}
        }
        Ok(Answer::Continue)
    }
}

/// Everything that the virtual scanner offers in bands and files.
fn cases() -> Vec<Case> {
    use DataType::{Color, Grayscale, Threshold};
    let mut cases = Vec::new();
    for parameters in ["", "&lateheight=1"] {
        for (data_type, depth) in [(Color, 24), (Grayscale, 8), (Threshold, 1)] {
            for format in [WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF] {
                cases.push(Case {
                    parameters,
                    ..Case::new(format, data_type, depth)
                });
            }
        }
        for (data_type, depth) in [(Color, 24), (Grayscale, 8)] {
            cases.push(Case {
                compression: Compression::Jpeg,
                parameters,
                ..Case::new(WIA_IMG_FMT_JPEG, data_type, depth)
            });
        }
        let multipage = Case {
            multipage: true,
            parameters,
            ..Case::new(WIA_IMG_FMT_TIFF, Grayscale, 8)
        };
        cases.push(multipage);
        cases.push(Case {
            compression: Compression::Jpeg,
            ..multipage
        });
        cases.push(Case {
            compression: Compression::G4,
            data_type: Threshold,
            depth: 1,
            ..multipage
        });
    }
    cases
}

#[test]
fn bands_carry_what_streams_carry() {
    for case in cases() {
        // A bitmap in memory is the one in a stream without its file header.
        let (format, header) = match case.format {
            WIA_IMG_FMT_MEMORYBMP => (WIA_IMG_FMT_BMP, 14),
            other => (other, 0),
        };
        let streams = case.streams(format);
        for (buffer_size, double_buffer) in
            [(0, false), (0, true), (70_000, true), (1_000_000, false)]
        {
            let bands = case.bands(DataTransferInfo {
                buffer_size,
                double_buffer,
                section: None,
            });
            assert_eq!(bands.images.len(), streams.len(), "{case:?}");
            assert_eq!(bands.pages, SHEETS - 1, "{case:?}");
            for (image, stream) in bands.images.iter().zip(&streams) {
                assert!(
                    *image == stream[header..],
                    "{case:?} {buffer_size} {double_buffer}"
                );
            }
            // A smaller request is raised to the device's 256 KiB.
            let asked = buffer_size as usize / if double_buffer { 2 } else { 1 };
            assert!(bands.largest <= asked.max(256 * 1024), "{case:?}");
        }
    }
}

#[test]
fn what_can_be_transferred_can_be_asked() {
    let case = Case::new(WIA_IMG_FMT_RAW, DataType::Grayscale, 8);
    let (_device, feeder) = case.feeder(WIA_IMG_FMT_RAW, Tymed::Callback);
    let formats = feeder.formats().unwrap();
    assert!(formats.iter().all(|f| feeder.query_data(f).unwrap()));
    for (format, tymed, offered) in [
        (WIA_IMG_FMT_MEMORYBMP, Tymed::Callback, true),
        // A bitmap without file header is for bands alone, one with it is not for them.
        (WIA_IMG_FMT_MEMORYBMP, Tymed::File, false),
        (WIA_IMG_FMT_BMP, Tymed::Callback, false),
        (WIA_IMG_FMT_TIFF, Tymed::MultipageCallback, true),
        (WIA_IMG_FMT_RAW, Tymed::MultipageFile, false),
    ] {
        let asked = FormatInfo { format, tymed };
        assert_eq!(feeder.query_data(&asked).unwrap(), offered, "{asked:?}");
    }
}

#[test]
fn a_bitmap_comes_as_its_header_and_whole_lines() {
    let case = Case::new(WIA_IMG_FMT_MEMORYBMP, DataType::Grayscale, 8);
    let bands = case.bands(DataTransferInfo::default());
    let (header, lines) = bands.of_first.split_first().unwrap();
    assert_eq!(*header, (0, 40 + 1024));
    let line = 620; // A4 at 75 dpi
    for (offset, length) in lines {
        assert_eq!(((offset - 1064) % line, length % line), (0, 0));
    }
}

#[test]
fn files_hold_what_streams_hold() {
    for case in cases() {
        let format = match case.format {
            WIA_IMG_FMT_MEMORYBMP => WIA_IMG_FMT_BMP,
            other => other,
        };
        assert!(case.files(format) == case.streams(format), "{case:?}");
    }
}

#[test]
fn a_stack_is_taken_page_by_page_until_the_feeder_is_empty() {
    let case = Case::new(WIA_IMG_FMT_RAW, DataType::Grayscale, 8);
    let (_device, feeder) = case.feeder(WIA_IMG_FMT_RAW, Tymed::File);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page");
    let scan = || {
        let mut medium = StorageMedium {
            tymed: Tymed::File,
            file_name: Some(path.clone()),
        };
        let transfer = feeder.transfer().unwrap();
        transfer.file_data(&mut medium, FileFate::Documented, None)
    };
    for _ in 0..SHEETS {
        assert_eq!(scan().unwrap(), Status::Ok);
    }
    assert_eq!(scan().unwrap_err().kind(), wia::ErrorKind::PaperEmpty);
    // By the documented rule the file of one image is deleted then.
    assert!(!path.exists());
    feeder.write(&[(WIA_IPS_PAGES, 2.into())]).unwrap();
    assert_eq!(scan().unwrap_err().kind(), wia::ErrorKind::InvalidArgument);
}
