use super::*;

#[derive(Default)]
struct Log(Mutex<Vec<Event>>);

impl Observer for Log {
    fn event(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

#[test]
fn sheets_and_sides_follow_what_the_feeder_was_told() {
    use DocumentHandlingSelect as Select;
    let places = |select: Select| -> Vec<_> {
        let sides = Sides::of(select);
        (1..=4).map(|page| sides.place(page)).collect()
    };
    let front = [(1, "front"), (2, "front"), (3, "front"), (4, "front")];
    assert_eq!(places(Select::empty()), front);
    assert_eq!(places(Select::FEEDER | Select::FRONT_ONLY), front);
    let back = [(1, "back"), (2, "back"), (3, "back"), (4, "back")];
    assert_eq!(places(Select::FEEDER | Select::BACK_ONLY), back);
    let both = [(1, "front"), (1, "back"), (2, "front"), (2, "back")];
    assert_eq!(places(Select::FEEDER | Select::DUPLEX), both);
    assert_eq!(places(Select::DUPLEX | Select::FRONT_FIRST), both);
    assert_eq!(places(Select::ADVANCED_DUPLEX), both);
    let reversed = [(1, "back"), (1, "front"), (2, "back"), (2, "front")];
    assert_eq!(places(Select::DUPLEX | Select::BACK_FIRST), reversed);
}

#[test]
fn the_last_possible_page_has_a_sheet() {
    assert_eq!(Sides::FrontThenBack.place(u32::MAX), (1 << 31, "front"));
}

#[test]
fn percents_outside_their_range_are_put_right() {
    let log = Arc::new(Log::default());
    let reporter = Reporter::new(log.clone(), Sides::Front);
    for percent in [-1, 40, 250] {
        reporter.progress(2, &TransferParams::status(percent, 7));
    }
    let told: Vec<_> = log.0.lock().unwrap().clone();
    let progress = |percent| Event::Progress {
        page: 2,
        percent,
        bytes: 7,
    };
    assert_eq!(told, [0, 40, 100].map(progress));
}
