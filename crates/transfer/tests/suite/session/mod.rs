//! The session between a driver and an application, called directly. What comes of each single
//! answer is tested where the service runs whole downloads; here are the clock, threads, what a
//! driver cannot hide, and random sequences of calls against a model.

mod activity;
mod application;
mod cancel;
mod default_handler;
mod error_handlers;
mod failures;
mod handler_table;
mod model;
mod random;
