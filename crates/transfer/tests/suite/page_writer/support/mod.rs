//! What the tests share: streams that remember, a reader of TIFF of their own, other people's
//! programs, and pages.

mod pages;
mod parse;
mod stream;
mod tools;

pub(crate) use pages::{Kind, Picture, context, put, recorded, refused, with_limit, write};
pub(crate) use parse::{Field, Ifd, Tiff};
pub(crate) use stream::{Call, Fault, Recorder};
pub(crate) use tools::{assert_pages, decode, run, sparse_file, tool};
