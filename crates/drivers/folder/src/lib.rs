//! The folder device: a directory as the storage of a scanner.
//!
//! [`FolderDevice`] is a [`Minidriver`](minidriver::Minidriver). Below its root it has one item `Files`
//! for the directory, with an item for each file and each folder in it. Files are downloaded as they are,
//! replaced by uploads, made by uploads, and deleted. Hidden files, names that no item can have (not UTF-8,
//! or with a backslash), and links that lead out of the directory or to folders are not shown.
//!
//! Everything goes through the open directory and stays beneath it, whatever names and links say.
//!
//! ```
//! use minidriver::Minidriver;
//! use quire_folder::{FolderDevice, Options};
//!
//! let directory = std::env::temp_dir();
//! let device = FolderDevice::new(&Options::parse(&directory.display().to_string())?)?;
//! let root = device.initialize("folder:")?;
//! assert!(root.find_child_by_name("Files").is_some());
//! # Ok::<(), wia::Error>(())
//! ```
#![forbid(unsafe_code)]

mod acquire;
mod contents;
mod device;
mod directory;
mod options;
mod place;
mod properties;
mod temporary;
mod tree;
mod upload;
mod watch;

pub use device::FolderDevice;
pub use options::Options;
