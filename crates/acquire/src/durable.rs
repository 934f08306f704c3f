//! Making a growing document durable, page by page.

use std::fs::File;
use std::io;
use std::sync::Arc;

use wia::{Error, Result};

use crate::report::Reporter;

/// Syncs a growing document after each page, and reports the page when it is durable: the next is not
/// asked for before.
pub(crate) struct DurablePages<S = File> {
    file: S,
    reporter: Arc<Reporter>,
    /// A page that could not be synced may be lost, and those before it, whatever a later sync says.
    failure: Option<Error>,
}

/// What can be made durable.
pub(crate) trait SyncData {
    /// Waits until all data are on the disk.
    fn sync(&mut self) -> io::Result<()>;
}

impl SyncData for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

impl<S: SyncData> DurablePages<S> {
    pub(crate) fn new(file: S, reporter: Arc<Reporter>) -> DurablePages<S> {
        DurablePages {
            file,
            reporter,
            failure: None,
        }
    }

    /// Page `page` is complete in the file, which has `bytes` now.
    ///
    /// # Errors
    ///
    /// When it, or an earlier page, could not be synced.
    pub(crate) fn page(&mut self, page: u32, bytes: u64) -> Result<()> {
        self.check()?;
        if let Err(e) = self.file.sync() {
            self.failure = Some(Error::from_write(e));
            return self.check();
        }
        self.reporter.page(page, bytes, None);
        Ok(())
    }

    /// Whether all pages so far are durable.
    ///
    /// # Errors
    ///
    /// When one is not.
    pub(crate) fn check(&self) -> Result<()> {
        self.failure.clone().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::event::{Event, Observer};
    use crate::report::Sides;
    use wia::ErrorKind;

    /// Syncs and reports, in order.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<String>>>);

    impl Log {
        fn note(&self, what: String) {
            self.0.lock().unwrap().push(what);
        }
    }

    impl Observer for Log {
        fn event(&self, event: &Event) {
            match event {
                Event::Page { page, bytes, .. } => self.note(format!("page {page}, {bytes} bytes")),
                other => panic!("{other:?}"),
            }
        }
    }

    struct Disk(Log, usize);

    impl SyncData for Disk {
        fn sync(&mut self) -> io::Result<()> {
            self.0.note("sync".to_owned());
            match self.1.checked_sub(1) {
                Some(left) => self.1 = left,
                None => {
                    // Only once: the next sync has nothing to do, and says that all is well.
                    self.1 = usize::MAX;
                    return Err(io::ErrorKind::StorageFull.into());
                }
            }
            Ok(())
        }
    }

    #[test]
    fn a_page_is_told_after_it_was_synced_and_none_after_a_failure() {
        let log = Log::default();
        let reporter = Arc::new(Reporter::new(Arc::new(log.clone()), Sides::Front));
        let mut pages = DurablePages::new(Disk(log.clone(), 2), reporter);
        pages.page(1, 10).unwrap();
        pages.page(2, 20).unwrap();
        pages.check().unwrap();
        assert_eq!(pages.page(3, 30).unwrap_err().kind(), ErrorKind::MediumFull);
        assert_eq!(pages.page(4, 40).unwrap_err().kind(), ErrorKind::MediumFull);
        assert_eq!(pages.check().unwrap_err().kind(), ErrorKind::MediumFull);
        let expected = [
            "sync",
            "page 1, 10 bytes",
            "sync",
            "page 2, 20 bytes",
            "sync",
        ];
        assert_eq!(*log.0.lock().unwrap(), expected);
    }
}
