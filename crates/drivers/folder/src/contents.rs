//! What a file holds, by its first bytes, else by the ending of its name.

use wia::Guid;
use wia::format::*;

/// Bytes that tell a format.
pub(crate) const HEAD: usize = 16;

/// First bytes of formats that can be told by them.
const SIGNATURES: [(&[u8], Guid); 14] = [
    (b"BM", WIA_IMG_FMT_BMP),
    (b"II*\0", WIA_IMG_FMT_TIFF),
    (b"MM\0*", WIA_IMG_FMT_TIFF),
    (b"II+\0", WIA_IMG_FMT_TIFF),
    (b"MM\0+", WIA_IMG_FMT_TIFF),
    (b"\xFF\xD8\xFF", WIA_IMG_FMT_JPEG),
    (b"\x89PNG\r\n\x1A\n", WIA_IMG_FMT_PNG),
    (b"GIF8", WIA_IMG_FMT_GIF),
    (b"\0\0\0\x0CjP  \r\n\x87\n", WIA_IMG_FMT_JPEG2K),
    (b"\x97JB2\r\n\x1A\n", WIA_IMG_FMT_JBIG2),
    (b"WRAW", WIA_IMG_FMT_RAW),
    (b"{\\rtf", WIA_IMG_FMT_RTF),
    (b"ID3", WIA_AUD_FMT_MP3),
    (b"FORM", WIA_AUD_FMT_AIFF),
];

/// Endings of formats that have no first bytes of their own.
const ENDINGS: [(&str, Guid); 11] = [
    ("txt", WIA_IMG_FMT_TXT),
    ("csv", WIA_IMG_FMT_CSV),
    ("xml", WIA_IMG_FMT_XML),
    ("htm", WIA_IMG_FMT_HTML),
    ("html", WIA_IMG_FMT_HTML),
    ("xps", WIA_IMG_FMT_XPS),
    ("oxps", WIA_IMG_FMT_OXPS),
    ("mp3", WIA_AUD_FMT_MP3),
    ("mpg", WIA_IMG_FMT_MPG),
    ("wma", WIA_AUD_FMT_WMA),
    ("asf", WIA_IMG_FMT_ASF),
];

/// The format of a file that begins with `head`. An ending does not make an image.
pub(crate) fn format(head: &[u8], name: &str) -> Guid {
    if let Some((_, format)) = SIGNATURES.iter().find(|(s, _)| head.starts_with(s)) {
        return *format;
    }
    match (head.get(..4), head.get(8..12)) {
        (Some(b"RIFF"), Some(b"WAVE")) => return WIA_AUD_FMT_WAV,
        (Some(b"RIFF"), Some(b"AVI ")) => return WIA_IMG_FMT_AVI,
        _ => {}
    }
    let ending = ending(name);
    let known = ENDINGS.iter().find(|(e, _)| *e == ending);
    known.map_or(WIA_IMG_FMT_UNDEFINED, |(_, format)| *format)
}

/// The format that a new file of this name is going to have, as far as the name tells.
pub(crate) fn promised(name: &str) -> Guid {
    let ending = ending(name);
    let formats = [
        ("bmp", WIA_IMG_FMT_BMP),
        ("tif", WIA_IMG_FMT_TIFF),
        ("tiff", WIA_IMG_FMT_TIFF),
        ("jpg", WIA_IMG_FMT_JPEG),
        ("jpeg", WIA_IMG_FMT_JPEG),
        ("png", WIA_IMG_FMT_PNG),
        ("gif", WIA_IMG_FMT_GIF),
    ];
    let image = formats.iter().find(|(e, _)| *e == ending);
    image.map_or_else(|| format(&[], name), |(_, format)| *format)
}

/// The ending of a name, in lower case, without the dot.
pub(crate) fn ending(name: &str) -> String {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ending.to_lowercase()
}

/// Whether it is an image.
pub(crate) fn is_image(format: Guid) -> bool {
    [
        WIA_IMG_FMT_BMP,
        WIA_IMG_FMT_TIFF,
        WIA_IMG_FMT_JPEG,
        WIA_IMG_FMT_PNG,
        WIA_IMG_FMT_GIF,
        WIA_IMG_FMT_JPEG2K,
        WIA_IMG_FMT_JBIG2,
        WIA_IMG_FMT_RAW,
    ]
    .contains(&format)
}

/// Whether it is a sound.
pub(crate) fn is_audio(format: Guid) -> bool {
    [
        WIA_AUD_FMT_WAV,
        WIA_AUD_FMT_MP3,
        WIA_AUD_FMT_AIFF,
        WIA_AUD_FMT_WMA,
    ]
    .contains(&format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_goes_before_the_ending() {
        let rows: [(&[u8], &str, Guid); 9] = [
            (b"BM123", "a.png", WIA_IMG_FMT_BMP),
            (b"II*\0", "a", WIA_IMG_FMT_TIFF),
            (b"MM\0+", "a.tif", WIA_IMG_FMT_TIFF),
            (b"RIFF....WAVEfmt ", "a.avi", WIA_AUD_FMT_WAV),
            (b"RIFF....AVI ", "a", WIA_IMG_FMT_AVI),
            (b"RIFF", "a.csv", WIA_IMG_FMT_CSV),
            (b"words", "a.TXT", WIA_IMG_FMT_TXT),
            (b"words", "a.png", WIA_IMG_FMT_UNDEFINED),
            (b"", "a", WIA_IMG_FMT_UNDEFINED),
        ];
        for (head, name, expected) in rows {
            assert_eq!(format(head, name), expected, "{name}");
        }
    }

    #[test]
    fn a_new_file_is_what_its_name_says() {
        assert_eq!(promised("a.JPG"), WIA_IMG_FMT_JPEG);
        assert_eq!(promised("a.txt"), WIA_IMG_FMT_TXT);
        assert_eq!(promised("a"), WIA_IMG_FMT_UNDEFINED);
    }
}
