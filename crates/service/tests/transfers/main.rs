//! Transfers through the service, with a scripted driver and a scripted application.

mod cancel;
mod download;
mod scripted;
