//! The functions that the service offers to drivers (`wias*`), under their snake-case names.
//!
//! They work on an [`AppItem`](items::AppItem), which stands for the opaque application-item context
//! of the C form. Reading and writing properties are methods of that type.

#[doc(alias = "wiasWriteBufToFile")]
pub use transfer::write_buf_to_file;
#[doc(alias = "wiasWritePageBufToFile")]
pub use transfer::write_page_buf_to_file;
#[doc(alias = "wiasWritePageBufToStream")]
pub use transfer::write_page_buf_to_stream;
pub use transfer::{ImageInformation, image_information};
pub use transfer::{PageBuffer, write_page_buf_to_stream_as};
pub use transfer::{abandon_page, begin_page, end_page, rows};
