//! The strip encoders with rows of every shape: also of a wrong one they make no panic.

use proptest::prelude::*;
use quire_formats::codec::jpeg::{Jpeg, Tables};
use quire_formats::codec::{
    Deflate, DeflateStrip, G3, G4, Lzw, PackBits, Prepared, Stored, StripEncoder,
};
use quire_formats::tiff::Document;
use raster::{Band, PixelType};

fn pixel() -> impl Strategy<Value = PixelType> {
    use PixelType::{Bw1, Gray4, Gray8, Gray16, Rgb8, Rgb16};
    prop::sample::select(vec![Bw1, Gray4, Gray8, Gray16, Rgb8, Rgb16])
}

fn encoders(pixel: PixelType, width: u32, flags: (bool, bool)) -> Vec<Box<dyn StripEncoder>> {
    let (invert, predict) = flags;
    let mut all: Vec<Box<dyn StripEncoder>> = vec![
        Box::new(PackBits),
        Box::new(Lzw::new()),
        Box::new(Deflate::default()),
        Box::new(DeflateStrip::new(predict)),
        Box::new(G3::new(width, false)),
        Box::new(G3::new(width, true)),
        Box::new(G4::new(width)),
        Box::new(Prepared::new(Stored, pixel, invert, predict).big_endian()),
        Box::new(Prepared::new(PackBits, pixel, invert, predict)),
        Box::new(Prepared::new(Deflate::new(1), pixel, invert, predict)),
    ];
    for place in [Tables::Apart, Tables::InStrips] {
        if let Ok(jpeg) = Jpeg::new(pixel, width, 80, place) {
            all.push(Box::new(jpeg));
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The width that the encoder was told need not be that of the rows.
    #[test]
    fn rows_of_any_shape(
        pixel in pixel(),
        width in 0u32..200,
        row in 1usize..100,
        pad in 0usize..4,
        data in prop::collection::vec(any::<u8>(), 0..3_000),
        flags in any::<(bool, bool)>(),
    ) {
        let stride = row + pad;
        let data = &data[..data.len() / stride * stride];
        let band = Band::new(data, stride, row).unwrap();
        for mut encoder in encoders(pixel, width, flags) {
            // JPEG refuses some of it; that is all.
            let mut out = Vec::new();
            let first = encoder
                .rows(band, &mut out)
                .and_then(|()| encoder.finish(&mut out));
            if first.is_ok() {
                // The next strip does not depend on the one before, nor on what stands in the output.
                let mut again = vec![0xAB; 3];
                encoder.rows(band, &mut again).unwrap();
                encoder.finish(&mut again).unwrap();
                prop_assert_eq!(&again[..3], &[0xAB; 3]);
                prop_assert!(again[3..] == out, "{:?}", encoder);
                let mut whole = vec![0xCD; 2];
                encoder.strip(band, &mut whole).unwrap();
                prop_assert!(whole[2..] == out, "{:?}", encoder);
            }
        }
    }
}

/// A document is moved between threads together with the record that it is part of.
#[test]
fn documents_can_be_sent() {
    fn sent<T: Send>() {}
    sent::<Document>();
}
