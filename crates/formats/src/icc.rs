//! Colour profiles (ICC.1).

use std::sync::Arc;

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
