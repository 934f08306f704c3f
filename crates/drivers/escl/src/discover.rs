//! Scanners that make themselves known on the network (DNS-SD over multicast DNS).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use mdns_sd::{Receiver, ResolvedService, ServiceDaemon, ServiceEvent};
use wia::{Error, ErrorKind, Result};

use crate::options::{Address, Options};

/// The two services: plain and encrypted.
const SERVICES: [(&str, bool); 2] = [("_uscan._tcp.local.", false), ("_uscans._tcp.local.", true)];
/// What is left of the time for a search, to begin and to end it.
const REST: Duration = Duration::from_millis(500);
/// How much longer a scanner that was heard of over HTTPS is listened for over HTTP.
const OTHER: Duration = Duration::from_millis(500);
/// How long one scanner is looked for by its UUID: queries go out at 0, 1, 3 and 7 seconds.
const LOOK: Duration = Duration::from_secs(8);

/// A scanner that can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// The part of its URI after `escl:`: its UUID, which stays, or its address where it has none.
    pub path: String,
    /// Who makes it, as far as its name tells.
    pub vendor: String,
    /// What it is called.
    pub model: String,
    /// What it has, and where it is.
    pub description: String,
    /// Host and port of its address now.
    pub authority: String,
}

/// Listens for `patience`, less half a second. Nothing is found where the network cannot be listened to.
pub fn discover(patience: Duration) -> Vec<Discovered> {
    let mut found = BTreeMap::new();
    let time = patience.saturating_sub(REST).max(REST);
    listen(time, |service| {
        // The plain service is heard of in one go with the encrypted one: the plain one has the word.
        let key = service
            .uuid
            .clone()
            .unwrap_or_else(|| service.address.to_string());
        let better = |old: &Service| old.https() && !service.https();
        if found.get(&key).is_none_or(better) {
            found.insert(key, service);
        }
        None
    });
    found.into_values().map(Service::into_discovered).collect()
}

/// Looks for the scanner that calls itself so, over HTTPS alone where its certificate is known (`pinned`), else
/// rather over HTTP, which is quicker.
///
/// # Errors
///
/// `NoDeviceAvailable` when it is not heard of in time.
pub(crate) fn find(uuid: &str, pinned: bool, within: Duration) -> Result<Address> {
    let mut found = None;
    listen(LOOK.min(within), |service| {
        if service.uuid.as_deref() != Some(uuid) || pinned && !service.https() {
            return None;
        }
        let best = pinned || !service.https();
        found = Some(service.address);
        Some(if best { Duration::ZERO } else { OTHER })
    });
    found.ok_or_else(|| {
        let how = if pinned { " over HTTPS, as it did before" } else { "" };
        let what = format!(
            "no scanner {uuid} makes itself known on the network{how}; its address works without that: \
             escl:http://HOST/eSCL"
        );
        Error::new(ErrorKind::NoDeviceAvailable, what)
    })
}

/// A service that was heard of.
struct Service {
    uuid: Option<String>,
    address: Address,
    name: String,
    has: String,
}

impl Service {
    /// `None` for one that cannot be asked: port 0 only keeps the name.
    fn read(service: &ResolvedService, https: bool) -> Option<Service> {
        let text = |key| {
            service
                .get_property_val_str(key)
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        let host = host(service)?;
        if service.port == 0 {
            return None;
        }
        let root = text("rs").unwrap_or("eSCL").trim_matches('/');
        let scheme = if https { "https" } else { "http" };
        let url = format!("{scheme}://{host}:{}/{root}", service.port);
        let address = Options::parse(&url, &[]).ok()?.address;
        let uuid =
            text("uuid").map(|uuid| uuid.trim_start_matches("urn:uuid:").to_ascii_lowercase());
        let uuid = uuid.filter(|uuid| {
            matches!(
                Options::parse(uuid, &[]),
                Ok(Options {
                    address: Address::Uuid(_),
                    ..
                })
            )
        });
        let instance = service.fullname.split("._uscan").next().unwrap_or_default();
        let sources = text("is").unwrap_or_default();
        let both = text("duplex").is_some_and(|duplex| duplex.eq_ignore_ascii_case("T"));
        let mut has: Vec<&str> = Vec::new();
        for (word, what) in [
            ("platen", "flatbed"),
            ("adf", if both { "duplex feeder" } else { "feeder" }),
        ] {
            if sources
                .split(',')
                .any(|source| source.trim().eq_ignore_ascii_case(word))
            {
                has.push(what);
            }
        }
        Some(Service {
            uuid,
            address,
            name: text("ty").unwrap_or(instance).to_owned(),
            has: has.join(" and "),
        })
    }

    fn https(&self) -> bool {
        matches!(self.address, Address::Url { https: true, .. })
    }

    fn into_discovered(self) -> Discovered {
        let url = self.address.to_string();
        let authority = match self.address {
            Address::Url { authority, .. } => authority,
            Address::Uuid(_) => String::new(),
        };
        let vendor = self.name.split(' ').next().unwrap_or_default().to_owned();
        let has = if self.has.is_empty() {
            "scanner"
        } else {
            &self.has
        };
        Discovered {
            description: format!("{has} at {url}"),
            path: self.uuid.unwrap_or_else(|| url.clone()),
            vendor,
            model: self.name,
            authority,
        }
    }
}

/// The address to use, from the records: IPv4 before IPv6, and none that needs the name of an interface.
fn host(service: &ResolvedService) -> Option<String> {
    let all = service.addresses.iter().map(mdns_sd::ScopedIp::to_ip_addr);
    let usable = all.filter(|address| match address {
        IpAddr::V4(_) => true,
        IpAddr::V6(v6) => !v6.is_unicast_link_local(),
    });
    let rank = |address: &IpAddr| match address {
        IpAddr::V4(v4) => (v4.is_link_local(), v4.is_loopback(), *address),
        IpAddr::V6(v6) => (true, v6.is_loopback(), *address),
    };
    match usable.min_by_key(rank) {
        Some(IpAddr::V4(v4)) => Some(v4.to_string()),
        Some(IpAddr::V6(v6)) => Some(format!("[{v6}]")),
        None if service.host.is_empty() => None,
        None => Some(service.host.trim_end_matches('.').to_owned()),
    }
}

/// Tells `heard` of each service until the time is over, which it can make shorter.
fn listen(time: Duration, mut heard: impl FnMut(Service) -> Option<Duration>) {
    let mut end = Instant::now() + time;
    let daemon = match ServiceDaemon::new() {
        Ok(daemon) => daemon,
        Err(e) => {
            tracing::warn!("the network is not listened to: {e}");
            return;
        }
    };
    let browse = |(name, https): (&str, bool)| Some((daemon.browse(name).ok()?, https));
    let receivers: Vec<(Receiver<ServiceEvent>, bool)> =
        SERVICES.into_iter().filter_map(browse).collect();
    while !receivers.is_empty() {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        // Two queues: each gets its turn.
        let turn = left.min(Duration::from_millis(20));
        for (receiver, https) in &receivers {
            let mut event = receiver.recv_timeout(turn).ok();
            while let Some(next) = event {
                if let ServiceEvent::ServiceResolved(service) = next
                    && let Some(service) = Service::read(&service, *https)
                    && let Some(left) = heard(service)
                {
                    end = end.min(Instant::now() + left);
                }
                event = receiver.try_recv().ok();
            }
        }
    }
    // Its thread ends by itself, soon.
    drop(daemon.shutdown());
}
