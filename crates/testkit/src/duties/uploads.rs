//! How a driver takes what is sent to its storage. It is sent as a new item, which is deleted again.

use std::io::SeekFrom;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use service::{Answer, CreationFlags, Item, NextStream, Stream, TransferCallback, TransferParams};
use wia::{Error, ErrorKind, ItemFlags, Result, Status, TransferMessage};

use super::{Duty, On, duty, hwc};
use crate::Faces;
use crate::recorder::Call;
use crate::rig::{Bench, Rig, Verdict, ensure, fail, not_applicable};
use crate::script::{FAILURE, Script, failure};

pub(super) fn duties() -> Vec<Duty> {
    let duties = vec![
        duty(
            "upload.stored",
            "1.5",
            "what was uploaded can be downloaded",
            stored,
        ),
        hwc(
            "upload.calls",
            "1.5",
            "only Read, Seek and Stat are called",
            calls,
        ),
        hwc(
            "upload.percent",
            "1.5",
            "the progress is 0 to 100 percent",
            percent,
        ),
        hwc("upload.empty", "1.5", "an empty source does no harm", empty),
        hwc(
            "upload.bad",
            "1.5",
            "a source that fails stores nothing, one that lies does no harm",
            bad,
        ),
        duty(
            "upload.read-fails",
            "1.5",
            "a failed Read fails the upload",
            read_fails,
        ),
    ];
    let on = On::Folders;
    { duties.into_iter() }
        .map(|duty| Duty { on, ..duty })
        .collect()
}

/// Name of the item that is made, and its ending; a number goes between them where that is taken.
const NAME: [&str; 2] = ["quire-check", ".txt"];
/// What is uploaded.
const SIZE: usize = 5000;
/// The source gives no more at once.
const AT_ONCE: usize = 1000;

fn content() -> Vec<u8> {
    (0..SIZE).map(|n| (n % 251) as u8).collect()
}

/// What a source does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Stat,
    Seek,
    /// From this `Read` on.
    Read(usize),
    /// `Stat` says twice as much as there is.
    Size,
}

struct Source {
    bytes: Vec<u8>,
    position: usize,
    reads: usize,
    wrong: Option<Wrong>,
    /// Whether a call failed.
    failed: Arc<AtomicBool>,
}

impl Source {
    fn of(bytes: Vec<u8>, wrong: Option<Wrong>) -> Source {
        Source {
            bytes,
            position: 0,
            reads: 0,
            wrong,
            failed: Arc::default(),
        }
    }

    fn right(&self, wrong: Wrong) -> Result<()> {
        match self.wrong == Some(wrong) {
            true => Err(self.fails()),
            false => Ok(()),
        }
    }

    fn fails(&self) -> Error {
        self.failed.store(true, Ordering::Release);
        failure()
    }
}

impl Stream for Source {
    fn write(&mut self, _: &[u8]) -> Result<usize> {
        Err(Error::new(ErrorKind::NotImplemented, "a source is read"))
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.right(Wrong::Seek)?;
        let position = match to {
            SeekFrom::Start(to) => i64::try_from(to).ok(),
            SeekFrom::Current(by) => (self.position as i64).checked_add(by),
            SeekFrom::End(by) => (self.bytes.len() as i64).checked_add(by),
        };
        let position = position.and_then(|p| usize::try_from(p).ok());
        self.position =
            position.ok_or_else(|| Error::new(ErrorKind::InvalidFunction, "before the start"))?;
        Ok(self.position as u64)
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Err(Error::new(ErrorKind::NotImplemented, "a source is read"))
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.reads += 1;
        if matches!(self.wrong, Some(Wrong::Read(from)) if self.reads > from) {
            return Err(self.fails());
        }
        let left = self.bytes.get(self.position..).unwrap_or(&[]);
        let read = left.len().min(buffer.len()).min(AT_ONCE);
        buffer[..read].copy_from_slice(&left[..read]);
        self.position += read;
        Ok(read)
    }

    fn size(&mut self) -> Result<u64> {
        self.right(Wrong::Stat)?;
        let size = self.bytes.len() as u64;
        Ok(if self.wrong == Some(Wrong::Size) {
            size * 2
        } else {
            size
        })
    }
}

/// Goes on, whatever it is told.
struct App;

impl TransferCallback for App {
    fn transfer_callback(&self, _: &TransferParams) -> Result<Answer> {
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        Ok(NextStream::Missing)
    }
}

/// How an upload went. The new item goes with it.
struct Run {
    rig: Rig,
    result: Result<Status>,
    calls: Vec<Call>,
}

impl Drop for Run {
    fn drop(&mut self) {
        // A device that deletes nothing keeps it.
        let _ = self.rig.item.delete();
    }
}

/// A name that nothing in the folder has.
fn free_name(folder: &dyn Item) -> String {
    let children = folder.children();
    let taken: Vec<String> = children.iter().map(|item| item.name()).collect();
    let [name, ending] = NAME;
    let numbers = (1_u32..).map(|number| format!("{name}-{number}{ending}"));
    std::iter::once(NAME.concat())
        .chain(numbers)
        .find(|name| !taken.contains(name))
        .unwrap_or_default()
}

fn upload(bench: &Bench<'_>, source: Source) -> Verdict<Run> {
    if bench.faces == Faces::Older {
        return not_applicable("streams are not tried");
    }
    let mut rig = bench.open()?;
    let folder = Arc::clone(&rig.item);
    let file = ItemFlags::FILE | ItemFlags::TRANSFER;
    rig.item = folder.create_child(file, CreationFlags::empty(), &free_name(&*folder))?;
    let transfer = rig.item.transfer()?;
    drop(rig.driver.take());
    let result = transfer.upload(Box::new(source), Arc::new(App));
    let calls = rig.driver.take();
    let run = Run { rig, result, calls };
    match &run.result {
        Err(e) if e.kind() == ErrorKind::ExceptionInDriver || e.kind() == ErrorKind::Deadline => {
            fail(e.to_string())
        }
        _ => Ok(run),
    }
}

/// An upload that has to end well.
fn good(bench: &Bench<'_>) -> Verdict<Run> {
    let run = upload(bench, Source::of(content(), None))?;
    match &run.result {
        Ok(Status::Ok) => Ok(run),
        Ok(other) => fail(format!("the upload ended with {other}")),
        Err(e) => fail(format!("the upload failed: {e}")),
    }
}

fn stored(bench: &Bench<'_>) -> Verdict {
    let run = good(bench)?;
    let back = run.rig.download(Script::default())?.complete()?;
    ensure(back.streams == [content()], || {
        "what came back is not what was sent".to_owned()
    })
}

fn calls(bench: &Bench<'_>) -> Verdict {
    let run = good(bench)?;
    let written = run.calls.iter().find_map(|call| match call {
        Call::Write { .. } => Some("Write"),
        Call::SetSize(_) => Some("SetSize"),
        _ => None,
    });
    match written {
        Some(name) => fail(format!("it called {name}")),
        None => Ok(()),
    }
}

fn percent(bench: &Bench<'_>) -> Verdict {
    let run = good(bench)?;
    let percents = run.calls.iter().filter_map(|call| match call {
        Call::Message { params, .. } if params.message == TransferMessage::Status => {
            Some(params.percent)
        }
        _ => None,
    });
    match { percents }.find(|percent| !(0..=100).contains(percent)) {
        Some(percent) => fail(format!("it said {percent} percent")),
        None => Ok(()),
    }
}

fn empty(bench: &Bench<'_>) -> Verdict {
    upload(bench, Source::of(Vec::new(), None)).map(drop)
}

fn bad(bench: &Bench<'_>) -> Verdict {
    for wrong in [Wrong::Stat, Wrong::Seek, Wrong::Read(0), Wrong::Size] {
        let source = Source::of(content(), Some(wrong));
        let failed = Arc::clone(&source.failed);
        let run = upload(bench, source)?;
        // A driver need not call Stat, and may believe what it says.
        if !failed.load(Ordering::Acquire) {
            continue;
        }
        if let Ok(status) = &run.result {
            return fail(format!(
                "{wrong:?} failed, and the upload ended with {status}"
            ));
        }
        if let Ok(back) = run.rig.download(Script::default())
            && back.result.is_ok()
            && back.streams.iter().any(|stream| !stream.is_empty())
        {
            return fail(format!("{wrong:?} failed, and the item has data"));
        }
    }
    Ok(())
}

fn read_fails(bench: &Bench<'_>) -> Verdict {
    for reads in [0, 2] {
        let run = upload(bench, Source::of(content(), Some(Wrong::Read(reads))))?;
        match &run.result {
            Err(e) if e.kind() == FAILURE => {}
            Err(e) => {
                return fail(format!(
                    "Read failed, and the upload with another failure: {e}"
                ));
            }
            Ok(status) => return fail(format!("Read failed, and the upload ended with {status}")),
        }
    }
    Ok(())
}
