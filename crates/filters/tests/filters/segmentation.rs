//! Regions on pictures whose rectangles are known.

use formats::DocumentFormat;
use items::{AppItem, CreationFlags};
use quire_filters::{Filter, Filters, Rectangles, Rotation};
use raster::{Area, PageLayout, PixelType};
use transfer::{ImageFilter, REGION_FLAGS, SegmentationFilter, SegmentedItem};
use wia::property::{
    WIA_IPA_FORMAT, WIA_IPS_ROTATION, WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_YEXTENT, WIA_IPS_YPOS,
};
use wia::{
    Access, Error, ErrorKind, Guid, ItemFlags, Orientation, PropertyId, PropertyInfo,
    PropertyValue, Result, ValidValues,
};

use crate::parts::{FLATBED, document, filtered, stream_of, tree};

const WIDTH: u32 = 637;
const HEIGHT: u32 = 877;
const AREAS: [PropertyId; 4] = [WIA_IPS_XPOS, WIA_IPS_YPOS, WIA_IPS_XEXTENT, WIA_IPS_YEXTENT];

/// The item of an application.
struct Bed(AppItem, Orientation);

impl Bed {
    fn new(format: Guid, rotation: Orientation) -> Bed {
        let numbers = [100, 200, WIDTH as i32, HEIGHT as i32];
        let mut values: Vec<(PropertyId, PropertyValue)> =
            AREAS.into_iter().zip(numbers.map(Into::into)).collect();
        values.push((WIA_IPA_FORMAT, format.into()));
        values.push((WIA_IPS_ROTATION, rotation.value().into()));
        let item = tree(&values).find_by_name(FLATBED).unwrap();
        Bed(item, Orientation::Portrait)
    }

    fn regions(&self) -> Vec<Area> {
        let area = |item: &AppItem| {
            let [x, y, width, height] = AREAS.map(|id| item.read_i32(id).unwrap() as u32);
            Area::new(x, y, width, height)
        };
        self.0.children().iter().map(area).collect()
    }
}

impl SegmentedItem for Bed {
    fn item(&self) -> &AppItem {
        &self.0
    }

    fn turned(&self) -> Orientation {
        self.1
    }

    fn create_child(
        &self,
        flags: ItemFlags,
        creation: CreationFlags,
        name: &str,
    ) -> Result<AppItem> {
        assert_eq!(flags, REGION_FLAGS);
        assert_eq!(flags.bits(), 0x4000 | 0x2000 | 1 | 2 | 0x8_0000);
        assert_eq!(creation, CreationFlags::COPY_PARENT_PROPERTY_VALUES);
        self.0.add_child(flags, name, &mut |child| {
            let info = || PropertyInfo {
                access: Access::RW,
                valid: ValidValues::None,
            };
            AREAS
                .into_iter()
                .for_each(|id| child.declare(id, 0, info()));
            Ok(())
        })
    }

    fn write(&self, child: &AppItem, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
        child.write_all(values)
    }
}

/// Rectangles on a bed, in grey.
fn picture(
    size: (u32, u32),
    pixel: PixelType,
    bed: u8,
    things: &[(Area, u8)],
) -> (PageLayout, Vec<Vec<u8>>) {
    let layout = PageLayout {
        width: size.0,
        height: Some(size.1),
        pixel,
        x_dpi: 75,
        y_dpi: 75,
    };
    let convert = raster::Converter::new(PixelType::Gray8, pixel, size.0, 128);
    let rows = (0..size.1).map(|y| {
        let mut grey = vec![bed; size.0 as usize];
        for (area, shade) in things {
            if (area.y..area.y + area.height).contains(&y) {
                grey[area.x as usize..(area.x + area.width) as usize].fill(*shade);
            }
        }
        let mut row = vec![0; layout.row_bytes()];
        convert.convert_row(&grey, &mut row);
        row
    });
    let rows = rows.collect();
    (layout, rows)
}

const THINGS: [Area; 3] = [
    Area::new(40, 30, 200, 120),
    Area::new(400, 50, 90, 300),
    Area::new(17, 500, 601, 333),
];

fn detect(bed: &Bed, bytes: &[u8]) {
    Rectangles
        .detect_regions(&mut stream_of(bytes), bed)
        .unwrap();
}

fn moved(areas: &[Area]) -> Vec<Area> {
    let moved = areas
        .iter()
        .map(|a| Area::new(a.x + 100, a.y + 200, a.width, a.height));
    moved.collect()
}

#[test]
fn dark_rectangles_on_light_and_light_ones_on_dark_are_found_in_every_format() {
    for (format, id) in [
        (DocumentFormat::Raw, wia::format::WIA_IMG_FMT_RAW),
        (DocumentFormat::Bmp, wia::format::WIA_IMG_FMT_BMP),
        (DocumentFormat::Tiff, wia::format::WIA_IMG_FMT_TIFF),
        (DocumentFormat::Png, wia::format::WIA_IMG_FMT_PNG),
    ] {
        for pixel in [PixelType::Bw1, PixelType::Gray8, PixelType::Rgb8] {
            for (light, dark) in [(250, 90), (20, 200)] {
                let things = THINGS.map(|area| (area, dark));
                let (layout, rows) = picture((WIDTH, HEIGHT), pixel, light, &things);
                let bed = Bed::new(id, Orientation::Portrait);
                detect(&bed, &document(format, &layout, &rows));
                // Coordinates of the bed: the position of the item is added.
                assert_eq!(
                    bed.regions(),
                    moved(&THINGS),
                    "{format:?} {pixel:?} {light}"
                );
            }
        }
    }
}

#[test]
fn jpeg_is_read_to_a_pixel_or_two() {
    let things = THINGS.map(|area| (area, 60));
    let (layout, rows) = picture((WIDTH, HEIGHT), PixelType::Rgb8, 255, &things);
    let bed = Bed::new(wia::format::WIA_IMG_FMT_JPEG, Orientation::Portrait);
    detect(&bed, &document(DocumentFormat::Jpeg, &layout, &rows));
    let found = bed.regions();
    assert_eq!(found.len(), THINGS.len());
    for (found, thing) in found.iter().zip(moved(&THINGS)) {
        let close = |a: u32, b: u32| a.abs_diff(b) <= 2;
        let near = close(found.x, thing.x)
            && close(found.y, thing.y)
            && close(found.width, thing.width)
            && close(found.height, thing.height);
        assert!(near, "{found:?} {thing:?}");
    }
}

#[test]
fn an_empty_bed_and_dust_have_no_regions() {
    let dust = [
        (Area::new(100, 100, 3, 3), 0),
        (Area::new(500, 700, 1, 1), 0),
    ];
    for things in [&[][..], &dust] {
        let (layout, rows) = picture((WIDTH, HEIGHT), PixelType::Gray8, 240, things);
        let bed = Bed::new(wia::format::WIA_IMG_FMT_RAW, Orientation::Portrait);
        detect(&bed, &document(DocumentFormat::Raw, &layout, &rows));
        assert_eq!(bed.regions(), []);
    }
}

#[test]
fn a_line_is_no_region_and_a_narrow_strip_is_one() {
    // 75 dpi: a pixel is a third of a millimetre.
    for (area, is_region) in [
        (Area::new(100, 300, 400, 1), false),
        (Area::new(300, 100, 2, 500), false),
        (Area::new(100, 300, 400, 3), true),
        (Area::new(300, 100, 3, 15), true),
        (Area::new(300, 100, 14, 14), false),
    ] {
        let (layout, rows) = picture((WIDTH, HEIGHT), PixelType::Gray8, 240, &[(area, 0)]);
        let bed = Bed::new(wia::format::WIA_IMG_FMT_RAW, Orientation::Portrait);
        detect(&bed, &document(DocumentFormat::Raw, &layout, &rows));
        assert_eq!(bed.regions().len(), usize::from(is_region), "{area:?}");
    }
}

#[test]
fn what_is_close_together_is_one_region() {
    let things = [
        (Area::new(100, 100, 80, 10), 0),
        (Area::new(100, 114, 60, 10), 0),
        (Area::new(140, 128, 90, 10), 0),
    ];
    let (layout, rows) = picture((WIDTH, HEIGHT), PixelType::Gray8, 240, &things);
    let bed = Bed::new(wia::format::WIA_IMG_FMT_RAW, Orientation::Portrait);
    detect(&bed, &document(DocumentFormat::Raw, &layout, &rows));
    assert_eq!(bed.regions(), moved(&[Area::new(100, 100, 130, 38)]));
}

#[test]
fn a_large_preview_is_looked_at_in_little() {
    let things = [(Area::new(303, 600, 900, 1500), 0)];
    let (layout, rows) = picture((2500, 3300), PixelType::Gray8, 255, &things);
    let bed = Bed::new(wia::format::WIA_IMG_FMT_RAW, Orientation::Portrait);
    for (id, value) in [(WIA_IPS_XEXTENT, 2500), (WIA_IPS_YEXTENT, 3300)] {
        bed.0.write(id, value).unwrap();
    }
    detect(&bed, &document(DocumentFormat::Raw, &layout, &rows));
    let found = bed.regions()[0];
    assert!(
        found.x.abs_diff(403) <= 3 && found.width.abs_diff(900) <= 6,
        "{found:?}"
    );
    assert!(
        found.y.abs_diff(800) <= 3 && found.height.abs_diff(1500) <= 6,
        "{found:?}"
    );
}

#[test]
fn a_rotated_preview_gives_rectangles_of_the_bed() {
    let things = THINGS.map(|area| (area, 0));
    let (layout, rows) = picture((WIDTH, HEIGHT), PixelType::Gray8, 255, &things);
    let raw = document(DocumentFormat::Raw, &layout, &rows);
    for turn in [
        Orientation::Portrait,
        Orientation::Landscape,
        Orientation::Rot180,
        Orientation::Rot270,
    ] {
        let bed = Bed::new(wia::format::WIA_IMG_FMT_RAW, turn);
        // Rotated as an image filter does it.
        let turned = filtered(&bed.0, vec![Box::new(Rotation(Some(turn)))], &raw);
        detect(&bed, &turned);
        let mut found = bed.regions();
        found.sort_by_key(|area| area.y);
        assert_eq!(found, moved(&THINGS), "{turn:?}");
    }
}

#[test]
fn turns_of_the_property_and_of_the_filter_are_both_undone() {
    let things = THINGS.map(|area| (area, 0));
    let (layout, rows) = picture((WIDTH, HEIGHT), PixelType::Gray8, 255, &things);
    let raw = document(DocumentFormat::Raw, &layout, &rows);
    let turns = [0, 1, 2, 3].map(|value| Orientation::from_value(value).unwrap());
    for (property, explicit) in turns.into_iter().flat_map(|p| turns.map(|e| (p, e))) {
        let mut bed = Bed::new(wia::format::WIA_IMG_FMT_RAW, property);
        let filter = Filters::new(vec![Box::new(Rotation(Some(explicit)))]);
        bed.1 = filter.turn();
        assert_eq!(bed.1, explicit);
        let both: Vec<Box<dyn Filter>> =
            vec![Box::new(Rotation(None)), Box::new(Rotation(Some(explicit)))];
        let turned = filtered(&bed.0, both, &raw);
        detect(&bed, &turned);
        let mut found = bed.regions();
        found.sort_by_key(|area| area.y);
        assert_eq!(found, moved(&THINGS), "{property:?} {explicit:?}");
    }
}

#[test]
fn regions_do_not_take_the_names_of_others() {
    let things = [(THINGS[0], 0)];
    let (layout, rows) = picture((WIDTH, HEIGHT), PixelType::Gray8, 255, &things);
    let raw = document(DocumentFormat::Raw, &layout, &rows);
    let bed = Bed::new(wia::format::WIA_IMG_FMT_RAW, Orientation::Portrait);
    detect(&bed, &raw);
    detect(&bed, &raw);
    let children = bed.0.children();
    let names: Vec<_> = children.iter().map(AppItem::name).collect();
    assert_eq!(names, ["Region1", "Region2"]);
}

#[test]
fn a_format_that_is_not_known_is_refused() {
    let bed = Bed::new(wia::format::WIA_IMG_FMT_GIF, Orientation::Portrait);
    let mut stream = stream_of(b"GIF89a");
    let e: Error = Rectangles.detect_regions(&mut stream, &bed).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InputUnsupported);
}
