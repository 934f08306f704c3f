//! What stands on the generated sheets.

use super::lettering::Style;
use super::noise::mixed;

const SENTENCES: [&str; 30] = [
    "A quire is a gathering of leaves, folded once and laid inside each other.",
    "Four sheets of paper made a quire in the days when books were written by hand; twenty-four or twenty-five make one today.",
    "This page was never printed.",
    "A program draws it, row after row, whenever somebody scans it, and forgets it at once.",
    "Nothing is lost by that: the same seed gives the same page, down to the last speck of its grain.",
    "Paper remembers being a tree, a rag, a river.",
    "Hold a sheet against the light and the fibres show, lying as the water left them.",
    "A feeder takes one sheet at a time, or means to.",
    "Now and then it takes two, and somebody has to count the pages afterwards.",
    "That is why the number of this sheet stands above in letters that can be read across a room.",
    "The lamp moves, the mirror moves with it, and a line of light becomes a line of numbers.",
    "Three numbers for each point: so much red, so much green, so much blue.",
    "Where all three are large there is paper; where all three are small there is ink.",
    "The picture stands for a photograph, with a sky that has no edges and hills that have many.",
    "Fine lines, far apart or close together, show what a resolution is worth.",
    "The squares of a checkerboard meet at their corners, and a scan that slips shows it there first.",
    "Grey is harder than black: sixteen steps, and each should be told from the next.",
    "A letter is only a path for the pen, and these were drawn with a round one.",
    "Read a scan twice and the second reading is free.",
    "Whoever puts a stack of paper into a machine would like to have all of it back, in order and the right way round.",
    "Dust on the glass makes a line on every page; there is no dust here.",
    "Old scanners sang while they worked, and one could hear when a page was nearly done.",
    "The back of a sheet is a page too, though it is often forgotten.",
    "An inch is a thousand thousandths, and everything on this page stands on one of them.",
    "Margins are there for the thumbs.",
    "To fold a sheet seven times is hard; to scan it once is easy.",
    "Every page ends somewhere, and so does every line, but the text goes on overleaf.",
    "It is said that a good copy is one that nobody notices.",
    "Count the sheets, close the cover, press the button.",
    "When the last page has been taken the tray is empty, which is not an error.",
];

/// The words of the text in columns, for a page with the seed `seed`; they never end.
pub(super) fn words(seed: u64) -> impl Iterator<Item = &'static str> {
    // Every sentence once before any comes again: a step that shares no factor with their number.
    let count = SENTENCES.len() as u64;
    let steps = [1, 7, 11, 13, 17, 19, 23, 29];
    let start = mixed(seed) % count;
    let step = steps[(mixed(seed ^ 1) % steps.len() as u64) as usize];
    (0..)
        .map(move |i| SENTENCES[((start + i * step) % count) as usize])
        .flat_map(str::split_ascii_whitespace)
}

/// Lines of at most `width` thousandths of an inch.
pub(super) fn lines<'a>(
    words: impl Iterator<Item = &'a str>,
    style: Style,
    width: f32,
) -> impl Iterator<Item = String> {
    let mut words = words.peekable();
    let space = style.advance(' ');
    std::iter::from_fn(move || {
        let mut line = String::from(words.next()?);
        let mut at = style.width(&line);
        while let Some(word) = words.next_if(|w| at + space + style.width(w) <= width) {
            at += space + style.width(word);
            line.push(' ');
            line.push_str(word);
        }
        Some(line)
    })
}
