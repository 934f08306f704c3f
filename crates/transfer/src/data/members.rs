//! The members of the transfer context that a driver leaves alone.

use std::sync::Arc;

use wia::{Error, ErrorKind, Guid, Result, Tymed};

use crate::context::TransferContext;

/// The service's members of a context, as they were: a driver that changes one of them breaks a rule
/// (`MINIDRV_TRANSFER_CONTEXT`).
#[derive(Clone, Copy, Debug)]
pub struct ServiceMembers {
    format: Guid,
    tymed: Tymed,
    memory_transfer: bool,
    service_buffer: bool,
    number_of_buffers: i32,
    buffer_size: i32,
    callbacks: (usize, usize),
}

impl ServiceMembers {
    /// The members as they are now.
    pub fn of(context: &TransferContext) -> ServiceMembers {
        fn address<T: ?Sized>(callback: Option<&Arc<T>>) -> usize {
            callback.map_or(0, |c| Arc::as_ptr(c).cast::<()>().addr())
        }
        ServiceMembers {
            format: context.format,
            tymed: context.tymed,
            memory_transfer: context.memory_transfer,
            service_buffer: context.service_buffer,
            number_of_buffers: context.number_of_buffers,
            buffer_size: context.buffer_size,
            callbacks: (
                address(context.callback.as_ref()),
                address(context.data_callback.as_ref()),
            ),
        }
    }

    /// # Errors
    ///
    /// `InvalidDriverResponse` that names the first member that `context` has otherwise. Without a
    /// buffer of the service its size is the driver's.
    pub fn check(&self, context: &TransferContext) -> Result<()> {
        let now = ServiceMembers::of(context);
        let changed = [
            ("guidFormatID", self.format != now.format),
            ("tymed", self.tymed != now.tymed),
            (
                "bTransferDataCB",
                self.memory_transfer != now.memory_transfer,
            ),
            (
                "bClassDrvAllocBuf",
                self.service_buffer != now.service_buffer,
            ),
            (
                "lNumBuffers",
                self.number_of_buffers != now.number_of_buffers,
            ),
            (
                "lBufferSize",
                self.service_buffer && self.buffer_size != now.buffer_size,
            ),
            ("pIWiaMiniDrvCallBack", self.callbacks != now.callbacks),
        ];
        match changed.iter().find(|(_, changed)| *changed) {
            Some((member, _)) => Err(belongs_to_the_service(member)),
            None => Ok(()),
        }
    }
}

pub(super) fn belongs_to_the_service(member: &str) -> Error {
    Error::new(
        ErrorKind::InvalidDriverResponse,
        format!(
            "the driver changed {member} of the transfer context, which belongs to the service"
        ),
    )
}
