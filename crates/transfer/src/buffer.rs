//! The buffer that a driver works in.

use std::fmt;
use std::ops::{Deref, DerefMut};

use bands::Band;

/// The transfer buffer (`pTransferBuffer`): the service's in memory transfers, the driver's own or the
/// service's in file transfers, and empty in stream transfers.
///
/// A band of the service lies in one of them at a time, and is written through it alone.
///
/// ```
/// # fn main() -> wia::Result<()> {
/// let mut band = bands::Band::allocate(1, 4096)?;
/// band[0] = 1;
/// let buffer = quire_transfer::TransferBuffer::from(band);
/// # Ok(()) }
/// ```
///
/// ```compile_fail,E0382
/// # fn main() -> wia::Result<()> {
/// let mut band = bands::Band::allocate(1, 4096)?;
/// let buffer = quire_transfer::TransferBuffer::from(band);
/// band[0] = 1;
/// # Ok(()) }
/// ```
#[derive(Debug, Default)]
pub struct TransferBuffer {
    /// The service's.
    band: Option<Band>,
    /// Memory of a driver that is not in Rust, without a band.
    foreign: Option<Box<dyn ForeignMemory>>,
    /// The driver's own, without either.
    memory: Vec<u8>,
}

/// Memory that a driver in another language has allocated.
pub trait ForeignMemory: DerefMut<Target = [u8]> + fmt::Debug + Send + Sync {}

impl<T: DerefMut<Target = [u8]> + fmt::Debug + Send + Sync> ForeignMemory for T {}

impl TransferBuffer {
    /// Which of the service's buffers it is, from 1 (`lActiveBuffer`); 0 for the driver's own.
    pub fn number(&self) -> usize {
        self.band.as_ref().map_or(0, Band::number)
    }

    /// The driver's own memory, to be made as large as it needs. A buffer of the service is let go,
    /// which in a transfer that has one breaks a rule.
    pub fn driver_memory(&mut self) -> &mut Vec<u8> {
        self.band = None;
        self.foreign = None;
        &mut self.memory
    }
}

impl From<Vec<u8>> for TransferBuffer {
    /// A buffer that the driver allocated.
    fn from(memory: Vec<u8>) -> TransferBuffer {
        TransferBuffer {
            memory,
            ..TransferBuffer::default()
        }
    }
}

impl From<Band> for TransferBuffer {
    /// A buffer of the service.
    fn from(band: Band) -> TransferBuffer {
        TransferBuffer {
            band: Some(band),
            ..TransferBuffer::default()
        }
    }
}

impl From<Box<dyn ForeignMemory>> for TransferBuffer {
    /// A buffer that a driver in another language allocated.
    fn from(memory: Box<dyn ForeignMemory>) -> TransferBuffer {
        TransferBuffer {
            foreign: Some(memory),
            ..TransferBuffer::default()
        }
    }
}

impl Deref for TransferBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match (&self.band, &self.foreign) {
            (Some(band), _) => band,
            (None, Some(foreign)) => foreign,
            (None, None) => &self.memory,
        }
    }
}

impl DerefMut for TransferBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        match (&mut self.band, &mut self.foreign) {
            (Some(band), _) => band,
            (None, Some(foreign)) => foreign,
            (None, None) => &mut self.memory,
        }
    }
}
