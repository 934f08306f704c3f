//! The filter seam: what a filter is held to, and what becomes of pages when it goes wrong.

mod contract;
mod parts;
mod wrong;
