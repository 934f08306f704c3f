//! What there is without being told: the built-in scanner.

use crate::options::Options;

/// A scanner that can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// The part of its URI after `virtual:`.
    pub path: String,
    /// Who makes it.
    pub vendor: String,
    /// What people call it.
    pub model: String,
    /// What it has, in a few words.
    pub description: String,
}

/// The built-in scanner, which is always there. Folders and model files are not looked for.
pub fn discover() -> Vec<Discovered> {
    let options = Options::default();
    vec![Discovered {
        path: String::new(),
        description: options.description(),
        vendor: options.vendor,
        model: options.name,
    }]
}

impl Options {
    /// The scanner in a few words, such as "flatbed and duplex feeder with sheets of its own".
    pub fn description(&self) -> String {
        let feeder = self
            .feeder
            .as_ref()
            .map(|f| if f.duplex { "duplex feeder" } else { "feeder" });
        let sources: Vec<&str> = self
            .flatbed
            .iter()
            .map(|_| "flatbed")
            .chain(feeder)
            .collect();
        let sheets = match &self.sheets {
            crate::options::Sheets::BuiltIn(_) => "sheets of its own".to_owned(),
            crate::options::Sheets::Folder { path, .. } => {
                format!("the images of {}", path.display())
            }
        };
        format!("{} with {sheets}", sources.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_scanner() {
        let found = discover();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "");
        assert_eq!(
            found[0].description,
            "flatbed and duplex feeder with sheets of its own"
        );
        let mut options = Options {
            flatbed: None,
            ..Options::default()
        };
        if let Some(feeder) = &mut options.feeder {
            feeder.duplex = false;
        }
        assert_eq!(options.description(), "feeder with sheets of its own");
    }
}
