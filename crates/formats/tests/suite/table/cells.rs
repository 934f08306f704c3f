//! The cells of the table.

use quire_formats::WriterOptions;
use quire_formats::tiff::Compression;
use raster::PixelType;

use crate::tiff_support::PIXELS;

/// What becomes of the pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Same,
    Near,
    Refused,
}

/// A kind of document with a compression.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) document: String,
    pub(crate) compression: String,
    pub(crate) stored_as: Vec<String>,
    pub(crate) fates: Vec<(PixelType, Fate)>,
}

/// The rows of a kind of document.
pub(crate) fn rows(document: &str) -> Vec<Row> {
    let lines = lines(include_str!("cells.csv"));
    let rows: Vec<Row> = lines
        .map(|fields| row(&fields))
        .filter(|r| r.document == document)
        .collect();
    assert!(!rows.is_empty());
    rows
}

/// The fields of each line but comments and the line of names.
pub(crate) fn lines(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.skip(1).map(|line| line.split(',').collect())
}

fn row(fields: &[&str]) -> Row {
    assert_eq!(fields.len(), 9, "{fields:?}");
    let fates = fields[3..].iter().map(|fate| match *fate {
        "same" => Fate::Same,
        "near" => Fate::Near,
        "caller" => Fate::Refused,
        other => panic!("{other}"),
    });
    Row {
        document: fields[0].into(),
        compression: fields[1].into(),
        stored_as: fields[2].split_whitespace().map(str::to_owned).collect(),
        fates: PIXELS.into_iter().zip(fates).collect(),
    }
}

impl Row {
    /// The pixels that are held, and how.
    pub(crate) fn held(&self) -> impl Iterator<Item = (PixelType, Fate)> + '_ {
        self.fates
            .iter()
            .copied()
            .filter(|(_, fate)| *fate != Fate::Refused)
    }

    pub(crate) fn compression(&self) -> Compression {
        match self.compression.as_str() {
            "" | "none" => Compression::None,
            "packbits" => Compression::PackBits,
            "lzw" | "lzw+predictor" => Compression::Lzw,
            "deflate" | "deflate+predictor" => Compression::Deflate,
            "g3-1d" => Compression::G3 {
                two_dimensional: false,
            },
            "g3-2d" => Compression::G3 {
                two_dimensional: true,
            },
            "g4" => Compression::G4,
            "jpeg-444" | "jpeg-420" => Compression::Jpeg,
            other => panic!("{other}"),
        }
    }

    pub(crate) fn predictor(&self) -> bool {
        self.compression.ends_with("+predictor")
    }

    pub(crate) fn full_color(&self) -> bool {
        self.compression != "jpeg-420"
    }

    /// Below 90 colour has half the resolution.
    pub(crate) fn quality(&self) -> u8 {
        if self.full_color() { 95 } else { 75 }
    }

    pub(crate) fn options(&self) -> WriterOptions {
        WriterOptions {
            compression: self.compression(),
            quality: self.quality(),
            full_color: self.full_color(),
            ..WriterOptions::default()
        }
    }
}
