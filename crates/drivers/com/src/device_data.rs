//! What a registry would hold for a driver under `DeviceData`: the values of its device URI.

use std::collections::HashMap;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use abi::HKEY;
use wia::{Error, Result};

static NEXT: AtomicUsize = AtomicUsize::new(0x100);

type Values = Vec<(String, String)>;

/// The values behind each key.
static KEYS: LazyLock<Mutex<HashMap<usize, Values>>> = LazyLock::new(Mutex::default);

fn keys() -> MutexGuard<'static, HashMap<usize, Values>> {
    KEYS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A key that a driver is given (`IStiUSD::Initialize`); it ends with this.
#[derive(Debug)]
pub(crate) struct Key(usize);

impl Key {
    pub(crate) fn new(values: Values) -> Key {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        keys().insert(number, values);
        Key(number)
    }

    /// What the driver gets.
    pub(crate) fn handle(&self) -> HKEY {
        ptr::without_provenance_mut(self.0)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        keys().remove(&self.0);
    }
}

/// The value of this name, in any case, behind a key; `None` where there is none.
///
/// # Errors
///
/// `InvalidArgument` for what is no key, or that of a driver that is gone.
pub fn read(key: HKEY, name: &str) -> Result<Option<String>> {
    let keys = keys();
    let values = keys.get(&key.addr());
    let values = values.ok_or_else(|| Error::invalid(format!("{key:p} is no key")))?;
    let found = values
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    Ok(found.map(|(_, value)| value.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_until_the_key_ends() {
        let key = Key::new(vec![("Pages".to_owned(), "3".to_owned())]);
        let handle = key.handle();
        assert_eq!(read(handle, "pages").unwrap().as_deref(), Some("3"));
        assert_eq!(read(handle, "sheets").unwrap(), None);
        drop(key);
        assert!(read(handle, "pages").is_err());
        assert!(read(ptr::null_mut(), "pages").is_err());
    }
}
