//! An application that takes bands of memory, or files.

use std::fs;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minidriver::{DriverModel, Minidriver as _};
use service::{
    Answer, DataCallback, DataParams, DataTransferInfo, FileFate, Payload, StorageMedium,
};
use wia::{DataMessage, Result, Status, Tymed};

use crate::judged::Judged;
use crate::recorder::{Call, Log, Recorder, Told};
use crate::rig::{Rig, Verdict, cancel_io, fail};
use crate::script::{Reply, failure};

/// One band as the application got it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BandSeen {
    /// `NEW_PAGE` messages before it.
    pub(crate) page: usize,
    pub(crate) offset: usize,
    pub(crate) length: usize,
}

/// How a transfer of an older kind went.
pub(crate) struct DataRun {
    pub(crate) result: Result<Status>,
    pub(crate) judged: Judged,
    /// The images, put together by their offsets; one for a file.
    pub(crate) images: Vec<Vec<u8>>,
    pub(crate) bands: Vec<BandSeen>,
    pub(crate) new_pages: usize,
}

impl DataRun {
    /// Fails unless the transfer ended well.
    pub(crate) fn complete(self) -> Verdict<DataRun> {
        match &self.result {
            Ok(Status::Ok | Status::EndOfMedia) if !self.images.is_empty() => Ok(self),
            Ok(Status::Ok | Status::EndOfMedia) => fail("it gave no image"),
            Ok(other) => fail(format!("the transfer ended with {other}")),
            Err(e) => fail(format!("the transfer failed: {e}")),
        }
    }

    /// Bytes that came.
    pub(crate) fn received(&self) -> usize {
        self.bands.iter().map(|band| band.length).sum()
    }
}

/// The answer to a message of this kind, the first of them.
pub(crate) type Script = Option<(DataMessage, Reply)>;

#[derive(Default)]
struct Seen {
    replied: bool,
    images: Vec<Vec<u8>>,
    bands: Vec<BandSeen>,
    new_pages: usize,
}

struct App {
    script: Script,
    /// Offsets go on through all pages.
    one_document: bool,
    heard: Log,
    seen: Mutex<Seen>,
    driver: Arc<Recorder>,
}

impl App {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DataCallback for App {
    fn banded_data_callback(&self, params: &DataParams<'_>) -> Result<Answer> {
        let answer = self.answer(params);
        // These are the service's.
        let own = [DataMessage::DataHeader, DataMessage::Termination];
        if !own.contains(&params.message) {
            self.heard.note(Call::Data {
                message: params.message,
                status: params.status,
                percent: params.percent,
                length: params.length,
                // The service lets no larger band through.
                buffer: params.length,
                told: Told::answer(&answer),
            });
        }
        answer
    }
}

impl App {
    fn answer(&self, params: &DataParams<'_>) -> Result<Answer> {
        {
            let seen = &mut *self.seen();
            match (params.message, params.payload) {
                (DataMessage::NewPage, _) => seen.new_pages += 1,
                (DataMessage::Data, Payload::Band(band)) => {
                    let offset = usize::try_from(params.offset).unwrap_or(0);
                    let page = seen.new_pages;
                    let image = if self.one_document { 0 } else { page };
                    seen.bands.push(BandSeen {
                        page,
                        offset,
                        length: band.len(),
                    });
                    let count = seen.images.len().max(image + 1);
                    seen.images.resize(count, Vec::new());
                    let bytes = &mut seen.images[image];
                    bytes.resize(bytes.len().max(offset + band.len()), 0);
                    bytes[offset..offset + band.len()].copy_from_slice(band);
                }
                _ => {}
            }
            let due = self.script.is_some_and(|(at, _)| at == params.message);
            if !due || std::mem::replace(&mut seen.replied, true) {
                return Ok(Answer::Continue);
            }
        }
        match self.script.map(|(_, reply)| reply) {
            Some(Reply::Cancel) => return Ok(Answer::Cancel),
            Some(Reply::Fail) => return Err(failure()),
            Some(Reply::CancelTransfer | Reply::CancelIo) => cancel_io(&self.driver),
            None => {}
        }
        Ok(Answer::Continue)
    }
}

impl Rig {
    fn app(&self, script: Script, one_document: bool) -> Arc<App> {
        drop(self.driver.take());
        Arc::new(App {
            script,
            one_document,
            heard: Log::default(),
            seen: Mutex::default(),
            driver: Arc::clone(&self.driver),
        })
    }

    fn ended(&self, app: &App, result: Result<Status>) -> Verdict<DataRun> {
        let layer = self.driver.model() == DriverModel::Stream;
        let judged = Judged::of(&self.driver, layer.then_some(&app.heard), &result)?;
        let seen = std::mem::take(&mut *app.seen());
        Ok(DataRun {
            result,
            judged,
            images: seen.images,
            bands: seen.bands,
            new_pages: seen.new_pages,
        })
    }

    /// A transfer in bands.
    pub(crate) fn bands(
        &self,
        (buffer_size, double_buffer): (u32, bool),
        one_document: bool,
        script: Script,
    ) -> Verdict<DataRun> {
        let app = self.app(script, one_document);
        let info = DataTransferInfo {
            section: None,
            buffer_size,
            double_buffer,
        };
        let result = self.item.transfer()?.banded_data(info, app.clone());
        self.ended(&app, result)
    }

    /// A transfer into a file, with or without a callback.
    pub(crate) fn file(&self, tymed: Tymed, callback: bool, script: Script) -> Verdict<DataRun> {
        let cannot = |e: std::io::Error| crate::rig::Stop::Fail(format!("a scratch file: {e}"));
        let folder = tempfile::tempdir().map_err(cannot)?;
        let path = folder.path().join("scan");
        let mut medium = StorageMedium {
            tymed,
            file_name: Some(path.clone()),
        };
        let app = self.app(script, false);
        let heard = callback.then(|| -> Arc<dyn DataCallback> { app.clone() });
        let transfer = self.item.transfer()?;
        let result = transfer.file_data(&mut medium, FileFate::Keep, heard);
        let mut run = self.ended(&app, result)?;
        run.images = fs::read(path).into_iter().collect();
        Ok(run)
    }
}
