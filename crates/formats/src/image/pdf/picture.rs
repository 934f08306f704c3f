//! The images of a page as strips.

use wia::Result;

use super::super::tiff::{Page, Picture, Scheme};
use super::super::{ImageInfo, damaged, unsupported};
use super::objects::{Data, Objects};
use super::pages::Images;
use super::value::{Dictionary, Value};
use crate::Profile;

/// What a page of these images is like.
pub(super) fn info(objects: &Objects, images: &Images) -> Result<ImageInfo> {
    let strips = strips(objects, &images.numbers)?;
    let first = &strips[0].0;
    let height = strips
        .iter()
        .map(|(strip, _)| u64::from(strip.rows))
        .sum::<u64>();
    let Ok(height) = u32::try_from(height) else {
        return Err(unsupported(format!("an image of {height} rows")));
    };
    let dpi = |pixels: u32, inches: f64| Some(f64::from(pixels) / inches);
    Ok(ImageInfo {
        width: first.width,
        height,
        pixel: first.pixels(&objects.limits)?.pixel(),
        x_dpi: dpi(first.width, images.size.0),
        y_dpi: dpi(height, images.size.1),
        orientation: images.orientation,
    })
}

/// The images as strips of one page.
pub(super) fn page(objects: &Objects, images: &[u32], info: &ImageInfo) -> Result<Page> {
    let strips = strips(objects, images)?;
    let places: Vec<_> = strips
        .iter()
        .map(|(_, data)| (data.at, data.bytes))
        .collect();
    let (first, _) = strips.into_iter().next().ok_or_else(no_image)?;
    Page::of(first, &places, info, &objects.limits)
}

fn no_image() -> wia::Error {
    damaged("a PDF page without an image")
}

/// All the same but for the rows of the last one.
fn strips(objects: &Objects, images: &[u32]) -> Result<Vec<(Picture, Data)>> {
    let mut strips: Vec<(Picture, Data)> = Vec::new();
    for (i, number) in images.iter().enumerate() {
        let (Value::Dictionary(image), Some(data)) = objects.object(*number)? else {
            return Err(no_image());
        };
        let strip = picture(objects, &image)?;
        if let Some((first, _)) = strips.first() {
            let last = i + 1 == images.len();
            let rows = if last { first.rows } else { strip.rows };
            let same = Picture {
                rows,
                ..strip.clone()
            } == *first
                && strip.rows <= first.rows;
            if !same {
                return Err(unsupported("a PDF page of strips that differ"));
            }
        }
        strips.push((strip, data));
    }
    if strips.is_empty() {
        return Err(no_image());
    }
    Ok(strips)
}

fn picture(objects: &Objects, image: &Dictionary) -> Result<Picture> {
    let number = |key, short| -> Result<u32> {
        let value = objects.resolve(image.either(key, short))?;
        let number = value.whole().and_then(|n| u32::try_from(n).ok());
        number.ok_or_else(|| damaged(format!("a PDF image without {key}")))
    };
    if !image.get("Subtype").is_name("Image") {
        return Err(unsupported("a PDF page that is no scan (a form)"));
    }
    for key in ["SMask", "Mask"] {
        if *image.get(key) != Value::Null {
            return Err(unsupported("a PDF image with a mask"));
        }
    }
    if *image.get("OC") != Value::Null {
        return Err(unsupported("a PDF image that can be hidden"));
    }
    let (width, rows) = (number("Width", "W")?, number("Height", "H")?);
    let single = |value: Value| match value {
        Value::Array(mut list) if list.len() <= 1 => list.pop().unwrap_or(Value::Null),
        value => value,
    };
    let filter = objects.resolve(&single(objects.resolve(image.either("Filter", "F"))?))?;
    let parms = single(objects.resolve(image.either("DecodeParms", "DP"))?);
    let parms = objects.dictionary(&parms)?;
    let is_mask = objects
        .resolve(image.either("ImageMask", "IM"))?
        .is_word("true");
    let fax = filter.is_name("CCITTFaxDecode");
    let jpeg = filter.is_name("DCTDecode");
    let bits = match (is_mask || fax, jpeg) {
        (true, _) => 1,
        (_, true) => 8,
        _ => number("BitsPerComponent", "BPC")?,
    };
    let space = match is_mask {
        true => Space::gray(),
        false => space(objects, image.either("ColorSpace", "CS"), 0)?,
    };
    let invert = match objects.resolve(image.either("Decode", "D"))? {
        Value::Null => false,
        Value::Array(list) => {
            let at = |i: usize| list.get(i).cloned().unwrap_or(Value::Null);
            let range = |low: f64, high: f64| {
                let pairs = list.as_chunks::<2>().0;
                pairs
                    .iter()
                    .all(|p| *p == [Value::Number(low), Value::Number(high)])
            };
            let most = f64::from((1_u32 << bits.min(16)) - 1);
            let plain = range(0.0, if space.palette.is_some() { most } else { 1.0 });
            let turned =
                space.samples == 1 && space.palette.is_none() && at(0) == Value::Number(1.0);
            if !plain && !turned {
                return Err(unsupported("a PDF image with changed colours"));
            }
            !plain
        }
        _ => return Err(damaged("a PDF image with a wrong Decode")),
    };
    let scheme = scheme(&filter, &parms)?;
    let black_is_1 = fax && parms.get("BlackIs1").is_word("true");
    if fax && parms.get("Columns").whole().unwrap_or(1728) != u64::from(width) {
        return Err(unsupported("a PDF image with fax rows of another width"));
    }
    let said = |name: &str, other: u64| parms.get(name).whole().unwrap_or(other);
    if !fax && !jpeg && said("Predictor", 1) > 1 {
        // The rows of the predictor are those of the image, whatever else a PDF may do.
        let of_predictor = [
            said("Columns", 1),
            said("Colors", 1),
            said("BitsPerComponent", 8),
        ];
        if of_predictor != [width.into(), space.samples as u64, bits.into()] {
            return Err(unsupported("a PDF image whose predictor has other rows"));
        }
    }
    Ok(Picture {
        width,
        rows,
        bits,
        samples: space.samples,
        scheme,
        invert: invert ^ black_is_1,
        palette: space.palette,
        profile: space.profile,
    })
}

fn scheme(filter: &Value, parms: &Dictionary) -> Result<Scheme> {
    let is = |name: &str| filter.is_name(name);
    let predictor = parms.get("Predictor").whole().unwrap_or(1);
    if *filter == Value::Null {
        return Ok(Scheme::Raw);
    }
    if is("FlateDecode") {
        return match predictor {
            1 => Ok(Scheme::Deflate),
            2 => Ok(Scheme::DeflateDifferences),
            10..=15 => Ok(Scheme::DeflatePng),
            other => Err(unsupported(format!("the PDF predictor {other}"))),
        };
    }
    if is("LZWDecode") && parms.get("EarlyChange").whole().unwrap_or(1) == 1 {
        return match predictor {
            1 => Ok(Scheme::Lzw),
            2 => Ok(Scheme::LzwDifferences),
            other => Err(unsupported(format!("the PDF predictor {other} with LZW"))),
        };
    }
    if is("DCTDecode") {
        return Ok(Scheme::Jpeg);
    }
    if is("CCITTFaxDecode") && !parms.get("EncodedByteAlign").is_word("true") {
        return Ok(match parms.get("K") {
            Value::Number(k) if *k < 0.0 => Scheme::G4,
            Value::Number(k) if *k > 0.0 => Scheme::G3 { options: 1 },
            _ => Scheme::G3 { options: 0 },
        });
    }
    let name = match filter {
        Value::Name(name) => String::from_utf8_lossy(name).into_owned(),
        Value::Array(_) => "several filters".to_owned(),
        _ => "an unknown filter".to_owned(),
    };
    Err(unsupported(format!("a PDF image with {name}")))
}

struct Space {
    samples: usize,
    palette: Option<Vec<[u16; 3]>>,
    profile: Option<Profile>,
}

impl Space {
    fn gray() -> Space {
        Space {
            samples: 1,
            palette: None,
            profile: None,
        }
    }
}

fn space(objects: &Objects, value: &Value, depth: u32) -> Result<Space> {
    let value = objects.resolve(value)?;
    let (name, list) = match &value {
        Value::Name(name) => (name.clone(), &[][..]),
        Value::Array(list) => match objects.resolve(list.first().unwrap_or(&Value::Null))? {
            Value::Name(name) => (name, &list[1..]),
            _ => return Err(damaged("a PDF image with a wrong ColorSpace")),
        },
        _ => return Err(damaged("a PDF image without ColorSpace")),
    };
    let at = |i: usize| list.get(i).unwrap_or(&Value::Null);
    match name.as_slice() {
        b"DeviceGray" | b"CalGray" | b"G" => Ok(Space::gray()),
        b"DeviceRGB" | b"CalRGB" | b"RGB" => Ok(Space {
            samples: 3,
            ..Space::gray()
        }),
        b"ICCBased" => {
            let Value::Reference(number) = at(0) else {
                return Err(damaged("a PDF image with a wrong ColorSpace"));
            };
            let (Value::Dictionary(of), Some(data)) = objects.object(*number)? else {
                return Err(damaged("a PDF image with a wrong ColorSpace"));
            };
            let samples = match of.get("N").whole() {
                Some(1) => 1,
                Some(3) => 3,
                _ => {
                    return Err(unsupported(
                        "a PDF image with other colours than grey and RGB",
                    ));
                }
            };
            Ok(Space {
                samples,
                profile: objects.profile(*number, &of, data),
                palette: None,
            })
        }
        b"Indexed" | b"I" if depth == 0 => {
            let base = space(objects, at(0), 1)?;
            let bytes = match at(2) {
                Value::Reference(number) => match objects.object(*number)? {
                    (Value::Dictionary(of), Some(data)) => objects.unpack(&of, data, 4096)?,
                    (Value::Text(bytes), _) => bytes,
                    _ => Vec::new(),
                },
                Value::Text(bytes) => bytes.clone(),
                _ => Vec::new(),
            };
            let colors = bytes.chunks_exact(base.samples).take(256);
            let wide = |c: u8| u16::from(c) * 257;
            let palette = colors.map(|c| match *c {
                [r, g, b] => [wide(r), wide(g), wide(b)],
                _ => [wide(c[0]); 3],
            });
            Ok(Space {
                samples: 1,
                palette: Some(palette.collect()),
                profile: base.profile,
            })
        }
        other => {
            let name = String::from_utf8_lossy(other).into_owned();
            Err(unsupported(format!("a PDF image in {name}")))
        }
    }
}
