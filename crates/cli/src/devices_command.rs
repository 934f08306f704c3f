//! `quire devices`: what can be scanned from.

use serde_json::json;

use crate::failure::Failure;
use crate::lowargs::DevicesArgs;
use crate::stdout;

pub(crate) fn run(args: &DevicesArgs) -> Result<u8, Failure> {
    let devices = devices::list();
    if args.json {
        let rows = devices
            .iter()
            .map(|d| {
                json!({
                    "uri": d.uri,
                    "vendor": d.vendor,
                    "model": d.model,
                    "kind": d.kind,
                    "built_in": d.built_in,
                    "description": d.description,
                })
            })
            .collect();
        stdout::write_json(&rows)?;
        return Ok(0);
    }
    let width = devices.iter().map(|d| d.uri.len()).max().unwrap_or(0);
    let mut text = String::new();
    for d in &devices {
        let mark = if d.built_in { " [built-in]" } else { "" };
        text += &format!(
            "{:width$}  {} {}: {}{mark}\n",
            d.uri, d.vendor, d.model, d.description
        );
    }
    stdout::write(&text)?;
    Ok(0)
}
