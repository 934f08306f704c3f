//! Minidrivers that are written in C or C++, from a library (`com:LIB.so`).
//!
//! A library has a class factory (`DllGetClassObject`), whose object is a driver (`IStiUSD`, `IWiaMiniDrv`); [`ComDriver`] is
//! that driver as the service sees it. The driver calls the `wias*` functions of `libwiaservc.so`, which must be of the
//! core that calls the driver ([`library`]); they know its items by their [`context`], the items of its own tree as
//! objects ([`drv_item`]), and a transfer by the structure that the driver was given ([`with_transfer`]).
//!
//! A driver is trusted as any library is: pointers that it gives are used. Numbers, strings and structures are looked at
//! before they are believed.

mod border;
mod callback;
pub mod context;
mod device_data;
mod driver;
pub mod drv_item;
mod extension;
mod item_object;
pub mod library;
mod load;
mod loan;
mod options;
mod sti;
mod transfer;

pub use device_data::read as read_device_data;
pub use driver::ComDriver;
pub use options::Options;
pub use transfer::{with_new_transfer, with_transfer};
