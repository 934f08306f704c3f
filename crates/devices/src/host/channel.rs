//! Messages over a packet socket: `serde` values in `postcard`'s form, of any length.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use bands::PacketSocket;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{Shutdown, shutdown};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wia::{Error, ErrorKind, Result};

/// What both sides say first, before the number of the protocol.
const GREETING: &[u8] = b"quire-driver-host ";

/// The protocol of this version. It changes with every message, and with the bands.
pub(crate) const PROTOCOL: u32 = 4;

/// Bytes of a packet, its mark included. A longer message goes in several.
pub(crate) const PACKET: usize = 64 * 1024;

/// Bytes of the longest message to a host.
const LONGEST: usize = 16 * 1024 * 1024;

/// Bytes of the longest message from a host, which is not trusted: what is read of it takes some thirty times as
/// much memory at worst. It has the names of tens of thousands of items.
const LONGEST_FROM_HOST: usize = 4 * 1024 * 1024;

/// The first byte of a packet: the message goes on in the next one, or ends here.
const MORE: u8 = 1;
const LAST: u8 = 0;

/// One end of a connection. Any thread may send; one receives.
pub(crate) struct Channel {
    socket: PacketSocket,
    /// The process at the other end. With it the connection ends, whoever else holds that end.
    process: Option<OwnedFd>,
    /// Bytes of the longest message that goes out, and that comes in.
    longest: (usize, usize),
    /// Held while a message goes out, so that its packets stay together; room for a packet.
    packet: Mutex<Vec<u8>>,
    /// Room for a packet that comes in.
    incoming: Mutex<Vec<u8>>,
}

/// A message that came.
pub(crate) struct Received<T> {
    pub(crate) message: T,
    /// Its bytes.
    pub(crate) len: usize,
    /// The descriptor that came with it.
    pub(crate) fd: Option<OwnedFd>,
}

impl Channel {
    /// The end of a host.
    pub(crate) fn in_host(socket: PacketSocket) -> Channel {
        Channel::new(socket, None, (LONGEST_FROM_HOST, LONGEST))
    }

    /// The end that leads to the host in this process (a pidfd); without one its death shows by the end of the
    /// connection alone.
    pub(crate) fn to_host(socket: PacketSocket, process: Option<OwnedFd>) -> Channel {
        Channel::new(socket, process, (LONGEST, LONGEST_FROM_HOST))
    }

    fn new(socket: PacketSocket, process: Option<OwnedFd>, longest: (usize, usize)) -> Channel {
        Channel {
            socket,
            process,
            longest,
            packet: Mutex::default(),
            incoming: Mutex::default(),
        }
    }

    /// Ends the connection from this end: what has come can be received yet, and nothing more.
    pub(crate) fn hang_up(&self) {
        // It may have ended already.
        let _ = shutdown(self.socket.as_fd(), Shutdown::Both);
    }

    /// Tells the other side which protocol this one speaks.
    ///
    /// # Errors
    ///
    /// When it has gone.
    pub(crate) fn greet(&self) -> Result<()> {
        self.socket
            .send(&[GREETING, &PROTOCOL.to_le_bytes()[..]].concat(), None)
    }

    /// Hears which protocol the other side speaks.
    ///
    /// # Errors
    ///
    /// `InvalidDriverResponse` for another one, and for what is no greeting at all; `Deadline` when it says
    /// nothing `until` then.
    pub(crate) fn hear_greeting(&self, until: Option<Instant>) -> Result<()> {
        let mut packet = [0; 64];
        self.wait(until)?;
        let len = self.socket.receive(&mut packet)?.map_or(0, |p| p.len);
        let number = packet.get(..len).and_then(|p| p.strip_prefix(GREETING));
        let other = number.and_then(|n| Some(u32::from_le_bytes(n.try_into().ok()?)));
        let what = match other {
            Some(PROTOCOL) => return Ok(()),
            Some(other) => format!(
                "the driver host speaks protocol {other}, this program {PROTOCOL}: they are of two \
                 versions"
            ),
            None if len == 0 => "the driver host ended before it said anything".to_owned(),
            None => "the program that was started is no driver host".to_owned(),
        };
        Err(Error::new(ErrorKind::InvalidDriverResponse, what))
    }

    /// Sends a message, with a descriptor if there is one.
    ///
    /// # Errors
    ///
    /// As [`encode`](Channel::encode) and [`send_encoded`](Channel::send_encoded).
    pub(crate) fn send<T: Serialize>(&self, message: &T, fd: Option<BorrowedFd<'_>>) -> Result<()> {
        self.send_encoded(&self.encode(message)?, fd)
    }

    /// A message as it is sent.
    ///
    /// # Errors
    ///
    /// `OutOfMemory` for one that is too long.
    pub(crate) fn encode<T: Serialize>(&self, message: &T) -> Result<Vec<u8>> {
        let bytes = postcard::to_stdvec(message).map_err(garbled)?;
        let (len, longest) = (bytes.len(), self.longest.0);
        match len <= longest {
            true => Ok(bytes),
            false => Err(Error::new(
                ErrorKind::OutOfMemory,
                format!("a message of {len} bytes; at most {longest} can be sent"),
            )),
        }
    }

    /// Sends what [`encode`](Channel::encode) gave. After a failure the connection is of no use: half of the
    /// message may have been sent.
    ///
    /// # Errors
    ///
    /// `BrokenPipe` when the other side has gone; else what the system says.
    pub(crate) fn send_encoded(&self, bytes: &[u8], fd: Option<BorrowedFd<'_>>) -> Result<()> {
        let mut packet = self.packet.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut rest, mut fd) = (bytes, fd);
        loop {
            let (now, later) = rest.split_at(rest.len().min(PACKET - 1));
            packet.clear();
            packet.push(if later.is_empty() { LAST } else { MORE });
            packet.extend_from_slice(now);
            self.socket.send(&packet, fd.take())?;
            if later.is_empty() {
                return Ok(());
            }
            rest = later;
        }
    }

    /// Waits for the next message; `None` when the other side has gone.
    ///
    /// # Errors
    ///
    /// `InvalidDriverResponse` for bytes that are no message; else what the system says.
    pub(crate) fn receive<T: DeserializeOwned>(&self) -> Result<Option<Received<T>>> {
        let mut packet = self.incoming.lock().unwrap_or_else(PoisonError::into_inner);
        packet.resize(PACKET, 0);
        let (mut bytes, mut fd) = (Vec::new(), None);
        let read = |bytes: &[u8], fd| -> Result<Option<Received<T>>> {
            let message = postcard::from_bytes(bytes).map_err(garbled)?;
            let len = bytes.len();
            Ok(Some(Received { message, len, fd }))
        };
        loop {
            self.wait(None)?;
            let Some(received) = self.socket.receive(&mut packet)? else {
                return Ok(None);
            };
            fd = fd.or(received.fd);
            let (mark, piece) = packet
                .get(..received.len)
                .and_then(|p| p.split_first())
                .ok_or_else(|| garbled("a packet without a mark"))?;
            // Most messages are one packet.
            if *mark == LAST && bytes.is_empty() {
                return read(piece, fd);
            }
            bytes.extend_from_slice(piece);
            if bytes.len() > self.longest.1 {
                return Err(garbled("a message without an end"));
            }
            if *mark == LAST {
                return read(&bytes, fd);
            }
        }
    }

    /// Waits until there is something to receive, be it the end.
    ///
    /// # Errors
    ///
    /// `Deadline` when nothing comes `until` then; what the system says.
    fn wait(&self, until: Option<Instant>) -> Result<()> {
        let Some(process) = &self.process else {
            return self.wait_for(&mut [PollFd::new(&self.socket, PollFlags::IN)], until);
        };
        let mut fds = [
            PollFd::new(process, PollFlags::IN),
            PollFd::new(&self.socket, PollFlags::IN),
        ];
        self.wait_for(&mut fds, until)?;
        let [process, _] = &fds;
        if !process.revents().is_empty() {
            // What it has said is there; what a process says that it has left behind is nobody's word.
            self.hang_up();
        }
        Ok(())
    }

    fn wait_for(&self, fds: &mut [PollFd<'_>], until: Option<Instant>) -> Result<()> {
        if until.is_none() && self.process.is_none() {
            return Ok(());
        }
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            match poll(fds, left.as_ref()) {
                Ok(0) => return Err(Error::new(ErrorKind::Deadline, "nothing was said in time")),
                Ok(_) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(e) => {
                    return Err(Error::from_read(e.into()).context("waiting for a packet"));
                }
            }
        }
    }
}

fn garbled(why: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::InvalidDriverResponse,
        format!("between driver host and service: {why}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Channel, Channel) {
        let (a, b) = PacketSocket::pair().unwrap();
        (Channel::to_host(a, None), Channel::in_host(b))
    }

    #[test]
    fn another_protocol_is_named() {
        let (a, b) = pair();
        a.greet().unwrap();
        b.hear_greeting(None).unwrap();
        let next = [GREETING, &[0, 1, 0, 0][..]].concat();
        assert_eq!(&next[..], b"quire-driver-host \0\x01\0\0");
        a.socket.send(&next, None).unwrap();
        let e = b.hear_greeting(None).unwrap_err();
        assert!(
            e.to_string()
                .contains(&format!("speaks protocol 256, this program {PROTOCOL}")),
            "{e}"
        );
        a.socket.send(b"hello", None).unwrap();
        let e = b.hear_greeting(None).unwrap_err();
        assert!(e.to_string().contains("no driver host"), "{e}");
        drop(a);
        let e = b.hear_greeting(None).unwrap_err();
        assert!(e.to_string().contains("ended before"), "{e}");
    }

    #[test]
    fn a_long_message_arrives_whole_and_in_its_turn() {
        let (a, b) = pair();
        let long: Vec<u8> = (0..300_000_u32).map(|n| n as u8).collect();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                a.send(&long, None).unwrap();
                a.send(&vec![7_u8], None).unwrap();
                drop(a);
            });
            let received = || b.receive::<Vec<u8>>().unwrap().map(|r| r.message);
            assert_eq!(received(), Some(long.clone()));
            assert_eq!(received(), Some(vec![7]));
            assert_eq!(received(), None);
        });
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let (a, b) = pair();
        a.socket.send(&[LAST, 0xFF, 0xFF], None).unwrap();
        let Err(e) = b.receive::<String>() else {
            panic!("that is no text");
        };
        assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    }

    #[test]
    fn what_a_host_says_has_bounds() {
        let (a, b) = pair();
        let long = "x".repeat(LONGEST_FROM_HOST + 1);
        let e = b.send(&long, None).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::OutOfMemory);
        let hears = std::thread::spawn(move || a.receive::<String>().map(drop).unwrap_err());
        // One that does not care: it is hung up on in the middle.
        let packet = [&[MORE][..], &[b'x'; PACKET - 1]].concat();
        while b.socket.send(&packet, None).is_ok() {}
        let e = hears.join().unwrap();
        assert!(e.to_string().contains("without an end"), "{e}");
    }

    #[test]
    fn the_end_of_the_process_is_the_end_of_the_connection() {
        let (ours, theirs) = PacketSocket::pair().unwrap();
        let mut process = std::process::Command::new("sleep")
            .arg("1000")
            .spawn()
            .unwrap();
        let pid = rustix::process::Pid::from_child(&process);
        let flags = rustix::process::PidfdFlags::empty();
        let pidfd = rustix::process::pidfd_open(pid, flags).unwrap();
        let (ours, theirs) = (
            Channel::to_host(ours, Some(pidfd)),
            Channel::in_host(theirs),
        );
        theirs.send(&7_u8, None).unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
        // What was said is heard, though its end of the connection is open yet.
        assert_eq!(ours.receive::<u8>().unwrap().map(|r| r.message), Some(7));
        assert!(ours.receive::<u8>().unwrap().is_none());
        let e = theirs.send(&8_u8, None).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::BrokenPipe);
    }
}
