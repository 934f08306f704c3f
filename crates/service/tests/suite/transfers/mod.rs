//! Transfers through the service, with a scripted driver and a scripted application.

mod applications;
mod cancel;
mod device_status;
mod disconnect;
mod filters;
mod messages;
mod next_stream;
mod obligations;
mod scripted;
mod send_message;
mod sequence;
mod streams;
