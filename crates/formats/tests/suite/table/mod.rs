//! Every document format with every compression, pixel type and size, decoded by foreign programs: a
//! cell of `cells.csv` is a document of the pages in `sizes.csv`, or a document each where the format
//! holds one page.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod archival;
mod cells;
mod loss;
mod metadata;
mod one_page;
mod pages;
mod pdf;
mod refused;
mod tiff;
