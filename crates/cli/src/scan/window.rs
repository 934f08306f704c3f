//! The terminal as the window of the error handlers: what the device waits for, and for whom.

use acquire::{Reply, Window};

use super::prompt;
use super::report::Report;
use crate::failure::one_line;

impl Window for Report {
    /// Enter goes on, `c` and the end of input stop.
    fn ask(&self, text: &str) -> Reply {
        let question = format!("{}, then Enter to go on, c to stop", one_line(text));
        // An Enter from before is no answer to it.
        prompt::forget_typed();
        loop {
            {
                let mut state = self.lock();
                if let Some(bar) = state.bar.take() {
                    bar.clear();
                }
                self.say(&state, &question);
            }
            match prompt::wait_for_line(&self.cancel).as_deref() {
                Some("") => return Reply::GoOn,
                None if self.cancel.is_cancelled() => return Reply::Cancel,
                Some("c" | "C") | None => return Reply::Stop,
                // Whatever that was, it was no answer.
                Some(_) => {}
            }
        }
    }

    /// Says once what the device is doing.
    fn show(&self, text: &str, _: i32) -> bool {
        let mut state = self.lock();
        if !self.quiet && state.message.as_deref() != Some(text) {
            self.say(&state, &format!("quire: {}", one_line(text)));
            state.message = Some(text.to_owned());
        }
        !self.cancel.is_cancelled()
    }

    fn clear(&self) -> bool {
        self.lock().message = None;
        !self.cancel.is_cancelled()
    }
}
