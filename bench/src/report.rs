//! Plain tables: the first column to the left, the others to the right.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

/// A table with a title above and notes below.
#[derive(Debug)]
pub(crate) struct Table {
    title: String,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    pub(crate) fn new(title: impl Into<String>, columns: &[&str]) -> Table {
        Table {
            title: title.into(),
            rows: vec![columns.iter().map(ToString::to_string).collect()],
            notes: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |cell: Option<&String>| cell.map_or(0, |cell| cell.chars().count());
        (0..columns)
            .map(|column| {
                let cells = self.rows.iter().map(|row| width(row.get(column)));
                cells.max().unwrap_or(0)
            })
            .collect()
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "== {}", self.title)?;
        let widths = self.widths();
        for row in &self.rows {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 => line.push_str(&format!("{cell:<width$}")),
                    _ => line.push_str(&format!("  {cell:>width$}")),
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        for note in &self.notes {
            writeln!(f, "{note}")?;
        }
        Ok(())
    }
}

pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

/// Memory, in MiB.
pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / f64::from(1 << 20))
}

/// File sizes, in MB.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

/// A share of 0 to 1; nothing when it is not known.
pub(crate) fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{:.0}", share * 100.0))
}

/// The value at `share` (0 to 1) of a sorted list, the nearest one that is in it.
pub(crate) fn quantile<T: Copy>(sorted: &[T], share: f64) -> Option<T> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * share).round() as usize).copied()
}

/// Minimum, median and maximum of a sorted list.
pub(crate) fn spread(sorted: &[f64]) -> String {
    let at = |share| quantile(sorted, share).unwrap_or(f64::NAN);
    format!("{:.2} / {:.2} / {:.2}", at(0.0), at(0.5), at(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new("sizes", &["side", "MB"]);
        table.row(["a longer name".to_owned(), "7".to_owned()]);
        table.row(["b".to_owned(), "1234".to_owned()]);
        table.note("note");
        let lines = [
            "== sizes",
            "side             MB",
            "a longer name     7",
            "b              1234",
            "note",
            "",
        ];
        assert_eq!(table.to_string(), lines.join("\n"));
    }

    #[test]
    fn quantiles_are_values_of_the_list() {
        let sorted: Vec<u32> = (1..=101).collect();
        assert_eq!(quantile(&sorted, 0.0), Some(1));
        assert_eq!(quantile(&sorted, 0.5), Some(51));
        assert_eq!(quantile(&sorted, 0.95), Some(96));
        assert_eq!(quantile(&sorted, 1.0), Some(101));
        assert_eq!(quantile::<u32>(&[], 0.5), None);
        assert_eq!(spread(&[0.5, 1.0, 2.25]), "0.50 / 1.00 / 2.25");
    }
}
