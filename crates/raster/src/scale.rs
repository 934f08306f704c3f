//! The ratio between two resolutions.

/// Source pixels in a target pixel, along one axis, as a fraction in lowest terms.
///
/// Both parts are at most 65535. Ratios that need more are taken as the nearest convergent of their
/// continued fraction; over a row of 10,000 pixels the position is then wrong by less than a tenth
/// of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scale {
    source: u32,
    target: u32,
}

impl Scale {
    /// One to one.
    pub const ONE: Scale = Scale {
        source: 1,
        target: 1,
    };

    const LARGEST: f64 = 65535.0;

    /// The scale from a source at `source_dpi` to a target at `target_dpi`; only their ratio matters.
    /// `None` when either is not a positive number or the ratio is beyond 65535 either way.
    pub fn between(source_dpi: f64, target_dpi: f64) -> Option<Scale> {
        let ratio = source_dpi / target_dpi;
        let possible = source_dpi > 0.0
            && target_dpi > 0.0
            && (1.0 / Self::LARGEST..=Self::LARGEST).contains(&ratio);
        if !possible {
            return None;
        }
        // Convergents p/q of the continued fraction, until one is exact or the next too large.
        let (mut before, mut now) = ((1.0, 0.0), (ratio.floor(), 1.0));
        let mut rest = ratio - ratio.floor();
        while (now.0 / now.1 - ratio).abs() > ratio * 1e-12 && rest > 0.0 {
            let whole = (1.0 / rest).floor();
            rest = 1.0 / rest - whole;
            let next = (whole * now.0 + before.0, whole * now.1 + before.1);
            if next.0 > Self::LARGEST || next.1 > Self::LARGEST {
                break;
            }
            (before, now) = (now, next);
        }
        if now.0 < 1.0 {
            // 1/65535 and its neighbours: the first convergent above 0 was too fine.
            now = (1.0, (1.0 / ratio).round().min(Self::LARGEST));
        }
        Some(Scale {
            source: now.0 as u32,
            target: now.1 as u32,
        })
    }

    /// Whether a source pixel is a target pixel.
    pub const fn is_one(self) -> bool {
        self.source == self.target
    }

    /// The numerator: a target pixel is this many `1 / target()` parts of a source pixel wide.
    pub const fn source(self) -> u32 {
        self.source
    }

    /// The denominator.
    pub const fn target(self) -> u32 {
        self.target
    }

    /// The nearest number of target pixels for `pixels` of the source, at least 1 if there are any.
    pub fn target_pixels(self, pixels: u32) -> u32 {
        let twice = u64::from(pixels) * u64::from(self.target) * 2 + u64::from(self.source);
        let nearest = twice / (u64::from(self.source) * 2);
        u32::try_from(nearest)
            .unwrap_or(u32::MAX)
            .max(pixels.min(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(source: f64, target: f64) -> Option<(u32, u32)> {
        Scale::between(source, target).map(|s| (s.source(), s.target()))
    }

    #[test]
    fn whole_resolutions_are_exact() {
        assert_eq!(parts(300.0, 300.0), Some((1, 1)));
        assert_eq!(parts(300.0, 150.0), Some((2, 1)));
        assert_eq!(parts(200.0, 300.0), Some((2, 3)));
        assert_eq!(parts(75.0, 9600.0), Some((1, 128)));
        for (a, b) in [
            (1u32, 65535u32),
            (301, 299),
            (1200, 7),
            (9599, 9600),
            (65535, 1),
            (3, 40000),
        ] {
            assert_eq!(parts(a.into(), b.into()), Some((a, b)));
        }
    }

    #[test]
    fn other_ratios_stay_near() {
        for (source, target) in [
            (118.11 * 2.54, 300.0),
            (72.009, 300.0),
            (2.00001, 1.0),
            (std::f64::consts::PI, 1.0),
            (1.0, 64_999.7),
        ] {
            let (a, b) = parts(source, target).unwrap();
            let wrong = (f64::from(a) / f64::from(b) / (source / target) - 1.0).abs();
            assert!(wrong < 1e-5, "{a}/{b}: {wrong}");
        }
    }

    #[test]
    fn nonsense_is_none() {
        for (a, b) in [
            (0.0, 300.0),
            (300.0, 0.0),
            (-1.0, 300.0),
            (f64::NAN, 1.0),
            (f64::INFINITY, 1.0),
            (1.0, f64::INFINITY),
            (1e9, 1.0),
            (1.0, 1e9),
        ] {
            assert_eq!(Scale::between(a, b), None);
        }
    }

    #[test]
    fn sizes() {
        let half = Scale::between(300.0, 150.0).unwrap();
        assert_eq!(
            [0, 1, 2, 3, 2480].map(|p| half.target_pixels(p)),
            [0, 1, 1, 2, 1240]
        );
        assert_eq!(
            Scale::between(1.0, 65535.0)
                .unwrap()
                .target_pixels(u32::MAX),
            u32::MAX
        );
    }
}
