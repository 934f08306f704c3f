//! The process of a driver host: where its program is, how it is started and ended.

use std::env;
use std::ffi::OsString;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};

use bands::PacketSocket;
use driver_com::library;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use wia::{Error, ErrorKind, Result};

/// Names the program of driver hosts.
const VARIABLE: &str = "QUIRE_DRIVER_HOST";

/// What it is called beside the program that needs it.
const NAME: &str = "quire-driver-host";

/// A program that can be a driver host, with its arguments.
#[derive(Clone, Debug)]
struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
}

/// What is taken when no other program is found.
static OWN: Mutex<Option<Program>> = Mutex::new(None);

/// Says how this program itself can be a driver host, for where none is installed: it is started with
/// these arguments and must call [`crate::host::serve`] with its standard input.
pub fn set_host_program(path: PathBuf, arguments: Vec<OsString>) {
    *OWN.lock().unwrap_or_else(PoisonError::into_inner) = Some(Program { path, arguments });
}

impl Program {
    /// `QUIRE_DRIVER_HOST`; `quire-driver-host` beside this program or in `../libexec/quire` of it, or so from the
    /// library `libwiaservc.so`, if this is in it, or in `../bin` of that; this program itself.
    fn find() -> Result<Program> {
        let plain = |path| Program {
            path,
            arguments: Vec::new(),
        };
        if let Some(named) = env::var_os(VARIABLE).filter(|v| !v.is_empty()) {
            return Ok(plain(PathBuf::from(named)));
        }
        let here = [env::current_exe().ok(), library::own_path()];
        let folders = here.iter().flatten().filter_map(|path| path.parent());
        let beside = folders.flat_map(|dir| {
            let places = ["", "../libexec/quire", "../bin"];
            places.map(|place| dir.join(place).join(NAME))
        });
        if let Some(path) = { beside }.find(|path| path.is_file()) {
            return Ok(plain(path));
        }
        let own = OWN.lock().unwrap_or_else(PoisonError::into_inner).clone();
        own.ok_or_else(|| {
            Error::new(
                ErrorKind::General,
                format!("no {NAME} was found, in whose process the device would be; {VARIABLE} can name it"),
            )
        })
    }
}

/// A running host. It leads a process group of its own, so that what it starts ends with it.
pub(crate) struct Process {
    /// Until it has been waited for.
    child: Mutex<Option<Child>>,
    group: Pid,
}

impl Process {
    /// Starts a host, which finds its end of the connection at its standard input. `in_library` makes it enter
    /// `libwiaservc.so`: this process's own, if it has one.
    ///
    /// # Errors
    ///
    /// When there is no program, or it cannot be started.
    pub(crate) fn start(in_library: bool) -> Result<(Process, PacketSocket)> {
        let program = Program::find()?;
        let (ours, theirs) = PacketSocket::pair()?;
        // Also where it may not be started: that is not what the output is told of.
        let failed = |e: std::io::Error| {
            let what = format!("starting {}: {e}", program.path.display());
            Error::new(ErrorKind::General, what).with_source(e)
        };
        let theirs = theirs.as_fd().try_clone_to_owned().map_err(failed)?;
        let mut command = Command::new(&program.path);
        command
            .arg0(NAME)
            .args(&program.arguments)
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .stderr(messages());
        if in_library {
            command.arg(library::ARGUMENT);
            if let Some(own) = library::own_path() {
                command.env(library::VARIABLE, own);
            }
        }
        Ok((Process::of(&mut command).map_err(failed)?, ours))
    }

    /// A process of this command, with a group of its own.
    pub(super) fn of(command: &mut Command) -> std::io::Result<Process> {
        let child = command.process_group(0).spawn()?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let group = group.ok_or_else(|| std::io::Error::other("a process without an id"))?;
        Ok(Process {
            child: Mutex::new(Some(child)),
            group,
        })
    }

    /// A descriptor that tells when the process itself has ended; none where the system has no such thing.
    pub(super) fn watched(&self) -> Option<OwnedFd> {
        pidfd_open(self.group, PidfdFlags::empty()).ok()
    }

    pub(crate) const fn id(&self) -> i32 {
        self.group.as_raw_pid()
    }

    /// Kills it and whatever it has started. Nothing happens when it has been waited for: the number may
    /// be another's by then.
    pub(crate) fn kill(&self) {
        // Who holds the lock has killed it, and waits for it.
        if let Ok(child) = self.child.try_lock()
            && child.is_some()
        {
            // It may have ended by itself.
            let _ = kill_process_group(self.group, Signal::KILL);
        }
    }

    /// Kills it and waits for it; how it ended. One that had ended before shows how.
    pub(crate) fn end(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let mut child = child.take()?;
        let _ = kill_process_group(self.group, Signal::KILL);
        child.wait().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Where a driver's own messages go: nowhere, for standard error has events and lines of ours, which they
/// could pass for. Who has asked SANE for them (`SANE_DEBUG_…`) sees them.
fn messages() -> Stdio {
    let asked = |(name, _): (OsString, OsString)| {
        name.to_str()
            .is_some_and(|name| name.starts_with("SANE_DEBUG"))
    };
    match env::vars_os().any(asked) {
        true => Stdio::inherit(),
        false => Stdio::null(),
    }
}

/// How a process ended, for people.
pub(crate) fn ending(status: Option<ExitStatus>) -> String {
    let Some(status) = status else {
        return "ended".to_owned();
    };
    match (status.signal(), status.code()) {
        (Some(signal), _) => match name(signal) {
            Some(name) => format!("was ended by {name}"),
            None => format!("was ended by signal {signal}"),
        },
        (None, Some(code)) => format!("ended by itself with exit code {code}"),
        (None, None) => "ended".to_owned(),
    }
}

/// The usual ends of a process.
fn name(signal: i32) -> Option<&'static str> {
    let named = [
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::HUP, "SIGHUP"),
        (Signal::ILL, "SIGILL"),
        (Signal::INT, "SIGINT"),
        (Signal::KILL, "SIGKILL"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::SYS, "SIGSYS"),
        (Signal::TERM, "SIGTERM"),
        (Signal::TRAP, "SIGTRAP"),
    ];
    let found = named.iter().find(|(s, _)| s.as_raw() == signal);
    found.map(|(_, name)| *name)
}
