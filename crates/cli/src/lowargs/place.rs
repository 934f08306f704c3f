//! Where a device is.

use std::sync::Arc;

use clap::Args;
use devices::{Interrupt, Placement};
use service::Device;
use wia::Result;

/// Where the driver of a device is.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct PlaceArgs {
    /// Have the driver in this process: for finding faults
    ///
    /// Drivers of others are in a process of their own, so that a crash or hang of theirs ends a scan and
    /// nothing else. With this option a driver that crashes takes quire with it.
    #[arg(long, hide_short_help = true)]
    pub(crate) in_process: bool,
}

impl PlaceArgs {
    pub(crate) const fn placement(self) -> Placement {
        match self.in_process {
            true => Placement::InProcess,
            false => Placement::Usual,
        }
    }

    /// # Errors
    ///
    /// As [`devices::open`].
    pub(crate) fn open(self, uri: &str) -> Result<Arc<dyn Device>> {
        devices::open_with(uri, self.placement())
    }

    /// The same; a signal can end the wait.
    ///
    /// # Errors
    ///
    /// As [`devices::open_interruptibly`].
    pub(crate) fn open_interruptibly(
        self,
        uri: &str,
        interrupt: &Interrupt,
    ) -> Result<Arc<dyn Device>> {
        devices::open_interruptibly(uri, self.placement(), interrupt)
    }
}
