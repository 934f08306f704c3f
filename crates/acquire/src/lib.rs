//! From settings to documents.
//!
//! [`Settings`] say what is wanted in the words of a person; [`plan`] turns them into the properties of
//! an item and checks all that can be checked before paper moves; [`Plan::run`] transfers, and builds
//! the document so that no finished page is lost and nothing unfinished ever stands under the final
//! name. No terminal and no HTTP here: progress goes to an [`Observer`].
#![forbid(unsafe_code)]

mod cancel;
mod convert;
mod document;
mod durable;
mod event;
mod filtering;
mod in_order;
mod keep;
mod naming;
mod older;
mod partial;
mod plan;
mod preview;
mod raw_pages;
mod recover;
mod report;
mod run;
mod settings;
mod tiff_stream;
mod transport;

pub use cancel::Cancel;
pub use convert::{ConvertSettings, ConvertedPage, convert};
pub use event::{Event, Observer, Outcome};
pub use filtering::FilterSetting;
pub use formats::DocumentFormat;
pub use plan::{Change, Plan, TransferKind, plan};
pub use preview::{plan_preview, regions};
pub use recover::{Recovered, recover};
pub use service::{Preview, Reply, Window};
pub use settings::{
    AreaMm, Compression, Mode, Output, PageSetting, Settings, Source, TransferMode,
};

/// What documents say that they were made with.
const SOFTWARE: &str = concat!("Quire ", env!("CARGO_PKG_VERSION"));
