//! The preview component: one scan, any number of looks, and the regions.

mod component;
mod filter;
mod rig;
