//! The description of a document as XMP (ISO 16684-1).

use super::Conformance;
use crate::Metadata;
use crate::date::Date;

/// The packet: the same as the Info dictionary says, and the device.
pub(super) fn packet(metadata: &Metadata, conformance: Conformance) -> String {
    let mut out = String::from(
        "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
         <rdf:Description rdf:about=\"\"\n \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n \
         xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"\n \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"\n \
         xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\"\n \
         xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n",
    );
    let mut line = |name: &str, before: &str, value: &str, after: &str| {
        if !value.is_empty() {
            out.push_str(&format!(
                "<{name}>{before}{}{after}</{name}>\n",
                escaped(value)
            ));
        }
    };
    if conformance == Conformance::A2b {
        line("pdfaid:part", "", "2", "");
        line("pdfaid:conformance", "", "B", "");
    }
    line("dc:format", "", "application/pdf", "");
    line(
        "dc:title",
        "<rdf:Alt><rdf:li xml:lang=\"x-default\">",
        &metadata.title,
        "</rdf:li></rdf:Alt>",
    );
    line(
        "dc:creator",
        "<rdf:Seq><rdf:li>",
        &metadata.author,
        "</rdf:li></rdf:Seq>",
    );
    line("xmp:CreatorTool", "", &metadata.software, "");
    line("pdf:Producer", "", &metadata.software, "");
    if let Some(d) = metadata.date.and_then(Date::from_seconds) {
        let date = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            d.year, d.month, d.day, d.hour, d.minute, d.second
        );
        line("xmp:CreateDate", "", &date, "");
        line("xmp:ModifyDate", "", &date, "");
    }
    line("tiff:Make", "", &metadata.make, "");
    line("tiff:Model", "", &metadata.model, "");
    out.push_str("</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>");
    out
}

/// Text with U+FFFD for what XML cannot hold.
pub(super) fn representable(text: &str) -> String {
    let held = |c| !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}');
    let chars = text.chars();
    chars
        .map(|c| if held(c) { c } else { '\u{FFFD}' })
        .collect()
}

/// Text inside an element.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in representable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_breaks_the_packet() {
        assert_eq!(escaped("<a> & b\u{1}\n"), "&lt;a&gt; &amp; b\u{FFFD}\n");
    }
}
