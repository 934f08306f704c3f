//! Messages between two processes: whole packets, in order, with descriptors.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags,
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg,
    sendmsg, socketpair,
};
use wia::{Error, ErrorKind, Result};

/// One end of a local `SOCK_SEQPACKET` connection. A packet arrives whole or not at all.
#[derive(Debug)]
pub struct PacketSocket(OwnedFd);

/// A packet that arrived.
#[derive(Debug)]
pub struct Packet {
    /// Its bytes, counted from the start of the buffer.
    pub len: usize,
    /// The descriptor that came with it.
    pub fd: Option<OwnedFd>,
}

impl PacketSocket {
    /// Two connected ends. Both are closed on `exec`.
    ///
    /// # Errors
    ///
    /// `OutOfMemory` when the system gives none.
    pub fn pair() -> Result<(PacketSocket, PacketSocket)> {
        let ends = socketpair(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC,
            None,
        );
        let (a, b) = ends.map_err(|e| {
            Error::from_io(e.into(), ErrorKind::OutOfMemory).context("a pair of sockets")
        })?;
        Ok((PacketSocket(a), PacketSocket(b)))
    }

    /// Takes over the end that another process has opened.
    pub const fn from_fd(fd: OwnedFd) -> PacketSocket {
        PacketSocket(fd)
    }

    /// Sends one packet of 1 byte or more, with a descriptor if there is one. Waits while the other
    /// side's queue is full.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for an empty packet, `BrokenPipe` when the other side has gone, else what the
    /// system says.
    pub fn send(&self, packet: &[u8], fd: Option<BorrowedFd<'_>>) -> Result<()> {
        if packet.is_empty() {
            // It could not be told from the end of the connection.
            return Err(Error::invalid("an empty packet"));
        }
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let fds: [BorrowedFd<'_>; 1];
        if let Some(fd) = fd {
            fds = [fd];
            if !control.push(SendAncillaryMessage::ScmRights(&fds)) {
                return Err(Error::new(
                    ErrorKind::Unexpected,
                    "no room for a descriptor",
                ));
            }
        }
        loop {
            let sent = sendmsg(
                &self.0,
                &[IoSlice::new(packet)],
                &mut control,
                SendFlags::NOSIGNAL,
            );
            match sent {
                Ok(_) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(e) => return Err(Error::from_write(e.into()).context("sending a packet")),
            }
        }
    }

    /// Waits for a packet; `None` when the other side has gone.
    ///
    /// # Errors
    ///
    /// `InvalidData`'s kind `CorruptData` for a packet that is longer than `buffer` or brings more than
    /// one descriptor; else what the system says.
    pub fn receive(&self, buffer: &mut [u8]) -> Result<Option<Packet>> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        loop {
            let mut control = RecvAncillaryBuffer::new(&mut space);
            let received = recvmsg(
                &self.0,
                &mut [IoSliceMut::new(buffer)],
                &mut control,
                RecvFlags::CMSG_CLOEXEC,
            );
            let received = match received {
                Ok(received) => received,
                Err(Errno::INTR) => continue,
                Err(Errno::CONNRESET) => return Ok(None),
                Err(e) => return Err(Error::from_read(e.into()).context("receiving a packet")),
            };
            if received.bytes == 0 {
                return Ok(None);
            }
            if received
                .flags
                .intersects(ReturnFlags::TRUNC | ReturnFlags::CTRUNC)
            {
                return Err(Error::invalid(format!(
                    "a packet of more than {} bytes or one descriptor",
                    buffer.len()
                )));
            }
            let fd = control.drain().find_map(|message| match message {
                RecvAncillaryMessage::ScmRights(mut fds) => fds.next(),
                _ => None,
            });
            return Ok(Some(Packet {
                len: received.bytes,
                fd,
            }));
        }
    }
}

impl AsFd for PacketSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
