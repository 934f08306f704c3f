//! An eSCL server for tests: a scanner of generated pages, which goes wrong where it is told to.
//!
//! It answers each request on a connection of its own, which it closes. A page counts as fetched when its last byte
//! is written; one that broke off is served again.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod capabilities;
pub mod pages;
mod scanner;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use escl::capabilities::Capabilities;
use escl::settings::ScanSettings;
use escl::status::{AdfState, JobState};

pub use capabilities::{capabilities, jpeg_only, office};

/// How long the server waits for a client at most.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is sent at once of a page at a pace.
const PIECE: usize = 4096;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// GET ScannerCapabilities.
    Capabilities,
    /// GET ScannerStatus.
    Status,
    /// POST ScanJobs.
    Create,
    /// GET NextDocument.
    Page,
    /// DELETE of a job.
    Delete,
    /// Something else.
    Other,
}

/// What the server does instead of answering as it should.
#[derive(Clone, Debug)]
pub enum Act {
    /// A status code with headers and a body, and nothing happens.
    Say(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// These bytes, whatever they are, then the end; nothing happens.
    Raw(Vec<u8>),
    /// Silence until the client goes; nothing happens.
    Silence,
    /// The right answer, up to so many bytes of its body; then silence until the client goes.
    Stall(usize),
    /// The same; then a reset.
    Reset(usize),
    /// The same; then the end. The length that is told is the whole one, or only that of what is sent.
    Cut(usize, bool),
    /// The same with the whole length told, and the page counts as fetched.
    CutLost(usize),
    /// The right answer, and then zeros for ever.
    Endless,
    /// The right answer one byte at a time, so many milliseconds apart.
    Trickle(u64),
    /// The page that would be next is skipped first.
    Lose,
    /// The right answer with this body.
    Body(Vec<u8>),
    /// The right answer, but not before `held` is false.
    Hold,
    /// The right answer with this Location.
    Location(String),
}

impl Act {
    /// A status code alone.
    pub fn say(status: u16) -> Act {
        Act::Say(status, Vec::new(), Vec::new())
    }
}

/// The server's state.
pub struct Scanner {
    /// What it says that it can do.
    pub capabilities: Capabilities,
    /// Sheets in the feeder, by number.
    pub sheets: VecDeque<u32>,
    /// So many sheets are put in whenever it is asked what it can do.
    pub refill: Option<u32>,
    /// What the feeder is said to be; `None` for the truth.
    pub adf: Option<AdfState>,
    /// What the job is said to be; `None` for the truth.
    pub job_state: Option<JobState>,
    /// Bodies of pages are sent in pieces.
    pub chunked: bool,
    /// What stands before the path of a job in `Location`: a host that nobody knows, as with some scanners.
    pub host_of_jobs: &'static str,
    /// Pages are given no name (`Content-Location`).
    pub unnamed: bool,
    /// Bytes of pages a second; as fast as they are taken where it does not stand.
    pub pace: Option<u32>,
    /// Answers that are to be held back are.
    pub held: bool,
    /// What to do at the nth request of a kind, from 0.
    pub acts: BTreeMap<(Kind, usize), Act>,
    /// What to do at every request of a kind.
    pub always: BTreeMap<Kind, Act>,
    /// What was asked for.
    pub log: Vec<String>,
    /// The settings of each job.
    pub settings: Vec<ScanSettings>,
    /// When the first byte of the last page was sent.
    pub page_begun: Option<Instant>,
    /// When the last DELETE was answered.
    pub deleted: Option<Instant>,
    counts: BTreeMap<Kind, usize>,
    job: Option<Job>,
    made: u32,
    stop: bool,
    /// Files of pages by page and settings: to make one takes long.
    files: HashMap<(u32, String), Arc<Vec<u8>>>,
}

struct Job {
    path: String,
    settings: ScanSettings,
    /// Pages that were fetched.
    given: u32,
    /// The glass gives one page.
    glass: u32,
    /// The back of a sheet that is through.
    back: Option<u32>,
    state: JobState,
}

/// A running server.
pub struct Server {
    /// Where it listens: this machine alone.
    pub address: SocketAddr,
    /// Its state.
    pub scanner: Arc<Mutex<Scanner>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts one with three sheets, at a free port.
    ///
    /// # Panics
    ///
    /// When there is no port.
    pub fn start(capabilities: Capabilities) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let scanner = Arc::new(Mutex::new(Scanner {
            capabilities,
            sheets: (1..=3).collect(),
            refill: None,
            adf: None,
            job_state: None,
            chunked: false,
            host_of_jobs: "http://scanner.invalid:9",
            unnamed: false,
            pace: None,
            held: false,
            acts: BTreeMap::new(),
            always: BTreeMap::new(),
            log: Vec::new(),
            settings: Vec::new(),
            page_begun: None,
            deleted: None,
            counts: BTreeMap::new(),
            job: None,
            made: 0,
            stop: false,
            files: HashMap::new(),
        }));
        let shared = Arc::clone(&scanner);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if lock(&shared).stop {
                    break;
                }
                let scanner = Arc::clone(&shared);
                // A client that goes away is no failure of the server.
                thread::spawn(move || drop(stream.and_then(|stream| serve(&stream, &scanner))));
            }
        });
        Server {
            address,
            scanner,
            thread: Some(thread),
        }
    }

    /// The state, for a look or a change.
    pub fn lock(&self) -> MutexGuard<'_, Scanner> {
        lock(&self.scanner)
    }

    /// At the nth request of a kind, from 0.
    pub fn at(&self, kind: Kind, n: usize, act: Act) -> &Server {
        self.lock().acts.insert((kind, n), act);
        self
    }

    /// At every request of a kind.
    pub fn always(&self, kind: Kind, act: Act) -> &Server {
        self.lock().always.insert(kind, act);
        self
    }

    /// As it should be from now on, with a full feeder.
    pub fn mend(&self) {
        let mut scanner = self.lock();
        scanner.acts.clear();
        scanner.always.clear();
        scanner.counts.clear();
        scanner.log.clear();
        scanner.sheets = (1..=3).collect();
        scanner.adf = None;
        scanner.job_state = None;
        scanner.job = None;
    }

    /// The address of its root.
    pub fn url(&self) -> String {
        format!("http://{}/eSCL", self.address)
    }

    /// How often the log has a line that begins so.
    pub fn asked(&self, start: &str) -> usize {
        self.lock()
            .log
            .iter()
            .filter(|line| line.starts_with(start))
            .count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.lock().stop = true;
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn lock(scanner: &Mutex<Scanner>) -> MutexGuard<'_, Scanner> {
    scanner
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// An answer.
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Arc<Vec<u8>>,
}

impl Answer {
    fn new(status: u16) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            body: Arc::default(),
        }
    }

    fn xml(text: String) -> Answer {
        Answer {
            headers: vec![("Content-Type", "text/xml".into())],
            body: Arc::new(text.into_bytes()),
            ..Answer::new(200)
        }
    }
}

fn serve(mut stream: &TcpStream, scanner: &Mutex<Scanner>) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let Some((method, path, body)) = request(stream)? else {
        return Ok(());
    };
    let (kind, act, mut answer) = {
        let mut scanner = lock(scanner);
        scanner.log.push(format!("{method} {path}"));
        let kind = kind(&method, &path);
        let count = scanner.counts.entry(kind).or_default();
        let n = *count;
        *count += 1;
        let act = scanner
            .acts
            .get(&(kind, n))
            .or(scanner.always.get(&kind))
            .cloned();
        let answer = match &act {
            Some(Act::Say(status, headers, body)) => Answer {
                status: *status,
                headers: headers.clone(),
                body: Arc::new(body.clone()),
            },
            Some(Act::Raw(_) | Act::Silence) => Answer::new(200),
            Some(Act::Lose) => {
                scanner.fetched(&path);
                scanner.answer(kind, &path, &body)
            }
            _ => scanner.answer(kind, &path, &body),
        };
        (kind, act, answer)
    };
    match &act {
        Some(Act::Raw(bytes)) => return stream.write_all(bytes),
        Some(Act::Silence) => return until_gone(stream),
        Some(Act::Hold) => {
            let since = Instant::now();
            while lock(scanner).held && since.elapsed() < PATIENCE {
                thread::yield_now();
            }
        }
        Some(Act::Body(body)) => answer.body = Arc::new(body.clone()),
        Some(Act::Location(location)) => answer.headers = vec![("Location", location.clone())],
        _ => {}
    }
    let page = kind == Kind::Page && answer.status == 200;
    let (chunked, pace) = {
        let scanner = lock(scanner);
        (page && scanner.chunked, scanner.pace.filter(|_| page))
    };
    let sent = match act {
        Some(Act::Stall(n) | Act::Reset(n) | Act::Cut(n, _) | Act::CutLost(n)) => {
            n.min(answer.body.len())
        }
        _ => answer.body.len(),
    };
    let told = match act {
        Some(Act::Cut(_, true)) => sent,
        Some(Act::Endless) => usize::MAX >> 1,
        _ => answer.body.len(),
    };
    let mut head = format!("HTTP/1.1 {} Status\r\nConnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    match chunked {
        true => head += "Transfer-Encoding: chunked\r\n\r\n",
        false => head += &format!("Content-Length: {told}\r\n\r\n"),
    }
    stream.write_all(head.as_bytes())?;
    let body = &answer.body[..sent];
    if page {
        lock(scanner).page_begun = Some(Instant::now());
    }
    // Whoever has the last byte may ask for the next page at once.
    let (body, last) = match act {
        None | Some(Act::Body(_) | Act::Lose) if page => body.split_at(sent.saturating_sub(1)),
        _ => (body, &[][..]),
    };
    match (&act, chunked) {
        (Some(Act::Trickle(apart)), _) => {
            for byte in body {
                match chunked {
                    true => stream.write_all(&[b'1', b'\r', b'\n', *byte, b'\r', b'\n'])?,
                    false => stream.write_all(&[*byte])?,
                }
                thread::sleep(Duration::from_millis(*apart));
            }
        }
        (_, true) => {
            for piece in body.chunks(1000) {
                stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes())?;
                stream.write_all(piece)?;
                stream.write_all(b"\r\n")?;
            }
        }
        (_, false) => match pace {
            Some(pace) => paced(stream, body, pace)?,
            None => stream.write_all(body)?,
        },
    }
    match act {
        Some(Act::Stall(_)) => return until_gone(stream),
        Some(Act::Reset(_)) => {
            // What was sent has to arrive first: the client reads it, then meets the reset.
            rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO))?;
            return Ok(());
        }
        Some(Act::Cut(_, false)) => return Ok(()),
        Some(Act::CutLost(_)) => {
            lock(scanner).fetched(&path);
            return Ok(());
        }
        Some(Act::Endless) => loop {
            stream.write_all(&[0; 4096])?;
        },
        _ => {}
    }
    if page {
        lock(scanner).fetched(&path);
    }
    if chunked {
        let end = format!("{:x}\r\n", last.len());
        stream.write_all(end.as_bytes())?;
        stream.write_all(last)?;
        return stream.write_all(b"\r\n0\r\n\r\n");
    }
    stream.write_all(last)?;
    if kind == Kind::Delete {
        lock(scanner).deleted = Some(Instant::now());
    }
    Ok(())
}

/// Sends in small pieces, so many bytes a second.
fn paced(mut stream: &TcpStream, body: &[u8], pace: u32) -> io::Result<()> {
    let begun = Instant::now();
    let mut sent = 0_u32;
    for piece in body.chunks(PIECE) {
        let due = Duration::from_secs_f64(f64::from(sent) / f64::from(pace));
        thread::sleep(due.saturating_sub(begun.elapsed()));
        stream.write_all(piece)?;
        sent += piece.len() as u32;
    }
    Ok(())
}

fn until_gone(mut stream: &TcpStream) -> io::Result<()> {
    let mut byte = [0];
    while stream.read(&mut byte)? > 0 {}
    Ok(())
}

/// Method, path and body; `None` for a connection without a request.
fn request(mut stream: &TcpStream) -> io::Result<Option<(String, String, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut buffer)? {
            0 => return Ok(None),
            n => bytes.extend_from_slice(&buffer[..n]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    let mut body = bytes.split_off(end);
    while body.len() < length.unwrap_or(0) {
        match stream.read(&mut buffer)? {
            0 => return Ok(None),
            n => body.extend_from_slice(&buffer[..n]),
        }
    }
    let mut words = head.split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    Ok(Some((word(), word(), body)))
}

fn kind(method: &str, path: &str) -> Kind {
    match (method, path) {
        ("GET", "/eSCL/ScannerCapabilities") => Kind::Capabilities,
        ("GET", "/eSCL/ScannerStatus") => Kind::Status,
        ("POST", "/eSCL/ScanJobs") => Kind::Create,
        ("GET", path) if path.ends_with("/NextDocument") => Kind::Page,
        ("DELETE", _) => Kind::Delete,
        _ => Kind::Other,
    }
}
