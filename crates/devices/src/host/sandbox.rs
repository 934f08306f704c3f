//! What a driver is kept from, as far as the kernel helps.
//!
//! Files: the system's can be read and run, those of devices and temporary ones written, nobody's home is
//! seen (landlock). Calls that no driver needs are refused (seccomp). Memory has a limit. What cannot be had
//! is left out and said.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, Ruleset, RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _,
    RulesetStatus, path_beneath_rules,
};
use rustix::fs::{Access, access};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
use wia::Result;

use crate::DeviceUri;

/// Says how many MiB of memory a driver may have; 0 for no limit.
const MEMORY: &str = "QUIRE_DRIVER_MEMORY";

/// MiB that it may have otherwise.
const USUAL_MEMORY: u64 = 2048;

/// Restricts this thread and all that it starts from now on, for a device of this URI. Gives sentences about
/// what is in force and what is not.
pub(super) fn enter(uri: &str) -> Vec<String> {
    let uri = DeviceUri::parse(uri).ok();
    let mut said = vec![memory(), files(uri.as_ref()), calls()];
    let escl = uri.as_ref().is_some_and(|uri| uri.scheme() == "escl");
    if escl && certificates().is_none() {
        said.push(
            "certificates: not remembered, there is no place for them: any is taken".to_owned(),
        );
    }
    said
}

/// Where certificates of scanners are remembered; `None` where there is no place.
fn certificates() -> Option<PathBuf> {
    let state = of_user("XDG_STATE_HOME", ".local/state")?;
    // A rule needs something to be for.
    fs::create_dir_all(&state).ok()?;
    access(&state, Access::WRITE_OK).ok()?;
    Some(state)
}

fn memory() -> String {
    let asked = env::var(MEMORY).ok().and_then(|text| text.parse().ok());
    let asked = asked.unwrap_or(USUAL_MEMORY);
    // A crash is told by its signal. Its memory would take seconds to write down.
    let none = Rlimit {
        current: Some(0),
        maximum: getrlimit(Resource::Core).maximum,
    };
    let _ = setrlimit(Resource::Core, none);
    if asked == 0 {
        return format!("memory: not limited, as {MEMORY} says");
    }
    // What it has besides (shared memory, files in memory) has no limit that a process can be given. When memory
    // gets short this one is the first to go.
    let _ = fs::write("/proc/self/oom_score_adj", "500");
    let limit = Rlimit {
        current: Some(asked.saturating_mul(1 << 20)),
        maximum: getrlimit(Resource::Data).maximum,
    };
    match setrlimit(Resource::Data, limit) {
        Ok(()) => {
            format!("memory: at most {asked} MiB; temporary files and shared memory do not count")
        }
        Err(e) => format!("memory: not limited: {e}"),
    }
}

fn files(uri: Option<&DeviceUri>) -> String {
    let abi = ABI::V5;
    let restricted = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))
        .and_then(Ruleset::create)
        .and_then(|ruleset| {
            ruleset.add_rules(path_beneath_rules(readable(uri), AccessFs::from_read(abi)))
        })
        .and_then(|ruleset| {
            ruleset.add_rules(path_beneath_rules(writable(uri), AccessFs::from_all(abi)))
        })
        .and_then(RulesetCreated::restrict_self);
    match restricted.map(|status| status.ruleset) {
        Ok(RulesetStatus::FullyEnforced) => {
            "files: the system's to read, devices and temporary ones to write (landlock)".to_owned()
        }
        Ok(RulesetStatus::PartiallyEnforced) => {
            "files: the system's to read, devices and temporary ones to write (landlock, in part: the \
             kernel is older)"
                .to_owned()
        }
        Ok(RulesetStatus::NotEnforced) => {
            "files: not restricted, the kernel has no landlock".to_owned()
        }
        Err(e) => format!("files: not restricted: {e}"),
    }
}

/// Everything but the homes; where libraries and configurations were said to be; what the device itself is.
fn readable(uri: Option<&DeviceUri>) -> Vec<PathBuf> {
    let mut homes = vec![PathBuf::from("/home"), "/root".into()];
    homes.extend(env::home_dir());
    let real: Vec<_> = homes.iter().flat_map(fs::canonicalize).collect();
    homes.extend(real);
    let mut paths = around(Path::new("/"), &homes);
    for variable in ["SANE_CONFIG_DIR", "LD_LIBRARY_PATH", "QUIRE_LIBSANE"] {
        let value = env::var_os(variable).unwrap_or_default();
        paths.extend(env::split_paths(&value).filter(|path| path.is_absolute()));
    }
    let exe = env::current_exe().ok();
    paths.extend(exe.as_deref().and_then(Path::parent).map(Path::to_owned));
    paths.extend(of_user("XDG_CONFIG_HOME", ".config"));
    if let Some(uri) = uri.filter(|uri| ["virtual", "folder"].contains(&uri.scheme())) {
        let path = Path::new(uri.path());
        paths.push(path.to_owned());
        // A description of a scanner names its images.
        if path.is_file() {
            let folder = path.parent().filter(|folder| *folder != OsStr::new(""));
            paths.push(folder.unwrap_or(Path::new(".")).to_owned());
        }
    }
    // A driver's library may be in a home, with what belongs to it in its folder.
    let library = uri.filter(|uri| uri.scheme() == "com");
    let folder = library.and_then(|uri| Path::new(uri.path()).parent());
    paths.extend(folder.map(|folder| match folder == OsStr::new("") {
        true => PathBuf::from("."),
        false => folder.to_owned(),
    }));
    paths
}

/// What is in a folder but homes. Of a folder that a home is in (a daemon's may be in `/var/lib`, or in `/usr`) it is
/// what is around that. Links are left out: where they lead is in a folder too.
fn around(folder: &Path, homes: &[PathBuf]) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if link || homes.contains(&path) {
            continue;
        }
        match homes.iter().any(|home| home.starts_with(&path)) {
            true => paths.extend(around(&path, homes)),
            false => paths.push(path),
        }
    }
    paths
}

/// Devices, temporary files and locks; where a driver of ours keeps what it has learnt; what a storage
/// device stores.
fn writable(uri: Option<&DeviceUri>) -> Vec<PathBuf> {
    let places = ["/dev", "/tmp", "/var/tmp", "/run/lock", "/var/lock"];
    let mut paths: Vec<_> = places.into_iter().map(PathBuf::from).collect();
    paths.push(env::temp_dir());
    let Some(uri) = uri else {
        return paths;
    };
    if uri.scheme() == "escl" {
        paths.extend(certificates());
    }
    if uri.scheme() == "folder" {
        paths.push(PathBuf::from(uri.path()));
    }
    if uri.scheme() == "sane" {
        // Where back ends keep their calibration; genesys' sheet-fed scanners cannot do without.
        paths.extend(
            env::home_dir()
                .map(|home| home.join(".sane"))
                .filter(|p| p.is_dir()),
        );
    }
    paths
}

/// Quire's own directory among a user's.
fn of_user(variable: &str, usual: &str) -> Option<PathBuf> {
    let said = env::var_os(variable).map(PathBuf::from);
    let said = said.filter(|path| path.is_absolute());
    let all = said.or_else(|| Some(env::home_dir()?.join(usual)))?;
    Some(all.join("quire"))
}

fn calls() -> String {
    match refuse_calls() {
        Ok(()) => format!(
            "calls: {} that no driver needs are refused (seccomp)",
            REFUSED.len()
        ),
        Err(e) => format!("calls: not restricted: {e}"),
    }
}

/// Calls that look into other processes, change the machine, or leave the sandbox; a process that left the group
/// would outlive it, and a file in memory has no limit.
const REFUSED: [i64; 32] = [
    libc::SYS_acct,
    libc::SYS_add_key,
    libc::SYS_bpf,
    libc::SYS_clock_adjtime,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_finit_module,
    libc::SYS_fsopen,
    libc::SYS_init_module,
    libc::SYS_kexec_load,
    libc::SYS_keyctl,
    libc::SYS_memfd_create,
    libc::SYS_mount,
    libc::SYS_move_mount,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_perf_event_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pivot_root,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_ptrace,
    libc::SYS_quotactl,
    libc::SYS_reboot,
    libc::SYS_request_key,
    libc::SYS_setns,
    libc::SYS_setpgid,
    libc::SYS_setsid,
    libc::SYS_swapon,
    libc::SYS_umount2,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
];

fn refuse_calls() -> Result<(), Box<dyn std::error::Error>> {
    let rules: BTreeMap<i64, _> = REFUSED.into_iter().map(|call| (call, Vec::new())).collect();
    let eperm = u32::try_from(libc::EPERM)?;
    let arch = TargetArch::try_from(env::consts::ARCH)?;
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(eperm),
        arch,
    )?;
    let program = BpfProgram::try_from(filter)?;
    seccompiler::apply_filter(&program)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::thread;

    use super::*;

    /// A filter is of a thread, so that the other tests go on as they were.
    #[test]
    fn nothing_leaves_its_group_or_makes_files_in_memory() {
        use rustix::fs::{MemfdFlags, memfd_create};
        use rustix::io::Errno;
        thread::spawn(|| {
            let said = calls();
            if !said.ends_with("(seccomp)") {
                assert!(said.contains("not restricted"), "{said}");
                return;
            }
            let group = rustix::process::setpgid(None, None);
            assert_eq!(group.unwrap_err(), Errno::PERM);
            let file = memfd_create("hog", MemfdFlags::CLOEXEC);
            assert_eq!(file.unwrap_err(), Errno::PERM);
        })
        .join()
        .unwrap();
    }

    #[test]
    fn a_home_takes_nothing_with_it() {
        let root = tempfile::tempdir().unwrap();
        let at = |place: &str| root.path().join(place);
        for place in ["home/a", "usr/bin", "usr/lib/scans/x", "usr/lib/sane"] {
            fs::create_dir_all(at(place)).unwrap();
        }
        fs::write(at("usr/lib/libsane.so"), "").unwrap();
        std::os::unix::fs::symlink(at("usr/lib"), at("lib")).unwrap();
        let found = |homes: &[&str]| {
            let homes: Vec<_> = homes.iter().map(|home| at(home)).collect();
            let mut found = around(root.path(), &homes);
            found.sort();
            found
        };
        assert_eq!(found(&["home", "home/a"]), [at("usr")]);
        let expected = ["usr/bin", "usr/lib/libsane.so", "usr/lib/sane"].map(at);
        assert_eq!(found(&["home", "usr/lib/scans"]), expected);
        assert_eq!(found(&["nowhere"]), [at("home"), at("usr")]);
    }

    /// Landlock is of a thread, so that the other tests go on as they were.
    #[test]
    fn a_home_is_not_seen_and_the_system_not_written() {
        let home = env::home_dir().filter(|home| fs::read_dir(home).is_ok());
        let outside = |path: &Path| !writable(None).iter().any(|place| path.starts_with(place));
        thread::spawn(move || {
            let said = files(None);
            if !said.ends_with("(landlock)") {
                // What is not there is said.
                assert!(
                    said.contains("not restricted") || said.contains("in part"),
                    "{said}"
                );
                return;
            }
            let denied = |e: std::io::Error| assert_eq!(e.kind(), ErrorKind::PermissionDenied);
            if let Some(home) = home.filter(|home| outside(home)) {
                denied(fs::read_dir(home).unwrap_err());
            }
            denied(fs::File::create("/etc/quire-sandbox").unwrap_err());
            assert!(fs::read("/etc/passwd").is_ok());
            tempfile::tempfile().unwrap();
            fs::write("/dev/null", b"x").unwrap();
        })
        .join()
        .unwrap();
    }
}
