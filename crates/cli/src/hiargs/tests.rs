use std::ffi::OsStr;

use acquire::PageSetting;
use clap::Parser;
use wia::constant::{WIA_PAGE_ISO_A4, WIA_PAGE_JIS_B5};

use super::*;
use crate::lowargs::{LowArgs, Subcommand};

fn request(words: &str) -> Result<ScanRequest, Failure> {
    with_epoch(words, None)
}

fn with_epoch(words: &str, epoch: Option<&str>) -> Result<ScanRequest, Failure> {
    let args = "quire scan -d virtual:".split(' ').chain(words.split(' '));
    match LowArgs::try_parse_from(args).unwrap().subcommand {
        Subcommand::Scan(args) => ScanRequest::new(&args, epoch.map(OsStr::new)),
        other => panic!("{other:?}"),
    }
}

fn settings(words: &str) -> Settings {
    match request(words) {
        Ok(request) => request.settings,
        Err(e) => panic!("{words}: {e:?}"),
    }
}

#[track_caller]
fn refused(words: &str, parts: &[&str]) {
    let failure = request(words).unwrap_err();
    assert_eq!(failure.exit_code(), 2, "{words}");
    for part in parts {
        assert!(
            failure.message().contains(part),
            "{words}: {}",
            failure.message()
        );
    }
}

#[test]
fn defaults_are_those_of_the_contract() {
    let expected = Settings {
        format: Some(DocumentFormat::Tiff),
        ..Settings::new(Output::Path("out.tiff".into()))
    };
    assert_eq!(settings("-o out.tiff"), expected);
    assert_eq!((expected.resolution, expected.quality), (300, 75));
}

#[test]
fn the_ending_chooses_the_format_and_f_overrides_it() {
    for (words, format) in [
        ("-o a.tif", DocumentFormat::Tiff),
        ("-o a.TIFF", DocumentFormat::Tiff),
        ("-o a.b.jpg", DocumentFormat::Jpeg),
        ("-o p-%03d.png", DocumentFormat::Png),
        ("-o a.raw", DocumentFormat::Raw),
        ("-o a.PDF", DocumentFormat::Pdf),
        ("-o a.bmp", DocumentFormat::Bmp),
        ("-o a.pdf -f pdfa", DocumentFormat::Pdfa),
        ("-o a.raw -f tif", DocumentFormat::Tiff),
        ("-o /dev/null -f png", DocumentFormat::Png),
        ("-o - -f jpg", DocumentFormat::Jpeg),
    ] {
        assert_eq!(settings(words).format, Some(format), "{words}");
    }
    assert_eq!(settings("-o - -f raw").output, Output::Stdout);
    refused("-o out", &["-o out", ".tiff", "-f"]);
    refused("-o out.xyz", &["-o out.xyz", ".png", "-f"]);
    refused("-o -", &["-o -", "-f"]);
}

#[test]
fn an_area_is_four_millimetres() {
    let area = settings("-o a.tiff -a 1.5,0,20,30.25").area;
    let expected = AreaMm {
        x: 1.5,
        y: 0.0,
        width: 20.0,
        height: 30.25,
    };
    assert_eq!(area, Some(expected));
    for area in [
        "1,2,3",
        "1,2,3,4,5",
        "a,0,1,1",
        "0,0,inf,1",
        "0,0,nan,1",
        ",,,",
    ] {
        refused(&format!("-o a.tiff -a {area}"), &[area, "four numbers"]);
    }
    for area in ["0,0,0,5", "0,0,5,0", "0,0,-1,5"] {
        refused(&format!("-o a.tiff -a {area}"), &[area, "no size"]);
    }
    refused("-o a.tiff -a -1,0,5,5", &["-1,0,5,5", "begin at 0"]);
}

#[test]
fn a_page_has_a_name_or_millimetres() {
    for (page, expected) in [
        ("auto", PageSetting::Auto),
        ("AUTO", PageSetting::Auto),
        ("a4", PageSetting::Named(WIA_PAGE_ISO_A4)),
        ("A4", PageSetting::Named(WIA_PAGE_ISO_A4)),
        ("jis-b5", PageSetting::Named(WIA_PAGE_JIS_B5)),
        ("210x297", PageSetting::Millimetres(210.0, 297.0)),
        ("99.5X40", PageSetting::Millimetres(99.5, 40.0)),
    ] {
        assert_eq!(settings(&format!("-o a.tiff --page {page}")).page, expected);
    }
    for page in ["custom", "a99", "0x5", "5x-1", "x", "5x", "infx5", "1x2x3"] {
        refused(
            &format!("-o a.tiff --page {page}"),
            &[page, "letter", "WxH"],
        );
    }
}

#[test]
fn properties_keep_their_order_and_everything_behind_the_first_equals_sign() {
    let set = settings("-o a.tiff --set a=1 --set 6146=x=y --set b=").set;
    let set: Vec<_> = set.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(set, [("a", "1"), ("6146", "x=y"), ("b", "")]);
    refused("-o a.tiff --set xres", &["--set xres", "NAME=VALUE"]);
    refused("-o a.tiff --set =1", &["--set =1", "NAME=VALUE"]);
}

#[test]
fn a_channel_has_8_or_16_bits() {
    assert_eq!(settings("-o a.tiff").depth, None);
    assert_eq!(settings("-o a.tiff --depth 16").depth, Some(16));
    refused("-o a.tiff --depth 12", &["--depth 12", "8 or 16"]);
}

#[test]
fn the_epoch_is_a_number_of_seconds() {
    let date = |text| with_epoch("-o a.tiff", Some(text)).map(|r| r.settings.date);
    assert_eq!(date("0").unwrap(), Some(0));
    assert_eq!(date("1700000000").unwrap(), Some(1_700_000_000));
    for bad in ["", "-1", "now", "1.5", "99999999999999999999"] {
        let failure = date(bad).unwrap_err();
        assert_eq!(failure.exit_code(), 2, "{bad}");
        assert!(failure.message().contains("SOURCE_DATE_EPOCH"));
    }
}
