//! What a device can do: found out once, by setting each source and each mode and looking at what is
//! possible then.

use items::Resolutions;
use wia::{DataType, Error, Result};

use crate::geometry::{Bed, HORIZONTAL, VERTICAL, columns, lines};
use crate::option::{Constraint, FrameKind, Kind, SaneOption, Table, Value};
use crate::scanner::Scanner;
use crate::settings::{Resolution, set_all};
use crate::source::{Choice, SOURCE, Source, add_both_sides, sources};

/// Bits a sample that are looked for.
const DEPTHS: [i32; 3] = [8, 16, 1];
/// Resolutions of a device that does not say which it has.
const UNKNOWN_DPI: i32 = 300;
/// Options whose value is a sensor's: whether there is paper in the feeder.
const PAPER: [&str; 5] = [
    "page-loaded",
    "adf-loaded",
    "paper-loaded",
    "document-loaded",
    "hopper",
];
/// Inches of a bed that nothing is known of.
const UNKNOWN_BED: f64 = 11.0;

/// Options that WIA's properties stand for, in the order in which they are set.
pub(crate) mod name {
    pub(crate) const MODE: &str = "mode";
    pub(crate) const DEPTH: &str = "depth";
    pub(crate) const RESOLUTION: &str = "resolution";
    pub(crate) const X_RESOLUTION: &str = "x-resolution";
    pub(crate) const Y_RESOLUTION: &str = "y-resolution";
    pub(crate) const BRIGHTNESS: &str = "brightness";
    pub(crate) const CONTRAST: &str = "contrast";
    pub(crate) const THRESHOLD: &str = "threshold";
    pub(crate) const PREVIEW: &str = "preview";
}

/// What a pixel can be, and what chooses that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModeChoice {
    pub(crate) data_type: DataType,
    /// Bits of a pixel, all channels together.
    pub(crate) depth: i32,
    pub(crate) set: Choice,
}

/// A source with what it can do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Probed {
    pub(crate) source: Source,
    pub(crate) modes: Vec<ModeChoice>,
    pub(crate) resolution: Resolution,
    pub(crate) x_resolutions: Resolutions,
    /// Where the vertical one has values of its own.
    pub(crate) y_resolutions: Option<Resolutions>,
    pub(crate) bed: (Bed, Bed),
    /// The options when the source is chosen, and nothing else.
    pub(crate) table: Table,
    /// The names of the options that WIA's properties stand for.
    pub(crate) mapped: Vec<String>,
}

/// Looks at everything. `device_type` is what the device calls itself, empty where that is not known.
///
/// # Errors
///
/// `InvalidDriverResponse` for a device that has no mode that can be read here; else what it says.
pub(crate) fn probe(scanner: &mut Scanner, device_type: &str) -> Result<Vec<Probed>> {
    let at_first = scanner.table().clone();
    let mut probed = Vec::new();
    for source in sources(&at_first, device_type) {
        // What cannot be chosen is not offered.
        if set_all(scanner, source.first()).is_ok() {
            probed.push(probe_source(scanner, source)?);
        }
        restore(scanner, &at_first);
    }
    probed.retain(|probed: &Probed| !probed.modes.is_empty());
    if probed.is_empty() {
        let what = "none of the device's modes can be read: valid are 1, 8 and 16 bits a sample";
        return Err(crate::scan::broken(what));
    }
    Ok(probed)
}

/// Puts back what probing changes.
fn restore(scanner: &mut Scanner, table: &Table) {
    let names = [SOURCE, name::MODE, name::DEPTH];
    let values = names.into_iter().filter_map(|name| {
        let value = table.settable(name)?.value.clone()?;
        Some((name.to_owned(), value))
    });
    // What does not come back now is set before each scan anyway.
    let _ = set_all(scanner, &values.collect::<Vec<_>>());
}

fn probe_source(scanner: &mut Scanner, mut source: Source) -> Result<Probed> {
    let table = scanner.table().clone();
    add_both_sides(&mut source, &table);
    let (resolution, x_resolutions, y_resolutions) = resolutions(scanner)?;
    let (x_dpi, y_dpi) = resolution.now(&table);
    let parameters = scanner.parameters();
    let size = |pixels: Option<i32>, dpi: f64| Bed {
        start: 0.0,
        size: pixels
            .filter(|pixels| *pixels > 0)
            // Beds are told in 1/1000 inch, and the last pixel is one too.
            .map_or(UNKNOWN_BED, |pixels| {
                (f64::from(pixels) / dpi * 1000.0).ceil() / 1000.0
            }),
    };
    let across = HORIZONTAL.bed(&table, x_dpi);
    let along = VERTICAL.bed(&table, y_dpi);
    let bed = (
        across.unwrap_or_else(|| size(columns(parameters), x_dpi)),
        along.unwrap_or_else(|| size(lines(parameters), y_dpi)),
    );
    let mapped = mapped(&table, &source, &resolution);
    let modes = modes(scanner);
    Ok(Probed {
        source,
        modes,
        resolution,
        x_resolutions,
        y_resolutions,
        bed,
        table,
        mapped,
    })
}

/// Every mode with every depth. Of several that give the same pixels the first is taken.
fn modes(scanner: &mut Scanner) -> Vec<ModeChoice> {
    let mode = scanner.table().settable(name::MODE).cloned();
    let names: Vec<Option<String>> = match &mode {
        Some(option) if !option.texts().is_empty() => {
            option.texts().iter().cloned().map(Some).collect()
        }
        _ => vec![None],
    };
    let mut found: Vec<ModeChoice> = Vec::new();
    for mode_name in names {
        let mut set = Choice::new();
        if let Some(text) = &mode_name {
            set.push((name::MODE.to_owned(), Value::text(text)));
        }
        if set_all(scanner, &set).is_err() {
            continue;
        }
        let depths = scanner.table().settable(name::DEPTH).map(depths);
        for depth in depths.unwrap_or_else(|| vec![None]) {
            let mut set = set.clone();
            if let Some(depth) = depth {
                set.push((name::DEPTH.to_owned(), Value::word(depth)));
            }
            if set_all(scanner, &set).is_err() {
                continue;
            }
            let Some((data_type, bits)) = pixel(scanner, mode_name.as_deref(), depth) else {
                continue;
            };
            let same = |c: &ModeChoice| c.data_type == data_type && c.depth == bits;
            if !found.iter().any(same) {
                found.push(ModeChoice {
                    data_type,
                    depth: bits,
                    set,
                });
            }
        }
    }
    // Dithered pixels are the next best of a device that knows no threshold.
    if !found.iter().any(|c| c.data_type == DataType::Threshold) {
        let mut dithered = found.iter_mut().filter(|c| c.data_type == DataType::Dither);
        if let Some(choice) = dithered.next() {
            choice.data_type = DataType::Threshold;
        }
    }
    let order = [
        DataType::Color,
        DataType::Grayscale,
        DataType::Threshold,
        DataType::Dither,
    ];
    found.sort_by_key(|c| (order.iter().position(|t| *t == c.data_type), c.depth));
    found
}

/// The depths to try; the usual ones first. What has more than 8 bits and not 16 comes in 16.
fn depths(option: &SaneOption) -> Vec<Option<i32>> {
    if option.kind != Kind::Int {
        return vec![None];
    }
    let listed: Vec<i32> = match &option.constraint {
        Constraint::Words(words) => {
            let mut words = words.clone();
            let rank = |w: &i32| DEPTHS.iter().position(|d| d == w).unwrap_or(DEPTHS.len());
            words.sort_by_key(|w| (rank(w), -w));
            words
        }
        Constraint::Range { min, max, .. } => {
            let valid = |d: &i32| (*min..=*max).contains(d);
            DEPTHS.into_iter().filter(valid).collect()
        }
        Constraint::None | Constraint::Texts(_) => return vec![None],
    };
    listed.into_iter().map(Some).collect()
}

/// What the back end announces a pixel to be; where it announces nothing, what its name says.
fn pixel(scanner: &Scanner, mode: Option<&str>, depth: Option<i32>) -> Option<(DataType, i32)> {
    let mode = mode.unwrap_or_default().to_lowercase();
    let dithered = ["halftone", "dither", "diffusion"];
    let dithered = dithered.iter().any(|word| mode.contains(word));
    let (colour, bits) = match scanner.parameters() {
        Some(p) => match (p.frame, p.depth) {
            (FrameKind::Unknown(_), _) => return None,
            (frame, depth @ (1 | 8 | 16)) => (frame != FrameKind::Gray, depth),
            (_, _) => return None,
        },
        None => {
            let lineart = ["lineart", "binary", "black", "mono"];
            let lineart = dithered || lineart.iter().any(|word| mode.contains(word));
            let bits = if lineart { 1 } else { depth.unwrap_or(8) };
            (mode.contains("colo"), if bits > 8 { 16 } else { bits })
        }
    };
    Some(match (colour, bits) {
        // A bit a channel is made eight on the way.
        (true, bits) => (DataType::Color, 3 * bits.max(8)),
        (false, 1) if dithered => (DataType::Dither, 1),
        (false, 1) => (DataType::Threshold, 1),
        (false, bits) => (DataType::Grayscale, bits),
    })
}

fn resolutions(scanner: &mut Scanner) -> Result<(Resolution, Resolutions, Option<Resolutions>)> {
    let table = scanner.table();
    let number = |name: &str| table.settable(name).filter(|option| option.is_number());
    let x = number(name::RESOLUTION)
        .or(number(name::X_RESOLUTION))
        .cloned();
    let y = number(name::Y_RESOLUTION).cloned().filter(|_| x.is_some());
    let mut resolution = Resolution {
        x: x.as_ref().map(|option| option.name.clone()),
        y: y.as_ref().map(|option| option.name.clone()),
        fixed: UNKNOWN_DPI,
    };
    let Some(x) = x else {
        // Lines and millimetres together tell it.
        if let Some(bed) = HORIZONTAL.bed(table, 1.0)
            && let Some(pixels) = columns(scanner.parameters()).filter(|p| *p > 0)
        {
            let span = HORIZONTAL.span(table, 1000.0, None).map_or(0, |s| s.extent);
            let inches = if span > 0 {
                f64::from(span) / 1000.0
            } else {
                bed.size
            };
            resolution.fixed = ((f64::from(pixels) / inches).round() as i32).max(1);
        }
        let fixed = Resolutions::List(vec![resolution.fixed]);
        return Ok((resolution, fixed, None));
    };
    // One that is no resolution at first would make everything else wrong.
    let listed = listed(&x);
    if x.now().is_none_or(|dpi| dpi < 1.0) {
        let first = match &listed {
            Resolutions::List(list) => list.first().copied().unwrap_or(UNKNOWN_DPI),
            Resolutions::Range { min, max, .. } => UNKNOWN_DPI.clamp(*min, *max),
        };
        let value = Value::word(x.word(f64::from(first)));
        let set = vec![(x.name.clone(), value)];
        set_all(scanner, &set).map_err(|e| Error::invalid(format!("{}: {}", e.name, e.status)))?;
    }
    Ok((resolution, listed, y.as_ref().map(self::listed)))
}

/// The valid numbers of a resolution option, in whole dots an inch.
pub(crate) fn listed(option: &SaneOption) -> Resolutions {
    if let Some((min, max, quant)) = option.range() {
        let min = (min.ceil() as i32).max(1);
        return Resolutions::Range {
            min,
            max: (max.floor() as i32).max(min),
            step: (quant.round() as i32).max(1),
        };
    }
    let mut list: Vec<i32> = match &option.constraint {
        Constraint::Words(words) => words
            .iter()
            .map(|word| option.number(*word).round() as i32)
            .collect(),
        _ => vec![option.now().map_or(UNKNOWN_DPI, |dpi| dpi.round() as i32)],
    };
    list.retain(|dpi| *dpi > 0);
    list.sort_unstable();
    list.dedup();
    if list.is_empty() {
        list.push(UNKNOWN_DPI);
    }
    Resolutions::List(list)
}

/// The options that WIA's properties stand for.
fn mapped(table: &Table, source: &Source, resolution: &Resolution) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let chosen = source.ways.iter().flat_map(|(_, choice)| choice);
    names.extend(chosen.map(|(name, _)| name.clone()));
    names.extend(resolution.x.iter().chain(&resolution.y).cloned());
    for name in [name::MODE, name::DEPTH] {
        names.extend(table.get(name).map(|option| option.name.clone()));
    }
    for axis in [HORIZONTAL, VERTICAL] {
        if axis.bed(table, f64::from(UNKNOWN_DPI)).is_some() {
            names.extend([axis.near.to_owned(), axis.far.to_owned()]);
        }
    }
    for name in [name::BRIGHTNESS, name::CONTRAST, name::THRESHOLD] {
        let option = table.get(name);
        names.extend(
            { option }
                .filter(|o| scale(o).is_some())
                .map(|o| o.name.clone()),
        );
    }
    let preview = table.get(name::PREVIEW).filter(|o| o.kind == Kind::Bool);
    names.extend(preview.map(|o| o.name.clone()));
    names
}

/// Lowest, middle and highest number of an option that WIA has a scale for.
pub(crate) fn scale(option: &SaneOption) -> Option<(f64, f64, f64)> {
    let (min, max, _) = option.range().filter(|_| option.is_number())?;
    (min < max).then(|| {
        let middle = if min < 0.0 && max > 0.0 {
            0.0
        } else {
            (min + max) / 2.0
        };
        (min, middle, max)
    })
}

/// Whether there is paper in the feeder, where the device says so.
pub(crate) fn paper(table: &Table) -> Option<bool> {
    let sensor = |name: &&str| {
        table
            .get(name)
            .filter(|o| o.is_sensor() && o.kind == Kind::Bool)
    };
    let option = PAPER.iter().find_map(sensor)?;
    option.value.as_ref()?.as_word().map(|word| word != 0)
}
