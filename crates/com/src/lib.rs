//! `libwiaservc.so`: image acquisition for applications and minidrivers in C and C++.

pub mod application;
pub mod entry;
pub mod exports;
