//! Where a JPEG stream ends (ITU-T T.81, annex B): scanners may fill up what they send behind it, and what a segment
//! holds, such as a small picture with an end of its own, is no end.

/// Follows the markers of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum JpegEnd {
    /// A marker's first byte is next.
    #[default]
    Marker,
    /// A marker's second byte.
    Code,
    /// A segment's length, of a segment before a scan's data or another.
    Length { scan: bool },
    /// The second byte of it.
    LengthLow { scan: bool, high: u8 },
    /// So many bytes of a segment are left.
    Segment { scan: bool, left: usize },
    /// In a scan's data.
    Scan,
    /// Behind 0xFF there.
    ScanCode,
    /// Behind the end.
    Over,
}

impl JpegEnd {
    /// The next bytes.
    pub(crate) fn update(&mut self, mut piece: &[u8]) {
        while let Some((&byte, rest)) = piece.split_first() {
            piece = rest;
            *self = match *self {
                JpegEnd::Marker if byte == 0xFF => JpegEnd::Code,
                // What stands between segments is passed over, as decoders do.
                JpegEnd::Marker => JpegEnd::Marker,
                JpegEnd::Code => of_code(byte),
                JpegEnd::Length { scan } => JpegEnd::LengthLow { scan, high: byte },
                JpegEnd::LengthLow { scan, high } => {
                    let length = usize::from(u16::from_be_bytes([high, byte]));
                    // Itself has two bytes.
                    segment(scan, length.saturating_sub(2))
                }
                JpegEnd::Segment { scan, left } => {
                    let more = rest.len().min(left - 1);
                    piece = &rest[more..];
                    segment(scan, left - 1 - more)
                }
                JpegEnd::Scan if byte == 0xFF => JpegEnd::ScanCode,
                JpegEnd::Scan => {
                    let next = rest.iter().position(|b| *b == 0xFF);
                    piece = &rest[next.unwrap_or(rest.len())..];
                    JpegEnd::Scan
                }
                // A byte of data, or a restart.
                JpegEnd::ScanCode if matches!(byte, 0x00 | 0xD0..=0xD7) => JpegEnd::Scan,
                JpegEnd::ScanCode if byte == 0xFF => JpegEnd::ScanCode,
                JpegEnd::ScanCode => of_code(byte),
                JpegEnd::Over => return,
            };
        }
    }

    /// Whether the end has come.
    pub(crate) fn is_there(self) -> bool {
        self == JpegEnd::Over
    }
}

fn of_code(code: u8) -> JpegEnd {
    match code {
        0xFF => JpegEnd::Code,
        0xD9 => JpegEnd::Over,
        // These stand alone.
        0x00 | 0x01 | 0xD0..=0xD8 => JpegEnd::Marker,
        code => JpegEnd::Length { scan: code == 0xDA },
    }
}

fn segment(scan: bool, left: usize) -> JpegEnd {
    match (left, scan) {
        (0, true) => JpegEnd::Scan,
        (0, false) => JpegEnd::Marker,
        _ => JpegEnd::Segment { scan, left },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SOI, APP1 with an end inside, SOS, data with 0xFF and a restart, DHT, SOS, data, EOI.
    const STREAM: &[u8] = b"\xFF\xD8\xFF\xE1\0\x06\xFF\xD9\xFF\xD9\
        \xFF\xFF\xDA\0\x04ab\x01\xFF\0\xFF\xD3\x02\
        \xFF\xC4\0\x02\xFF\xDA\0\x03c\x05\xFF\xD9";

    fn ends(stream: &[u8], piece: usize) -> bool {
        let mut end = JpegEnd::default();
        stream.chunks(piece).for_each(|piece| end.update(piece));
        end.is_there()
    }

    #[test]
    fn the_end_is_the_last_marker_alone() {
        for piece in [1, 2, 3, 100] {
            for len in 0..STREAM.len() {
                assert!(!ends(&STREAM[..len], piece), "{len} by {piece}");
            }
            assert!(ends(STREAM, piece));
            // Whatever follows.
            let padded = [STREAM, &[0; 10_000]].concat();
            assert!(ends(&padded, piece));
        }
    }
}
