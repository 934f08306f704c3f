//! The thread from which a back end's data come, watched from outside.
//!
//! SANE's test back end ends that thread wherever it is: `sane_read` does when it gives the last byte of a frame, and
//! `sane_cancel` (`backend/test.c` with `sanei/sanei_thread.c`, version 1.1.1: `pthread_cancel` of a thread that can
//! be cancelled at any instruction). In an allocation, or on its way out, the thread holds a lock that is then never
//! given back, and the process waits for it for ever. So before such a call the thread is waited for.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// The threads of this process.
const THREADS: &str = "/proc/self/task";
/// Between two looks.
const PAUSE: Duration = Duration::from_micros(200);

/// Whether a device's back end ends its reader where it is.
pub(crate) fn is_ended_anywhere(device: &str) -> bool {
    device.starts_with("test:")
}

/// The threads that there are.
pub(crate) fn threads() -> BTreeSet<OsString> {
    let folders = fs::read_dir(THREADS).into_iter().flatten().flatten();
    folders.map(|folder| folder.file_name()).collect()
}

/// Threads that a back end has started.
#[derive(Debug)]
pub(crate) struct Reader(Vec<PathBuf>);

impl Reader {
    /// Those that have come since, from the calling thread: they have its name.
    pub(crate) fn since(before: &BTreeSet<OsString>) -> Reader {
        let name = |folder: &Path| fs::read(folder.join("comm")).ok();
        let own = fs::read("/proc/thread-self/comm").ok();
        let new = threads().into_iter().filter(|t| !before.contains(t));
        let folders = new.map(|thread| Path::new(THREADS).join(thread));
        Reader(folders.filter(|folder| name(folder) == own).collect())
    }

    /// Waits until all have ended, the time is over, or `enough` says so.
    pub(crate) fn wait_for_end(&self, limit: Duration, enough: impl Fn() -> bool) {
        wait(limit, || enough() || self.0.iter().all(|t| !t.exists()));
    }

    /// Waits until each has ended or sleeps, as it does when its pipe is full, or the time is over.
    pub(crate) fn wait_for_rest(&self, limit: Duration) {
        let mut slept = false;
        wait(limit, || {
            let before = std::mem::replace(&mut slept, self.0.iter().all(|t| is_at_rest(t)));
            before && slept
        });
    }
}

fn wait(limit: Duration, mut over: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !over() && begun.elapsed() < limit {
        thread::sleep(PAUSE);
    }
}

/// Whether a thread sleeps or has ended (`man 5 proc_pid_stat`: the state stands behind the name in brackets).
fn is_at_rest(thread: &Path) -> bool {
    let Ok(stat) = fs::read_to_string(thread.join("stat")) else {
        return true;
    };
    let behind = stat.rsplit_once(") ").map(|(_, behind)| behind);
    behind.is_none_or(|behind| !behind.starts_with('R'))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_thread_is_seen_at_rest_and_at_its_end() {
        let before = threads();
        let (end, ended) = mpsc::channel::<()>();
        let (begin, begun) = mpsc::channel();
        let thread = thread::spawn(move || {
            begin.send(()).unwrap();
            let _ = ended.recv();
        });
        begun.recv().unwrap();
        let reader = Reader::since(&before);
        assert!(!reader.0.is_empty());
        reader.wait_for_rest(LONG);
        assert!(reader.0.iter().all(|t| is_at_rest(t)));
        reader.wait_for_end(Duration::ZERO, || false);
        assert!(reader.0.iter().any(|t| t.exists()));
        drop(end);
        thread.join().unwrap();
        // Other tests' threads may be among them: only the end of the time is sure.
        reader.wait_for_end(Duration::from_millis(1), || false);
        reader.wait_for_end(LONG, || true);
        assert!(Reader::since(&threads()).0.is_empty());
    }
}
