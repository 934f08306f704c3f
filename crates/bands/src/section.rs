//! Memory that two processes share: a sealed memfd.

use std::fs::File;
use std::ops::Deref;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use memmap2::{Mmap, MmapMut, MmapOptions};
use rustix::fs::{
    MemfdFlags, OFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, fcntl_getfl, memfd_create,
};
use wia::{Error, ErrorKind, Result};

use crate::band::Band;

/// Shared memory (`ulSection` of `WIA_DATA_TRANSFER_INFO`): a memfd that can neither shrink nor grow,
/// so that its mapping is always backed.
///
/// Its bands are made once: the section is spent on them.
///
/// ```
/// # fn main() -> wia::Result<()> {
/// let section = quire_bands::Section::create(8192)?;
/// let bands = section.into_bands(2, 4096)?;
/// # Ok(()) }
/// ```
///
/// ```compile_fail,E0382
/// # fn main() -> wia::Result<()> {
/// let section = quire_bands::Section::create(8192)?;
/// let bands = section.into_bands(2, 4096)?;
/// let again = section.into_bands(2, 4096)?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Section {
    file: File,
    len: usize,
}

impl Section {
    /// A new section of `len` zeros.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for no length, `OutOfMemory` when the system gives none.
    pub fn create(len: usize) -> Result<Section> {
        if len == 0 {
            return Err(Error::invalid("a section of no length"));
        }
        let failed = |e: std::io::Error| {
            Error::from_io(e, ErrorKind::OutOfMemory).context(format!("a section of {len} bytes"))
        };
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = File::from(memfd_create("quire-section", flags).map_err(|e| failed(e.into()))?);
        file.set_len(len as u64).map_err(failed)?;
        fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW)
            .map_err(|e| failed(e.into()))?;
        Ok(Section { file, len })
    }

    /// The section behind a descriptor that came from elsewhere. It is sealed against a change of its
    /// length if it is not yet.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a descriptor that is no memfd, cannot be sealed, read or written, or has
    /// no length.
    pub fn from_fd(fd: OwnedFd) -> Result<Section> {
        let file = File::from(fd);
        let refused =
            |what: &str, e: std::io::Error| Error::invalid(format!("ulSection: {what}: {e}"));
        let seals = fcntl_get_seals(&file).map_err(|e| refused("it is no memfd", e.into()))?;
        if seals.intersects(SealFlags::WRITE | SealFlags::FUTURE_WRITE) {
            return Err(Error::invalid("ulSection: it cannot be written"));
        }
        let mode = fcntl_getfl(&file).map_err(|e| refused("it has no mode", e.into()))?;
        if mode & OFlags::ACCMODE != OFlags::RDWR {
            return Err(Error::invalid(
                "ulSection: it is not open for reading and writing",
            ));
        }
        let fixed = SealFlags::SHRINK | SealFlags::GROW;
        if !seals.contains(fixed) {
            fcntl_add_seals(&file, fixed).map_err(|e| refused("it cannot be sealed", e.into()))?;
        }
        let metadata = file
            .metadata()
            .map_err(|e| refused("it has no length", e))?;
        let len = usize::try_from(metadata.len()).unwrap_or(0);
        if len == 0 {
            return Err(Error::invalid("ulSection: it has no length"));
        }
        Ok(Section { file, len })
    }

    /// Its length in bytes, which never changes.
    #[expect(clippy::len_without_is_empty, reason = "no section is empty")]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// The descriptor, to be sent to another process.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// The section as `count` buffers of `size` bytes each, one behind the other from its start.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when it is too small for them or a size is 0; `OutOfMemory` when it cannot be
    /// mapped.
    pub fn into_bands(self, count: usize, size: usize) -> Result<Vec<Band>> {
        let needed = size
            .checked_mul(count)
            .filter(|n| (1..=self.len).contains(n));
        if needed.is_none() {
            return Err(Error::invalid(format!(
                "ulSection: its {} bytes do not hold {count} buffers of {size} bytes",
                self.len
            )));
        }
        (0..count)
            .map(|n| Ok(Band::of(n + 1, self.map_mut(n * size, size)?)))
            .collect()
    }

    /// All of it, to be looked at by the side that does not write.
    ///
    /// # Errors
    ///
    /// `OutOfMemory` when it cannot be mapped.
    pub fn view(&self) -> Result<View> {
        #[expect(unsafe_code, reason = "a mapping of memory that two sides share")]
        // SAFETY: The memfd is sealed against shrinking, so no access faults. The other side writes
        // to the memory only while the hand-over's messages give it a band, and this side looks at a
        // band only while they give it to this side. Bytes have no invalid values: a neighbour that
        // breaks the agreement can spoil what is read, and nothing but that, since nobody reads a
        // byte of a band twice to decide something by it.
        let memory = unsafe { MmapOptions::new().len(self.len).map(&self.file) };
        Ok(View(memory.map_err(cannot_map)?))
    }

    fn map_mut(&self, from: usize, len: usize) -> Result<MmapMut> {
        #[expect(unsafe_code, reason = "a mapping of memory that two sides share")]
        // SAFETY: As in `view`. The bands of a section do not overlap, each is mapped once (the
        // section is consumed), and the band's owner is the only one in this process who writes.
        let memory = unsafe {
            MmapOptions::new()
                .offset(from as u64)
                .len(len)
                .map_mut(&self.file)
        };
        memory.map_err(cannot_map)
    }
}

fn cannot_map(e: std::io::Error) -> Error {
    Error::from_io(e, ErrorKind::OutOfMemory).context("mapping a section")
}

/// A section as its reader sees it. It is not the reader's to write.
///
/// ```
/// # fn main() -> wia::Result<()> {
/// let mut view = quire_bands::Section::create(4096)?.view()?;
/// let first = view[0];
/// # Ok(()) }
/// ```
///
/// ```compile_fail,E0594
/// # fn main() -> wia::Result<()> {
/// let mut view = quire_bands::Section::create(4096)?.view()?;
/// view[0] = 1;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct View(Mmap);

impl Deref for View {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
