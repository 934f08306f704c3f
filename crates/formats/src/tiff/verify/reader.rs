//! Numbers out of a TIFF file, whatever its byte order.

use std::cell::Cell;
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use wia::{Error, ErrorKind, Result};

/// What a walk reads of each byte of a file at most, on the average, and of any file beside.
const LOOKS: u64 = 4;
const SOME: u64 = 16 << 20;
/// What a read costs at least, in bytes.
const LOOK: u64 = 64;

pub(super) struct Reader<'a> {
    file: &'a File,
    len: u64,
    big_endian: bool,
    big: bool,
    /// Bytes that may still be read: directories and tables that lie over each other would take time
    /// without end.
    left: Cell<u64>,
    /// Bytes that nothing but links may be in.
    kept_free: Range<u64>,
}

impl<'a> Reader<'a> {
    /// Looks at the header.
    ///
    /// # Errors
    ///
    /// `InputDamaged` for anything but the header of a TIFF or BigTIFF.
    pub(super) fn open(file: &'a File, len: u64) -> Result<Reader<'a>> {
        let mut reader = Reader {
            file,
            len,
            big_endian: false,
            big: false,
            left: Cell::new(len.saturating_mul(LOOKS).saturating_add(SOME)),
            kept_free: 0..0,
        };
        let head = reader.bytes(0, 4)?;
        reader.big_endian = head.starts_with(b"MM");
        if !reader.big_endian && !head.starts_with(b"II") {
            return Err(damaged("it does not begin like one"));
        }
        match reader.integer(&head[2..]) {
            42 => {}
            43 => {
                reader.big = true;
                let word = reader.number(4, 2)?;
                if word != 8 {
                    return Err(unsupported(format!("offsets of {word} bytes")));
                }
            }
            version => return Err(unsupported(format!("version {version}"))),
        }
        Ok(reader)
    }

    /// The same that finds no values and no image in these bytes.
    pub(super) fn keep_free(self, bytes: Range<u64>) -> Reader<'a> {
        Reader {
            kept_free: bytes,
            ..self
        }
    }

    pub(super) const fn is_big(&self) -> bool {
        self.big
    }

    pub(super) const fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// Bytes of an offset.
    pub(super) const fn word(&self) -> u64 {
        if self.big { 8 } else { 4 }
    }

    /// Where the header's link to the first directory stands.
    pub(super) const fn first_link(&self) -> u64 {
        self.word()
    }

    /// A number of 1, 2, 4 or 8 bytes.
    pub(super) fn integer(&self, bytes: &[u8]) -> u64 {
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match self.big_endian {
            true => bytes.iter().fold(0, add),
            false => bytes.iter().rev().fold(0, add),
        }
    }

    pub(super) fn number(&self, at: u64, size: u64) -> Result<u64> {
        Ok(self.integer(&self.bytes(at, size)?))
    }

    /// Some bytes of the file; not so many that it matters.
    pub(super) fn bytes(&self, at: u64, count: u64) -> Result<Vec<u8>> {
        self.inside(at, count)?;
        let Some(left) = self.left.get().checked_sub(count.max(LOOK)) else {
            return Err(damaged("its directories and tables lie over each other"));
        };
        self.left.set(left);
        let mut bytes = vec![0; count as usize];
        self.file
            .read_exact_at(&mut bytes, at)
            .map_err(Error::from_read)?;
        Ok(bytes)
    }

    /// Whether this is the link that is kept free.
    pub(super) fn keeps_free(&self, link: u64) -> bool {
        self.kept_free.start == link
    }

    /// The end of `bytes` at `at`, which a directory names.
    pub(super) fn named(&self, at: u64, bytes: u64) -> Result<u64> {
        let end = self.inside(at, bytes)?;
        if bytes > 0 && at < self.kept_free.end && end > self.kept_free.start {
            return Err(damaged(format!(
                "{bytes} bytes at {at} are also the link at {}",
                self.kept_free.start
            )));
        }
        Ok(end)
    }

    /// The end of `bytes` at `at`, which lie inside the file.
    pub(super) fn inside(&self, at: u64, bytes: u64) -> Result<u64> {
        match at.checked_add(bytes) {
            Some(end) if end <= self.len => Ok(end),
            _ => Err(damaged(format!(
                "{bytes} bytes at {at} are beyond its end at {}",
                self.len
            ))),
        }
    }
}

pub(super) fn damaged(what: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::InputDamaged,
        format!("the TIFF is damaged: {what}"),
    )
}

pub(super) fn unsupported(what: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::InputUnsupported,
        format!("the TIFF cannot be checked: {what}"),
    )
}
