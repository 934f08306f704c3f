//! What to do with a file under construction that is there already.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use formats::DocumentFormat;
use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;
use wia::{Error, ErrorKind, Result};

/// Locks a file.
///
/// # Errors
///
/// `OutputInUse` when another process has locked it; what the file system says.
pub(super) fn lock(file: &File, partial: &Path) -> Result<()> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(()),
        Err(Errno::WOULDBLOCK) => Err(in_use(partial)),
        Err(e) => Err(Error::from_write(e.into()).context(partial.display())),
    }
}

pub(super) fn in_use(partial: &Path) -> Error {
    Error::new(
        ErrorKind::OutputInUse,
        format!("{} is in use by another scan", partial.display()),
    )
}

/// Says why an existing partial file stops this scan; `None` when it does not exist any more.
pub(super) fn refuse(partial: &Path) -> Option<Error> {
    // On file systems without O_TMPFILE a new file is unlocked for an instant.
    const INSTANT: Duration = Duration::from_millis(200);
    let begin = Instant::now();
    loop {
        let locked = match open_to_look(partial) {
            Ok(file) => {
                flock(&file, FlockOperation::NonBlockingLockShared) == Err(Errno::WOULDBLOCK)
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound && !partial.is_symlink() => return None,
            Err(_) => false,
        };
        if locked {
            return Some(in_use(partial));
        }
        let empty = fs::metadata(partial).is_ok_and(|m| m.len() == 0);
        if !empty || begin.elapsed() > INSTANT {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    let shown = partial.display();
    let advice = match useless(partial) {
        Some(why) => format!("{why}, and quire recover makes nothing of it: remove it"),
        None => format!(
            "finish it with: quire recover {} (or rename or remove it)",
            quoted(partial)
        ),
    };
    Some(Error::new(
        ErrorKind::WriteFault,
        format!("{shown} was left by a scan that was cut short; {advice}"),
    ))
}

/// Why no document can be made of what a crash has left; `None` where it may be possible.
pub(super) fn useless(partial: &Path) -> Option<&'static str> {
    let meta = fs::symlink_metadata(partial).ok()?;
    if meta.is_symlink() {
        return Some("it is a symbolic link");
    }
    if !meta.is_file() {
        return Some("it is no regular file");
    }
    if meta.len() == 0 {
        return Some("it is empty");
    }
    // What cannot be looked at may be anything.
    let file = open_to_look(partial).ok()?;
    let mut start = [0; 4];
    let some = usize::try_from(meta.len()).map_or(4, |len| len.min(4));
    file.read_exact_at(&mut start[..some], 0).ok()?;
    match DocumentFormat::from_start(&start) {
        Some(DocumentFormat::Tiff | DocumentFormat::Pdf) => None,
        _ => Some("it is neither a TIFF nor a PDF"),
    }
}

/// Opens for reading, and does not wait for whoever writes to it should it be a FIFO.
fn open_to_look(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
}

/// A path as a shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"/._-+:,@%=".contains(b);
    let bytes = path.as_os_str().as_bytes();
    let dashed = if bytes.starts_with(b"-") { "./" } else { "" };
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.is_empty() && bytes.iter().all(plain) => format!("{dashed}{text}"),
        Ok(text) if !text.chars().any(char::is_control) => {
            format!("{dashed}'{}'", text.replace('\'', r"'\''"))
        }
        _ => {
            let escaped = bytes.iter().map(|b| match b {
                b'\'' | b'\\' => format!("\\{}", char::from(*b)),
                b' '..=b'~' => char::from(*b).to_string(),
                _ => format!("\\x{b:02x}"),
            });
            format!("{dashed}$'{}'", escaped.collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn a_shell_reads_a_quoted_path_as_it_is() {
        let paths: [&[u8]; 9] = [
            b"/tmp/.a.tiff.partial",
            b"/tmp/sp ace/.a b.tiff.partial",
            b"it's",
            b"$HOME `x` \"y\" ~ * ? ! # & ; ( ) < > | { } [ ]",
            b"-rf",
            b"-rf it's",
            b"caf\xc3\xa9",
            b"caf\xe9 'x' \\",
            b"two\nlines\t\x7f",
        ];
        for bytes in paths {
            let path = Path::new(OsStr::from_bytes(bytes));
            let script = format!("printf %s {}", quoted(path));
            let ended = std::process::Command::new("bash")
                .args(["-c", &script])
                .output()
                .unwrap();
            let told = ended.stdout.strip_prefix(b"./").unwrap_or(&ended.stdout);
            assert_eq!(told, bytes, "{script}");
            assert!(!script.contains('\n'), "{script}");
        }
        assert_eq!(
            quoted(Path::new("/a/.b.tiff.partial")),
            "/a/.b.tiff.partial"
        );
    }
}
