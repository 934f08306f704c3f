//! A cell: what an application asks for, of which driver.

use std::sync::Arc;

use filters::{Brightness, Contrast, Filter, Filters};
use service::{ImageFilter, Item};
use wia::format::{
    WIA_IMG_FMT_BMP, WIA_IMG_FMT_GIF, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_RAW,
    WIA_IMG_FMT_TIFF,
};
use wia::property::{
    WIA_IPA_DATATYPE, WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_DOCUMENT_HANDLING_SELECT,
    WIA_IPS_PAGES, WIA_IPS_XRES, WIA_IPS_YEXTENT, WIA_IPS_YRES,
};
use wia::{DataType, DocumentHandlingSelect, ErrorKind, Guid, Result, Tymed};

use crate::matrix::pixels::{BRIGHTNESS, CONTRAST};

/// The cases that are failures of the device and have no parameter of the virtual scanner.
pub(crate) const FAILURES: [(&str, ErrorKind); 18] = [
    ("general-error", ErrorKind::General),
    ("jam-in-page", ErrorKind::PaperJam),
    ("empty-in-page", ErrorKind::PaperEmpty),
    ("paper-problem", ErrorKind::PaperProblem),
    ("busy", ErrorKind::Busy),
    ("warming-up", ErrorKind::WarmingUp),
    ("user-intervention", ErrorKind::UserIntervention),
    ("item-deleted", ErrorKind::ItemDeleted),
    ("communication", ErrorKind::DeviceCommunication),
    ("hardware-setting", ErrorKind::IncorrectHardwareSetting),
    ("device-locked", ErrorKind::DeviceLocked),
    ("crash", ErrorKind::ExceptionInDriver),
    ("lamp-off", ErrorKind::LampOff),
    ("destination", ErrorKind::Destination),
    ("network-reservation", ErrorKind::NetworkReservationFailed),
    ("endorser-counter", ErrorKind::MaximumPrinterEndorserCounter),
    ("no-device", ErrorKind::NoDeviceAvailable),
    ("device-memory", ErrorKind::OutOfMemory),
];

pub(crate) struct Cell {
    pub(crate) kind: &'static str,
    pub(crate) format: &'static str,
    pub(crate) case: &'static str,
}

impl Cell {
    pub(crate) fn parameters(&self) -> Vec<(&'static str, &'static str)> {
        let sheets = if self.case == "empty" { "0" } else { "3" };
        let mut parameters = vec![("sheets", sheets), ("model", self.model())];
        // A file of one image has no second page.
        let (at, inside) = match self.kind() {
            "file" => ("1", "1:400"),
            _ => ("2", "2:400"),
        };
        parameters.extend(match self.case {
            "unknown-height" => Some(("lateheight", "1")),
            "jam" => Some(("jam", at)),
            "double-feed" => Some(("double", at)),
            "cover-open" => Some(("cover", at)),
            "unplugged" => Some(("disconnect", at)),
            "stall" => Some(("stall", at)),
            _ => self.failure().map(|_| ("jam", inside)),
        });
        parameters
    }

    /// The application's kind of transfer.
    pub(crate) fn kind(&self) -> &'static str {
        kind_of(self.kind)
    }

    /// The driver's generation, which is the application's unless the kind says another.
    fn model(&self) -> &'static str {
        let own = match self.kind() {
            "stream" | "one-stream" => "stream",
            _ => "legacy",
        };
        without_filter(self.kind).split('@').nth(1).unwrap_or(own)
    }

    /// The image filter of the driver.
    pub(crate) fn drivers_filter(&self) -> Option<Arc<dyn ImageFilter>> {
        self.filter(Brightness(Some(BRIGHTNESS)))
    }

    /// The image filter that the application adds.
    pub(crate) fn applications_filter(&self) -> Option<Arc<dyn ImageFilter>> {
        self.filter(Contrast(Some(CONTRAST)))
    }

    fn filter(&self, filter: impl Filter + 'static) -> Option<Arc<dyn ImageFilter>> {
        let is_filtered = without_filter(self.kind) != self.kind;
        is_filtered
            .then(|| -> Arc<dyn ImageFilter> { Arc::new(Filters::new(vec![Box::new(filter)])) })
    }

    /// What the driver reports in place of a jam, in the middle of the page.
    pub(crate) fn failure(&self) -> Option<ErrorKind> {
        let mut failures = FAILURES.iter();
        let (_, kind) = failures.find(|(case, _)| *case == self.case)?;
        Some(*kind)
    }

    /// The medium of the kind.
    pub(crate) fn tymed(&self) -> Tymed {
        match self.kind() {
            "banded" => Tymed::Callback,
            "banded-multi" => Tymed::MultipageCallback,
            "file" | "stream" => Tymed::File,
            _ => Tymed::MultipageFile,
        }
    }

    /// What the item's `WIA_IPA_TYMED` is set to, and the transfer's medium.
    fn media(&self) -> (Tymed, Tymed) {
        let tymed = self.tymed();
        let other = match tymed {
            Tymed::File => Tymed::MultipageFile,
            Tymed::MultipageFile => Tymed::File,
            _ => tymed,
        };
        match (self.case, self.kind()) {
            ("other-tymed", "file" | "file-multi") => (tymed, other),
            ("other-tymed", "banded") => (Tymed::File, tymed),
            ("other-tymed", "banded-multi") => (Tymed::MultipageFile, tymed),
            ("other-tymed", _) => (Tymed::Callback, tymed),
            _ => (tymed, tymed),
        }
    }

    /// The medium that the application calls for.
    pub(crate) fn medium(&self) -> Tymed {
        self.media().1
    }

    fn format(&self) -> Guid {
        let in_bands = self.media().0 == Tymed::Callback;
        match (self.case, self.format) {
            ("other-format", _) => WIA_IMG_FMT_GIF,
            ("one-page-format", _) => WIA_IMG_FMT_RAW,
            // The bitmap of the other media.
            ("other-bitmap", _) if in_bands => WIA_IMG_FMT_BMP,
            ("other-bitmap", _) => WIA_IMG_FMT_MEMORYBMP,
            (_, "BMP") if in_bands => WIA_IMG_FMT_MEMORYBMP,
            (_, "BMP") => WIA_IMG_FMT_BMP,
            (_, "RAW") => WIA_IMG_FMT_RAW,
            (_, "JPEG") => WIA_IMG_FMT_JPEG,
            _ => WIA_IMG_FMT_TIFF,
        }
    }

    pub(crate) fn multipage(&self) -> bool {
        self.tymed().is_multipage()
    }

    /// The page in which things happen.
    pub(crate) fn page(&self) -> u32 {
        // Of pages in one file of the layer's nothing is told.
        let in_one_file = self.kind() == "one-stream" && self.model() == "legacy";
        if self.kind() == "file" || in_one_file {
            1
        } else {
            2
        }
    }

    /// # Errors
    ///
    /// What the service says of the properties.
    pub(crate) fn set_up(&self, feeder: &dyn Item) -> Result<()> {
        let data_type = match self.format {
            "RAW" => DataType::Grayscale,
            _ => DataType::Color,
        };
        let pages = match self.case {
            "short-media" => 7,
            "two-pages" => 2,
            _ => 0,
        };
        let sides = match self.case {
            "both-sides" => DocumentHandlingSelect::DUPLEX,
            _ => DocumentHandlingSelect::FRONT_ONLY,
        };
        let settings = [
            (WIA_IPA_TYMED, self.media().0.value().into()),
            (WIA_IPA_FORMAT, self.format().into()),
            (WIA_IPA_DATATYPE, data_type.value().into()),
            (WIA_IPS_XRES, 75.into()),
            (WIA_IPS_YRES, 75.into()),
            // Two bands of the device's in grey.
            (WIA_IPS_YEXTENT, 600.into()),
            (WIA_IPS_PAGES, pages.into()),
            (WIA_IPS_DOCUMENT_HANDLING_SELECT, sides.bits().into()),
        ];
        feeder.write(&settings)
    }
}

/// The kind without the driver's generation and filters.
pub(crate) fn kind_of(kind: &str) -> &str {
    kind.split(['@', '+']).next().unwrap()
}

pub(crate) fn without_filter(kind: &str) -> &str {
    kind.strip_suffix("+filter").unwrap_or(kind)
}
