//! Formats and kinds of transfer as applications see them whose generation is not the driver's
//! (`img/data-transfer-between-legacy-application-and-windows-vista-driver.md`).

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use items::AppItem;
use minidriver::{DriverModel, FormatInfo, Minidriver};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP};
use wia::property::{WIA_IPA_BUFFER_SIZE, WIA_IPA_FORMAT, WIA_IPA_ITEM_SIZE, WIA_IPA_TYMED};
use wia::{Error, Guid, PropertyId, PropertyInfo, PropertyValue, Result, Tymed, ValidValues};

/// Bytes of a `BITMAPFILEHEADER`.
const FILE_HEADER: i32 = 14;
/// A band of a driver that knows none, or of a device that does not say what it likes.
pub(crate) const USUAL_BUFFER: i32 = 64 * 1024;

/// One application's view of the items of a driver of streams, which knows nothing of bands: each of its
/// `TYMED_FILE` formats can be had with `TYMED_CALLBACK` too, BMP as MEMORYBMP then. The items themselves
/// hold what the driver knows. Of other drivers everything is seen as it is.
pub(crate) struct LegacyView {
    streams_only: bool,
    /// Full names of the items whose `WIA_IPA_TYMED` is `TYMED_CALLBACK` for the application.
    banded: Mutex<BTreeSet<String>>,
}

impl LegacyView {
    pub(crate) fn new(driver: &dyn Minidriver) -> LegacyView {
        LegacyView {
            streams_only: driver.model() == DriverModel::Stream,
            banded: Mutex::default(),
        }
    }

    fn banded(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.banded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the application has chosen bands for an item of a driver that has none.
    pub(crate) fn is_banded(&self, item: &AppItem) -> bool {
        self.streams_only && self.banded().contains(item.full_name())
    }

    /// The driver's formats, and those that the layer adds.
    pub(crate) fn formats(&self, mut formats: Vec<FormatInfo>) -> Vec<FormatInfo> {
        if self.streams_only {
            let files = formats.iter().filter(|info| info.tymed == Tymed::File);
            let added: Vec<_> = files
                .map(|info| FormatInfo {
                    format: in_bands(info.format),
                    tymed: Tymed::Callback,
                })
                .collect();
            formats.extend(added);
        }
        formats
    }

    /// The value as the application sees it.
    pub(crate) fn read(&self, item: &AppItem, id: PropertyId) -> Option<PropertyValue> {
        Some(self.seen(item, id, item.read(id)?))
    }

    /// A value of the item's as the application sees it.
    pub(crate) fn seen(
        &self,
        item: &AppItem,
        id: PropertyId,
        value: PropertyValue,
    ) -> PropertyValue {
        if !self.is_banded(item) {
            return value;
        }
        let bitmap = item.opt_guid(WIA_IPA_FORMAT) == Some(WIA_IMG_FMT_BMP);
        match (id, value.as_i32(), value.as_guid()) {
            (WIA_IPA_TYMED, ..) => Tymed::Callback.value().into(),
            (WIA_IPA_FORMAT, _, Some(format)) => in_bands(format).into(),
            (WIA_IPA_ITEM_SIZE, Some(size), _) if bitmap && size > FILE_HEADER => {
                (size - FILE_HEADER).into()
            }
            // The driver's is a page.
            (WIA_IPA_BUFFER_SIZE, Some(size), _) if size > 0 => size.min(USUAL_BUFFER).into(),
            _ => value,
        }
    }

    /// Access and valid values as the application sees them.
    pub(crate) fn attributes(&self, item: &AppItem, id: PropertyId) -> Option<PropertyInfo> {
        let mut info = item.attributes(id)?;
        let ValidValues::List { values, nominal } = &mut info.valid else {
            return Some(info);
        };
        if id == WIA_IPA_TYMED && self.streams_only {
            let has = |tymed: Tymed| values.iter().any(|v| v.as_i32() == Some(tymed.value()));
            if has(Tymed::File) && !has(Tymed::Callback) {
                values.push(Tymed::Callback.value().into());
            }
        }
        if id == WIA_IPA_FORMAT && self.is_banded(item) {
            for value in values.iter_mut().chain([nominal]) {
                if let Some(format) = value.as_guid() {
                    *value = in_bands(format).into();
                }
            }
        }
        Some(info)
    }

    /// Writes what an application writes, by `write`, as the driver knows it.
    ///
    /// # Errors
    ///
    /// What `write` says; `InvalidArgument` for BMP in bands, and for several pages in them.
    pub(crate) fn write(
        &self,
        item: &AppItem,
        values: &[(PropertyId, PropertyValue)],
        write: impl FnOnce(&[(PropertyId, PropertyValue)]) -> Result<()>,
    ) -> Result<()> {
        if !self.streams_only {
            return write(values);
        }
        let callback = Tymed::Callback.value();
        let chosen = values.iter().rev().find(|(id, _)| *id == WIA_IPA_TYMED);
        let banded = match chosen {
            Some((_, tymed)) => tymed.as_i32() == Some(callback),
            None => self.is_banded(item),
        };
        let mut values = values.to_vec();
        for (id, value) in &mut values {
            match (*id, value.as_guid()) {
                (WIA_IPA_TYMED, _) if value.as_i32() == Some(callback) => {
                    *value = Tymed::File.value().into();
                }
                (WIA_IPA_TYMED, _) if value.as_i32() == Some(Tymed::MultipageCallback.value()) => {
                    return Err(Error::invalid(
                        "WIA_IPA_TYMED: 512 (TYMED_MULTIPAGE_CALLBACK) is not valid; valid: 2 128 256",
                    ));
                }
                (WIA_IPA_FORMAT, Some(WIA_IMG_FMT_MEMORYBMP)) if banded => {
                    *value = WIA_IMG_FMT_BMP.into();
                }
                (WIA_IPA_FORMAT, Some(WIA_IMG_FMT_BMP)) if banded => {
                    return Err(Error::invalid(
                        "WIA_IPA_FORMAT: WiaImgFmt_BMP is not valid with TYMED_CALLBACK; valid: \
                         WiaImgFmt_MEMORYBMP",
                    ));
                }
                _ => {}
            }
        }
        write(&values)?;
        let name = item.full_name().to_owned();
        if banded {
            self.banded().insert(name);
        } else {
            self.banded().remove(&name);
        }
        Ok(())
    }
}

/// A format in bands of memory.
pub(crate) fn in_bands(format: Guid) -> Guid {
    match format {
        WIA_IMG_FMT_BMP => WIA_IMG_FMT_MEMORYBMP,
        other => other,
    }
}
