//! Man pages from the definition of the command line.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_mangen::Man;

/// Writes a man page for the program and one for each subcommand into `directory`, which is created.
///
/// # Errors
///
/// When it cannot be written.
pub fn man_pages(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let mut program = quire_cli::command();
    program.build();
    for command in program.get_subcommands() {
        write_page(command, directory)?;
    }
    write_page(&program, directory)
}

fn write_page(command: &Command, directory: &Path) -> io::Result<()> {
    let source = concat!("quire ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(source);
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(text) = command.get_after_long_help() {
        write_sections(&text.to_string(), &mut page)?;
    }
    fs::write(directory.join(man.get_filename()), page)
}

/// The text behind the options of `--help`. A line that ends in a colon and is not indented is a
/// heading; all else keeps its lines as they are.
fn write_sections(text: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let mut sections = 0;
    for line in text.lines() {
        match line.strip_suffix(':').filter(|l| !l.starts_with(' ')) {
            Some(heading) => {
                if sections > 0 {
                    writeln!(page, ".fi")?;
                }
                sections += 1;
                writeln!(page, ".SH {:?}\n.nf", heading.to_uppercase())?;
            }
            None => writeln!(page, "{}", escaped(line))?,
        }
    }
    if sections > 0 {
        writeln!(page, ".fi")?;
    }
    Ok(())
}

/// A line of text that roff prints as it is.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}"),
        false => line,
    }
}
