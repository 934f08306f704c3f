//! Documents as trees of elements: reading with limits, and writing.

mod write;

use std::fmt;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;
use wia::{Error, ErrorKind};

pub(crate) use write::Writer;

/// The namespace that is written `scan:`.
pub(crate) const SCAN: &str = "http://schemas.hp.com/imaging/escl/2011/05/03";
/// The namespace that is written `pwg:`.
pub(crate) const PWG: &str = "http://www.pwg.org/schemas/2010/12/sm";

/// The largest document in bytes.
pub const LARGEST: usize = 1 << 20;
/// How deep elements may lie in each other.
const DEEPEST: usize = 32;

/// A document that cannot be understood, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl Malformed {
    pub(crate) fn new(what: impl Into<String>) -> Malformed {
        Malformed(what.into())
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

/// What a device says that cannot be understood is a failure of communication.
impl From<Malformed> for Error {
    fn from(e: Malformed) -> Error {
        Error::new(ErrorKind::DeviceCommunication, e.0)
    }
}

/// An element of one of eSCL's two namespaces. What belongs to others is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// Reads a document whose root is called `root`.
    ///
    /// Elements are told apart by namespace, whatever their prefixes. Which of the two namespaces one is in is
    /// not looked at: no name means one thing here and another there, and devices mix them up.
    pub(crate) fn parse(bytes: &[u8], root: &str) -> Result<Element, Malformed> {
        if bytes.len() > LARGEST {
            return Err(Malformed::new(format!(
                "{} bytes where a {root} of at most {LARGEST} is expected",
                bytes.len()
            )));
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes)
            .map_err(|_| Malformed::new(format!("no UTF-8 where a {root} is expected")))?;
        if text.trim().is_empty() {
            return Err(Malformed::new(format!(
                "nothing where a {root} is expected"
            )));
        }
        if is_html(text) {
            let title = title(text).map_or_else(String::new, |title| format!(" ({title:?})"));
            let what = format!("an HTML page{title} where a {root} is expected");
            return Err(Malformed::new(what));
        }
        let element = Tree::default()
            .read(text)
            .map_err(|e| Malformed::new(format!("a {root} that is no XML: {e}")))?;
        if element.name != root {
            let name = &element.name;
            return Err(Malformed::new(format!(
                "an element {name:?} where a {root} is expected"
            )));
        }
        Ok(element)
    }

    /// The first child of a name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The first element down a path.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Element> {
        self.all(path).into_iter().next()
    }

    /// Every element down a path, also where a list is interrupted.
    pub(crate) fn all(&self, path: &[&str]) -> Vec<&Element> {
        let mut found = vec![self];
        for name in path {
            let children = found.iter().flat_map(|element| &element.children);
            found = children.filter(|child| child.name == *name).collect();
        }
        found
    }

    /// The text of the first child of a name, unless it is empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.child(name)
            .map(Element::own_text)
            .filter(|text| !text.is_empty())
    }

    /// The element's text, without space around it.
    pub(crate) fn own_text(&self) -> &str {
        self.text.trim()
    }

    /// The texts of all elements down a path.
    pub(crate) fn texts(&self, path: &[&str]) -> Vec<String> {
        let texts = self.all(path).into_iter().map(Element::own_text);
        texts
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// The number of the first child of a name; `None` for what is no number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        number(self.text(name)?)
    }

    /// The same, of a number that is not negative.
    pub(crate) fn unsigned(&self, name: &str) -> Option<u32> {
        self.number(name).and_then(|n| u32::try_from(n).ok())
    }

    /// The same, of a number that may be negative.
    pub(crate) fn signed(&self, name: &str) -> Option<i32> {
        self.number(name).and_then(|n| i32::try_from(n).ok())
    }

    /// The truth of the first child of a name: `true`, `false`, `1` or `0`.
    pub(crate) fn truth(&self, name: &str) -> Option<bool> {
        truth(self.text(name)?)
    }

    /// An attribute, whatever its namespace.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.trim())
    }
}

/// `true`, `false`, `1` or `0`.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A whole number; a fraction is cut off.
fn number(text: &str) -> Option<i64> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    whole.parse().ok()
}

fn is_html(text: &str) -> bool {
    let start = text.trim_start().as_bytes();
    [&b"<!doctype html"[..], b"<html"].iter().any(|mark| {
        start
            .get(..mark.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(mark))
    })
}

/// What an HTML page calls itself, as far as it is short.
fn title(text: &str) -> Option<String> {
    let (_, rest) = text
        .split_once("<title>")
        .or_else(|| text.split_once("<TITLE>"))?;
    let (title, _) = rest.split_once('<')?;
    Some(title.trim().chars().take(80).collect())
}

/// The tree under construction.
#[derive(Default)]
struct Tree {
    /// The elements that are open; the one of a foreign namespace has no name.
    open: Vec<Element>,
    root: Option<Element>,
}

impl Tree {
    fn read(mut self, text: &str) -> Result<Element, Malformed> {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        loop {
            let event = reader.read_resolved_event();
            match event.map_err(|e| Malformed::new(e.to_string()))? {
                (namespace, Event::Start(start)) => self.start(&namespace, &start)?,
                (_, Event::End(_)) => self.end(),
                (_, Event::Text(text)) => self.text(&text.xml10_content()),
                (_, Event::CData(data)) => self.text(&data.into_inner()),
                (_, Event::GeneralRef(reference)) => {
                    let character = character(&reference)?;
                    self.text(character.encode_utf8(&mut [0; 4]));
                }
                (_, Event::Eof) => break,
                _ => {}
            }
        }
        if !self.open.is_empty() {
            return Err(Malformed::new("it ends early"));
        }
        self.root
            .ok_or_else(|| Malformed::new("there is no element"))
    }

    fn start(
        &mut self,
        namespace: &ResolveResult<'_>,
        start: &BytesStart<'_>,
    ) -> Result<(), Malformed> {
        if self.open.len() >= DEEPEST {
            return Err(Malformed::new(format!(
                "elements are deeper than {DEEPEST}"
            )));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(Malformed::new("there is a second root"));
        }
        let ours =
            matches!(namespace, ResolveResult::Bound(Namespace(uri)) if [SCAN, PWG].contains(uri));
        if self.open.is_empty() && !ours {
            let name = start.name().as_ref().to_owned();
            let place = match namespace {
                ResolveResult::Bound(Namespace(uri)) => format!("in the namespace {uri:?}"),
                _ => "in no namespace".to_owned(),
            };
            let what = format!("its root, {name}, is {place}; valid: {SCAN}");
            return Err(Malformed::new(what));
        }
        let mut element = Element::default();
        if ours {
            element.name = start.local_name().as_ref().to_owned();
            for attribute in start.attributes() {
                let attribute = attribute.map_err(|e| Malformed::new(e.to_string()))?;
                let key = attribute.key.local_name().as_ref().to_owned();
                element.attributes.push((key, attribute.value.into_owned()));
            }
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else {
            return;
        };
        match self.open.last_mut() {
            None => self.root = Some(element),
            Some(parent) if !element.name.is_empty() => parent.children.push(element),
            Some(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }
}

/// One of the five entities, or a character by its number. Others would need a document type.
fn character(reference: &BytesRef<'_>) -> Result<char, Malformed> {
    let numbered = reference.resolve_char_ref();
    if let Some(c) = numbered.map_err(|e| Malformed::new(e.to_string()))? {
        return Ok(c);
    }
    match &*reference.xml10_content() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        other => Err(Malformed::new(format!("nobody knows the entity {other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Element, Malformed> {
        Element::parse(text.as_bytes(), "Root")
    }

    fn wrapped(inside: &str) -> String {
        format!("<s:Root xmlns:s='{SCAN}' xmlns:p='{PWG}'>{inside}</s:Root>")
    }

    #[test]
    fn namespaces_count_and_prefixes_do_not() {
        let inside = "<p:A> 1 </p:A><x:B xmlns:x='urn:x'>2<p:C>3</p:C></x:B><q:D xmlns:q='";
        let root = read(&wrapped(&format!("{inside}{SCAN}'>true</q:D>"))).unwrap();
        assert_eq!(root.unsigned("A"), Some(1));
        assert!(root.child("B").is_none());
        assert_eq!(root.truth("D"), Some(true));
        let default = format!("<Root xmlns='{SCAN}'><A>1.9</A></Root>");
        assert_eq!(read(&default).unwrap().number("A"), Some(1));
    }

    #[test]
    fn what_devices_write_before_the_root() {
        let before = "\u{FEFF}<?xml version=\"1.0\"?>\r\n<!-- x --><!doctype Root>";
        assert!(read(&format!("{before}{}", wrapped(""))).is_ok());
    }

    #[test]
    fn five_entities_and_numbers() {
        let root = read(&wrapped(
            "<p:A>a&amp;&lt;&gt;&quot;&apos;&#65;&#x42;<![CDATA[<c>]]></p:A>",
        ));
        assert_eq!(root.unwrap().text("A"), Some("a&<>\"'AB<c>"));
    }

    /// What is refused, and the words that say why.
    #[test]
    fn refused() {
        let deep = "<p:A>".repeat(40) + &"</p:A>".repeat(40);
        let laughs = "<!DOCTYPE r [<!ENTITY a 'aaaa'>]>";
        for (text, why) in [
            (String::new(), "nothing"),
            ("<html><head><title>Not found".into(), "HTML"),
            (
                "<!DOCTYPE HTML><title>Busy</title><meta>".into(),
                "\"Busy\"",
            ),
            ("<Root/>".into(), "no namespace"),
            ("<s:Root xmlns:s='urn:other'/>".into(), "urn:other"),
            (wrapped("<p:A>"), "no XML"),
            (wrapped(&deep), "deeper"),
            (wrapped("<p:A>&other;</p:A>"), "entity \"other\""),
            (
                format!("{laughs}{}", wrapped("<p:A>&a;</p:A>")),
                "entity \"a\"",
            ),
            (wrapped("") + &wrapped(""), "second root"),
            (format!("<s:Other xmlns:s='{SCAN}'/>"), "element \"Other\""),
            (wrapped(&" ".repeat(LARGEST)), "at most"),
            (format!("<s:Root xmlns:s='{SCAN}'>"), "ends early"),
        ] {
            let e = read(&text).unwrap_err().to_string();
            assert!(e.contains(why), "{e}");
        }
        assert!(Element::parse(b"\xFF\xFE<", "Root").is_err());
    }
}
