//! A failure as a person sees it: one line and an exit code.

use std::io::Write;

use wia::{Error, ErrorKind};

/// Why the program ends with something else than 0.
#[derive(Clone, Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// A failure with the exit code of a kind.
    pub(crate) fn new(kind: ErrorKind, message: &str) -> Failure {
        Failure {
            code: kind.exit_code(),
            message: one_line(message),
        }
    }

    /// A failure that another process told of.
    pub(crate) fn with_code(code: u8, message: &str) -> Failure {
        Failure {
            code,
            message: one_line(message),
        }
    }

    /// A cancel before there was anything to keep.
    pub(crate) fn cancelled_before_start() -> Failure {
        Failure::new(ErrorKind::Abort, "cancelled; nothing was scanned")
    }

    /// Wrong usage.
    pub(crate) fn invalid(message: &str) -> Failure {
        Failure::new(ErrorKind::InvalidArgument, message)
    }

    /// Something of the contract that this version does not have.
    pub(crate) fn not_yet(what: &str) -> Failure {
        Failure::new(
            ErrorKind::NotImplemented,
            &format!("{what} is not in this version"),
        )
    }

    /// What clap has to say, in one line: its paragraphs up to the usage.
    pub(crate) fn usage(e: &clap::Error) -> Failure {
        let text = e.render().to_string();
        if e.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            // The help itself, which is more than a line.
            return Failure {
                message: text,
                ..Failure::invalid("")
            };
        }
        let mut message = String::new();
        for line in text.lines().map(str::trim) {
            if line.starts_with("Usage:") || line.starts_with("For more information") {
                break;
            }
            if line.is_empty() {
                continue;
            }
            if !message.is_empty() {
                let joint = if line.starts_with("tip:") { "; " } else { " " };
                message.push_str(joint);
            }
            message.push_str(line);
        }
        let message = message.strip_prefix("error: ").unwrap_or(&message);
        Failure::invalid(&format!("{message} (see quire --help)"))
    }

    /// The exit code of the contract.
    pub fn exit_code(&self) -> u8 {
        self.code
    }

    /// The sentence, without the program's name.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Prints the sentence on standard error. Where that cannot be done there is nobody to tell.
    pub fn tell(&self) {
        let stderr = std::io::stderr();
        let _ = match self.message.contains('\n') {
            true => writeln!(stderr.lock(), "{}", self.message.trim_end()),
            false => writeln!(stderr.lock(), "quire: {}", self.message),
        };
    }
}

impl From<Error> for Failure {
    fn from(e: Error) -> Failure {
        Failure::new(e.kind(), &e.to_string())
    }
}

/// File names and foreign messages may hold line breaks; a message is one line.
pub(crate) fn one_line(text: &str) -> String {
    text.trim_end()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
