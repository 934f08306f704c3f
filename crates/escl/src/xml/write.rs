//! Writing.

use std::fmt::Display;

use quick_xml::escape::escape;

use super::{PWG, SCAN};

/// A document under construction. Names are given with their prefix.
pub(crate) struct Writer {
    out: String,
    open: Vec<&'static str>,
}

impl Writer {
    /// A document with this root.
    pub(crate) fn new(root: &'static str) -> Writer {
        Writer {
            out: format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns:scan=\"{SCAN}\" xmlns:pwg=\"{PWG}\">"
            ),
            open: vec![root],
        }
    }

    /// Begins an element with others in it.
    pub(crate) fn open(&mut self, name: &'static str) {
        self.open_with(name, "");
    }

    /// The same with attributes, which begin with a space.
    pub(crate) fn open_with(&mut self, name: &'static str, attributes: &str) {
        self.line();
        self.out.push_str(&format!("<{name}{attributes}>"));
        self.open.push(name);
    }

    /// Ends the element that was begun last.
    pub(crate) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.line();
            self.out.push_str(&format!("</{name}>"));
        }
    }

    /// An element with a value.
    pub(crate) fn leaf(&mut self, name: &str, value: impl Display) {
        self.line();
        let value = value.to_string();
        self.out
            .push_str(&format!("<{name}>{}</{name}>", escape(value.as_str())));
    }

    /// The same, where there is a value.
    pub(crate) fn leaf_if(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.leaf(name, value);
        }
    }

    /// A list; nothing when it is empty.
    pub(crate) fn list<T: Display>(&mut self, name: &'static str, each: &str, values: &[T]) {
        if values.is_empty() {
            return;
        }
        self.open(name);
        for value in values {
            self.leaf(each, value);
        }
        self.close();
    }

    /// The document.
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out.push('\n');
        self.out
    }

    fn line(&mut self) {
        self.out.push('\n');
        let depth = self.open.len();
        (0..depth).for_each(|_| self.out.push_str("  "));
    }
}
