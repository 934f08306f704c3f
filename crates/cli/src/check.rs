//! `quire check`: whether a device's driver does its duties.

use serde_json::json;
use testkit::{Faces, Report};

use crate::failure::Failure;
use crate::lowargs::CheckArgs;
use crate::{configured, stdout};

pub(crate) fn run(args: &CheckArgs) -> Result<u8, Failure> {
    let device = configured::device(Some(&args.device))?;
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
