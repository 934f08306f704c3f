//! Rust and COM sides of the same things: values, errors, streams, callbacks, property storage.
