//! Reading of the tables: comma separated, no quotes, a line of column names first.

/// The rows of a table whose columns are exactly `columns`.
pub(crate) fn rows<const N: usize>(
    text: &'static str,
    columns: [&str; N],
) -> Vec<[&'static str; N]> {
    let mut rows = text.lines().map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        <[&str; N]>::try_from(cells).unwrap_or_else(|_| panic!("wrong number of cells: {line}"))
    });
    assert_eq!(rows.next(), Some(columns));
    rows.collect()
}

/// A decimal number, or a hexadecimal one after `0x`; the upper half of 32 bits is negative.
pub(crate) fn number(cell: &str) -> i32 {
    match cell.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).unwrap().cast_signed(),
        None => cell.parse().unwrap(),
    }
}
