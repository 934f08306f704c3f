//! The scanned area in the units of the device: millimetres, or pixels of the present resolution.

use crate::option::{Constraint, Parameters, SaneOption, Table, Unit, Value};

const MM_PER_INCH: f64 = 25.4;
/// What is added to the far edge, in pixels. Back ends count pixels from millimetres with 16 bits behind
/// the point, and most cut the result off: without it every second width would come out one pixel short.
const FOR_CUT_OFF: f64 = 0.25;
/// A count of pixels that a back end names may differ so much from what its edges say.
const NEAR: f64 = 2.0;

/// One direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    pub(crate) near: &'static str,
    pub(crate) far: &'static str,
}

pub(crate) const HORIZONTAL: Axis = Axis {
    near: "tl-x",
    far: "br-x",
};

pub(crate) const VERTICAL: Axis = Axis {
    near: "tl-y",
    far: "br-y",
};

/// What can be scanned in one direction, in inches from where the device counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bed {
    pub(crate) start: f64,
    pub(crate) size: f64,
}

/// A part of a bed, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) position: i32,
    pub(crate) extent: i32,
}

impl Axis {
    fn options(self, table: &Table) -> Option<(&SaneOption, &SaneOption)> {
        let number = |name| table.get(name).filter(|o| o.active() && o.is_number());
        Some((number(self.near)?, number(self.far)?))
    }

    /// The bed, where the device has edges to set.
    pub(crate) fn bed(self, table: &Table, dpi: f64) -> Option<Bed> {
        let (near, far) = self.options(table)?;
        let start = limits(near).map_or(0.0, |(min, _)| min);
        let end = limits(far).map(|(_, max)| max).or(far.now())?;
        let unit = inches(far, dpi)?;
        let size = (end - start) * unit;
        (size > 0.0).then_some(Bed {
            start: start * unit,
            size,
        })
    }

    /// The edges of a part of the bed that is given in pixels, as values of the two options.
    pub(crate) fn edges(
        self,
        table: &Table,
        span: Span,
        dpi: (f64, f64),
    ) -> Option<[(String, Value); 2]> {
        let (near, far) = self.options(table)?;
        // The area is in pixels of the resolution that was asked for, the device's in those it has.
        let (asked, has) = dpi;
        let unit = inches(far, has)?;
        let start = self.bed(table, has)?.start;
        let end = f64::from(span.position) + f64::from(span.extent) + FOR_CUT_OFF;
        let value = |option: &SaneOption, pixels: f64| {
            let mut number = (start + pixels / asked) / unit;
            if let Some((min, max)) = limits(option) {
                number = number.clamp(min, max);
            }
            Value::word(option.word(number))
        };
        let near_value = value(near, f64::from(span.position));
        let far_value = value(far, end);
        Some([
            (far.name.clone(), far_value),
            (near.name.clone(), near_value),
        ])
    }

    /// The part of the bed that is set now, in pixels; `count` is what the back end says that a line or
    /// page has.
    pub(crate) fn span(self, table: &Table, dpi: f64, count: Option<i32>) -> Option<Span> {
        let count = count.filter(|count| *count > 0);
        let edges = self.options(table).and_then(|(near, far)| {
            let unit = inches(far, dpi)? * dpi;
            let start = self.bed(table, dpi)?.start * dpi;
            Some((near.now()? * unit - start, far.now()? * unit - start))
        });
        let Some((near, far)) = edges else {
            let extent = count?;
            return Some(Span {
                position: 0,
                extent,
            });
        };
        let extent = match count {
            Some(count) if (f64::from(count) - (far - near)).abs() <= NEAR => count,
            _ => ((far - near).round() as i32).max(1),
        };
        Some(Span {
            position: (near.round() as i32).max(0),
            extent,
        })
    }
}

/// Lowest and highest number of an option.
fn limits(option: &SaneOption) -> Option<(f64, f64)> {
    if let Some((min, max, _)) = option.range() {
        return Some((min, max));
    }
    let Constraint::Words(words) = &option.constraint else {
        return None;
    };
    let numbers = words.iter().map(|word| option.number(*word));
    let min = numbers.clone().reduce(f64::min)?;
    Some((min, numbers.reduce(f64::max)?))
}

/// How many inches one unit of the option is.
fn inches(option: &SaneOption, dpi: f64) -> Option<f64> {
    match option.unit {
        Unit::Millimetres => Some(1.0 / MM_PER_INCH),
        Unit::Pixels if dpi > 0.0 => Some(1.0 / dpi),
        _ => None,
    }
}

/// Pixels of a line as the back end announces them.
pub(crate) fn columns(parameters: Option<Parameters>) -> Option<i32> {
    parameters.map(|p| p.pixels_per_line)
}

/// Lines of a page as the back end announces them.
pub(crate) fn lines(parameters: Option<Parameters>) -> Option<i32> {
    parameters.map(|p| p.lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::option::{Kind, cap};

    fn edge(name: &str, unit: Unit, min: f64, max: f64, now: f64) -> SaneOption {
        let mut option = SaneOption {
            index: 1,
            name: name.into(),
            kind: Kind::Fixed,
            unit,
            size: 4,
            caps: cap::SOFT_SELECT | cap::SOFT_DETECT,
            constraint: Constraint::None,
            latin1: false,
            value: None,
        };
        option.constraint = Constraint::Range {
            min: option.word(min),
            max: option.word(max),
            quant: 0,
        };
        option.value = Some(Value::word(option.word(now)));
        option
    }

    #[test]
    fn millimetres_and_back() {
        let table = Table(vec![
            edge("tl-x", Unit::Millimetres, 0.0, 216.0, 25.4),
            edge("br-x", Unit::Millimetres, 0.0, 216.0, 50.8),
        ]);
        let bed = HORIZONTAL.bed(&table, 300.0).unwrap();
        assert!((bed.size - 216.0 / 25.4).abs() < 1e-3);
        let span = Span {
            position: 300,
            extent: 300,
        };
        assert_eq!(HORIZONTAL.span(&table, 300.0, None), Some(span));
        assert_eq!(
            HORIZONTAL.span(&table, 300.0, Some(299)).unwrap().extent,
            299
        );
        assert_eq!(
            HORIZONTAL.span(&table, 300.0, Some(500)).unwrap().extent,
            300
        );
        let [far, near] = HORIZONTAL.edges(&table, span, (300.0, 300.0)).unwrap();
        let mm = |value: &Value| f64::from(value.as_word().unwrap()) / 65536.0;
        assert!((mm(&near.1) - 25.4).abs() < 1e-4);
        assert!((mm(&far.1) - 50.8 - 0.25 / 300.0 * 25.4).abs() < 1e-4);
        assert_eq!(VERTICAL.bed(&table, 300.0), None);
        assert_eq!(VERTICAL.span(&table, 300.0, Some(7)).unwrap().extent, 7);
    }

    #[test]
    fn pixels_of_the_resolution() {
        let table = Table(vec![
            edge("tl-y", Unit::Pixels, 0.0, 600.0, 0.0),
            edge("br-y", Unit::Pixels, 0.0, 600.0, 600.0),
        ]);
        assert!((VERTICAL.bed(&table, 300.0).unwrap().size - 2.0).abs() < 1e-9);
        let span = Span {
            position: 100,
            extent: 200,
        };
        let [far, near] = VERTICAL.edges(&table, span, (300.0, 300.0)).unwrap();
        assert_eq!(near.1, Value::word(100 << 16));
        assert_eq!(far.1, Value::word((300 << 16) + (1 << 14)));
    }
}
