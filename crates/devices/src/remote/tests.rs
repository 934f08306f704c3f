//! Hosts that do not keep the rules: a script at the other end of the connection, beside a process that sleeps.

use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use bands::PacketSocket;
use minidriver::Deadlines;
use rustix::process::{Pid, Signal, kill_process};
use service::{Answer, NextStream, Stream, TransferCallback, TransferParams};
use wia::{Error, ErrorKind, Result, Status, TransferMessage};

use super::host::Host;
use super::interrupt::Interrupt;
use super::process::Process;
use super::streams::StreamSide;
use super::wait::{Caller, Side, Wait};
use crate::host::channel::Channel;
use crate::host::message::{Answered, Call, FromHost, Piece, Reply, Request, ToHost};

/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);

fn sleeper() -> Process {
    let mut sleeps = Command::new("sleep");
    sleeps.arg("1000").stdin(Stdio::null());
    Process::of(&mut sleeps).unwrap()
}

/// A host, and the script's end of the connection.
fn rig(interrupt: &Interrupt) -> (Ended, Channel) {
    let (ours, theirs) = PacketSocket::pair().unwrap();
    let far = Channel::in_host(theirs);
    far.greet().unwrap();
    let host = Host::of(sleeper(), ours, LONG.into(), Box::new(drop), interrupt);
    far.hear_greeting(None).unwrap();
    (Ended(host.unwrap().0), far)
}

/// A host that ends with its test.
struct Ended(Arc<Host>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.hang_up();
    }
}

fn hear(far: &Channel) -> ToHost {
    far.receive::<ToHost>().unwrap().unwrap().message
}

/// Calls, and hears the answer.
fn call(far: &Channel, transfer: u64, call: Call) -> Answered {
    far.send(&FromHost::Call { transfer, call }, None).unwrap();
    loop {
        if let ToHost::Answer { answer, .. } = hear(far) {
            return Result::unwrap(answer.map_err(Error::from));
        }
    }
}

/// Ends a transfer well.
fn end(far: &Channel, id: u64) {
    let reply = Ok(Reply::Ended { status: 0 });
    far.send(&FromHost::Reply { id, reply }, None).unwrap();
}

#[test]
fn a_death_is_heard_though_the_connection_is_held() {
    // As by a process that the driver has forked: `far` stays open.
    let (host, _far) = rig(&Interrupt::default());
    let process = Pid::from_raw(host.0.process_id()).unwrap();
    kill_process(process, Signal::KILL).unwrap();
    let e = host.0.ask(Request::Close, None, LONG, "close").unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ExceptionInDriver);
    assert!(e.to_string().contains("was ended by SIGKILL"), "{e}");
}

#[test]
fn a_call_has_a_longest_length() {
    let (host, far) = rig(&Interrupt::default());
    let call = Call::Ask("x".repeat(70_000));
    far.send(&FromHost::Call { transfer: 1, call }, None)
        .unwrap();
    let e = host.0.ask(Request::Close, None, LONG, "close").unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    assert!(e.to_string().contains("a message of 70"), "{e}");
}

#[test]
fn a_flood_of_calls_ends_the_host() {
    let (host, far) = rig(&Interrupt::default());
    let (transfer, _heard) = host.0.begin(Request::Close, None).unwrap();
    let call = FromHost::Call {
        transfer,
        call: Call::Clear,
    };
    while far.send(&call, None).is_ok() {}
    let e = host.0.ask(Request::Close, None, LONG, "close").unwrap_err();
    assert!(e.to_string().contains("without waiting"), "{e}");
}

#[test]
fn one_limit_is_for_greeting_and_all() {
    let (ours, theirs) = PacketSocket::pair().unwrap();
    let limit = Duration::from_millis(200).into();
    let host = Host::of(
        sleeper(),
        ours,
        limit,
        Box::new(drop),
        &Interrupt::default(),
    );
    drop(theirs);
    let e = host.map(drop).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Deadline);
    assert!(e.to_string().contains("answer within 0.2 s"), "{e}");
}

#[test]
fn an_interrupt_ends_the_wait() {
    let interrupt = Interrupt::default();
    let (host, far) = rig(&interrupt);
    let e = thread::scope(|scope| {
        scope.spawn(|| {
            assert!(matches!(hear(&far), ToHost::Request { .. }));
            interrupt.interrupt();
        });
        host.0.ask(Request::Close, None, LONG, "close").unwrap_err()
    });
    assert_eq!(e.kind(), ErrorKind::Abort);
    // Nor does another one begin.
    let (ours, _theirs) = PacketSocket::pair().unwrap();
    let host = Host::of(sleeper(), ours, LONG.into(), Box::new(drop), &interrupt);
    assert_eq!(host.map(drop).unwrap_err().kind(), ErrorKind::Abort);
}

#[test]
fn an_interrupt_that_is_over_does_nothing() {
    let interrupt = Interrupt::default();
    let (host, far) = rig(&interrupt);
    interrupt.disarm();
    interrupt.interrupt();
    let (id, _heard) = host.0.begin(Request::Close, None).unwrap();
    assert!(matches!(hear(&far), ToHost::Request { .. }));
    assert!(!host.0.is_dead());
    end(&far, id);
}

/// An application that takes its time, and is never asked anything.
struct Slow;

impl Side for Slow {
    fn call(&mut self, call: Call, caller: &Caller<'_>) -> Result<()> {
        assert!(!matches!(call, Call::Ask(_)), "nobody is to be asked");
        let (_never, nothing) = mpsc::channel::<()>();
        let _ = nothing.recv_timeout(Duration::from_millis(20));
        caller.answer(Ok(Answered::GoOn(true)))
    }

    fn died(&mut self) {}
}

#[test]
fn who_sends_on_after_a_cancel_has_no_more_time_for_it() {
    let (host, far) = rig(&Interrupt::default());
    let (transfer, heard) = host.0.begin(Request::Close, None).unwrap();
    let deadlines = Deadlines {
        cancel: Duration::from_millis(200),
        ..Deadlines::default()
    };
    let asked = AtomicBool::new(true);
    let result = thread::scope(|scope| {
        scope.spawn(|| {
            let call = FromHost::Call {
                transfer,
                call: Call::Clear,
            };
            // One is always there, so that it is never waited for.
            let _ = far.send(&call, None);
            while far.send(&call, None).is_ok() {
                loop {
                    match far.receive::<ToHost>() {
                        Ok(Some(said)) if matches!(said.message, ToHost::Answer { .. }) => break,
                        Ok(Some(_)) => {}
                        Ok(None) | Err(_) => return,
                    }
                }
            }
        });
        Wait::new(&host.0, (transfer, heard), deadlines, &asked).serve(&mut Slow)
    });
    let e = result.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Deadline);
    assert!(
        e.to_string().contains("stop after a cancel within 0.2 s"),
        "{e}"
    );
}

#[test]
fn who_wants_to_stop_is_not_asked() {
    let (host, far) = rig(&Interrupt::default());
    let (transfer, heard) = host.0.begin(Request::Close, None).unwrap();
    let asked = AtomicBool::new(true);
    thread::scope(|scope| {
        scope.spawn(|| {
            let said = call(&far, transfer, Call::Ask("paper?".to_owned()));
            assert_eq!(said, Answered::Said(2));
            end(&far, transfer);
        });
        let wait = Wait::new(&host.0, (transfer, heard), Deadlines::default(), &asked);
        assert_eq!(wait.serve(&mut Slow), Ok(Status::Ok));
    });
}

/// An application whose streams are full.
#[derive(Default)]
struct Full(Mutex<Vec<TransferMessage>>);

impl TransferCallback for Full {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.0.lock().unwrap().push(params.message);
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        Ok(NextStream::Stream(Box::new(Nothing)))
    }
}

struct Nothing;

impl Stream for Nothing {
    fn write(&mut self, _: &[u8]) -> Result<usize> {
        Err(Error::new(ErrorKind::MediumFull, "no room"))
    }

    fn seek(&mut self, _: std::io::SeekFrom) -> Result<u64> {
        Ok(0)
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Ok(())
    }
}

/// What becomes of a transfer that the script calls a success, and what the application was told.
fn success(script: impl FnOnce(&Channel, u64) + Send) -> (Error, Vec<TransferMessage>) {
    let (host, far) = rig(&Interrupt::default());
    let (transfer, heard) = host.0.begin(Request::Close, None).unwrap();
    let (application, asked) = (Arc::new(Full::default()), AtomicBool::new(false));
    let callback = Arc::clone(&application) as Arc<dyn TransferCallback>;
    let mut side = StreamSide::new(callback, None, Arc::default());
    thread::scope(|scope| {
        scope.spawn(|| {
            let next = Call::NextStream {
                item: String::new(),
                full_item: String::new(),
            };
            assert_eq!(call(&far, transfer, next), Answered::Stream);
            script(&far, transfer);
            end(&far, transfer);
        });
        let wait = Wait::new(&host.0, (transfer, heard), Deadlines::default(), &asked);
        assert_eq!(wait.serve(&mut side), Ok(Status::Ok));
    });
    let e = side.all_told().unwrap_err();
    let told = application.0.lock().unwrap().clone();
    (e, told)
}

const ENDS: [TransferMessage; 2] = [TransferMessage::EndOfStream, TransferMessage::EndOfTransfer];

#[test]
fn a_success_without_the_end_of_its_stream_is_none() {
    let (e, told) = success(|_, _| {});
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    assert_eq!(told, ENDS);
}

#[test]
fn a_success_after_a_write_that_failed_is_none() {
    let (e, told) = success(|far, transfer| {
        let piece = Piece {
            band: 1,
            len: 10,
            epoch: 0,
        };
        let call = Call::Write(piece);
        far.send(&FromHost::Call { transfer, call }, None).unwrap();
    });
    assert_eq!(e, Error::new(ErrorKind::MediumFull, "no room"));
    assert_eq!(told, ENDS);
}
