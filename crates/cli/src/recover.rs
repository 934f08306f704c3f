//! `quire recover`: documents that a crash cut short.

use acquire::Recovered;
use serde_json::json;

use crate::failure::{Failure, one_line};
use crate::lowargs::RecoverArgs;
use crate::stdout;

/// Finishes each file that can be finished. The first failure is the one that the program ends with;
/// others are told before.
pub(crate) fn run(args: &RecoverArgs) -> Result<u8, Failure> {
    let mut finished = Vec::new();
    let mut failures = Vec::new();
    for file in &args.files {
        match acquire::recover(file) {
            Ok(document) if args.json => finished.push(as_json(&document)),
            Ok(document) => stdout::write(&format!("{}\n", one_line(&as_text(&document))))?,
            Err(e) => failures.push(Failure::from(e)),
        }
    }
    if args.json {
        stdout::write_json(&finished.into())?;
    }
    let mut failures = failures.into_iter();
    let first = failures.next();
    failures.for_each(|failure| failure.tell());
    first.map_or(Ok(0), Err)
}

fn as_text(document: &Recovered) -> String {
    let pages = match document.pages {
        1 => "1 page".to_owned(),
        pages => format!("{pages} pages"),
    };
    let cut = match &document.cut {
        Some(e) => format!("; cut off behind: {e}"),
        None => String::new(),
    };
    format!("{}: {pages}{cut}", document.file.display())
}

fn as_json(document: &Recovered) -> serde_json::Value {
    json!({
        "file": document.file.to_string_lossy(),
        "pages": document.pages,
        "cut": document.cut.as_ref().map(ToString::to_string),
    })
}
