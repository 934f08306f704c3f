//! Places for documents that behave as a test wants.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::io::{self, Cursor, SeekFrom};
use std::sync::{Arc, Mutex};

use quire_formats::{DocumentWriter, Sink, SinkAbilities};
use raster::{Band, PageLayout};

/// Bytes in memory that can still be looked at after a writer has taken the sink.
#[derive(Clone, Default)]
pub(crate) struct Shared(pub Arc<Mutex<State>>);

#[derive(Default)]
pub(crate) struct State {
    pub(crate) bytes: Cursor<Vec<u8>>,
    pub(crate) calls: u32,
    /// The number of the call that fails, from 0.
    pub(crate) fail_at: Option<u32>,
    /// Whether all calls after the failing one fail too.
    pub(crate) stays_broken: bool,
    pub(crate) cannot_seek: bool,
}

impl Shared {
    /// Seekable, holding `before` and standing behind it.
    pub(crate) fn after(before: &[u8]) -> Shared {
        let shared = Shared::default();
        let mut state = shared.0.lock().unwrap();
        state.bytes = Cursor::new(before.to_vec());
        state.bytes.set_position(before.len() as u64);
        drop(state);
        shared
    }

    pub(crate) fn pipe() -> Shared {
        let shared = Shared::default();
        shared.0.lock().unwrap().cannot_seek = true;
        shared
    }

    pub(crate) fn failing_at(call: u32) -> Shared {
        let shared = Shared::after(b"before");
        shared.0.lock().unwrap().fail_at = Some(call);
        shared
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().bytes.get_ref().clone()
    }

    pub(crate) fn position(&self) -> u64 {
        self.0.lock().unwrap().bytes.position()
    }

    pub(crate) fn calls(&self) -> u32 {
        self.0.lock().unwrap().calls
    }

    fn call<T>(&self, work: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.0.lock().unwrap();
        let call = state.calls;
        state.calls += 1;
        match state.fail_at {
            Some(at) if call == at || (call > at && state.stays_broken) => {
                Err(io::Error::from(io::ErrorKind::StorageFull))
            }
            _ => work(&mut state),
        }
    }
}

impl Sink for Shared {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        self.call(|s| s.bytes.write_all(data))
    }
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.call(|s| {
            let here = s.bytes.position();
            let to = Sink::seek(&mut s.bytes, to)?;
            if s.cannot_seek && to != here {
                s.bytes.set_position(here);
                return Err(io::ErrorKind::NotSeekable.into());
            }
            Ok(to)
        })
    }
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        self.call(|s| Sink::set_len(&mut s.bytes, len))
    }
    fn abilities(&self) -> SinkAbilities {
        SinkAbilities {
            seek: !self.0.lock().unwrap().cannot_seek,
        }
    }
}

/// Writes one page while somebody moves the sink's position between the calls.
pub(crate) fn write_disturbed(
    sink: &Shared,
    writer: &mut dyn DocumentWriter,
    layout: &PageLayout,
    rows: &[u8],
) {
    let disturb = || sink.0.lock().unwrap().bytes.set_position(2);
    disturb();
    writer.begin_page(layout).unwrap();
    let row = layout.row_bytes();
    for group in rows.chunks(row * 5) {
        disturb();
        writer.rows(Band::new(group, row, row).unwrap()).unwrap();
    }
    disturb();
    writer.end_page().unwrap();
    disturb();
    writer.finish().unwrap();
}

/// Writes one page from packed rows, `group` rows at a time.
pub(crate) fn write_page(
    writer: &mut dyn DocumentWriter,
    layout: &PageLayout,
    rows: &[u8],
    group: usize,
) -> wia::Result<quire_formats::PageDone> {
    writer.begin_page(layout)?;
    let row = layout.row_bytes();
    for group in rows.chunks(row * group) {
        writer.rows(Band::new(group, row, row).unwrap())?;
    }
    let done = writer.end_page()?;
    writer.finish()?;
    Ok(done)
}

/// Writes a page with every possible call failing: the error must come out, as what it is, and
/// taking the page back must leave what was there before.
pub(crate) fn fails_honestly<W: DocumentWriter>(
    make: impl Fn(Shared) -> W,
    layout: &PageLayout,
    rows: &[u8],
) {
    let whole = Shared::after(b"before");
    write_page(&mut make(whole.clone()), layout, rows, 7).unwrap();
    assert!(whole.calls() > 2);
    for call in 0..whole.calls() {
        let sink = Shared::failing_at(call);
        let mut writer = make(sink.clone());
        let e = write_page(&mut writer, layout, rows, 7).unwrap_err();
        assert_eq!(e.kind(), wia::ErrorKind::MediumFull, "call {call}: {e}");
        assert!(writer.finish().is_err(), "call {call}");
        writer.abandon_page().unwrap();
        assert_eq!(sink.bytes(), b"before", "call {call}");
        assert!(writer.finish().is_err(), "call {call}");
        // Another page may begin.
        write_page(&mut writer, layout, rows, 3).unwrap();
        assert_eq!(sink.bytes().len(), whole.bytes().len(), "call {call}");
        // A sink that stays broken says so each time.
        let sink = Shared::failing_at(call);
        sink.0.lock().unwrap().stays_broken = true;
        let mut writer = make(sink);
        assert!(write_page(&mut writer, layout, rows, 7).is_err());
        assert!(writer.end_page().is_err());
        assert!(writer.finish().is_err());
    }
}
