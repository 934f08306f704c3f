//! The property writes of a plan.

use raster::PixelType;
use service::Item;
use wia::constant::{
    WIA_COMPRESSION_G4, WIA_COMPRESSION_JPEG, WIA_COMPRESSION_NONE, WIA_DATA_COLOR,
    WIA_DATA_GRAYSCALE, WIA_DATA_RAW_RGB, WIA_DATA_THRESHOLD,
};
use wia::format::{WIA_IMG_FMT_JPEG, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_IPA_COMPRESSION, WIA_IPA_DATATYPE, WIA_IPA_DEPTH, WIA_IPA_FORMAT, WIA_IPA_TYMED,
    WIA_IPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_PAGES,
};
use wia::{DocumentHandlingSelect, Error, PropertyId, PropertyValue, Result, ValidValues};

use super::{Change, TransferKind};
use crate::settings::{Compression, Mode, Settings, Source, TransferMode};

/// Property writes, remembered to see afterwards what became of them.
pub(super) struct Wishes<'a> {
    pub(super) item: &'a dyn Item,
    root: &'a dyn Item,
    written: Values,
    written_to_root: Values,
    /// What the transfer cannot do without.
    needed: Values,
}

type Values = Vec<(PropertyId, PropertyValue)>;

impl<'a> Wishes<'a> {
    pub(super) fn new(item: &'a dyn Item, root: &'a dyn Item) -> Wishes<'a> {
        Wishes {
            item,
            root,
            written: Vec::new(),
            written_to_root: Vec::new(),
            needed: Vec::new(),
        }
    }

    /// Writes values together, all or nothing.
    pub(super) fn write(&mut self, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        self.item.write(values)?;
        remember(&mut self.written, values);
        Ok(())
    }

    /// Writes a value of the root item.
    pub(super) fn write_to_root(&mut self, id: PropertyId, value: PropertyValue) -> Result<()> {
        let values = [(id, value)];
        self.root.write(&values)?;
        remember(&mut self.written_to_root, &values);
        Ok(())
    }

    /// It does not matter what becomes of a value that was written.
    pub(super) fn forget(&mut self, id: PropertyId) {
        self.written.retain(|(written, _)| *written != id);
    }

    pub(super) fn has(&self, id: PropertyId) -> bool {
        self.item.attributes(id).is_some()
    }

    /// Whether `value` is in the list of valid values.
    pub(super) fn lists(&self, id: PropertyId, value: i32) -> bool {
        match self.item.attributes(id).map(|a| a.valid) {
            Some(ValidValues::List { values, .. }) => {
                values.iter().any(|v| v.as_i32() == Some(value))
            }
            _ => false,
        }
    }

    /// How the pages travel.
    pub(super) fn transfer(
        &mut self,
        kind: TransferKind,
        mode: TransferMode,
        compression: Compression,
    ) -> Result<()> {
        let format = match kind {
            TransferKind::MultipageTiff => WIA_IMG_FMT_TIFF,
            TransferKind::RawPerPage => WIA_IMG_FMT_RAW,
            TransferKind::EncodedPerPage(format) => format,
        };
        let tymed = kind.tymed(mode);
        let compression = match (kind, compression) {
            (TransferKind::MultipageTiff, Compression::G4) => WIA_COMPRESSION_G4,
            (TransferKind::MultipageTiff, Compression::Jpeg) => WIA_COMPRESSION_JPEG,
            (TransferKind::EncodedPerPage(WIA_IMG_FMT_JPEG), _) => WIA_COMPRESSION_JPEG,
            _ => WIA_COMPRESSION_NONE,
        };
        let values: [(PropertyId, PropertyValue); 2] = [
            (WIA_IPA_TYMED, tymed.value().into()),
            (WIA_IPA_FORMAT, format.into()),
        ];
        self.write(&values)?;
        self.needed.extend(values);
        if compression != WIA_COMPRESSION_NONE || self.has(WIA_IPA_COMPRESSION) {
            self.needed.push((WIA_IPA_COMPRESSION, compression.into()));
        }
        Ok(())
    }

    /// What a pixel is, and with it the compression: which ones are valid may depend on the pixels.
    pub(super) fn pixels(&mut self, mode: Mode, pixel: PixelType) -> Result<()> {
        let datatype = match mode {
            Mode::Bw => WIA_DATA_THRESHOLD,
            Mode::Gray => WIA_DATA_GRAYSCALE,
            // RAW names its channels' order.
            Mode::Color if self.lists(WIA_IPA_DATATYPE, WIA_DATA_RAW_RGB) => WIA_DATA_RAW_RGB,
            Mode::Color => WIA_DATA_COLOR,
        };
        let depth = pixel.bits_per_pixel().cast_signed();
        let mut values: Values = vec![
            (WIA_IPA_DATATYPE, datatype.into()),
            (WIA_IPA_DEPTH, depth.into()),
        ];
        let compression = |(id, _): &&(PropertyId, PropertyValue)| *id == WIA_IPA_COMPRESSION;
        values.extend(self.needed.iter().find(compression).cloned());
        self.write(&values)
    }

    /// Sides and their number.
    pub(super) fn feeder(&mut self, settings: &Settings) -> Result<()> {
        let select = match settings.source {
            Source::Duplex => DocumentHandlingSelect::DUPLEX,
            _ => DocumentHandlingSelect::FRONT_ONLY,
        };
        let mut values: Values = Vec::new();
        if self.has(WIA_IPS_DOCUMENT_HANDLING_SELECT) || settings.source == Source::Duplex {
            values.push((WIA_IPS_DOCUMENT_HANDLING_SELECT, select.bits().into()));
        }
        let wanted = settings.pages.unwrap_or(0);
        let pages = i32::try_from(wanted)
            .map_err(|_| Error::invalid(format!("{wanted} pages are too many")))?;
        values.push((WIA_IPS_PAGES, pages.into()));
        self.write(&values)
    }

    /// Checks that the transfer still is what it must be, after all writes and what the device made
    /// of them.
    pub(super) fn check_needed(&self) -> Result<()> {
        let ids: Vec<_> = self.needed.iter().map(|(id, _)| *id).collect();
        let used = self.item.read(&ids)?;
        for ((id, needed), used) in self.needed.iter().zip(used) {
            if !used.as_ref().is_some_and(|used| same(used, needed)) {
                let used = used.map_or_else(|| "nothing".to_owned(), |v| v.to_string());
                return Err(Error::invalid(format!(
                    "{}: {used} does not suit the document, which needs {needed}; format and compression are chosen with -f and -c",
                    self.item.property_name(*id)
                )));
            }
        }
        Ok(())
    }

    /// The written properties that now have another value.
    pub(super) fn changes(&self) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for (item, written) in [
            (self.root, &self.written_to_root),
            (self.item, &self.written),
        ] {
            let ids: Vec<_> = written.iter().map(|(id, _)| *id).collect();
            let used = item.read(&ids)?;
            for ((id, wanted), used) in written.iter().zip(used) {
                if !used.as_ref().is_some_and(|used| same(used, wanted)) {
                    changes.push(Change {
                        property: item.property_name(*id),
                        wanted: wanted.to_string(),
                        used: used.map_or_else(|| "nothing".to_owned(), |v| v.to_string()),
                    });
                }
            }
        }
        Ok(changes)
    }
}

/// The last value that was written counts.
fn remember(written: &mut Values, values: &[(PropertyId, PropertyValue)]) {
    for (id, value) in values {
        written.retain(|(old, _)| old != id);
        written.push((*id, value.clone()));
    }
}

/// Signed and unsigned numbers stand for each other.
fn same(used: &PropertyValue, wanted: &PropertyValue) -> bool {
    used == wanted || (used.as_i32().is_some() && used.as_i32() == wanted.as_i32())
}
