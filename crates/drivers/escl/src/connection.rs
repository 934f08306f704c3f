//! Connections: sockets that obey the [`Wire`], plain or encrypted, as ureq wants them.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};
use wia::{Error, ErrorKind, Result};

use crate::wire::Wire;

/// How often a socket that connects, or waits for a job, looks for a cancel that does not wake it.
const LOOK: Duration = Duration::from_millis(50);

/// A socket whose every wait has the wire's deadline.
#[derive(Debug)]
struct Socket {
    stream: Arc<TcpStream>,
    wire: Arc<Wire>,
}

impl Socket {
    fn connect(addresses: &[SocketAddr], wire: &Arc<Wire>) -> Result<Socket> {
        let mut last = Error::new(ErrorKind::Offline, "the scanner has no address");
        for (at, address) in addresses.iter().enumerate() {
            // Each gets its share of the time, so that one that is silent leaves some to the others.
            let share = wire.left()? / u32::try_from(addresses.len() - at).unwrap_or(1);
            match Socket::connect_to(address, wire, share) {
                Ok(socket) => return Ok(socket),
                Err(e) if e.kind() == ErrorKind::Abort => return Err(e),
                Err(e) => last = e,
            }
        }
        Err(last)
    }

    fn connect_to(address: &SocketAddr, wire: &Arc<Wire>, share: Duration) -> Result<Socket> {
        let offline = |e: Errno| {
            let e = io::Error::from(e);
            Error::new(ErrorKind::Offline, format!("{address}: {e}")).with_source(e)
        };
        let family = match address {
            SocketAddr::V4(_) => AddressFamily::INET,
            SocketAddr::V6(_) => AddressFamily::INET6,
        };
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket: OwnedFd =
            rustix::net::socket_with(family, SocketType::STREAM, flags, None).map_err(offline)?;
        let begun = match rustix::net::connect(&socket, address) {
            Ok(()) | Err(Errno::INPROGRESS) => Ok(()),
            Err(e) => Err(offline(e)),
        };
        let stream = Arc::new(TcpStream::from(socket));
        wire.attach(&stream);
        begun?;
        let mut waited = Duration::ZERO;
        loop {
            let left = wire.left()?;
            if waited >= share {
                return Err(Error::new(
                    ErrorKind::Offline,
                    format!("{address} does not answer"),
                ));
            }
            let slice = LOOK.min(left).min(share - waited);
            let time = Timespec {
                tv_sec: 0,
                tv_nsec: i64::from(slice.subsec_nanos()),
            };
            let mut fds = [PollFd::new(&*stream, PollFlags::OUT)];
            match poll(&mut fds, Some(&time)) {
                Ok(0) | Err(Errno::INTR) => waited += slice,
                Ok(_) => break,
                Err(e) => return Err(offline(e)),
            }
        }
        match rustix::net::sockopt::socket_error(&*stream).map_err(offline)? {
            Ok(()) => {}
            Err(e) => {
                wire.left()?;
                return Err(offline(e));
            }
        }
        let failed = |e: io::Error| Error::from_io(e, ErrorKind::Offline);
        stream.set_nonblocking(false).map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        Ok(Socket {
            stream,
            wire: Arc::clone(wire),
        })
    }

    /// How long to wait at once. A cancel does not shut the socket down while a job is made: it is looked for.
    fn slice(&self) -> Result<Duration> {
        let left = self.wire.left()?;
        match self.wire.is_making() {
            true => Ok(left.min(LOOK)),
            false => Ok(left),
        }
    }

    /// Whether only a slice is over.
    fn goes_on(&self, e: &io::Error) -> bool {
        timed_out(e) && self.wire.is_making()
    }

    /// Says why the socket gave nothing: the wire's reason, if it has one.
    fn why(&self, e: io::Error) -> io::Error {
        let timed_out = timed_out(&e);
        match self.wire.left() {
            Err(reason) => reason.into(),
            // The clocks of socket and wire differ a little.
            Ok(_) if timed_out => self.wire.late().into(),
            Ok(_) => e,
        }
    }
}

fn timed_out(e: &io::Error) -> bool {
    matches!(
        e.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

impl Read for Socket {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            self.stream.set_read_timeout(Some(self.slice()?))?;
            match (&*self.stream).read(to) {
                Err(e) if self.goes_on(&e) => {}
                // The end may be that of a socket that a cancel has shut down.
                Ok(0) => return self.wire.left().map(|_| 0).map_err(io::Error::from),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => return other.map_err(|e| self.why(e)),
            }
        }
    }
}

impl Write for Socket {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        loop {
            self.stream.set_write_timeout(Some(self.slice()?))?;
            match (&*self.stream).write(data) {
                Err(e) if self.goes_on(&e) => {}
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => return other.map_err(|e| self.why(e)),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes connections.
pub(crate) struct Connections {
    pub(crate) wire: Arc<Wire>,
    pub(crate) tls: Arc<ClientConfig>,
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connections")
    }
}

impl Connector for Connections {
    type Out = Connection;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> std::result::Result<Option<Connection>, ureq::Error> {
        let io = |e: Error| ureq::Error::Io(e.into());
        let socket = Socket::connect(&details.addrs, &self.wire).map_err(io)?;
        let mut connection = Connection {
            socket,
            tls: None,
            buffers: LazyBuffers::new(
                details.config.input_buffer_size(),
                details.config.output_buffer_size(),
            ),
        };
        if details.needs_tls() {
            let host = details.uri.host().unwrap_or_default();
            let host = host
                .trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned();
            let name = ServerName::try_from(host).map_err(|e| io(Error::invalid(e.to_string())))?;
            let failed = |e: rustls::Error| {
                io(Error::new(ErrorKind::DeviceCommunication, e.to_string()).with_source(e))
            };
            let mut tls = ClientConnection::new(Arc::clone(&self.tls), name).map_err(failed)?;
            while tls.is_handshaking() {
                tls.complete_io(&mut connection.socket).map_err(handshake)?;
            }
            connection.tls = Some(Box::new(tls));
        }
        Ok(Some(connection))
    }
}

/// A handshake that failed, with what the verifier of certificates said about it.
fn handshake(e: io::Error) -> ureq::Error {
    let rustls = e.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>());
    let told = match rustls {
        Some(rustls::Error::InvalidCertificate(rustls::CertificateError::Other(other))) => {
            other.0.downcast_ref::<Error>().cloned()
        }
        Some(other) => {
            let what = format!("no encrypted connection: {other}");
            Some(Error::new(ErrorKind::DeviceCommunication, what))
        }
        None => None,
    };
    ureq::Error::Io(told.map_or(e, io::Error::from))
}

/// One connection.
pub(crate) struct Connection {
    socket: Socket,
    tls: Option<Box<ClientConnection>>,
    buffers: LazyBuffers,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection").field(&self.socket).finish()
    }
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(
        &mut self,
        amount: usize,
        _: NextTimeout,
    ) -> std::result::Result<(), ureq::Error> {
        self.socket.wire.sent();
        let output = &self.buffers.output()[..amount];
        match &mut self.tls {
            Some(tls) => {
                let mut stream = rustls::Stream::new(tls.as_mut(), &mut self.socket);
                stream.write_all(output)?;
                stream.flush()?;
            }
            None => self.socket.write_all(output)?,
        }
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> std::result::Result<bool, ureq::Error> {
        let input = self.buffers.input_append_buf();
        let read = match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls.as_mut(), &mut self.socket).read(input)?,
            None => self.socket.read(input)?,
        };
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    /// A connection is used once.
    fn is_open(&mut self) -> bool {
        false
    }

    fn is_tls(&self) -> bool {
        self.tls.is_some()
    }
}
