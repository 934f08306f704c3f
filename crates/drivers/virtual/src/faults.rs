//! The plan of faults: what goes wrong, at which sheet and line.

use std::fmt;

use wia::{Error, ErrorKind, Result};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// The sheet sticks: `PaperJam`.
    Jam,
    /// Two sheets were taken at once: `MultiFeed`.
    Double,
    /// Somebody opens the cover: `CoverOpen`.
    Cover,
    /// The paper ends before this sheet. With a line the feeder notices it there: `PaperEmpty`.
    Out,
    /// The cable is pulled: `Disconnected`, and `Offline` from then on.
    Disconnect,
    /// No line comes any more until the transfer is cancelled.
    Stall,
}

impl FaultKind {
    /// Every kind.
    pub const ALL: [FaultKind; 6] = [
        FaultKind::Jam,
        FaultKind::Double,
        FaultKind::Cover,
        FaultKind::Out,
        FaultKind::Disconnect,
        FaultKind::Stall,
    ];

    /// The name of its parameter in a device URI and of its key in a model file.
    pub const fn name(self) -> &'static str {
        match self {
            FaultKind::Jam => "jam",
            FaultKind::Double => "double",
            FaultKind::Cover => "cover",
            FaultKind::Out => "out",
            FaultKind::Disconnect => "disconnect",
            FaultKind::Stall => "stall",
        }
    }

    /// Whether it can happen on a flatbed too, where sheet k is the k-th scan. The others need paper
    /// that moves.
    pub const fn on_flatbed(self) -> bool {
        matches!(
            self,
            FaultKind::Cover | FaultKind::Disconnect | FaultKind::Stall
        )
    }

    /// Whether a person at the device can put it right, so that the transfer goes on.
    pub const fn can_be_cleared(self) -> bool {
        match self {
            FaultKind::Jam | FaultKind::Double | FaultKind::Cover | FaultKind::Out => true,
            FaultKind::Disconnect | FaultKind::Stall => false,
        }
    }

    /// The kind of error that it ends a transfer with; `None` for a stall, which ends nothing.
    pub const fn error_kind(self) -> Option<ErrorKind> {
        match self {
            FaultKind::Jam => Some(ErrorKind::PaperJam),
            FaultKind::Double => Some(ErrorKind::MultiFeed),
            FaultKind::Cover => Some(ErrorKind::CoverOpen),
            FaultKind::Out => Some(ErrorKind::PaperEmpty),
            FaultKind::Disconnect => Some(ErrorKind::Disconnected),
            FaultKind::Stall => None,
        }
    }
}

/// One entry of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// The sheet, from 1 at every loading of the feeder.
    pub sheet: u32,
    /// The line of the sheet's front that does not come any more, from 1, at the resolution of the
    /// scan; `None` before the sheet's page begins. A line past the sheet's end is its last line.
    pub line: Option<u32>,
    /// What happens there.
    pub kind: FaultKind,
}

impl Fault {
    /// The error that ends a transfer; `None` for a stall.
    pub fn error(&self) -> Option<Error> {
        let kind = self.kind.error_kind()?;
        Some(Error::new(kind, format!("{} at {self}", kind.text())))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "sheet {}, line {line}", self.sheet),
            None => write!(f, "sheet {}", self.sheet),
        }
    }
}

/// Everything that is going to go wrong.
///
/// ```
/// use quire_virtual::{FaultKind, FaultPlan};
///
/// let mut plan = FaultPlan::default();
/// plan.set(FaultKind::Jam, "7,31:1200")?;
/// assert_eq!(plan.at(31).and_then(|f| f.line), Some(1200));
/// assert!(plan.at(8).is_none());
/// # Ok::<(), wia::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultPlan {
    /// In the order in which they happen.
    faults: Vec<Fault>,
}

impl FaultPlan {
    /// Replaces the entries of one kind by a list as URIs and model files have it: sheets from 1,
    /// each with a line from 1 if wanted (`7,31:1200`). An empty list removes them.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` that names the list and what is valid.
    pub fn set(&mut self, kind: FaultKind, list: &str) -> Result<()> {
        let entries = parse_list(kind, list)?;
        self.faults.retain(|f| f.kind != kind);
        self.faults.extend(entries);
        self.faults
            .sort_unstable_by_key(|f| (f.sheet, f.line, f.kind));
        Ok(())
    }

    /// The first thing that happens at this sheet, but for the paper's end before it
    /// ([`FaultPlan::sheets_before_end`]).
    pub fn at(&self, sheet: u32) -> Option<Fault> {
        self.all_at(sheet).next()
    }

    /// All that happens at this sheet, in order: each when what came before it was put right.
    pub(crate) fn all_at(&self, sheet: u32) -> impl Iterator<Item = Fault> {
        let first = self.faults.partition_point(|f| f.sheet < sheet);
        self.faults[first..]
            .iter()
            .take_while(move |f| f.sheet == sheet)
            .filter(|f| !f.is_end_of_paper())
            .copied()
    }

    /// How many of `sheets` sheets the feeder really gives before the paper is out.
    pub fn sheets_before_end(&self, sheets: u32) -> u32 {
        self.faults
            .iter()
            .find(|f| f.is_end_of_paper())
            .map_or(sheets, |f| sheets.min(f.sheet - 1))
    }

    /// Whether nothing goes wrong.
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }
}

impl Fault {
    fn is_end_of_paper(&self) -> bool {
        self.kind == FaultKind::Out && self.line.is_none()
    }
}

fn parse_list(kind: FaultKind, list: &str) -> Result<Vec<Fault>> {
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|n| *n >= 1);
    let entry = |text: &str| {
        let (sheet, line) = match text.split_once(':') {
            Some((sheet, line)) => (sheet, Some(number(line)?)),
            None => (text, None),
        };
        Some(Fault {
            sheet: number(sheet)?,
            line,
            kind,
        })
    };
    if list.trim().is_empty() {
        return Ok(Vec::new());
    }
    list.split(',')
        .map(|text| {
            entry(text).ok_or_else(|| {
                Error::invalid(format!(
                    "{}={list}: valid is a list of sheets from 1, each with a line from 1 if \
                     wanted, such as 7,31 or 7:1200",
                    kind.name()
                ))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(lists: &[(FaultKind, &str)]) -> FaultPlan {
        let mut plan = FaultPlan::default();
        for (kind, list) in lists {
            plan.set(*kind, list).unwrap();
        }
        plan
    }

    #[test]
    fn sheets_and_lines() {
        let p = plan(&[(FaultKind::Jam, "7, 31 ,59:1200")]);
        assert_eq!(p.at(7).unwrap().line, None);
        assert_eq!(p.at(59).unwrap().line, Some(1200));
        assert_eq!(p.at(60), None);
        assert_eq!(
            p.at(59).unwrap().error().unwrap().to_string(),
            "paper jam at sheet 59, line 1200"
        );
        assert_eq!(
            p.at(7).unwrap().error().unwrap().to_string(),
            "paper jam at sheet 7"
        );
    }

    #[test]
    fn the_earliest_of_a_sheet_comes_first() {
        let p = plan(&[
            (FaultKind::Jam, "3:20"),
            (FaultKind::Stall, "3:10"),
            (FaultKind::Cover, "4:1"),
            (FaultKind::Double, "4"),
        ]);
        assert_eq!(p.at(3).unwrap().kind, FaultKind::Stall);
        assert_eq!(p.at(4).unwrap().kind, FaultKind::Double);
    }

    #[test]
    fn paper_ends_before_a_sheet_or_inside_it() {
        let p = plan(&[(FaultKind::Out, "3,9"), (FaultKind::Jam, "3")]);
        assert_eq!(p.sheets_before_end(5), 2);
        assert_eq!(p.sheets_before_end(1), 1);
        assert_eq!(p.at(3).unwrap().kind, FaultKind::Jam);
        let inside = plan(&[(FaultKind::Out, "3:100")]);
        assert_eq!(inside.sheets_before_end(5), 5);
        let error = inside.at(3).unwrap().error().unwrap();
        assert_eq!(error.kind(), ErrorKind::PaperEmpty);
    }

    #[test]
    fn a_list_replaces_its_kind_alone() {
        let mut p = plan(&[(FaultKind::Jam, "1"), (FaultKind::Cover, "2")]);
        p.set(FaultKind::Jam, "5").unwrap();
        assert_eq!(p.at(1), None);
        assert!(p.at(2).is_some() && p.at(5).is_some());
        p.set(FaultKind::Jam, "").unwrap();
        p.set(FaultKind::Cover, "").unwrap();
        assert!(p.is_empty());
    }

    #[test]
    fn bad_lists_are_named() {
        for list in [
            "0",
            "x",
            "3:",
            "3:0",
            ":4",
            "3,,4",
            "-1",
            "3:4:5",
            "4294967296",
        ] {
            let mut p = FaultPlan::default();
            let e = p.set(FaultKind::Cover, list).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{list}");
            assert!(e.to_string().starts_with(&format!("cover={list}: ")), "{e}");
            assert!(p.is_empty());
        }
    }

    #[test]
    fn every_kind_but_the_stall_ends_a_transfer() {
        for kind in FaultKind::ALL {
            let fault = Fault {
                sheet: 1,
                line: None,
                kind,
            };
            assert_eq!(fault.error().is_none(), kind == FaultKind::Stall);
        }
    }
}
