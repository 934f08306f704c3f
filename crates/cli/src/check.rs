//! `quire check`: whether a device's driver does its duties.

use std::process::{Command, Stdio};

use serde_json::json;
use testkit::{Faces, Report};
use wia::{Error, ErrorKind};

use crate::failure::Failure;
use crate::lowargs::CheckArgs;
use crate::{configured, stdout};

pub(crate) fn run(args: &CheckArgs) -> Result<u8, Failure> {
    let device = configured::device(Some(&args.device))?;
    if devices::has_host(&device, args.place.placement()) {
        return in_child(args, &device);
    }
    let open = || devices::open_driver(&device);
    if args.json {
        let report = testkit::check(&open, Faces::Both)?;
        stdout::write_json(&json(&report))?;
        return Ok(u8::from(report.failed() > 0));
    }
    // It takes a while: each row is shown when it is known.
    let mut written = Ok(());
    let report = testkit::check_each(&open, Faces::Both, &mut |row| {
        written = stdout::write(&row.to_string());
        written.is_ok()
    })?;
    written?;
    stdout::write(&format!("{}\n", report.summary()))?;
    Ok(u8::from(report.failed() > 0))
}

/// The same in a process of its own: what a driver of others does to it is a failing duty.
fn in_child(args: &CheckArgs, device: &str) -> Result<u8, Failure> {
    let mut child = Command::new("/proc/self/exe");
    child.args(["check", "--in-process"]);
    if args.json {
        child.arg("--json");
    }
    child.arg("--").arg(device).stdin(Stdio::null());
    let status = child
        .status()
        .map_err(|e| Error::from_io(e, ErrorKind::Unexpected).context("starting the check"))?;
    match status.code().and_then(|code| u8::try_from(code).ok()) {
        Some(code) => Ok(code),
        None => Err(Failure::new(
            ErrorKind::ExceptionInDriver,
            &format!("the driver crashed in the middle of a duty: {status}"),
        )),
    }
}

fn json(report: &Report) -> serde_json::Value {
    let rows = report.rows().iter().map(|row| {
        json!({
            "duty": row.duty.id,
            "section": row.duty.section,
            "hwc": row.duty.hwc,
            "says": row.duty.says,
            "outcome": row.outcome.word(),
            "why": row.outcome.why(),
        })
    });
    json!({
        "duties": rows.collect::<Vec<_>>(),
        "passed": report.passed(),
        "failed": report.failed(),
        "not_applicable": report.not_applicable(),
        "left_out": report.left_out(),
    })
}
