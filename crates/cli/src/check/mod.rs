//! `quire check`: whether a device's driver does its duties.

mod child;

use serde_json::json;
use testkit::{Faces, Report, Row};

use crate::failure::Failure;
use crate::lowargs::CheckArgs;
use crate::{configured, stdout};

pub(crate) use child::{COMMAND, serve};

pub(crate) fn run(args: &CheckArgs) -> Result<u8, Failure> {
    let device = configured::device(&args.device)?;
    let mut written = Ok(());
    // It takes a while: each row is shown when it is known.
    let mut each = |row: &Row| {
        if !args.json {
            written = stdout::write(&row.to_string());
        }
        written.is_ok()
    };
    let report = match devices::has_host(&device, args.place.placement()) {
        true => child::check(&device, &mut each)?,
        false => {
            let open = || devices::open_driver(&device);
            testkit::check_each(&open, Faces::Both, &mut each)?
        }
    };
    written?;
    match args.json {
        true => stdout::write_json(&json(&report))?,
        false => stdout::write(&format!("{}\n", report.summary()))?,
    }
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
