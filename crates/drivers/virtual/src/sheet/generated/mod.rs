//! Sheets that the program draws: A4, the same for the same seed, sheet and side, at any resolution.
//!
//! A side shows its sheet's number and side in large letters and in a bar code (Code 128, 0.5 mm a
//! module, `QUIRE-seed-sheet-F` or `-B`, the sheet in at least three digits), text, a photograph, a
//! checkerboard, lines, colours, a grey wedge in 16 exact steps and one without steps, and a ruler;
//! on paper with a grain.
//!
//! Nothing is kept but tables: every row is drawn by itself, and any row can be drawn at any time.

mod checker;
mod code128;
mod draw;
mod grain;
mod ink;
mod lettering;
mod noise;
mod page;
mod picture;
mod prose;
mod scene;
mod strokes;

use std::sync::{Arc, Mutex};

use wia::Result;

use super::scan::{self, RowSource};
use super::{Face, PaperSize, ScanRequest, Sheet, Side};
use lettering::TypeCase;
use page::Identity;

/// A stack of generated sheets.
#[derive(Clone, Debug)]
pub struct GeneratedStack {
    seed: u64,
    letters: Arc<Mutex<TypeCase>>,
}

impl GeneratedStack {
    /// The sheets of a seed. There are as many as anybody asks for.
    pub fn new(seed: u64) -> GeneratedStack {
        GeneratedStack {
            seed,
            letters: Arc::default(),
        }
    }

    /// Sheet `number`, counted from 1 (0 counts as 1).
    pub fn sheet(&self, number: u32) -> Sheet {
        let side = |back| {
            Side(Arc::new(Generated {
                identity: Identity {
                    seed: self.seed,
                    sheet: number.max(1),
                    back,
                },
                letters: Arc::clone(&self.letters),
            }))
        };
        Sheet {
            front: side(false),
            back: side(true),
        }
    }
}

#[derive(Debug)]
struct Generated {
    identity: Identity,
    letters: Arc<Mutex<TypeCase>>,
}

impl Face for Generated {
    fn size(&self) -> Result<PaperSize> {
        Ok(PaperSize::A4)
    }

    fn scan(&self, request: &ScanRequest) -> Result<Box<dyn RowSource>> {
        let drawing = draw::Drawing::new(self.identity, Arc::clone(&self.letters), request);
        Ok(scan::rows(request, drawing.pixel(), drawing))
    }
}
