//! A folder device with one defect in its uploads.

use std::fs;
use std::sync::Arc;

use driver_folder::{FolderDevice, Options};
use items::{AppItem, DriverItem};
use minidriver::{Capability, FormatInfo, Minidriver};
use tempfile::TempDir;
use transfer::{
    Answer, MinidrvTransferCallback, NextStream, Stream, TransferContext, TransferParams,
};
use wia::{Guid, PropertyId, Result, Status, TransferFlags};

pub(crate) struct WrongStorage {
    inner: FolderDevice,
    defect: &'static str,
    directory: TempDir,
}

impl WrongStorage {
    pub(crate) fn new(defect: &'static str) -> WrongStorage {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("file.txt"), "words").unwrap();
        let options = Options::parse(&directory.path().display().to_string()).unwrap();
        WrongStorage {
            inner: FolderDevice::new(&options).unwrap(),
            defect,
            directory,
        }
    }
}

impl Minidriver for WrongStorage {
    fn initialize(&self, device_id: &str) -> Result<DriverItem> {
        self.inner.initialize(device_id)
    }

    fn un_initialize(&self) {
        self.inner.un_initialize();
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        self.inner.init_item_properties(item)
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        self.inner.validate_item_properties(item, changed)
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        if flags.contains(TransferFlags::UPLOAD) {
            let wrong = |inner| -> Arc<dyn MinidrvTransferCallback> {
                let defect = self.defect;
                Arc::new(WrongUpload { inner, defect })
            };
            context.callback = context.callback.take().map(wrong);
        }
        let result = self.inner.acquire_item_data(item, flags, context);
        if self.defect == "upload.keeps" && result.is_err() {
            fs::write(self.directory.path().join(item.name()), "half").unwrap();
        }
        result
    }

    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        self.inner.wia_format_info(item)
    }

    fn device_command(&self, item: &AppItem, command: Guid) -> Result<()> {
        self.inner.device_command(item, command)
    }

    fn capabilities(&self) -> Vec<Capability> {
        self.inner.capabilities()
    }

    fn delete_item(&self, item: &AppItem) -> Result<()> {
        self.inner.delete_item(item)
    }

    fn notify_pnp_event(&self, event: Guid) {
        self.inner.notify_pnp_event(event);
    }
}

struct WrongUpload {
    inner: Arc<dyn MinidrvTransferCallback>,
    defect: &'static str,
}

impl MinidrvTransferCallback for WrongUpload {
    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        match self.inner.get_next_stream(item_name, full_item_name)? {
            NextStream::Stream(inner) => Ok(NextStream::Stream(Box::new(WrongSource {
                inner,
                defect: self.defect,
            }))),
            other => Ok(other),
        }
    }

    fn send_message(&self, params: &TransferParams) -> Result<Answer> {
        let mut params = params.clone();
        if self.defect == "upload.percent" && params.percent == 0 {
            params.percent = -1;
        }
        self.inner.send_message(&params)
    }
}

struct WrongSource {
    inner: Box<dyn Stream>,
    defect: &'static str,
}

impl Stream for WrongSource {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.inner.write(data)
    }

    fn seek(&mut self, to: std::io::SeekFrom) -> Result<u64> {
        let at = self.inner.seek(to);
        match self.defect {
            "upload.bad" => Ok(at.unwrap_or(0)),
            _ => at,
        }
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.inner.set_size(size)
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.inner.read(buffer);
        match self.defect {
            "upload.read-fails" => Ok(read.unwrap_or(0)),
            "upload.stored" => read.inspect(|n| buffer[..*n].reverse()),
            "upload.calls" => {
                let _ = self.inner.set_size(0);
                read
            }
            _ => read,
        }
    }

    fn size(&mut self) -> Result<u64> {
        let size = self.inner.size()?;
        assert!(
            self.defect != "upload.empty" || size > 0,
            "nobody sends nothing"
        );
        Ok(size)
    }
}
