//! What a source can do, in the words of item properties.

use items::{AppItem, DataTypeRule, FeederRules, FormatRule, ScannerRules};
use wia::property::{WIA_IPS_BRIGHTNESS, WIA_IPS_CONTRAST, WIA_IPS_THRESHOLD, WIA_IPS_YRES};
use wia::{Compression, DataType, DocumentHandlingSelect, Guid, PropertyId, Result};

use crate::option::{SaneOption, Table, Value};
use crate::probe::{Probed, name, scale};
use crate::source::{Choice, SourceKind, Way};

/// The rules of a source.
pub(crate) fn rules(probed: &Probed) -> ScannerRules {
    let thousandths = |inches: f64| ((inches * 1000.0 + 1e-6).floor() as i32).max(1);
    let bed = (
        thousandths(probed.bed.0.size),
        thousandths(probed.bed.1.size),
    );
    let mut data_types: Vec<DataTypeRule> = Vec::new();
    for choice in &probed.modes {
        match data_types
            .iter_mut()
            .find(|rule| rule.data_type == choice.data_type)
        {
            Some(rule) => rule.depths.push(choice.depth),
            None => data_types.push(DataTypeRule::new(choice.data_type, &[choice.depth])),
        }
    }
    let bits = |depths: &[i32]| {
        let has = |rule: &DataTypeRule| rule.depths.iter().any(|d| depths.contains(d));
        data_types.iter().any(has)
    };
    let mut compressions = vec![Compression::None];
    compressions.extend(bits(&[1]).then_some(Compression::G4));
    compressions.extend(bits(&[8, 24]).then_some(Compression::Jpeg));
    let feeder = probed.source.kind == SourceKind::Feeder;
    let mut rules = ScannerRules {
        resolutions: probed.x_resolutions.clone(),
        data_types,
        formats: vec![
            FormatRule::bmp(),
            FormatRule::raw(),
            FormatRule::tiff(&compressions),
            FormatRule::jpeg(),
        ],
        feeder: feeder.then(|| feeder_rules(probed)),
        stream_id: stream_id(&probed.table),
        ..ScannerRules::new(bed)
    }
    .of_paper();
    if let Some(along) = &probed.y_resolutions {
        rules.optical.1 = along.highest();
    }
    rules
}

/// What differs from the usual properties of a source.
///
/// # Errors
///
/// When a property cannot be changed.
pub(crate) fn adapt(item: &AppItem, probed: &Probed) -> Result<()> {
    if let Some(resolutions) = &probed.y_resolutions {
        item.set_valid(WIA_IPS_YRES, resolutions.valid(300))?;
    }
    for level in LEVELS {
        if item.has(level.id) && level.option(&probed.table).is_none() {
            let now = item.read_i32(level.id)?;
            item.set_valid_range(level.id, now, now, now, 1)?;
        }
    }
    Ok(())
}

/// A property with a scale, and its option.
pub(crate) struct Level {
    pub(crate) id: PropertyId,
    name: &'static str,
    /// Lowest, middle and highest value of the property.
    ends: (f64, f64, f64),
}

pub(crate) const LEVELS: [Level; 3] = [
    Level {
        id: WIA_IPS_BRIGHTNESS,
        name: name::BRIGHTNESS,
        ends: (-1000.0, 0.0, 1000.0),
    },
    Level {
        id: WIA_IPS_CONTRAST,
        name: name::CONTRAST,
        ends: (-1000.0, 0.0, 1000.0),
    },
    Level {
        id: WIA_IPS_THRESHOLD,
        name: name::THRESHOLD,
        ends: (0.0, 128.0, 255.0),
    },
];

impl Level {
    /// The option, whether it is active or not.
    fn option<'a>(&self, table: &'a Table) -> Option<&'a SaneOption> {
        table
            .get(self.name)
            .filter(|option| scale(option).is_some())
    }

    /// What the property is when the option is as it is now.
    pub(crate) fn property(&self, table: &Table) -> Option<i32> {
        let option = self.option(table)?;
        let number = option.now()?;
        Some(between(number, scale(option)?, self.ends).round() as i32)
    }

    /// What has to be set for the property, unless the option shows as that already.
    pub(crate) fn wanted(&self, table: &Table, value: i32) -> Option<(String, Value)> {
        let option = self.option(table)?;
        if self.property(table) == Some(value) {
            return Some((option.name.clone(), option.value.clone()?));
        }
        let number = between(f64::from(value), self.ends, scale(option)?);
        Some((option.name.clone(), Value::word(option.word(number))))
    }
}

/// A number of one scale on another; each half by itself.
fn between(number: f64, from: (f64, f64, f64), to: (f64, f64, f64)) -> f64 {
    let (min, middle, max) = from;
    let part = if number >= middle {
        (number - middle) / (max - middle)
    } else {
        (number - middle) / (middle - min)
    };
    let part = part.clamp(-1.0, 1.0);
    match part >= 0.0 {
        true => to.1 + part * (to.2 - to.1),
        false => to.1 + part * (to.1 - to.0),
    }
}

/// What chooses the pixels.
pub(crate) fn mode(probed: &Probed, data_type: DataType, depth: i32) -> Option<&Choice> {
    let data_type = match data_type {
        // The RAW format has a name of its own for colour.
        DataType::RawRgb => DataType::Color,
        other => other,
    };
    let same = |c: &&crate::probe::ModeChoice| c.data_type == data_type && c.depth == depth;
    probed.modes.iter().find(same).map(|choice| &choice.set)
}

fn feeder_rules(probed: &Probed) -> FeederRules {
    let has = |way| probed.source.way(way).is_some();
    let mut rules = match has(Way::Both) {
        true => FeederRules::duplex(),
        false => FeederRules::simplex(),
    };
    use DocumentHandlingSelect as Select;
    rules.select.set(Select::FRONT_ONLY, has(Way::Front));
    rules.select.set(Select::BACK_ONLY, has(Way::Back));
    rules
}

/// Settings can be exchanged between devices whose options have the same names in the same places.
fn stream_id(table: &Table) -> Guid {
    // FNV-1a of 128 bits.
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for option in &table.0 {
        for byte in option.name.bytes().chain([0]) {
            hash ^= u128::from(byte);
            hash = hash.wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B);
        }
    }
    Guid(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::option::{Constraint, Kind, Unit, cap};

    fn option(name: &str, kind: Kind, min: i32, max: i32, now: i32) -> Table {
        Table(vec![SaneOption {
            index: 1,
            name: name.into(),
            kind,
            unit: Unit::Other,
            size: 4,
            caps: cap::SOFT_SELECT | cap::SOFT_DETECT,
            constraint: Constraint::Range { min, max, quant: 0 },
            latin1: false,
            value: Some(Value::word(now)),
        }])
    }

    #[test]
    fn scales_by_hand() {
        let [brightness, _, threshold] = LEVELS;
        // (kind, lowest, highest, now, property), then (property, word).
        let table = option("brightness", Kind::Int, -100, 100, 0);
        assert_eq!(brightness.property(&table), Some(0));
        for (value, word) in [(1000, 100), (-1000, -100), (500, 50), (3, 0), (0, 0)] {
            let wanted = brightness.wanted(&table, value).unwrap();
            assert_eq!(wanted.1, Value::word(word), "{value}");
        }
        let table = option("brightness", Kind::Int, 0, 255, 255);
        assert_eq!(brightness.property(&table), Some(1000));
        let table = option("threshold", Kind::Fixed, 0, 100 << 16, 50 << 16);
        assert_eq!(threshold.property(&table), Some(128));
        assert_eq!(
            threshold.wanted(&table, 255).unwrap().1,
            Value::word(100 << 16)
        );
        assert_eq!(threshold.wanted(&table, 0).unwrap().1, Value::word(0));
        assert_eq!(threshold.wanted(&Table::default(), 0), None);
    }
}
