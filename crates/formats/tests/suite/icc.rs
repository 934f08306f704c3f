//! The colour profiles, as Little CMS understands them.

use crate::foreign;
use quire_formats::Profile;

/// Colours through `transicc` from our profile to its own sRGB: at most 1 of 255 apart.
#[test]
fn own_profiles_are_srgb() {
    let folder = tempfile::tempdir().unwrap();
    for (profile, channels) in [(Profile::srgb(), 3), (Profile::gray(), 1)] {
        let path = folder.path().join("p.icc");
        std::fs::write(&path, profile.bytes()).unwrap();
        let from = format!("-i{}", path.to_str().unwrap());
        let mut colors = Vec::new();
        for i in 0..=255_u32 {
            colors.push(match channels {
                1 => [i; 3],
                _ => [i, (i * 7) % 256, 255 - i],
            });
        }
        let mut input = String::new();
        for color in &colors {
            for value in &color[..channels] {
                input += &format!("{value}\n");
            }
        }
        input += "q\n";
        let args = ["-n", "-t1", &from, "-o*sRGB"];
        let (out, _) = foreign::run_talking("transicc", &args, input.as_bytes());
        let out = String::from_utf8(out).unwrap();
        let numbers: Vec<f64> = out
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        assert_eq!(numbers.len(), 3 * colors.len(), "{out}");
        for (found, color) in numbers.chunks(3).zip(&colors) {
            for (a, b) in found.iter().zip(color) {
                assert!((a - f64::from(*b)).abs() <= 1.0, "{color:?} is {found:?}");
            }
        }
    }
}
