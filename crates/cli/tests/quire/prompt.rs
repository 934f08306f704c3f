//! A person at a terminal: the bar, and Enter between the scans of a flatbed.

use std::io::{PipeWriter, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use crate::documents::tiff;
use crate::scratch::{LIMIT, QUIRE, Running, Scratch, start_into};

const FLATBED: &str = "scan -d virtual: -s flatbed -n 3 -r 75 -m gray -o out.tiff";
const PROMPT: &str = "press Enter";

/// The program on a terminal of its own.
pub(crate) struct Terminal {
    program: Running,
    keys: PipeWriter,
    screen: Receiver<String>,
    shown: String,
    read: usize,
}

impl Terminal {
    pub(crate) fn open(scratch: &Scratch, line: &str) -> Terminal {
        Terminal::open_with(scratch, line, |_| {})
    }

    /// With more in its environment.
    pub(crate) fn open_with(
        scratch: &Scratch,
        line: &str,
        prepare: impl FnOnce(&mut Command),
    ) -> Terminal {
        let (stdin, keys) = std::io::pipe().unwrap();
        let (mut output, stdout) = std::io::pipe().unwrap();
        let mut command = Command::new("script");
        let words: Vec<_> = line.split(' ').map(|word| format!("'{word}'")).collect();
        command
            .args(["--quiet", "--return", "--echo=never", "--command"])
            .arg(format!("{QUIRE} {}", words.join(" ")))
            .arg("/dev/null")
            .current_dir(scratch.dir())
            .env("TERM", "xterm")
            .stdin(Stdio::from(stdin));
        prepare(&mut command);
        let program = start_into(command, Stdio::from(stdout));
        let (sender, screen) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = output.read(&mut bytes) {
                let _ = sender.send(String::from_utf8_lossy(&bytes[..n]).into_owned());
            }
        });
        Terminal {
            program,
            keys,
            screen,
            shown: String::new(),
            read: 0,
        }
    }

    /// Waits until the screen shows `text` behind what was waited for before.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) {
        loop {
            if let Some(at) = self.shown[self.read..].find(text) {
                self.read += at + text.len();
                return;
            }
            match self.screen.recv_timeout(LIMIT) {
                Ok(more) => self.shown += &more,
                Err(e) => panic!("{e}: no {text:?} in {:?}", self.shown),
            }
        }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Exit code, and all that was shown.
    #[track_caller]
    pub(crate) fn end(mut self) -> (i32, String) {
        let code = self.program.end().code.unwrap();
        self.shown.extend(self.screen.iter());
        (code, self.shown)
    }
}

#[test]
fn enter_scans_the_next() {
    let scratch = Scratch::new();
    let mut terminal = Terminal::open(&scratch, FLATBED);
    for _ in 0..2 {
        terminal.wait_for(PROMPT);
        terminal.press("\n");
    }
    let (code, screen) = terminal.end();
    assert_eq!(code, 0, "{screen}");
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 3);
    assert!(screen.contains("3 pages in out.tiff"), "{screen}");
}

#[test]
fn the_end_of_input_ends_the_scans() {
    let scratch = Scratch::new();
    let mut terminal = Terminal::open(&scratch, FLATBED);
    terminal.wait_for(PROMPT);
    terminal.press("\n");
    terminal.wait_for(PROMPT);
    terminal.press("\u{4}");
    let (code, screen) = terminal.end();
    assert_eq!(code, 5, "{screen}");
    let message = "stopped before the 3 pages of -n; 2 complete pages kept in out.tiff";
    assert!(screen.contains(message), "{screen}");
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 2);
}

#[test]
fn ctrl_c_is_heard_while_it_waits() {
    let scratch = Scratch::new();
    let mut terminal = Terminal::open(&scratch, FLATBED);
    terminal.wait_for(PROMPT);
    terminal.press("\u{3}");
    let (code, screen) = terminal.end();
    assert_eq!(code, 130, "{screen}");
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 1);
}

#[test]
fn without_a_prompt_nothing_is_waited_for() {
    let scratch = Scratch::new();
    let (code, screen) = Terminal::open(&scratch, &format!("{FLATBED} --no-prompt")).end();
    assert_eq!(code, 0, "{screen}");
    assert!(!screen.contains(PROMPT), "{screen}");
    assert_eq!(tiff(&scratch.path("out.tiff")).len(), 3);
}

#[test]
fn a_bar_is_drawn_on_a_terminal_and_nowhere_else() {
    let scratch = Scratch::new();
    let line = "scan -d virtual:?sheets=2&ppm=200 -s feeder -r 75 -m gray -o out.tiff";
    let (code, screen) = Terminal::open(&scratch, line).end();
    assert_eq!(code, 0, "{screen}");
    assert!(
        screen.contains("page 1") && screen.contains('%'),
        "{screen}"
    );
    for option in ["--quiet", "--json"] {
        let (code, screen) = Terminal::open(&scratch, &format!("{line} {option}")).end();
        assert_eq!(code, 0, "{screen}");
        assert!(!screen.contains("page 1"), "{screen}");
    }
    scratch.quire(line).succeeds();
}
