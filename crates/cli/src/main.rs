//! The program `quire`.
fn main() {}
