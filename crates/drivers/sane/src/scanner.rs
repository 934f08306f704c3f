//! An open device on the thread of SANE: its options as they are now.

use std::time::{Duration, Instant};

use wia::{Error, ErrorKind, Result};

use crate::ffi::{Handle, Library};
use crate::option::{Kind, Parameters, Table, Value};
use crate::status::SaneStatus;
use crate::{reader, usb};

/// An open device.
pub(crate) struct Scanner {
    handle: Handle,
    table: Table,
    used: Instant,
    /// Whether its back end ends its reader wherever that is (`reader`).
    reader_is_ended_anywhere: bool,
}

/// A value that the back end did not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The option.
    pub(crate) name: String,
    /// What was wanted, and what is valid now.
    pub(crate) wanted: String,
    pub(crate) valid: String,
    pub(crate) status: SaneStatus,
}

impl Scanner {
    /// Opens a device and reads its options.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` for a name that no back end knows, `Busy` when another program has it, `Offline`
    /// when it may not be opened; else what the back end says.
    pub(crate) fn open(library: &'static Library, name: &str) -> Result<Scanner> {
        let handle = library
            .open(&usb::present(name)?)
            .map_err(|status| not_open(status, name))?;
        let mut scanner = Scanner {
            handle,
            table: Table::default(),
            used: Instant::now(),
            reader_is_ended_anywhere: reader::is_ended_anywhere(name),
        };
        scanner.reload()?;
        Ok(scanner)
    }

    /// It is used now.
    pub(crate) fn touch(&mut self) {
        self.used = Instant::now();
    }

    /// How long it has not been used.
    pub(crate) fn unused(&self) -> Duration {
        self.used.elapsed()
    }

    pub(crate) fn reader_is_ended_anywhere(&self) -> bool {
        self.reader_is_ended_anywhere
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    pub(crate) fn handle(&mut self) -> &mut Handle {
        &mut self.handle
    }

    /// What the next frame is going to be, as far as the back end knows.
    pub(crate) fn parameters(&self) -> Option<Parameters> {
        self.handle.parameters().ok()
    }

    /// Reads all options and their values anew.
    ///
    /// # Errors
    ///
    /// What the back end says when it does not even tell how many there are.
    pub(crate) fn reload(&mut self) -> Result<()> {
        let count =
            { self.handle.option_count() }.map_err(|s| s.of_device("sane_control_option"))?;
        let mut options = Vec::new();
        for index in 1..count {
            let Some(mut option) = self.handle.descriptor(index) else {
                continue;
            };
            // What cannot be read has no value; that is for whoever needs it.
            option.value = match option.readable() {
                true => self.handle.get(&option).ok(),
                false => None,
            };
            options.push(option);
        }
        self.table = Table(options);
        Ok(())
    }

    /// Reads the values of what only the device changes.
    pub(crate) fn read_sensors(&mut self) {
        for option in &mut self.table.0 {
            if option.is_sensor() && option.readable() {
                option.value = self.handle.get(option).ok();
            }
        }
    }

    /// Sets an option unless it has the value, and reads back what became of it. An option that is not
    /// there, or cannot be set now, is left alone.
    ///
    /// # Errors
    ///
    /// The option with its valid values when the back end does not take the value.
    pub(crate) fn set(&mut self, name: &str, value: &Value) -> Result<(), Refused> {
        let Some(at) = self.table.0.iter().position(|option| option.name == name) else {
            return Ok(());
        };
        let option = &self.table.0[at];
        if !option.settable() || option.value.as_ref() == Some(value) {
            return Ok(());
        }
        let info = self.handle.set(option, value).map_err(|status| Refused {
            name: name.to_owned(),
            wanted: option.shown(value),
            valid: option.valid(),
            status,
        })?;
        if info.reload_options {
            // What cannot be read any more will fail where it is needed.
            let _ = self.reload();
            return Ok(());
        }
        let option = &mut self.table.0[at];
        option.value = match option.readable() {
            true => self.handle.get(option).ok(),
            // It cannot be read, and is believed.
            false => (option.kind != Kind::Button).then(|| value.clone()),
        };
        Ok(())
    }
}

fn not_open(status: SaneStatus, name: &str) -> Error {
    let kind = match status {
        SaneStatus::INVAL | SaneStatus::UNSUPPORTED => ErrorKind::NoDeviceAvailable,
        SaneStatus::ACCESS_DENIED | SaneStatus::IO_ERROR => ErrorKind::Offline,
        other => other.kind(),
    };
    let hint = match status {
        SaneStatus::ACCESS_DENIED => "; whoever scans must have access to it (group scanner)",
        SaneStatus::INVAL => "; valid are the names that quire devices lists",
        _ => "",
    };
    let what = format!("sane:{name}: {}: sane_open: {status}{hint}", kind.text());
    Error::new(kind, what)
}
