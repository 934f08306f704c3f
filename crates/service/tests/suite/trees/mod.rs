//! Item trees and properties between the generations.

mod driver;
mod limits;
mod newer_application;
mod older_application;
mod table;
