//! What is written reads as the same.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use quire_escl::capabilities::{Adf, Capabilities, InputCaps, Range, Resolutions, SettingProfile};
use quire_escl::settings::{ColorMode, InputSource, Region, ScanSettings};
use quire_escl::status::{AdfState, JobInfo, JobState, ScanImageInfo, ScannerStatus, State};
use quire_escl::{LARGEST, Version};

/// Text with everything that XML must escape, and no space around it.
fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z&<>\"'ü€][ a-z&<>\"';]{0,6}[a-z&<>/]"
}

fn version() -> impl Strategy<Value = Version> {
    (0..9_u16, 0..100_u8).prop_map(|(major, rest)| Version::new(major, rest))
}

fn range(least: i32) -> impl Strategy<Value = Range> {
    (least..500, 0..500, 0..500, 1..9).prop_map(|(min, more, normal, step)| Range {
        min,
        max: min + more,
        normal: min + normal % (more + 1),
        step,
    })
}

fn resolutions() -> impl Strategy<Value = Resolutions> {
    let pairs = vec((1..9000_u32, 1..9000_u32), 0..3);
    let ranges = option::of((range(1), range(1)));
    (option::of(select(&ColorMode::ALL)), pairs, ranges).prop_map(
        |(color_mode, discrete, range)| Resolutions {
            color_mode,
            discrete,
            range,
        },
    )
}

fn profile() -> impl Strategy<Value = SettingProfile> {
    let formats = ["image/jpeg", "image/png", "application/pdf"]
        .map(str::to_owned)
        .to_vec();
    let both = subsequence(formats, 0..=3).prop_flat_map(|formats| {
        (
            Just(formats.clone()),
            subsequence(formats.clone(), 0..=formats.len()),
        )
    });
    let whole = (1..600_u32).prop_map(|dpi| Resolutions {
        discrete: vec![(dpi, dpi)],
        ..Resolutions::default()
    });
    let modes = subsequence(ColorMode::ALL.to_vec(), 1..=5);
    (modes, both, whole, vec(resolutions(), 0..2)).prop_map(
        |(color_modes, (formats, ext), first, rest)| SettingProfile {
            color_modes,
            formats,
            formats_ext: ext,
            resolutions: std::iter::once(first).chain(rest).collect(),
        },
    )
}

fn caps() -> impl Strategy<Value = InputCaps> {
    let sizes = (1..99_u32, 99..9999_u32, 1..99_u32, 99..9999_u32);
    let optical = (option::of(1..4800_u32), option::of(1..4800_u32));
    (sizes, optical, vec(text(), 0..3), vec(profile(), 1..3)).prop_map(
        |(
            (min_width, max_width, min_height, max_height),
            (optical_x, optical_y),
            intents,
            profiles,
        )| InputCaps {
            min_width,
            max_width,
            min_height,
            max_height,
            optical_x,
            optical_y,
            intents,
            profiles,
        },
    )
}

fn adf() -> impl Strategy<Value = Adf> {
    let rest = (
        option::of(0..999_u32),
        vec(text(), 0..3),
        option::of(text()),
    );
    (caps(), option::of(caps()), rest).prop_map(
        |(simplex, duplex, (capacity, options, justification))| Adf {
            simplex: Some(simplex),
            duplex,
            capacity,
            options,
            justification,
        },
    )
}

fn capabilities() -> impl Strategy<Value = Capabilities> {
    let words = (
        option::of(text()),
        option::of(text()),
        option::of(text()),
        option::of(text()),
    );
    let ranges = (
        option::of(range(-99)),
        option::of(range(0)),
        option::of(range(0)),
        option::of(range(0)),
    );
    (version(), words, caps(), option::of(adf()), ranges).prop_map(
        |(version, words, platen, adf, ranges)| Capabilities {
            version,
            make_and_model: words.0.clone(),
            serial_number: words.1.clone(),
            manufacturer: words.2.clone(),
            uuid: words.3.clone(),
            admin_uri: words.0,
            icon_uri: words.1,
            platen: Some(platen),
            adf,
            brightness: ranges.0,
            compression_factor: ranges.1,
            contrast: ranges.2,
            threshold: ranges.3,
        },
    )
}

fn settings() -> impl Strategy<Value = ScanSettings> {
    let region = (any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>());
    let region = region.prop_map(|(x, y, width, height)| Region {
        x,
        y,
        width,
        height,
    });
    let texts = (option::of(text()), option::of(text()), option::of(text()));
    let words = (
        option::of(select(&InputSource::ALL)),
        option::of(select(&ColorMode::ALL)),
        any::<Option<bool>>(),
    );
    let numbers = (
        any::<Option<u32>>(),
        any::<Option<i32>>(),
        any::<Option<i32>>(),
    );
    (
        version(),
        option::of((region, any::<bool>())),
        texts,
        words,
        numbers,
    )
        .prop_map(|(version, region, texts, words, numbers)| ScanSettings {
            version,
            intent: texts.0,
            region: region.map(|(region, _)| region),
            must_honor: region.is_some_and(|(_, honor)| honor),
            source: words.0,
            color_mode: words.1,
            format: texts.1,
            format_ext: texts.2,
            x_resolution: numbers.0,
            y_resolution: numbers.0,
            duplex: words.2,
            compression_factor: numbers.1,
            brightness: numbers.2,
            contrast: numbers.1,
            threshold: numbers.2,
        })
}

fn job() -> impl Strategy<Value = JobInfo> {
    let numbers = (
        any::<Option<u32>>(),
        any::<Option<u32>>(),
        any::<Option<u32>>(),
    );
    (
        text(),
        option::of(text()),
        numbers,
        option::of(select(JobState::ALL)),
        vec(text(), 0..3),
    )
        .prop_map(
            |(uri, uuid, (age, images_completed, images_to_transfer), state, reasons)| JobInfo {
                uri,
                uuid,
                age,
                images_completed,
                images_to_transfer,
                state,
                reasons,
            },
        )
}

proptest! {
    #[test]
    fn of_capabilities(caps in capabilities()) {
        prop_assert_eq!(Capabilities::parse(caps.to_xml().as_bytes()).unwrap(), caps);
    }

    #[test]
    fn of_settings(settings in settings()) {
        prop_assert_eq!(ScanSettings::parse(settings.to_xml().as_bytes()).unwrap(), settings);
    }

    #[test]
    fn of_a_status(
        version in version(),
        state in option::of(select(State::ALL)),
        adf in option::of(select(AdfState::ALL)),
        jobs in vec(job(), 0..4),
    ) {
        let status = ScannerStatus { version, state, adf, jobs };
        prop_assert_eq!(ScannerStatus::parse(status.to_xml().as_bytes()).unwrap(), status);
    }

    #[test]
    fn of_image_info(
        job_uri in option::of(text()),
        (width, height, bytes_per_line, blank) in any::<(u32, u32, u32, Option<bool>)>(),
    ) {
        let info = ScanImageInfo { job_uri, width, height, bytes_per_line, blank };
        prop_assert_eq!(ScanImageInfo::parse(info.to_xml().as_bytes()).unwrap(), info);
    }

    /// Any bytes, and good documents with a piece of them changed or cut off: read or refused, and nothing else.
    #[test]
    fn damage_is_refused_or_read(
        caps in capabilities(),
        bytes in vec(any::<u8>(), 0..64),
        at in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let _ = ScanSettings::parse(&bytes);
        let mut xml = caps.to_xml().into_bytes();
        let at = at.index(xml.len());
        xml.truncate(if cut { at } else { LARGEST });
        let end = (at + bytes.len()).min(xml.len());
        xml.splice(at.min(end)..end, bytes);
        if let Ok(read) = Capabilities::parse(&xml) {
            prop_assert!(read.platen.is_some() || read.adf.is_some());
        }
    }
}
