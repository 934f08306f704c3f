//! PDFs made by hand.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

/// A PDF of these objects from number 2 on, the root of its pages; `XREF` in the trailer is where its
/// table stands.
pub fn pdf(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut table = String::from("0000000000 65535 f \n");
    let catalog = b"<< /Type /Catalog /Pages 2 0 R >>".to_vec();
    let all = [&[catalog], objects].concat();
    for (i, object) in all.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", out.len());
        out.extend(format!("{} 0 obj\n", i + 1).into_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let (at, size) = (out.len(), all.len() + 1);
    let trailer = trailer.replace("XREF", &at.to_string());
    let end = format!(
        "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{at}\n%%EOF\n"
    );
    out.extend(end.into_bytes());
    out
}

pub fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<< {entries} /Length {} >>\nstream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

/// A grey image of 2 x 2 pixels on a page of 40 x 30 points, from object 2 on.
pub fn page() -> Vec<Vec<u8>> {
    vec![
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 40 30] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>".to_vec(),
        stream("", b"q 40 0 0 30 0 0 cm /I Do Q"),
        stream(
            "/Subtype /Image /Width 2 /Height 2 /BitsPerComponent 8 /ColorSpace /DeviceGray",
            &[1, 2, 3, 4],
        ),
    ]
}

/// The same with a stream for table. `pack` gets the entries of the table, and returns the data of the
/// stream and its filter.
pub fn with_table_stream(pack: impl FnOnce(Vec<u8>) -> (Vec<u8>, &'static str)) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut entries = vec![0; 7];
    let entry = |at: usize| [&[1], &(at as u32).to_be_bytes()[..], &[0, 0]].concat();
    let catalog = b"<< /Type /Catalog /Pages 2 0 R >>".to_vec();
    let all = [vec![catalog], page()].concat();
    for (i, object) in all.iter().enumerate() {
        entries.extend(entry(out.len()));
        out.extend(format!("{} 0 obj\n", i + 1).into_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let at = out.len();
    entries.extend(entry(at));
    let (number, size) = (all.len() + 1, all.len() + 2);
    let (data, filter) = pack(entries);
    out.extend(format!("{number} 0 obj\n").into_bytes());
    let said = format!("/Type /XRef /W [1 4 2] /Size {size} /Root 1 0 R {filter}");
    out.extend(stream(&said, &data));
    out.extend(format!("\nendobj\nstartxref\n{at}\n%%EOF\n").into_bytes());
    out
}
