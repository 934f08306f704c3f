//! Items that come and go, uploads, device commands, and the acquisition of whole folders.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod rig;
mod tree;
mod upload;
mod walk;
