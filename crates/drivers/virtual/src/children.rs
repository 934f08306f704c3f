//! Folder acquisition: the regions of the glass, or the sides of the feeder's sheets, in one call
//! (`WIA_IPS_TRANSFER_CAPABILITIES`).

use std::time::Duration;

use items::AppItem;
use minidriver::describe;
use transfer::TransferContext;
use wia::category::WIA_CATEGORY_FEEDER_BACK;
use wia::property::{WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_PAGES};
use wia::{Error, ErrorKind, Result, Status, Tymed};

use crate::acquire::{Machine, download};
use crate::draw::Pace;
use crate::job::{Job, Sides, Source, sides};

/// Transfers what is below `item`, each child by its own settings and into streams of its name.
pub(crate) fn acquire_children(
    machine: &Machine<'_>,
    item: &AppItem,
    context: &TransferContext,
) -> Result<Status> {
    match Source::of(item.category()) {
        Some(Source::Flatbed) => regions(machine, item, context),
        Some(Source::Feeder) if !item.children().is_empty() => both_sides(machine, item, context),
        _ => Err(Error::invalid(format!(
            "{}: this item has nothing below it to transfer",
            item.full_name()
        ))),
    }
}

/// One child with what it is asked for.
struct Child {
    item: AppItem,
    job: Job,
}

impl Child {
    fn new(item: AppItem, context: &TransferContext) -> Result<Child> {
        let job = Job::new(&item, &own_context(&item, context)?)?;
        Ok(Child { item, job })
    }

    fn download(&self, machine: &Machine<'_>, context: &TransferContext) -> Result<Status> {
        let mut own = own_context(&self.item, context)?;
        download(machine, &self.job, &self.item, &mut own)
    }
}

/// The context of a child: its own description, the folder's callback and wishes.
fn own_context(item: &AppItem, context: &TransferContext) -> Result<TransferContext> {
    let tymed = item.read_i32(WIA_IPA_TYMED)?;
    let valid = [Tymed::File, Tymed::MultipageFile];
    let tymed = Tymed::from_value(tymed)
        .filter(|tymed| valid.contains(tymed))
        .ok_or_else(|| {
            let [one, other] = valid.map(|t| format!("{} ({})", t.value(), t.name()));
            Error::invalid(format!(
                "{}: WIA_IPA_TYMED {tymed} is not valid for a stream; valid: {one} {other}",
                item.full_name()
            ))
        })?;
    let options = context.record.as_ref().map(|record| record.options.clone());
    let format = item.read_guid(WIA_IPA_FORMAT)?;
    Ok(TransferContext {
        callback: context.callback.clone(),
        ..describe(item, format, tymed, options.unwrap_or_default())?
    })
}

/// Every region, in the tree's order.
fn regions(machine: &Machine<'_>, item: &AppItem, context: &TransferContext) -> Result<Status> {
    // Bad settings of the last one are told before anything moves.
    let children = item.children().into_iter();
    let children: Vec<Child> = children
        .map(|child| Child::new(child, context))
        .collect::<Result<_>>()?;
    for (done, child) in children.iter().enumerate() {
        let result = child.download(&next(machine, done > 0), context)?;
        if result != Status::Ok {
            return Ok(result);
        }
    }
    Ok(Status::Ok)
}

/// The feeder says how many sides and which; its children say how each is scanned.
fn both_sides(machine: &Machine<'_>, item: &AppItem, context: &TransferContext) -> Result<Status> {
    let children = item.children().into_iter();
    let (mut back, mut front): (Vec<AppItem>, Vec<AppItem>) =
        children.partition(|child| child.category() == WIA_CATEGORY_FEEDER_BACK);
    let missing = || Error::new(ErrorKind::Unexpected, "a side of the feeder is missing");
    let front = Child::new(front.pop().ok_or_else(missing)?, context)?;
    let back = Child::new(back.pop().ok_or_else(missing)?, context)?;
    let pages = Some(item.read_u32(WIA_IPS_PAGES)?).filter(|n| *n > 0);
    let mut way = match sides(item)? {
        Sides::Front => vec![front],
        Sides::Back => vec![back],
        Sides::Both => vec![front, back],
    };
    if let [side] = way.as_mut_slice() {
        side.job.pages = pages;
        return side.download(machine, context);
    }
    machine.paper.finish_sheet();
    way.iter_mut().for_each(|side| side.job.take_one_of_both());
    let mut done = 0;
    for side in way.iter().cycle() {
        if pages == Some(done) {
            break;
        }
        match side.download(&next(machine, done > 0), context) {
            Ok(Status::Ok) => done += 1,
            // The feeder has run empty, which is the end, or too early.
            Err(e) if e.kind() == ErrorKind::PaperEmpty && done > 0 => {
                return Ok(match pages {
                    Some(_) => Status::EndOfMedia,
                    None => Status::Ok,
                });
            }
            other => return other,
        }
    }
    Ok(Status::Ok)
}

/// The machine for the first child, or for one more: it is warm then.
fn next<'a>(machine: &Machine<'a>, again: bool) -> Machine<'a> {
    if !again {
        return *machine;
    }
    machine.handover.again();
    Machine {
        pace: Pace {
            warm_up: Duration::ZERO,
            ..machine.pace
        },
        ..*machine
    }
}
