//! Minidrivers that are written in C or C++, from a library (`com:LIB.so`).
