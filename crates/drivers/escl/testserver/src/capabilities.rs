//! What the servers can do.

use escl::capabilities::{Adf, Capabilities, InputCaps, Range, Resolutions, SettingProfile};
use escl::settings::ColorMode;

/// A small scanner (4 x 3 inches) with everything.
pub fn capabilities() -> Capabilities {
    let profile = SettingProfile {
        color_modes: ColorMode::ALL.to_vec(),
        formats: ["image/jpeg", "application/pdf", "image/png"]
            .map(str::to_owned)
            .to_vec(),
        formats_ext: vec!["image/png".into()],
        resolutions: vec![Resolutions {
            discrete: vec![(75, 75), (100, 100), (150, 150), (300, 300)],
            ..Resolutions::default()
        }],
    };
    let caps = InputCaps {
        min_width: 8,
        max_width: 1200,
        min_height: 8,
        max_height: 900,
        optical_x: Some(300),
        optical_y: Some(300),
        intents: vec!["Document".into()],
        profiles: vec![profile],
    };
    let range = |min, max, normal| {
        Some(Range {
            min,
            max,
            normal,
            step: 1,
        })
    };
    Capabilities {
        make_and_model: Some("Quire Test Server".into()),
        uuid: Some("2c2f0b6e-54a7-4f5c-9c38-6d1c1a2b3c4d".into()),
        platen: Some(caps.clone()),
        adf: Some(Adf {
            simplex: Some(caps.clone()),
            duplex: Some(caps),
            capacity: Some(3),
            ..Adf::default()
        }),
        brightness: range(-100, 100, 0),
        contrast: range(0, 200, 100),
        compression_factor: range(1, 100, 30),
        ..Capabilities::default()
    }
}

/// A scanner of A4 at up to 600 dpi, which is otherwise the same.
pub fn office() -> Capabilities {
    let mut all = capabilities();
    let a4 = |caps: &mut InputCaps| {
        (caps.max_width, caps.max_height) = (2550, 3508);
        (caps.optical_x, caps.optical_y) = (Some(600), Some(600));
        for resolutions in caps.profiles.iter_mut().flat_map(|p| &mut p.resolutions) {
            resolutions.discrete.push((600, 600));
        }
    };
    each(&mut all, a4);
    all
}

/// The same scanner with JPEG alone.
pub fn jpeg_only(mut all: Capabilities) -> Capabilities {
    let only = |caps: &mut InputCaps| {
        for profile in &mut caps.profiles {
            profile.formats = vec!["image/jpeg".into()];
            profile.formats_ext.clear();
            profile.color_modes = vec![ColorMode::Grayscale8, ColorMode::Rgb24];
        }
    };
    each(&mut all, only);
    all
}

/// Changes what each source can do.
fn each(all: &mut Capabilities, change: impl Fn(&mut InputCaps)) {
    all.platen.iter_mut().for_each(&change);
    if let Some(adf) = &mut all.adf {
        adf.simplex.iter_mut().for_each(&change);
        adf.duplex.iter_mut().for_each(&change);
    }
}
