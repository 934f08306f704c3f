//! A driver that writes into streams, in the older kinds of transfer.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex};
use std::thread;

use bands::Band as Memory;
use formats::tiff;
use raster::{Band, PageLayout, PixelType};
use wia::format::{WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_TIFF};
use wia::{DataMessage, Result, Status, Tymed};

use crate::data::rig::{Application, LIMIT, memory};
use crate::transfer::{
    Answer, DataCallback, DataParams, DataSession, DataStreams, DocumentOptions, DocumentProgress,
    Heard, MinidrvTransferCallback, NextStream, Payload, Stream, TransferContext, TransferParams,
    TransferRecord, begin_page, end_page, rows,
};

const LAYOUT: PageLayout = PageLayout {
    width: 100,
    height: Some(40),
    pixel: PixelType::Gray8,
    x_dpi: 75,
    y_dpi: 75,
};

/// Puts the document of bands together, and at each message looks whether the pages that are counted
/// are there.
struct Reader {
    file: File,
    progress: Arc<DocumentProgress>,
    seen: Mutex<Vec<u32>>,
}

impl DataCallback for Reader {
    fn banded_data_callback(&self, params: &DataParams<'_>) -> Result<Answer> {
        let counted = self.progress.pages();
        if counted > 0 {
            assert!(tiff::verify(&self.file).unwrap().pages >= counted);
        }
        self.seen.lock().unwrap().push(counted);
        if let (DataMessage::Data, Payload::Band(band)) = (params.message, params.payload) {
            let offset = u64::try_from(params.offset).unwrap();
            self.file.write_all_at(band, offset).unwrap();
        }
        Ok(Answer::Continue)
    }
}

/// Pages 1 to 4 by the page writer.
fn pages(context: &mut TransferContext) -> Result<Status> {
    let streams = DataStreams::new(context);
    let written = (|| {
        let NextStream::Stream(mut stream) = streams.get_next_stream("Item", "0000\\Item")? else {
            panic!("no stream");
        };
        for page in 0..4u8 {
            if page > 0 {
                let answer = streams.send_message(&TransferParams::new_page(0, 0))?;
                assert_eq!(answer, Answer::Continue);
            }
            begin_page(context, stream.as_mut(), &LAYOUT)?;
            let pixels = vec![page; 100 * 40];
            rows(
                context,
                stream.as_mut(),
                Band::new(&pixels, 100, 100).unwrap(),
            )?;
            end_page(context, stream.as_mut())?;
        }
        Ok(Status::Ok)
    })();
    streams.finish(context, written)
}

#[test]
fn a_page_counts_when_the_application_has_it() {
    for buffers in [1, 2] {
        let progress = Arc::<DocumentProgress>::default();
        let options = DocumentOptions {
            progress: Arc::clone(&progress),
            ..DocumentOptions::default()
        };
        let mut context = TransferContext {
            format: WIA_IMG_FMT_TIFF,
            tymed: Tymed::MultipageCallback,
            memory_transfer: true,
            service_buffer: true,
            number_of_buffers: buffers,
            buffer_size: 3000,
            record: Some(TransferRecord::new(options)),
            ..TransferContext::default()
        };
        let reader = Arc::new(Reader {
            file: tempfile::tempfile().unwrap(),
            progress: Arc::clone(&progress),
            seen: Mutex::default(),
        });
        let memory = (1..=buffers as usize).map(|n| Memory::allocate(n, 3000).unwrap().into());
        let callback: Arc<dyn DataCallback> = reader.clone();
        let (session, mut service) =
            DataSession::new(&mut context, memory.collect(), Some(callback));
        let driving = thread::spawn(move || {
            let result = pages(&mut context);
            session.check_returned(&context);
            session.close();
            result
        });
        while service.serve(LIMIT) != Heard::Returned {}
        let result = service.finish(driving.join().unwrap());
        assert_eq!(result.unwrap(), Status::Ok);
        assert_eq!(progress.pages(), 4);
        assert_eq!(tiff::verify(&reader.file).unwrap().pages, 4);
        // It is not all counted at the end.
        assert!(reader.seen.lock().unwrap().contains(&2));
    }
}

/// The context of a transfer of bitmaps, and a stream over it.
fn with_stream(
    application: &Arc<Application>,
    buffers: usize,
    write: impl FnOnce(&mut dyn Stream) -> Result<()> + Send + 'static,
) -> Result<Status> {
    memory(buffers, application, move |_, context| {
        assert_eq!(context.format, WIA_IMG_FMT_MEMORYBMP);
        let streams = DataStreams::new(context);
        assert_eq!(context.tymed, Tymed::File);
        let NextStream::Stream(mut stream) = streams.get_next_stream("Item", "0000\\Item")? else {
            panic!("no stream");
        };
        let written = write(stream.as_mut());
        drop(stream);
        streams.finish(context, written.map(|()| Status::Ok))
    })
}

#[test]
fn bytes_go_in_bands_of_the_buffer_at_their_place() {
    let application = Application::answering([]);
    let result = with_stream(&application, 2, |stream| {
        assert_eq!(stream.write(&[1; 40])?, 40);
        // Back, and to the end again.
        assert_eq!(stream.seek(std::io::SeekFrom::Start(4))?, 4);
        stream.write(&[2; 2])?;
        assert_eq!(stream.seek(std::io::SeekFrom::End(0))?, 40);
        stream.write(&[3; 3])?;
        Ok(())
    });
    assert_eq!(result.unwrap(), Status::Ok);
    let seen = application.seen.lock().unwrap();
    let bands: Vec<_> = seen
        .iter()
        .filter(|s| s.0 == DataMessage::Data)
        .map(|s| (s.1, s.3.clone()))
        .collect();
    let want = [
        (0, vec![1; 16]),
        (16, vec![1; 16]),
        (32, vec![1; 8]),
        (4, vec![2; 2]),
        (40, vec![3; 3]),
    ];
    assert_eq!(bands, want);
}

#[test]
fn a_cancel_inside_of_a_write_is_a_cancel() {
    for buffers in [1, 2] {
        let application = Application::answering([Ok(Answer::Continue), Ok(Answer::Cancel)]);
        let result = with_stream(&application, buffers, |stream| {
            for _ in 0..10 {
                stream.write(&[1; 16])?;
            }
            Ok(())
        });
        assert_eq!(result.unwrap(), Status::Cancelled, "{buffers}");
    }
}

/// A bitmap of 100 x 40 in 8 bits, written in one piece.
#[test]
fn a_bitmap_goes_as_its_header_and_whole_lines() {
    let layout = LAYOUT;
    let mut bitmap = formats::bmp::header(&layout, false).unwrap();
    let header = i32::try_from(bitmap.len()).unwrap();
    bitmap.resize(bitmap.len() + 100 * 40, 9);
    let mut context = crate::data::rig::context(true);
    context.service_buffer = true;
    context.number_of_buffers = 1;
    context.buffer_size = 1250;
    let application = Application::answering([]);
    let callback: Arc<dyn DataCallback> = application.clone();
    let buffer = Memory::allocate(1, 1250).unwrap().into();
    let (session, mut service) = DataSession::new(&mut context, vec![buffer], Some(callback));
    let driving = thread::spawn(move || {
        let streams = DataStreams::new(&mut context);
        let written = match streams.get_next_stream("Item", "0000\\Item") {
            Ok(NextStream::Stream(mut stream)) => stream.write(&bitmap).map(|_| Status::Ok),
            other => panic!("{other:?}"),
        };
        let result = streams.finish(&mut context, written);
        session.close();
        result
    });
    while service.serve(LIMIT) != Heard::Returned {}
    assert_eq!(service.finish(driving.join().unwrap()).unwrap(), Status::Ok);
    let seen = application.seen.lock().unwrap();
    let bands: Vec<_> = seen
        .iter()
        .filter(|s| s.0 == DataMessage::Data)
        .map(|s| (s.1, s.2))
        .collect();
    assert_eq!(
        bands,
        [
            (0, header),
            (header, 1200),
            (header + 1200, 1200),
            (header + 2400, 1200),
            (header + 3600, 400)
        ]
    );
}

/// A buffer may have room for a page; memory that is not touched costs nothing.
#[test]
fn of_a_large_buffer_for_a_file_a_part_is_used() {
    let file = tempfile::tempfile().unwrap();
    let size = 1 << 20;
    let mut context = crate::data::rig::context(false);
    context.file = Some(file.try_clone().unwrap());
    context.service_buffer = true;
    context.number_of_buffers = 1;
    context.buffer_size = 1 << 20;
    let buffer = Memory::allocate(1, size).unwrap().into();
    let (_session, _service) = DataSession::new(&mut context, vec![buffer], None);
    let streams = DataStreams::new(&mut context);
    let written = match streams.get_next_stream("Item", "0000\\Item") {
        Ok(NextStream::Stream(mut stream)) => stream.write(&vec![7; size]).map(|_| Status::Ok),
        other => panic!("{other:?}"),
    };
    assert_eq!(streams.finish(&mut context, written).unwrap(), Status::Ok);
    assert_eq!(file.metadata().unwrap().len(), 1 << 20);
    assert_eq!(context.transfer_buffer.len(), size);
    assert!(context.transfer_buffer[64 * 1024..].iter().all(|b| *b == 0));
}

/// Section 1.5: after asking for the next stream no method of the old one may be called.
#[test]
fn only_the_newest_stream_is_alive() {
    let application = Application::answering([]);
    let result = memory(1, &application, |_, context| {
        let streams = DataStreams::new(context);
        let next = || match streams.get_next_stream("Item", "0000\\Item") {
            Ok(NextStream::Stream(stream)) => stream,
            _ => panic!("no stream"),
        };
        let mut old = next();
        old.write(&[1; 4])?;
        let mut new = next();
        for call in [
            old.write(&[2; 4]).map(drop),
            old.seek(std::io::SeekFrom::Start(0)).map(drop),
            old.set_size(0),
            old.settle(),
        ] {
            assert_eq!(call.unwrap_err().kind(), wia::ErrorKind::Reverted);
        }
        new.write(&[3; 2])?;
        // Letting it go sends nothing of the new one.
        drop(old);
        new.write(&[3; 2])?;
        drop(new);
        streams.finish(context, Ok(Status::Ok))
    });
    assert_eq!(result.unwrap(), Status::Ok);
    let seen = application.seen.lock().unwrap();
    let bands: Vec<_> = seen
        .iter()
        .filter(|s| s.0 == DataMessage::Data)
        .map(|s| (s.1, s.3.clone()))
        .collect();
    assert_eq!(bands, [(0, vec![1; 4]), (0, vec![3; 4])]);
}
