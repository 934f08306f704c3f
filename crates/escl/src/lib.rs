//! eSCL (AirScan, Mopria): its types, their XML, and the course of a scan job. No sockets, no clocks.
//!
//! | module | what |
//! |---|---|
//! | [`capabilities`] | what a scanner can do (`ScannerCapabilities`) |
//! | [`settings`] | what a job is asked for (`ScanSettings`) |
//! | [`status`] | the scanner and its jobs (`ScannerStatus`), a page (`ScanImageInfo`) |
//! | [`job`] | a client's job: what to ask next, and what an answer means |
//! | [`quirks`] | how single devices differ, as layers that can be left out |
//! | [`http`] | the few headers that need understanding |
//!
//! XML is read by namespace, in any order, with whatever else stands there left out, and written with the
//! prefixes `scan:` and `pwg:`, which some clients compare letter by letter.
//!
//! ```
//! use quire_escl::{ScanSettings, settings::Region};
//!
//! let settings = ScanSettings {
//!     region: Some(Region { x: 0, y: 0, width: 2550, height: 3300 }),
//!     x_resolution: Some(300),
//!     y_resolution: Some(300),
//!     ..ScanSettings::default()
//! };
//! let xml = settings.to_xml();
//! assert!(xml.contains("<scan:XResolution>300</scan:XResolution>"));
//! assert_eq!(ScanSettings::parse(xml.as_bytes())?, settings);
//! # Ok::<(), quire_escl::Malformed>(())
//! ```
#![forbid(unsafe_code)]

pub mod capabilities;
pub mod http;
pub mod job;
pub mod quirks;
pub mod settings;
pub mod status;
mod version;
mod xml;

pub use capabilities::Capabilities;
pub use job::Job;
pub use quirks::Quirks;
pub use settings::{ColorMode, InputSource, ScanSettings};
pub use status::{ScanImageInfo, ScannerStatus};
pub use version::Version;
pub use xml::{LARGEST, Malformed};
