//! `quire convert`: from documents to a document.

use std::io::{self, IsTerminal, Write};

use acquire::{Cancel, ConvertSettings, ConvertedPage, convert};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use signal_hook::consts::SIGHUP;
use signal_hook::low_level;

use crate::failure::Failure;
use crate::lowargs::ConvertArgs;
use crate::scan::ending::{self, Ending, as_typed};
use crate::scan::{events, goes_to_stdout};
use crate::{hiargs, signals, stdout};

/// Runs the subcommand and gives the exit code; whatever happens is told here.
pub(crate) fn run(args: &ConvertArgs) -> u8 {
    let bar = bar(args);
    let ending = settings(args)
        .and_then(|settings| run_with(args, &settings, &bar))
        .unwrap_or_else(|failure| Ending::before_start(&failure));
    bar.finish_and_clear();
    let mut line = Vec::new();
    if args.json {
        line = events::line(&ending.event());
    } else if let Some(message) = &ending.message {
        line = format!("quire: {message}\n").into_bytes();
    } else if !args.quiet && io::stderr().is_terminal() {
        line = format!("{}\n", ending.made()).into_bytes();
    }
    // Where that cannot be done there is nobody to tell.
    let _ = io::stderr().write_all(&line);
    ending.code
}

fn settings(args: &ConvertArgs) -> Result<ConvertSettings, Failure> {
    let (output, format) = hiargs::output_of(&args.output, args.format, args.append)?;
    if goes_to_stdout(&output) && stdout::is_closed() {
        return Err(stdout::closed());
    }
    let source_date_epoch = std::env::var_os("SOURCE_DATE_EPOCH");
    Ok(ConvertSettings {
        inputs: args.inputs.clone(),
        output,
        format,
        append: args.append,
        compression: hiargs::compression(args.compression),
        quality: args.quality,
        title: args.title.clone(),
        author: args.author.clone(),
        date: source_date_epoch.as_deref().map(hiargs::date).transpose()?,
    })
}

fn run_with(
    args: &ConvertArgs,
    settings: &ConvertSettings,
    bar: &ProgressBar,
) -> Result<Ending, Failure> {
    let cancel = Cancel::default();
    let stop = cancel.clone();
    signals::on_signals(move |signal| {
        // A person who insists does not want to wait for the end of the page.
        if stop.is_cancelled() && signal != SIGHUP {
            low_level::exit(ending::CANCELLED.into());
        }
        stop.cancel();
    })?;
    let mut told = |page: &ConvertedPage| {
        bar.set_length(page.pages.into());
        bar.set_position(page.page.into());
        if args.json {
            let file = page.file.as_deref();
            let file = file.map(|file| events::path_text(&as_typed(&settings.output, file)));
            let mut event = json!({
                "event": "page",
                "page": page.page,
                "pages": page.pages,
                "bytes": page.bytes,
            });
            if let Some(file) = file {
                event["file"] = file.into();
            }
            let _ = io::stderr().write_all(format!("{event}\n").as_bytes());
        }
    };
    let outcome = convert(settings, &mut told, &cancel);
    Ok(Ending::of_conversion(&settings.output, &outcome))
}

/// A bar on a terminal.
fn bar(args: &ConvertArgs) -> ProgressBar {
    let target = match args.quiet || args.json {
        true => ProgressDrawTarget::hidden(),
        false => ProgressDrawTarget::stderr(),
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) =
        ProgressStyle::with_template("page {pos} of {len} [{bar:30}] {percent:>3}%  {elapsed}")
    {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
