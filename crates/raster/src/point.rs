//! Brightness and contrast, as a table that each sample is looked up in.

use crate::PixelType;

/// Brightness and contrast (`WIA_IPS_BRIGHTNESS`, `WIA_IPS_CONTRAST`), each -1000..=1000, 0 changing
/// nothing; values beyond are taken as the nearest end.
///
/// With the samples as 0 to 1, `out = (v - 1/2) * slope + 1/2 + brightness / 1000`, rounded to the
/// nearest value and clamped. The slope is `1 + contrast / 1000` below 0 (at -1000 everything is mid
/// grey) and `1 / (1 - contrast / 1000)` above (at 1000 everything is black or white).
#[derive(Clone, Debug)]
pub struct PointOperation(Table);

#[derive(Clone, Debug)]
enum Table {
    Identity,
    Eight(Box<[u8; 256]>),
    Sixteen(Box<[u16]>),
}

impl PointOperation {
    /// The operation for rows of `pixel`. Packed types (1 and 4 bits) are left alone: apply it to 8
    /// bits and pack then.
    pub fn new(brightness: i32, contrast: i32, pixel: PixelType) -> PointOperation {
        if brightness == 0 && contrast == 0 {
            return PointOperation(Table::Identity);
        }
        PointOperation(match pixel.bits_per_channel() {
            8 => {
                let value = |v| adjusted(v as i64, 255, brightness, contrast) as u8;
                Table::Eight(Box::new(std::array::from_fn(value)))
            }
            16 => {
                let value = |v| adjusted(v, 65535, brightness, contrast) as u16;
                Table::Sixteen((0..65536).map(value).collect())
            }
            _ => Table::Identity,
        })
    }

    /// Whether it changes nothing.
    pub const fn is_identity(&self) -> bool {
        matches!(self.0, Table::Identity)
    }

    /// Changes a row, or several, in place. The samples must be of the type that it was made for.
    pub fn apply(&self, samples: &mut [u8]) {
        match &self.0 {
            Table::Identity => {}
            Table::Eight(table) => {
                for v in samples {
                    *v = table[usize::from(*v)];
                }
            }
            Table::Sixteen(table) => {
                for pair in samples.as_chunks_mut::<2>().0 {
                    let v = usize::from(u16::from_le_bytes(*pair));
                    *pair = table.get(v).copied().unwrap_or_default().to_le_bytes();
                }
            }
        }
    }
}

/// One value on the scale 0..=`white`, `white` being odd.
fn adjusted(v: i64, white: i64, brightness: i32, contrast: i32) -> i64 {
    let brightness = i64::from(brightness.clamp(-1000, 1000));
    // The slope as a fraction. The steepest makes the smallest distance from the middle, one half,
    // larger than the scale.
    let (num, den) = match i64::from(contrast.clamp(-1000, 1000)) {
        1000 => (2 * white, 1),
        c if c > 0 => (1000, 1000 - c),
        c => (1000 + c, 1000),
    };
    let doubled = 1000 * num * (2 * v - white) + 1000 * den * white + 2 * brightness * white * den;
    let half_up = (doubled + 1000 * den).div_euclid(2000 * den);
    half_up.clamp(0, white)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eight(brightness: i32, contrast: i32) -> Vec<u8> {
        let mut row: Vec<u8> = (0..=255).collect();
        PointOperation::new(brightness, contrast, PixelType::Rgb8).apply(&mut row);
        row
    }

    #[test]
    fn zero_is_identity_at_both_depths() {
        assert!(PointOperation::new(0, 0, PixelType::Gray16).is_identity());
        for v in 0..=65535 {
            assert_eq!(adjusted(v, 65535, 0, 0), v);
        }
    }

    #[test]
    fn ends_of_the_scales() {
        assert!(eight(1000, 0).iter().all(|v| *v == 255));
        assert!(eight(-1000, 0).iter().all(|v| *v == 0));
        assert!(eight(-9999, 0).iter().all(|v| *v == 0));
        assert!(eight(0, -1000).iter().all(|v| *v == 128));
        let steep = eight(0, 1000);
        assert!(steep[..128].iter().all(|v| *v == 0));
        assert!(steep[128..].iter().all(|v| *v == 255));
    }

    #[test]
    fn known_values() {
        // 100/255 brighter by a tenth of the scale: 100 + 25.5.
        assert_eq!(eight(100, 0)[100], 126);
        // Half the contrast: 127.5 + (200 - 127.5) / 2.
        assert_eq!(eight(0, -500)[200], 164);
        // Twice the contrast: 127.5 + (150 - 127.5) * 2.
        assert_eq!(eight(0, 500)[150], 173);
        let mut wide = 10_000u16.to_le_bytes();
        PointOperation::new(100, 0, PixelType::Gray16).apply(&mut wide);
        assert_eq!(u16::from_le_bytes(wide), 16_554);
    }

    #[test]
    fn never_turns_the_order_around() {
        for (b, c) in [(300, 700), (-450, -30), (1, 999), (0, 1000)] {
            assert!(eight(b, c).is_sorted());
        }
    }

    #[test]
    fn packed_types_are_left_alone() {
        let mut row = [0b1010_0101];
        PointOperation::new(500, 500, PixelType::Bw1).apply(&mut row);
        assert_eq!(row, [0b1010_0101]);
    }
}
