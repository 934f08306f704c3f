//! The objects of applications, called as an application in C++ calls them: through their interfaces.
#![expect(unsafe_code, reason = "calls of COM interfaces are unsafe")]

mod bad_input;
mod classes;
mod events;
mod legacy;
mod objects;
mod pictures;
mod previews;
mod streams;
mod transfers;
mod trees;
