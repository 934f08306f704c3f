//! The table's rows.

use crate::application::Outcome;

#[derive(Debug)]
pub(crate) struct Row {
    kind: String,
    format: String,
    case: String,
    pub(crate) outcome: Outcome,
    pub(crate) section: String,
}

impl Row {
    pub(crate) fn matches(&self, kind: &str, format: &str, case: &str) -> bool {
        let one = |pattern: &str, value: &str| pattern == "*" || pattern == value;
        one(&self.kind, kind) && one(&self.format, format) && one(&self.case, case)
    }

    pub(crate) fn wildcards(&self) -> usize {
        let patterns = [&self.kind, &self.format, &self.case];
        patterns.iter().filter(|p| p.as_str() == "*").count()
    }
}

pub(crate) fn rows() -> Vec<Row> {
    let text = include_str!("../fixtures/transfer_matrix.csv");
    let lines = text.lines().filter(|l| !l.starts_with('#')).skip(1);
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let [kind, format, case, messages, pages, fate, status, section] = fields[..] else {
                panic!("not eight fields: {line}");
            };
            Row {
                kind: kind.to_owned(),
                format: format.to_owned(),
                case: case.to_owned(),
                outcome: Outcome {
                    messages: messages.to_owned(),
                    pages: pages.parse().unwrap(),
                    fate: fate.to_owned(),
                    status: status.to_owned(),
                },
                section: section.to_owned(),
            }
        })
        .collect()
}
