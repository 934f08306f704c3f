//! `quire scan`: from a command line to a document and an exit code.

mod check;
pub(crate) mod ending;
pub(crate) mod events;
mod preview;
mod progress;
mod prompt;
mod report;
mod stderr;
mod window;

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use acquire::{Cancel, Outcome, Output};
use devices::Interrupt;
use signal_hook::consts::SIGHUP;

use crate::failure::Failure;
use crate::hiargs::ScanRequest;
use crate::lowargs::ScanArgs;
use crate::{configured, signals, stdout, storage};
use ending::Ending;
pub(crate) use preview::run as run_preview;
use report::Report;

/// Runs the subcommand, whose whole command line is `typed`. Whatever happens is told here, so that there is
/// one end and it is told last.
pub(crate) fn run(typed: &[OsString], args: &ScanArgs) -> u8 {
    let cancel = Cancel::default();
    let report = Arc::new(Report::new(args, &cancel));
    let scanned = cancel_on_signals(&cancel, &report)
        .map_err(Failure::from)
        .and_then(|interrupt| {
            let args = configured::scan(typed, args, &interrupt)?;
            scan(&args, &report, &cancel, &interrupt)
        });
    let ending = match scanned {
        Ok(ending) => ending,
        Err(failure) => Ending::before_start(&failure),
    };
    report.end(&ending);
    ending.code
}

fn scan(
    args: &ScanArgs,
    report: &Arc<Report>,
    cancel: &Cancel,
    interrupt: &Interrupt,
) -> Result<Ending, Failure> {
    let source_date_epoch = std::env::var_os("SOURCE_DATE_EPOCH");
    let request = ScanRequest::new(args, source_date_epoch.as_deref())?;
    if goes_to_stdout(&request.settings.output) && stdout::is_closed() {
        return Err(stdout::closed());
    }
    let device = args.place.open_interruptibly(&request.device, interrupt);
    let device = unless_cancelled(device, cancel)?;
    report.host(&*device);
    if storage::is_storage_only(&*device) {
        return Err(Failure::invalid(&format!(
            "device {}: it stores files and scans no pages; quire show lists them, quire upload stores one",
            request.device
        )));
    }
    let plan = acquire::plan(&device, &request.settings);
    // From now on a signal cancels what is scanned.
    interrupt.disarm();
    let plan = unless_cancelled(plan, cancel)?;
    if args.check {
        match args.json {
            true => stdout::write_json(&check::json(&request, &plan))?,
            false => stdout::write(&check::text(&request, &plan))?,
        }
        return Ok(Ending::checked());
    }
    report.begin(&request, &plan);
    let observer: Arc<dyn acquire::Observer> = Arc::clone(report) as Arc<dyn acquire::Observer>;
    let pages = plan.pages;
    let outcome: Outcome = plan.run(observer, cancel);
    Ok(Ending::of_scan(
        &request.settings,
        pages,
        &outcome,
        report.declined(),
    ))
}

/// What is not to be had any more because of a signal was cancelled, whatever it says of itself.
fn unless_cancelled<T>(had: Result<T, wia::Error>, cancel: &Cancel) -> Result<T, Failure> {
    had.map_err(|e| match cancel.is_cancelled() {
        true => Failure::cancelled_before_start(),
        false => e.into(),
    })
}

/// Cancels on the first signal and exits at once on the second. The first ends what is asked of the device before
/// the scan, too.
fn cancel_on_signals(cancel: &Cancel, report: &Arc<Report>) -> Result<Interrupt, wia::Error> {
    let interrupt = Interrupt::default();
    let (cancel, report, ends) = (cancel.clone(), Arc::clone(report), interrupt.clone());
    signals::on_signals(move |signal| {
        // A person who insists does not want to wait for a device. Of a closed terminal the system and
        // the shell tell, each once.
        if cancel.is_cancelled() && signal != SIGHUP {
            report.exit_at_once();
        }
        cancel.cancel();
        ends.interrupt();
    })?;
    Ok(interrupt)
}

/// Whether the output is the program's own.
pub(crate) fn goes_to_stdout(output: &Output) -> bool {
    match output {
        Output::Stdout => true,
        Output::Path(path) => [Path::new("/dev/stdout"), Path::new("/dev/fd/1")].contains(&&**path),
    }
}

/// Whether the arguments, which clap did not understand, ask for events.
pub(crate) fn wants_events(args: &[OsString]) -> bool {
    let mut options = args.iter().skip(1).take_while(|a| *a != "--");
    options
        .next()
        .is_some_and(|a| a == "scan" || a == "convert")
        && options.any(|a| a == "--json")
}

/// Tells the end of a scan that never began, as an event. Gives its exit code.
pub(crate) fn end_before_start(failure: &Failure) -> u8 {
    let line = events::line(&Ending::before_start(failure).event());
    let _ = std::io::stderr().write_all(&line);
    failure.exit_code()
}
