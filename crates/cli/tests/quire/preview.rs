//! `quire preview`: a picture of the glass and the regions on it.

use std::fs;

use serde_json::Value;

use crate::documents::png_pixels;
use crate::scratch::Scratch;

/// A folder with one picture of a sheet of 200 x 280 mm at 75 dpi that has two dark rectangles.
fn photos() -> Scratch {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("photos")).unwrap();
    let (width, height) = (591_u32, 827_u32);
    let mut pixels = vec![245_u8; (width * height) as usize];
    for (x, y, w, h) in [(60, 80, 240, 160), (200, 400, 300, 350)] {
        for row in y..y + h {
            let from = row * width as usize + x;
            pixels[from..from + w].fill(70);
        }
    }
    let file = fs::File::create(scratch.path("photos/sheet.png")).unwrap();
    let mut encoder = png::Encoder::new(file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: 2953,
        yppu: 2953,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    scratch
}

fn rectangles(text: &str) -> Vec<Vec<f64>> {
    let line = |(n, line): (usize, &str)| {
        let (number, area) = line.split_once("  ").unwrap();
        assert_eq!(number, (n + 1).to_string());
        area.split(',').map(|mm| mm.parse().unwrap()).collect()
    };
    text.lines().enumerate().map(line).collect()
}

/// Two pixels of 75 dpi.
fn close(found: &[f64], wanted: [f64; 4]) {
    for (found, wanted) in found.iter().zip(wanted) {
        let wanted = wanted * 25.4 / 75.0;
        assert!((found - wanted).abs() < 0.75, "{found} {wanted}");
    }
}

#[test]
fn the_regions_of_the_glass_are_listed_and_the_picture_is_coarse() {
    let scratch = photos();
    let ended = scratch
        .quire("preview -d virtual:photos -m gray -o look.png")
        .succeeds();
    let found = rectangles(&ended.text());
    assert_eq!(found.len(), 2);
    close(&found[0], [60.0, 80.0, 240.0, 160.0]);
    close(&found[1], [200.0, 400.0, 300.0, 350.0]);
    let picture = png_pixels(&scratch.path("look.png"));
    assert_eq!(picture.width, 591);

    // What is listed is what -a takes.
    let area = ended.text();
    let area = area.lines().next().unwrap().split_once("  ").unwrap().1;
    let line = format!("scan -d virtual:photos -s flatbed -r 75 -m gray -a {area} -o one.png");
    scratch.quire(&line).exits(0);
    let one = png_pixels(&scratch.path("one.png"));
    assert!(one.width.abs_diff(240) <= 2 && one.height.abs_diff(160) <= 2);
    let dark = one.bytes.iter().filter(|p| **p < 100).count();
    assert!(dark * 100 >= one.bytes.len() * 97);
}

#[test]
fn every_format_and_filter_has_the_same_regions() {
    let scratch = photos();
    let of = |rest: &str| {
        let line = format!("preview -d virtual:photos -m gray {rest}");
        rectangles(&scratch.quire(&line).succeeds().text())
    };
    let plain = of("-o a.png");
    for rest in [
        "-o a.jpg",
        "-o a.tiff",
        "-o a.raw",
        "-o b.png --filter brightness=50",
        "-o c.png --filter rotation=90",
        "-o d.png --filter rotation=180",
        "-o e.png --filter rotation=270",
        "-o f.png --filter rotation=90 --filter rotation=270 --filter rotation=180",
    ] {
        let mut found = of(rest);
        // They are listed from the top of the picture, however that is turned.
        found.sort_by(|a, b| a[1].total_cmp(&b[1]));
        assert_eq!(found, plain, "{rest}");
        assert!(scratch.path(rest.split(' ').nth(1).unwrap()).exists());
    }
}

#[test]
fn json_has_numbers_and_millimetres() {
    let scratch = photos();
    let ended = scratch.quire("preview -d virtual:photos -m bw -o look.tiff --json");
    let told: Value = serde_json::from_str(&ended.succeeds().text()).unwrap();
    let regions = told["regions"].as_array().unwrap();
    assert_eq!(regions.len(), 2);
    for (n, region) in regions.iter().enumerate() {
        assert_eq!(region["number"], n + 1);
        let area: Vec<f64> = ["x", "y", "width", "height"]
            .into_iter()
            .map(|name| region[name].as_f64().unwrap())
            .collect();
        let wanted = [[60.0, 80.0, 240.0, 160.0], [200.0, 400.0, 300.0, 350.0]];
        close(&area, wanted[n]);
    }
}

#[test]
fn the_nearest_resolution_is_taken_and_a_given_one_must_be_valid() {
    let scratch = photos();
    let model = "[flatbed]\nresolutions = [100, 300]\n[sheets]\nfolder = \"photos\"\n";
    fs::write(scratch.path("m.toml"), model).unwrap();
    scratch
        .quire("preview -d virtual:m.toml -m gray -o a.png")
        .exits(0);
    let width = png_pixels(&scratch.path("a.png")).width;
    assert!(width.abs_diff(788) <= 1, "{width}");
    let ended = scratch.quire("preview -d virtual:m.toml -r 75 -o b.png");
    ended.exits(2).says(&["WIA_IPS_XRES", "75"]);
    assert!(!scratch.path("b.png").exists());
}

#[test]
fn exit_codes_are_those_of_the_contract() {
    let scratch = Scratch::new();
    for (line, code, word) in [
        ("preview -d virtual: -o -", 2, "-f"),
        ("preview -d virtual: -o - -f png", 2, "standard output"),
        ("preview -d virtual: -o a.xyz", 2, "a.xyz"),
        ("preview -d virtual:", 2, "--output"),
        ("preview -d virtual:nowhere -o a.png", 3, "nowhere"),
        ("preview -d virtual:?cover=1 -o a.png", 4, "cover"),
        ("preview -d virtual: -o nowhere/a.png", 7, "nowhere"),
    ] {
        scratch.quire(line).exits(code).says(&[word]);
    }
    assert!(scratch.names().is_empty(), "{:?}", scratch.names());
}
