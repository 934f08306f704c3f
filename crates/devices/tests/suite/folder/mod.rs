//! The folder device, as an application has it.

mod changes;
mod download;
mod rig;
mod upload;
