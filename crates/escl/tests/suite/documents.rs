//! Documents as scanners write them. The two files were written by hand in the styles that are seen.

use quire_escl::capabilities::{Adf, Capabilities, InputCaps, Range, Resolutions, SettingProfile};
use quire_escl::settings::{ColorMode, InputSource, Region, ScanSettings};
use quire_escl::status::{AdfState, JobState, ScanImageInfo, ScannerStatus, State};
use quire_escl::{LARGEST, Version};

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn an_orderly_scanner() {
    let read = Capabilities::parse(include_bytes!("../fixtures/orderly.xml")).unwrap();
    let profile = SettingProfile {
        color_modes: vec![
            ColorMode::BlackAndWhite1,
            ColorMode::Grayscale8,
            ColorMode::Rgb24,
        ],
        formats: texts(&["image/jpeg", "application/pdf", "image/png"]),
        formats_ext: texts(&["image/jpeg", "image/png"]),
        resolutions: vec![Resolutions {
            discrete: vec![(75, 75), (300, 300)],
            ..Resolutions::default()
        }],
    };
    let platen = InputCaps {
        min_width: 8,
        max_width: 2550,
        min_height: 8,
        max_height: 3508,
        optical_x: Some(1200),
        optical_y: Some(600),
        intents: texts(&["Document", "Photo"]),
        profiles: vec![profile],
    };
    assert!(platen.offers(ColorMode::Rgb24, "image/png"));
    assert!(!platen.offers(ColorMode::Rgb48, "image/png"));
    let expected = Capabilities {
        version: Version::new(2, 63),
        make_and_model: text("Example Scan & Print 100"),
        serial_number: text("X1"),
        manufacturer: text("Example"),
        uuid: text("00000000-0000-1000-8000-0018740d1e5c"),
        admin_uri: text("http://192.0.2.1/"),
        platen: Some(platen),
        compression_factor: Some(Range {
            min: 2,
            max: 100,
            normal: 25,
            step: 1,
        }),
        ..Capabilities::default()
    };
    assert_eq!(read, expected);
}

#[test]
fn an_untidy_scanner() {
    let read = Capabilities::parse(include_bytes!("../fixtures/untidy.xml")).unwrap();
    let range = |normal, step| Range {
        min: 50,
        max: 600,
        normal,
        step,
    };
    let profile = SettingProfile {
        color_modes: vec![ColorMode::Grayscale8, ColorMode::Rgb24],
        formats: texts(&["image/jpeg"]),
        formats_ext: Vec::new(),
        resolutions: vec![
            Resolutions {
                color_mode: Some(ColorMode::Grayscale8),
                range: Some((range(50, 1), range(200, 25))),
                ..Resolutions::default()
            },
            Resolutions {
                discrete: vec![(100, 200)],
                ..Resolutions::default()
            },
        ],
    };
    let duplex = InputCaps {
        min_width: 1,
        max_width: 2550,
        min_height: 1,
        max_height: 4200,
        profiles: vec![profile],
        ..InputCaps::default()
    };
    let adf = Adf {
        // It has no profiles.
        simplex: None,
        duplex: Some(duplex),
        capacity: Some(50),
        options: texts(&["DetectPaperLoaded", "Duplex"]),
        justification: text("Center"),
    };
    let expected = Capabilities {
        make_and_model: text("Untidy"),
        adf: Some(adf),
        ..Capabilities::default()
    };
    assert_eq!(read, expected);
}

const NAMES: &str = "xmlns:s='http://schemas.hp.com/imaging/escl/2011/05/03' \
                     xmlns:p='http://www.pwg.org/schemas/2010/12/sm'";

#[test]
fn a_scanner_without_sources() {
    let xml = format!("<s:ScannerCapabilities {NAMES}><s:Platen/></s:ScannerCapabilities>");
    let e = Capabilities::parse(xml.as_bytes()).unwrap_err().to_string();
    assert!(e.contains("without a source"), "{e}");
    assert!(Capabilities::parse(&vec![b' '; LARGEST + 1]).is_err());
}

#[test]
fn a_status_with_jobs() {
    let xml = format!(
        "<x:ScannerStatus {}><p:State>Processing</p:State><x:AdfState>ScannedAdfLoaded</x:AdfState>\
         <x:Jobs><x:JobInfo><p:JobUri>http://localhost/eSCL/ScanJobs/2</p:JobUri><x:Age>3</x:Age>\
         <p:JobState>Aborted</p:JobState><p:JobStateReasons><p:JobStateReason>ErrorsDetected\
         </p:JobStateReason></p:JobStateReasons></x:JobInfo><x:JobInfo/><x:JobInfo>\
         <p:JobUri>/eSCL/ScanJobs/1</p:JobUri><p:JobState>Completed</p:JobState></x:JobInfo></x:Jobs>\
         </x:ScannerStatus>",
        NAMES.replace("xmlns:s", "xmlns:x")
    );
    let status = ScannerStatus::parse(xml.as_bytes()).unwrap();
    assert_eq!(
        (status.state, status.adf),
        (Some(State::Processing), Some(AdfState::Loaded))
    );
    assert_eq!(status.jobs.len(), 2);
    let job = status.job("/eSCL/ScanJobs/2").unwrap();
    assert_eq!((job.state, job.age), (Some(JobState::Aborted), Some(3)));
    assert_eq!(job.reasons, ["ErrorsDetected"]);
    assert_eq!(
        status.job("/eSCL/ScanJobs/1").unwrap().state,
        Some(JobState::Completed)
    );
    assert!(status.job("/eSCL/ScanJobs/3").is_none());
}

#[test]
fn image_info_needs_its_size() {
    let xml = |inside| format!("<s:ScanImageInfo {NAMES}>{inside}</s:ScanImageInfo>");
    let whole = "<s:ActualWidth>10</s:ActualWidth><s:ActualHeight>20</s:ActualHeight>\
                 <s:ActualBytesPerLine>30</s:ActualBytesPerLine><s:BlankPageDetected>1</s:BlankPageDetected>";
    let info = ScanImageInfo::parse(xml(whole).as_bytes()).unwrap();
    assert_eq!(
        (info.width, info.height, info.bytes_per_line, info.blank),
        (10, 20, 30, Some(true))
    );
    assert!(ScanImageInfo::parse(xml("").as_bytes()).is_err());
}

#[test]
fn settings_of_another_client() {
    let xml = format!(
        "<scan:ScanSettings {}><pwg:Version>2.0</pwg:Version><scan:Duplex>1</scan:Duplex>\
         <pwg:ScanRegions pwg:MustHonor='true'><pwg:ScanRegion><pwg:Height>3300</pwg:Height>\
         <pwg:Width>2550</pwg:Width></pwg:ScanRegion></pwg:ScanRegions>\
         <pwg:InputSource>Feeder</pwg:InputSource></scan:ScanSettings>",
        NAMES
            .replace("xmlns:s", "xmlns:scan")
            .replace("xmlns:p", "xmlns:pwg")
    );
    let expected = ScanSettings {
        region: Some(Region {
            x: 0,
            y: 0,
            width: 2550,
            height: 3300,
        }),
        must_honor: true,
        source: Some(InputSource::Feeder),
        duplex: Some(true),
        ..ScanSettings::default()
    };
    assert_eq!(ScanSettings::parse(xml.as_bytes()).unwrap(), expected);
}

/// Elements, prefixes and order are those that sane-airscan sends, which scanners were tried with.
#[test]
fn settings_as_they_are_sent() {
    let settings = ScanSettings {
        region: Some(Region {
            x: 1,
            y: 2,
            width: 3,
            height: 4,
        }),
        source: Some(InputSource::Platen),
        color_mode: Some(ColorMode::Rgb24),
        format: text("image/jpeg"),
        format_ext: text("image/jpeg"),
        x_resolution: Some(300),
        y_resolution: Some(300),
        ..ScanSettings::default()
    };
    let words: Vec<String> = settings
        .to_xml()
        .lines()
        .map(|line| line.trim().to_owned())
        .collect();
    assert_eq!(
        words,
        [
            r#"<?xml version="1.0" encoding="UTF-8"?>"#,
            r#"<scan:ScanSettings xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">"#,
            "<pwg:Version>2.0</pwg:Version>",
            "<pwg:ScanRegions>",
            "<pwg:ScanRegion>",
            "<pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>",
            "<pwg:XOffset>1</pwg:XOffset>",
            "<pwg:YOffset>2</pwg:YOffset>",
            "<pwg:Width>3</pwg:Width>",
            "<pwg:Height>4</pwg:Height>",
            "</pwg:ScanRegion>",
            "</pwg:ScanRegions>",
            "<pwg:InputSource>Platen</pwg:InputSource>",
            "<scan:ColorMode>RGB24</scan:ColorMode>",
            "<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>",
            "<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt>",
            "<scan:XResolution>300</scan:XResolution>",
            "<scan:YResolution>300</scan:YResolution>",
            "</scan:ScanSettings>",
        ]
    );
}
