//! Standard error that nobody reads.

use std::io::{PipeReader, PipeWriter, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::scratch::{LIMIT, Scratch, wait};

/// What a pipe takes or gives back at a time.
pub(crate) const SLOT: usize = 4096;
const PAGE: &str = "scan --json -d virtual: -s flatbed -r 300 -m gray -f raw -o -";

/// Fills a pipe. Empty lines are no events.
pub(crate) fn fill(mut pipe: &PipeWriter) {
    let flags = fcntl_getfl(pipe).unwrap();
    fcntl_setfl(pipe, flags | OFlags::NONBLOCK).unwrap();
    for size in [SLOT, 1] {
        while pipe.write(&[b'\n'; SLOT][..size]).is_ok() {}
    }
    fcntl_setfl(pipe, flags).unwrap();
}

/// A pipe that takes `room` bytes and is full then.
fn pipe_with_room(room: usize) -> (PipeReader, PipeWriter) {
    let (mut reader, mut writer) = std::io::pipe().unwrap();
    fill(&writer);
    reader.read_exact(&mut [0; SLOT]).unwrap();
    writer.write_all(&vec![b'\n'; SLOT - room]).unwrap();
    (reader, writer)
}

/// Reads `n` bytes within the limit.
fn read(mut pipe: impl Read + Send + 'static, n: usize) -> Vec<u8> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = vec![0; n];
        pipe.read_exact(&mut bytes).unwrap();
        // Open until the test is over: a closed pipe would be news for the scan.
        sender.send(bytes).unwrap();
        thread::park();
        drop(pipe);
    });
    receiver.recv_timeout(LIMIT).unwrap()
}

fn start(mut command: Command, stderr: &PipeWriter) -> Child {
    let stderr = Stdio::from(stderr.try_clone().unwrap());
    command
        .stdout(Stdio::piped())
        .stderr(stderr)
        .spawn()
        .unwrap()
}

fn events(mut reader: PipeReader) -> Vec<Value> {
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn progress_does_not_wait_and_all_else_does() {
    let scratch = Scratch::new();
    let whole = scratch.quire(PAGE).exits(0);
    let start_line = whole.stderr.lines().next().unwrap().len() + 1;
    let (reader, writer) = pipe_with_room(start_line);
    let mut scan = start(scratch.command(PAGE), &writer);
    drop(writer);
    // Nothing is read from standard error before the whole page has come.
    let page = read(scan.stdout.take().unwrap(), whole.stdout.len());
    assert!(page == whole.stdout);
    let events = events(reader);
    assert_eq!(scan.wait().unwrap().code(), Some(0));
    let kinds = events.iter().map(|e| e["event"].as_str().unwrap());
    let but_progress: Vec<_> = kinds.filter(|kind| *kind != "progress").collect();
    assert_eq!(but_progress, ["start", "page", "end"]);
    let early = |e: &&Value| e["percent"].as_u64().is_some_and(|percent| percent < 50);
    assert_eq!(events.iter().find(early), None);
}

#[test]
fn a_scan_that_is_cancelled_waits_for_no_reader() {
    let scratch = Scratch::new();
    let line = "scan --json -d virtual:?stall=1:1000 -s feeder -n 1 -r 300 -m gray -f raw -o -";
    for signal in [Signal::TERM, Signal::INT] {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut scan = start(scratch.command(line), &writer);
        read(scan.stdout.take().unwrap(), SLOT);
        fill(&writer);
        kill_process(Pid::from_child(&scan), signal).unwrap();
        let ended = wait(scan).recv_timeout(LIMIT).unwrap();
        assert_eq!(ended.code(), Some(130));
        drop(writer);
        assert_eq!(events(reader)[0]["event"], "start");
    }
}
