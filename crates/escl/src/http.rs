//! The headers of HTTP that a job depends on.

use std::time::Duration;

/// The longest path of a job, in bytes.
const LONGEST_PATH: usize = 1024;

/// The path in a `Location`, which may be a whole address or a path.
///
/// Nothing else of it is used: devices put in names that nobody can find, `localhost`, and addresses of IPv6
/// that are cut short. `None` for what has no path, or one that cannot be asked for.
pub fn location_path(location: &str) -> Option<String> {
    let location = location.trim();
    let path = match location.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => location.strip_prefix("./").unwrap_or(location),
    };
    let path = path.trim_end_matches('/');
    let path = match path.strip_prefix('/') {
        Some(rest) => format!("/{}", rest.trim_start_matches('/')),
        None => format!("/{path}"),
    };
    let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'#');
    let valid = path.len() > 1 && path.len() <= LONGEST_PATH && path.bytes().all(plain);
    valid.then_some(path)
}

/// The seconds of a `Retry-After`. Dates, which need a clock, are left out.
pub fn retry_after(value: &str) -> Option<Duration> {
    value.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_path_of_a_location() {
        for (location, path) in [
            ("http://127.0.0.1:8080/eSCL/ScanJobs/1", "/eSCL/ScanJobs/1"),
            ("/eSCL/ScanJobs/1", "/eSCL/ScanJobs/1"),
            ("https://localhost/eSCL/ScanJobs/1/", "/eSCL/ScanJobs/1"),
            ("http://[fe80::1/eSCL/ScanJobs/a-b", "/eSCL/ScanJobs/a-b"),
            (
                "http://Scanner name (2)/eSCL/ScanJobs/7",
                "/eSCL/ScanJobs/7",
            ),
            ("eSCL/ScanJobs/7", "/eSCL/ScanJobs/7"),
            ("//eSCL/ScanJobs/7", "/eSCL/ScanJobs/7"),
        ] {
            assert_eq!(location_path(location).as_deref(), Some(path), "{location}");
        }
        for location in ["", "/", "http://host", "/a b", "/a\r\nX: y", "/a#b"] {
            assert_eq!(location_path(location), None, "{location}");
        }
        assert_eq!(location_path(&"/a".repeat(600)), None);
    }

    #[test]
    fn seconds_only() {
        assert_eq!(retry_after(" 2 "), Some(Duration::from_secs(2)));
        assert_eq!(retry_after("Fri, 31 Dec 1999 23:59:59 GMT"), None);
        assert_eq!(retry_after("-1"), None);
    }
}
