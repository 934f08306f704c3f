//! The context of a transfer on both sides: a `MINIDRV_TRANSFER_CONTEXT` of C beside each [`TransferContext`].
//!
//! The driver gets the address of the C structure and gives it back with each call. What it has changed in it is brought
//! to the other side before the call does anything, and what the call has changed is brought back when it is over.
#![expect(unsafe_code, reason = "structures and buffers of C")]

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::ops::{Deref, DerefMut};
use std::os::fd::{AsRawFd as _, BorrowedFd, RawFd};
use std::ptr;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use abi::guids::{guid, wia_guid};
use abi::interfaces::IWiaMiniDrvCallBack;
use abi::structs::MINIDRV_TRANSFER_CONTEXT;
use transfer::{ForeignMemory, TransferBuffer, TransferContext};
use wia::{Compression, Error, Result, Tymed};
use windows_core::{ComObject, Interface};

use crate::border::broken;
use crate::callback::Callback;

/// Calls with the context of a structure of C: that of a running transfer, or, for a structure that the driver has
/// allocated itself, one made of its members alone.
///
/// # Errors
///
/// `InvalidArgument` for null, a wrong `lSize`, and members that mean nothing; what `call` says.
///
/// # Safety
///
/// `structure` is null or valid, and the buffer that it names as long as it says.
pub unsafe fn with_transfer<T>(
    structure: *mut MINIDRV_TRANSFER_CONTEXT,
    call: impl FnOnce(&mut TransferContext) -> Result<T>,
) -> Result<T> {
    // SAFETY: the caller's promise is the same.
    unsafe { with(structure, false, call) }
}

/// The same for a structure that the driver has allocated and is to be filled (`WIAS_INIT_CONTEXT`): `lSize` is not looked
/// at, but set.
///
/// # Errors
///
/// As [`with_transfer`].
///
/// # Safety
///
/// As [`with_transfer`].
pub unsafe fn with_new_transfer<T>(
    structure: *mut MINIDRV_TRANSFER_CONTEXT,
    call: impl FnOnce(&mut TransferContext) -> Result<T>,
) -> Result<T> {
    // SAFETY: the caller's promise is the same.
    unsafe { with(structure, true, call) }
}

unsafe fn with<T>(
    structure: *mut MINIDRV_TRANSFER_CONTEXT,
    is_new: bool,
    call: impl FnOnce(&mut TransferContext) -> Result<T>,
) -> Result<T> {
    if structure.is_null() {
        return Err(Error::invalid("pmdtc: no transfer context"));
    }
    // SAFETY: not null, and valid as the caller says.
    let c = unsafe { &mut *structure };
    if is_new {
        c.lSize = SIZE;
    }
    if c.lSize != SIZE {
        return Err(Error::invalid(format!(
            "lSize: {} is not valid; valid: {SIZE}",
            c.lSize
        )));
    }
    let running = running().get(&structure.addr()).cloned();
    match running {
        Some(crossing) => lock(&crossing).with(c, call),
        None => own(c, is_new, call),
    }
}

const SIZE: i32 = size_of::<MINIDRV_TRANSFER_CONTEXT>() as i32;

/// Transfers by the address of their structure.
type Running = HashMap<usize, Arc<Mutex<Crossing>>>;

static RUNNING: LazyLock<Mutex<Running>> = LazyLock::new(Mutex::default);

fn running() -> MutexGuard<'static, Running> {
    lock(&RUNNING)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A transfer that crosses the border.
struct Crossing {
    /// Null when the driver has returned.
    context: *mut TransferContext,
    sides: Sides,
}

// SAFETY: the context is borrowed by `lend` for as long as it is not null, for whoever has the lock; it can be used on any
// thread, for what it holds is `Send`.
unsafe impl Send for Crossing {}

impl Crossing {
    fn with<T>(
        &mut self,
        c: &mut MINIDRV_TRANSFER_CONTEXT,
        call: impl FnOnce(&mut TransferContext) -> Result<T>,
    ) -> Result<T> {
        // SAFETY: null, or `lend` waits for this lock before it uses the context again.
        let context = unsafe { self.context.as_mut() };
        let context = context.ok_or_else(|| Error::invalid("pmdtc: the transfer has ended"))?;
        self.sides.bring_over(c, context)?;
        let result = call(context);
        self.sides.bring_back(context, c);
        result
    }
}

/// Lends a context to the driver, with `call`, as a structure of C. Where the driver leaves something in it that means
/// nothing, that is the error of a call which succeeded.
///
/// # Errors
///
/// What `call` says; `InvalidDriverResponse`.
pub(crate) fn lend<T>(
    context: &mut TransferContext,
    call: impl FnOnce(*mut MINIDRV_TRANSFER_CONTEXT) -> Result<T>,
) -> Result<T> {
    let callback = (context.callback.is_some() || context.data_callback.is_some()).then(|| {
        ComObject::new(Callback {
            data: context.data_callback.clone(),
            streams: context.callback.clone(),
        })
        .to_interface::<IWiaMiniDrvCallBack>()
    });
    let mut sides = Sides {
        callback: callback
            .as_ref()
            .map_or(0, |callback| callback.as_raw().addr()),
        ..Sides::default()
    };
    let mut structure = MINIDRV_TRANSFER_CONTEXT::default();
    sides.bring_back(context, &mut structure);
    structure.pIWiaMiniDrvCallBack = callback.as_ref().map_or(ptr::null_mut(), Interface::as_raw);
    let crossing = Arc::new(Mutex::new(Crossing {
        context: &raw mut *context,
        sides,
    }));
    let lent = Lent::new(structure, Arc::clone(&crossing));
    let result = call(lent.structure);
    let mut crossing = lock(&crossing);
    crossing.context = ptr::null_mut();
    // SAFETY: the structure lives as long as `lent`, and the driver, which has returned, may look at it no more.
    let left = crossing
        .sides
        .bring_over(unsafe { &*lent.structure }, context);
    crossing.sides.forget_foreign(context);
    drop(crossing);
    let result = result?;
    left.map_err(|e| broken(format!("what the driver left in the transfer context: {e}")))?;
    Ok(result)
}

/// A structure that the driver has. It is told from one of the driver's own by its address, so that a driver which keeps
/// it for too long is found out: the last ones stay.
struct Lent {
    structure: *mut MINIDRV_TRANSFER_CONTEXT,
    crossing: Arc<Mutex<Crossing>>,
}

/// How many structures stay when their transfers have ended.
const STAY: usize = 16;

/// Structures whose transfers have ended, by their addresses.
static ENDED: Mutex<VecDeque<usize>> = Mutex::new(VecDeque::new());

impl Lent {
    fn new(structure: MINIDRV_TRANSFER_CONTEXT, crossing: Arc<Mutex<Crossing>>) -> Lent {
        let structure = Box::into_raw(Box::new(structure));
        running().insert(structure.expose_provenance(), Arc::clone(&crossing));
        Lent {
            structure,
            crossing,
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // Also when a call panics. Who found it before is waited for.
        let mut crossing = lock(&self.crossing);
        crossing.context = ptr::null_mut();
        crossing.sides = Sides::default();
        drop(crossing);
        let mut ended = lock(&ENDED);
        ended.push_back(self.structure.addr());
        let last = (ended.len() > STAY).then(|| ended.pop_front()).flatten();
        drop(ended);
        if let Some(last) = last {
            running().remove(&last);
            let last = ptr::with_exposed_provenance_mut::<MINIDRV_TRANSFER_CONTEXT>(last);
            // SAFETY: it came from a box, and is neither on the list of what runs nor on that of what has ended.
            drop(unsafe { Box::from_raw(last) });
        }
    }
}

/// A structure of C for a driver to look at (`drvWriteItemProperties`), without buffers and callbacks.
pub(crate) fn described(context: &TransferContext) -> MINIDRV_TRANSFER_CONTEXT {
    let mut structure = MINIDRV_TRANSFER_CONTEXT::default();
    numbers_to_c(context, &mut structure);
    structure.tymed = context.tymed.value();
    structure
}

/// Calls with a context of a structure that no transfer has handed out.
fn own<T>(
    c: &mut MINIDRV_TRANSFER_CONTEXT,
    is_new: bool,
    call: impl FnOnce(&mut TransferContext) -> Result<T>,
) -> Result<T> {
    let mut sides = Sides {
        callback: c.pIWiaMiniDrvCallBack.addr(),
        file: c.hFile,
        ..Sides::default()
    };
    let mut context = TransferContext::default();
    if is_new {
        // Whatever stands in it, nobody has put it there.
        *c = MINIDRV_TRANSFER_CONTEXT::default();
        sides = Sides::default();
    } else {
        context.data_callback = data_callback(c);
        context.file = file(c.hFile)?;
        sides.bring_over(c, &mut context)?;
    }
    let result = call(&mut context);
    sides.bring_back(&mut context, c);
    result
}

/// The callback in a structure, if it is one of the service.
fn data_callback(c: &MINIDRV_TRANSFER_CONTEXT) -> Option<Arc<dyn transfer::MinidrvCallback>> {
    // SAFETY: the member is null or an object that the driver holds.
    let object = unsafe { IWiaMiniDrvCallBack::from_raw_borrowed(&c.pIWiaMiniDrvCallBack) }?;
    let ours = object.cast_object_ref::<Callback>().ok()?;
    ours.data.clone()
}

/// The file of a structure that the driver made: the same open file by another descriptor.
fn file(handle: isize) -> Result<Option<File>> {
    let wrong = || Error::invalid(format!("hFile: {handle} is no open file"));
    let Some(fd) = RawFd::try_from(handle).ok().filter(|fd| *fd > 0) else {
        return match handle {
            0 => Ok(None),
            _ => Err(wrong()),
        };
    };
    // SAFETY: the descriptor is used for the call alone, which fails where it is none.
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    let owned = borrowed.try_clone_to_owned().map_err(|_| wrong())?;
    Ok(Some(owned.into()))
}

/// What is known of the two sides between two calls.
#[derive(Default)]
struct Sides {
    /// Address of the callback that C has.
    callback: usize,
    /// `hFile` of C.
    file: isize,
    /// Where the service's buffer is that C has; 0 for none.
    band: usize,
    /// Where the service's buffers are, by their numbers from 1.
    bands: [usize; 2],
    /// Buffers of the service that the driver has put others in the place of. It may still write into them.
    replaced: Vec<TransferBuffer>,
}

impl Sides {
    /// Brings what the driver has set to the service's side.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a kind of transfer or compression that there is not.
    fn bring_over(
        &mut self,
        c: &MINIDRV_TRANSFER_CONTEXT,
        context: &mut TransferContext,
    ) -> Result<()> {
        numbers_to_rust(c, context)?;
        if c.pIWiaMiniDrvCallBack.addr() != self.callback {
            context.callback = None;
            context.data_callback = None;
        }
        if context.transfer_buffer.number() > 0 {
            if c.pTransferBuffer.addr() == self.band {
                return Ok(());
            }
            self.replaced
                .push(std::mem::take(&mut context.transfer_buffer));
        }
        context.transfer_buffer = match c.pTransferBuffer.is_null() {
            true => TransferBuffer::default(),
            false => {
                let memory: Box<dyn ForeignMemory> = Box::new(Memory::of(c));
                memory.into()
            }
        };
        Ok(())
    }

    /// Brings what the service has set to the driver's side.
    fn bring_back(&mut self, context: &mut TransferContext, c: &mut MINIDRV_TRANSFER_CONTEXT) {
        numbers_to_c(context, c);
        c.tymed = context.tymed.value();
        let file = context.file.as_ref().map(|file| file.as_raw_fd() as isize);
        c.hFile = match file {
            // A driver's own structure keeps the descriptor that it has.
            Some(_) if self.file != 0 => self.file,
            Some(fd) => fd,
            None => 0,
        };
        let kept = context.callback.is_some() || context.data_callback.is_some();
        if !kept && self.callback == 0 {
            c.pIWiaMiniDrvCallBack = ptr::null_mut();
        }
        let number = context.transfer_buffer.number();
        let address = context.transfer_buffer.as_mut_ptr();
        if number > 0 {
            self.band = address.addr();
            if let Some(place) = self.bands.get_mut(number - 1) {
                *place = address.addr();
            }
            c.pTransferBuffer = address;
            c.pBaseBuffer = match self.bands[0] {
                0 => address,
                first if first == address.addr() => address,
                // The other one, whose address C had before.
                first => ptr::with_exposed_provenance_mut(first),
            };
            address.expose_provenance();
            return;
        }
        self.band = 0;
        if c.pTransferBuffer != address {
            // The buffer was let go.
            c.pTransferBuffer = ptr::null_mut();
            c.pBaseBuffer = ptr::null_mut();
        }
        self.forget_foreign(context);
    }

    /// Between two calls the driver may free its memory.
    fn forget_foreign(&self, context: &mut TransferContext) {
        if context.transfer_buffer.number() == 0 {
            context.transfer_buffer = TransferBuffer::default();
        }
    }
}

/// Members that are numbers on both sides.
macro_rules! numbers {
    ($($rust:ident = $c:ident),* $(,)?) => {
        fn numbers_to_c(context: &TransferContext, c: &mut MINIDRV_TRANSFER_CONTEXT) {
            $(c.$c = context.$rust;)*
            c.lCompression = context.compression.value();
            c.guidFormatID = guid(context.format);
            c.bTransferDataCB = i32::from(context.memory_transfer);
            c.bClassDrvAllocBuf = i32::from(context.service_buffer);
        }

        fn numbers_to_rust(c: &MINIDRV_TRANSFER_CONTEXT, context: &mut TransferContext) -> Result<()> {
            let wrong = |member: &str, value: i32| Error::invalid(format!("{member}: {value} is not valid"));
            context.compression = Compression::from_value(c.lCompression)
                .ok_or_else(|| wrong("lCompression", c.lCompression))?;
            context.tymed = match c.tymed {
                0 => context.tymed,
                tymed => Tymed::from_value(tymed).ok_or_else(|| wrong("tymed", tymed))?,
            };
            $(context.$rust = c.$c;)*
            context.format = wia_guid(c.guidFormatID);
            context.memory_transfer = c.bTransferDataCB != 0;
            context.service_buffer = c.bClassDrvAllocBuf != 0;
            Ok(())
        }
    };
}

numbers! {
    width_in_pixels = lWidthInPixels,
    lines = lLines,
    depth = lDepth,
    x_res = lXRes,
    y_res = lYRes,
    offset = cbOffset,
    buffer_size = lBufferSize,
    active_buffer = lActiveBuffer,
    number_of_buffers = lNumBuffers,
    image_size = lImageSize,
    header_size = lHeaderSize,
    item_size = lItemSize,
    width_in_bytes = cbWidthInBytes,
    page = lPage,
    current_ifd_offset = lCurIfdOffset,
    previous_ifd_offset = lPrevIfdOffset,
}

/// A buffer that the driver has allocated, for the time of a call.
#[derive(Debug)]
struct Memory {
    address: *mut u8,
    len: usize,
}

// SAFETY: the driver waits for the call, on whichever thread that is done.
unsafe impl Send for Memory {}
// SAFETY: as before; shared, it is only read.
unsafe impl Sync for Memory {}

impl Memory {
    /// As many bytes as `lBufferSize` says; where that says nothing, as many as the driver's other members need.
    fn of(c: &MINIDRV_TRANSFER_CONTEXT) -> Memory {
        let lines = i64::from(c.cbWidthInBytes).checked_mul(c.lLines.into());
        let needed = [
            i64::from(c.lItemSize),
            c.lImageSize.into(),
            lines.unwrap_or(0),
        ];
        let len = match c.lBufferSize {
            0 => needed.into_iter().max().unwrap_or(0),
            told => told.into(),
        };
        Memory {
            address: c.pTransferBuffer,
            len: usize::try_from(len).unwrap_or(0).min(isize::MAX as usize),
        }
    }
}

impl Deref for Memory {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: not null, and the driver says that so many bytes are there; it waits for the call.
        unsafe { std::slice::from_raw_parts(self.address, self.len) }
    }
}

impl DerefMut for Memory {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as for `deref`.
        unsafe { std::slice::from_raw_parts_mut(self.address, self.len) }
    }
}
