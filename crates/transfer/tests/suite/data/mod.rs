//! Banded and file transfers: who is told what, in which order, and what a broken rule brings
//! (sections 1.3, 1.4 and 1.7 of the transfer specification).

mod bands;
mod device_status;
mod rig;
mod rules;
mod streams;
