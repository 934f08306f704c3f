//! The duties in a process of their own. A driver of others that crashes or hangs there has failed a duty; the next
//! one is tried in a new process.
//!
//! The child says a line of JSON for each duty, an empty object whenever it opens the device, and at last how it ended.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use testkit::{Duty, Outcome, Report, Row, Word, duties, told_row};
use wia::{Error, ErrorKind};

use crate::failure::Failure;

/// The hidden subcommand of the child.
pub(crate) const COMMAND: &str = "check-duties";
/// A child that says nothing for so long hangs: between two openings of the device are a few transfers.
const SILENCE: Duration = Duration::from_secs(180);
/// How long a child may take to end when its output has.
const ENDING: Timespec = Timespec {
    tv_sec: 5,
    tv_nsec: 0,
};
/// After so many processes that were lost the rest of the duties is not tried.
const LOST: usize = 3;

/// Runs every duty, as [`testkit::check_each`].
///
/// # Errors
///
/// Why the device could not be opened at all.
pub(super) fn check(device: &str, each: &mut dyn FnMut(&Row) -> bool) -> Result<Report, Failure> {
    let mut rows: Vec<Row> = Vec::new();
    let mut left_out = Vec::new();
    let mut lost = 0;
    while let Some(duty) = duties().get(rows.len()) {
        if lost == LOST {
            let why = "not tried: the driver was lost in the duties before".to_owned();
            if !add(&mut rows, failed(duty, why), each) {
                break;
            }
            continue;
        }
        let mut process = Process::start(device, duty.id)?;
        let why = loop {
            match process.next() {
                Heard::Word(Word::Opens) => {}
                Heard::Word(Word::Row {
                    duty,
                    outcome,
                    why,
                    hung,
                }) => {
                    let Some(row) = told_row(&duty, &outcome, why) else {
                        break Some(format!("the process of the check said {duty} {outcome}"));
                    };
                    if !add(&mut rows, row, each) {
                        return Ok(Report::new(rows, &left_out));
                    }
                    if hung {
                        break None;
                    }
                }
                Heard::Word(Word::Done { left_out: those }) => {
                    left_out = those;
                    return Ok(Report::new(rows, &left_out));
                }
                Heard::Word(Word::Failed { code, message }) if rows.is_empty() => {
                    return Err(Failure::with_code(code, &message));
                }
                Heard::Word(Word::Failed { message, .. }) => break Some(message),
                Heard::End(status) if rows.is_empty() => {
                    let what =
                        format!("the driver crashed before the first duty was over: {status}");
                    return Err(Failure::new(ErrorKind::ExceptionInDriver, &what));
                }
                Heard::End(status) => break Some(format!("the driver crashed: {status}")),
                Heard::Nothing => break Some(format!("nothing happened for {SILENCE:?}")),
            }
        };
        lost += 1;
        let duty = duties().get(rows.len());
        if let Some((duty, why)) = duty.zip(why)
            && !add(&mut rows, failed(duty, why), each)
        {
            break;
        }
    }
    Ok(Report::new(rows, &left_out))
}

/// Whether it is to go on.
fn add(rows: &mut Vec<Row>, row: Row, each: &mut dyn FnMut(&Row) -> bool) -> bool {
    let go_on = each(&row);
    rows.push(row);
    go_on
}

fn failed(duty: &'static Duty, why: String) -> Row {
    Row {
        duty,
        outcome: Outcome::Fail(why),
        hung: false,
    }
}

/// The child's part: the duties from the one that the arguments name. The core of a `com:` device's driver is that of
/// the library `libwiaservc.so`, which then does it all.
pub(crate) fn serve(args: &[OsString]) -> Result<u8, Failure> {
    let mut words = args.iter().map(|arg| arg.to_string_lossy());
    let (device, first) = (words.next().unwrap_or_default(), words.next());
    if devices::needs_library(&device)
        && let Ok(core) = driver_com::library::core()
    {
        let code = core.serve_check(args)?;
        return Ok(u8::try_from(code).unwrap_or(1));
    }
    let open = || devices::open_driver(&device);
    testkit::tell_duties(&first.unwrap_or_default(), &open)?;
    Ok(0)
}

/// A child with what it says. It ends with this, and with it what it has started.
struct Process {
    child: Child,
    words: Receiver<Word>,
}

enum Heard {
    Word(Word),
    End(ExitStatus),
    Nothing,
}

impl Process {
    fn start(device: &str, first: &str) -> Result<Process, Failure> {
        let cannot = |e| Error::from_io(e, ErrorKind::Unexpected).context("starting the check");
        let mut child = Command::new("/proc/self/exe")
            .args([COMMAND, device, first])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(cannot)?;
        let (sender, words) = channel();
        let said = child.stdout.take();
        let listen = move || listen(said, |word| sender.send(word).is_ok());
        let process = Process { child, words };
        { thread::Builder::new().name("check".into()).spawn(listen) }.map_err(cannot)?;
        Ok(process)
    }

    fn next(&mut self) -> Heard {
        match self.words.recv_timeout(SILENCE) {
            Ok(word) => Heard::Word(word),
            Err(RecvTimeoutError::Timeout) => Heard::Nothing,
            Err(RecvTimeoutError::Disconnected) => match self.end_by_itself() {
                Some(status) => Heard::End(status),
                None => Heard::Nothing,
            },
        }
    }

    /// Waits a moment for the end of a child whose output has ended; how it ended.
    fn end_by_itself(&mut self) -> Option<ExitStatus> {
        let pid = i32::try_from(self.child.id())
            .ok()
            .and_then(Pid::from_raw)?;
        let pidfd = pidfd_open(pid, PidfdFlags::empty()).ok()?;
        let mut fds = [PollFd::new(&pidfd, PollFlags::IN)];
        // One that goes on without an output is ended.
        let _ = poll(&mut fds, Some(&ENDING));
        self.end()
    }

    /// Ends it, unless it has ended by itself; how it did.
    fn end(&mut self) -> Option<ExitStatus> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if self.child.try_wait().ok()?.is_none()
            && let Some(pid) = pid
        {
            let _ = kill_process_group(pid, Signal::KILL);
        }
        self.child.wait().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Gives each word to `tell`, until that says `false`. What is no word is not ours.
fn listen(said: Option<ChildStdout>, tell: impl Fn(Word) -> bool) {
    let lines = BufReader::new(match said {
        Some(said) => said,
        None => return,
    });
    for line in lines.lines() {
        let Ok(line) = line else { return };
        if let Some(word) = Word::parse(&line)
            && !tell(word)
        {
            return;
        }
    }
}
