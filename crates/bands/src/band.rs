//! One band.

use std::fmt;
use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;
use wia::{Error, ErrorKind, Result};

/// A piece of memory that one side has for itself until it hands it over.
///
/// There is one owner, because a band is never duplicated:
///
/// ```
/// # fn main() -> wia::Result<()> {
/// let band = quire_bands::Band::allocate(1, 4096)?;
/// let other: quire_bands::Band = band;
/// # Ok(()) }
/// ```
///
/// ```compile_fail,E0599
/// # fn main() -> wia::Result<()> {
/// let band = quire_bands::Band::allocate(1, 4096)?;
/// let other: quire_bands::Band = band.clone();
/// # Ok(()) }
/// ```
pub struct Band {
    memory: MmapMut,
    /// Which of the transfer's buffers it is, from 1 (`lActiveBuffer`).
    number: usize,
}

impl Band {
    /// The `number`th of a transfer's buffers, from 1, in memory of the process: `size` zeros.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for no size, `OutOfMemory` when there is not so much.
    pub fn allocate(number: usize, size: usize) -> Result<Band> {
        if size == 0 {
            return Err(Error::invalid("a buffer of no size"));
        }
        let memory = MmapMut::map_anon(size).map_err(|e| {
            Error::from_io(e, ErrorKind::OutOfMemory).context(format!("a buffer of {size} bytes"))
        })?;
        Ok(Band { memory, number })
    }

    /// `memory` as the `number`th buffer.
    pub(crate) const fn of(number: usize, memory: MmapMut) -> Band {
        Band { memory, number }
    }

    /// Which of the transfer's buffers it is, from 1 (`lActiveBuffer`).
    pub const fn number(&self) -> usize {
        self.number
    }
}

impl Deref for Band {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory
    }
}

impl DerefMut for Band {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.memory
    }
}

impl fmt::Debug for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Band {} of {} bytes", self.number, self.memory.len())
    }
}
