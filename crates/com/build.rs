//! The name of the library: whoever is linked to it finds it by that.

fn main() {
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libwiaservc.so");
}
