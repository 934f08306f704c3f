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
