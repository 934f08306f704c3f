//! Items that come and go, uploads, device commands, and the acquisition of whole folders.

mod rig;
mod tree;
mod upload;
mod walk;
