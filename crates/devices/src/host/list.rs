//! Lists that come from a host: a byte a piece becomes many in memory, so that their number is bounded.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// More has no list by right: items of a folder, valid values of a property.
pub(crate) const MOST: usize = 65_536;

/// Reads a list of at most [`MOST`] pieces (`deserialize_with`).
///
/// # Errors
///
/// For a longer one, as soon as that is seen.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    from.deserialize_seq(Bounded(PhantomData))
}

struct Bounded<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Bounded<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Vec<T>, A::Error> {
        // What it says of its length is not believed.
        let mut list = Vec::new();
        while let Some(piece) = from.next_element()? {
            if list.len() == MOST {
                return Err(A::Error::custom("a list that is too long"));
            }
            list.push(piece);
        }
        Ok(list)
    }
}
