//! `quire preview`: a coarse look at the glass, and the regions on it.

use std::sync::Arc;

use acquire::{AreaMm, Cancel, Outcome};
use serde_json::json;

use super::ending::Ending;
use super::report::Report;
use super::{cancel_on_signals, goes_to_stdout, unless_cancelled};
use crate::failure::Failure;
use crate::hiargs::ScanRequest;
use crate::lowargs::{PreviewArgs, ScanArgs, SourceName, TransferName};
use crate::{configured, stdout};

/// Runs the subcommand and gives the exit code; whatever happens is told here.
pub(crate) fn run(args: &PreviewArgs) -> u8 {
    let cancel = Cancel::default();
    let scan = as_scan(args);
    let report = Arc::new(Report::new(&scan, &cancel));
    let ending = match preview(args, &scan, &report, &cancel) {
        Ok(ending) => ending,
        Err(failure) => Ending::before_start(&failure),
    };
    report.end(&ending);
    ending.code
}

/// The scan that a preview is.
fn as_scan(args: &PreviewArgs) -> ScanArgs {
    ScanArgs {
        device: args.device.clone(),
        profile: None,
        source: SourceName::Flatbed,
        resolution: args.resolution.unwrap_or_default(),
        mode: args.mode,
        depth: None,
        page: "auto".to_owned(),
        area: args.area.clone(),
        pages: Some(1),
        output: args.output.clone(),
        format: args.format,
        compression: None,
        quality: args.quality,
        transfer: TransferName::Stream,
        append: false,
        title: String::new(),
        author: String::new(),
        set: Vec::new(),
        filter: args.filter.clone(),
        check: false,
        json: false,
        verbose: false,
        quiet: args.quiet,
        no_prompt: true,
        place: args.place,
    }
}

fn preview(
    args: &PreviewArgs,
    scan: &ScanArgs,
    report: &Arc<Report>,
    cancel: &Cancel,
) -> Result<Ending, Failure> {
    let source_date_epoch = std::env::var_os("SOURCE_DATE_EPOCH");
    let interrupt = cancel_on_signals(cancel, report)?;
    let scan = ScanArgs {
        device: Some(configured::chosen_device(
            scan.device.as_deref(),
            &interrupt,
        )?),
        ..scan.clone()
    };
    let request = ScanRequest::new(&scan, source_date_epoch.as_deref())?;
    if goes_to_stdout(&request.settings.output) {
        return Err(Failure::invalid(
            "-o: standard output is for the list of regions; the picture goes to a file",
        ));
    }
    let device = args.place.open_interruptibly(&request.device, &interrupt);
    let device = unless_cancelled(device, cancel)?;
    let plan = acquire::plan_preview(&device, &request.settings, args.resolution);
    interrupt.disarm();
    let plan = unless_cancelled(plan, cancel)?;
    report.begin(&request, &plan);
    let observer: Arc<dyn acquire::Observer> = Arc::clone(report) as Arc<dyn acquire::Observer>;
    let (pages, preview) = (plan.pages, plan.preview());
    let outcome: Outcome = plan.run(observer, cancel);
    let ending = Ending::of_scan(&request.settings, pages, &outcome, report.declined());
    match preview.filter(|_| ending.code == 0) {
        Some(preview) => match list(args.json, &acquire::regions(preview.as_ref())) {
            Ok(()) => Ok(ending),
            Err(failure) => Ok(ending.but(&failure)),
        },
        None => Ok(ending),
    }
}

/// Prints the regions.
fn list(as_json: bool, regions: &Result<Vec<AreaMm>, wia::Error>) -> Result<(), Failure> {
    let regions = regions.as_ref().map_err(|e| Failure::from(e.clone()))?;
    let tenths = |mm: f64| (mm * 10.0).round() / 10.0;
    let regions = regions
        .iter()
        .map(|area| [area.x, area.y, area.width, area.height].map(tenths));
    let numbered = (1..).zip(regions);
    if as_json {
        let regions: Vec<_> = numbered
            .map(|(number, [x, y, width, height])| {
                json!({ "number": number, "x": x, "y": y, "width": width, "height": height })
            })
            .collect();
        return stdout::write_json(&json!({ "regions": regions }));
    }
    let lines = numbered.map(|(number, [x, y, width, height])| {
        format!("{number}  {x:.1},{y:.1},{width:.1},{height:.1}\n")
    });
    stdout::write(&lines.collect::<String>())
}
