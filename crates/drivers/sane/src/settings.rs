//! What one scan is asked for, and what the device made of it.

use crate::geometry::{Axis, HORIZONTAL, Span, VERTICAL, columns, lines};
use crate::option::{Table, Value};
use crate::scanner::{Refused, Scanner};

/// Setting an option may change others, and these again others; after so many rounds it is as it is.
const ROUNDS: usize = 3;

/// The resolution option, or those of both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resolution {
    pub(crate) x: Option<String>,
    /// Where the vertical one can be chosen by itself.
    pub(crate) y: Option<String>,
    /// What it is where there is no option that says so.
    pub(crate) fixed: i32,
}

impl Resolution {
    /// The resolution now, in dots an inch.
    pub(crate) fn now(&self, table: &Table) -> (f64, f64) {
        let of = |name: &Option<String>| {
            let option = table.get(name.as_deref()?)?;
            option.now().filter(|dpi| *dpi >= 1.0)
        };
        let x = of(&self.x).unwrap_or(f64::from(self.fixed));
        (x, of(&self.y).unwrap_or(x))
    }
}

/// Everything that is to be set.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Options with their values, in the order in which they are set.
    pub(crate) set: Vec<(String, Value)>,
    pub(crate) resolution: Resolution,
    /// What was asked for, in dots an inch.
    pub(crate) dpi: (i32, i32),
    /// The area in pixels of that resolution; across and along.
    pub(crate) area: (Span, Span),
}

/// What the device made of it.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    pub(crate) table: Table,
    /// In dots an inch.
    pub(crate) dpi: (i32, i32),
    /// The area in pixels of that resolution, as far as it is known.
    pub(crate) area: (Option<Span>, Option<Span>),
}

impl Request {
    /// Sets everything that is different, and reads back.
    pub(crate) fn apply(&self, scanner: &mut Scanner) -> Result<Applied, Refused> {
        set_all(scanner, &self.set)?;
        let now = self.resolution.now(scanner.table());
        let asked = (f64::from(self.dpi.0.max(1)), f64::from(self.dpi.1.max(1)));
        let edges = |axis: Axis, span, dpi| axis.edges(scanner.table(), span, dpi);
        let across = edges(HORIZONTAL, self.area.0, (asked.0, now.0));
        let along = edges(VERTICAL, self.area.1, (asked.1, now.1));
        let edges: Vec<_> = across.into_iter().chain(along).flatten().collect();
        set_all(scanner, &edges)?;
        let parameters = scanner.parameters();
        let table = scanner.table();
        let area = (
            HORIZONTAL.span(table, now.0, columns(parameters)),
            VERTICAL.span(table, now.1, lines(parameters)),
        );
        Ok(Applied {
            table: table.clone(),
            dpi: (now.0.round() as i32, now.1.round() as i32),
            area,
        })
    }
}

/// Sets options until each has the value that is wanted, or the one that the back end made of it.
pub(crate) fn set_all(scanner: &mut Scanner, set: &[(String, Value)]) -> Result<(), Refused> {
    let mut taken: Vec<Option<Value>> = vec![None; set.len()];
    for round in 0..ROUNDS {
        let mut refused = None;
        let mut settled = true;
        for ((name, value), taken) in set.iter().zip(&mut taken) {
            let now = |scanner: &Scanner| scanner.table().get(name).and_then(|o| o.value.clone());
            let before = now(scanner);
            // A button is pressed once.
            let pressed = *value == Value::Words(Vec::new()) && round > 0;
            if pressed || before.as_ref() == Some(value) || before.is_some() && before == *taken {
                continue;
            }
            match scanner.set(name, value) {
                Ok(()) => {
                    let after = now(scanner);
                    settled &= after == before;
                    *taken = after;
                }
                // It may be valid when what comes after it is set.
                Err(e) => {
                    settled = false;
                    refused = refused.or(Some(e));
                }
            }
        }
        match refused {
            Some(refused) if round + 1 == ROUNDS => return Err(refused),
            None if settled => return Ok(()),
            _ => {}
        }
    }
    Ok(())
}
