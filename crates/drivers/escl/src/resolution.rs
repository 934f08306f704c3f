//! The resolution that a page really has: some scanners give another one than was asked for, and some cut the page.

use escl::capabilities::Resolutions;
use formats::image::ImageInfo;

/// What differs by more than this part is something else.
const DIFFERENT: f64 = 0.02;

/// What was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// In pixels.
    pub(crate) size: (u32, u32),
    pub(crate) dpi: (u32, u32),
    /// Resolutions that the scanner lists.
    pub(crate) listed: &'a [Resolutions],
}

/// Dots an inch across and along of an image. One of another size has the resolution that it tells, where that explains
/// its size; else the one that the scanner lists and that does. What nothing explains is cut, not scaled.
pub(crate) fn of(info: &ImageInfo, asked: &Asked<'_>) -> (u32, u32) {
    let ratio = |is: u32, asked: u32| f64::from(is) / f64::from(asked.max(1));
    let (x, y) = (
        ratio(info.width, asked.size.0),
        ratio(info.height, asked.size.1),
    );
    if same(x, 1.0) && same(y, 1.0) {
        return asked.dpi;
    }
    let explains = |dpi: (f64, f64)| {
        same(dpi.0 / f64::from(asked.dpi.0.max(1)), x)
            && same(dpi.1 / f64::from(asked.dpi.1.max(1)), y)
    };
    let told = info.x_dpi.zip(info.y_dpi);
    if let Some(told) = told.filter(|told| explains(*told)) {
        return (told.0.round() as u32, told.1.round() as u32);
    }
    let is_asked = |told: (f64, f64)| {
        same(told.0, f64::from(asked.dpi.0)) && same(told.1, f64::from(asked.dpi.1))
    };
    if told.is_some_and(is_asked) {
        return asked.dpi;
    }
    let mut listed = asked.listed.iter().flat_map(|list| &list.discrete);
    let fits = |dpi: &&(u32, u32)| explains((f64::from(dpi.0), f64::from(dpi.1)));
    listed.find(fits).copied().unwrap_or(asked.dpi)
}

fn same(one: f64, other: f64) -> bool {
    (one / other - 1.0).abs() < DIFFERENT
}

#[cfg(test)]
mod tests {
    use formats::Orientation;
    use raster::PixelType;

    use super::*;

    #[test]
    fn another_resolution_and_another_size() {
        let listed = [Resolutions {
            discrete: vec![(150, 150), (300, 300), (400, 400), (600, 600)],
            ..Resolutions::default()
        }];
        let asked = Asked {
            size: (4960, 7016),
            dpi: (600, 600),
            listed: &listed,
        };
        // Size, what the file tells, and what it is.
        for (size, told, expected) in [
            // As asked, whatever it tells.
            ((4960, 7016), None, (600, 600)),
            ((4960, 7016), Some((72.0, 72.0)), (600, 600)),
            ((4958, 7000), Some((300.0, 300.0)), (600, 600)),
            // Lexmark gives 400 for 600.
            ((3307, 4677), None, (400, 400)),
            ((3307, 4677), Some((400.0, 400.0)), (400, 400)),
            ((3307, 4677), Some((72.0, 72.0)), (400, 400)),
            // It is the word of the file, where it has one that fits.
            ((3307, 4677), Some((600.0, 600.0)), (600, 600)),
            // 424 dpi is in no list: A5 of an A4 area.
            ((3508, 4960), None, (600, 600)),
            ((3508, 4960), Some((96.0, 96.0)), (600, 600)),
            ((3508, 4960), Some((424.0, 424.0)), (424, 424)),
            // Shorter and narrower.
            ((4960, 3000), None, (600, 600)),
            ((2480, 7016), Some((300.0, 600.0)), (300, 600)),
        ] {
            let info = ImageInfo {
                width: size.0,
                height: size.1,
                pixel: PixelType::Gray8,
                x_dpi: told.map(|(x, _)| x),
                y_dpi: told.map(|(_, y)| y),
                orientation: Orientation::default(),
            };
            assert_eq!(of(&info, &asked), expected, "{size:?} {told:?}");
        }
    }
}
