//! Banded transfers (`IWiaDataTransfer::idtGetBandedData`), and what both older kinds share.

use std::sync::{Arc, Mutex};

use ::transfer::{
    DataCallback, DataSession, DataTransferInfo, ExtendedTransferInfo, Heard, ServiceSide,
    TransferBuffer, TransferContext,
};
use bands::Band;
use items::AppItem;
use minidriver::service_library::image_information;
use wia::event::WIA_EVENT_CANCEL_IO;
use wia::property::{WIA_IPA_BUFFER_SIZE, WIA_IPA_ITEM_SIZE};
use wia::{Error, ErrorKind, Result, Status, Tymed};

use super::driver_thread::Call;
use super::patience::Patience;
use super::{LocalTransfer, Returned, Running, compat, driver_thread, lock};
use crate::gate::TransferToken;
use crate::legacy_view::USUAL_BUFFER;
use crate::notice::Notice;

pub(super) fn banded_data(
    transfer: &LocalTransfer,
    info: DataTransferInfo,
    callback: Arc<dyn DataCallback>,
) -> Result<Status> {
    let token = transfer.core.gate().commit_transfer()?;
    let mut context = transfer.context("memory", [Tymed::Callback, Tymed::MultipageCallback])?;
    let buffers = buffers(seen_buffer_size(transfer), &context, info)?;
    context.memory_transfer = true;
    context.service_buffer = true;
    context.number_of_buffers = if buffers.len() == 2 { 2 } else { 1 };
    context.buffer_size = buffer_size(&buffers)?;
    let buffers = buffers.into_iter().map(TransferBuffer::from).collect();
    let (session, mut service) = DataSession::new(&mut context, buffers, Some(callback));
    let (result, _) = run(transfer, token, &session, &mut service, context);
    service.finish(result)
}

/// `lBufferSize` of buffers that are all of one size.
pub(super) fn buffer_size(buffers: &[Band]) -> Result<i32> {
    let size = buffers.first().map_or(0, |band| band.len());
    i32::try_from(size).map_err(|_| Error::invalid(format!("ulBufferSize: a band of {size} bytes")))
}

/// Runs the driver and forwards what it sends, on this thread. Gives the driver's result, and the
/// context if the driver came back.
pub(super) fn run(
    transfer: &LocalTransfer,
    token: TransferToken,
    session: &Arc<DataSession>,
    service: &mut ServiceSide,
    mut context: TransferContext,
) -> (Result<Status>, Option<TransferContext>) {
    let returned: Arc<Mutex<Option<(TransferContext, Returned)>>> = Arc::default();
    let cancelled: Arc<Mutex<bool>> = Arc::default();
    let (asked, waking) = (Arc::clone(&cancelled), Arc::clone(session));
    let notice = match Notice::new(Arc::clone(transfer.core.driver())) {
        Ok(notice) => notice,
        Err(e) => {
            context.data_callback = None;
            return (Err(e), Some(context));
        }
    };
    let begun = transfer.begin(Running {
        notice: Arc::clone(&notice),
        // The two ways to cancel of the older kinds are not connected: the callbacks' answers are
        // the application's own.
        refuse: None,
        wake: Arc::new(move || {
            *lock(&asked) = true;
            waking.wake();
        }),
    });
    let (left, closing) = (Arc::clone(&returned), Arc::clone(session));
    let started = driver_thread::start(
        transfer,
        token,
        &notice,
        compat::into_data(transfer, session),
        vec![Call {
            item: transfer.item.clone(),
            context,
        }],
        move |mut calls, end| {
            *lock(&left) = calls.pop().map(|Call { mut context, .. }| {
                closing.check_returned(&context);
                // The session holds what it needs; this would hold the session.
                context.data_callback = None;
                (context, end)
            });
            closing.close();
        },
    );
    let patience = Patience::new(*transfer.core.options());
    let served = started.and_then(|()| serve(patience, session, service, &cancelled));
    transfer.end(&begun);
    if let Err(e) = served {
        // If it is only slow to notice, this helps it to stop and frees the device.
        notice.send(WIA_EVENT_CANCEL_IO);
        return (Err(e), None);
    }
    match lock(&returned).take() {
        Some((context, end)) => (end.checked(&transfer.item), Some(context)),
        None => {
            let e = Error::new(
                ErrorKind::ExceptionInDriver,
                "the driver's thread ended without a result",
            );
            (Err(e), None)
        }
    }
}

/// Forwards messages until the driver has returned; `Err` when it is given up.
fn serve(
    mut patience: Patience,
    session: &DataSession,
    service: &mut ServiceSide,
    cancelled: &Mutex<bool>,
) -> Result<()> {
    loop {
        if *lock(cancelled) || service.is_told_to_stop() {
            patience.cancelled(session.driver_time());
        }
        let left = patience.left(session.activity(), session.driver_time())?;
        if service.serve(left) == Heard::Returned {
            return Ok(());
        }
    }
}

/// `WIA_IPA_BUFFER_SIZE`, or the usual size.
pub(super) fn device_buffer_size(item: &AppItem) -> usize {
    let told = item.read_i32(WIA_IPA_BUFFER_SIZE).unwrap_or(0);
    size_of_band(told)
}

fn size_of_band(told: i32) -> usize {
    let told = if told > 0 { told } else { USUAL_BUFFER };
    usize::try_from(told).unwrap_or_default()
}

/// The same as the application sees it.
fn seen_buffer_size(transfer: &LocalTransfer) -> usize {
    let told = transfer.view().read(&transfer.item, WIA_IPA_BUFFER_SIZE);
    size_of_band(told.and_then(|value| value.as_i32()).unwrap_or(0))
}

/// Bytes that hold at least the image's header and one line, padded to four bytes.
pub(super) fn smallest(context: &TransferContext) -> Result<usize> {
    let information = image_information(context)?;
    let bytes =
        i64::from(information.header_size) + (i64::from(information.width_in_bytes) + 3) / 4 * 4;
    usize::try_from(bytes).map_err(|_| Error::invalid("a line of so many bytes"))
}

/// The buffers of a banded transfer (section 1.6).
fn buffers(device: usize, context: &TransferContext, info: DataTransferInfo) -> Result<Vec<Band>> {
    let least = device.max(smallest(context)?);
    let asked = usize::try_from(info.buffer_size).unwrap_or(usize::MAX);
    let count = if info.double_buffer { 2 } else { 1 };
    let each = if info.double_buffer {
        asked / 2 / 4 * 4
    } else {
        asked
    };
    let Some(section) = info.section else {
        let size = each.max(least);
        return (1..=count).map(|n| Band::allocate(n, size)).collect();
    };
    // The application's memory cannot be made larger.
    if asked > section.len() {
        return Err(Error::invalid(format!(
            "ulBufferSize: {asked} is not valid; valid: up to the section's {} bytes",
            section.len()
        )));
    }
    if each < least {
        return Err(Error::invalid(format!(
            "ulBufferSize: {asked} is not valid for a section; valid: {} and more",
            least * count
        )));
    }
    section.into_bands(count, each)
}

pub(super) fn extended_transfer_info(transfer: &LocalTransfer) -> ExtendedTransferInfo {
    let size = u32::try_from(seen_buffer_size(transfer)).unwrap_or(u32::MAX);
    let all = transfer.item.read_i32(WIA_IPA_ITEM_SIZE).unwrap_or(0);
    let most = u32::try_from(all)
        .ok()
        .filter(|n| *n > 0)
        .unwrap_or(size.saturating_mul(4));
    ExtendedTransferInfo {
        min_buffer_size: size,
        optimal_buffer_size: size,
        max_buffer_size: most.max(size),
    }
}
