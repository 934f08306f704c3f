//! Drivers that do anything in any order: what is complete is kept, and nothing else is.

use quire_acquire::{Compression, Settings};
use service::Stream;
use wia::{Error, ErrorKind, Result, Status, Tymed};

use crate::documents::gray_tiff;
use crate::rig::{Scratch, Watcher, scan_watched, settings};
use crate::scripted::{Call, HEIGHT, Scripted, Stop, Told, WIDTH, page, raw_page, seek};

/// What a driver does.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// A page, in pieces of this size.
    Page(usize),
    /// So many rows of a page, taken back.
    TakenBack(u32),
    Message,
    /// So many rows of a page, and no more.
    Unfinished(u32),
}

#[derive(Clone, Copy, Debug)]
enum End {
    Well,
    OutOfPaper,
    Cancelled,
    Jam,
    Crash,
}

impl End {
    fn told(self) -> Told {
        match self {
            End::Well => Ok(Status::Ok),
            End::OutOfPaper => Ok(Status::EndOfMedia),
            End::Cancelled => Ok(Status::Cancelled),
            End::Jam => Err(Stop::Failed(Error::new(ErrorKind::PaperJam, ""))),
            End::Crash => panic!("a driver that crashes"),
        }
    }

    /// The exit code that comes of it with so many pages.
    fn code(self, pages: u32, unfinished: bool) -> u8 {
        match self {
            End::Jam => 4,
            End::Crash => 8,
            End::Cancelled => 130,
            End::Well | End::OutOfPaper if unfinished => 8,
            End::Well | End::OutOfPaper if pages > 0 => 0,
            End::Well => 8,
            End::OutOfPaper => 5,
        }
    }
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as u32 % end
    }

    fn script(&mut self) -> (Vec<Act>, End) {
        let mut acts: Vec<_> = (0..self.below(7))
            .map(|_| match self.below(4) {
                0 | 1 => Act::Page(1 + self.below(1500) as usize),
                2 => Act::TakenBack(self.below(HEIGHT)),
                _ => Act::Message,
            })
            .collect();
        if self.below(3) == 0 {
            acts.push(Act::Unfinished(self.below(HEIGHT)));
        }
        let ends = [
            End::Well,
            End::OutOfPaper,
            End::Cancelled,
            End::Jam,
            End::Crash,
        ];
        (acts, ends[self.below(5) as usize])
    }
}

fn in_pieces(stream: &mut dyn Stream, bytes: &[u8], size: usize) -> Result<()> {
    for piece in bytes.chunks(size) {
        stream.write(piece)?;
    }
    Ok(())
}

/// One RAW stream a page.
fn raw(call: &mut Call<'_>, acts: &[Act]) -> Result<(), Stop> {
    let rows = |rows: u32| 80 + (rows * WIDTH) as usize;
    let mut number = 1;
    let mut open: Option<Box<dyn Stream>> = None;
    for act in acts {
        match *act {
            Act::Page(size) => {
                let mut stream = open.take().map_or_else(|| call.stream(), Ok)?;
                in_pieces(stream.as_mut(), &raw_page(number), size)?;
                number += 1;
            }
            Act::TakenBack(many) => {
                let mut stream = open.take().map_or_else(|| call.stream(), Ok)?;
                stream.write(&raw_page(number + 50)[..rows(many)])?;
                stream.set_size(0)?;
                seek(stream.as_mut(), 0)?;
                open = Some(stream);
            }
            Act::Message => call.status(30)?,
            Act::Unfinished(many) => {
                let mut stream = open.take().map_or_else(|| call.stream(), Ok)?;
                stream.write(&raw_page(number)[..rows(many)])?;
            }
        }
    }
    Ok(())
}

/// One stream, by the page writer.
fn tiff(call: &mut Call<'_>, acts: &[Act]) -> Result<(), Stop> {
    let mut number = 1;
    let mut stream = call.stream()?;
    for act in acts {
        match *act {
            Act::Page(_) => {
                if number > 1 {
                    call.new_page()?;
                }
                call.tiff_rows(stream.as_mut(), number, HEIGHT)?;
                number += 1;
            }
            Act::TakenBack(many) => {
                call.tiff_rows(stream.as_mut(), number + 50, many)?;
                transfer::abandon_page(call.context, stream.as_mut())?;
            }
            Act::Message => call.status(30)?,
            Act::Unfinished(many) => call.tiff_rows(stream.as_mut(), number, many)?,
        }
    }
    Ok(())
}

#[test]
fn what_is_complete_is_kept_and_nothing_else_is() {
    let seeds = match std::env::var_os("QUIRE_LONG") {
        Some(_) => 1000,
        None => 60,
    };
    for seed in 0..seeds {
        for compression in [Compression::None, Compression::Lzw] {
            let (acts, end) = Random(seed * 7919 + 1).script();
            let scratch = Scratch::new();
            let asked = Settings {
                compression: Some(compression),
                ..settings(scratch.path("out.tiff"))
            };
            let script = acts.clone();
            let scanner = Scripted::new(move |call| {
                match call.context.tymed {
                    Tymed::File => raw(call, &script)?,
                    _ => tiff(call, &script)?,
                }
                end.told()
            });
            let watcher = Watcher::new();
            let outcome = scan_watched(&scanner.device(), &asked, &watcher);

            let what = format!(
                "{seed} {compression:?}: {acts:?} {end:?}: {:?}",
                outcome.result
            );
            let pages: Vec<_> = acts.iter().filter(|a| matches!(a, Act::Page(_))).collect();
            let pages = pages.len() as u32;
            // A stream in which nothing is left at the end is a page that never came.
            let last = acts.iter().rfind(|act| !matches!(act, Act::Message));
            let empty = matches!(last, Some(Act::TakenBack(_))) && compression == Compression::Lzw;
            let unfinished = matches!(last, Some(Act::Unfinished(_)))
                || empty && !matches!(end, End::OutOfPaper);
            assert_eq!(outcome.pages, pages, "{what}");
            assert_eq!(outcome.exit_code(), end.code(pages, unfinished), "{what}");
            assert_eq!(watcher.page_count(), pages, "{what}");
            if pages == 0 {
                assert_eq!(scratch.names(), [""; 0], "{what}");
                continue;
            }
            assert_eq!(scratch.names(), ["out.tiff"], "{what}");
            let wanted: Vec<_> = (1..=pages).map(page).collect();
            assert_eq!(gray_tiff(&scratch.path("out.tiff")), wanted, "{what}");
        }
    }
}
