//! Applications and drivers of two generations: the compatibility layer.

mod application_of_data;
mod application_of_streams;
mod cancelled_filters;
mod drivers_filter;
mod messages;
mod scripted;
