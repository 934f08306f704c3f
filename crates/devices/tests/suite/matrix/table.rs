//! The tables' rows.

use crate::matrix::application::Outcome;
use crate::matrix::cell::without_filter;
use crate::matrix::pixels::Pixels;

#[derive(Debug)]
pub(crate) struct Row {
    kind: String,
    format: String,
    case: String,
    pub(crate) outcome: Outcome,
    pub(crate) section: String,
}

impl Row {
    pub(crate) fn matches(&self, kind: &str, format: &str, case: &str) -> bool {
        let one = |pattern: &str, value: &str| pattern == "*" || pattern == value;
        let is_kind = one(&self.kind, kind) || self.kind == without_filter(kind);
        is_kind && one(&self.format, format) && one(&self.case, case)
    }

    /// How little a row is about a kind: its wildcards, and whether it is of another kind.
    pub(crate) fn distance(&self, kind: &str) -> (usize, bool) {
        let patterns = [&self.kind, &self.format, &self.case];
        let wildcards = patterns.iter().filter(|p| p.as_str() == "*").count();
        (wildcards, self.kind != kind)
    }
}

pub(crate) fn rows() -> Vec<Row> {
    lines(include_str!("../../fixtures/transfer_matrix.csv"))
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let [kind, format, case, messages, pages, fate, status, section] = fields[..] else {
                panic!("not eight fields: {line}");
            };
            Row {
                kind: kind.to_owned(),
                format: format.to_owned(),
                case: case.to_owned(),
                outcome: Outcome {
                    messages: messages.to_owned(),
                    pages: pages.parse().unwrap(),
                    fate: fate.to_owned(),
                    status: status.to_owned(),
                },
                section: section.to_owned(),
            }
        })
        .collect()
}

/// What a filter makes of the pixels of a kind without its filter, in a format.
pub(crate) fn filtered(kind: &str, format: &str) -> Pixels {
    let mut rows = lines(include_str!("../../fixtures/transfer_filters.csv")).filter_map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let [of, in_format, pixels, _section] = fields[..] else {
            panic!("not four fields: {line}");
        };
        let fits = of == kind && (in_format == "*" || in_format == format);
        fits.then(|| Pixels::parse(pixels))
    });
    let pixels = rows.next();
    let pixels = pixels.unwrap_or_else(|| panic!("no row for {kind}, {format}"));
    assert!(rows.next().is_none(), "two rows for {kind}, {format}");
    pixels
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|l| !l.starts_with('#')).skip(1)
}
