//! Colour profiles (ICC.1).

use std::sync::{Arc, LazyLock};

use raster::PixelType;
use wia::{Error, ErrorKind, Result};

/// Bytes of a profile's header, and of the number of tags behind it.
const HEADER: usize = 128;
/// Steps of the tone curves that are made here.
const STEPS: u16 = 1024;
/// The white of the connection space, D50, in 65536ths.
const WHITE: [u32; 3] = [0xF6D6, 0x1_0000, 0xD32D];

/// A colour profile as documents carry it.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    bytes: Arc<[u8]>,
    space: ColorSpace,
}

/// The colours that a profile is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorSpace {
    /// One channel.
    Gray,
    /// Red, green, blue.
    Rgb,
}

impl ColorSpace {
    /// How many channels it has.
    pub const fn channels(self) -> u32 {
        match self {
            ColorSpace::Gray => 1,
            ColorSpace::Rgb => 3,
        }
    }
}

impl Profile {
    /// sRGB (IEC 61966-2-1), version 2, 2.6 kB.
    pub fn srgb() -> Profile {
        static SRGB: LazyLock<Profile> = LazyLock::new(|| {
            // The primaries, adapted to D50.
            let curve = curve();
            build(
                ColorSpace::Rgb,
                "sRGB",
                &[
                    (*b"rXYZ", xyz([0x6FA2, 0x38F5, 0x0390])),
                    (*b"gXYZ", xyz([0x6299, 0xB785, 0x18DA])),
                    (*b"bXYZ", xyz([0x24A0, 0x0F84, 0xB6CF])),
                    (*b"rTRC", curve.clone()),
                    (*b"gTRC", curve.clone()),
                    (*b"bTRC", curve),
                ],
            )
        });
        SRGB.clone()
    }

    /// Grey with the tone curve of sRGB.
    pub fn gray() -> Profile {
        static GRAY: LazyLock<Profile> =
            LazyLock::new(|| build(ColorSpace::Gray, "sGray", &[(*b"kTRC", curve())]));
        GRAY.clone()
    }

    /// A profile that somebody made.
    ///
    /// # Errors
    ///
    /// `InputDamaged` for what is no profile or ends before its tags do; `InputUnsupported` for other
    /// colours than grey and RGB, a version beyond 4, and profiles that do not describe an image's colours
    /// (links between devices, named colours).
    pub fn parse(bytes: &[u8]) -> Result<Profile> {
        let damaged = |what| Error::new(ErrorKind::InputDamaged, format!("colour profile: {what}"));
        let long = |at: usize| -> Option<usize> {
            let four = bytes.get(at..)?.first_chunk()?;
            Some(u32::from_be_bytes(*four) as usize)
        };
        if bytes.get(36..40) != Some(b"acsp") {
            return Err(damaged("not one"));
        }
        let count = long(HEADER).ok_or_else(|| damaged("too short"))?;
        let size = long(0).unwrap_or(0);
        if size > bytes.len() || size < HEADER + 4 {
            return Err(damaged("not as long as it says"));
        }
        let whole = (0..count).all(|i| {
            let entry = HEADER + 4 + 12 * i;
            let (at, len) = (long(entry + 4), long(entry + 8));
            let end = at.zip(len).and_then(|(at, len)| at.checked_add(len));
            entry + 12 <= size && end.is_some_and(|end| end <= size)
        });
        if count == 0 || !whole {
            return Err(damaged("a tag is outside"));
        }
        let unsupported = |what| {
            let message = format!("colour profile: {what}");
            Error::new(ErrorKind::InputUnsupported, message)
        };
        let space = match &bytes[16..20] {
            b"GRAY" => ColorSpace::Gray,
            b"RGB " => ColorSpace::Rgb,
            _ => return Err(unsupported("neither grey nor RGB")),
        };
        if !matches!(&bytes[12..16], b"scnr" | b"mntr" | b"prtr" | b"spac") {
            return Err(unsupported("it does not describe the colours of an image"));
        }
        if !matches!(bytes[8], 2..=4) {
            return Err(unsupported("its version is unknown"));
        }
        Ok(Profile {
            bytes: bytes[..size].into(),
            space,
        })
    }

    /// The profile.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it is for pixels of this kind. Bilevel pages have no colours.
    pub fn fits(&self, pixel: PixelType) -> bool {
        pixel != PixelType::Bw1 && pixel.channels() == self.space.channels()
    }

    /// What it is for.
    pub fn space(&self) -> ColorSpace {
        self.space
    }
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Profile({:?}, {} bytes)", self.space, self.bytes.len())
    }
}

/// A display profile of version 2 with these tags beside those that all have. Equal neighbours share
/// their bytes.
fn build(space: ColorSpace, name: &str, more: &[([u8; 4], Vec<u8>)]) -> Profile {
    let mut tags = vec![
        (*b"desc", description(name)),
        (*b"cprt", [b"text\0\0\0\0", &b"No copyright\0"[..]].concat()),
        (*b"wtpt", xyz(WHITE)),
    ];
    tags.extend_from_slice(more);
    let mut out = vec![0; HEADER];
    put(&mut out, 8, &[2, 0x10]);
    put(&mut out, 12, b"mntr");
    let signature = match space {
        ColorSpace::Gray => b"GRAY",
        ColorSpace::Rgb => b"RGB ",
    };
    put(&mut out, 16, signature);
    put(&mut out, 20, b"XYZ ");
    // The date of the profile: 2000-01-01.
    put(&mut out, 24, &[0x07, 0xD0, 0, 1, 0, 1]);
    put(&mut out, 36, b"acsp");
    put(&mut out, 68, &xyz(WHITE)[8..]);
    out.extend_from_slice(&(tags.len() as u32).to_be_bytes());
    let mut data = Vec::new();
    let first = out.len() + 12 * tags.len();
    let mut start = first;
    for (i, (tag, bytes)) in tags.iter().enumerate() {
        if i == 0 || tags[i - 1].1 != *bytes {
            start = first + data.len();
            data.extend_from_slice(bytes);
            data.resize(data.len().next_multiple_of(4), 0);
        }
        out.extend_from_slice(tag);
        out.extend_from_slice(&(start as u32).to_be_bytes());
        out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    }
    out.extend_from_slice(&data);
    let size = out.len() as u32;
    put(&mut out, 0, &size.to_be_bytes());
    Profile {
        bytes: out.into(),
        space,
    }
}

fn put(out: &mut [u8], at: usize, bytes: &[u8]) {
    out[at..at + bytes.len()].copy_from_slice(bytes);
}

/// A textDescriptionType, with empty Unicode and ScriptCode parts.
fn description(name: &str) -> Vec<u8> {
    let mut out = b"desc\0\0\0\0".to_vec();
    out.extend_from_slice(&(name.len() as u32 + 1).to_be_bytes());
    out.extend_from_slice(name.as_bytes());
    out.resize(out.len() + 1 + 8 + 3 + 67, 0);
    out
}

/// An XYZType of one colour.
fn xyz(color: [u32; 3]) -> Vec<u8> {
    let mut out = b"XYZ \0\0\0\0".to_vec();
    out.extend(color.iter().flat_map(|v| v.to_be_bytes()));
    out
}

/// A curveType: the light of sRGB's values.
fn curve() -> Vec<u8> {
    let mut out = b"curv\0\0\0\0".to_vec();
    out.extend_from_slice(&u32::from(STEPS).to_be_bytes());
    for step in 0..STEPS {
        let value = f64::from(step) / f64::from(STEPS - 1);
        let light = if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        };
        out.extend_from_slice(&((light * 65535.0).round() as u16).to_be_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_profiles_are_read_again_and_never_change() {
        let (srgb, gray) = (Profile::srgb(), Profile::gray());
        for (profile, space, size) in [
            (&srgb, ColorSpace::Rgb, 2500),
            (&gray, ColorSpace::Gray, 2380),
        ] {
            assert_eq!(&Profile::parse(profile.bytes()).unwrap(), profile);
            assert_eq!(profile.space(), space);
            assert_eq!(profile.bytes().len(), size);
        }
        let sums = [&srgb, &gray].map(|p| crc32fast::hash(p.bytes()));
        assert_eq!(sums, [716_641_340, 4_043_358_309]);
    }

    #[test]
    fn hostile_profiles() {
        let good = Profile::srgb().bytes().to_vec();
        for len in 0..good.len() {
            let e = Profile::parse(&good[..len]).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::InputDamaged, "{len}");
        }
        let with = |at: usize, bytes: &[u8]| {
            let mut bad = good.clone();
            put(&mut bad, at, bytes);
            Profile::parse(&bad).map(|_| ()).map_err(|e| e.kind())
        };
        let (damaged, unsupported) = (ErrorKind::InputDamaged, ErrorKind::InputUnsupported);
        assert_eq!(with(0, &[0xFF; 4]), Err(damaged));
        assert_eq!(with(0, &[0; 4]), Err(damaged));
        assert_eq!(with(HEADER, &[0xFF; 4]), Err(damaged));
        assert_eq!(with(HEADER, &[0; 4]), Err(damaged));
        assert_eq!(with(HEADER + 8, &[0xFF; 8]), Err(damaged));
        assert_eq!(with(16, b"CMYK"), Err(unsupported));
        assert_eq!(with(12, b"link"), Err(unsupported));
        assert_eq!(with(8, &[9]), Err(unsupported));
        // Bytes behind it are not its own.
        let longer = [&good[..], b"rest"].concat();
        assert_eq!(Profile::parse(&longer).unwrap(), Profile::srgb());
    }
}
