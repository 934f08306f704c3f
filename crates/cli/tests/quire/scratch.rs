//! A folder for one test, and the program run in it. Every wait has a limit.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// No step of any test takes this long, also on a slow machine at work on other things.
pub(crate) const LIMIT: Duration = Duration::from_secs(100);

/// The program under test.
pub(crate) const QUIRE: &str = env!("CARGO_BIN_EXE_quire");

/// A folder that goes away with the test.
pub(crate) struct Scratch {
    dir: TempDir,
    config: TempDir,
}

impl Scratch {
    pub(crate) fn new() -> Scratch {
        Scratch::of(tempfile::tempdir().unwrap())
    }

    /// One that is on a disk, for what is too large for memory.
    pub(crate) fn on_disk() -> Scratch {
        Scratch::of(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap())
    }

    fn of(dir: TempDir) -> Scratch {
        let config = tempfile::tempdir().unwrap();
        let scratch = Scratch { dir, config };
        scratch.configure("");
        scratch
    }

    /// Has devices of these schemes looked for.
    pub(crate) fn discover(&self, schemes: &[&str]) {
        let folder = self.config.path().join("quire");
        fs::write(
            folder.join("config.toml"),
            format!("discovery = {schemes:?}\n"),
        )
        .unwrap();
    }

    /// Writes the program's configuration.
    pub(crate) fn configure(&self, text: &str) {
        let folder = self.config.path().join("quire");
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join("config.toml"),
            format!("discovery = []\n{text}"),
        )
        .unwrap();
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir().join(name)
    }

    /// Names of all that is in the folder, also what is hidden, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.dir())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The program with the words of `line`, in this folder, without input. Nobody's configuration is seen but
    /// that of [`configure`](Scratch::configure), and no device is looked for.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(QUIRE);
        command
            .args(line.split_whitespace())
            .current_dir(self.dir())
            .env("XDG_CONFIG_HOME", self.config.path())
            .env_remove("SOURCE_DATE_EPOCH")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    #[track_caller]
    pub(crate) fn quire(&self, line: &str) -> Ended {
        start(self.command(line)).end()
    }

    /// Starts the program.
    pub(crate) fn start(&self, line: &str) -> Running {
        start(self.command(line))
    }
}

/// Starts a program, its output and messages caught.
#[track_caller]
pub(crate) fn start(command: Command) -> Running {
    start_into(command, Stdio::piped())
}

/// Starts a program whose output goes elsewhere.
#[track_caller]
pub(crate) fn start_into(mut command: Command, stdout: Stdio) -> Running {
    let mut child = command
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{}: {e}", command.get_program().display()));
    let stdout = child.stdout.take();
    let stdout = thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stdout) = stdout {
            stdout.read_to_end(&mut bytes).unwrap();
        }
        bytes
    });
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in stderr.split(b'\n').map_while(Result::ok) {
            let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
        }
    });
    Running {
        pid: Pid::from_child(&child),
        ended: wait(child),
        stdout: Some(stdout),
        lines,
        told: Vec::new(),
    }
}

/// Waits for a program on a thread of its own, so that the wait can have a limit.
pub(crate) fn wait(mut child: Child) -> Receiver<ExitStatus> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait().unwrap()));
    receiver
}

/// A program that runs.
pub(crate) struct Running {
    pid: Pid,
    ended: Receiver<ExitStatus>,
    stdout: Option<JoinHandle<Vec<u8>>>,
    lines: Receiver<String>,
    told: Vec<String>,
}

impl Running {
    /// Waits for a line on standard error.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, what: impl Fn(&str) -> bool) {
        loop {
            match self.lines.recv_timeout(LIMIT) {
                Ok(line) => {
                    let found = what(&line);
                    self.told.push(line);
                    if found {
                        return;
                    }
                }
                Err(e) => panic!("{e}; so far: {:#?}", self.told),
            }
        }
    }

    /// Waits for an event of `--json`.
    #[track_caller]
    pub(crate) fn wait_for_event(&mut self, what: impl Fn(&Value) -> bool) {
        self.wait_for(|line| serde_json::from_str(line).is_ok_and(|event| what(&event)));
    }

    /// Waits until page `page` is durable.
    #[track_caller]
    pub(crate) fn wait_for_page(&mut self, page: u64) {
        self.wait_for_event(|e| e["event"] == "page" && e["page"] == page);
    }

    /// Kills the program, unless it has ended by itself.
    #[track_caller]
    pub(crate) fn kill(&self) {
        match kill_process(self.pid, Signal::KILL) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            Err(e) => panic!("{e}"),
        }
    }

    /// Where its open files lead, and those of the processes that it has started.
    pub(crate) fn open_files(&self) -> Vec<PathBuf> {
        let processes = [self.pid].into_iter().chain(self.children());
        let folders = processes.map(|process| format!("/proc/{}/fd", process.as_raw_nonzero()));
        let entries = folders.flat_map(|folder| fs::read_dir(folder).into_iter().flatten());
        entries
            .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
            .collect()
    }

    /// The processes that it has started.
    pub(crate) fn children(&self) -> Vec<Pid> {
        let tasks = format!("/proc/{}/task", self.pid.as_raw_nonzero());
        let tasks = fs::read_dir(tasks).into_iter().flatten().flatten();
        let lists = tasks.map(|task| fs::read_to_string(task.path().join("children")));
        let lists: String = lists.map(Result::unwrap_or_default).collect();
        let numbers = lists.split_whitespace().map(|n| n.parse().unwrap());
        numbers.filter_map(Pid::from_raw).collect()
    }

    pub(crate) fn send(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Sends a signal again and again until the program ends.
    #[track_caller]
    pub(crate) fn insist(self, signal: Signal) -> Ended {
        const AGAIN: Duration = Duration::from_millis(20);
        let started = Instant::now();
        loop {
            // It may be gone already, and its end not yet told.
            let _ = kill_process(self.pid, signal);
            match self.ended.recv_timeout(AGAIN) {
                Ok(status) => return self.ended_as(status),
                Err(_) => assert!(started.elapsed() < LIMIT, "still running"),
            }
        }
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn end(self) -> Ended {
        let Ok(status) = self.ended.recv_timeout(LIMIT) else {
            let _ = kill_process(self.pid, Signal::KILL);
            panic!("still running after {LIMIT:?}; so far: {:#?}", self.told);
        };
        self.ended_as(status)
    }

    fn ended_as(mut self, status: ExitStatus) -> Ended {
        self.told.extend(self.lines.iter());
        Ended {
            code: status.code(),
            signal: status.signal(),
            stdout: self.stdout.take().unwrap().join().unwrap(),
            stderr: self.told.join("\n"),
        }
    }
}

/// What a program left.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Ended {
    /// It ended with this exit code, and nothing panicked.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Ended {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    /// It did what was asked for and had nothing to say.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Ended {
        let ended = self.exits(0);
        assert_eq!(ended.stderr, "");
        ended
    }

    /// It said one line, and these parts are in it.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Ended {
        assert!(self.stderr.starts_with("quire: "), "{}", self.stderr);
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        for part in parts {
            assert!(
                self.stderr.contains(part),
                "no {part:?} in: {}",
                self.stderr
            );
        }
        self
    }

    /// The events of `--json`; every line is one, and the last is `end`.
    #[track_caller]
    pub(crate) fn events(&self) -> Vec<Value> {
        let events: Vec<Value> = self
            .stderr
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect();
        let ends = events.iter().filter(|e| e["event"] == "end").count();
        assert_eq!(ends, 1, "{}", self.stderr);
        assert_eq!(events.last().unwrap()["event"], "end", "{}", self.stderr);
        events
    }

    /// Standard output as text.
    #[track_caller]
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).unwrap()
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap()
    }
}
