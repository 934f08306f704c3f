//! What runs on the driver's thread: the driver itself, or the compatibility layer around a driver of
//! another generation than the application (`img/internal-compatibility-layer.md`).

mod data_driver;
mod settings;

use std::sync::Arc;

use ::transfer::compat::ToData;
use ::transfer::{
    DataSession, DocumentOptions, ImageFilter, ServiceMembers, Session, TransferContext,
};
use items::AppItem;
use minidriver::{DriverModel, Minidriver};
use wia::property::{WIA_IPA_FORMAT, WIA_IPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_PAGES};
use wia::{DocumentHandlingSelect, Error, ErrorKind, Guid, Result, Status, TransferFlags, Tymed};

use super::LocalTransfer;
use crate::guard::guarded;
use data_driver::DataDriver;
use settings::Settings;

/// One call for the driver's data.
pub(super) type Acquire =
    Box<dyn Fn(&dyn Minidriver, &AppItem, &mut TransferContext) -> Result<Status> + Send>;

/// For an application that gives streams. A folder of a driver that knows none is walked item by item.
pub(super) fn into_streams(
    model: DriverModel,
    flags: TransferFlags,
    session: &Arc<Session>,
) -> Acquire {
    if model != DriverModel::Legacy {
        return Box::new(move |driver, item, context| {
            driver.acquire_item_data(item, flags, context)
        });
    }
    let session = Arc::clone(session);
    Box::new(move |driver, item, context| {
        if flags.contains(TransferFlags::UPLOAD) {
            return Err(Error::new(
                ErrorKind::NotImplemented,
                "a driver of bands and files cannot upload",
            ));
        }
        DataDriver::new(driver, item, &session).acquire(context)
    })
}

/// For an application of bands or a file.
pub(super) fn into_data(transfer: &LocalTransfer, data: &Arc<DataSession>) -> Acquire {
    if transfer.model() != DriverModel::Stream {
        return Box::new(|driver, item, context| {
            driver.write_item_properties(item, context)?;
            driver.acquire_item_data(item, TransferFlags::empty(), context)
        });
    }
    let (data, filters) = (Arc::clone(data), transfer.all_filters());
    Box::new(move |driver, item, context| {
        from_stream_driver(driver, item, &data, &filters, context)
    })
}

/// The checks of the layer, which are stricter than the drivers': a file of one image has one page.
///
/// # Errors
///
/// `InvalidArgument` for more than one page, to which the back of a sheet belongs: it would be lost.
pub(super) fn check_file(item: &AppItem, tymed: Tymed) -> Result<()> {
    let pages = item.opt_i32(WIA_IPS_PAGES).unwrap_or(0);
    if tymed == Tymed::File && pages > 1 {
        let name = item.property_name(WIA_IPS_PAGES);
        return Err(Error::invalid(format!(
            "{name}: {pages} is not valid for a file of TYMED_FILE; valid: 0 1, for one page"
        )));
    }
    let select = item.opt_i32(WIA_IPS_DOCUMENT_HANDLING_SELECT).unwrap_or(0);
    let duplex =
        DocumentHandlingSelect::from_bits_retain(select).contains(DocumentHandlingSelect::DUPLEX);
    if tymed == Tymed::File && duplex {
        let name = item.property_name(WIA_IPS_DOCUMENT_HANDLING_SELECT);
        return Err(Error::invalid(format!(
            "{name}: {select:#x} (DUPLEX) is not valid for a file of TYMED_FILE, which holds one page; \
             valid: one side, or TYMED_MULTIPAGE_FILE"
        )));
    }
    Ok(())
}

fn from_stream_driver(
    driver: &dyn Minidriver,
    item: &AppItem,
    data: &Arc<DataSession>,
    filters: &[Arc<dyn ImageFilter>],
    context: &mut TransferContext,
) -> Result<Status> {
    let (memory, mut tymed) = (context.memory_transfer, context.tymed);
    let mut settings = Settings::new(driver);
    if memory {
        tymed = Tymed::File;
    } else if tymed == Tymed::File {
        settings.set(item, &[(WIA_IPS_PAGES, 1.into())])?;
    }
    let format = item.opt_guid(WIA_IPA_FORMAT).unwrap_or(Guid::NULL);
    let to_data = ToData::new(Arc::clone(data), context, item, filters);
    let described = minidriver::describe(item, format, tymed, DocumentOptions::default());
    let result = described.and_then(|described| {
        *context = TransferContext {
            callback: context.callback.take(),
            record: context.record.take(),
            ..described
        };
        let members = ServiceMembers::of(context);
        let result = guarded(|| driver.acquire_item_data(item, TransferFlags::DOWNLOAD, context));
        members.check(context).and(result)
    });
    // What the layer has put back is not to undo what a filter writes.
    drop(settings);
    to_data.finish(context, result, &mut |values| {
        items::write_multiple(item, values, &mut |item, changed| {
            driver.validate_item_properties(item, changed)
        })
    })
}
