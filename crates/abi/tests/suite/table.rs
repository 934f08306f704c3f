//! Tables in files.

/// The rows of a table without its head; no cell has a comma in it.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split(',').collect())
}
