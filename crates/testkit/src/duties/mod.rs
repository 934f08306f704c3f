//! The duties, each a sentence and a way to try it.

mod answers;
mod cancel;
mod feeder;
mod files;
mod formats;
mod memory;
mod messages;
mod properties;
mod streams;
mod uploads;

use std::fmt;
use std::sync::LazyLock;

use crate::rig::{Bench, Verdict};

/// Something that the documentation asks of a driver.
pub struct Duty {
    /// A short name, such as `stream.names`.
    pub id: &'static str,
    /// The section of the project's reference of transfers (`1.5` for stream transfers).
    pub section: &'static str,
    /// Whether it is one of the Windows hardware compatibility requirements
    /// (`Device.Imaging.Scanner.Base.dataTransfer`).
    pub hwc: bool,
    /// What a good driver does.
    pub says: &'static str,
    pub(crate) on: On,
    pub(crate) run: fn(&Bench<'_>) -> Verdict,
}

/// What a duty is tried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// Each item with data.
    Data,
    /// Each folder that takes new files.
    Folders,
}

impl fmt::Debug for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

type Try = fn(&Bench<'_>) -> Verdict;

/// One of the Windows hardware compatibility requirements.
const fn hwc(id: &'static str, section: &'static str, says: &'static str, run: Try) -> Duty {
    Duty {
        hwc: true,
        ..duty(id, section, says, run)
    }
}

const fn duty(id: &'static str, section: &'static str, says: &'static str, run: Try) -> Duty {
    Duty {
        id,
        section,
        hwc: false,
        says,
        on: On::Data,
        run,
    }
}

/// Every duty: those of the hardware compatibility requirements first.
pub fn duties() -> &'static [Duty] {
    static ALL: LazyLock<Vec<Duty>> = LazyLock::new(|| {
        let tables: [fn() -> Vec<Duty>; 10] = [
            formats::duties,
            streams::duties,
            answers::duties,
            messages::duties,
            cancel::duties,
            feeder::duties,
            memory::duties,
            files::duties,
            uploads::duties,
            properties::duties,
        ];
        let mut all: Vec<Duty> = tables.iter().flat_map(|table| table()).collect();
        all.sort_by_key(|duty| !duty.hwc);
        all
    });
    &ALL
}
