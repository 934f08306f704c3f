//! Items, documents, and a transfer of their bytes in pieces.

use std::io::{Cursor, SeekFrom};
use std::sync::{Arc, Mutex};

use formats::{DocumentFormat, DocumentWriter, WriterOptions, bmp, open_writer};
use items::{AppItem, DriverItem};
use quire_filters::{Filter, Filters};
use raster::{Band, PageLayout, PixelType};
use transfer::filter::chain;
use transfer::{
    Answer, ImageFilter, MinidrvTransferCallback, NextStream, Session, Stream, TransferCallback,
    TransferParams, write_all,
};
use wia::category::{WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::format::WIA_IMG_FMT_RAW;
use wia::property::WIA_IPA_FORMAT;
use wia::{Access, ItemFlags, PropertyInfo, PropertyValue, Result, Status, ValidValues};

pub(crate) const FLATBED: &str = "0000\\Root\\Flatbed";

/// A root with a flatbed that has these properties, and RAW for a format.
pub(crate) fn tree(properties: &[(wia::PropertyId, PropertyValue)]) -> AppItem {
    let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
    let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT).unwrap();
    let flags = ItemFlags::IMAGE | ItemFlags::FILE | ItemFlags::TRANSFER | ItemFlags::FOLDER;
    let flatbed = DriverItem::new(flags, "Flatbed", FLATBED, WIA_CATEGORY_FLATBED).unwrap();
    flatbed.add_to_folder(&root).unwrap();
    let tree = AppItem::from_driver_tree(&root);
    let item = tree.find_by_name(FLATBED).unwrap();
    let info = || PropertyInfo {
        access: Access::RW,
        valid: ValidValues::None,
    };
    item.declare(WIA_IPA_FORMAT, WIA_IMG_FMT_RAW, info());
    for (id, value) in properties {
        item.declare(*id, value.clone(), info());
    }
    tree
}

pub(crate) fn layout(width: u32, height: u32, pixel: PixelType) -> PageLayout {
    PageLayout {
        width,
        height: Some(height),
        pixel,
        x_dpi: 300,
        y_dpi: 200,
    }
}

/// Pixels that all differ from their neighbours; unused bits are 0.
pub(crate) fn rows(layout: &PageLayout) -> Vec<Vec<u8>> {
    let mut seed = 12345_u32;
    (0..layout.height.unwrap())
        .map(|_| {
            let mut row: Vec<u8> = (0..layout.row_bytes())
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (seed >> 24) as u8
                })
                .collect();
            raster::pack::clear_unused_bits(layout.pixel, &mut row, layout.width);
            row
        })
        .collect()
}

/// The document of a page.
pub(crate) fn document(format: DocumentFormat, layout: &PageLayout, rows: &[Vec<u8>]) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let sink = Box::new(file.reopen().unwrap());
    let mut writer = open_writer(format, sink, &WriterOptions::default()).unwrap();
    page(writer.as_mut(), layout, rows);
    writer.finish().unwrap();
    drop(writer);
    std::fs::read(file.path()).unwrap()
}

pub(crate) fn page(writer: &mut dyn DocumentWriter, layout: &PageLayout, rows: &[Vec<u8>]) {
    writer.begin_page(layout).unwrap();
    for row in rows {
        writer
            .rows(Band::new(row, row.len(), row.len()).unwrap())
            .unwrap();
    }
    writer.end_page().unwrap();
}

pub(crate) fn memory_bitmap(layout: &PageLayout, rows: &[Vec<u8>]) -> Vec<u8> {
    let mut sink = Cursor::new(Vec::new());
    let mut writer = bmp::Writer::new(&mut sink, bmp::Container::Memory);
    page(&mut writer, layout, rows);
    writer.finish().unwrap();
    sink.into_inner()
}

/// The application: its stream holds `before` already.
#[derive(Default)]
pub(crate) struct App {
    pub(crate) stream: Arc<Mutex<Cursor<Vec<u8>>>>,
    pub(crate) told: Mutex<Vec<String>>,
}

struct Memory(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Stream for Memory {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        std::io::Write::write_all(&mut *self.0.lock().unwrap(), data).unwrap();
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        Ok(std::io::Seek::seek(&mut *self.0.lock().unwrap(), to).unwrap())
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.0.lock().unwrap().get_mut().resize(size as usize, 0);
        Ok(())
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        Ok(std::io::Read::read(&mut *self.0.lock().unwrap(), buffer).unwrap())
    }

    fn size(&mut self) -> Result<u64> {
        Ok(self.0.lock().unwrap().get_ref().len() as u64)
    }
}

pub(crate) fn stream_of(bytes: &[u8]) -> impl Stream + use<> {
    Memory(Arc::new(Mutex::new(Cursor::new(bytes.to_vec()))))
}

impl App {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.stream.lock().unwrap().get_ref().clone()
    }
}

impl TransferCallback for App {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let line = format!("{:?} {}", params.message, params.transferred_bytes);
        self.told.lock().unwrap().push(line);
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        Ok(NextStream::Stream(Box::new(Memory(Arc::clone(
            &self.stream,
        )))))
    }
}

pub(crate) fn filters(list: Vec<Box<dyn Filter>>) -> Vec<Arc<dyn ImageFilter>> {
    vec![Arc::new(Filters::new(list))]
}

/// A call of the driver: bytes to a position.
pub(crate) type Write<'a> = (u64, &'a [u8]);

/// A transfer of these writes.
pub(crate) fn transfer(
    tree: &AppItem,
    list: Vec<Box<dyn Filter>>,
    app: &Arc<App>,
    writes: &[Write<'_>],
) -> Result<Status> {
    let chain = chain(&filters(list), tree, app.clone());
    let session = Session::new(chain.callback());
    let run = || {
        let NextStream::Stream(mut stream) = session.get_next_stream("Flatbed", FLATBED)? else {
            panic!("no stream");
        };
        let start = stream.seek(SeekFrom::End(0))?;
        for (at, bytes) in writes {
            stream.seek(SeekFrom::Start(start + at))?;
            write_all(stream.as_mut(), bytes)?;
        }
        let end = writes
            .iter()
            .map(|(at, bytes)| at + bytes.len() as u64)
            .max();
        let said = TransferParams::status(100, end.unwrap_or(0));
        let _ = session.send_message(&said)?;
        Ok(Status::Ok)
    };
    let result = session.finish(run());
    chain.finish(result)
}

/// What a document becomes.
#[track_caller]
pub(crate) fn filtered(tree: &AppItem, list: Vec<Box<dyn Filter>>, document: &[u8]) -> Vec<u8> {
    let app = Arc::new(App::default());
    let result = transfer(tree, list, &app, &[(0, document)]);
    assert_eq!(result.unwrap(), Status::Ok);
    app.bytes()
}

/// The document cut into pieces of `size`.
pub(crate) fn pieces(document: &[u8], size: usize) -> Vec<Write<'_>> {
    let chunks = document.chunks(size).enumerate();
    chunks
        .map(|(n, chunk)| ((n * size) as u64, chunk))
        .collect()
}
