//! Runs a program and takes what it cost.

use std::fs;
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use wait4::Wait4;

/// What one run cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// From just before the process was made until it was reaped.
    pub(crate) wall: Duration,
    pub(crate) user: Duration,
    pub(crate) system: Duration,
    /// The most memory that was resident, in bytes. The kernel counts the process that made this
    /// one in (until exec), so nothing reads below the few MiB of the benchmark itself.
    pub(crate) peak: u64,
    /// The share of the wall time, 0 to 1, in which anything on the machine waited for a processor;
    /// nothing where the kernel does not tell. A program with no more threads than there are
    /// processors makes others wait only when there are others.
    pub(crate) contention: Option<f64>,
}

impl Usage {
    /// Processor time of all threads, in the program and in the kernel.
    pub(crate) fn cpu(&self) -> Duration {
        self.user + self.system
    }
}

/// Runs programs until a signal comes. It then says so once the program that runs has ended, so that
/// scratch folders, gigabytes in memory, are removed on the way out.
#[derive(Debug)]
pub(crate) struct Runner {
    interrupted: Arc<AtomicBool>,
}

impl Runner {
    pub(crate) fn new() -> io::Result<Runner> {
        let interrupted = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            flag::register(signal, Arc::clone(&interrupted))?;
        }
        Ok(Runner { interrupted })
    }

    /// One run to the end, without output; fails when the program does.
    pub(crate) fn run(&self, command: &mut Command) -> io::Result<Usage> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let waited = waited();
        let start = Instant::now();
        let mut child = spawn(command)?;
        let said = complaint(&mut child);
        let ended = child.wait4()?;
        let wall = start.elapsed();
        let contention = waited
            .zip(self::waited())
            .map(|(from, to)| to.saturating_sub(from).div_duration_f64(wall));
        self.check(command, ended.status, &said?)?;
        Ok(Usage {
            wall,
            user: ended.rusage.utime,
            system: ended.rusage.stime,
            peak: ended.rusage.maxrss,
            contention,
        })
    }

    /// From just before the process is made until one byte of its standard output could be read; the
    /// rest is read too, and the program must end well.
    pub(crate) fn first_byte(&self, command: &mut Command) -> io::Result<Duration> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let start = Instant::now();
        let mut child = spawn(command)?;
        let (first, rest) = match child.stdout.take() {
            Some(mut stdout) => {
                let first = stdout.read(&mut [0]).map(|n| (n, start.elapsed()));
                (first, io::copy(&mut stdout, &mut io::sink()))
            }
            None => return Err(io::Error::other("no pipe to standard output")),
        };
        let status = child.wait()?;
        self.check(command, status, "")?;
        rest?;
        match first? {
            (1, took) => Ok(took),
            _ => Err(failure(command, "wrote nothing")),
        }
    }

    /// What the program prints on standard output, also when it does not end well: libtiff's tools
    /// print their version only with a usage text and a failure.
    pub(crate) fn output(&self, command: &mut Command) -> io::Result<String> {
        let output = command.stdin(Stdio::null()).output();
        let output = output.map_err(|error| failure(command, &error.to_string()))?;
        self.check_signals()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn check(&self, command: &Command, status: ExitStatus, said: &str) -> io::Result<()> {
        self.check_signals()?;
        match status.success() {
            true => {
                // A warning may mean that something else was measured than what was asked for.
                if let Some(warning) = said.lines().next() {
                    let program = command.get_program().display();
                    let _ = writeln!(io::stderr(), "{program} says: {warning}");
                }
                Ok(())
            }
            false => Err(failure(command, &format!("{status}\n{}", said.trim()))),
        }
    }

    /// Whether a signal came.
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    fn check_signals(&self) -> io::Result<()> {
        match self.interrupted() {
            true => Err(io::Error::other("interrupted")),
            false => Ok(()),
        }
    }
}

/// How long anything has waited for a processor since the machine started: the first line of the
/// kernel's pressure file, `some avg10=0.00 avg60=0.00 avg300=0.00 total=MICROSECONDS`.
fn waited() -> Option<Duration> {
    let text = fs::read_to_string("/proc/pressure/cpu").ok()?;
    let (_, total) = text.lines().next()?.rsplit_once("total=")?;
    total.parse().ok().map(Duration::from_micros)
}

fn spawn(command: &mut Command) -> io::Result<Child> {
    let child = command.spawn();
    child.map_err(|error| failure(command, &error.to_string()))
}

/// What the program says on standard error until it closes it.
fn complaint(child: &mut Child) -> io::Result<String> {
    let mut said = Vec::new();
    if let Some(stderr) = &mut child.stderr {
        stderr.read_to_end(&mut said)?;
    }
    Ok(String::from_utf8_lossy(&said).into_owned())
}

fn failure(command: &Command, what: &str) -> io::Error {
    let mut line = format!("{command:?}");
    // A hundred names of pages help nobody.
    if let Some((cut, _)) = line.char_indices().nth(400) {
        line.truncate(cut);
        line.push('…');
    }
    io::Error::other(format!("{line}: {what}"))
}

/// Ctrl-C for one program.
pub(crate) fn interrupt(child: &Child) -> io::Result<()> {
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let id = id.ok_or_else(|| io::Error::other("a process without an id"))?;
    Ok(kill_process(id, Signal::INT)?)
}
