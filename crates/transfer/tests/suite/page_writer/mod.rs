//! The page writer: what the documented calls `wiasWriteBufToFile`, `wiasWritePageBufToFile` and
//! `wiasWritePageBufToStream` do with a context, and the form that is fed band by band.

mod band_fed;
mod buffer;
mod encoded;
mod files;
mod growing;
mod members;
mod refusals;
mod streams;
mod support;
mod tags;
mod without_record;
