//! Messages over a packet socket: `serde` values in `postcard`'s form, of any length.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::{Mutex, PoisonError};

use bands::PacketSocket;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wia::{Error, ErrorKind, Result};

/// What both sides say first, before the number of the protocol.
const GREETING: &[u8] = b"quire-driver-host ";

/// The protocol of this version. It changes with every message that does.
pub(crate) const PROTOCOL: u32 = 1;

/// Bytes of a packet, its mark included. A longer message goes in several.
const PACKET: usize = 64 * 1024;

/// Bytes of the longest message: nothing that crosses the border is longer by right.
const LONGEST: usize = 16 * 1024 * 1024;

/// The first byte of a packet: the message goes on in the next one, or ends here.
const MORE: u8 = 1;
const LAST: u8 = 0;

/// One end of a connection. Any thread may send; one receives.
pub(crate) struct Channel {
    socket: PacketSocket,
    /// Held while a message goes out, so that its packets stay together; room for a packet.
    packet: Mutex<Vec<u8>>,
    /// Room for a packet that comes in.
    incoming: Mutex<Vec<u8>>,
}

impl Channel {
    pub(crate) fn new(socket: PacketSocket) -> Channel {
        Channel {
            socket,
            packet: Mutex::default(),
            incoming: Mutex::default(),
        }
    }

    pub(crate) const fn socket(&self) -> &PacketSocket {
        &self.socket
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
    /// `InvalidDriverResponse` for another one, and for what is no greeting at all.
    pub(crate) fn hear_greeting(&self) -> Result<()> {
        let mut packet = [0; 64];
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
    /// `BrokenPipe` when the other side has gone; else what the system says.
    pub(crate) fn send<T: Serialize>(&self, message: &T, fd: Option<BorrowedFd<'_>>) -> Result<()> {
        let bytes = postcard::to_stdvec(message).map_err(garbled)?;
        if bytes.len() > LONGEST {
            return Err(Error::new(
                ErrorKind::OutOfMemory,
                format!(
                    "a message of {} bytes; at most {LONGEST} can be sent",
                    bytes.len()
                ),
            ));
        }
        let mut packet = self.packet.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut rest, mut fd) = (bytes.as_slice(), fd);
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
    pub(crate) fn receive<T: DeserializeOwned>(&self) -> Result<Option<(T, Option<OwnedFd>)>> {
        let mut packet = self.incoming.lock().unwrap_or_else(PoisonError::into_inner);
        packet.resize(PACKET, 0);
        let (mut bytes, mut fd) = (Vec::new(), None);
        loop {
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
                return Ok(Some((postcard::from_bytes(piece).map_err(garbled)?, fd)));
            }
            bytes.extend_from_slice(piece);
            if bytes.len() > LONGEST {
                return Err(garbled("a message without an end"));
            }
            if *mark == LAST {
                return Ok(Some((postcard::from_bytes(&bytes).map_err(garbled)?, fd)));
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
        (Channel::new(a), Channel::new(b))
    }

    #[test]
    fn another_protocol_is_named() {
        let (a, b) = pair();
        a.greet().unwrap();
        b.hear_greeting().unwrap();
        let next = [GREETING, &[2, 0, 0, 0][..]].concat();
        assert_eq!(&next[..], b"quire-driver-host \x02\0\0\0");
        a.socket.send(&next, None).unwrap();
        let e = b.hear_greeting().unwrap_err();
        assert!(
            e.to_string().contains("speaks protocol 2, this program 1"),
            "{e}"
        );
        a.socket.send(b"hello", None).unwrap();
        let e = b.hear_greeting().unwrap_err();
        assert!(e.to_string().contains("no driver host"), "{e}");
        drop(a);
        let e = b.hear_greeting().unwrap_err();
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
            let received = || b.receive::<Vec<u8>>().unwrap().map(|(bytes, _)| bytes);
            assert_eq!(received(), Some(long.clone()));
            assert_eq!(received(), Some(vec![7]));
            assert_eq!(received(), None);
        });
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let (a, b) = pair();
        a.socket.send(&[LAST, 0xFF, 0xFF], None).unwrap();
        let e = b.receive::<String>().unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    }
}
