//! The console blocks of README.md: each command is run, and prints what stands below it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::scratch::{QUIRE, Scratch, start};

/// A command and the lines that it prints; a line `…` stands for any number of lines.
struct Step {
    command: String,
    expected: Vec<String>,
}

fn steps() -> Vec<Step> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            steps.push(Step {
                command: command.to_owned(),
                expected: Vec::new(),
            });
        } else if let Some(step) = steps.last_mut().filter(|_| inside) {
            step.expected.push(line.to_owned());
        }
    }
    steps
}

#[test]
fn its_commands_print_what_it_says() {
    let scratch = Scratch::new();
    let programs = Path::new(QUIRE).parent().unwrap();
    let search = std::env::var("PATH").unwrap();
    let steps = steps();
    assert!(steps.len() > 10, "the README has lost its examples");
    for step in steps {
        let mut command = Command::new("bash");
        command
            .args(["-c", &format!("{{ {}; }} 2>&1", step.command)])
            .current_dir(scratch.dir())
            .env_remove("SOURCE_DATE_EPOCH")
            .env("PATH", format!("{}:{search}", programs.display()));
        let printed = start(command).end().text();
        let printed: Vec<_> = printed.lines().collect();
        assert!(
            matches(&printed, &step.expected),
            "$ {}\nprints\n{}\nand not\n{}",
            step.command,
            printed.join("\n"),
            step.expected.join("\n")
        );
    }
}

fn matches(printed: &[&str], expected: &[String]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == "…" => {
            (0..=printed.len()).any(|skip| matches(&printed[skip..], rest))
        }
        Some((first, rest)) => printed.split_first().is_some_and(|(line, others)| {
            line.trim_end() == first.trim_end() && matches(others, rest)
        }),
    }
}

/// The words of a text that are long options.
fn options(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| c != '-' && !c.is_ascii_lowercase())
        .filter(|word| word.starts_with("--") && !word.ends_with('-'))
        .collect()
}

#[test]
fn its_table_has_the_options_of_the_help() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (_, rest) = readme.split_once("## Options of `scan`").unwrap();
    let (table, _) = rest.split_once("\nAn option").unwrap();
    let first_cells: String = table
        .lines()
        .filter_map(|line| line.split('|').nth(1))
        .collect();
    let help = Scratch::new().quire("scan -h").text();
    let first_words: String = help
        .lines()
        .filter(|line| line.trim_start().starts_with('-'))
        .map(|line| line[..26].to_owned() + " ")
        .collect();
    let mut expected = options(&first_words);
    assert!(expected.remove("--help"));
    assert_eq!(options(&first_cells), expected);
}
