//! Output names: patterns of one file a page, and what kind of place a path is.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use wia::{Error, ErrorKind, Result};

use crate::settings::Output;

/// A file name with a place for the page number: `%d`, or `%03d` for at least three digits. `%%` is
/// a percent sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    directory: PathBuf,
    before: Vec<u8>,
    digits: usize,
    after: Vec<u8>,
}

impl Pattern {
    /// The pattern in the last component of `path`; `None` when it has no number.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for two numbers, for a number that is written in another way, or for something
    /// else behind a percent sign beside a number.
    pub(crate) fn parse(path: &Path) -> Result<Option<Pattern>> {
        let Some(name) = path.file_name() else {
            return Ok(None);
        };
        let mut literals = vec![Vec::new()];
        let mut digits = Vec::new();
        let (mut strange, mut malformed) = (false, false);
        let mut bytes = name.as_bytes();
        while let Some((&byte, rest)) = bytes.split_first() {
            bytes = rest;
            if byte != b'%' {
                push(&mut literals, &[byte]);
                continue;
            }
            if let Some(rest) = bytes.strip_prefix(b"%") {
                push(&mut literals, b"%");
                bytes = rest;
                continue;
            }
            let width = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
            let number = &bytes[..width];
            if bytes.get(width) == Some(&b'd') && (number.is_empty() || number[0] == b'0') {
                let number = std::str::from_utf8(number).unwrap_or("");
                digits.push(number.parse::<usize>().unwrap_or(0).min(20));
                literals.push(Vec::new());
                bytes = &bytes[width + 1..];
            } else {
                let flags = bytes.iter().take_while(|b| b"0123456789-+.#".contains(b));
                let flags = flags.count();
                malformed |= flags > 0 && bytes.get(flags) == Some(&b'd');
                strange = true;
                push(&mut literals, b"%");
            }
        }
        let parts: Result<[Vec<u8>; 2], _> = literals.try_into();
        match (parts, digits.as_slice()) {
            (_, []) if malformed => Err(Error::invalid(format!(
                "{}: one file a page is %d, or %03d for numbers of at least three digits; no other number is valid in a name",
                path.display()
            ))),
            (_, []) => Ok(None),
            (Ok([before, after]), [digits]) if !strange => Ok(Some(Pattern {
                directory: path.parent().map(Path::to_owned).unwrap_or_default(),
                before,
                digits: *digits,
                after,
            })),
            _ => Err(Error::invalid(format!(
                "{}: a pattern has one %d (or %03d); write %% for a percent sign",
                path.display()
            ))),
        }
    }

    /// The name of a page, from 1.
    pub(crate) fn name(&self, page: u32) -> PathBuf {
        let mut name = self.before.clone();
        name.extend_from_slice(format!("{page:0width$}", width = self.digits).as_bytes());
        name.extend_from_slice(&self.after);
        self.directory.join(OsString::from_vec(name))
    }

    /// The pages, from 1, whose name is taken, or that of their file under construction.
    pub(crate) fn pages_there(&self) -> Vec<u32> {
        // A directory that cannot be listed is looked at page by page when the time comes.
        let Ok(entries) = fs::read_dir(directory_of(&self.directory.join("name"))) else {
            return Vec::new();
        };
        let number = |name: &[u8]| {
            let number = name
                .strip_prefix(self.before.as_slice())?
                .strip_suffix(self.after.as_slice())?;
            let page: u32 = std::str::from_utf8(number).ok()?.parse().ok()?;
            let written = format!("{page:0width$}", width = self.digits);
            (page > 0 && written.as_bytes() == number).then_some(page)
        };
        let page = |name: &OsStr| {
            let name = name.as_bytes();
            let partial = name
                .strip_prefix(b".")
                .and_then(|name| name.strip_suffix(b".partial"));
            partial.and_then(number).or_else(|| number(name))
        };
        let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
        let mut pages: Vec<_> = names.filter_map(|name| page(&name)).collect();
        pages.sort_unstable();
        pages.dedup();
        pages
    }
}

fn push(literals: &mut [Vec<u8>], bytes: &[u8]) {
    if let Some(last) = literals.last_mut() {
        last.extend_from_slice(bytes);
    }
}

/// What kind of place an output is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A regular file, there or not: the resolved target.
    File(PathBuf),
    /// One regular file a page.
    Files(Pattern),
    /// A device that keeps nothing: `/dev/null`, `/dev/zero`, `/dev/full`.
    Null(PathBuf),
    /// A FIFO, or a character device such as a terminal: takes bytes in order.
    Pipe(PathBuf),
    /// Standard output.
    Stdout,
}

impl Place {
    /// Looks what the output is. Nothing is created.
    ///
    /// # Errors
    ///
    /// `WriteFault` or `AccessDenied` for a directory that is missing, or is no directory, or a
    /// target that is one; `InvalidArgument` for a bad pattern, or a name that can only be a
    /// directory's.
    pub(crate) fn of(output: &Output) -> Result<Place> {
        let path = match output {
            Output::Stdout => return Ok(Place::Stdout),
            Output::Path(path) => path,
        };
        if ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]
            .contains(&path.to_string_lossy().as_ref())
        {
            return Ok(Place::Stdout);
        }
        if names_directory(path) {
            return Err(Error::invalid(format!(
                "{}: is the name of a directory, not of a file",
                path.display()
            )));
        }
        if let Some(pattern) = Pattern::parse(path)? {
            check_directory(&pattern.name(1))?;
            return Ok(Place::Files(pattern));
        }
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => Err(Error::new(
                ErrorKind::WriteFault,
                format!("{}: is a directory", path.display()),
            )),
            Ok(meta) if meta.file_type().is_fifo() => Ok(Place::Pipe(path.clone())),
            Ok(meta) if meta.file_type().is_char_device() && keeps_nothing(meta.rdev()) => {
                Ok(Place::Null(path.clone()))
            }
            Ok(meta) if meta.file_type().is_char_device() => Ok(Place::Pipe(path.clone())),
            Ok(meta) if meta.is_file() => resolve(path).map(Place::File),
            Ok(_) => Err(Error::new(
                ErrorKind::WriteFault,
                format!(
                    "{}: is neither a file, a character device nor a FIFO",
                    path.display()
                ),
            )),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let target = resolve(path)?;
                check_directory(&target)?;
                Ok(Place::File(target))
            }
            Err(e) => Err(Error::from_write(e).context(path.display())),
        }
    }
}

/// Whether the character device of this number takes bytes and forgets them: null, zero and full, of
/// the devices with the major number 1. Linux gives these numbers to no other.
pub(crate) fn keeps_nothing(device: u64) -> bool {
    rustix::fs::major(device) == 1 && [3, 5, 7].contains(&rustix::fs::minor(device))
}

/// The path with every symbolic link followed, also one that leads to nothing yet.
pub(crate) fn resolve(link: &Path) -> Result<PathBuf> {
    // As many links as Linux itself follows.
    const MOST_LINKS: usize = 40;
    let mut path = link.to_owned();
    for _ in 0..MOST_LINKS {
        if names_directory(&path) {
            return Err(Error::new(
                ErrorKind::WriteFault,
                format!(
                    "{}: leads to {}, which is the name of a directory",
                    link.display(),
                    path.display()
                ),
            ));
        }
        match fs::read_link(&path) {
            Ok(next) => {
                let base = path.parent().map(Path::to_owned).unwrap_or_default();
                path = base.join(next);
            }
            Err(_) => {
                // Not a link: what is left are links in the directories before it.
                let directory = directory_of(&path);
                let directory = fs::canonicalize(&directory)
                    .map_err(|e| Error::from_write(e).context(directory.display()))?;
                let name = path.file_name().ok_or_else(|| {
                    Error::new(
                        ErrorKind::WriteFault,
                        format!("{}: is no file name", path.display()),
                    )
                })?;
                return Ok(directory.join(name));
            }
        }
    }
    Err(Error::new(
        ErrorKind::WriteFault,
        format!("{}: too many symbolic links", link.display()),
    ))
}

/// Whether a path can only be that of a directory: its last part is empty or made of dots.
fn names_directory(path: &Path) -> bool {
    let last = path.as_os_str().as_bytes().rsplit(|b| *b == b'/').next();
    matches!(last, Some(b"" | b"." | b".."))
}

/// The directory that a file is in; `.` for a bare name.
pub(crate) fn directory_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn check_directory(target: &Path) -> Result<()> {
    let directory = directory_of(target);
    let meta =
        fs::metadata(&directory).map_err(|e| Error::from_write(e).context(directory.display()))?;
    if meta.is_dir() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::WriteFault,
        format!("{}: is not a directory", directory.display()),
    ))
}

/// The ending of an output's name, in lower case, without the dot.
pub(crate) fn ending(path: &Path) -> Option<String> {
    path.extension()
        .and_then(OsStr::to_str)
        .map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Option<Pattern> {
        Pattern::parse(Path::new(text)).unwrap()
    }

    #[test]
    fn patterns_number_from_the_given_width() {
        let p = pattern("out/page-%03d.png").unwrap();
        assert_eq!(p.name(7), Path::new("out/page-007.png"));
        assert_eq!(p.name(1234), Path::new("out/page-1234.png"));
        assert_eq!(pattern("%d.raw").unwrap().name(10), Path::new("10.raw"));
        assert_eq!(pattern("a%%b%d").unwrap().name(1), Path::new("a%b1"));
    }

    #[test]
    fn a_name_without_a_number_is_no_pattern() {
        assert_eq!(pattern("out.tiff"), None);
        assert_eq!(pattern("100%.tiff"), None);
        assert_eq!(pattern("dir%d/out.tiff"), None);
    }

    #[test]
    fn two_numbers_or_strange_ones_are_refused() {
        assert!(Pattern::parse(Path::new("%d-%d.png")).is_err());
        assert!(Pattern::parse(Path::new("%d%s.png")).is_err());
        for name in [
            "q%3d.tiff",
            "q%-3d.tiff",
            "q%+d.tiff",
            "q%.3d.tiff",
            "q%10d.tiff",
        ] {
            let e = Pattern::parse(Path::new(name)).unwrap_err();
            assert_eq!(e.kind().exit_code(), 2);
            assert!(e.to_string().contains(name), "{e}");
        }
    }

    #[test]
    fn pages_of_a_pattern_are_found_by_their_numbers() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            ".p-02.png.partial",
            ".p-100.png.partial",
            ".p-11.png.partial",
            ".p-2.png.partial",
            ".p-00.png.partial",
            ".p-03.jpg.partial",
            ".p-+5.png.partial",
            "p-04.png",
            "p-11.png",
        ] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let p = Pattern::parse(&dir.path().join("p-%02d.png")).unwrap();
        assert_eq!(p.unwrap().pages_there(), [2, 4, 11, 100]);
    }

    #[test]
    fn only_devices_that_forget_keep_nothing() {
        let place = |path: &str| Place::of(&Output::Path(path.into())).unwrap();
        for path in ["/dev/null", "/dev/zero", "/dev/full"] {
            assert_eq!(place(path), Place::Null(path.into()));
        }
        // Others take the bytes in their order.
        assert_eq!(place("/dev/ptmx"), Place::Pipe("/dev/ptmx".into()));
        assert_eq!(place("/dev/stdout"), Place::Stdout);
    }

    #[test]
    fn links_are_followed_also_to_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(dir.path()).unwrap();
        std::os::unix::fs::symlink("there.tiff", dir.path().join("link")).unwrap();
        assert_eq!(
            resolve(&dir.path().join("link")).unwrap(),
            real.join("there.tiff")
        );
        std::os::unix::fs::symlink("loop", dir.path().join("loop")).unwrap();
        assert!(resolve(&dir.path().join("loop")).is_err());
    }
}
