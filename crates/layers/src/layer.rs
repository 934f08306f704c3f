//! The layers: names, what they do, why they are there, and which are switched on.

use minidriver::service_library::{LogDetail, LogKind, create_log_instance};
use wia::{Error, Result};

/// A layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// A flatbed has one page.
    OnePageFlatbed,
    /// A feeder that fails when it finds itself empty has ended.
    LateEmpty,
    /// The height in a page's header is that of the lines that came.
    TrueHeight,
    /// A page has the resolution that was asked for, or says which it has.
    TrueResolution,
    /// The front of a sheet comes before its back.
    SideOrder,
}

/// What there is to know of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerInfo {
    /// Which.
    pub layer: Layer,
    /// What it is switched by.
    pub name: &'static str,
    /// What it does.
    pub does: &'static str,
    /// Where the mistake was seen.
    pub evidence: &'static str,
    /// Whether it is on unless it is switched off.
    pub usual: bool,
}

/// Every layer, in the order in which they are named to people.
pub const LAYERS: [LayerInfo; 5] = [
    LayerInfo {
        layer: Layer::OnePageFlatbed,
        name: "one-page-flatbed",
        does: "a transfer from the glass ends after one page, also where the driver would go on or reports an \
               empty feeder",
        evidence: "libinsane's documentation (behavior normalizations): neither SANE nor WIA drivers ever say \
                   that a flatbed has no more, a second request scans the same page again",
        usual: true,
    },
    LayerInfo {
        layer: Layer::LateEmpty,
        name: "late-empty",
        does: "a feeder that ran empty and then reports a failure, or a page without a line, has ended",
        evidence: "sane-airscan, issue 389: an empty feeder is reported in as many ways as there are devices; \
                   Canon TS9550 as an input/output error",
        usual: true,
    },
    LayerInfo {
        layer: Layer::TrueHeight,
        name: "true-height",
        does: "the height in the header of a RAW page or bitmap becomes that of the lines that came",
        evidence: "the SANE standard (sane_get_parameters) calls the number of lines an estimate until the image \
                   is read; eSCL has ActualHeight because the announced one is not kept",
        usual: true,
    },
    LayerInfo {
        layer: Layer::TrueResolution,
        name: "true-resolution",
        does: "a RAW page or bitmap that came in another resolution is brought to the one that was asked for; \
               with true-resolution:say its header tells the one it has",
        evidence: "sane-airscan, issue 57: Canon iR2625 and iR2630 send 300 dpi when 600 was asked; Lexmark \
                   devices send 400",
        usual: true,
    },
    LayerInfo {
        layer: Layer::SideOrder,
        name: "side-order",
        does: "of a feeder that gives the back of each sheet first, the front comes first",
        evidence: "WIA lets a feeder name either order (FRONT_FIRST, BACK_FIRST); one that turns the sheet before \
                   it scans has the back first and cannot tell. Only a person can see that",
        usual: false,
    },
];

/// What becomes of a page in another resolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// It is sampled to the resolution that was asked for.
    Rescale,
    /// Its header says what it is.
    Say,
}

/// Which layers are switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Active {
    /// [`Layer::OnePageFlatbed`].
    pub one_page_flatbed: bool,
    /// [`Layer::LateEmpty`].
    pub late_empty: bool,
    /// [`Layer::TrueHeight`].
    pub true_height: bool,
    /// [`Layer::TrueResolution`], and how.
    pub true_resolution: Option<Resolution>,
    /// [`Layer::SideOrder`].
    pub side_order: bool,
}

impl Default for Active {
    /// The usual ones.
    fn default() -> Active {
        let mut active = Active::NONE;
        for info in LAYERS.iter().filter(|info| info.usual) {
            active.switch(info.layer, true);
        }
        active
    }
}

impl Active {
    /// The name of the parameter of a device URI that [`parse_list`](Active::parse_list) reads.
    pub const PARAMETER: &str = "layers";

    /// No layer.
    pub const NONE: Active = Active {
        one_page_flatbed: false,
        late_empty: false,
        true_height: false,
        true_resolution: None,
        side_order: false,
    };

    /// All layers, pages in another resolution being rescaled.
    pub const ALL: Active = Active {
        one_page_flatbed: true,
        late_empty: true,
        true_height: true,
        true_resolution: Some(Resolution::Rescale),
        side_order: true,
    };

    /// Changes of the usual layers, one after the other, parted by commas: `NAME` switches a layer on, `-NAME`
    /// off, `none` all of them off, `true-resolution:say` has resolutions told.
    ///
    /// ```
    /// use quire_layers::Active;
    /// let active = Active::parse_list("-true-height,side-order")?;
    /// assert!(active.side_order && !active.true_height && active.late_empty);
    /// assert_eq!(Active::parse_list("none")?, Active::NONE);
    /// # Ok::<(), wia::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a name that there is not, with those that there are.
    pub fn parse_list(text: &str) -> Result<Active> {
        let mut active = Active::default();
        for word in text.split(',') {
            match word {
                "none" => active = Active::NONE,
                "true-resolution:say" => active.true_resolution = Some(Resolution::Say),
                _ => {
                    let (name, on) = match word.strip_prefix('-') {
                        Some(name) => (name, false),
                        None => (word, true),
                    };
                    let info = LAYERS.iter().find(|info| info.name == name);
                    active.switch(info.ok_or_else(|| unknown(word))?.layer, on);
                }
            }
        }
        Ok(active)
    }

    /// Switches a layer.
    pub fn switch(&mut self, layer: Layer, on: bool) {
        match layer {
            Layer::OnePageFlatbed => self.one_page_flatbed = on,
            Layer::LateEmpty => self.late_empty = on,
            Layer::TrueHeight => self.true_height = on,
            Layer::TrueResolution => self.true_resolution = on.then_some(Resolution::Rescale),
            Layer::SideOrder => self.side_order = on,
        }
    }

    /// Whether a layer is on.
    pub const fn has(&self, layer: Layer) -> bool {
        match layer {
            Layer::OnePageFlatbed => self.one_page_flatbed,
            Layer::LateEmpty => self.late_empty,
            Layer::TrueHeight => self.true_height,
            Layer::TrueResolution => self.true_resolution.is_some(),
            Layer::SideOrder => self.side_order,
        }
    }

    /// The names of those that are on, as [`parse_list`](Active::parse_list) takes them.
    pub fn names(&self) -> Vec<String> {
        let on = LAYERS.iter().filter(|info| self.has(info.layer));
        on.map(|info| match (info.layer, self.true_resolution) {
            (Layer::TrueResolution, Some(Resolution::Say)) => format!("{}:say", info.name),
            _ => info.name.to_owned(),
        })
        .collect()
    }
}

/// Logs that a layer does something.
pub(crate) fn said(layer: Layer, what: &str) {
    if let Some(info) = LAYERS.iter().find(|info| info.layer == layer) {
        let log = create_log_instance("layers");
        let name = info.name;
        log.log(
            LogKind::Warning,
            LogDetail::Level1,
            format_args!("{name}: {what}"),
        );
    }
}

fn unknown(word: &str) -> Error {
    let names: Vec<_> = LAYERS.iter().map(|info| info.name).collect();
    Error::invalid(format!(
        "{}: there is no layer {word:?}; valid are {}, each also with - before it, true-resolution:say, none",
        Active::PARAMETER,
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_ones() {
        let usual = [
            "one-page-flatbed",
            "late-empty",
            "true-height",
            "true-resolution",
        ];
        assert_eq!(Active::default().names(), usual);
        assert_eq!(Active::ALL.names().len(), LAYERS.len());
        assert_eq!(Active::NONE.names(), [""; 0]);
    }

    #[test]
    fn lists() {
        let names = |text: &str| Active::parse_list(text).unwrap().names().join(",");
        let rest = "one-page-flatbed,late-empty,true-height";
        assert_eq!(
            names("side-order"),
            format!("{rest},true-resolution,side-order")
        );
        assert_eq!(names("-true-resolution"), rest);
        assert_eq!(
            names("true-resolution:say"),
            format!("{rest},true-resolution:say")
        );
        assert_eq!(names("none"), "");
        assert_eq!(names("none,late-empty"), "late-empty");
        assert_eq!(names("none,side-order,-side-order"), "");
        for wrong in [
            "",
            "all",
            "-none",
            "--late-empty",
            "late-empty,",
            "Late-Empty",
            "late-empty:say",
        ] {
            let e = Active::parse_list(wrong).unwrap_err();
            assert_eq!(e.kind(), wia::ErrorKind::InvalidArgument, "{wrong}");
            assert!(e.to_string().contains("side-order"), "{e}");
        }
    }

    #[test]
    fn what_is_on_can_be_asked_for() {
        let mut lists = vec!["none".to_owned()];
        lists.extend(LAYERS.map(|info| format!("none,{}", info.name)));
        lists.push("none,true-resolution:say".into());
        for list in lists {
            let active = Active::parse_list(&list).unwrap();
            let again = ["none".to_owned()].into_iter().chain(active.names());
            let again: Vec<_> = again.collect();
            assert_eq!(Active::parse_list(&again.join(",")).unwrap(), active);
        }
    }
}
