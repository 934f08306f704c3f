//! Names are looked up once: what a job begins at one address goes on there.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// The addresses of names, once they have been looked up.
#[derive(Clone, Default)]
pub(crate) struct Addresses {
    known: Arc<Mutex<HashMap<String, Vec<SocketAddr>>>>,
}

impl Addresses {
    /// Names are looked up again: nobody answers where they led to.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<SocketAddr>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Addresses").field(&self.lock()).finish()
    }
}

impl Resolver for Addresses {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        // The scheme has a port.
        let key = format!(
            "{}://{}",
            uri.scheme_str().unwrap_or_default(),
            uri.authority().map_or("", |authority| authority.as_str())
        );
        if let Some(known) = self.lock().get(&key) {
            let mut found = self.empty();
            known.iter().for_each(|address| found.push(*address));
            return Ok(found);
        }
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        self.lock().insert(key, found.iter().copied().collect());
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use ureq::unversioned::transport::time::Duration;

    use super::*;

    #[test]
    fn what_is_known_is_not_looked_up() {
        let addresses = Addresses::default();
        let resolve = |uri: &str| {
            let timeout = NextTimeout {
                after: Duration::NotHappening,
                reason: ureq::Timeout::Resolve,
                ..NextTimeout::default()
            };
            let found = addresses.resolve(&uri.parse().unwrap(), &Config::default(), timeout);
            found.map(|found| found.to_vec())
        };
        let there: SocketAddr = "192.0.2.1:80".parse().unwrap();
        assert_eq!(resolve("http://192.0.2.1/eSCL").unwrap(), [there]);
        let known = HashMap::from([("http://scanner.invalid".to_owned(), vec![there])]);
        *addresses.lock() = known;
        assert_eq!(resolve("http://scanner.invalid/eSCL").unwrap(), [there]);
        addresses.forget();
        assert!(resolve("http://scanner.invalid/eSCL").is_err());
    }
}
