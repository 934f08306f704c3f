//! How single devices differ: layers, each for some devices, with what it changes and why it is there.
//!
//! A layer is on where its device matches and nobody has switched it off by its name.

use std::time::Duration;

/// What a layer changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Jobs are made with `Host: localhost`.
    HostLocalhost,
    /// Requests name the port in `Host`, also the usual one.
    PortInHost,
    /// A pause before each page after the first.
    Pause(Duration),
    /// 404 and 410 are "not yet" while the job is alive, whatever the feeder says.
    RetryGone,
    /// Jobs are not deleted at their end, unless they are cancelled.
    KeepJobs,
    /// The feeder is asked before a job is made; it would say that paper is stuck where there is none.
    AskFeeder,
    /// Resolutions above this (dots an inch) are not offered.
    ResolutionsUpTo(u32),
}

/// One layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What it is switched off by.
    pub name: &'static str,
    /// The devices: words that must all be in what the device says of its maker and model, or of its server
    /// after `server:`; several sets of words stand for any of them. Without any: all devices.
    pub devices: &'static [&'static str],
    /// What it changes.
    pub change: Change,
    /// Who has seen it.
    pub evidence: &'static str,
}

/// Every layer.
pub const LAYERS: &[Layer] = &[
    Layer {
        name: "ask-feeder",
        devices: &[],
        change: Change::AskFeeder,
        evidence: "sane-airscan asks Canon MF410 and Xerox WorkCentre 3345 first, whose empty feeders report a jam; \
                   for all devices it saves a job that can only fail",
    },
    Layer {
        name: "hp-host-localhost",
        devices: &["server:HP_Compact_Server", "HP M630", "HP M578"],
        change: Change::HostLocalhost,
        evidence: "sane-airscan: these refuse jobs under any other name",
    },
    Layer {
        name: "epson-port",
        devices: &["EPSON"],
        change: Change::PortInHost,
        evidence: "sane-airscan always names the port to these",
    },
    Layer {
        name: "brother-pause",
        devices: &["Brother"],
        change: Change::Pause(Duration::from_secs(1)),
        evidence: "sane-airscan waits up to a second before each page: 404 comes early otherwise",
    },
    Layer {
        name: "xerox-retry-gone",
        devices: &["Xerox B205", "Xerox B215"],
        change: Change::RetryGone,
        evidence: "sane-airscan: 404 and 410 stand for a page that is not ready",
    },
    Layer {
        name: "xerox-keep-jobs",
        devices: &["Xerox B205", "Xerox B215"],
        change: Change::KeepJobs,
        evidence: "sane-airscan does not delete jobs of these at their end",
    },
    Layer {
        name: "canon-resolutions",
        devices: &["Canon iR2625", "Canon iR2630"],
        change: Change::ResolutionsUpTo(300),
        evidence: "sane-airscan: what they offer above 300 dpi is not there",
    },
];

impl Layer {
    /// Whether the layer is for a device that says this of itself.
    pub fn is_for(&self, make_and_model: &str, server: &str) -> bool {
        let (model, server) = (make_and_model.to_lowercase(), server.to_lowercase());
        let matches = |words: &&str| match words.strip_prefix("server:") {
            Some(word) => server.contains(&word.to_lowercase()),
            None => words
                .split(' ')
                .all(|word| model.contains(&word.to_lowercase())),
        };
        self.devices.is_empty() || self.devices.iter().any(matches)
    }
}

/// The layers that are on for one device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quirks {
    layers: Vec<Layer>,
}

impl Quirks {
    /// Those for a device that says this of itself, without those that are called in `off`.
    pub fn of(make_and_model: &str, server: &str, off: &[String]) -> Quirks {
        let on = |layer: &&Layer| {
            layer.is_for(make_and_model, server) && !off.iter().any(|name| name == layer.name)
        };
        Quirks {
            layers: LAYERS.iter().filter(on).copied().collect(),
        }
    }

    /// The layers.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Whether a layer makes this change.
    pub fn has(&self, change: Change) -> bool {
        self.layers.iter().any(|layer| layer.change == change)
    }

    /// The pause before each page after the first.
    pub fn pause(&self) -> Option<Duration> {
        self.layers.iter().find_map(|layer| match layer.change {
            Change::Pause(pause) => Some(pause),
            _ => None,
        })
    }

    /// The highest resolution that is true, in dots an inch.
    pub fn highest_resolution(&self) -> Option<u32> {
        self.layers.iter().find_map(|layer| match layer.change {
            Change::ResolutionsUpTo(dpi) => Some(dpi),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(model: &str, server: &str, off: &[&str]) -> Vec<&'static str> {
        let off: Vec<String> = off.iter().map(|name| (*name).to_owned()).collect();
        Quirks::of(model, server, &off)
            .layers()
            .iter()
            .map(|layer| layer.name)
            .collect()
    }

    #[test]
    fn layers_of_devices() {
        assert_eq!(names("Some scanner", "", &[]), ["ask-feeder"]);
        assert_eq!(
            names("Brother MFC-L2750", "", &["ask-feeder"]),
            ["brother-pause"]
        );
        assert_eq!(
            names("Xerox(R) B205 MFP", "", &["ask-feeder"]),
            ["xerox-retry-gone", "xerox-keep-jobs"]
        );
        assert_eq!(
            names("x", "HP_Compact_Server", &["ask-feeder"]),
            ["hp-host-localhost"]
        );
        assert_eq!(
            Quirks::of("CANON IR2625", "", &[]).highest_resolution(),
            Some(300)
        );
        assert_eq!(
            Quirks::of("brother", "", &[]).pause(),
            Some(Duration::from_secs(1))
        );
    }

    #[test]
    fn each_layer_has_a_name_of_its_own_and_evidence() {
        for (at, layer) in LAYERS.iter().enumerate() {
            assert!(LAYERS[..at].iter().all(|other| other.name != layer.name));
            assert!(!layer.evidence.is_empty());
        }
    }
}
