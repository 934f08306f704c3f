//! What is made from the definition of the command line: man pages and shell completions.
#![forbid(unsafe_code)]

mod man;

use std::fs;
use std::io;
use std::path::Path;

use clap::ValueEnum;
use clap_complete::Shell;
pub use man::man_pages;

/// Writes the completions of each shell that clap knows into `directory`, which is created.
///
/// # Errors
///
/// When it cannot be written.
pub fn completions(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    for shell in Shell::value_variants() {
        clap_complete::generate_to(*shell, &mut quire_cli::command(), "quire", directory)?;
    }
    Ok(())
}
