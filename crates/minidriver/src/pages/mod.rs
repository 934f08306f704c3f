//! The transfer of a scanner's pages into streams, for drivers whose devices deliver rows.
//!
//! A driver says where its pages come from ([`Pages`]); [`Download`] asks the application for streams,
//! writes the documents, and sends the messages.

mod download;
mod format;
mod halt;
mod reporter;
mod stream;
#[cfg(test)]
mod tests;
mod writer;

use std::thread;

use formats::DocumentWriter;

pub use download::{Download, Tally};
pub use format::{PageFormat, page_format, pixel_type};
pub use halt::{Halt, Interrupted};
pub use reporter::Reporter;
pub use writer::SinglePage;

/// The pages of one transfer, as they come from the device.
pub trait Pages {
    /// A page that has begun to come.
    type Page;
    /// How the device fails.
    type Failure;

    /// Waits for the next page; `None` after the last one that is wanted.
    ///
    /// # Errors
    ///
    /// When the device or the application stops the transfer.
    fn next(&mut self) -> Result<Option<Self::Page>, Halt<Self::Failure>>;

    /// Writes a page, from `begin_page` to `end_page`, and says with [`Reporter::part`] how far it is. What a
    /// page that fails has written is taken back by the caller where that has to be.
    ///
    /// # Errors
    ///
    /// The device's failure, the writer's as [`Halt::Stream`], or the reporter's.
    fn write(
        &mut self,
        page: Self::Page,
        writer: &mut dyn DocumentWriter,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), Halt<Self::Failure>>;

    /// How many threads encode a page of JPEG: all cores, up to four. The document does not depend on it; how much of
    /// a page has been written when it breaks off does. A device that does the same each time has one.
    fn encoders(&self) -> usize {
        thread::available_parallelism().map_or(1, |cores| cores.get().min(4))
    }

    /// Writes a page as the whole document of a stream. A driver whose pages come as such documents writes
    /// them as they are.
    ///
    /// # Errors
    ///
    /// As [`Pages::write`].
    fn write_single(
        &mut self,
        page: Self::Page,
        document: SinglePage<'_>,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), Halt<Self::Failure>> {
        document.write(self, page, reporter)
    }

    /// Takes a page that nobody wants, up to its end.
    ///
    /// # Errors
    ///
    /// As [`Pages::next`].
    fn discard(&mut self, page: Self::Page) -> Result<(), Halt<Self::Failure>>;

    /// The page is where it belongs: written, with its messages, or dropped.
    fn done(&mut self) {}
}
