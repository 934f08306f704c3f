//! `--check`: what would be scanned.

use acquire::{Output, Plan};
use raster::PixelType;
use serde_json::{Value, json};

use super::events::path_text;
use crate::failure::one_line;
use crate::hiargs::ScanRequest;

const MM_PER_INCH: f64 = 25.4;

/// For people: one line a fact.
pub(crate) fn text(request: &ScanRequest, plan: &Plan) -> String {
    let mut lines = vec![
        ("device", request.device.clone()),
        ("item", plan.item_name.clone()),
        ("pages", pages(plan)),
        ("size", size(plan)),
        ("mode", mode(plan.pixel).to_owned()),
        (
            "format",
            format!("{}, {}", plan.format.name(), plan.compression.name()),
        ),
        (
            "page",
            format!("{} bytes uncompressed", plan.bytes_per_page),
        ),
    ];
    if let Some(bytes) = plan.document_bytes {
        lines.push(("document", format!("{bytes} bytes uncompressed")));
    }
    if !plan.filters.is_empty() {
        lines.push(("filters", filters(plan).join(", ")));
    }
    lines.push(("output", output(&request.settings.output)));
    if let Some(before) = plan.before {
        let pages = if before == 1 { "page" } else { "pages" };
        lines.push(("appended", format!("to the {before} {pages} that it has")));
    }
    if !plan.name_is_durable {
        let text = "the folder cannot be synced: after a power loss the file's name may be missing";
        lines.push(("durable", text.to_owned()));
    }
    for change in &plan.changes {
        let text = format!(
            "{} {}, wanted {}",
            change.property, change.used, change.wanted
        );
        lines.push(("changed", text));
    }
    lines.iter().fold(String::new(), |text, (name, value)| {
        text + &format!("{name:9} {}\n", one_line(value))
    })
}

/// For programs.
pub(crate) fn json(request: &ScanRequest, plan: &Plan) -> Value {
    let (width_mm, height_mm) = millimetres(plan);
    json!({
        "device": request.device,
        "item": plan.item_name,
        "pages": plan.pages,
        "pages_before": plan.before,
        "width": plan.width,
        "height": plan.height,
        "width_mm": width_mm,
        "height_mm": height_mm,
        "page_auto": plan.page_auto,
        "x_dpi": plan.x_dpi,
        "y_dpi": plan.y_dpi,
        "mode": mode(plan.pixel),
        "format": plan.format.name(),
        "compression": plan.compression.name(),
        "bytes_per_page": plan.bytes_per_page,
        "document_bytes": plan.document_bytes,
        "filters": filters(plan),
        "output": output(&request.settings.output),
        "changes": plan.changes.iter().map(|c| json!({
            "property": c.property,
            "wanted": c.wanted,
            "used": c.used,
        })).collect::<Vec<_>>(),
    })
}

fn filters(plan: &Plan) -> Vec<String> {
    plan.filters.iter().map(ToString::to_string).collect()
}

fn pages(plan: &Plan) -> String {
    match plan.pages {
        Some(pages) => pages.to_string(),
        None => "until the feeder is empty".to_owned(),
    }
}

fn size(plan: &Plan) -> String {
    let (width_mm, height_mm) = millimetres(plan);
    let dpi = match plan.x_dpi == plan.y_dpi {
        true => plan.x_dpi.to_string(),
        false => format!("{} x {}", plan.x_dpi, plan.y_dpi),
    };
    let most = if plan.page_auto {
        "each sheet's own, at most "
    } else {
        ""
    };
    format!(
        "{most}{width_mm:.1} x {height_mm:.1} mm, {} x {} pixels at {dpi} dpi",
        plan.width, plan.height
    )
}

fn millimetres(plan: &Plan) -> (f64, f64) {
    let mm = |pixels: u32, dpi: u32| f64::from(pixels) * MM_PER_INCH / f64::from(dpi.max(1));
    (mm(plan.width, plan.x_dpi), mm(plan.height, plan.y_dpi))
}

fn mode(pixel: PixelType) -> &'static str {
    match pixel {
        PixelType::Bw1 => "bw, 1 bit",
        PixelType::Gray4 => "gray, 4 bits",
        PixelType::Gray8 => "gray, 8 bits",
        PixelType::Gray16 => "gray, 16 bits",
        PixelType::Rgb8 => "color, 8 bits a channel",
        PixelType::Rgb16 => "color, 16 bits a channel",
    }
}

fn output(output: &Output) -> String {
    match output {
        Output::Stdout => "standard output".to_owned(),
        Output::Path(path) => path_text(path),
    }
}
