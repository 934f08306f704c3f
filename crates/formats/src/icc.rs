//! Colour profiles (ICC.1).

use std::sync::Arc;

use wia::{Error, ErrorKind, Result};

/// A colour profile as documents carry it.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    bytes: Arc<[u8]>,
    space: ColorSpace,
}

/// The colours that a profile is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorSpace {
    /// One channel.
    Gray,
    /// Red, green, blue.
    Rgb,
}

impl Profile {
    /// Takes a profile whose header and table of tags fit its length.
    ///
    /// # Errors
    ///
    /// `InputDamaged` for bytes that are no profile, `InputUnsupported` for one of other colours.
    pub fn parse(bytes: &[u8]) -> Result<Profile> {
        let wrong = || Error::new(ErrorKind::InputDamaged, "the colour profile is damaged");
        let word = |at: usize| -> Option<usize> {
            let word = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
            Some(u32::from_be_bytes(word) as usize)
        };
        let tags = word(128).ok_or_else(wrong)?;
        // The table's place ends before the bytes do.
        let table = bytes.get(132..).unwrap_or_default().as_chunks::<12>().0;
        let whole = word(0) == Some(bytes.len())
            && bytes.get(36..40) == Some(b"acsp")
            && tags <= table.len()
            && (0..tags).all(|tag| {
                let at = 132 + 12 * tag;
                let end = word(at + 4)
                    .zip(word(at + 8))
                    .and_then(|(a, n)| a.checked_add(n));
                end.is_some_and(|end| end <= bytes.len())
            });
        if !whole {
            return Err(wrong());
        }
        let space = match bytes.get(16..20) {
            Some(b"GRAY") => ColorSpace::Gray,
            Some(b"RGB ") => ColorSpace::Rgb,
            other => {
                let name = String::from_utf8_lossy(other.unwrap_or_default()).into_owned();
                return Err(Error::new(
                    ErrorKind::InputUnsupported,
                    format!("a colour profile for {name:?}: not supported"),
                ));
            }
        };
        Ok(Profile {
            bytes: bytes.into(),
            space,
        })
    }

    /// The profile.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it is for.
    pub fn space(&self) -> ColorSpace {
        self.space
    }
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Profile({:?}, {} bytes)", self.space, self.bytes.len())
    }
}
